"""The search for rotations that satisfy sign, zero and narrative restrictions; their weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ...errors import DrawError, EffectiveSampleWarning
from ...estimation.importance import resample
from ...estimation.narrative import (
    Narrative,
    log_inverse_probability,
    narrative_holds,
    shock_sign_rows,
)
from ...estimation.response_restrictions import ResponseRestrictions, RestrictionRows
from ...estimation.rotations import Rotations, draw_rotations, drawing_order
from ...estimation.streams import BLOCK, seed_for
from ...estimation.zero_sign_weights import log_zero_sign_weights
from ..inference.bootstrap import MAX_FAILED
from ..structural_draws import StructuralDraws
from .narrative import require_resolved
from .rotation_record import RotationRecord

if TYPE_CHECKING:
    from ...estimation.var_bootstrap import ReducedFormDraws
    from ..reduced_form.base import ReducedForm

#: Simulated histories after which the probability of a narrative is given up.
HISTORIES = 1_000_000

#: Simulated histories that satisfy a narrative, from which its probability is estimated: without
#: bias, so that more of them would only make the weights a little less uneven.
SUCCESSES = 50

#: Rotations that are examined at a time where a narrative rejects many.
TOGETHER = 32_768

#: An effective size of less than this share of what it should be is warned of.
SMALL = 0.2

#: A band needs at least this many draws.
FEWEST = 100


@dataclass(frozen=True, slots=True, eq=False)
class Admissible:
    """Accepted rotations of R reduced forms, up to ``count`` of each.

    Attributes
    ----------
    impact : ndarray, shape (R, count, K, K)
        All columns; NaN where none was found.
    found : ndarray of bool, shape (R, count)
    attempts : ndarray of int, shape (R, count)
    """

    impact: np.ndarray
    found: np.ndarray
    attempts: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What rotations must satisfy in a sample, and how long to look for them.

    Attributes
    ----------
    restrictions : ResponseRestrictions
    narrative : Narrative
        Without entries where nothing is known of single dates.
    reduced : ReducedForm
        The sample.
    max_attempts : int
        For each rotation that is wanted.
    candidates : int
        Rotations for each draw among which importance weights choose, where there are any.
    seed : int
    threads : int
    """

    restrictions: ResponseRestrictions
    narrative: Narrative
    reduced: ReducedForm
    max_attempts: int
    candidates: int
    seed: int
    threads: int

    @property
    def weighted(self) -> bool:
        """Whether accepted rotations differ in weight."""
        return bool(len(self.restrictions.zeros) or self.narrative.contributions)

    @property
    def order(self) -> np.ndarray:
        """Shocks in the order in which their columns are drawn, shape (K,)."""
        size = self.restrictions.size
        return drawing_order(
            self.restrictions.signs.bounds(size), self.restrictions.zeros.bounds(size)
        )

    def factors(self, covariance: np.ndarray) -> np.ndarray:
        """F with F F' = Sigma, whose columns are rotated, shape (R, K, K)."""
        return np.linalg.cholesky(covariance)

    def rows(
        self, lags: np.ndarray, deterministic: np.ndarray, factor: np.ndarray
    ) -> RestrictionRows:
        """All restrictions that are inequalities or equations in the columns of Q."""
        rows = self.restrictions.rows(lags, factor)
        signs = self.narrative.signs
        if not signs:
            return rows
        data = self.reduced.y, self.reduced.z
        shocks = np.array([sign.shock for sign in signs])
        return rows.with_signs(shocks, shock_sign_rows(signs, *data, lags, deterministic, factor))

    def holds(self, lags: np.ndarray, deterministic: np.ndarray, impact: np.ndarray) -> np.ndarray:
        """Whether draws (N, ...) satisfy the narrative."""
        data = self.reduced.y, self.reduced.z
        return narrative_holds(self.narrative, *data, lags, deterministic, impact)

    def admissible(
        self,
        lags: np.ndarray,
        deterministic: np.ndarray,
        covariance: np.ndarray,
        count: int,
        purpose: str,
    ) -> Admissible:
        """Accepted rotations of R reduced forms, ``count`` of each.

        ``purpose`` keeps the random numbers of different searches apart.
        """
        factor = self.factors(covariance)
        rows = self.rows(lags, deterministic, factor)
        seed = seed_for(self.seed, f"rotations {purpose}")
        draw = partial(
            draw_rotations,
            max_attempts=self.max_attempts,
            seed=seed,
            order=self.order,
            threads=self.threads,
        )
        drawn = draw(rows, count=count)
        tried = Admissible(
            self.exact(factor[:, None] @ drawn.rotation), drawn.found, drawn.attempts
        )
        if self.narrative.contributions:
            self._look_on(tried, draw, rows, (lags, deterministic, factor))
        return tried

    def _look_on(
        self,
        tried: Admissible,
        draw: Callable[..., Rotations],
        rows: RestrictionRows,
        forms: tuple[np.ndarray, np.ndarray, np.ndarray],
    ) -> None:
        """Replace rotations that do not satisfy the narrative, as long as attempts are left.

        More and more are drawn at a time, of which the first that satisfies it is taken.
        """
        lags, deterministic, factor = forms
        impact, found, attempts = tried.impact, tried.found, tried.attempts
        form = np.broadcast_to(np.arange(len(found))[:, None], found.shape)
        found[found] = self.holds(lags[form[found]], deterministic[form[found]], impact[found])
        first, each = -(-found.size // BLOCK), 1
        while (missing := ~found & (attempts > 0) & (attempts < self.max_attempts)).any():
            which = form[missing]
            each = max(1, min(2 * each, TOGETHER // len(which)))
            drawn = draw(rows.at(which), count=each, first=first)
            first += -(-drawn.found.size // BLOCK)
            fresh, held = self.exact(factor[which, None] @ drawn.rotation), drawn.found
            again = np.repeat(which, each).reshape(-1, each)
            held[held] = self.holds(lags[again[held]], deterministic[again[held]], fresh[held])
            slot, holds = np.arange(len(which)), held.any(axis=1)
            taken = np.where(holds, np.argmax(held, axis=1), each - 1)
            attempts[missing] += np.cumsum(drawn.attempts, axis=1)[slot, taken]
            impact[missing], found[missing] = fresh[slot, taken], holds
        impact[~found] = np.nan

    def of_estimate(self, count: int, purpose: str = "point") -> Admissible:
        """Accepted rotations of the estimated reduced form, up to ``count``."""
        reduced = self.reduced
        return self.admissible(
            reduced.lag_coefficients[None],
            reduced.deterministic[None],
            reduced.covariance[None],
            count,
            purpose,
        )

    def exact(self, impact: np.ndarray) -> np.ndarray:
        """Impact matrices with zeros on impact free of rounding."""
        zeros = self.restrictions.zeros.only(self.restrictions.zeros.horizon == 0)
        cells = impact[..., zeros.response, zeros.shock]
        impact[..., zeros.response, zeros.shock] = np.where(np.isnan(cells), np.nan, 0.0)
        return impact

    def log_weights(self, lags: np.ndarray, impact: np.ndarray, purpose: str) -> np.ndarray:
        """Log importance weights of N accepted draws, up to a constant."""
        found = log_zero_sign_weights(lags, impact, self.restrictions.zeros, self.order)
        if self.narrative.contributions:
            chances = log_inverse_probability(
                self.narrative,
                lags,
                impact,
                seed=seed_for(self.seed, f"histories {purpose}"),
                successes=SUCCESSES,
                limit=HISTORIES,
                scales=self.reduced.scales,
            )
            found = found + require_resolved(chances, HISTORIES)
        return found


def conditional_draws(search: Search, found: ReducedFormDraws) -> StructuralDraws:
    """One accepted rotation of each reduced form, chosen by weight where there are weights.

    Raises
    ------
    DrawError
        If in more than five per cent of the draws a restricted response does not exist.
    """
    count = search.candidates if search.weighted else 1
    tried = search.admissible(found.lags, found.deterministic, found.covariance, count, "draws")
    exist: np.ndarray = tried.attempts.max(axis=1) > 0  # a long-run response may not exist
    kept = np.flatnonzero(tried.found.any(axis=1))
    failed = found.failed + int((~exist).sum())
    if failed > MAX_FAILED * (len(exist) + found.failed):
        raise DrawError(
            f"In {failed} of {len(exist) + found.failed} draws the restricted long-run responses "
            "do not exist.",
            remedy="Let variables with a unit root enter in changes, or restrict other horizons.",
        )
    if 0 < len(kept) < min(FEWEST, 0.9 * len(exist)):
        warnings.warn(
            f"Only {len(kept)} of {len(exist)} reduced forms have a rotation that satisfies the "
            "restrictions: too few for bands. Ask for more draws, or restrict less.",
            EffectiveSampleWarning,
            stacklevel=4,
        )
    chosen, effective = np.zeros(len(kept), dtype=int), None
    if search.weighted and len(kept):
        chosen, effective = _choose(search, found.lags[kept], tried, kept)
    record = RotationRecord(
        weighting="conditional",
        attempts=int(tried.attempts.sum()),
        accepted=int(tried.found.sum()),
        reduced_forms=int(exist.sum()),
        without=int(exist.sum()) - len(kept),
        max_attempts=search.max_attempts,
        candidates=count if search.weighted else None,
        effective=effective,
    )
    return StructuralDraws(
        found.lags[kept],
        found.deterministic[kept],
        found.covariance[kept],
        tried.impact[kept, chosen],
        failed,
        found.refitted,
        found.adjusted,
        record,
        record.remarks(),
    )


def _choose(
    search: Search, lags: np.ndarray, tried: Admissible, kept: np.ndarray
) -> tuple[np.ndarray, float]:
    """A candidate of each reduced form that has any, drawn by weight; the mean effective number."""
    found, impact = tried.found[kept], tried.impact[kept]
    form, place = np.nonzero(found)
    log_weights = np.full(found.shape, -np.inf)
    log_weights[form, place] = search.log_weights(lags[form], impact[form, place], "draws")
    shares = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    uniform = np.random.default_rng(seed_for(search.seed, "choice")).random((len(kept), 1))
    edges = np.cumsum(shares, axis=1)
    chosen = (edges / edges[:, -1:] <= uniform).sum(axis=1)
    effective = float((1 / np.square(shares).sum(axis=1)).mean())
    if effective < max(SMALL * search.candidates, 1.5):
        warnings.warn(
            f"Among {search.candidates} rotations of a reduced form the importance weights leave "
            f"{effective:.1f} of equal weight on average: the choice among them is coarse. Raise "
            "candidates.",
            EffectiveSampleWarning,
            stacklevel=5,
        )
    return chosen, effective


def equally_weighted(search: Search, lags: np.ndarray, impact: np.ndarray) -> np.ndarray:
    """Accepted rotations (N, K, K) of one reduced form with lags (p, K, K), resampled by weight."""
    if not search.weighted:
        return impact
    weights = search.log_weights(np.broadcast_to(lags, (len(impact), *lags.shape)), impact, "point")
    again = resample(weights, len(impact), seed_for(search.seed, "point")).index
    resampled: np.ndarray = impact[again]
    return resampled
