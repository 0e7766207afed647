"""What Japan sends to US markets and gets from them: changes and volatilities, by the clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ..data.alignment import DESCRIPTIONS, Calendar, align_days
from ..data.panel import Column, Panel, label_of
from ..data.transforms import difference, log_difference
from .connectedness import Connectedness, ConnectednessResults
from .inference.block_bootstrap import BlockBootstrap
from .spillover_results import Blocks, Spillover, Variant
from .volatility import Garch, GarchResults

__all__ = [
    "DAILY",
    "HOW_TO_GET_DAYS",
    "MONTHLY",
    "NOON_YEN",
    "Blocks",
    "Spillover",
    "Variant",
    "changes_of",
    "has_daily_markets",
    "japan_us_spillover",
    "log_variances",
    "monthly_spillover",
    "with_stocks_to_2018",
]

#: Catalogue ids of the daily study. The yen belongs to no country.
DAILY = Blocks(
    ("jgb10y_daily", "nikkei_daily"), "usdjpy_ecb", ("us10y_daily", "sp500_daily", "vix_daily")
)
NOON_YEN = "usdjpy_h10_daily"

#: Of the monthly fallback.
MONTHLY = Blocks(("jgb10y",), "usdjpy_tokyo", ("us10y",))

#: A variant with US stocks needs so many months in common.
FEWEST_MONTHS = 120

#: How one gets from the embedded months to the daily study.
HOW_TO_GET_DAYS = (
    "Daily study: put daily_panel.csv (JGB and US 10-year yields, Nikkei, S&P 500, VIX and the yen "
    "at the ECB's fixing) into a folder and run 'yenloop run --data FOLDER'."
)


def japan_us_spillover(
    panel: Panel,
    *,
    blocks: Blocks = DAILY,
    lags: int = 2,
    horizon: int = 10,
    draws: int = 1000,
    start: str | None = "1999-01-04",
    end: str | None = None,
    garch: Garch | None = None,
    rng: int = 0,
) -> Spillover:
    """Connectedness of Japanese and US markets from daily figures in the order of their clocks.

    The headline is the recursive table of changes, Tokyo first, then the yen at the ECB's fixing,
    then New York. Beside it stand the generalised table; the table of volatilities (log of the
    GARCH variance that each market's close implies for its next session); and the same nets with
    more lags, on dates common to all markets, with the yen at noon in New York, and on weekly
    changes (generalised: within a week effects run both ways, so no market comes first).

    Parameters
    ----------
    panel : Panel
        Daily levels with clocks.
    blocks : Blocks
        Ids of the two countries' markets and of the yen.
    lags, horizon, draws : int
        Of the VAR, of the forecast, of the bootstrap.
    start, end : str, optional
        First and last day.
    garch : Garch, optional
        Volatility equation; by default a GARCH(1,1) with normal quasi-likelihood.
    rng : int
        Seed; each table has the same.

    Raises
    ------
    SpecError, DataError, GapError, MissingSeriesError, SampleError, DrawError
    """
    model = Connectedness(lags, horizon, "recursive", inference=BlockBootstrap(draws))

    def estimate(chosen: Blocks, calendar: Calendar, rule: Connectedness) -> ConnectednessResults:
        levels = align_days(panel, chosen.names, calendar=calendar, start=start, end=end)
        return rule.fit(changes_of(levels), rng=rng)

    levels = align_days(panel, blocks.names, start=start, end=end)
    headline = model.fit(changes_of(levels), rng=rng)
    variances, garch_fit = log_variances(panel, levels, garch or Garch())
    ordered = replace(model, order=headline.order)
    longer = replace(model, lags=lags + 3)
    weekly = replace(model, scheme="generalised")
    variants = [
        Variant(f"{lags + 3} lags", estimate(blocks, "union", longer), blocks),
        Variant("dates common to all", estimate(blocks, "common", ordered), blocks),
        Variant("weekly, generalised", estimate(blocks, "weekly", weekly), blocks),
    ]
    if NOON_YEN in panel.names and blocks.yen != NOON_YEN:
        noon = replace(blocks, yen=NOON_YEN)
        variants.append(Variant("yen at noon in New York", estimate(noon, "union", model), noon))
    return Spillover(
        changes=headline,
        blocks=blocks,
        volatility=model.fit(variances, rng=rng),
        garch=garch_fit,
        variants=tuple(variants),
        last_common=levels.frame.index[-1],
        setting=(f"Calendar: {DESCRIPTIONS['union']}.", _closures(levels)),
    )


def monthly_spillover(
    panel: Panel,
    *,
    oil: str = "brent",
    blocks: Blocks = MONTHLY,
    stocks: str = "sp500",
    lags: int = 2,
    horizon: int = 10,
    draws: int = 1000,
    start: str | None = None,
    end: str | None = None,
    rng: int = 0,
) -> Spillover:
    """Connectedness of month means: oil, US 10-year yield, yen, JGB 10-year yield.

    Within a month no clock orders anything: the headline is the generalised table. The recursive
    one in the order oil, US yield, yen, JGB yield lets Japan answer America within the month and
    not the reverse. Month means of a random walk correlate over time (0.25 at one month), which
    the lags take up.

    Parameters
    ----------
    panel : Panel
        Monthly levels.
    oil : str
    blocks : Blocks
    stocks : str
        US stocks, month means, for a variant with them; where the panel has none, the S&P 500
        that the arch package ships, to 2018-12.
    lags, horizon, draws, start, end, rng
        As in :func:`japan_us_spillover`.
    """
    names = [oil, *blocks.united_states, blocks.yen, *blocks.japan]
    levels = panel.select(names, start=start, end=end)
    model = Connectedness(lags, horizon, inference=BlockBootstrap(draws))
    changes = changes_of(levels)
    headline = model.fit(changes, rng=rng)
    richer = panel if stocks in panel.names else with_stocks_to_2018(panel)
    variants, note = [], f"US stocks: fewer than {FEWEST_MONTHS} months in common, left out."
    if richer.frame.loc[start:end, [*names, stocks]].dropna().shape[0] >= FEWEST_MONTHS:
        wider = replace(blocks, united_states=(*blocks.united_states, stocks))
        longer = richer.select([*names, stocks], start=start, end=end)
        until = label_of(longer.frame.index[-1])
        found = model.fit(changes_of(longer), rng=rng)
        variants.append(Variant(f"with US stocks, to {until}", found, wider))
        note = f"With US stocks the sample ends in {until}: nothing of it is said of later months."
    return Spillover(
        changes=headline,
        blocks=blocks,
        volatility=None,
        garch=Garch().fit(changes),
        variants=tuple(variants),
        last_common=levels.frame.index[-1],
        setting=(note, *([HOW_TO_GET_DAYS] if stocks not in panel.names else [])),
    )


def with_stocks_to_2018(panel: Panel) -> Panel:
    """The monthly panel with the S&P 500 that the arch package ships, month means to 2018-12.

    Means of daily closes, so that no month end stands among month means. The series ends there:
    whatever uses it is a dated sub-sample and says nothing of the present.
    """
    from arch.data import sp500

    closes = sp500.load()["Close"]
    months = closes.groupby(pd.DatetimeIndex(closes.index).to_period("M")).mean()
    column = Column(
        "sp500",
        "S&P 500",
        "index",
        "S&P, from the arch package",
        observed="mean",
        market=True,
        response_unit="%",
    )
    frame = panel.frame.assign(sp500=months.reindex(panel.frame.index))
    return panel.with_columns(frame, {**panel.columns, "sp500": column})


def has_daily_markets(panel: Panel) -> bool:
    """Whether the panel holds every market of the daily study."""
    return set(DAILY.names) <= set(panel.names)


def changes_of(levels: Panel) -> Panel:
    """Yields in first differences, everything else in 100 x log changes; the first row goes."""
    yields = [name for name in levels.names if levels.columns[name].response_unit == "bp"]
    prices = [name for name in levels.names if name not in yields]
    changed = log_difference(difference(levels, yields), prices)
    return changed.with_columns(changed.frame.iloc[1:], changed.columns)


def log_variances(panel: Panel, levels: Panel, garch: Garch) -> tuple[Panel, GarchResults]:
    """Log of the variance that each market's close implies for its next session.

    Each market's equation is estimated on its own trading days; a closed market keeps its last
    variance, as it keeps its last price.
    """
    first, last = levels.frame.index[[0, -1]]
    own = {}
    described: dict[str, Column] = {}
    for name in levels.names:
        days = panel.frame.loc[first:last, [name]].dropna()
        change = changes_of(Panel(days, {name: levels.columns[name]}))
        own[name], described[name] = change.frame[name], change.columns[name]
    fitted = garch.fit(Panel(pd.DataFrame(own), described))
    logs = pd.DataFrame({one.name: np.log(one.next_variance) for one in fitted.series})
    logs = logs.reindex(levels.frame.index).ffill().dropna()
    columns = {
        name: column.after("log variance", unit="log variance", response_unit="log points")
        for name, column in described.items()
    }
    return Panel(logs, columns, panel.source), fitted


def _closures(levels: Panel) -> str:
    """How often each market was closed while another was open."""
    closed = [note for note in levels.trimmed if " closed on " in note]
    return f"{'; '.join(closed)}." if closed else "No market was closed alone."
