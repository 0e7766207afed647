"""Transforms: panel in, panel out, with labels and units that stay true.

Each function works on the named columns, each on its own span, and leaves the others as they
are. A missing value between two observations is refused before anything is differenced, so two
observations that are not neighbours in time are never treated as neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, cast, get_args

import numpy as np
import pandas as pd

from ..errors import DataError, SpecError
from .catalog import Entry, TransformKind, entries
from .panel import Column, Panel, label_of, window_of
from .seasonal import SeasonalMethod, seasonally_adjust
from .tax_steps import TaxStep, remove_tax_steps

_LOG = "100 x log"
_STRONGER, _WEAKER = "higher = stronger", "higher = weaker"
_INVERTED = ", inverted"


class Recipe(NamedTuple):
    """What is done to which series: the arguments of :func:`apply` after the panel."""

    transforms: Mapping[str, str]
    flips: tuple[str, ...] = ()
    tax_steps: tuple[str, ...] = ()
    seasonal: Mapping[str, SeasonalMethod] = {}


@dataclass(frozen=True)
class Transformed:
    """A transformed panel and what was done on the way.

    Attributes
    ----------
    panel : Panel
        The series that were asked for, in that order.
    notes : tuple of str
        What was done to each series, in words.
    tax_steps : tuple of TaxStep
        The tax steps that were removed, with their standard errors.
    """

    panel: Panel
    notes: tuple[str, ...]
    tax_steps: tuple[TaxStep, ...] = ()


def catalogue_recipe(names: Iterable[str], known: Mapping[str, Entry] | None = None) -> Recipe:
    """The catalogue's default treatment of the named series.

    Parameters
    ----------
    names : iterable of str
        Catalogue ids, or ids of ``known``.
    known : Mapping[str, Entry], optional
        Series that a mapping file describes (``Data.entries``); by default the catalogue.
    """
    described = {name: (known or entries())[name] for name in names}
    return Recipe(
        {name: found.transform for name, found in described.items()},
        tuple(name for name, found in described.items() if found.flip),
        tuple(name for name, found in described.items() if found.taxed),
        {name: "dummies" for name, found in described.items() if found.seasonal},
    )


def apply(
    panel: Panel,
    transforms: Mapping[str, str],
    flips: Iterable[str] = (),
    tax_steps: Iterable[str] = (),
    seasonal: Mapping[str, SeasonalMethod] | None = None,
    *,
    tax_dates: Iterable[str] | None = None,
    known_steps: Mapping[str, Mapping[str, float]] | None = None,
    real_time: bool = False,
) -> Transformed:
    """Bring published figures into the form in which they are modelled.

    In this order: signs are turned, tax steps removed, logs taken, seasons removed by STL,
    differences taken, seasons removed by month dummies.

    Parameters
    ----------
    panel : Panel
        Published figures, in levels. Cut it to the study's sample first (:func:`window`): tax
        steps and seasons are estimated on what is there.
    transforms : Mapping[str, str]
        ``dlog100``, ``log100``, ``diff`` or ``level`` by id; other columns are left out.
    flips : iterable of str
        Series whose sign is turned so that up means a weaker yen.
    tax_steps : iterable of str
        Series from which consumption-tax steps are removed.
    seasonal : Mapping[str, str], optional
        ``dummies`` or ``stl`` by id.
    tax_dates : iterable of str, optional
        Months of the steps; by default all changes of the tax.
    known_steps : Mapping[str, Mapping[str, float]], optional
        Steps that are given, in 100 x log points, by id and month.
    real_time : bool
        Whether the figures serve real-time or out-of-sample work; STL is refused then.

    Returns
    -------
    Transformed

    Raises
    ------
    SpecError, DataError, GapError, SampleError, MissingSeriesError
    """
    kinds = {name: _kind(name, kind) for name, kind in transforms.items()}
    methods = dict(seasonal or {})
    turned, taxed = list(flips), list(tax_steps)
    _refuse_strangers(kinds, {"flips": turned, "tax_steps": taxed, "seasonal": methods})
    result = _narrow(panel, list(kinds))
    result = flip(result, turned)
    result, steps = remove_tax_steps(result, taxed, dates=tax_dates, known=known_steps)
    result = log_level(result, [n for n, kind in kinds.items() if kind in ("dlog100", "log100")])
    by_stl = [name for name, method in methods.items() if method == "stl"]
    result = seasonally_adjust(result, by_stl, "stl", real_time=real_time)
    result = difference(result, [n for n, kind in kinds.items() if kind in ("dlog100", "diff")])
    result = seasonally_adjust(result, [name for name in methods if name not in by_stl], "dummies")
    notes = tuple(f"{c.id}: {c.transform or 'as published'}" for c in result.columns.values())
    return Transformed(result, notes + tuple(map(str, steps)), steps)


def log_level(panel: Panel, names: Iterable[str] | None = None) -> Panel:
    """Take 100 x log.

    Raises
    ------
    DataError
        A value is zero or negative.
    """

    def log(values: pd.Series, column: Column) -> tuple[pd.Series, Column]:
        if column.differenced:
            raise SpecError(
                f"'{column.id}' is a change, of which no log is taken.",
                remedy="Take logs of the level.",
            )
        if (values <= 0).any():
            date = label_of(values.index[int((values <= 0).to_numpy().argmax())])
            raise DataError(
                f"The series '{column.id}' is {values[values <= 0].iloc[0]:g} in {date}: "
                "it has no logarithm.",
                remedy='Use "diff" or "level" for it, or correct the figure.',
            )
        logged = column.after(_LOG, unit=_LOG, response_unit="%", response_scale=1.0)
        return 100 * np.log(values), logged

    return _change_columns(panel, names, log)


def difference(panel: Panel, names: Iterable[str] | None = None) -> Panel:
    """Take the change from the period before; of 100 x log it is the growth in per cent."""

    def change(values: pd.Series, column: Column) -> tuple[pd.Series, Column]:
        if column.differenced:
            raise SpecError(
                f"'{column.id}' is a change already.", remedy="Difference each series once."
            )
        points = "percentage points" if column.unit.startswith("percent") else column.unit
        described = replace(column, differenced=True, unit="%" if column.unit == _LOG else points)
        if column.transform.endswith(_LOG):
            described = replace(described, transform=f"{column.transform} difference")
        else:
            described = described.after("difference")
        return values.diff(), described

    return _change_columns(panel, names, change)


def log_difference(panel: Panel, names: Iterable[str] | None = None) -> Panel:
    """Take 100 x the change of the log: growth from the period before in per cent."""
    chosen = panel.names if names is None else list(names)
    return difference(log_level(panel, chosen), chosen)


def flip(panel: Panel, names: Iterable[str]) -> Panel:
    """Turn the sign of an exchange rate so that up means a weaker currency (or back again).

    An index x becomes 10,000 / x, which leaves its base at 100 and turns the sign of its log;
    logs and changes are negated.
    """

    def turn(values: pd.Series, column: Column) -> tuple[pd.Series, Column]:
        if column.differenced or column.unit == _LOG:
            turned = -values
        elif (values > 0).all():
            turned = 10_000 / values
        else:
            raise DataError(
                f"The series '{column.id}' has values that are not positive, so no reciprocal.",
                remedy="Flip an index or an exchange rate only.",
            )
        return turned, _turned(column)

    return _change_columns(panel, names, turn)


def window(panel: Panel, start: str | None = None, end: str | None = None) -> Panel:
    """The periods from ``start`` to ``end``, inclusive; missing values stay as they are."""
    frame = window_of(panel.frame, start, end)
    if frame.empty:
        raise DataError(
            f"No period of the data ({panel.sample}) lies from {start or 'the start'} to "
            f"{end or 'the end'}.",
            remedy="Change the sample.",
        )
    return panel.with_columns(frame, panel.columns)


def _change_columns(
    panel: Panel,
    names: Iterable[str] | None,
    change: Callable[[pd.Series, Column], tuple[pd.Series, Column]],
) -> Panel:
    """Apply a change to each named column on its own span without gaps."""
    frame, columns = panel.frame.copy(), dict(panel.columns)
    for name in panel.names if names is None else names:
        inside = panel.select([name]).frame[name]
        values, columns[name] = change(inside, panel.describe(name))
        frame[name] = values.reindex(frame.index)
    return panel.with_columns(frame, columns)


def _narrow(panel: Panel, names: list[str]) -> Panel:
    columns = {name: panel.describe(name) for name in names}
    return panel.with_columns(panel.frame.loc[:, names], columns)


def _turned(column: Column) -> Column:
    """The description of a flipped column; turned twice it is the first again."""
    steps = [step for step in column.transform.split("; ") if step]
    if column.flipped:
        steps.remove("sign turned")
        label, unit = column.label.removesuffix(_INVERTED), column.unit.replace(_WEAKER, _STRONGER)
    else:
        steps.append("sign turned")
        label, unit = column.label + _INVERTED, column.unit.replace(_STRONGER, _WEAKER)
    return replace(
        column, label=label, unit=unit, transform="; ".join(steps), flipped=not column.flipped
    )


def _kind(name: str, kind: str) -> TransformKind:
    if kind not in get_args(TransformKind):
        raise SpecError(
            f"The transform '{kind}' of '{name}' is not known.",
            remedy=f"Allowed: {', '.join(get_args(TransformKind))}.",
        )
    return cast(TransformKind, kind)


def _refuse_strangers(
    kinds: Mapping[str, TransformKind], lists: Mapping[str, Iterable[str]]
) -> None:
    for key, names in lists.items():
        for name in names:
            if name not in kinds:
                raise SpecError(
                    f"{key} names '{name}', which has no transform.",
                    remedy=f"Give it one, or take it out of {key}.",
                )
