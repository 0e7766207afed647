"""Event study: what daily markets did around dated decisions, against ordinary days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..data.daily_changes import changes_around, own_days
from ..data.events import Events
from ..data.panel import Column, Panel, label_of
from ..errors import SampleError, SpecError
from ..estimation.event_study import (
    PlaceboTest,
    draw_ordinary_days,
    hc3_slope,
    permutation_p_value,
    placebo_test,
    same_slope_p_value,
)
from ..estimation.streams import seed_from
from .event_study_results import ALL, EventStudy, slope_unit
from .options import require_count, require_levels

#: Ordinary days are sought in so many weeks before and after an event.
WEEKS = 26

#: A direction with fewer events is counted, not averaged.
FEWEST_OF_A_KIND = 3

#: Fewer events than these make no study.
FEWEST_EVENTS = 5


def event_study(
    panel: Panel,
    events: Events,
    names: Sequence[str],
    *,
    surprise: str | None = None,
    before: int = 5,
    after: int = 10,
    start: str | None = None,
    end: str | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    draws: int = 999,
    rng: int | np.random.Generator | None = 0,
) -> EventStudy:
    """Changes of daily series around events, by direction and by surprise, against ordinary days.

    For each series the change runs from the last figure struck before the announcement, by the
    series' own clock and holidays. Averages are studentised and judged by the same statistic on as
    many ordinary days: for each event a day of the same weekday and hour, no event itself, from
    the half year to either side. The surprise is the change of one series over the announcement;
    the others are regressed on it over all events.

    Parameters
    ----------
    panel : Panel
        Daily levels with clocks.
    events : Events
    names : sequence of str
        Catalogue ids.
    surprise : str, optional
        The series whose change is the surprise; by default the first.
    before, after : int
        Trading days shown before the announcement and after its own.
    start, end : str, optional
        First and last day of the events.
    levels : sequence of float
    draws : int
        Draws of ordinary days, and permutations.
    rng : int, Generator or None

    Raises
    ------
    SpecError
        An option is not valid, the panel is not daily, or a series has no clock.
    SampleError
        Fewer than five events have figures around them.
    DataError, MissingSeriesError

    References
    ----------
    MacKinlay (1997), Event studies in economics and finance. Janssen (1997), Studentized
    permutation tests for non-i.i.d. hypotheses.
    """
    _check(names, surprise, before, after, levels, draws)
    seed, chosen = seed_from(rng), events.between(start, end)
    around = _around(panel, chosen, events.days, tuple(names), np.arange(-before, after + 1))
    place = around.names.index(surprise or names[0])
    kinds, left_out = _kinds(chosen, around)
    picks = draw_ordinary_days(around.allowed, draws, seed)
    groups = {ALL: np.ones(len(around.days), dtype=bool), **kinds, **_by_sign(around, place)}
    test = around.test(picks, groups)
    shape = (len(groups), *around.cells.shape[1:])
    paths = slice(0, shape[1] * shape[2])  # what follows are the absolute changes
    p_value = test.p_value[:, paths].reshape(shape)
    # These groups were chosen by the sign of the surprise, which therefore cannot be tested.
    p_value[1 + len(kinds) :, place] = np.nan
    return EventStudy(
        name=events.name,
        label=events.label,
        names=around.names,
        columns=around.columns,
        horizons=around.horizons,
        groups=tuple(groups),
        directions=tuple(kinds),
        counts=test.counts[:, paths].reshape(shape),
        estimate=(test.mean - test.ordinary)[:, paths].reshape(shape),
        ordinary=test.ordinary[:, paths].reshape(shape),
        std_error=test.std_error[:, paths].reshape(shape),
        p_value=p_value,
        critical=np.stack([test.critical(level)[:, paths].reshape(shape) for level in levels]),
        levels=tuple(levels),
        moves=_moves(test, paths.stop, [ALL, *kinds], around.names),
        surprise=around.names[place],
        slopes=_slopes(around, picks, place, seed),
        nobs=len(around.days),
        sample=f"{label_of(around.days[0])} to {label_of(around.days[-1])}",
        draws=draws,
        seed=seed,
        setting=(f"Hour of the announcements: {events.clock}.", *left_out),
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """Changes around the events, and around the ordinary days that are like each of them.

    Attributes
    ----------
    days : DatetimeIndex, length E
    names : tuple of str
    columns : Mapping[str, Column]
    horizons : ndarray of int, shape (H,)
    cells : ndarray, shape (E, J, H)
        In the units in which responses are shown; NaN where a figure is missing.
    ordinary : ndarray, shape (E, K, J, H)
    allowed : ndarray of bool, shape (E, K)
        Whether a day may stand for an event.
    """

    days: pd.DatetimeIndex
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    horizons: np.ndarray
    cells: np.ndarray
    ordinary: np.ndarray
    allowed: np.ndarray

    @property
    def now(self) -> int:
        """Place of the first figure after the announcement among the horizons."""
        return int(np.flatnonzero(self.horizons == 0)[0])

    def test(self, picks: np.ndarray, groups: Mapping[str, np.ndarray]) -> PlaceboTest:
        """Averages of the paths, and behind them of the absolute changes at the announcement."""
        rows, days = self.allowed.shape
        cells = (self.cells, np.abs(self.cells[..., self.now]))
        ordinary = (self.ordinary, np.abs(self.ordinary[..., self.now]))
        return placebo_test(
            np.concatenate([part.reshape(rows, -1) for part in cells], axis=1),
            np.concatenate([part.reshape(rows, days, -1) for part in ordinary], axis=2),
            picks,
            np.array(list(groups.values())),
        )


def _around(
    panel: Panel,
    events: Events,
    all_days: pd.DatetimeIndex,
    names: tuple[str, ...],
    horizons: np.ndarray,
) -> _Around:
    """Cut the series around the events and around the same hour some weeks before and after."""
    weeks = [week for week in range(-WEEKS, WEEKS + 1) if week]
    shifted = [events.announced + pd.DateOffset(weeks=week) for week in weeks]
    announced = pd.DatetimeIndex(events.announced.append(shifted))
    cut, columns = [], {}
    for name in names:
        figures, column = own_days(panel, name)
        found = changes_around(figures, column, announced, horizons) * column.response_scale
        cut.append(found.reshape(len(weeks) + 1, len(events), len(horizons)))
        columns[name] = column
    cells = np.stack([found[0] for found in cut], axis=1)
    ordinary = np.stack([found[1:] for found in cut], axis=2).swapaxes(0, 1)
    local = [dates.tz_localize(None).normalize() for dates in shifted]
    is_event = np.stack([dates.isin(all_days) for dates in local], axis=1)
    now = int(np.flatnonzero(horizons == 0)[0])
    known = np.isfinite(cells[:, :, now])
    complete = (np.isfinite(ordinary[..., now]) | ~known[:, None]).all(axis=2)
    allowed = ~is_event & complete & known.any(axis=1)[:, None]
    usable = allowed.any(axis=1)
    if usable.sum() < FEWEST_EVENTS:
        raise SampleError(
            f"Only {int(usable.sum())} of {len(events)} days of '{events.name}' have daily figures "
            "around them.",
            remedy=f"Give at least {FEWEST_EVENTS} such days, or figures of their years.",
        )
    ordinary = np.where(allowed[:, :, None, None], ordinary, np.nan)
    return _Around(
        events.days[usable],
        names,
        columns,
        horizons,
        cells[usable],
        ordinary[usable],
        allowed[usable],
    )


def _kinds(events: Events, around: _Around) -> tuple[dict[str, np.ndarray], list[str]]:
    """Events of each direction, and how many there are of those with too few."""
    if events.directions is None:
        return {}, []
    directions = events.directions[around.days]
    found = {kind: (directions == kind).to_numpy() for kind in events.kinds}
    kept = {kind: own for kind, own in found.items() if own.sum() >= FEWEST_OF_A_KIND}
    few = [f"{kind} ({own.sum()})" for kind, own in found.items() if own.any() and kind not in kept]
    return kept, [f"Too few for an average of their own: {', '.join(few)}."] if few else []


def _by_sign(around: _Around, place: int) -> dict[str, np.ndarray]:
    """Events by the sign of their surprise; those without one belong to neither."""
    surprise = around.cells[:, place, around.now]
    label = around.columns[around.names[place]].label
    found = {f"{label} up": surprise > 0, f"{label} down": surprise < 0}
    return {name: own for name, own in found.items() if own.sum() >= FEWEST_OF_A_KIND}


def _moves(
    test: PlaceboTest, first: int, groups: Sequence[str], names: Sequence[str]
) -> pd.DataFrame:
    """Mean absolute change over the announcement, beside ordinary days; those not by sign."""
    shown = len(groups)
    where = pd.MultiIndex.from_product([groups, names], names=["group", "series"]).to_frame(False)
    parts = {
        "events": test.counts,
        "mean": test.mean,
        "ordinary": test.ordinary,
        "p": test.larger_p_value,
    }
    return where.assign(**{key: part[:shown, first:].ravel() for key, part in parts.items()})


def _slopes(around: _Around, picks: np.ndarray, place: int, seed: int) -> pd.DataFrame:
    """Each series on the surprise over all events, and the same over ordinary days."""
    now, (draws, events) = around.now, picks.shape
    cells, ordinary = around.cells[..., now], around.ordinary[..., now]
    drawn = ordinary[np.arange(events), picks]
    unit, per = slope_unit(around.columns[around.names[place]])
    rows = {}
    for j, name in enumerate(around.names):
        if j == place:
            continue
        x, y = cells[:, place] / per, cells[:, j]
        slope, error = map(float, hc3_slope(x, y))
        everywhere = hc3_slope(ordinary[..., place].ravel() / per, ordinary[..., j].ravel())
        alike = hc3_slope(drawn[..., place] / per, drawn[..., j])
        rows[name] = {
            "events": int((np.isfinite(x) & np.isfinite(y)).sum()),
            "slope": slope,
            "std_error": error,
            "p": permutation_p_value(x, y, draws, seed),
            "ordinary": float(everywhere[0]),
            "p_same": same_slope_p_value((slope, error), alike, float(everywhere[0])),
            "unit": f"{around.columns[name].unit_of_responses} per {unit}",
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("series")


def _check(
    names: Sequence[str],
    surprise: str | None,
    before: int,
    after: int,
    levels: Sequence[float],
    draws: int,
) -> None:
    if not names or len(set(names)) < len(names):
        raise SpecError(
            f"Not a list of different series: {', '.join(names) or 'empty'}.",
            remedy="Name each series once.",
        )
    if surprise is not None and surprise not in names:
        raise SpecError(
            f"The surprise '{surprise}' is not among the series.",
            remedy=f"Choose one of: {', '.join(names)}.",
        )
    require_count("before", before, 1)
    require_count("after", after, 0)
    require_count("draws", draws, 99)
    require_levels(levels)
