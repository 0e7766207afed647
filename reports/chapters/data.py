"""What the figures are: series, clocks, transforms, tax steps."""

from __future__ import annotations

import pandas as pd

from ...data.loop_panel import LoopPanel
from ...data.sources.files import Data
from ...models.results import normal_bounds, tidy_frame
from ..content import Section
from ..formats import Interval
from ..numbers import Numbers
from ..tables import Table
from . import Chapter


def data_chapter(data: Data, loop: LoopPanel) -> Chapter:
    """Series that play a part in the loop, and the tax steps that were taken out."""
    tables = [_series_table(data, loop)]
    numbers = {}
    if loop.tax_steps:
        tables.append(_tax_table(loop))
        numbers["tax-steps"] = _tax_numbers(loop)
    section = Section(
        "data",
        "Data",
        [
            f"Figures: {data.monthly.source}, monthly, {data.monthly.sample}. A column is a "
            "catalogue id: it says publisher, unit, how a month's value is observed and at which "
            "clock a market price is struck.",
            "Each model uses the common sample of the series that it contains, not that of the "
            "whole panel. A missing value between two observations is refused, never filled.",
        ],
        tables=tables,
    )
    return Chapter(section, numbers)


def _series_table(data: Data, loop: LoopPanel) -> Table:
    rows = []
    for role, name in loop.roles.items():
        column = data.monthly.describe(name)
        first, last = data.monthly.span(name)
        rows.append(
            {
                "Part": role.replace("_", " "),
                "Series": f"{column.label} ({name})",
                "Publisher": column.publisher,
                "Unit": column.unit,
                "Observed": column.observed,
                "Clock": column.clock or "none",
                "Span": f"{first} to {last}",
                "As modelled": loop.panel.columns[name].transform,
            }
        )
    return Table(
        "series",
        "The series of the loop",
        pd.DataFrame(rows),
        ["Span: the published levels in the data. Seasons enter the models as monthly dummies."],
    )


def _tax_table(loop: LoopPanel) -> Table:
    rows = [
        {
            "Series": loop.panel.columns[step.id].label,
            "Month": step.date,
            "Step": step.size,
            "s.e.": step.std_error,
            "90% interval": _interval(step.size, step.std_error),
            "Years compared": step.comparisons,
        }
        for step in loop.tax_steps
    ]
    return Table(
        "tax-steps",
        "Consumption-tax steps taken out of the price indices",
        pd.DataFrame(rows),
        [
            "Regression of the monthly change on calendar-month dummies and one impulse a step; "
            "normal interval."
        ],
        units={"Step": "%", "s.e.": "%", "90% interval": "%"},
        missing="the step was given, not estimated",
    )


def _interval(size: float, std_error: float | None) -> Interval:
    return Interval(*normal_bounds(size, float("nan") if std_error is None else std_error, 0.90))


def _tax_numbers(loop: LoopPanel) -> Numbers:
    rows = [
        {
            "model": "impulse dummy",
            "statistic": f"tax step {step.date}",
            "response": step.id,
            "estimate": step.size,
            "std_error": step.std_error,
            "level": 0.90,
            "conf_low": _interval(step.size, step.std_error).low,
            "conf_high": _interval(step.size, step.std_error).high,
            "band": "normal",
            "unit": "%",
        }
        for step in loop.tax_steps
    ]
    return Numbers(
        tidy_frame(rows), loop.panel.sample, "OLS of monthly changes on month dummies and impulses"
    )
