"""Effects of one market on others from its larger variance on event days, such as decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..data.clocks import strikes
from ..data.daily_changes import changes_around, own_days
from ..data.dates import label_of
from ..data.events import Events, announced_at, first_rows_after
from ..data.panel import Column, Panel, as_panel
from ..errors import SampleError, SpecError
from ..estimation.event_study import hc3_slope
from ..estimation.fieller import fieller, ratio_std_error
from ..estimation.least_squares import least_squares
from ..estimation.rigobon import (
    MomentShift,
    moment_shift,
    one_shock_statistic,
    resampled_effects,
)
from ..estimation.streams import block_generator, seed_from
from .event_study_results import slope_unit
from .identification.instruments import STRONG
from .options import require_choice, require_count, require_levels
from .results import normal_bounds
from .rigobon_results import RigobonEstimate

Control = Literal["day before", "other days"]

#: Fewest event days, and fewest control days, of an estimate.
FEWEST_DAYS = 20


def rigobon(
    data: Panel | pd.DataFrame,
    cause: str,
    effects: str | Sequence[str],
    events: Events | pd.DatetimeIndex,
    *,
    control: Control = "day before",
    clock: str | None = None,
    lags: int = 1,
    start: str | None = None,
    end: str | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    draws: int = 2000,
    rng: int | np.random.Generator | None = 0,
) -> RigobonEstimate:
    """Responses of some daily series to another, identified by its variance on event days.

    On event days news about the cause is larger, while all other news has the variance of other
    days. The covariance of the changes then differs between the two kinds of days by what that
    news does alone, whatever else moves the cause on event days and however the others feed back on
    it within the day; least squares on event days (the event study) assumes that nothing does.

    Parameters
    ----------
    data : Panel or DataFrame
        Daily levels with clocks. For each series a change runs from the last figure struck before
        the hour of the announcement to the first after it, by its own clock and holidays: the
        US yield of the same date for a decision at noon in Tokyo.
    cause : str
        Catalogue id, such as a JGB yield.
    effects : str or sequence of str
    events : Events or DatetimeIndex
        Days of the announcements.
    control : {"day before", "other days"}
        The trading day before each event, or all days without an event.
    clock : str, optional
        Hour of the announcements, such as ``12:00 Asia/Tokyo``; by default that of the events.
        Control days have the same.
    lags : int
        Earlier changes of all series, whose linear effect is taken off first: the New York session
        before moves Tokyo.
    start, end : str, optional
        First and last day of the events.
    levels : sequence of float
    draws : int
        Of a bootstrap of days inside each group.
    rng : int, Generator or None

    Returns
    -------
    RigobonEstimate
        With the effective F of the shift of the variance, and Anderson-Rubin sets, which hold
        however small it is.

    Raises
    ------
    SpecError
        An option is not valid, the data are not daily, a series has no clock, or an effect is
        struck before the cause.
    SampleError
        Too few days.
    DataError, MissingSeriesError

    References
    ----------
    Rigobon and Sack (2004); Lewis (2022) for inference where the variance shifts little.
    """
    names = (effects,) if isinstance(effects, str) else tuple(effects)
    require_choice("control", control, ("day before", "other days"))
    require_levels(levels)
    require_count("lags", lags, 0)
    require_count("draws", draws, 100)
    if not names or len({cause, *names}) < len(names) + 1:
        raise SpecError(
            f"Cause {cause}, effects {', '.join(names) or 'none'}.",
            remedy="Name a cause and other series as effects, each once.",
        )
    panel, seed = as_panel(data), seed_from(rng)
    given = _as_events(events, clock).between(start, end)
    days = _days(panel, (cause, *names), given, control, lags)
    shift = moment_shift(days.changes[:, 0], days.changes[:, 1:], days.event)
    per, factor = slope_unit(days.columns[cause])
    return RigobonEstimate(
        model="heteroskedasticity around events",
        cause=cause,
        effects=names,
        columns=days.columns,
        units={name: f"{days.columns[name].unit_of_responses} per {per}" for name in names},
        events_label=given.label,
        control=control,
        counts=(int(days.event.sum()), int((~days.event).sum())),
        deviations=days.deviations(),
        **_estimates(days, shift, factor, levels, draws, seed),
        draws=draws,
        seed=seed,
        setting=_in_words(days, given, control, lags, draws, seed),
        nobs=len(days.event),
        sample=f"{label_of(days.dates[0])} to {label_of(days.dates[-1])}",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Changes on event and control days.

    Attributes
    ----------
    dates : DatetimeIndex, length T
    event : ndarray of bool, shape (T,)
    changes : ndarray, shape (T, 1 + J)
        In units of responses, the cause first; earlier changes taken off.
    columns : dict of str to Column
    left_out : int
        Events without figures of all series around them.
    """

    dates: pd.DatetimeIndex
    event: np.ndarray
    changes: np.ndarray
    columns: dict[str, Column]
    left_out: int

    def deviations(self) -> pd.DataFrame:
        """Standard deviations by kind of day."""
        values = [self.changes[kind].std(axis=0, ddof=1) for kind in (self.event, ~self.event)]
        labels = [column.label_with_unit for column in self.columns.values()]
        return pd.DataFrame(np.array(values).T, index=labels, columns=["events", "control"])


def _as_events(events: Events | pd.DatetimeIndex, clock: str | None) -> Events:
    """Events with the hour that was asked for."""
    if isinstance(events, Events):
        if clock is None:
            return events
        return Events.from_days(events.name, events.days, clock=clock, label=events.label)
    if not isinstance(events, pd.DatetimeIndex):
        raise SpecError(
            f"events is a {type(events).__name__}.",
            remedy="Pass Events or a DatetimeIndex of days.",
        )
    if clock is None:
        raise SpecError(
            "The hour of the events is not known.",
            remedy='Give clock="12:00 Asia/Tokyo", or Events.',
        )
    days = events.sort_values().unique()
    return Events.from_days("events", days, clock=clock, label="event days")


def _days(
    panel: Panel, names: tuple[str, ...], events: Events, control: Control, lags: int
) -> _Days:
    """Changes around the hour on event days and on control days, all series known."""
    series = {name: own_days(panel, name) for name in names}
    cause_days = pd.DatetimeIndex(series[names[0]][0].index)
    inside = (cause_days >= events.days[0]) & (cause_days <= events.days[-1])
    others = cause_days[inside & ~cause_days.isin(events.days)]
    if control == "day before":
        before = np.searchsorted(others, events.days) - 1
        others = others[np.unique(before[before >= 0])]
    dates = pd.DatetimeIndex(events.days.append(others))
    at_others = announced_at(events.clock, others).tz_convert(events.announced.tz)
    announced = pd.DatetimeIndex(events.announced.append(at_others))
    offsets = np.arange(-lags - 1, 1)
    found = np.stack(
        [changes_around(values, column, announced, offsets) for values, column in series.values()],
        axis=1,
    )
    found[_over_a_holiday(series, announced)] = np.nan
    complete = np.isfinite(found).all(axis=(1, 2))
    event = np.arange(len(dates)) < len(events)
    counts = int((complete & event).sum()), int((complete & ~event).sum())
    if min(counts) < FEWEST_DAYS:
        raise SampleError(
            f"{counts[0]} event days and {counts[1]} control days have figures of "
            f"{', '.join(names)} ({events.label}, {events.span}); {FEWEST_DAYS} of each are "
            "needed.",
            remedy="Use a longer sample, or control='other days'.",
        )
    order = np.argsort(dates[complete], kind="stable")
    columns = {name: column for name, (_, column) in series.items()}
    _require_order(columns, dates[complete], names)
    scale = np.array([column.response_scale for column in columns.values()])
    changes = _without_past(found[complete][order]) * scale
    left_out = int((event & ~complete).sum())
    return _Days(dates[complete][order], event[complete][order], changes, columns, left_out)


def _over_a_holiday(
    series: dict[str, tuple[pd.Series, Column]], announced: pd.DatetimeIndex
) -> np.ndarray:
    """Days on which the first figure of a market came more than a day later, weekends apart."""
    late = np.zeros(len(announced), dtype=bool)
    for values, column in series.values():
        dates = pd.DatetimeIndex(values.index)
        rows = first_rows_after(column, dates, announced)
        known = rows < len(dates)
        struck, said = strikes(column.clock, dates[np.where(known, rows, 0)]), announced
        from_, to = (
            times.tz_convert("UTC").tz_localize(None).to_numpy("datetime64[m]")
            for times in (said, struck)
        )
        first, last = (times.astype("datetime64[D]") for times in (from_, to))
        weekend = (last - first).astype(int) - np.busday_count(first, last)
        hours = (to - from_).astype(float) / 60
        late |= ~known | (hours - 24 * weekend > 24)
    return late


def _require_order(
    columns: dict[str, Column], dates: pd.DatetimeIndex, names: tuple[str, ...]
) -> None:
    """An effect struck before the cause of the same date cannot answer to it."""
    cause = strikes(columns[names[0]].clock, dates)
    for name in names[1:]:
        if (strikes(columns[name].clock, dates) < cause).mean() > 0.5:
            raise SpecError(
                f"{columns[name].label} ({columns[name].clock}) is struck before "
                f"{columns[names[0]].label} ({columns[names[0]].clock}) on most dates, so that its "
                "change of a date cannot hold the answer.",
                remedy="Use a series struck later in the day.",
            )


def _without_past(found: np.ndarray) -> np.ndarray:
    """Changes (T, 1 + J) less what the earlier changes of all series explain.

    ``found`` (T, 1 + J, lags + 2) runs from the last figure before the announcement, where the last
    but one is zero.
    """
    now, earlier = found[:, :, -1], np.diff(found[:, :, :-1], axis=2)
    design = np.hstack([np.ones((len(now), 1)), earlier.reshape(len(now), -1)])
    return least_squares(design, now).residuals


def _estimates(
    days: _Days,
    shift: MomentShift,
    factor: float,
    levels: Sequence[float],
    draws: int,
    seed: int,
) -> dict[str, Any]:
    """Effects per ``factor`` units of the cause, with their sets, and the event study."""
    from scipy.stats import chi2

    x, y = days.changes[:, 0], days.changes[:, 1:]
    own = np.broadcast_to(shift.own, shift.with_effects.shape)
    pair = shift.covariance[:, :2, :2].copy()
    # In units per ``factor`` of the cause: the denominator is divided by it.
    pair[:, 0, 1] /= factor
    pair[:, 1, 0] /= factor
    pair[:, 1, 1] /= factor**2
    strength = float(shift.own**2 / shift.covariance[0, 1, 1]) if shift.own > 0 else 0.0
    drawn = factor * resampled_effects(x, y, days.event, draws, block_generator(seed, 0))
    slope, error = (factor * value for value in hc3_slope(x[days.event], y[days.event].T))
    tails = {level: ((1 - level) / 2, (1 + level) / 2) for level in levels}
    p_values = chi2.sf(one_shock_statistic(shift), 1)
    return {
        "estimate": factor * shift.ratio,
        "std_error": ratio_std_error(shift.with_effects, own / factor, pair),
        "strength": strength,
        "sets": {level: fieller(shift.with_effects, own / factor, pair, level) for level in levels},
        "percentiles": {
            level: tuple(np.quantile(drawn, tail, axis=0)) for level, tail in tails.items()
        },
        "slope": slope,
        "slope_error": error,
        "slope_bounds": {level: normal_bounds(slope, error, level) for level in levels},
        "one_shock": np.where(strength < STRONG, np.nan, p_values),
    }


def _in_words(
    days: _Days, events: Events, control: Control, lags: int, draws: int, seed: int
) -> tuple[str, ...]:
    counts = int(days.event.sum()), int((~days.event).sum())
    what = "the trading day before each" if control == "day before" else "all days without one"
    lost = f"; {days.left_out} without figures of all series" if days.left_out else ""
    past = (
        f"; linear effects of {lags} earlier change{'s' if lags > 1 else ''} of all series are "
        "taken off"
        if lags
        else ""
    )
    clocks = ", ".join(f"{column.label} {column.clock}" for column in days.columns.values())
    return (
        f"{counts[0]} event days ({events.label}, {events.span}{lost}); control: {what} "
        f"({counts[1]} days). Assumed: only the news of the events has another variance on them.",
        f"Changes run from the last figure before the hour of the announcement ({events.clock}) to "
        f"the first after it, by each series' clock ({clocks}); days on which one of the markets "
        f"was closed are left out{past}.",
        "Anderson-Rubin sets hold at any strength; bootstrap of days inside each group, "
        f"{draws:,} draws, seed {seed}; the event-day slope is least squares on event days alone.",
    )
