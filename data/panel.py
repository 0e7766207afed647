"""The panel: aligned columns on a regular calendar, and what each of them is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from ..errors import DataError, GapError, MissingSeriesError, MixedObservationError, SpecError
from .dates import (
    Frequency,
    frequency_of,
    label_of,
    refuse_irregular,
    regular_index,
    require_date,
    span_of,
)

Observed = Literal["mean", "end", "sum", "survey", "unknown"]

__all__ = [
    "Column",
    "Frequency",
    "Observed",
    "Panel",
    "as_panel",
    "label_of",
    "refuse_gaps",
    "refuse_irregular",
    "refuse_mixed_observation",
    "refuse_two_sided",
    "response_scales",
]


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is: its catalogue id, its unit and how it was observed.

    Attributes
    ----------
    id : str
        Catalogue id; also the column's name in the panel.
    label : str
        Name for axes and tables.
    unit : str
        Unit of the values in the panel, after the transforms applied so far.
    publisher, code : str
        Who publishes the series and under which identifier.
    frequency : str
        ``monthly``, ``daily``, ``weekly``, ``quarterly`` or ``annual``.
    observed : str
        ``mean``, ``end``, ``sum`` or ``survey``: what a period's value is.
    clock : str
        Time of day and zone at which a market price is struck, such as ``17:00 Asia/Tokyo``
        (see :mod:`yenloop.data.clocks`); empty where the publisher names no hour.
    market : bool
        Whether it is a price struck in a market (these may not mix means and ends).
    transform : str
        What was done to the published figures, in words; empty for levels.
    response_unit : str
        Unit in which responses of the column are shown (``bp`` for yields, ``%`` for logs).
    response_scale : float
        Factor from the panel's unit to ``response_unit``.
    differenced : bool
        Whether the column is a change, so that its cumulated response is that of the level.
    flipped : bool
        Whether the sign was turned round, so that up means a weaker yen.
    two_sided : bool
        Whether a value uses later observations (STL): not allowed in real-time work.
    terms : str
        The publisher's terms of reuse.
    """

    id: str
    label: str
    unit: str
    publisher: str = "user"
    code: str = ""
    frequency: Frequency = "monthly"
    observed: Observed = "unknown"
    clock: str = ""
    market: bool = False
    transform: str = ""
    response_unit: str = ""
    response_scale: float = 1.0
    differenced: bool = False
    flipped: bool = False
    two_sided: bool = False
    terms: str = ""

    @property
    def unit_of_responses(self) -> str:
        """Unit in which responses are shown."""
        return self.response_unit or self.unit

    @property
    def label_with_unit(self) -> str:
        """Label and unit of responses: ``JGB yield, 10 years (bp)``."""
        return f"{self.label} ({self.unit_of_responses})"

    def after(self, step: str, **changes: Any) -> Column:
        """The description after one more step, which is added to ``transform``."""
        steps = [*filter(None, self.transform.split("; ")), step]
        return replace(self, transform="; ".join(steps), **changes)


def response_scales(names: Iterable[str], columns: Mapping[str, Column]) -> np.ndarray:
    """What turns the panel's units into those of responses, one number a variable."""
    return np.array([columns[name].response_scale for name in names])


@dataclass(frozen=True)
class Panel:
    """Aligned series on a regular calendar.

    Attributes
    ----------
    frame : pandas.DataFrame
        Values, shape (periods, columns), on a ``PeriodIndex`` (monthly, quarterly, weekly) or a
        ``DatetimeIndex`` of trading days (daily). Missing values may stand at the ends of a
        column; inside they are refused when the column is used.
    columns : Mapping[str, Column]
        What each column is, by catalogue id.
    source : str
        Where the figures came from, for the manifest.
    trimmed : tuple of str
        What was left out on the way to this panel (ends of the common sample, days on which
        a market was closed), in words.
    """

    frame: pd.DataFrame
    columns: Mapping[str, Column]
    source: str = "memory"
    trimmed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.frame.index, (pd.PeriodIndex, pd.DatetimeIndex)):
            regular_index(self.frame.index)
        if self.frame.columns.has_duplicates:
            twice = self.frame.columns[self.frame.columns.duplicated()][0]
            raise DataError(
                f"The column '{twice}' occurs twice.", remedy="Give each series one column."
            )
        unknown = [c for c in self.frame.columns if c not in self.columns]
        if unknown:
            raise DataError(
                f"Columns without a description: {', '.join(map(str, unknown))}.",
                remedy="Name them in the mapping file, or use Panel.from_frame.",
            )
        refuse_irregular(self.frame.index)
        _refuse_infinite(self.frame)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        columns: Mapping[str, Column] | None = None,
        source: str = "memory",
    ) -> Self:
        """Make a panel of a labelled frame.

        Parameters
        ----------
        frame : pandas.DataFrame
            Figures on a ``PeriodIndex`` or ``DatetimeIndex``. Dates that are a week, a month, a
            quarter or a year apart become periods.
        columns : Mapping[str, Column], optional
            Descriptions; a column without one keeps its name as id and label.
        source : str
            Where the figures came from.

        Raises
        ------
        DataError
            The index holds no dates, or a column holds something else than numbers.
        GapError
            A date is repeated, skipped or out of order.
        """
        calendar = regular_index(frame.index)
        figures = _as_numbers(frame.set_axis(frame.columns.map(str), axis=1))
        figures = figures.set_axis(calendar, axis=0)
        known = dict(columns or {})
        for name in figures.columns:
            described = Column(id=name, label=name, unit="unit", frequency=frequency_of(calendar))
            known.setdefault(name, described)
        return cls(figures, known, source)

    @property
    def names(self) -> list[str]:
        """Catalogue ids, in the panel's order."""
        return [str(c) for c in self.frame.columns]

    @property
    def sample(self) -> str:
        """First and last period, such as ``1999-01 to 2025-11``."""
        return span_of(self.frame.index)

    @property
    def sha256(self) -> str:
        """Hash of names, dates and values: the panel's identity in the manifest."""
        digest = hashlib.sha256()
        digest.update("\n".join(self.names).encode())
        digest.update("\n".join(map(str, self.frame.index)).encode())
        digest.update(np.ascontiguousarray(self.frame.to_numpy(float)).tobytes())
        return digest.hexdigest()

    def describe(self, name: str) -> Column:
        """The column's description, or a typed error that lists what there is."""
        if name not in self.columns or name not in self.frame.columns:
            raise MissingSeriesError(
                f"The series '{name}' is not in the data ({self.source}).",
                remedy=f"Available: {', '.join(self.names)}.",
            )
        return self.columns[name]

    def span(self, name: str) -> tuple[str, str]:
        """First and last period with a value, such as ``("1999-01", "2026-08")``."""
        self.describe(name)
        present = self.frame.index[self.frame[name].notna().to_numpy()]
        if len(present) == 0:
            raise DataError(
                f"The series '{name}' has no values ({self.source}).",
                remedy="Leave it out, or supply its figures.",
            )
        return label_of(present[0]), label_of(present[-1])

    def select(
        self,
        names: Iterable[str],
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> Panel:
        """Columns in the given order on their common sample.

        Leading and trailing gaps are trimmed and reported in ``trimmed``; an interior gap is
        refused with its dates, and so is a mix of month means and month ends of market prices.

        Parameters
        ----------
        names : iterable of str
            Catalogue ids.
        start, end : str, optional
            First and last period, inclusive.
        allow_mixed : bool
            Accept month means beside month ends; ``trimmed`` says that it was done.

        Raises
        ------
        MissingSeriesError, GapError, MixedObservationError, DataError, SpecError
        """
        wanted = list(names)
        if not wanted or len(set(wanted)) < len(wanted):
            raise SpecError(
                f"Not a list of different series: {', '.join(wanted) or 'empty'}.",
                remedy="Name each series once.",
            )
        described = {name: self.describe(name) for name in wanted}
        notes = self.trimmed
        if allow_mixed:
            notes += ("month means and month ends of market prices may be mixed (on request)",)
        else:
            refuse_mixed_observation(described.values())
        frame = window_of(self.frame, start, end).loc[:, wanted]
        complete = frame.notna().all(axis=1).to_numpy()
        if not complete.any():
            spans = "; ".join(f"{name} {' to '.join(self.span(name))}" for name in wanted)
            raise DataError(
                f"No period from {start or 'the start'} to {end or 'the end'} has a value of "
                f"each series: {spans}.",
                remedy="Change the sample, or leave one of them out.",
            )
        first = int(complete.argmax())
        last = len(complete) - 1 - int(complete[::-1].argmax())
        inside = frame.iloc[first : last + 1]
        refuse_gaps(inside)
        return Panel(inside, described, self.source, notes + _report_trimming(frame, first, last))

    def with_columns(self, frame: pd.DataFrame, columns: Mapping[str, Column]) -> Panel:
        """The same panel with other values or descriptions (used by transforms)."""
        return replace(self, frame=frame, columns=dict(columns))


def as_panel(data: Panel | pd.DataFrame) -> Panel:
    """Accept a panel or a labelled frame."""
    if not isinstance(data, Panel | pd.DataFrame):
        raise DataError(
            f"The data are a {type(data).__name__}, without names and dates.",
            remedy="Pass a Panel, or a DataFrame with a PeriodIndex.",
        )
    return data if isinstance(data, Panel) else Panel.from_frame(data)


def window_of(frame: pd.DataFrame, start: str | None, end: str | None) -> pd.DataFrame:
    """Rows from ``start`` to ``end`` inclusive; either may be open, a week counts by its end."""
    first, last = (require_date(date) if date else None for date in (start, end))
    if isinstance(frame.index, pd.PeriodIndex) and frame.index.freqstr.startswith("W"):
        # pandas does not look up weeks by the text of a date.
        dates = frame.index.end_time
        after = dates >= first.start_time if first is not None else True
        before = dates <= last.end_time if last is not None else True
        return frame.loc[np.broadcast_to(after & before, len(frame))]
    return frame.loc[start:end]


def refuse_gaps(frame: pd.DataFrame) -> None:
    """Refuse a missing value between two observations, naming series and dates."""
    missing = frame.isna()
    if not missing.to_numpy().any():
        return
    name = str(missing.any(axis=0).idxmax())
    dates = [label_of(d) for d in frame.index[missing[name].to_numpy()]]
    shown = ", ".join(dates[:6]) + (f" and {len(dates) - 6} more" if len(dates) > 6 else "")
    remedy = "Choose a sample without the gap (start/end), or fill it at the source."
    if isinstance(frame.index, pd.DatetimeIndex):
        remedy = "Keep the days on which all markets are open first (common_days)."
    raise GapError(f"The series '{name}' has no value in {shown}.", remedy=remedy)


def refuse_mixed_observation(columns: Iterable[Column]) -> None:
    """Refuse month means beside month ends of market prices in one model.

    With a month-end JGB yield among month means, tests find causality that is only the
    difference in timing.
    """
    market = [c for c in columns if c.market and c.observed in ("mean", "end")]
    kinds = {c.observed for c in market}
    if len(kinds) > 1:
        ends = ", ".join(c.id for c in market if c.observed == "end")
        means = ", ".join(c.id for c in market if c.observed == "mean")
        raise MixedObservationError(
            f"Month ends ({ends}) and month means ({means}) of market prices in one model.",
            remedy="Use means or ends for all of them.",
        )


def refuse_two_sided(columns: Iterable[Column], use: str) -> None:
    """Refuse columns whose values use later observations in real-time or out-of-sample work."""
    names = ", ".join(c.id for c in columns if c.two_sided)
    if names:
        raise SpecError(
            f"{names}: adjusted with observations that were not yet there ({use}).",
            remedy="Use seasonal adjustment by month dummies instead of STL.",
        )


def _as_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    try:
        return frame.astype(float)
    except (TypeError, ValueError):
        for name in frame.columns:
            numbers = pd.to_numeric(frame[name], errors="coerce")
            wrong = numbers.isna() & frame[name].notna()
            if wrong.any():
                date = label_of(frame.index[wrong.to_numpy()][0])
                raise DataError(
                    f"The series '{name}' holds {frame.loc[wrong, name].iloc[0]!r} in {date}, "
                    "which is not a number.",
                    remedy="Leave the cell empty or correct it.",
                ) from None
        raise


def _refuse_infinite(frame: pd.DataFrame) -> None:
    infinite = np.isinf(frame.to_numpy(float))
    if infinite.any():
        row, column = (int(i[0]) for i in np.nonzero(infinite))
        raise DataError(
            f"The series '{frame.columns[column]}' is infinite in {label_of(frame.index[row])}.",
            remedy="Leave the cell empty or correct it.",
        )


def _report_trimming(frame: pd.DataFrame, first: int, last: int) -> tuple[str, ...]:
    """Which series decided the ends of the common sample."""
    notes = []
    for word, at, beside in (("starts", first, first - 1), ("ends", last, last + 1)):
        if 0 <= beside < len(frame):
            absent = frame.columns[frame.iloc[beside].isna().to_numpy()]
            names = "all" if len(absent) == frame.shape[1] else ", ".join(map(str, absent))
            notes.append(f"{word} {label_of(frame.index[at])}: {names}")
    return tuple(notes)
