"""Local projections of 6 variables on each other, 48 horizons, 12 lags, Newey-West errors.

Ours is the whole way from the arranged data to what a user holds: coefficients and errors of all
36 responses, their joint covariance over horizons, the result object with its sizes and notes. The
peers give coefficients and errors, equation by equation, as arrays.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.projection_errors import NeweyWest
from yenloop.models.projection_irf import ProjectionIRF
from yenloop.models.projection_shocks import ReducedFormInnovations
from yenloop.models.projections import LocalProjections

from .var_bootstrap import LAGS, ROWS, VARIABLES, simulated

WORKLOAD = "lp_hac"
HORIZON = 48
REPEATS = 15
#: Autocovariances where a peer takes one number for all horizons.
BANDWIDTH = 12


def run() -> list[dict[str, object]]:
    y = simulated()
    with threadpool_limits(limits=1, user_api="blas"):
        return [
            row("statsmodels OLS", *regressions(y)),
            row("statsmodels LocalProjections", *local_projections(y)),
            {
                "workload": WORKLOAD,
                "ours_seconds": timed(lambda: innovations(y))[0],
                "peer": "lpirfs (R)",
                "peer_seconds": None,
                "ratio": None,
                "max_abs_difference": None,
                "note": "not run: R is not installed here",
            },
        ]


def row(peer: str, ours: float, seconds: float, difference: float, note: str) -> dict[str, object]:
    return {
        "workload": WORKLOAD,
        "ours_seconds": ours,
        "peer": peer,
        "peer_seconds": seconds,
        "ratio": seconds / ours,
        "max_abs_difference": difference,
        "note": note,
    }


def innovations(y: np.ndarray) -> ProjectionIRF:
    """Coefficients on all of y_t beside its 11 lags, as many autocovariances as the horizon."""
    errors = NeweyWest(small_sample=False)
    fitted = LocalProjections(LAGS - 1, errors=errors).fit(labelled(y))
    return fitted.irf(
        horizon=HORIZON, scheme=ReducedFormInnovations(), size="unit", cumulative=False
    )


def first_shock(y: np.ndarray) -> ProjectionIRF:
    """Responses to the variable that comes first, on the periods of the last horizon."""
    errors = NeweyWest(BANDWIDTH, small_sample=False)
    fitted = LocalProjections(LAGS, errors=errors, sample="common").fit(labelled(y))
    return fitted.irf("a", HORIZON, scheme=Cholesky(), size="unit", cumulative=False)


def regressions(y: np.ndarray) -> tuple[float, float, float, str]:
    """One OLS with HAC errors for each variable and horizon; no more than two are alike."""
    ours, irf = timed(lambda: innovations(y))
    peer, found = timed(lambda: statsmodels_ols(y), 3)
    difference = max(
        float(np.abs(irf.point[1:] - found[0]).max()),
        float(np.abs(irf.std_error[1:] / found[1] - 1).max()),
    )
    fits = VARIABLES * HORIZON
    return (
        ours,
        peer,
        difference,
        f"{VARIABLES} variables x {HORIZON} horizons, {LAGS} lags, T = {ROWS}, Newey-West with "
        f"as many lags as the horizon; {fits} fits of statsmodels; ours with the joint covariance "
        "of all responses; largest difference of coefficients and relative one of errors",
    )


def local_projections(y: np.ndarray) -> tuple[float, float, float, str]:
    """The peer's own class: one shock, which comes first, and one sample for all horizons."""
    from statsmodels.tsa.api import LocalProjections as Peer

    ours, irf = timed(lambda: first_shock(y))
    model = Peer(y, shock_idx=0, lags=LAGS, horizons=HORIZON, nw_lags=BANDWIDTH)
    peer, found = timed(model.fit, 3)
    difference = max(
        float(np.abs(irf.point - found.irfs).max()),
        float(np.abs(irf.std_error[1:] / found.stderr[1:] - 1).max()),
    )
    return (
        ours,
        peer,
        difference,
        f"responses to the first variable, {BANDWIDTH} autocovariances, common sample",
    )


def statsmodels_ols(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients on the first lag and their errors, each [horizon, response, regressor]."""
    from statsmodels.api import OLS

    lags = [y[LAGS - j : ROWS - j] for j in range(1, LAGS + 1)]
    x = np.column_stack([np.ones(ROWS - LAGS), *lags])
    coefficients = np.empty((HORIZON, VARIABLES, VARIABLES))
    errors = np.empty_like(coefficients)
    for h in range(1, HORIZON + 1):
        rows = ROWS - LAGS - (h - 1)
        options = {"maxlags": h, "use_correction": False}
        for i in range(VARIABLES):
            fit = OLS(y[LAGS + h - 1 :, i], x[:rows]).fit(cov_type="HAC", cov_kwds=options)
            coefficients[h - 1, i] = fit.params[1 : 1 + VARIABLES]
            errors[h - 1, i] = fit.bse[1 : 1 + VARIABLES]
    return coefficients, errors


def labelled(y: np.ndarray) -> pd.DataFrame:
    index = pd.period_range("2000-01", periods=ROWS, freq="M")
    return pd.DataFrame(y, index=index, columns=list("abcdef"))


def timed(work: Callable[[], object], repeats: int = REPEATS) -> tuple[float, object]:
    """Median time of ``work`` after a first call that compiles, and its result."""
    result = work()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken), result
