"""Local projections of 6 variables on each other, 48 horizons, 12 lags, Newey-West errors.

Ours is the whole way from the arranged data to what a user holds: coefficients and errors of all
36 responses, their joint covariance over horizons, the result with its sizes and notes. The peers
give coefficients and errors as arrays.
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
        one_by_one = row("statsmodels OLS", *regressions(y))
        own_class = row("statsmodels LocalProjections", *first_shock(y))
    nulls = dict.fromkeys(("peer_seconds", "ratio", "max_abs_difference"))
    absent = {"peer": "lpirfs (R)", "note": "not run: R is not installed here"}
    return [one_by_one, own_class, {**one_by_one, **nulls, **absent}]


def row(peer: str, ours: float, seconds: float, same: float, note: str) -> dict[str, object]:
    return {
        "workload": WORKLOAD,
        "ours_seconds": ours,
        "peer": peer,
        "peer_seconds": seconds,
        "ratio": seconds / ours,
        "max_abs_difference": same,
        "note": note,
    }


def regressions(y: np.ndarray) -> tuple[float, float, float, str]:
    """One OLS with HAC errors for each variable and horizon, on all its periods."""
    errors = NeweyWest(small_sample=False)
    fitted = LocalProjections(LAGS - 1, errors=errors).fit(labelled(y))  # y_t and 11 lags
    ours, irf = timed(
        lambda: fitted.irf(
            horizon=HORIZON, scheme=ReducedFormInnovations(), size="unit", cumulative=False
        )
    )
    peer, found = timed(lambda: statsmodels_ols(y), 3)
    note = (
        f"{VARIABLES} variables x {HORIZON} horizons, {LAGS} lags, T = {ROWS}, Newey-West with as "
        f"many lags as the horizon; {VARIABLES * HORIZON} fits of statsmodels; ours with the joint "
        "covariance of all responses; largest difference of coefficients and relative one of errors"
    )
    return ours, peer, difference(irf.point[1:], irf.std_error[1:], *found), note


def first_shock(y: np.ndarray) -> tuple[float, float, float, str]:
    """The peer's own class: one shock, which comes first, and one sample for all horizons."""
    from statsmodels.tsa.api import LocalProjections as Peer

    errors = NeweyWest(BANDWIDTH, small_sample=False)
    fitted = LocalProjections(LAGS, errors=errors, sample="common").fit(labelled(y))
    ours, irf = timed(
        lambda: fitted.irf("a", HORIZON, scheme=Cholesky(), size="unit", cumulative=False)
    )
    model = Peer(y, shock_idx=0, lags=LAGS, horizons=HORIZON, nw_lags=BANDWIDTH)
    peer, found = timed(model.fit, 3)
    same = difference(irf.point[1:], irf.std_error[1:], found.irfs[1:], found.stderr[1:])
    note = f"responses to the first variable, {BANDWIDTH} autocovariances, common sample"
    return ours, peer, same, note


def difference(
    point: np.ndarray, errors: np.ndarray, peer: np.ndarray, peer_errors: np.ndarray
) -> float:
    """Largest difference of coefficients, or relative one of errors."""
    return max(float(np.abs(point - peer).max()), float(np.abs(errors / peer_errors - 1).max()))


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
