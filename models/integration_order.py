"""Whether a series must be differenced twice, which no autoregressive distributed lag can hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pandas as pd

from ..data.panel import Panel
from ..errors import SpecError

Found = Literal["I(2)", "unclear", "I(1) or I(0)"]


def refuse_twice_integrated(
    panel: Panel, names: Iterable[str], *, seasonal: bool, level: float = 0.05
) -> tuple[str, ...]:
    """Refuse series of order two; name those of which the tests do not agree.

    A series is taken to be I(2) when neither the ADF nor the Phillips-Perron test rejects a unit
    root of its changes and the KPSS test rejects that they are stationary.

    Parameters
    ----------
    panel : Panel
        Levels, or changes.
    names : iterable of str
    seasonal : bool
        Remove the averages of calendar months or quarters first.
    level : float
        Size of the tests.

    Returns
    -------
    tuple of str
        One sentence for each series of which the tests do not agree.

    Raises
    ------
    SpecError
    """
    unclear = []
    for name in names:
        differenced = panel.columns[name].differenced
        changes = panel.frame[name] if differenced else panel.frame[name].diff().iloc[1:]
        found = order_of(_without_season(changes) if seasonal else changes, level)
        if found == "I(2)":
            raise SpecError(
                f"'{name}' is integrated of order 2: its changes have a unit root themselves "
                f"(ADF and Phillips-Perron do not reject one at {level:.0%}, KPSS rejects that "
                "they are stationary). Limits of the bounds test and of multipliers hold for I(0) "
                "and I(1) series only.",
                remedy="Use its growth rate in place of its level, another sample, or leave it out "
                "(order_check=False keeps it).",
            )
        if found == "unclear":
            unclear.append(f"Tests do not agree on whether changes of '{name}' are stationary.")
    return tuple(unclear)


def order_of(changes: pd.Series, level: float) -> Found:
    """What three tests of a series' changes say together of its order."""
    from arch.unitroot import ADF, KPSS, PhillipsPerron

    values = changes.to_numpy(float)
    rejected = [kind(values, trend="c").pvalue < level for kind in (ADF, PhillipsPerron)]
    if all(rejected):
        return "I(1) or I(0)"
    # The bandwidth that depends on T alone exists for every series.
    stationary = KPSS(values, trend="c", lags=-1).pvalue >= level
    return "I(2)" if not any(rejected) and not stationary else "unclear"


def _without_season(changes: pd.Series) -> pd.Series:
    """Less the average of each month or quarter; other frequencies have no season."""
    dates = pd.PeriodIndex(changes.index)
    season = {"M": "month", "Q": "quarter"}.get(dates.freqstr[:1])
    if season is None:
        return changes
    return changes - changes.groupby(getattr(dates, season)).transform("mean")
