"""Bootstrap bands of impulse responses: 2,000 replications, 6 variables, 12 lags, 300 months.

Ours is the whole way from the estimated VAR to what a user holds: simulate and estimate 2,000
replications, identify each, responses over 48 months, 68 and 90% percentile bands, and the
labelled table of all of them. The peer is the Monte Carlo band of statsmodels' ``irf_errband_mc``
at one level, an array without labels.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from itertools import count

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from yenloop import VAR, Cholesky, ResidualBootstrap
from yenloop.models.reduced_form.var_results import VARResults

VARIABLES, LAGS, ROWS, HORIZON, DRAWS = 6, 12, 300, 48, 2000
SEED = 20251
REPEATS = 9
#: The peer's loop is one thread's, whatever it is given.
THREADS = os.cpu_count() or 1


def run() -> list[dict[str, object]]:
    y = simulated()
    index = pd.period_range("2000-01", periods=ROWS, freq="M")
    reduced = VAR(lags=LAGS).fit(pd.DataFrame(y, index=index, columns=list("abcdef")))
    with threadpool_limits(limits=1, user_api="blas"):
        ours = median_seconds(lambda seed: responses(reduced, DRAWS, HORIZON, seed, THREADS))
        alone = median_seconds(lambda seed: responses(reduced, DRAWS, HORIZON, seed))
        twice = median_seconds(lambda seed: responses(reduced, 2 * DRAWS, HORIZON, seed))
        peer, peer_point = statsmodels_bands(y)
    irf = responses(reduced, DRAWS, HORIZON, SEED)
    megabytes = (irf.draws.nbytes + reduced_bytes(reduced)) / 1e6
    return [
        {
            "workload": "var_bootstrap",
            "ours_seconds": ours,
            "peer": "statsmodels",
            "peer_seconds": peer,
            "ratio": peer / ours,
            "max_abs_difference": float(np.abs(irf.point - peer_point).max()),
            "note": (
                f"{DRAWS:,} replications of a {VARIABLES}-variable VAR({LAGS}), T = "
                f"{ROWS - LAGS}, {HORIZON} horizons, {THREADS} threads ({alone:.3f} s on one), "
                "bands at 68 and 90% and their labelled table; twice the draws take "
                f"{twice / alone:.2f} times as long; all draws "
                f"kept, {megabytes:.0f} MB; difference of the point responses; statsmodels' "
                "irf_errband_mc run once in full at one level, without labels"
            ),
        }
    ]


def responses(reduced: VARResults, draws: int, horizon: int, seed: int, threads: int = 1):
    """From the estimated VAR to the labelled table of responses and bands; the responses."""
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(draws, threads), rng=seed)
    irf = svar.irf(horizon, cumulative=False)
    irf.tidy()
    return irf


def reduced_bytes(reduced: VARResults) -> int:
    """Memory of the draws of the reduced form."""
    found = reduced.draws(ResidualBootstrap(DRAWS), SEED)
    return found.lags.nbytes + found.deterministic.nbytes + found.covariance.nbytes


def median_seconds(work: Callable[[int], object]) -> float:
    """Median over repeats with a seed of their own each, so that nothing is kept from before."""
    seeds = count(1)
    work(next(seeds))  # compile
    return statistics.median(seconds(lambda: work(next(seeds))) for _ in range(REPEATS))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def simulated() -> np.ndarray:
    """A stationary VAR(12) with correlated errors."""
    rng = np.random.default_rng(SEED)
    weights = rng.normal(0, 0.5, (LAGS, VARIABLES, VARIABLES))
    weights /= np.arange(1, LAGS + 1)[:, None, None] * 2 * np.sqrt(VARIABLES)
    weights[0] += 0.4 * np.eye(VARIABLES)
    mixing = np.eye(VARIABLES) + np.tril(rng.normal(0, 0.4, (VARIABLES, VARIABLES)), -1)
    burn = 200
    shocks = rng.standard_normal((ROWS + burn, VARIABLES)) @ mixing.T
    y = np.zeros((ROWS + burn, VARIABLES))
    for t in range(LAGS, ROWS + burn):
        y[t] = 0.1 + shocks[t] + np.einsum("lij,lj->i", weights, y[t - LAGS : t][::-1])
    return y[burn:]


def statsmodels_bands(y: np.ndarray) -> tuple[float, np.ndarray]:
    """Seconds for the peer's bands, and its point responses."""
    from statsmodels.tsa import api as peer

    fitted = peer.VAR(y).fit(LAGS, trend="c")
    took = seconds(
        lambda: fitted.irf_errband_mc(
            orth=True,
            repl=DRAWS,
            steps=HORIZON,
            signif=0.10,
            rng=np.random.default_rng(SEED),
            burn=100,
        )
    )
    return took, fitted.irf(HORIZON).orth_irfs
