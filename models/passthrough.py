"""Exchange-rate pass-through of a structural VAR: ratios of cumulated responses, Fieller's sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..errors import SpecError
from ..estimation.fieller import (
    BOUNDED,
    TWO_RAYS,
    FiellerSet,
    fieller,
    joint_covariance,
    ratio_std_error,
)
from .identification.named_shocks import chosen_shocks
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR

#: Horizons shown in tables, in months.
TABLE_HORIZONS = (0, 1, 3, 6, 12, 24)

#: Ids of the parts of the loop in the bundled panel.
ROLES: Mapping[str, str] = {
    "us10y": "us10y",
    "yen": "usdjpy_tokyo",
    "import_price": "import_price_yen",
    "import_price_contract": "import_price_contract",
    "cpi": "cpi_core",
    "jgb10y": "jgb10y",
}

#: What the denominator is counted in, when it is an exchange rate that rises as the yen weakens.
PER_YEN = "1% fall of the yen"

#: A ratio is shown only where its denominator differs from zero at this level.
MASK_LEVEL = 0.90

FORMULA = (
    "Pass-through at horizon h = (sum over s <= h of the price's response) / (sum over s <= h of "
    "the exchange rate's response), both in log differences, to the same shock, estimated jointly"
)
PERCENTILE = "percentile of the ratio (diagnostic)"
DRAWN = "Fieller's sets from the joint draws"
BY_MOMENTS = (
    "Fieller's sets from the moments with the instrument, which are Anderson and Rubin's and hold "
    "at every strength of it"
)


@dataclass(frozen=True, eq=False)
class RatioPath:
    """One cumulated response over another, to the same shock.

    Attributes
    ----------
    shock : str
        Name of the shock.
    price, base : Column
        What stands in the numerator and in the denominator.
    per : str
        What the denominator is counted in, such as ``1% fall of the yen``.
    horizons : ndarray of int, shape (H,)
    numerator, denominator : ndarray, shape (H,)
        Cumulated responses, to a shock of one standard deviation; with one instrument cumulated
        covariances with it, which have the same ratio.
    covariance : ndarray, shape (H, 2, 2)
        Of numerator and denominator, over the joint draws or, with one instrument, of the moments.
    percentiles : dict of level to (low, high)
        Equal-tailed percentiles of the ratio's draws, each of shape (H,); empty without draws.
    model, sample : str
    setting : tuple of str
        Identification, draws and sample of the VAR in words.
    nobs : int
    """

    shock: str
    price: Column
    base: Column
    per: str
    horizons: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray
    covariance: np.ndarray
    percentiles: Mapping[float, tuple[np.ndarray, np.ndarray]]
    model: str
    setting: tuple[str, ...]
    sample: str
    nobs: int

    @property
    def statistic(self) -> str:
        """Name of the ratio in tidy frames: what it is counted in is part of it."""
        return "pass_through" if self.per == PER_YEN else f"pass_through_per_{self.base.id}"

    @property
    def estimate(self) -> np.ndarray:
        """The ratio; NaN where the denominator is not distinguishable from zero (at 90%)."""
        shown = self.interval(MASK_LEVEL).bounded & (self.denominator != 0)
        ratio = self.numerator / np.where(shown, self.denominator, 1.0)
        return np.asarray(np.where(shown, ratio, np.nan))

    @property
    def std_error(self) -> np.ndarray:
        """Delta-method standard error where the ratio is shown; the intervals do not use it."""
        error = ratio_std_error(self.numerator, self.denominator, self.covariance)
        return np.asarray(np.where(np.isnan(self.estimate), np.nan, error))

    def interval(self, level: float) -> FiellerSet:
        """Fieller's set per horizon."""
        return fieller(self.numerator, self.denominator, self.covariance, level)


@dataclass(frozen=True, eq=False)
class PassThrough(Result):
    """Pass-through by price and horizon, with Fieller's sets.

    Attributes
    ----------
    paths : tuple of RatioPath
    levels : tuple of float

    References
    ----------
    Fieller (1954); Shambaugh (2008); Forbes, Hjortsoe and Nenova (2018).
    """

    paths: tuple[RatioPath, ...]
    levels: tuple[float, ...]

    methods: ClassVar[tuple[str, ...]] = ("fieller1954", "shambaugh2008", "forbes2018")
    figure: ClassVar[str] = "passthrough"

    @property
    def labels(self) -> dict[str, str]:
        """Label of each price."""
        return {path.price.id: path.price.label for path in self.paths}

    def tidy(self) -> pd.DataFrame:
        """Per price, horizon and level: Fieller's set and, as a diagnostic, the percentiles.

        An unbounded set has infinite limits, and ``band`` says in words what it is.
        """
        rows = [row for path in self.paths for row in _rows(path, self.levels)]
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Estimates and Fieller sets at the table's horizons."""
        tables = []
        for path in self.paths:
            at = np.isin(path.horizons, TABLE_HORIZONS)
            columns = {"estimate": path.estimate[at], "s.e. (delta)": path.std_error[at]}
            for level in self.levels:
                sets = path.interval(level)
                words = [describe_set(sets, int(i)) for i in np.flatnonzero(at)]
                columns[f"{level:.0%} set"] = np.array(words, dtype=object)
            index = pd.Index(path.horizons[at], name="months")
            caption = f"{path.price.label}, % per {path.per} ({path.shock} shock)"
            tables.append((caption, pd.DataFrame(columns, index=index)))
        return Summary("Pass-through", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Formula, interval, then identification and sample of each VAR."""
        settings = dict.fromkeys(note for path in self.paths for note in path.setting)
        sets = DRAWN if any(path.percentiles for path in self.paths) else BY_MOMENTS
        return (
            f"{FORMULA}. The ratio does not depend on the size of the shock.",
            f"Intervals: {sets}, per horizon; where the denominator may be zero they are "
            "unbounded, and the point is left out.",
            *settings,
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Pass-through by horizon, one panel per price."""
        return super().plot(labels=self.labels, **options)


def pass_through(
    svar: StructuralVAR,
    shock: str,
    *,
    exchange_rate: str,
    prices: Sequence[str],
    horizons: Iterable[int] = range(25),
    levels: Sequence[float] = (0.68, 0.90),
    per: str = PER_YEN,
) -> PassThrough:
    r"""Pass-through of a shock to prices at each horizon.

    .. math:: PT(h) = \frac{\sum_{s \le h} \partial \Delta p_{t+s} / \partial \varepsilon_t}
                          {\sum_{s \le h} \partial \Delta e_{t+s} / \partial \varepsilon_t}

    Parameters
    ----------
    svar : StructuralVAR
        In log differences: a ratio of responses of levels or cycles explodes where the exchange
        rate's response crosses zero, and a sum of responses of levels is no price change.
    shock : str
        Name of the shock. Pass-through differs between shocks.
    exchange_rate : str
        Id of the denominator; it rises when the yen weakens.
    prices : sequence of str
        Ids of the numerators.
    horizons : iterable of int
        Months after the shock.
    levels : sequence of float
    per : str
        What the denominator is counted in; to be changed when it is not an exchange rate.

    Returns
    -------
    PassThrough

    Raises
    ------
    SpecError
        A variable that is not a log change, or a name that is not in the VAR.
    NotIdentifiedError
        The scheme does not identify the shock.
    InvalidInferenceError
        The draws are not valid for this object under this identification.

    Notes
    -----
    A shock with one instrument of its own has no draws: Fieller's set from the sampling errors of
    the moments with the instrument is the Anderson-Rubin set, which holds however weak it is.
    """
    from .instrumented import has_one_instrument

    chosen_shocks(svar, shock, "Pass-through")
    at = np.array(sorted(set(horizons)))
    names = list(dict.fromkeys([exchange_rate, *prices]))
    if has_one_instrument(svar, shock):
        require_log_changes(svar.columns, names)
        by_moments = (_by_moments(svar, shock, price, exchange_rate, at, per) for price in prices)
        return PassThrough(tuple(by_moments), tuple(levels))
    svar.require_valid("pass_through")
    irf = svar.irf(int(at[-1]), size="1sd", cumulative=True).select(shock=shock, response=names)
    require_log_changes(svar.columns, names)

    def level(name: str) -> tuple[np.ndarray, np.ndarray]:
        i = names.index(name)
        return irf.point[at, i, 0], irf.draws[:, at, i, 0]

    below, below_draws = level(exchange_rate)
    paths = []
    for price in prices:
        above, above_draws = level(price)
        paths.append(
            RatioPath(
                shock=shock,
                price=svar.columns[price],
                base=svar.columns[exchange_rate],
                per=per,
                horizons=at,
                numerator=above,
                denominator=below,
                covariance=joint_covariance(above_draws, below_draws),
                percentiles=_percentiles(above_draws, below_draws, levels),
                model=svar.reduced.model,
                setting=svar.notes(),
                sample=svar.reduced.sample,
                nobs=svar.reduced.nobs,
            )
        )
    return PassThrough(tuple(paths), tuple(levels))


def stages(
    svar: StructuralVAR,
    contract: StructuralVAR | None = None,
    *,
    shock: str | None = None,
    roles: Mapping[str, str] = ROLES,
    horizons: Iterable[int] = range(25),
    levels: Sequence[float] = (0.68, 0.90),
) -> PassThrough:
    """The chain yen -> import price -> CPI after a shock, the import price in both currencies.

    Parameters
    ----------
    svar : StructuralVAR
        Holds the yen-basis import price, which moves with the yen mechanically where contracts
        are in foreign currency.
    contract : StructuralVAR, optional
        The same VAR with the contract-currency index in the yen-basis index's place: what
        foreign sellers do with their own prices, without the mechanical effect.
    shock : str, optional
        Name of the shock; by default the yen's own.
    roles : mapping of part to id
        Ids of ``yen``, ``import_price``, ``import_price_contract`` and ``cpi``.
    horizons, levels
        As in ``pass_through``.

    Returns
    -------
    PassThrough
        Import price (yen basis), import price (contract currency) and CPI per 1% fall of the
        yen; then the CPI per 1% rise of the import price.
    """
    months, yen, import_price = tuple(horizons), roles["yen"], roles["import_price"]

    def paths(
        model: StructuralVAR, price: str, base: str = yen, per: str = PER_YEN
    ) -> tuple[RatioPath, ...]:
        return pass_through(
            model,
            shock or model.shock_of(yen),
            exchange_rate=base,
            prices=[price],
            horizons=months,
            levels=levels,
            per=per,
        ).paths

    sellers = () if contract is None else paths(contract, roles["import_price_contract"])
    found = (
        *paths(svar, import_price),
        *sellers,
        *paths(svar, roles["cpi"]),
        *paths(svar, roles["cpi"], import_price, "1% rise of the import price"),
    )
    return PassThrough(found, tuple(levels))


def require_log_changes(columns: Mapping[str, Column], names: Iterable[str]) -> None:
    """Refuse a variable in levels, detrended levels or yields as part of a pass-through."""
    for name in names:
        column = columns[name]
        if not column.differenced or column.response_unit == "bp":
            raise SpecError(
                f"Pass-through needs log changes, and '{name}' is in {column.unit}: sums of "
                "responses of levels are not price changes, and their ratio explodes where the "
                "exchange rate's response crosses zero.",
                remedy="Transform the series to 100 x log differences.",
            )


def describe_set(sets: FiellerSet, i: int) -> str:
    """Fieller's set at position ``i`` in words."""
    low, high = float(sets.low[i]), float(sets.high[i])
    if sets.kind[i] == BOUNDED:
        return f"[{low:.3f}, {high:.3f}]"
    if sets.kind[i] == TWO_RAYS:
        return f"outside [{low:.3f}, {high:.3f}]"
    return "whole line"


def _by_moments(
    svar: StructuralVAR, shock: str, price: str, base: str, at: np.ndarray, per: str
) -> RatioPath:
    """The ratio after a shock with one instrument; see ``instrumented.ratio_sets``."""
    from .instrumented import ratio_sets

    ratio = ratio_sets(svar, price, base, int(at[-1]), shock=shock)
    return RatioPath(
        shock=shock,
        price=svar.columns[price],
        base=svar.columns[base],
        per=per,
        horizons=at,
        numerator=ratio.numerator[at, 0],
        denominator=ratio.denominator[at, 0],
        covariance=ratio.covariance[at],
        percentiles={},
        model=svar.reduced.model,
        setting=svar.point_notes(),
        sample=svar.reduced.sample,
        nobs=svar.reduced.nobs,
    )


def _rows(path: RatioPath, levels: Sequence[float]) -> Iterable[dict[str, object]]:
    estimate, std_error = path.estimate, path.std_error
    for level in levels:
        sets = path.interval(level)
        low, high = sets.hull
        for i, horizon in enumerate(path.horizons):
            words = "" if sets.bounded[i] else f" ({sets.kind[i]})"
            if sets.kind[i] == TWO_RAYS:
                words = f" (two rays: {describe_set(sets, i)})"
            same = {
                "model": path.model,
                "statistic": path.statistic,
                "shock": path.shock,
                "response": path.price.id,
                "horizon": int(horizon),
                "estimate": estimate[i],
                "std_error": std_error[i],
                "level": level,
                "cumulative": True,
                "unit": f"% per {path.per}",
            }
            yield {**same, "conf_low": low[i], "conf_high": high[i], "band": f"Fieller{words}"}
            if path.percentiles:
                low_p, high_p = path.percentiles[level]
                yield {**same, "conf_low": low_p[i], "conf_high": high_p[i], "band": PERCENTILE}


def _percentiles(
    above: np.ndarray, below: np.ndarray, levels: Sequence[float]
) -> dict[float, tuple[np.ndarray, np.ndarray]]:
    ratio = np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0)
    tails = {level: ((1 - level) / 2, (1 + level) / 2) for level in levels}
    return {
        level: (np.quantile(ratio, low, axis=0), np.quantile(ratio, high, axis=0))
        for level, (low, high) in tails.items()
    }
