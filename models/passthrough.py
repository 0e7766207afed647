"""Exchange-rate pass-through of a structural VAR: ratios of cumulated responses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..data.panel import Column
from ..errors import SpecError
from .identification.named_shocks import chosen_shocks
from .passthrough_results import (
    FORMULA,
    MASK_LEVEL,
    PER_YEN,
    PERCENTILE,
    TABLE_HORIZONS,
    PassThrough,
    RatioPath,
    describe_set,
    drawn_ratio,
)

if TYPE_CHECKING:
    from .structural import StructuralVAR

__all__ = [
    "FORMULA",
    "MASK_LEVEL",
    "PERCENTILE",
    "PER_YEN",
    "ROLES",
    "TABLE_HORIZONS",
    "PassThrough",
    "RatioPath",
    "describe_set",
    "pass_through",
    "require_log_changes",
    "stages",
]

#: Ids of the parts of the loop in the bundled panel.
ROLES: Mapping[str, str] = {
    "us10y": "us10y",
    "yen": "usdjpy_tokyo",
    "import_price": "import_price_yen",
    "import_price_contract": "import_price_contract",
    "cpi": "cpi_core",
    "jgb10y": "jgb10y",
}


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

    make = partial(
        drawn_ratio, svar, base=exchange_rate, levels=levels, shock=shock, per=per, horizons=at
    )
    below = level(exchange_rate)
    paths = [make(level(price), below, price=price) for price in prices]
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
