"""From an estimated equation to pass-through by horizon and the speed of adjustment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ..errors import NumericalError
from ..estimation.ardl import autoregression, distributed_lags, multiplier_slopes, multipliers
from ..estimation.nardl import EquationDraws, Slopes, bootstrap_equation
from ..estimation.resampling import INDEPENDENT, Wild
from ..estimation.streams import seed_from
from .equation_passthrough import EquationPassThrough, EquationPath
from .inference.intervals.percentile_t import PercentileT
from .inference.intervals.protocol import Errors, Interval
from .options import require_choice, require_count, require_levels
from .results import normal_bounds

if TYPE_CHECKING:
    from .ardl_results import ARDLResults

Bands = Literal["bootstrap", "delta"]

#: The error of a multiplier is studentised within each draw; its distribution is near symmetric.
SYMMETRIC_T = PercentileT(symmetric=True)

#: Periods within which half of the long-run pass-through is looked for.
LONGEST_HALF_LIFE = 240


@dataclass(frozen=True, slots=True)
class Side:
    """A kind of moves of the exchange rate, or the difference of two kinds.

    Attributes
    ----------
    kind : str
        Name; empty for all moves.
    weights : mapping of int to float
        What its multipliers are made of: place of a regressor to its weight.
    difference : bool
    """

    kind: str
    weights: Mapping[int, float]
    difference: bool = False


def pass_through(
    results: ARDLResults,
    horizon: int,
    *,
    bands: Bands,
    interval: Interval,
    levels: Sequence[float],
    draws: int,
    rng: int | np.random.Generator | None,
) -> EquationPassThrough:
    r"""Change of the price up to each horizon after a lasting fall of the yen by 1%.

    .. math:: PT(h) = \sum_{s \le h} \psi_s, \qquad \psi(L) = \beta(L) / \phi(L)

    Parameters
    ----------
    results : ARDLResults
    horizon : int
    bands : {"bootstrap", "delta"}
        Joint draws: residuals are resampled (each keeps its place and has its sign drawn where
        ``hac_lags`` is given), the equation is estimated again, the exchange rate is held fixed.
        Or normal limits with the exact derivatives, which are too narrow at long horizons when the
        price adjusts slowly.
    interval : Interval
        What is made of the draws.
    levels : sequence of float
    draws : int
    rng : int, Generator or None

    Raises
    ------
    NumericalError
        The price does not adjust, so multipliers do not converge.
    """
    require_convergence(results)
    require_count("horizon", horizon, 0)
    require_levels(levels)
    require_choice("bands", bands, ("bootstrap", "delta"))
    theta, sides = results.equation.parameters, results.sides()
    point = np.stack([_multipliers(results, theta, side, horizon) for side in sides])
    slopes = _slopes(results, horizon)
    # Among the free parameters what is alike by assumption has exactly no error.
    free = results.expansion.argmax(axis=0)
    covariance = results.equation.covariance[np.ix_(free, free)]
    in_free = slopes(theta) @ results.expansion
    variance = np.einsum("mi,ij,mj->m", in_free, covariance, in_free)
    error = np.sqrt(variance.clip(0)).reshape(point.shape)
    if bands == "delta":
        bounds = {level: normal_bounds(point, error, level) for level in levels}
        band = "normal, delta method" + ("" if results.hac_lags is None else ", HAC")
    else:
        found = parameter_draws(results, draws, rng, slopes if interval.needs_errors else None)
        drawn = [_multipliers(results, found.parameters, side, horizon) for side in sides]
        within = None
        if found.errors is not None:
            within = Errors(error, found.errors.reshape(-1, *point.shape))
        bounds = interval.bounds(point, np.stack(drawn, axis=1), levels, within)
        kind = "residual" if results.hac_lags is None else "wild"
        band = f"{interval.describe()}, {kind} bootstrap ({draws:,} joint draws)"
    return EquationPassThrough(
        approach=results.model,
        price=results.price,
        exchange_rate=results.exchange_rate,
        horizons=np.arange(horizon + 1),
        paths=tuple(
            EquationPath(
                side.kind,
                point[i],
                error[i],
                {level: (low[i], high[i]) for level, (low, high) in bounds.items()},
                side.difference,
            )
            for i, side in enumerate(sides)
        ),
        levels=tuple(levels),
        band=band,
        setting=results.notes()[:-1],
        references=results.methods,
        nobs=results.nobs,
        sample=results.sample,
    )


def speed(
    results: ARDLResults,
    levels: Sequence[float],
    *,
    draws: int,
    rng: int | np.random.Generator | None,
) -> pd.DataFrame:
    """How fast the price adjusts, in periods of the data.

    Parameters
    ----------
    results : ARDLResults
    levels : sequence of float
    draws : int
    rng : int, Generator or None

    Returns
    -------
    DataFrame
        ``periods to half of the long run``: from which on half of the long-run pass-through has
        come through (percentiles of the bootstrap). In levels also the ``error-correction
        coefficient`` and the ``half-life of a gap`` if it closed at that rate, ln 0.5 /
        ln(1 + coefficient), with the limits of the coefficient carried over. Limits are infinite
        where no adjustment lies within them.

    Raises
    ------
    NumericalError
        The price does not adjust.
    """
    require_convergence(results)
    require_levels(levels)
    value, error = results.error_correction
    reached = _half_reached(results, parameter_draws(results, draws, rng).parameters)
    at = float(_half_reached(results, results.equation.parameters[None])[0])
    half: dict[str, float] = {"estimate": at}
    gap: dict[str, float] = {"estimate": _half_life(value)}
    coefficient: dict[str, float] = {"estimate": value, "s.e.": error}
    for level in levels:
        low, high = normal_bounds(value, error, level)
        tails = [(1 - level) / 2, (1 + level) / 2]
        first, last = np.quantile(reached, tails, method="closest_observation")
        for row, (lower, upper) in (
            (half, (float(first), float(last))),
            (gap, (_half_life(low), _half_life(high))),
            (coefficient, (low, high)),
        ):
            row |= {f"low {level:.0%}": lower, f"high {level:.0%}": upper}
    table = {"periods to half of the long run": half}
    if results.form == "levels":
        table |= {"half-life of a gap": gap, "error-correction coefficient": coefficient}
    return pd.DataFrame.from_dict(table, orient="index")


def require_convergence(results: ARDLResults) -> None:
    """Refuse an equation whose price does not come to rest after a change of the exchange rate.

    Raises
    ------
    NumericalError
    """
    if results.converges:
        return
    value, error = results.error_correction
    if value < 0:
        what = f"its own lags have a root of {results.largest_root:.3f}"
    elif results.form == "levels":
        what = (
            f"the coefficient of its lagged level is {value:.4f} (s.e. {error:.4f}), not negative"
        )
    else:
        what = f"the coefficients of its past changes add up to {1 + value:.3f} (s.e. {error:.3f})"
    raise NumericalError(
        f"'{results.price.id}' does not come to rest after a move of the exchange rate: {what}. "
        "Multipliers do not converge, so there is no pass-through to report.",
        remedy="Use changes instead of levels, other lags or another sample.",
    )


def parameter_draws(
    results: ARDLResults,
    draws: int,
    rng: int | np.random.Generator | None,
    slopes: Slopes | None = None,
) -> EquationDraws:
    """Joint draws of the parameters, by the resampling that suits the covariance asked for."""
    require_count("draws", draws, 100)
    robust = results.hac_lags is not None
    return bootstrap_equation(
        results.y,
        results.x,
        results.z,
        results.layout,
        results.expansion,
        results.equation.parameters,
        results.equation.residuals,
        draws=draws,
        seed=seed_from(rng),
        resampling=Wild() if robust else INDEPENDENT,
        slopes=slopes,
        robust=robust,
    )


def _slopes(results: ARDLResults, horizon: int) -> Slopes:
    """Derivatives of the multipliers of all sides, one side's horizons after the other's."""

    def slopes(parameters: np.ndarray) -> np.ndarray:
        sides = [
            sum(
                w * multiplier_slopes(parameters, results.layout, j, horizon)
                for j, w in side.weights.items()
            )
            for side in results.sides()
        ]
        return np.concatenate(sides, axis=-2)

    return slopes


def _multipliers(
    results: ARDLResults, parameters: np.ndarray, side: Side, horizon: int
) -> np.ndarray:
    """Multipliers of a side, parameters (..., size) to (..., H+1)."""
    layout = results.layout
    beta = [w * distributed_lags(parameters, layout, j) for j, w in side.weights.items()]
    return multipliers(autoregression(parameters, layout), np.sum(beta, axis=0), horizon)


def _half_reached(results: ARDLResults, parameters: np.ndarray) -> np.ndarray:
    """First period from which half of the long run has come through, (R, size) to (R,).

    Infinite where it is not within ``LONGEST_HALF_LIFE`` periods, or there is no long run.
    """
    side, layout = results.sides()[0], results.layout
    path = _multipliers(results, parameters, side, LONGEST_HALF_LIFE)
    theta = np.sum([w * parameters[:, layout.level(j)] for j, w in side.weights.items()], axis=0)
    below = -parameters[:, layout.own_level]
    long_run = np.divide(theta, below, out=np.full(len(below), np.nan), where=below > 0)
    short = ~(path / long_run[:, None] >= 0.5)
    periods = path.shape[1]
    first = np.where(short.any(axis=1), periods - short[:, ::-1].argmax(axis=1), 0)
    return np.where(first == periods, np.inf, first.astype(float))


def _half_life(coefficient: float) -> float:
    """Periods until half of a gap is closed at a rate; infinite where it does not close."""
    if coefficient >= 0:
        return float("inf")
    return 0.0 if coefficient <= -1 else float(np.log(0.5) / np.log1p(coefficient))
