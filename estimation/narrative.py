"""Narrative restrictions: what is known about the shocks of certain periods, and its probability.

With e_t = B^-1 u_t the restrictions bear on the shocks that a draw implies for the observed data,
in the restricted periods only (Antolín-Díaz and Rubio-Ramírez 2018). The inverse of a probability
is estimated without bias by the number of trials to a given number of successes (Haldane 1945).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .decompositions import implied_residuals
from .responses import impulse_responses
from .streams import block_generator

#: ``most``: no other shock contributed more. ``least``: none contributed less. ``overwhelming``:
#: more than all others together. All in absolute value.
Kind = Literal["most", "least", "overwhelming"]

#: Histories of shocks that are simulated at a time.
BATCH = 1024


@dataclass(frozen=True, slots=True)
class SignOf:
    """The sign of a shock in one period.

    Attributes
    ----------
    shock, row : int
        ``row`` counts periods from the first after the presample.
    sign : int
        1 or -1.
    """

    shock: int
    row: int
    sign: int


@dataclass(frozen=True, slots=True)
class ContributionOf:
    """The rank of a shock among those that moved a variable unexpectedly in a window.

    Attributes
    ----------
    shock, variable, first, last : int
        Periods ``first`` to ``last``, counted as in ``SignOf``.
    kind : str
    cumulative : bool
        Whether the variable's values in the window are summed, as of a change to get its level.
    """

    shock: int
    variable: int
    first: int
    last: int
    kind: Kind = "most"
    cumulative: bool = False


@dataclass(frozen=True, slots=True)
class Narrative:
    """Restrictions that hold together.

    Attributes
    ----------
    signs : tuple of SignOf
    contributions : tuple of ContributionOf
    """

    signs: tuple[SignOf, ...]
    contributions: tuple[ContributionOf, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """The periods that are restricted, ascending."""
        spans = [range(c.first, c.last + 1) for c in self.contributions]
        return tuple(sorted({s.row for s in self.signs}.union(*spans)))

    @property
    def horizon(self) -> int:
        """Periods from the first to the last of the longest window."""
        return max((c.last - c.first for c in self.contributions), default=0)

    def independent_parts(self) -> list[Narrative]:
        """Restrictions that share periods, directly or through others: the rest is independent."""
        parts: list[Narrative] = []
        for one in (
            *(Narrative((sign,)) for sign in self.signs),
            *(Narrative((), (contribution,)) for contribution in self.contributions),
        ):
            joined = [part for part in parts if set(part.rows) & set(one.rows)]
            whole = [*joined, one]
            parts = [part for part in parts if part not in joined]
            parts.append(
                Narrative(
                    tuple(sign for part in whole for sign in part.signs),
                    tuple(c for part in whole for c in part.contributions),
                )
            )
        return parts


@dataclass(frozen=True, slots=True, eq=False)
class InverseProbability:
    """1 / omega of each draw, omega being the probability that a narrative holds.

    Attributes
    ----------
    log_weights : ndarray, shape (R,)
        NaN where the simulation did not come to an end.
    simulated : ndarray of int, shape (R,)
        Histories of shocks that were simulated; none where the probability is known.
    """

    log_weights: np.ndarray
    simulated: np.ndarray

    @property
    def unresolved(self) -> np.ndarray:
        """Draws with too few successes within the limit, shape (R,), bool."""
        return np.asarray(np.isnan(self.log_weights))


def residuals_at(
    rows: Sequence[int], y: np.ndarray, z: np.ndarray, lags: np.ndarray, deterministic: np.ndarray
) -> np.ndarray:
    """Residuals of some periods, shape (..., len(rows), K).

    Parameters
    ----------
    rows : sequence of int
    y : ndarray, shape (T+p, K)
        Data with the presample first.
    z : ndarray, shape (T, m)
    lags : ndarray, shape (..., p, K, K)
    deterministic : ndarray, shape (..., K, m)
    """
    p = lags.shape[-3]
    found = [
        implied_residuals(y[row : row + p + 1], z[row : row + 1], lags, deterministic)
        for row in rows
    ]
    return np.asarray(np.concatenate(found, axis=-2))


def narrative_holds(
    narrative: Narrative,
    y: np.ndarray,
    z: np.ndarray,
    lags: np.ndarray,
    deterministic: np.ndarray,
    impact: np.ndarray,
) -> np.ndarray:
    """Whether the shocks that draws imply for the data satisfy the restrictions.

    Parameters
    ----------
    narrative : Narrative
    y, z, lags, deterministic
        As in ``residuals_at``.
    impact : ndarray, shape (..., K, K)
        Whole: a contribution is compared with those of all other shocks.

    Returns
    -------
    ndarray of bool, shape (...)
    """
    errors = residuals_at(narrative.rows, y, z, lags, deterministic)
    shocks = np.swapaxes(np.linalg.solve(impact, np.swapaxes(errors, -1, -2)), -1, -2)
    responses = impulse_responses(lags, impact, narrative.horizon)
    return np.asarray(_hold(narrative, shocks, responses))


def log_inverse_probability(
    narrative: Narrative,
    lags: np.ndarray,
    impact: np.ndarray,
    *,
    seed: int,
    first: int = 0,
    successes: int = 200,
    limit: int = 1_000_000,
    scales: np.ndarray | None = None,
) -> InverseProbability:
    r"""Log of 1 / omega, the importance weight of draws that satisfy narrative restrictions.

    Draws that satisfy them have the posterior in which the restrictions are part of the likelihood,
    not of the prior, after weighting by 1 / omega, where omega is the probability that shocks
    e ~ N(0, I) in the restricted periods satisfy them, given the draw's responses.

    Signs of distinct shocks and periods that stand alone have omega = 2^-n. Otherwise histories are
    simulated until ``successes`` of them, r, satisfy the restrictions; after N of them

    .. math:: E[N / r] = 1 / \omega

    holds exactly, while the inverse of an estimated omega is biased and may be infinite. Weights
    that are right on average leave the weighted posterior consistent whatever r is; their relative
    standard error is ((1 - omega) / r)^(1/2).

    Parameters
    ----------
    narrative : Narrative
    lags : ndarray, shape (R, p, K, K)
    impact : ndarray, shape (R, K, K)
    seed : int
        Draw r uses stream ``first + r`` of it, whatever else is simulated.
    first : int
    successes : int
        r.
    limit : int
        Histories after which a draw is given up, for each part that shares no period with others.
    scales : ndarray, shape (T,), optional
        Standard deviation of each period's shocks, where it is not one.
    """
    parts = narrative.independent_parts()
    known = sum(len(set(part.signs)) for part in parts if not part.contributions)
    log_weights = np.full(len(impact), known * np.log(2.0))
    simulated = np.zeros(len(impact), dtype=np.int64)
    unknown = [part for part in parts if part.contributions]
    if not unknown:
        return InverseProbability(log_weights, simulated)
    responses = impulse_responses(lags, impact, narrative.horizon)
    for r in range(len(impact)):
        generator = block_generator(seed, first + r)
        for part in unknown:
            spread = np.ones(len(part.rows)) if scales is None else scales[list(part.rows)]
            trials, reached = _trials(part, responses[r], spread, generator, successes, limit)
            simulated[r] += trials
            log_weights[r] += np.log(trials / successes) if reached else np.nan
    return InverseProbability(log_weights, simulated)


def shock_sign_rows(
    signs: Sequence[SignOf],
    y: np.ndarray,
    z: np.ndarray,
    lags: np.ndarray,
    deterministic: np.ndarray,
    factor: np.ndarray,
) -> np.ndarray:
    """Signs of shocks as inequalities in the columns of Q: rows m with m' q_j >= 0.

    With B = F Q the shock of period t is e_jt = q_j' F^-1 u_t.

    Parameters
    ----------
    signs : sequence of SignOf, length n
    y, z, lags, deterministic
        As in ``residuals_at``.
    factor : ndarray, shape (..., K, K)
        F with F F' = Sigma.

    Returns
    -------
    ndarray, shape (..., n, K)
    """
    errors = residuals_at([sign.row for sign in signs], y, z, lags, deterministic)
    rows = np.swapaxes(np.linalg.solve(factor, np.swapaxes(errors, -1, -2)), -1, -2)
    return np.asarray(rows * np.array([sign.sign for sign in signs], dtype=float)[:, None])


def _hold(narrative: Narrative, shocks: np.ndarray, responses: np.ndarray) -> np.ndarray:
    """Whether shocks (..., n, K) of the restricted periods satisfy all restrictions, (...)."""
    place = {row: n for n, row in enumerate(narrative.rows)}
    held = np.ones(np.broadcast_shapes(shocks.shape[:-2], responses.shape[:-3]), dtype=bool)
    for sign in narrative.signs:
        held &= sign.sign * shocks[..., place[sign.row], sign.shock] > 0
    for one in narrative.contributions:
        window = [place[row] for row in range(one.last, one.first - 1, -1)]
        moved = responses[..., : len(window), one.variable, :]
        moved = np.cumsum(moved, axis=-2) if one.cumulative else moved
        parts = np.abs((moved * shocks[..., window, :]).sum(axis=-2))
        own, others = parts[..., one.shock], np.delete(parts, one.shock, axis=-1)
        if one.kind == "most":
            held &= own > others.max(axis=-1)
        elif one.kind == "least":
            held &= own < others.min(axis=-1)
        else:
            held &= own > others.sum(axis=-1)
    return held


def _trials(
    narrative: Narrative,
    responses: np.ndarray,
    spread: np.ndarray,
    generator: np.random.Generator,
    successes: int,
    limit: int,
) -> tuple[int, bool]:
    """Histories simulated until so many satisfied the restrictions, and whether so many did."""
    k = responses.shape[-1]
    trials, found = 0, 0
    while trials < limit:
        shocks = generator.standard_normal((BATCH, len(spread), k)) * spread[:, None]
        hits = np.flatnonzero(_hold(narrative, shocks, responses))
        if found + len(hits) >= successes:
            return trials + int(hits[successes - found - 1]) + 1, True
        trials, found = trials + BATCH, found + len(hits)
    return trials, False
