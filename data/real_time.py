"""What was known on a date: from vintages stored by then, or from the publishers' release lags.

A vintage holds the figures as they stood when it was made. Without one, the figures of today are
cut at what had been published by the date: *final figures, periods known by then*. Revisions
since that date are not undone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import overload

import numpy as np
import pandas as pd

from ..errors import DataError, SnapshotError
from .catalog import entries
from .dates import require_date
from .panel import Panel, refuse_two_sided
from .snapshots import DEFAULT_STORE, Vintage, vintages
from .sources.files import Data


def newest_known(day: date | str, store: Path | str = DEFAULT_STORE) -> Vintage:
    """The newest vintage made by a day (UTC).

    Parameters
    ----------
    day : date or str
        A month stands for its last day.
    store : path

    Raises
    ------
    SnapshotError
        None was made by then.
    """
    at = _day(day)
    stored = vintages(store)
    made = [vintage for vintage in stored if vintage.made_at.date() <= at]
    if made:
        return made[-1]
    first = f"; the first is {stored[0].path.name}" if stored else ""
    raise SnapshotError(
        f"No vintage in '{store}' was made by {at}{first}.",
        remedy="Name a later one: its figures are cut at what had been published by the date.",
    )


def real_time_panel(name: str, store: Path | str = DEFAULT_STORE) -> pd.DataFrame:
    """How the figures of a series stood in each stored vintage: the triangle of revisions.

    Returns
    -------
    DataFrame, shape (periods, vintages)
        Columns are the vintages' ids, oldest first; NaN where a vintage had no figure.

    Raises
    ------
    SnapshotError
        No vintage holds the series, or one of them was altered.
    """
    found = {
        vintage.id: vintage.read(name) for vintage in vintages(store) if name in vintage.series
    }
    if not found:
        raise SnapshotError(
            f"No vintage in '{store}' holds the series '{name}'.",
            remedy=f"Pull it: `yenloop data pull --only {name}`.",
        )
    return pd.DataFrame(found).sort_index()


@overload
def as_known_on(
    figures: Panel, day: date | str, *, lags: Mapping[str, int] | None = None
) -> Panel: ...
@overload
def as_known_on(
    figures: Data, day: date | str, *, lags: Mapping[str, int] | None = None
) -> Data: ...
def as_known_on(
    figures: Panel | Data, day: date | str, *, lags: Mapping[str, int] | None = None
) -> Panel | Data:
    """Cut each series at what had been published by a day: final figures, periods known by then.

    The figure of a period counts as known if the period's end plus the series' release lag is not
    after the day. Series of a vintage that was made by then are not cut: all of it was known.

    Parameters
    ----------
    figures : Panel or Data
    day : date or str
        A month stands for its last day.
    lags : mapping of id to days, optional
        From a period's end to its publication, for series of which the catalogue knows none, or
        in the place of the catalogue's.

    Returns
    -------
    Panel or Data
        ``trimmed`` of a panel and ``report`` of data say what was done.

    Raises
    ------
    DataError
        Nothing was known by then; or, of a panel, a series has no release lag or no figure that
        was known. Of data such series are left out, by name in the report.
    SpecError
        A series was adjusted with later observations.
    """
    at = _day(day)
    if isinstance(figures, Data):
        return _data_known(figures, at, lags or {})
    cut = _cut(figures, at, lags or {}, {})
    if cut.left_out:
        raise DataError(
            f"{cut.panel.source}: {'; '.join(_reasons(cut))}.",
            remedy="Leave it out, or say how many days it takes: lags={ID: DAYS}.",
        )
    return replace(cut.panel, trimmed=(*figures.trimmed, in_words(at)))


def in_words(day: date) -> str:
    """What figures as known on a day are."""
    return (
        f"as known on {day}: final figures, periods that had been published by then "
        "(by usual release lags; later revisions are not undone)"
    )


@dataclass(frozen=True)
class _Cut:
    """A panel as it was known, and the series that could not be cut."""

    panel: Panel
    without_lag: tuple[str, ...]
    unknown: tuple[str, ...]
    whole: tuple[str, ...]

    @property
    def left_out(self) -> bool:
        return bool(self.without_lag or self.unknown)


def _cut(panel: Panel, day: date, lags: Mapping[str, int], stored_on: Mapping[str, str]) -> _Cut:
    refuse_two_sided(panel.columns.values(), f"known on {day}")
    index = panel.frame.index
    ends = index.end_time if isinstance(index, pd.PeriodIndex) else pd.DatetimeIndex(index)
    kept: dict[str, pd.Series] = {}
    without, unknown, whole = [], [], []
    for name in panel.names:
        values = panel.frame[name]
        if name in stored_on and date.fromisoformat(stored_on[name]) <= day:
            kept[name] = values
            whole.append(name)
            continue
        lag = lags.get(name, _lag(name))
        if lag is None:
            without.append(name)
            continue
        published = ends.normalize() + pd.Timedelta(days=lag) <= pd.Timestamp(day)
        known = values.where(np.asarray(published))
        if known.notna().any():
            kept[name] = known
        else:
            unknown.append(name)
    frame = pd.DataFrame(kept, index=index)
    rows = np.flatnonzero(frame.notna().any(axis="columns"))
    frame = frame.iloc[: rows[-1] + 1] if len(rows) else frame.iloc[:0]
    columns = {name: panel.columns[name] for name in kept}
    cut = replace(panel, frame=frame, columns=columns, source=f"{panel.source} as known on {day}")
    return _Cut(cut, tuple(without), tuple(unknown), tuple(whole))


def _lag(name: str) -> int | None:
    found = entries().get(name)
    return found.recipe.lag if found is not None and found.recipe is not None else None


def _reasons(cut: _Cut) -> Iterator[str]:
    if cut.without_lag:
        yield f"no release lag is known of {', '.join(cut.without_lag)}"
    if cut.unknown:
        yield f"no figure was known of {', '.join(cut.unknown)}"


def _data_known(data: Data, day: date, lags: Mapping[str, int]) -> Data:
    panels = {"monthly": data.monthly, "daily": data.daily, "instruments": data.instruments}
    cuts = {kind: _cut(panel, day, lags, data.stored_on) for kind, panel in panels.items() if panel}
    if cuts["monthly"].panel.frame.empty:
        raise DataError(
            f"{cuts['monthly'].panel.source}: no monthly figure was known.",
            remedy="Name a later day, or figures that begin earlier.",
        )
    found = {kind: cut.panel for kind, cut in cuts.items() if not cut.panel.frame.empty}
    held = {name for panel in found.values() for name in panel.names}
    events = {
        name: given.between(end=day.isoformat())
        for name, given in data.events.items()
        if given.days[0].date() <= day
    }
    return replace(
        data,
        monthly=found["monthly"],
        daily=found.get("daily"),
        instruments=found.get("instruments"),
        events=events,
        entries={name: entry for name, entry in data.entries.items() if name in held},
        lines={
            name: f"{line}; as known on {day}" for name, line in data.lines.items() if name in held
        },
        report=(*data.report, *_report(cuts.values(), day)),
    )


def _report(cuts: Collection[_Cut], day: date) -> Iterator[str]:
    yield in_words(day)
    for cut in cuts:
        if cut.whole:
            yield f"  not cut, of a vintage made by then: {', '.join(cut.whole)}"
        ends: dict[str, list[str]] = {}
        for name in cut.panel.names:
            if name not in cut.whole:
                ends.setdefault(cut.panel.span(name)[1], []).append(name)
        for last in sorted(ends, reverse=True):
            yield f"  to {last}: {', '.join(ends[last])}"
    for cut in cuts:
        for reason in _reasons(cut):
            yield f"left out: {reason}"


def _day(day: date | str) -> date:
    return require_date(day).end_time.date() if isinstance(day, str) else day
