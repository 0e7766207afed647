"""Bootstrap of a VAR with external instruments: residuals and instruments are drawn together.

Each period of a replication takes u_t and z_t of the same row: what relates them stays whole, as
does what neighbouring periods have in common where blocks are drawn. The VAR is estimated again
from the rebuilt series, and so is the covariance of its residuals with the instruments, which the
wild bootstrap would leave as it was (its weight's square is one).

References
----------
Jentsch and Lunsford (2019), American Economic Review 109; (2022), Journal of Business & Economic
Statistics 40.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .proxy import covariance_where_observed, directions
from .resampling import Resampling
from .var_bootstrap import Statistic

#: Own variables of the shocks (k,) and the columns of the instruments (m,) that identify them.
Group = tuple[np.ndarray, np.ndarray]


def drawn_with_residuals(
    instruments: np.ndarray,
    usable: np.ndarray,
    resampling: Resampling,
    groups: Sequence[Group],
    coefficients: float | None = None,
) -> Statistic:
    """What a bootstrap computes from each replication to identify instrumented shocks.

    Instruments are centred as residuals are: over all rows, or place by place in a block.

    Parameters
    ----------
    instruments : ndarray, shape (T, m)
        NaN where not observed; a missing value goes where its period goes.
    usable : ndarray of bool, shape (T,)
        Periods whose residual may be drawn.
    resampling : Resampling
        The rule by which the bootstrap draws residuals.
    groups : sequence of Group
    coefficients : float, optional
        For Sigma of the periods with instruments; see ``proxy.covariance_where_observed``.

    Returns
    -------
    Statistic
        Of shape (R, K, k): ``proxy.directions`` of all groups side by side; of shape (R, K, k + K),
        with Sigma behind them, where ``coefficients`` are given.
    """
    table = resampling.table(instruments, usable)

    def identified(rows: np.ndarray, residuals: np.ndarray) -> np.ndarray:
        drawn = table[rows]
        drawn[:, ~usable] = np.nan
        parts = [directions(residuals, drawn[..., columns], own) for own, columns in groups]
        if coefficients is not None:
            parts.append(covariance_where_observed(residuals, drawn, coefficients))
        return np.concatenate(parts, axis=-1)

    return identified
