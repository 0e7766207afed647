"""Pseudo out-of-sample forecasts: what a model would have said at each date, against what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..data.dates import label_of, require_date
from ..data.panel import Panel, as_panel, refuse_two_sided, response_scales
from ..errors import SampleError, SpecError
from ..estimation.bands import percentiles
from ..estimation.scores import crps
from ..estimation.streams import seed_from
from .forecast_scores import ForecastEvaluation, ForecastRecord
from .forecasting import predictive_paths
from .inference.residual_bootstrap import ResidualBootstrap
from .options import require_levels
from .reduced_form.deterministic import next_periods
from .var import VAR

#: What a forecast h steps ahead is of: the value then, the mean or the sum over the h periods.
Target = Literal["end", "mean", "sum"]
RANDOM_WALK, AUTOREGRESSION = "Random walk", "AR"


def evaluate_forecasts(
    model: VAR,
    data: Panel | pd.DataFrame,
    *,
    first_origin: str,
    horizons: Sequence[int] = (1, 3, 6, 12),
    window: int | None = None,
    targets: Mapping[str, Target] | None = None,
    autoregression: VAR | None = None,
    draws: int = 500,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | np.random.Generator | None = 0,
) -> ForecastEvaluation:
    """Estimate at every date from ``first_origin`` on, forecast, and compare with what came.

    Beside the model stand a random walk (a level stays as it is; the change of a differenced
    column is zero) and an autoregression of each variable.

    Parameters
    ----------
    model : VAR
        Its lags are chosen anew at each origin where a criterion chooses them; outlier dummies
        and a pandemic scale enter once their first period has come.
    data : Panel or DataFrame
    first_origin : str
        Last observation of the first forecast.
    horizons : sequence of int
        Steps ahead.
    window : int, optional
        Rolling estimation sample of that many periods; by default it grows.
    targets : mapping of variable to {"end", "mean", "sum"}, optional
        By default the sum of changes (the change of the level) and the end value of levels.
    autoregression : VAR, optional
        Specification of the univariate benchmark; by default the model's without restrictions,
        lags by BIC.
    draws : int
        Paths of each forecast distribution.
    levels : sequence of float
    rng : int, Generator or None

    Raises
    ------
    SpecError, SampleError

    References
    ----------
    Stock and Watson (2001); Gneiting and Raftery (2007); Diebold and Mariano (1995).
    """
    _refuse_exogenous(model)
    require_levels(levels)
    steps = tuple(sorted(set(horizons)))
    panel = as_panel(data)
    panel = panel.select(panel.names)
    refuse_two_sided(panel.columns.values(), "pseudo out-of-sample forecasting")
    names, seed = tuple(panel.names), seed_from(rng)
    chosen = _targets(panel, targets)
    origins = _origins(panel, first_origin, steps)
    univariate = autoregression or replace(model, lags="bic", restrictions=())
    name = f"VAR({model.lags})" if isinstance(model.lags, int) else f"VAR ({model.lags.upper()})"
    known = [_known(panel, at, window) for at in origins]
    paths = {
        name: [_forecast(model, one, steps[-1], draws, seed) for one in known],
        AUTOREGRESSION: [_one_by_one(univariate, one, steps[-1], draws, seed) for one in known],
        RANDOM_WALK: [_random_walk(one, steps[-1], draws, seed) for one in known],
    }
    places = panel.frame.index.get_indexer(origins).tolist()
    return ForecastEvaluation(
        model=name,
        names=names,
        columns=panel.columns,
        horizons=steps,
        targets=chosen,
        records={
            one: _score(panel, places, made, steps, chosen, tuple(levels))
            for one, made in paths.items()
        },
        origins=origins,
        levels=tuple(levels),
        scheme="growing sample" if window is None else f"rolling sample of {window} periods",
        draws=draws,
        seed=seed,
    )


def _refuse_exogenous(model: VAR) -> None:
    if model.exog:
        raise SpecError(
            f"The model has exogenous columns ({', '.join(model.exog)}), whose future values "
            "nobody knew.",
            remedy="Make them endogenous.",
        )


def _targets(panel: Panel, given: Mapping[str, Target] | None) -> dict[str, str]:
    """What is forecast of each variable."""
    wanted = dict(given or {})
    unknown = [n for n, kind in wanted.items() if n not in panel.names or kind not in _REDUCE]
    if unknown:
        raise SpecError(
            f"targets: {unknown[0]} = {wanted[unknown[0]]!r}.",
            remedy=f"Use {', '.join(_REDUCE)} for one of {', '.join(panel.names)}.",
        )
    usual = {n: "sum" if panel.columns[n].differenced else "end" for n in panel.names}
    return {**usual, **wanted}


def _origins(panel: Panel, first: str, steps: tuple[int, ...]) -> pd.Index:
    """Dates from the first origin to the last whose next period is observed."""
    index = panel.frame.index
    origins = index[index.slice_indexer(first, None)][: -steps[0]]
    if steps[0] < 1 or len(origins) < 2:
        raise SampleError(
            f"Fewer than two forecasts from {first} on can be compared with what came.",
            remedy=f"Begin earlier; the data end in {label_of(index[-1])}.",
        )
    return origins


def _known(panel: Panel, origin: Any, window: int | None) -> Panel:
    """The panel as it stood at an origin."""
    frame = panel.frame.loc[:origin]
    start = None if window is None else label_of(frame.index[-min(window, len(frame))])
    return panel.select(panel.names, start=start, end=label_of(origin))


def _forecast(
    model: VAR, known: Panel, steps: int, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Point path (S, K) and paths (R, S, K) of a VAR from the end of a panel."""
    reduced = _as_known(model, known).fit(known)
    parameters = reduced.draws(ResidualBootstrap(draws), seed)
    dates = next_periods(reduced.index, steps)
    return predictive_paths(reduced, parameters, dates, None, seed)


def _one_by_one(
    model: VAR, known: Panel, steps: int, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The same of each variable's own autoregression."""
    alone = [_forecast(model, known.select([name]), steps, draws, seed) for name in known.names]
    point, drawn = (np.concatenate(part, axis=-1) for part in zip(*alone))
    return point, drawn


def _as_known(model: VAR, known: Panel) -> VAR:
    """The specification without special months that had not come yet."""
    now = known.frame.index[-1]
    end = now.end_time if isinstance(now, pd.Period) else now

    def has_come(date: str) -> bool:
        return bool(require_date(date).start_time <= end)

    begin = [one if isinstance(one, str) else one[0] for one in model.outliers]
    outliers = [one for one, date in zip(model.outliers, begin, strict=True) if has_come(date)]
    later = model.pandemic is not None and not has_come(model.pandemic.start)
    return replace(model, outliers=outliers, pandemic=None if later else model.pandemic)


def _random_walk(known: Panel, steps: int, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The last level, or no change; past changes drawn with replacement around it."""
    values = known.frame.to_numpy(float)
    changes = np.array([known.columns[name].differenced for name in known.names])
    moves = np.where(changes, values[1:], np.diff(values, axis=0))
    generator = np.random.default_rng([seed, 2])
    drawn = moves[generator.integers(0, len(moves), size=(draws, steps))]
    drawn = drawn - moves.mean(axis=0)
    last = np.where(changes, 0.0, values[-1])
    paths = last + np.where(changes, drawn, np.cumsum(drawn, axis=1))
    return np.tile(last, (steps, 1)), paths


#: From a path over periods (axis -2) to what is forecast h steps ahead.
_REDUCE = {
    "end": lambda path: path[..., -1, :],
    "mean": lambda path: path.mean(axis=-2),
    "sum": lambda path: path.sum(axis=-2),
}


def _score(
    panel: Panel,
    places: Sequence[int],
    made: Sequence[tuple[np.ndarray, np.ndarray]],
    steps: tuple[int, ...],
    targets: Mapping[str, str],
    levels: tuple[float, ...],
) -> ForecastRecord:
    """Errors, scores and hits of one model's forecasts, in the units of responses."""
    values = panel.frame.to_numpy(float)
    scale = response_scales(panel.names, panel.columns)
    shape = (len(places), len(steps), len(panel.names))
    errors, scores = np.full(shape, np.nan), np.full(shape, np.nan)
    inside = np.full((len(levels), *shape), np.nan)
    tails = [q for level in levels for q in ((1 - level) / 2, (1 + level) / 2)]
    for n, (place, (point, paths)) in enumerate(zip(places, made)):
        for at, h in enumerate(steps):
            future = values[place + 1 : place + 1 + h]
            if len(future) < h:
                continue
            outcome, centre, drawn = (
                _reduced(path, targets, panel.names) for path in (future, point[:h], paths[:, :h])
            )
            errors[n, at] = (outcome - centre) * scale
            scores[n, at] = crps(drawn, outcome) * scale
            limits = percentiles(drawn, tails)
            for level in range(len(levels)):
                low, high = limits[2 * level], limits[2 * level + 1]
                inside[level, n, at] = (low <= outcome) & (outcome <= high)
    return ForecastRecord(errors, scores, inside)


def _reduced(path: np.ndarray, targets: Mapping[str, str], names: Sequence[str]) -> np.ndarray:
    """The target of each variable from a path of shape (..., h, K)."""
    return np.stack([_REDUCE[targets[name]](path)[..., i] for i, name in enumerate(names)], axis=-1)
