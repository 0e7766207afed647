"""How old "now" is: every statement about the present says the last month of its series."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ..data.quality import STALE_AFTER_MONTHS


def staleness_note(last_period: pd.Period | pd.Timestamp | str, run_date: date | str) -> str:
    """One sentence with the last common month, and its age where it is stale.

    Parameters
    ----------
    last_period : Period, Timestamp or str
        Last period that all series of the statement share.
    run_date : date or str
        Day of the run (an ISO date and time will do).
    """
    last = pd.Period(str(last_period), "M")
    months = pd.Timestamp(str(run_date)[:10]).to_period("M").ordinal - last.ordinal
    note = f"Last common month: {last}"
    if months > STALE_AFTER_MONTHS:
        note += f"; stale, {months} months before the run"
    return note + "."
