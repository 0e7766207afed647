"""Consumption-tax steps: estimate them, take them out, and say how large they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..errors import DataError, SampleError, SpecError
from .dates import label_of, require_date
from .panel import Panel

#: Months in which the tax came (3%) and rose (to 5%, 8% and 10%).
TAX_DATES = ("1989-04", "1997-04", "2014-04", "2019-10")

#: Other years' changes of the same calendar month that a step is measured against, at least.
MIN_COMPARISONS = 3


@dataclass(frozen=True, slots=True)
class TaxStep:
    """A step that was removed from a price level.

    Attributes
    ----------
    id : str
        Series.
    date : str
        Month of the step.
    size : float
        Height of the step in 100 x log points (about per cent).
    std_error : float or None
        Standard error; None where the height was given.
    comparisons : int
        Changes of the same calendar month in other years that it was measured against.
    """

    id: str
    date: str
    size: float
    std_error: float | None
    comparisons: int = 0

    def __str__(self) -> str:
        if self.std_error is None:
            how = "given"
        else:
            how = f"s.e. {self.std_error:.2f}, against {self.comparisons} other years"
        return f"{self.id}: tax step {self.date} of {self.size:+.2f}% removed ({how})"


def remove_tax_steps(
    panel: Panel,
    names: Iterable[str],
    *,
    dates: Iterable[str] | None = None,
    known: Mapping[str, Mapping[str, float]] | None = None,
) -> tuple[Panel, tuple[TaxStep, ...]]:
    """Take consumption-tax steps out of monthly price levels.

    The change of the log price is regressed on twelve month dummies and one impulse a step,

        100 (log p_t - log p_{t-1}) = c_{m(t)} + sum_k tau_k 1{t = t_k} + e_t,

    and the level is divided by exp(tau_k / 100) from t_k on, so that it runs through without a
    step and stays as published before the first one. The impulse takes all that was unusual in
    that month (in 2019-10 also the lower fees of nurseries), and only that month: prices that
    followed later, such as electricity in 2014-05, keep their step.

    Parameters
    ----------
    panel : Panel
        Monthly price levels.
    names : iterable of str
        Series that include the tax.
    dates : iterable of str, optional
        Months of the steps; by default :data:`TAX_DATES`. Months outside a series are skipped.
    known : Mapping[str, Mapping[str, float]], optional
        Heights that are given, in 100 x log points, by id and month.

    Returns
    -------
    panel : Panel
    steps : tuple of TaxStep

    Raises
    ------
    SpecError
        The series is not a monthly level.
    SampleError
        Fewer than three other years have a change in the month of a step.
    DataError, GapError
    """
    frame, columns, steps = panel.frame.copy(), dict(panel.columns), []
    months = sorted(TAX_DATES if dates is None else dates)
    for month in months:
        require_date(month)
    for name in names:
        column = panel.describe(name)
        level = panel.select([name]).frame[name]
        if column.differenced or column.transform or column.frequency != "monthly":
            raise SpecError(
                f"'{name}' is not a monthly level as published, from which tax steps are taken.",
                remedy="Remove tax steps before logs and differences are taken.",
            )
        found = _estimate(name, level, months, dict((known or {}).get(name, {})))
        if not found:
            continue
        frame[name] = _without(level, found).reindex(frame.index)
        text = f"tax steps removed ({', '.join(step.date for step in found)})"
        columns[name] = replace(column, transform=text)
        steps += found
    return panel.with_columns(frame, columns), tuple(steps)


def _estimate(
    name: str, level: pd.Series, months: list[str], given: dict[str, float]
) -> list[TaxStep]:
    """Heights of the steps inside the sample, in order of their dates.

    With month dummies and impulses the least-squares estimate has a closed form: the step is the
    change in its month less the mean change of the same calendar month in the other years, with
    variance s^2 (1 + 1/n).
    """
    if (level <= 0).any():
        date = label_of(level.index[int((level <= 0).to_numpy().argmax())])
        raise DataError(
            f"The series '{name}' is not positive in {date}, so it is no price level.",
            remedy="Correct it, or leave it out of tax_steps.",
        )
    change = 100 * np.log(level).diff().dropna()
    inside = [pd.Period(m, "M") for m in sorted({*months, *given})]
    inside = [period for period in inside if period in change.index]
    if not inside:
        return []
    for period in inside:
        change[period] -= given.get(str(period), 0.0)
    free = change.drop([period for period in inside if str(period) not in given])
    calendar = free.groupby(free.index.month)
    residuals = free - calendar.transform("mean")
    degrees = len(free) - calendar.ngroups
    steps = []
    for period in inside:
        if str(period) in given:
            steps.append(TaxStep(name, str(period), given[str(period)], None))
            continue
        others = free[free.index.month == period.month]
        if len(others) < MIN_COMPARISONS:
            raise SampleError(
                f"The tax step of '{name}' in {period} has {len(others)} other years to be "
                "measured against.",
                remedy="Use a longer sample, or give the height of the step.",
            )
        variance = float(residuals @ residuals) / degrees * (1 + 1 / len(others))
        size = float(change[period] - others.mean())
        steps.append(TaxStep(name, str(period), size, float(np.sqrt(variance)), len(others)))
    return steps


def _without(level: pd.Series, steps: list[TaxStep]) -> pd.Series:
    removed = pd.Series(0.0, index=level.index)
    for step in steps:
        removed[level.index >= pd.Period(step.date, "M")] += step.size
    return level * np.exp(-removed / 100)
