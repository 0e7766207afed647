"""Robust bounds of a structural VAR: from its restrictions and draws to the ends of the set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..data.panel import response_scales
from ..errors import InvalidInferenceError, NotIdentifiedError
from ..estimation.responses import impulse_responses
from ..estimation.robust_bounds import SetBounds, set_bounds, starting_rotations
from ..estimation.streams import seed_for
from .identification.named_shocks import chosen_shocks
from .identification.signs import SignRestrictions
from .impulse_response import impulse_response, targets_of
from .options import require_count
from .robust_bounds import RobustBounds, SearchCheck
from .structural_result import origin

if TYPE_CHECKING:
    from ..estimation.response_restrictions import RestrictionRows
    from .identification.rotation_search import Search
    from .responses import IRF, Size
    from .structural import StructuralVAR

#: Reduced forms whose bounds are searched for twice, to see what one search misses.
REPEATED = 20


def robust_bounds(
    svar: StructuralVAR,
    horizon: int,
    *,
    shock: str | None,
    size: Size,
    cumulative: bool | Literal["auto"],
    levels: Sequence[float],
    rotations: int,
) -> RobustBounds:
    """See ``StructuralVAR.robust_bounds``."""
    require_count("rotations", rotations, 2)
    search = _search(svar)
    named = tuple(size) if isinstance(size, Mapping) else svar.identified
    one = chosen_shocks(svar, shock or named[0], "Robust bounds")[0]
    irf = impulse_response(svar, horizon, size=size, cumulative=cumulative, levels=levels)
    prior = irf.select(shock=one)

    # The estimate first, then the draws.
    reduced, drawn = svar.reduced, svar.reduced.draws(svar.inference, svar.seed)
    lags = np.concatenate([reduced.lag_coefficients[None], drawn.lags])
    deterministic = np.concatenate([reduced.deterministic[None], drawn.deterministic])
    factor = np.linalg.cholesky(np.concatenate([reduced.covariance[None], drawn.covariance]))
    rows = search.rows(lags, deterministic, factor)
    column = svar.shock_names.index(one)
    target = targets_of(size, svar)[svar.identified.index(one)]
    targets = _targets(svar, prior, lags, factor, horizon, target)
    own = None if np.isnan(target) else np.ascontiguousarray(factor[:, column])

    found = _bounds(search, rows, targets, column, own, rotations, "robust bounds")
    check = None
    if not found.exact:
        check = _checked(search, rows, targets, column, own, rotations, found)
    ends = found.ends.reshape(len(lags), 2, horizon + 1, len(svar.names))
    kept = ends[1:][found.nonempty[1:]]
    return RobustBounds(
        **origin(svar, levels),
        names=svar.names,
        shock=one,
        lower=kept[:, 0],
        upper=kept[:, 1],
        estimated=ends[0],
        tried=len(lags) - 1,
        exact=found.exact,
        check=check,
        single_prior=prior,
    )


def _search(svar: StructuralVAR) -> Search:
    """The restrictions of the scheme, which must be inequalities and equations in columns of Q.

    Raises
    ------
    NotIdentifiedError
        If the scheme does not leave a set.
    InvalidInferenceError
        If it has restrictions of another kind, or there is no sample of reduced forms.
    """
    if not isinstance(svar.scheme, SignRestrictions):
        raise NotIdentifiedError(
            "Robust bounds are those of the set of models that sign restrictions leave; the scheme "
            f"'{svar.scheme.name}' is none of these.",
            remedy="Use SignRestrictions, or the bands of irf().",
        )
    if svar.inference.interval.reads_pairs:
        raise InvalidInferenceError(
            f"{svar.inference.describe()}: perturbed estimates are no sample of reduced forms.",
            remedy="Use Posterior or a bootstrap.",
        )
    search = svar.scheme.search(svar.reduced, svar.seed, getattr(svar.inference, "threads", 1))
    if search.narrative.contributions:
        raise InvalidInferenceError(
            "A narrative restriction that ranks the shocks by their contributions bears on all of "
            "them at once; bounds under it are not available.",
            remedy="Keep the signs of shocks at dates, which bounds take, and drop the ranking.",
        )
    return search


def _targets(
    svar: StructuralVAR,
    prior: IRF,
    lags: np.ndarray,
    factor: np.ndarray,
    horizon: int,
    target: float,
) -> np.ndarray:
    """Rows c of all responses c'q in their units, shape (R, (H+1) K, K)."""
    rows = impulse_responses(lags, factor, horizon)
    for i, name in enumerate(svar.names):
        if name in prior.cumulated:
            np.cumsum(rows[:, :, i], axis=1, out=rows[:, :, i])
    rows *= response_scales(svar.names, svar.columns)[:, None]
    if not np.isnan(target):
        rows *= target
    return np.ascontiguousarray(rows.reshape(len(lags), -1, len(svar.names)))


def _bounds(
    search: Search,
    rows: RestrictionRows,
    targets: np.ndarray,
    column: int,
    own: np.ndarray | None,
    rotations: int,
    purpose: str,
) -> SetBounds:
    """Ends of the identified set of each reduced form; ``purpose`` sets the random numbers."""
    starts = starting_rotations(
        rows,
        search.order,
        count=rotations,
        max_attempts=search.max_attempts,
        seed=seed_for(search.seed, purpose),
        threads=search.threads,
    )
    return set_bounds(rows, targets, column, starts, search.order, size=own, threads=search.threads)


def _checked(
    search: Search,
    rows: RestrictionRows,
    targets: np.ndarray,
    column: int,
    own: np.ndarray | None,
    rotations: int,
    found: SetBounds,
) -> SearchCheck:
    """Search some reduced forms again from other rotations."""
    some = np.flatnonzero(found.nonempty)[:REPEATED]
    sizes = None if own is None else own[some]
    again = _bounds(search, rows.at(some), targets[some], column, sizes, rotations, "robust check")
    both = np.stack([found.ends[some], again.ends])[:, again.nonempty]
    width = np.diff(both, axis=2)[:, :, 0]
    union = both[:, :, 1].max(axis=0) - both[:, :, 0].min(axis=0)
    with np.errstate(invalid="ignore"):
        short = 1 - width / union
    known = np.isfinite(short)
    return SearchCheck(
        rotations=rotations,
        at_outer=found.at_outer,
        repeated=int(again.nonempty.sum()),
        shortfall=float(short[known].mean()) if known.any() else float("nan"),
    )
