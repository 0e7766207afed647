"""Taxes, subsidies, fees and seasons in prices: named options, and pass-through under each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd

from ..data.catalog import Entry
from ..data.panel import Panel
from ..data.seasonal import SeasonalMethod
from ..data.subsidies import DISCOUNT, discount_changes, mobile_fee_months, subsidy_months
from ..data.tax_steps import TAX_DATES
from ..data.transforms import apply, catalogue_recipe, window
from .options import require_choice
from .passthrough_results import PERCENTILE
from .results import Result, Summary, tidy_frame
from .var import VAR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .reduced_form.var_results import VARResults

Tax = Literal["adjust", "dummies", "leave"]
Subsidies = Literal["dummies", "amount", "leave"]
Fees = Literal["dummies", "leave"]
Seasons = Literal["dummies", "stl", "none"]

_IN_WORDS = {
    ("tax", "adjust"): "consumption-tax steps taken out of the level",
    ("tax", "dummies"): "a dummy for each month with a consumption-tax step",
    ("tax", "leave"): "consumption-tax steps left in",
    ("subsidies", "dummies"): "a dummy for each month in which the discount on electricity changed",
    ("subsidies", "amount"): "the change of the discount on electricity (yen per kWh) in the model",
    ("subsidies", "leave"): "energy subsidies left in",
    ("mobile_fees", "dummies"): "a dummy for each month with a cut of mobile-phone fees",
    ("mobile_fees", "leave"): "mobile-phone fees left in",
    ("seasons", "dummies"): "11 month dummies in the model",
    ("seasons", "stl"): "seasons taken out of prices by STL (two-sided), no month dummies",
    ("seasons", "none"): "no seasonal adjustment",
}


@dataclass(frozen=True, slots=True)
class PriceOptions:
    """What is done about moves of prices that policy or the calendar made.

    A dummy leaves its month without a say in the coefficients, in all equations; the month still
    stands among the lags of the months after it.

    Parameters
    ----------
    tax : {"adjust", "dummies", "leave"}
        Consumption-tax steps: taken out of the levels, or their months dummied.
    subsidies : {"dummies", "amount", "leave"}
        Discounts on electricity and gas: the months of a change dummied, or the change of the
        discount as an exogenous column, with one coefficient for all programmes.
    mobile_fees : {"dummies", "leave"}
        Cuts of mobile-phone fees in 2021.
    seasons : {"dummies", "stl", "none"}
        Month dummies in the model, or STL of the series that have a season, which looks ahead.
    """

    tax: Tax = "adjust"
    subsidies: Subsidies = "leave"
    mobile_fees: Fees = "leave"
    seasons: Seasons = "dummies"

    def __post_init__(self) -> None:
        for key, kind in _CHOICES.items():
            require_choice(key, getattr(self, key), get_args(kind))

    def describe(self) -> str:
        """All four in words."""
        return "; ".join(_IN_WORDS[key, getattr(self, key)] for key in _CHOICES)


_CHOICES = {"tax": Tax, "subsidies": Subsidies, "mobile_fees": Fees, "seasons": Seasons}

#: As the study has it, then with one thing changed at a time.
ALTERNATIVES: Mapping[str, PriceOptions] = {
    "as in the study": PriceOptions(),
    "tax months dummied": PriceOptions(tax="dummies"),
    "tax steps left in": PriceOptions(tax="leave"),
    "subsidy months dummied": PriceOptions(subsidies="dummies"),
    "subsidies by amount": PriceOptions(subsidies="amount"),
    "mobile fees dummied": PriceOptions(mobile_fees="dummies"),
    "seasons by STL": PriceOptions(seasons="stl"),
    "seasons left in": PriceOptions(seasons="none"),
}


@dataclass(frozen=True)
class PreparedPrices:
    """A panel of changes under some options, and what a VAR has to add.

    Attributes
    ----------
    options : PriceOptions
    panel : Panel
        Changes; with the option ``amount`` also the column of the discount.
    seasonal : bool
        Whether month dummies belong in the model.
    outliers : tuple of str
        Months that get a dummy.
    exog : tuple of str
        Columns that are not explained.
    notes : tuple of str
        What was done to each series.
    """

    options: PriceOptions
    panel: Panel
    seasonal: bool
    outliers: tuple[str, ...]
    exog: tuple[str, ...]
    notes: tuple[str, ...]

    def fit(self, model: VAR) -> VARResults:
        """The model on these prices, with the dummies and columns that the options ask for.

        Months of the presample get no dummy: they are not explained.
        """
        index = self.panel.frame.dropna().index
        lost = model.lags if isinstance(model.lags, int) else model.max_lags
        explained = set(index[lost:].astype(str))
        outliers = tuple(month for month in self.outliers if month in explained)
        spec = replace(
            model,
            seasonal=self.seasonal,
            outliers=tuple(dict.fromkeys((*model.outliers, *outliers))),
            exog=(*(model.exog or ()), *self.exog) or None,
        )
        return spec.fit(self.panel)


def prepare_prices(
    published: Panel,
    names: Sequence[str],
    options: PriceOptions | None = None,
    *,
    start: str | None = "1999-01",
    end: str | None = None,
    entries: Mapping[str, Entry] | None = None,
    real_time: bool = False,
) -> PreparedPrices:
    """Bring published figures into changes, under some options.

    Parameters
    ----------
    published : Panel
        Monthly levels as published.
    names : sequence of str
        Catalogue ids in the order of the VAR.
    options : PriceOptions, optional
    start, end : str, optional
        First and last month of the levels.
    entries : Mapping[str, Entry], optional
        What the series are (``Data.entries``); by default the catalogue.
    real_time : bool
        Refuse what looks ahead: STL.

    Raises
    ------
    SpecError, DataError, GapError, SampleError
    """
    chosen = options or PriceOptions()
    recipe = catalogue_recipe(names, entries)
    by_stl: dict[str, SeasonalMethod] = {}
    if chosen.seasons == "stl":
        by_stl = dict.fromkeys(recipe.seasonal, "stl")
    done = apply(
        window(published, start, end),
        recipe.transforms,
        recipe.flips,
        recipe.tax_steps if chosen.tax == "adjust" else (),
        by_stl,
        real_time=real_time,
    )
    changes = done.panel.select(names)
    months = pd.PeriodIndex(changes.frame.index)
    dummied = {
        "tax": [m for m in TAX_DATES if pd.Period(m, "M") in months],
        "subsidies": subsidy_months(months),
        "mobile_fees": mobile_fee_months(months),
    }
    outliers = {
        month
        for key, found in dummied.items()
        if getattr(chosen, key) == "dummies"
        for month in found
    }
    exog: tuple[str, ...] = ()
    if chosen.subsidies == "amount" and dummied["subsidies"]:
        exog = (DISCOUNT.id,)
        changes = changes.with_columns(
            changes.frame.assign(**{DISCOUNT.id: discount_changes(months)}),
            {**changes.columns, DISCOUNT.id: DISCOUNT},
        )
    return PreparedPrices(
        options=chosen,
        panel=changes,
        seasonal=chosen.seasons == "dummies",
        outliers=tuple(sorted(outliers)),
        exog=exog,
        notes=done.notes,
    )


@dataclass(frozen=True, eq=False)
class PassThroughByOption(Result):
    """The same estimate of pass-through under several treatments of the prices.

    Attributes
    ----------
    options : Mapping[str, PriceOptions]
        By name, the first being what the others are compared with.
    results : Mapping[str, Result]
        The estimate under each; its tidy frame has rows ``pass_through``.
    labels : Mapping[str, str]
        Labels of the prices by id.
    """

    options: Mapping[str, PriceOptions]
    results: Mapping[str, Result]
    labels: Mapping[str, str]

    figure: ClassVar[str] = "passthrough_options"

    def tidy(self) -> pd.DataFrame:
        """The rows ``pass_through`` of all; ``model`` ends with the name of the option."""
        frames = []
        for name, result in self.results.items():
            rows = result.tidy()
            rows = rows[(rows["statistic"] == "pass_through") & ~rows["band"].map(_is_diagnostic)]
            frames.append(rows.assign(model=rows["model"] + f", {name}"))
        return tidy_frame(pd.concat(frames, ignore_index=True))

    def table(self, price: str) -> pd.DataFrame:
        """Options in rows and months in columns: the estimate with its widest interval."""
        tidy = self.tidy()
        rows = tidy[(tidy["response"] == price) & (tidy["level"] == tidy["level"].max())]
        cells = [
            f"{estimate:.3f} [{low:.3f}, {high:.3f}]" if np.isfinite([low, high]).all() else band
            for estimate, low, high, band in zip(
                rows["estimate"], rows["conf_low"], rows["conf_high"], rows["band"], strict=True
            )
        ]
        named = rows.assign(option=rows["model"].map(self._option), cell=cells)
        table: pd.DataFrame = named.pivot_table(
            "cell", "option", "horizon", aggfunc=" / ".join, sort=False
        )
        return table.set_axis([f"{h} months" for h in table.columns], axis=1)

    def summary(self) -> Summary:
        """One table a price."""
        tidy = self.tidy()
        tables = [
            (
                f"{self.labels.get(price, price)}: {unit}, {tidy['level'].max():.0%} intervals",
                self.table(price),
            )
            for price, unit in zip(*_priced(tidy), strict=True)
        ]
        return Summary("Pass-through under several treatments of prices", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """The options in words, how to read them side by side, then the notes of the first."""
        first = next(iter(self.results.values()))
        return (
            *(f"{name}: {option.describe()}." for name, option in self.options.items()),
            "All rows use the same months of data: that intervals overlap is no test that two "
            "rows are the same.",
            *first.notes(),
        )

    def plot(self, *, horizon: int = 12, **options: Any) -> tuple[Figure, Any]:
        """Estimates and intervals at one horizon, options in rows, one panel a price."""
        tidy = self.tidy()
        rows = tidy[tidy["horizon"] == horizon]
        frame = rows.assign(model=rows["model"].map(self._option))
        return self._draw(
            self.figure,
            frame,
            **({"labels": self.labels, "horizon": horizon} | options),
        )

    def _option(self, model: str) -> str:
        """The option that a model's name ends with."""
        return next(name for name in self.options if model.endswith(f", {name}"))


def pass_through_by_option(
    published: Panel,
    names: Sequence[str],
    estimate: Callable[[PreparedPrices], Result],
    *,
    options: Mapping[str, PriceOptions] = ALTERNATIVES,
    start: str | None = "1999-01",
    end: str | None = None,
    entries: Mapping[str, Entry] | None = None,
) -> PassThroughByOption:
    """Estimate pass-through with and without each treatment of the prices.

    Parameters
    ----------
    published, names, start, end, entries
        As in ``prepare_prices``.
    estimate : callable
        From prepared prices to a result with rows ``pass_through``, such as
        ``lambda prices: pass_through(prices.fit(VAR(3)).identify(Cholesky()), ...)``.
    options : Mapping[str, PriceOptions]
        By name.

    Returns
    -------
    PassThroughByOption
    """
    prepared = {
        name: prepare_prices(published, names, option, start=start, end=end, entries=entries)
        for name, option in options.items()
    }
    return PassThroughByOption(
        options=dict(options),
        results={name: estimate(prices) for name, prices in prepared.items()},
        labels={name: published.describe(name).label for name in names},
    )


def _is_diagnostic(band: str) -> bool:
    return band == PERCENTILE


def _priced(tidy: pd.DataFrame) -> tuple[Iterable[str], Iterable[str]]:
    """Prices in their order, and the unit of each."""
    first = tidy.drop_duplicates("response")
    return first["response"], first["unit"]
