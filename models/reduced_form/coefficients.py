"""The coefficients of a VAR as tables: standard errors, intervals and tidy rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..results import tidy_frame
from .deterministic import OUTLIER

if TYPE_CHECKING:
    from .var_results import VARResults


def std_errors(var: VARResults) -> np.ndarray:
    """Standard errors of shape (n, K), regressors in rows.

    Robust covariances rest on squared residuals, and the one residual behind the dummy of a single
    period is zero by construction: it then has no standard error.
    """
    variances = np.diag(var.coefficient_covariance())
    table = np.sqrt(np.maximum(variances, 0.0)).reshape(len(var.names), -1).T
    if var.spec.errors != "classical":
        table[[name.startswith(OUTLIER) for name in var.regressors]] = np.nan
    return table


def tidy_coefficients(var: VARResults, levels: Sequence[float]) -> pd.DataFrame:
    """See ``VARResults.tidy``."""
    lagged = [(name, lag) for lag in range(1, var.p + 1) for name in var.names]
    terms = [(name, 0) for name in var.z_names] + lagged
    k, n = len(var.names), len(terms)
    robust = "" if var.spec.errors == "classical" else f", {var.spec.errors}"
    rows = pd.DataFrame(
        {
            "model": var.model,
            "statistic": "coefficient",
            "shock": [variable for variable, _ in terms] * k,
            "response": np.repeat(var.names, n),
            "horizon": [lag for _, lag in terms] * k,
            "estimate": var.params.to_numpy().T.ravel(),
            "std_error": var.std_errors.to_numpy().T.ravel(),
            "band": f"t{robust}",
            "unit": [_unit(var, name, regressor) for name in var.names for regressor, _ in terms],
        }
    )
    frames = []
    for level in levels:
        low, high = (bound.to_numpy().T.ravel() for bound in var.conf_int(level))
        frames.append(rows.assign(level=level, conf_low=low, conf_high=high))
    return tidy_frame(pd.concat(frames))


def _unit(var: VARResults, equation: str, regressor: str) -> str:
    """Unit of a coefficient: of the equation, per unit of the variable that it multiplies."""
    unit = var.columns[equation].unit
    if regressor in var.exogenous_terms and regressor not in var.columns:
        regressor = regressor.rpartition(".l")[0]
    return f"{unit} per {var.columns[regressor].unit}" if regressor in var.columns else unit
