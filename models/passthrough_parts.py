"""Pass-through part by part, and how much of imports is invoiced in foreign currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..data.panel import Column, Panel
from ..errors import SpecError
from .identification.cholesky import Cholesky
from .options import require_levels
from .passthrough import pass_through
from .passthrough_results import PER_YEN, PassThrough, RatioPath, in_words
from .results import Result, Summary, bands_from_draws, tidy_frame

if TYPE_CHECKING:
    from .inference.protocol import Inference
    from .structural import StructuralVAR
    from .var import VAR

#: A structural VAR with a series in the place that is free.
Identify = Callable[[str], "StructuralVAR"]

#: Food, energy and the rest of the CPI, which holds alcohol, as food does.
CPI_PARTS = ("cpi_food", "cpi_energy", "cpi_less_food_energy")

#: Groups of import prices, in the words of catalogue ids.
IMPORT_GROUPS = (
    "food",
    "textiles",
    "metals",
    "wood",
    "petroleum",
    "chemicals",
    "machinery",
    "electronics",
    "transport",
    "other",
)

INVOICED = (
    "Share of imports invoiced in foreign currency = pass-through to the import price in yen less "
    "that to the same price in contract currency, both within the month. An index in yen turns "
    "contracts in foreign currency into yen at the month's rate: what it moves beyond the index in "
    "contract currency is the rate itself, on the share of contracts that it applies to. One less "
    "this share is invoiced in yen. Contracts in other currencies than that of the exchange rate "
    "count as far as these move with it"
)


@dataclass(frozen=True, eq=False, kw_only=True)
class InvoicingShares(Result):
    """Shares of imports that are invoiced in foreign currency, group by group.

    Attributes
    ----------
    prices : tuple of (Column, Column)
        The import price in yen and in contract currency, of all imports or of a group.
    point : ndarray, shape (G,)
    draws : ndarray, shape (R, G)
        From VARs that drew the same months.
    yen_basis, contract_basis : tuple of RatioPath
        The two pass-throughs on impact, by group.
    shock, model, sample : str
    levels : tuple of float
    setting : tuple of str
    """

    prices: tuple[tuple[Column, Column], ...]
    point: np.ndarray
    draws: np.ndarray
    yen_basis: tuple[RatioPath, ...]
    contract_basis: tuple[RatioPath, ...]
    shock: str
    model: str
    sample: str
    levels: tuple[float, ...]
    setting: tuple[str, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a group: both pass-throughs within the month and the share, with intervals."""
        level = max(self.levels)
        _, bands = bands_from_draws(self.point, self.draws, [level])
        low, high = bands[level]
        rows = {}
        for g, (price, _) in enumerate(self.prices):
            rows[price.label] = {
                "in yen": in_words(self.yen_basis[g], level, 0),
                "in contract currency": in_words(self.contract_basis[g], level, 0),
                "in foreign currency": f"{self.point[g]:.2f} [{low[g]:.2f}, {high[g]:.2f}]",
            }
        return pd.DataFrame.from_dict(rows, orient="index")

    def tidy(self) -> pd.DataFrame:
        """Statistic ``foreign_currency_share`` by import price in yen and level."""
        error, bands = bands_from_draws(self.point, self.draws, self.levels)
        rows = [
            {
                "model": self.model,
                "statistic": "foreign_currency_share",
                "shock": self.shock,
                "response": price.id,
                "horizon": 0,
                "estimate": self.point[g],
                "std_error": error[g],
                "level": level,
                "conf_low": low[g],
                "conf_high": high[g],
                "band": "percentiles",
                "cumulative": True,
                "unit": "share",
            }
            for g, (price, _) in enumerate(self.prices)
            for level, (low, high) in bands.items()
        ]
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """The table."""
        caption = f"Within the month, % per {PER_YEN} and shares, {max(self.levels):.0%} intervals"
        return Summary(
            f"Invoicing currency of imports, {self.model}", [(caption, self.table)], self.notes()
        )

    def notes(self) -> tuple[str, ...]:
        """What the share is, how its interval was made, then the setting."""
        return (
            f"{INVOICED}.",
            "The two VARs of a group differ in the import price alone and drew the same months: "
            "intervals of the share are percentiles of the difference draw by draw.",
            *self.setting,
        )


def replacing(
    model: VAR, panel: Panel, order: Sequence[str], old: str, inference: Inference, *, rng: int = 0
) -> Identify:
    """The recursive VAR of an order, with another series in the place of one.

    Parameters
    ----------
    model : VAR
    panel : Panel
        Changes.
    order : sequence of str
        Ids, in the order of the identification.
    old : str
        The id whose place is free.
    inference : Inference
    rng : int

    Returns
    -------
    callable
        From an id to the structural VAR with it in the place of ``old``.
    """
    if old not in order:
        raise SpecError(f"'{old}' is not in the order.", remedy=f"Name one of {', '.join(order)}.")

    def identify(name: str) -> StructuralVAR:
        names = [name if held == old else held for held in order]
        return model.fit(panel.select(names)).identify(
            Cholesky(names), inference=inference, rng=rng
        )

    return identify


def pass_through_by_part(
    identify: Identify,
    parts: Sequence[str] = CPI_PARTS,
    *,
    exchange_rate: str,
    horizons: Iterable[int] = range(25),
    levels: Sequence[float] = (0.68, 0.90),
) -> PassThrough:
    """Pass-through of the exchange rate's shock to each part, in a VAR of its own.

    Parameters
    ----------
    identify : callable
        From the id of a part to the structural VAR with it in the place of the whole, such as
        ``replacing(...)`` gives.
    parts : sequence of str
        By default food, energy and the rest of the CPI.
    exchange_rate : str
    horizons, levels
        As in ``pass_through``.

    Returns
    -------
    PassThrough
        One path a part; ``model`` says whose VAR it is.
    """
    months, paths = tuple(horizons), []
    for part in parts:
        svar = identify(part)
        found = pass_through(
            svar,
            svar.shock_of(exchange_rate),
            exchange_rate=exchange_rate,
            prices=[part],
            horizons=months,
            levels=levels,
        )
        paths += [replace(path, model=f"{path.model} with {part}") for path in found.paths]
    return PassThrough(tuple(paths), tuple(levels))


def invoicing_shares(
    identify: Identify,
    groups: Sequence[tuple[str, str]],
    *,
    exchange_rate: str,
    levels: Sequence[float] = (0.68, 0.90),
) -> InvoicingShares:
    """How much of imports is invoiced in foreign currency.

    Parameters
    ----------
    identify : callable
        As in ``pass_through_by_part``, with the place of the import price free.
    groups : sequence of (str, str)
        Import prices in yen and in contract currency: of all imports, or ``groups_in(panel)``.
    exchange_rate : str
    levels : sequence of float

    Raises
    ------
    SpecError
        The VARs of a group did not draw the same months, so that their difference has no interval.
    """
    require_levels(levels)
    shares, draws, bases = [], [], []
    for pair in groups:
        models = [identify(name) for name in pair]
        _require_same_months(*models)
        impacts = [
            _on_impact(model, price, exchange_rate)
            for model, price in zip(models, pair, strict=True)
        ]
        shares.append(impacts[0][0] - impacts[1][0])
        draws.append(impacts[0][1] - impacts[1][1])
        bases.append(
            [
                pass_through(
                    model,
                    model.shock_of(exchange_rate),
                    exchange_rate=exchange_rate,
                    prices=[price],
                    horizons=[0],
                    levels=levels,
                ).paths[0]
                for model, price in zip(models, pair, strict=True)
            ]
        )
    yen, contract = zip(*bases, strict=True)
    return InvoicingShares(
        prices=tuple((one.price, other.price) for one, other in bases),
        point=np.array(shares),
        draws=np.stack(draws, axis=-1),
        yen_basis=yen,
        contract_basis=contract,
        shock=yen[0].shock,
        model=yen[0].model,
        sample=yen[0].sample,
        levels=tuple(levels),
        setting=_settings([path for pair in bases for path in pair]),
    )


def groups_in(panel: Panel) -> list[tuple[str, str]]:
    """Import prices in yen and contract currency of the groups that a panel holds.

    The series of the present vintage where they are there, otherwise those from 2020 on.
    """
    found = []
    for group in IMPORT_GROUPS:
        for ending in ("", "_2020on"):
            pair = (f"import_{group}_yen{ending}", f"import_{group}_contract{ending}")
            if set(pair) <= set(panel.names):
                found.append(pair)
                break
    return found


def _settings(paths: Sequence[RatioPath]) -> tuple[str, ...]:
    """The identification of the first VAR, in whose place the others stand, and all other notes."""
    others = dict.fromkeys(note for path in paths for note in path.setting[1:])
    return (paths[0].setting[0], *others)


def _on_impact(svar: StructuralVAR, price: str, exchange_rate: str) -> tuple[float, np.ndarray]:
    """The ratio of impacts of the exchange rate's shock: estimate and draws."""
    row, column = svar.names.index(price), svar.names.index(exchange_rate)
    point, drawn = (
        impact[..., row, column] / impact[..., column, column]
        for impact in (svar.impact, svar.draws.impact)
    )
    return float(point), drawn


def _require_same_months(one: StructuralVAR, other: StructuralVAR) -> None:
    """Draws of the two are joint where they resampled the same months in the same order."""
    alike = (
        one.reduced.dates.equals(other.reduced.dates)
        and one.reduced.p == other.reduced.p
        and one.inference == other.inference
        and one.seed == other.seed
        and (one.reduced.resampled_rows == other.reduced.resampled_rows).all()
        and one.draws.failed == other.draws.failed == 0
        and len(one.draws) == len(other.draws)
    )
    if not alike:
        raise SpecError(
            "The VARs with the import price in yen and in contract currency did not draw the same "
            "months.",
            remedy="Give both the same sample, lags, bands and seed.",
        )
