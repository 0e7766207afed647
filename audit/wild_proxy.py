"""The wild bootstrap with an instrument, which the package refuses: for demonstration only.

Each period keeps its own residual and instrument, both multiplied by +1 or -1. Their product keeps
its sign, and the covariance of residuals and instrument is nearly the same in every draw: the
bootstrap does not see the sampling error of what identifies the shock (Jentsch and Lunsford 2019).
"""

from __future__ import annotations

import numpy as np

from yenloop.estimation.proxy_bootstrap import drawn_with_residuals
from yenloop.estimation.resampling import Wild
from yenloop.estimation.responses import impulse_responses
from yenloop.estimation.var_bootstrap import bootstrap_reduced_form
from yenloop.models.identification.instruments import Instruments
from yenloop.models.inference.intervals.percentile import PERCENTILE
from yenloop.models.structural import StructuralVAR


def wild_bounds(
    svar: StructuralVAR, horizon: int, draws: int, level: float, *, cumulative: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Percentiles of the wild bootstrap of responses to an instrumented shock of one unit.

    Parameters
    ----------
    svar : StructuralVAR
        One shock, identified by ``Instruments``.
    horizon, draws : int
    level : float
    cumulative : bool
        Sum the responses over horizons.

    Returns
    -------
    low, high : ndarray, shape (H+1, K)
    """
    reduced, scheme, rule = svar.reduced, svar.scheme, Wild()
    if not isinstance(scheme, Instruments):
        raise TypeError("a scheme with instruments is needed")
    values = scheme.values(reduced)
    groups = scheme.groups(reduced.names)
    found = bootstrap_reduced_form(
        reduced.y,
        reduced.z,
        reduced.lag_coefficients,
        reduced.deterministic,
        reduced.residuals.to_numpy(),
        draws=draws,
        seed=svar.seed,
        resampling=rule,
        statistic=drawn_with_residuals(
            values - np.nanmean(values, axis=0), reduced.resampled_rows, rule, groups
        ),
    )
    direction = np.asarray(found.statistic)
    own = direction[:, groups[0][0]]
    responses = impulse_responses(found.lags, direction / own, horizon)[..., 0]
    drawn = responses.cumsum(axis=1) if cumulative else responses
    low, high = PERCENTILE.bounds(drawn[0], drawn, [level])[level]
    return low, high
