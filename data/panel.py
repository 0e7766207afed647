"""The panel: aligned columns on a regular calendar, and what each of them is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self

import numpy as np
import pandas as pd

from ..errors import DataError, GapError, MissingSeriesError, MixedObservationError

Observed = Literal["mean", "end", "sum", "survey", "unknown"]
Frequency = Literal["monthly", "daily", "weekly", "quarterly"]


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
        ``monthly``, ``daily``, ``weekly`` or ``quarterly``.
    observed : str
        ``mean``, ``end``, ``sum`` or ``survey``: what a period's value is.
    clock : str
        Time of day and zone at which a market price is struck, such as ``17:00 Asia/Tokyo``.
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
    terms: str = ""

    @property
    def unit_of_responses(self) -> str:
        """Unit in which responses are shown."""
        return self.response_unit or self.unit


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
        What selecting removed at the ends, in words.
    """

    frame: pd.DataFrame
    columns: Mapping[str, Column]
    source: str = "memory"
    trimmed: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if not isinstance(self.frame.index, (pd.PeriodIndex, pd.DatetimeIndex)):
            raise DataError(
                f"The panel's index is {type(self.frame.index).__name__}, not dates.",
                remedy="Pass a frame with a PeriodIndex or a DatetimeIndex.",
            )
        unknown = [c for c in self.frame.columns if c not in self.columns]
        if unknown:
            raise DataError(
                f"Columns without a description: {', '.join(map(str, unknown))}.",
                remedy="Name them in the mapping file, or use Panel.from_frame.",
            )
        refuse_irregular(self.frame.index)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        columns: Mapping[str, Column] | None = None,
        source: str = "memory",
    ) -> Self:
        """Make a panel of a frame; columns that are not described keep their name as label."""
        known = dict(columns or {})
        index = frame.index
        if isinstance(index, pd.DatetimeIndex):
            spacing = pd.infer_freq(index) or ""
            if spacing[:1] in ("M", "Q"):
                frame = frame.set_axis(index.to_period(spacing[0]), axis=0)
        frequency: Frequency = "monthly"
        if isinstance(frame.index, pd.DatetimeIndex):
            frequency = "daily"
        for name in frame.columns:
            known.setdefault(
                str(name), Column(id=str(name), label=str(name), unit="unit", frequency=frequency)
            )
        return cls(frame.astype(float), known, source)

    @property
    def names(self) -> list[str]:
        """Catalogue ids, in the panel's order."""
        return [str(c) for c in self.frame.columns]

    @property
    def sample(self) -> str:
        """First and last period, such as ``1999-01 to 2025-11``."""
        return f"{label_of(self.frame.index[0])} to {label_of(self.frame.index[-1])}"

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

    def select(
        self, names: Iterable[str], *, start: str | None = None, end: str | None = None
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

        Raises
        ------
        MissingSeriesError, GapError, MixedObservationError, DataError
        """
        wanted = list(names)
        described = {name: self.describe(name) for name in wanted}
        refuse_mixed_observation(described.values())
        frame = self.frame.loc[:, wanted].loc[start:end]
        complete = frame.notna().all(axis=1).to_numpy()
        if not complete.any():
            raise DataError(
                f"{', '.join(wanted)} have no period in common.",
                remedy="Check the dates of each series or leave one out.",
            )
        first = int(complete.argmax())
        last = len(complete) - 1 - int(complete[::-1].argmax())
        inside = frame.iloc[first : last + 1]
        refuse_gaps(inside)
        trimmed = _report_trimming(frame, first, last)
        return Panel(inside, described, self.source, trimmed)

    def with_columns(self, frame: pd.DataFrame, columns: Mapping[str, Column]) -> Panel:
        """The same panel with other values or descriptions (used by transforms)."""
        return replace(self, frame=frame, columns=dict(columns))


def as_panel(data: Panel | pd.DataFrame) -> Panel:
    """Accept a panel or a labelled frame."""
    return data if isinstance(data, Panel) else Panel.from_frame(data)


def label_of(period: object) -> str:
    """A date as it is printed: ``2026-06`` for months, ``2026-06-30`` for days."""
    if isinstance(period, pd.Timestamp):
        return period.strftime("%Y-%m-%d")
    return str(period)


def refuse_irregular(index: pd.Index) -> None:
    """Refuse duplicated, unordered or (for periods) skipped dates."""
    if index.has_duplicates:
        twice = label_of(index[index.duplicated()][0])
        raise GapError(f"The date {twice} occurs twice.", remedy="Keep one row a date.")
    if not index.is_monotonic_increasing:
        raise GapError("The dates are not in order.", remedy="Sort the rows by date.")
    if isinstance(index, pd.PeriodIndex) and len(index) > 1:
        steps = np.diff(index.asi8)
        if (steps != 1).any():
            at = int((steps != 1).argmax())
            raise GapError(
                f"No row between {label_of(index[at])} and {label_of(index[at + 1])}.",
                remedy="Add the missing periods, or use a sample without the gap.",
            )


def refuse_gaps(frame: pd.DataFrame) -> None:
    """Refuse a missing value between two observations, naming series and dates."""
    missing = frame.isna()
    if not missing.to_numpy().any():
        return
    name = str(missing.any(axis=0).idxmax())
    dates = [label_of(d) for d in frame.index[missing[name].to_numpy()]]
    shown = ", ".join(dates[:6]) + (f" and {len(dates) - 6} more" if len(dates) > 6 else "")
    raise GapError(
        f"The series '{name}' has no value in {shown}.",
        remedy="Choose a sample without the gap (start/end), or fill it at the source.",
    )


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


def _report_trimming(frame: pd.DataFrame, first: int, last: int) -> tuple[str, ...]:
    """Which series decided the ends of the common sample."""
    notes = []
    if first > 0:
        late = frame.columns[frame.iloc[first - 1].isna().to_numpy()]
        notes.append(f"starts {label_of(frame.index[first])}: {', '.join(map(str, late))}")
    if last < len(frame) - 1:
        early = frame.columns[frame.iloc[last + 1].isna().to_numpy()]
        notes.append(f"ends {label_of(frame.index[last])}: {', '.join(map(str, early))}")
    return tuple(notes)
