"""Bootstrap bands of impulse responses: 2,000 replications, 6 variables, 12 lags, 300 months.

Ours is the whole way from the estimated VAR to the bands: simulate and estimate 2,000 replications,
identify each, responses over 48 months, 68 and 90% percentile bands. The peer is the Monte Carlo
band of statsmodels' ``irf_errband_mc`` at one level.
"""

from __future__ import annotations

import statistics
import time

import numpy as np
from threadpoolctl import threadpool_limits

from yenloop.estimation.bands import percentiles
from yenloop.estimation.least_squares import lagged_design, least_squares
from yenloop.estimation.responses import impulse_responses
from yenloop.estimation.var_bootstrap import bootstrap_reduced_form

VARIABLES, LAGS, ROWS, HORIZON, DRAWS = 6, 12, 300, 48, 2000
SEED = 20251
REPEATS = 9


def run() -> list[dict[str, object]]:
    y = simulated()
    z = np.ones((ROWS - LAGS, 1))
    estimate = fit(y, z)
    with threadpool_limits(limits=1, user_api="blas"):
        bands(y, z, estimate)  # compile
        ours = statistics.median(seconds(lambda: bands(y, z, estimate)) for _ in range(REPEATS))
        peer, peer_point = statsmodels_bands(y)
    difference = np.abs(point(estimate) - peer_point).max()
    return [
        {
            "workload": "var_bootstrap",
            "ours_seconds": ours,
            "peer": "statsmodels",
            "peer_seconds": peer,
            "ratio": peer / ours,
            "max_abs_difference": float(difference),
            "note": (
                f"{DRAWS:,} replications of a {VARIABLES}-variable VAR({LAGS}), T = "
                f"{ROWS - LAGS}, {HORIZON} horizons, one thread, bands at 68 and 90%; difference "
                "of the point responses; statsmodels' irf_errband_mc run once in full at one level"
            ),
        }
    ]


def seconds(work) -> float:
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


def fit(y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lags, constant and residuals by least squares."""
    found = least_squares(lagged_design(y, np.pad(z, ((LAGS, 0), (0, 0))), LAGS), y[LAGS:])
    lags = found.coefficients[1:].reshape(LAGS, VARIABLES, VARIABLES).transpose(0, 2, 1)
    return lags, found.coefficients[:1].T, found.residuals


def point(estimate: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    lags, _, residuals = estimate
    covariance = residuals.T @ residuals / (len(residuals) - VARIABLES * LAGS - 1)
    return impulse_responses(lags, np.linalg.cholesky(covariance), HORIZON)


def bands(
    y: np.ndarray, z: np.ndarray, estimate: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> np.ndarray:
    """From the estimate to the bounds of both bands, shape (4, H+1, K, K)."""
    draws = bootstrap_reduced_form(y, z, *estimate, draws=DRAWS, seed=SEED)
    impact = np.linalg.cholesky(draws.covariance)
    responses = impulse_responses(draws.lags, impact, HORIZON)
    return percentiles(responses, [0.16, 0.84, 0.05, 0.95])


def statsmodels_bands(y: np.ndarray) -> tuple[float, np.ndarray]:
    """Seconds for the peer's bands, and its point responses."""
    from statsmodels.tsa.api import VAR

    fitted = VAR(y).fit(LAGS, trend="c")
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
