"""The regressions of all horizons of instrumented projections: estimates, sets, strength."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InvalidInferenceError
from ..estimation.anderson_rubin import ConfidenceSets, anderson_rubin
from ..estimation.first_stage import BIASES, critical_value
from ..estimation.projection_iv import (
    Partialled,
    Spread,
    ahead,
    explained_exactly,
    first_stage_f,
    k_class,
    kleibergen_paap,
    overidentification,
    partial_out,
    reduced_form,
)
from .projection_design import InstrumentedDesign
from .projection_errors import LagAugmented, ProjectionErrors
from .student_interval import Student

if TYPE_CHECKING:
    from .projections_iv import InstrumentedProjectionResults


@dataclass(frozen=True, slots=True, eq=False)
class Strength:
    """How strong the instruments are at each horizon, and whether they agree.

    Attributes
    ----------
    effective_f : ndarray, shape (H+1,)
        Montiel Olea and Pflueger's, under the covariance of the estimates.
    critical : ndarray, shape (H+1, 4)
        What it has to exceed for a bias below 5, 10, 20, 30 per cent of the worst case.
    kleibergen_paap : ndarray, shape (H+1,)
        Wald statistic of the rank of the first stages, over the number of instruments.
    j, p_value : ndarray, shape (H+1, N)
        Hansen's J by response; NaN where there are no more instruments than regressors.
    """

    effective_f: np.ndarray
    critical: np.ndarray
    kleibergen_paap: np.ndarray
    j: np.ndarray
    p_value: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Horizons:
    """What the regressions of all horizons give, in the panel's units.

    Attributes
    ----------
    point : ndarray, shape (H+1, N)
    influence : ndarray, shape (T, H+1, N)
        What each period adds to the error of the estimates.
    sets : mapping of level to ConfidenceSets
        Pieces of shape (H+1, N, S, 2).
    strength : Strength
    rows : ndarray of int, shape (H+1,)
    """

    point: np.ndarray
    influence: np.ndarray
    sets: Mapping[float, ConfidenceSets]
    strength: Strength
    rows: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _One:
    """The same of one horizon, without its axis."""

    point: np.ndarray
    influence: np.ndarray
    pieces: Mapping[float, np.ndarray]
    strength: tuple[np.ndarray, ...]


def run(
    results: InstrumentedProjectionResults,
    names: Sequence[str],
    horizon: int,
    levels: Sequence[float],
    *,
    cumulated: frozenset[str],
    summed: bool,
) -> Horizons:
    """Regressions of horizons 0 to ``horizon``.

    Parameters
    ----------
    results : InstrumentedProjectionResults
    names : sequence of str
        Responses, N of them.
    horizon : int
    levels : sequence of float
    cumulated : frozenset of str
        Responses that are summed up to the horizon.
    summed : bool
        Whether the shock's variable is.

    Raises
    ------
    SampleError, NumericalError, InvalidInferenceError
    """
    data, spec = results.data, results.spec
    z = data.z if spec.instruments else data.shock[:, None]
    data.require_rows(horizon, data.controls.shape[1] + z.shape[1] + 1)
    found = []
    for h in range(horizon + 1):
        rows, outcome = data.rows(h), data.outcome(names, h, cumulated)
        moved = ahead(data.shock, h, summed=True) if summed else data.shock
        parts = partial_out(outcome[rows], moved[rows, None], z[rows], data.controls[rows])
        held = [spec.held_on_impact(name, summed=summed) if h == 0 else np.nan for name in names]
        spread = partial(spread_of, spec.errors, h, rows)
        factors = {
            level: student_factor(spec.errors, data.spans(h)[[h]], level, z.shape[1])
            for level in levels
        }
        found.append(_estimate(parts, held, spec, spread, factors))
    influence = np.zeros((len(z), horizon + 1, len(names)))
    for h, one in enumerate(found):
        influence[data.rows(h), h] = one.influence
    strengths = zip(*(one.strength for one in found), strict=True)
    return Horizons(
        point=np.stack([one.point for one in found]),
        influence=influence,
        sets={
            level: ConfidenceSets(np.stack([one.pieces[level] for one in found]), level)
            for level in levels
        },
        strength=Strength(*(np.stack(part) for part in strengths)),
        rows=np.array([len(one.influence) for one in found]),
    )


def joint_root(errors: ProjectionErrors, influence: np.ndarray) -> np.ndarray:
    """A root of the covariance of estimates from their influences, shape (T, H+1, ...)."""
    horizons = np.arange(influence.shape[1])
    return errors.root(influence, horizons, len(influence) - horizons)


def spread_of(
    errors: ProjectionErrors, h: int, rows: np.ndarray, influence: np.ndarray, coefficients: int
) -> np.ndarray:
    """Covariance at one horizon; periods left out stay between those that are not neighbours."""
    whole = np.zeros((len(rows), 1, influence.shape[1]))
    whole[rows, 0] = influence
    root = errors.root(whole, np.array([h]), np.array([len(rows) - h]))[:, 0]
    factor = len(influence) / (len(influence) - coefficients) if errors.small_sample else 1.0
    return np.asarray(root.T @ root * (factor if coefficients else 1.0))


def _estimate(
    parts: Sequence[Partialled],
    held: Sequence[float],
    spec: InstrumentedDesign,
    spread: Spread,
    factors: Mapping[float, float],
) -> _One:
    """Estimates, sets and tests of all responses at one horizon."""
    fits = [k_class(part, liml=spec.estimator == "liml") for part in parts]
    free = np.isnan(held)
    n, m = parts[0].instruments.shape
    factor = n / (n - parts[0].controls - 1) if spec.errors.small_sample else 1.0
    influence = np.sqrt(factor) * np.column_stack([one.influence[:, 0] for one in fits])
    pieces = {level: np.full((len(parts), m + 1, 2), np.nan) for level in factors}
    for i, part in enumerate(parts):
        found = _pieces(part, spec.errors, spread, factors) if free[i] else {}
        for level, own in pieces.items():
            own[i, 0] = held[i]
            if level in found:
                own[i, : len(found[level])] = found[level]
    tests = np.full((2, len(parts)), np.nan)
    for i, part in enumerate(parts):
        if m > 1 and free[i]:
            tests[:, i] = _agreement(part, spread)
    return _One(
        point=np.where(free, [one.coefficients[0] for one in fits], held),
        influence=np.where(free, influence, 0.0),
        pieces=pieces,
        strength=(*_relevance(parts[0], spread), *tests),
    )


def _pieces(
    part: Partialled, errors: ProjectionErrors, spread: Spread, factors: Mapping[float, float]
) -> dict[float, np.ndarray]:
    """Anderson-Rubin sets of one response by level, each of shape (m + 1, 2).

    Errors that allow for no autocorrelation are those of the jackknife: HC1 covers less than it
    should in regressions with the lags of several variables among the controls.
    """
    if explained_exactly(part):
        part = replace(part, instruments=part.regressors)
    m = part.instruments.shape[1]
    jackknife = isinstance(errors, LagAugmented)
    found = reduced_form(part, jackknife=jackknife)
    covariance = spread(found.influence, 0 if jackknife else part.controls + m)
    return {
        level: anderson_rubin(
            found.response, found.regressors[:, 0], covariance * factor, level
        ).pieces
        for level, factor in factors.items()
    }


def student_factor(errors: ProjectionErrors, rows: np.ndarray, level: float, m: int) -> float:
    """What turns a chi-squared critical value into that of errors with few degrees of freedom.

    With B cosines a Wald statistic of m restrictions is m B / (B - m + 1) times an F(m, B - m + 1).

    Raises
    ------
    InvalidInferenceError
        If there are more restrictions than cosines.
    """
    from scipy.special import chdtri
    from scipy.stats import f

    interval = errors.interval(rows)
    if not isinstance(interval, Student):
        return 1.0
    count = interval.degrees[0]
    if count < m:
        raise InvalidInferenceError(
            f"{count} cosines cannot test {m} instruments at once.",
            remedy="Use more cosines, fewer instruments, or other errors.",
        )
    critical = m * count / (count - m + 1) * f.ppf(level, m, count - m + 1)
    return float(critical / chdtri(m, 1 - level))


def _relevance(part: Partialled, spread: Spread) -> tuple[np.ndarray, ...]:
    """Effective F, its critical values, and Kleibergen and Paap's F."""
    if explained_exactly(part):
        return np.array(np.inf), np.full(len(BIASES), np.nan), np.array(np.inf)
    f, moments = first_stage_f(part, spread)
    rank = kleibergen_paap(part, spread)[0] / part.instruments.shape[1]
    return np.array(f), np.array([critical_value(moments, b) for b in BIASES]), np.array(rank)


def _agreement(part: Partialled, spread: Spread) -> tuple[float, float]:
    """Hansen's J and its p-value."""
    from scipy.special import chdtrc

    statistic, df = overidentification(part, spread)
    return statistic, float(chdtrc(df, statistic))
