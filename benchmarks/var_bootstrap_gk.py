"""Bootstrap bands on the monetary VAR of Gertler and Karadi (2015): 1,000 draws, 48 months.

VAR(12) with a constant, 1979-07 to 2012-06, order gs1, logcpi, logip, ebp. Both sides resample
residuals, estimate, identify recursively and take percentile bands at 90%; ours adds the 68% band
and the labelled table.
"""

from __future__ import annotations

import os
import statistics
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from yenloop import VAR

from .var_bootstrap import REPEATS, median_seconds, responses, seconds

CASE = Path(__file__).resolve().parents[2] / "shared" / "golden" / "gertler_karadi_2015"
ORDER = ["gs1", "logcpi", "logip", "ebp"]
LAGS, HORIZON, DRAWS = 12, 48, 1000


def run() -> list[dict[str, object]]:
    row: dict[str, object] = {
        "workload": "var_bootstrap_gk",
        "ours_seconds": None,
        "peer": "tsecon",
        "peer_seconds": None,
        "ratio": None,
        "max_abs_difference": None,
    }
    if not CASE.is_dir():
        return [{**row, "note": "not run: the data of the case are not at hand"}]
    frame = pd.read_csv(CASE / "data.csv")[ORDER]
    frame.index = pd.period_range("1979-07", periods=len(frame), freq="M")
    reduced = VAR(lags=LAGS).fit(frame)
    with threadpool_limits(limits=1, user_api="blas"):
        row["ours_seconds"] = ours = median_seconds(
            lambda seed: responses(reduced, DRAWS, HORIZON, seed)
        )
    # Like with like: one thread each, which the peer reads when it is loaded.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    try:
        import tsecon
    except ImportError:
        return [{**row, "note": "not installed here (pip install tsecon)"}]
    values = frame.to_numpy()

    def peer(seed: int) -> dict[str, list]:
        return tsecon.var_irf_bands(
            values,
            LAGS,
            HORIZON,
            method="bootstrap",
            n_boot=DRAWS,
            seed=seed,
            orth=True,
            alpha=0.10,
        )

    took = statistics.median(seconds(partial(peer, n)) for n in range(REPEATS))
    difference = np.abs(np.array(peer(1)["point"]) - responses(reduced, 100, HORIZON, 1).point)
    return [
        {
            **row,
            "peer_seconds": took,
            "ratio": took / ours,
            "max_abs_difference": float(difference.max()),
            "note": (
                f"{DRAWS:,} residual-bootstrap draws of Gertler and Karadi's VAR({LAGS}), "
                f"{len(frame) - LAGS} months, {HORIZON} horizons; one thread each; ours "
                "with 68 and 90% bands and their labelled table, peer (Rust) with one band as "
                "nested lists; difference of the point responses"
            ),
        }
    ]
