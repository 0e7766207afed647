"""Second stage of a DCC(1,1): a and b of 8 series on 4,000 days, first stage given, no errors.

All programs get the same standardised residuals. They are scaled so that their second moments are
a correlation matrix; then the peers' targets (rescaled to a correlation) and ours are the same
numbers, and so is the likelihood.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from yenloop.estimation.dcc import maximise_correlation

WORKLOAD = "dcc_second_stage"
SERIES, DAYS = 8, 4000
REPEATS = 9
A, B = 0.04, 0.93


#: Peers that were not run, and why.
ABSENT = {
    "rmgarch (R)": "not run: R is not installed here",
    "mgarch": "not run: version 0.3.0 stops with a ValueError under numpy 2",
}


def run() -> list[dict[str, object]]:
    z = simulated()
    target = z.T @ z / len(z)
    ours, found = median_seconds(lambda: maximise_correlation(z, target), REPEATS)
    absent = [row(ours, name, None, None, reason) for name, reason in ABSENT.items()]
    return [row(ours, *pymgarch(z, (found.a, found.b))), *absent]


def row(
    ours: float, name: str, seconds: float | None, difference: float | None, note: str
) -> dict[str, object]:
    return {
        "workload": WORKLOAD,
        "ours_seconds": ours,
        "peer": name,
        "peer_seconds": seconds,
        "ratio": None if seconds is None else seconds / ours,
        "max_abs_difference": difference,
        "note": note,
    }


def simulated() -> np.ndarray:
    """Residuals with dynamic correlations around 0.4 and Student's t tails (8 degrees)."""
    rng = np.random.default_rng(4)
    mean = 0.4 + 0.6 * np.eye(SERIES)
    q, z = mean.copy(), np.empty((DAYS, SERIES))
    for t in range(DAYS):
        d = 1 / np.sqrt(np.diag(q))
        factor = np.linalg.cholesky(q * np.outer(d, d))
        z[t] = factor @ rng.standard_normal(SERIES) * np.sqrt(6 / rng.chisquare(8))
        q = (1 - A - B) * mean + A * np.outer(z[t], z[t]) + B * q
    return z / np.sqrt((z**2).mean(axis=0))


Peer = tuple[str, float | None, float | None, str]


def pymgarch(z: np.ndarray, ours: tuple[float, float]) -> Peer:
    try:
        from pymgarch.estimation import ParamLayout, fit_stage2
    except ImportError:
        return "pymgarch", None, None, "not installed here (pip install 'pymgarch[numba]')"
    layout = ParamLayout(asymmetric=False, studentt=False)
    seconds, fit = median_seconds(lambda: fit_stage2(z, layout), 3)
    difference = float(np.abs(fit.params - ours).max())
    return "pymgarch", seconds, difference, "its recursion compiled by numba, three starts; a and b"


def median_seconds(work: Callable[[], object], repeats: int) -> tuple[float, object]:
    """Median time of ``work`` after a first call that compiles, and its result."""
    result = work()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken), result
