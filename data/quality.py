"""How old the figures are: every statement about the present needs a date."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pandas as pd

from .dates import require_date
from .panel import Panel

#: Figures whose last month lies further back than this are stale.
STALE_AFTER_MONTHS = 3


class Age(NamedTuple):
    """Last period of a series, and how many months it lies behind."""

    id: str
    last: str
    months_behind: int

    @property
    def stale(self) -> bool:
        """Whether the series ends more than three months before."""
        return self.months_behind > STALE_AFTER_MONTHS


def staleness(panel: Panel, as_of: str | date | pd.Period) -> list[Age]:
    """Age of each series of a panel at a month.

    Parameters
    ----------
    panel : Panel
        Monthly or daily series.
    as_of : str, date or Period
        The month (or a day in it) at which one stands.

    Returns
    -------
    list of Age
        ``(id, last period, months behind)`` in the panel's order; a series that reaches
        ``as_of`` or beyond is 0 months behind.
    """
    day = require_date(as_of) if isinstance(as_of, str) else as_of
    now = pd.Period(str(day)[:7], "M")
    ages = []
    for name in panel.names:
        _, last = panel.span(name)
        behind = now.ordinal - pd.Period(last[:7], "M").ordinal
        ages.append(Age(name, last, max(behind, 0)))
    return ages
