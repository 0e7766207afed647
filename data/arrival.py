"""What looks suspicious about a series when it arrives: reported, never dropped.

A check that cries wolf is not read. On 117 monthly and 65 daily real series from 1960 to 2026, each
change looked at when it was new, jumps were reported in 37 of 56,032 months (the oil prices of
1973, April 2020, ...) and 50 of 526,832 days, and no step of the unit. The last figure of a price
times ten was found in all 690 of 690 trials, two swapped digits in 72% of 689.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from .catalog import Entry
from .dates import PERIOD_NAMES, label_of, span_of
from .frequency import LONGEST_CLOSURE
from .rebasing import constant_ratio, power_of_ten

#: A change is a jump if it is this many robust standard deviations (1.4826 MAD) of those before it
#: and this many times as large as the largest of them: prices of oil have leapt before.
JUMP, LARGER = 12.0, 1.5
#: Changes from which a jump can be told.
ENOUGH = {"monthly": 60, "daily": 250}
#: Of a series that arrives for the first time, jumps in so many last periods are reported.
LAST = 24
#: Levels this many periods before and after a step tell another unit from a spike.
_AROUND = 12
#: How much later than usual a figure may be: days, and business days for daily figures.
_SLACK = {"monthly": 10, "daily": 5}

_LOGS = ("dlog100", "log100")
_BASE_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\b(?=[^0-9]*=\s*100\b)")
_MAGNITUDE = re.compile(r"\b(?:100 million|10 million|thousand|million|billion|trillion)")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a reader of the figures should look at.

    Attributes
    ----------
    series : str
        Catalogue id.
    kind : str
        ``unit``, ``scale``, ``rebased``, ``stale``, ``gap``, ``sign``, ``jump`` or ``history``.
    date : str
        First period concerned, as it is printed; empty where it is the whole series.
    sentence : str
        What was found, with the figures.
    """

    series: str
    kind: str
    date: str
    sentence: str

    def in_words(self) -> str:
        """Series and sentence: ``cpi_core: 2026-08 stands ...``."""
        return f"{self.series}: {self.sentence}"


def check_arrival(
    name: str,
    entry: Entry,
    values: pd.Series,
    *,
    earlier: pd.Series | None,
    published_unit: str,
    today: date,
    earlier_unit: str = "",
) -> list[Finding]:
    """Look at a series that arrived, beside what the catalogue and an earlier vintage say of it.

    Gaps, signs and jumps that the earlier vintage already had are not reported again.

    Parameters
    ----------
    name : str
        Catalogue id.
    entry : Entry
    values : pandas.Series
        Figures on months or days.
    earlier : pandas.Series or None
        Its figures in the newest vintage before.
    published_unit, earlier_unit : str
        Unit as the publisher states it, now and then; empty where it does not.
    today : date

    Returns
    -------
    list of Finding
        None of them keeps the series from being used.
    """
    figures = values.dropna()
    before = earlier.dropna() if earlier is not None else None
    found = [
        *_unit(entry, published_unit, earlier_unit),
        *_against(before, figures),
        *_stale(entry, figures, today),
        *_news(entry, figures, before),
    ]
    return [Finding(name, *parts) for parts in found]


#: Kind, date and sentence of a finding.
_Found = tuple[str, str, str]


def _unit(entry: Entry, published: str, earlier: str) -> Iterator[_Found]:
    """Another unit than before, or another base year or magnitude than the catalogue's."""
    if published and earlier and published != earlier:
        yield "unit", "", f"its unit is '{published}' now; it was '{earlier}'."
        return
    for pattern in (_BASE_YEAR, _MAGNITUDE):
        stated, known = pattern.search(published.lower()), pattern.search(entry.column.unit)
        if stated and known and stated[0] != known[0]:
            yield (
                "unit",
                "",
                f"its unit is '{published}'; the catalogue's is '{entry.column.unit}'.",
            )


def _against(earlier: pd.Series | None, values: pd.Series) -> Iterator[_Found]:
    """Another scale, another base, or less history than before."""
    if earlier is None:
        return
    ratio = constant_ratio(earlier, values)
    if ratio is not None:
        kind = "scale" if power_of_ten(ratio) else "rebased"
        what = "another unit" if kind == "scale" else "another base"
        yield kind, "", f"its figures are {ratio:.6g} times those of before: {what}."
    lost = earlier.index.difference(values.index)
    inside = lost[lost > values.index[0]] if len(values) else lost
    if len(inside) or len(values) < len(earlier):
        first = label_of(lost[0])
        yield "history", first, f"{len(lost):,} periods that it had are gone ({span_of(lost)})."


def _stale(entry: Entry, values: pd.Series, today: date) -> Iterator[_Found]:
    """Whether the figure after the last one should have been published long ago."""
    if entry.recipe is None or values.empty:
        return
    last, lag = values.index[-1], timedelta(days=entry.recipe.lag)
    if isinstance(last, pd.Period):
        due = (last + 1).end_time.date() + lag + timedelta(days=_SLACK["monthly"])
    else:
        # The next business day, and some more for holidays.
        days = np.busday_offset(last.date(), 1 + _SLACK["daily"], roll="backward")
        due = days.astype(date) + lag
    if due < today:
        yield (
            "stale",
            label_of(last),
            f"it ends {label_of(last)}; a later figure was to be expected by {due.isoformat()}.",
        )


def _news(entry: Entry, values: pd.Series, earlier: pd.Series | None) -> Iterator[_Found]:
    """What the figures show by themselves, as far as the earlier ones did not show it."""
    steps: dict[object, str] = {}
    for kind, find in (("gap", _gaps), ("sign", _signs), ("scale", _steps), ("jump", _jumps)):
        found = find(entry, values)
        known = set(find(entry, earlier)) if earlier is not None else set()
        if kind == "scale":
            steps = found
        if kind == "jump":
            known |= {*steps, *(values.index[:-LAST] if earlier is None else ())}
        news = [(label_of(at), text) for at, text in found.items() if at not in known]
        if news:
            more = f" {len(news) - 1} more, the last at {news[-1][0]}." if len(news) > 1 else ""
            yield kind, news[0][0], news[0][1] + more


def _gaps(entry: Entry, values: pd.Series) -> dict[object, str]:
    """Periods that stand before a gap."""
    if isinstance(values.index, pd.PeriodIndex):
        apart, longest = np.diff(values.index.asi8), 1
    else:
        apart = np.diff(values.index.to_numpy("datetime64[D]")).astype(int)
        longest = LONGEST_CLOSURE
    what = PERIOD_NAMES[entry.column.frequency]
    return {
        values.index[at]: f"no figure between {label_of(values.index[at])} and "
        f"{label_of(values.index[at + 1])} ({apart[at] - 1} {what}{'' if apart[at] == 2 else 's'})."
        for at in map(int, np.flatnonzero(apart > longest))
    }


def _signs(entry: Entry, values: pd.Series) -> dict[object, str]:
    """Figures of which no logarithm can be taken."""
    if entry.transform not in _LOGS:
        return {}
    wrong = values[values <= 0]
    return {
        at: f"{label_of(at)} is {figure:g}, and the study takes logs."
        for at, figure in wrong.items()
    }


def _steps(entry: Entry, values: pd.Series) -> dict[object, str]:
    """Where the level steps by a power of ten and stays: another unit from there on."""
    figures = values.to_numpy("float64")
    found: dict[object, str] = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        at_once = figures[1:] / figures[:-1]
        candidates = np.flatnonzero(np.abs(np.log10(at_once)) > 0.5) + 1
    for at in map(int, candidates):
        before = float(np.median(figures[max(at - _AROUND, 0) : at]))
        after = float(np.median(figures[at : at + _AROUND]))
        # Yields near zero move by powers of ten without a change of unit.
        large = entry.transform in _LOGS or max(abs(before), abs(after)) >= 1
        if large and before != 0 and _is_ten(at_once[at - 1]) and _is_ten(after / before):
            found[values.index[at]] = (
                f"from {label_of(values.index[at])} on its level is {after / before:.3g} times "
                "that of before: another unit?"
            )
    return found


def _is_ten(ratio: float) -> bool:
    """Whether a ratio is about 10, 100, 1/10 and so on, give or take a quarter."""
    exponent = np.log10(ratio) if 0 < ratio < np.inf else 0.0
    return round(exponent) != 0 and abs(exponent - round(exponent)) < 0.1


def _jumps(entry: Entry, values: pd.Series) -> dict[object, str]:
    """Changes that are far larger than all before them."""
    logs = entry.transform in _LOGS and bool((values > 0).all())
    changes = (100 * np.log(values) if logs else values).diff().to_numpy()[1:]
    size = np.abs(changes)
    largest = np.maximum.accumulate(size)
    found: dict[object, str] = {}
    enough = ENOUGH["monthly" if isinstance(values.index, pd.PeriodIndex) else "daily"]
    for at in range(enough, len(size)):
        if size[at] <= LARGER * largest[at - 1]:
            continue
        before = changes[:at] - np.median(changes[:at])
        spread = 1.4826 * float(np.median(np.abs(before)))
        if size[at] > JUMP * spread:
            unit = "%" if logs else f" {entry.column.unit}"
            when = label_of(values.index[at + 1])
            found[values.index[at + 1]] = (
                f"it changed by {changes[at]:+.3g}{unit} in {when}; the largest change before was "
                f"{largest[at - 1]:.3g}."
            )
    return found
