"""Series of several economies made comparable: the same prices, rates and controls in each.

Which economies there are and which series are theirs stands in ``countries.toml``; which of them
can be compared is found from the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import pandas as pd

from ..errors import DataError, MissingSeriesError, SpecError
from .catalog import nearest
from .country_series import CURRENCY, NUMERAIRE, CountrySeries, Rate
from .economies import Economy, basket_weights, economies, measures
from .panel import Panel

#: World prices in US dollars that every equation is given, in the economy's foreign currency.
CONTROLS = ("fuels_hwwi", "commodities_hwwi")

#: Relative difference up to which two files are taken to hold the same figure, rounded.
ROUNDING = 1e-4


@dataclass(frozen=True)
class CountryPanel:
    """Monthly changes of several economies on one sample.

    Attributes
    ----------
    panel : Panel
        100 x log differences; the column of an economy and a role is ``id_role``.
    economies : tuple of Economy
        Those that have everything, the one that is compared with the others first.
    prices : tuple of str
        Measures of prices.
    controls : tuple of str
        World prices; the columns hold them in the foreign currency of each economy.
    rate : str
    meanings : mapping of str to str
        What the exchange rate of each economy is, in words.
    sources : mapping of str to str
        Catalogue id of each price, by column.
    left_out : mapping of str to str
        Economies that are not compared, by name, and why.
    """

    panel: Panel
    economies: tuple[Economy, ...]
    prices: tuple[str, ...]
    controls: tuple[str, ...]
    rate: Rate
    meanings: Mapping[str, str]
    sources: Mapping[str, str]
    left_out: Mapping[str, str]

    def column(self, economy: str, role: str) -> str:
        """Name of a column: a role is ``currency``, a measure of prices, or a control."""
        return f"{economy}_{role}"

    def rate_of(self, economy: str) -> str:
        """Name of the column of the exchange rate, which rises as the currency falls."""
        return self.column(economy, CURRENCY)


def country_figures(monthly: Panel, countries: Panel | None = None) -> Panel:
    """The monthly panel with the series of other economies beside it.

    Parameters
    ----------
    monthly : Panel
    countries : Panel, optional
        ``Data.countries``; nothing is added without.

    Raises
    ------
    DataError
        A series stands in both, and their figures differ by more than rounding.
    """
    if countries is None:
        return monthly
    for name in (name for name in countries.names if name in monthly.names):
        one, other = monthly.frame[name].align(countries.frame[name], join="inner")
        apart = (one - other).abs() > ROUNDING * other.abs()
        if apart.any():
            raise DataError(
                f"The series '{name}' of {monthly.source} and of {countries.source} differ in "
                f"{apart.idxmax()}.",
                remedy="Leave one of them out.",
            )
    added = [name for name in countries.names if name not in monthly.names]
    frame = monthly.frame.join(countries.frame[added], how="outer")
    columns = {**countries.columns, **monthly.columns}
    return Panel(frame, columns, f"{monthly.source} and {countries.source}", monthly.trimmed)


def country_panel(
    figures: Panel,
    *,
    prices: Sequence[str] = ("import_unit_value", "cpi"),
    rate: Rate = "basket",
    home: str = "japan",
    only: Iterable[str] | None = None,
    controls: Sequence[str] = CONTROLS,
    start: str | None = None,
    end: str | None = None,
) -> CountryPanel:
    r"""Changes of prices, exchange rates and controls of all economies that have them.

    With s the log of a currency per US dollar and w fixed weights over the large currencies,

    .. math:: e_c = s_c - \sum_{j \ne c} w_j s_j / \sum_{j \ne c} w_j

    is the price of a basket of foreign currencies in that of economy c (``rate="basket"``, defined
    in the same way for all, the US included). With ``rate="dollar"`` it is :math:`s_c`; the dollar
    has no rate against itself and stands against the basket. With ``rate="effective"`` it is the
    published effective rate with its sign turned.

    World prices in dollars are controls in the currency that the exchange rate is counted in,
    :math:`p^\$ + s_c - e_c`: held fixed while a currency falls, they are fixed abroad and rise at
    home, for the dollar as for any other.

    Parameters
    ----------
    figures : Panel
        Published monthly figures, in levels (see ``country_figures``).
    prices : sequence of str
        Measures that an economy must have, keys of ``measures()``. All equations have one sample.
    rate : str
        ``basket``, ``dollar`` or ``effective``.
    home : str
        The economy that is compared with the others.
    only : iterable of str, optional
        Ids of the others; by default all that are known.
    controls : sequence of str
        Ids of prices in US dollars.
    start, end : str, optional
        First and last month of the levels.

    Raises
    ------
    MissingSeriesError
        ``home`` lacks a series, or a currency of the basket or a control is not in the data.
    SpecError
        An unknown economy, measure or rate.
    GapError
        A month is missing inside the common sample.
    """
    _check(prices, rate, controls)
    known = economies()
    chosen = [home, *(name for name in (known if only is None else only) if name != home)]
    for name in chosen:
        if name not in known:
            raise SpecError(f"There is no economy '{name}'.", remedy=nearest(name, known))
    found = {name: _series_of(known[name], figures, prices, rate) for name in chosen}
    reasons = {known[name].name: why for name, why in found.items() if isinstance(why, str)}
    if isinstance(found[home], str):
        raise MissingSeriesError(
            f"{known[home].name} cannot be compared: {found[home]}.",
            remedy="Add the series (docs/data.md); ids stand in data/countries.toml.",
        )
    series = {name: ids for name, ids in found.items() if not isinstance(ids, str)}
    basket = _basket(figures, rate, series)
    ids = dict.fromkeys([*controls, *basket.values()])
    ids |= dict.fromkeys(one for own in series.values() for one in own.values())
    levels = figures.select([one for one in ids if one], start=start, end=end)
    made = CountrySeries(levels, rate, basket, series)
    columns = {
        name: column
        for economy in series
        for name, column in made.columns(known[economy], prices, controls).items()
    }
    frame = pd.DataFrame({name: values for name, (values, _) in columns.items()}).diff().iloc[1:]
    described = {name: column for name, (_, column) in columns.items()}
    return CountryPanel(
        panel=Panel(frame, described, levels.source, levels.trimmed),
        economies=tuple(known[name] for name in series),
        prices=tuple(prices),
        controls=tuple(controls),
        rate=rate,
        meanings={name: made.meaning(known[name]) for name in series},
        sources={f"{name}_{one}": series[name][one] for name in series for one in prices},
        left_out=reasons,
    )


def _series_of(
    economy: Economy, figures: Panel, prices: Sequence[str], rate: Rate
) -> dict[str, str] | str:
    """Ids of an economy's series by role, or what it lacks in words."""
    if economy.absent:
        return economy.absent
    found = {measure: _first(economy.prices.get(measure, ()), figures) for measure in prices}
    found["rate"] = _first((*economy.per_dollar, *economy.in_dollars), figures)
    lacking = [f"no {measures()[measure]}" for measure in prices if not found[measure]]
    if economy.id != NUMERAIRE and not found["rate"]:
        lacking.append("no rate against the dollar")
    if rate == "effective":
        found["effective"] = _first(economy.effective, figures)
        lacking += [] if found["effective"] else ["no nominal effective rate"]
    return f"{', '.join(lacking)} in the data" if lacking else found


def _basket(figures: Panel, rate: Rate, series: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Ids of the rates of the basket's currencies; none where no basket is needed."""
    if rate == "effective" or (rate == "dollar" and NUMERAIRE not in series):
        return {}
    found = {}
    for name in basket_weights():
        economy = economies()[name]
        quoted = (*economy.per_dollar, *economy.in_dollars)
        found[name] = _first(quoted, figures)
        if not found[name] and name != NUMERAIRE:
            raise MissingSeriesError(
                f"The basket of currencies needs the rate of the {economy.currency}.",
                remedy=f'Add {" or ".join(quoted)}, or use rate="dollar" and only=[...] without '
                "the United States.",
            )
    return found


def _first(ids: Iterable[str], figures: Panel) -> str:
    """The first of the ids that the data hold; empty if there is none."""
    held = (one for one in ids if one in figures.names and figures.frame[one].notna().any())
    return next(held, "")


def _check(prices: Sequence[str], rate: str, controls: Sequence[str]) -> None:
    if rate not in get_args(Rate):
        raise SpecError(f"There is no rate '{rate}'.", remedy=f"Use {', '.join(get_args(Rate))}.")
    unknown = [one for one in prices if one not in measures()]
    if unknown or not prices:
        raise SpecError(
            f"There is no measure '{unknown[0]}'." if unknown else "No price was named.",
            remedy=nearest(unknown[0] if unknown else "cpi", measures()),
        )
    if len({*prices, *controls, CURRENCY}) < len(prices) + len(controls) + 1:
        raise SpecError("A series has two roles.", remedy="Name each price and control once.")
