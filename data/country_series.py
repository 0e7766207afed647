"""Exchange rates, prices and controls that mean the same in every economy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..errors import DataError
from .economies import Economy, basket_weights, economies, measures
from .panel import Column, Panel

Rate = Literal["basket", "dollar", "effective"]

#: Prices that are published in US dollars and brought into the economy's own currency.
IN_DOLLARS = ("import_unit_value",)

#: Role of the exchange rate.
CURRENCY = "currency"

#: The economy whose currency all others are quoted against.
NUMERAIRE = "us"


@dataclass(frozen=True)
class CountrySeries:
    """Exchange rates, prices and controls of all economies, as logs.

    Attributes
    ----------
    levels : Panel
        Published figures on one sample.
    rate : str
    basket : mapping of str to str
        Ids of the rates of the basket's currencies, by economy; empty where it is not needed.
    series : mapping of str to mapping of str to str
        Ids by economy and role: measures of prices, ``rate``, ``effective``.
    """

    levels: Panel
    rate: Rate
    basket: Mapping[str, str]
    series: Mapping[str, Mapping[str, str]]

    def columns(
        self, economy: Economy, prices: Sequence[str], controls: Sequence[str]
    ) -> dict[str, tuple[pd.Series, Column]]:
        """Exchange rate, prices and controls of an economy, as logs with the changes' columns."""
        ids, own = self.series[economy.id], self._per_dollar(economy.id)
        fall = self._fall(economy)
        made = {CURRENCY: (fall, f"{economy.name}: {economy.currency} (up = weaker)", "")}
        for measure in prices:
            level = self._log(ids[measure]) + (own if measure in IN_DOLLARS else 0.0)
            made[measure] = (level, f"{economy.name}: {measures()[measure]}", ids[measure])
        for control in controls:
            label = self.levels.columns[control].label.replace(" (US dollars)", "")
            abroad = self._log(control) + own - fall
            made[control] = (abroad, f"{economy.name}: {label} (foreign currency)", control)
        return {
            f"{economy.id}_{role}": (values, self._column(f"{economy.id}_{role}", label, source))
            for role, (values, label, source) in made.items()
        }

    def meaning(self, economy: Economy) -> str:
        """What the exchange rate of an economy is."""
        if self.rate == "effective":
            found = self.levels.columns[self.series[economy.id]["effective"]]
            return f"{found.label} ({found.publisher}), sign turned"
        if self.rate == "dollar" and economy.id != NUMERAIRE:
            return f"{economy.currency} per US dollar"
        known, weights = economies(), self._weights(economy.id)
        parts = ", ".join(f"{known[j].currency} {w:.1%}" for j, w in weights.items())
        cross = "the inverse cross, " if self.rate == "dollar" else ""
        return f"{cross}{economy.currency} per unit of a basket ({parts})"

    def _fall(self, economy: Economy) -> pd.Series:
        """Log of the exchange rate of an economy, up = weaker."""
        own = self._per_dollar(economy.id)
        if self.rate == "effective":
            return -self._log(self.series[economy.id]["effective"])
        if self.rate == "dollar" and economy.id != NUMERAIRE:
            return own
        weights = self._weights(economy.id)
        return own - sum(w * self._per_dollar(j) for j, w in weights.items())

    def _weights(self, economy: str) -> dict[str, float]:
        others = {j: w for j, w in basket_weights().items() if j != economy}
        return {j: w / sum(others.values()) for j, w in others.items()}

    def _per_dollar(self, economy: str) -> pd.Series:
        """Log of a currency per US dollar: zero for the dollar itself."""
        name = self.series.get(economy, {}).get("rate", self.basket.get(economy, ""))
        if not name:
            return pd.Series(0.0, self.levels.frame.index)
        return self._log(name) * (-1.0 if name in economies()[economy].in_dollars else 1.0)

    def _log(self, name: str) -> pd.Series:
        values = self.levels.frame[name]
        if (values <= 0).any():
            raise DataError(
                f"The series '{name}' has figures that are not positive, so no logarithm.",
                remedy="Correct it, or leave the economy out.",
            )
        logs: pd.Series = 100 * np.log(values)
        return logs

    def _column(self, name: str, label: str, source: str) -> Column:
        known = self.levels.columns.get(source)
        return Column(
            id=name,
            label=label,
            unit="%",
            publisher=known.publisher if known else "",
            code=source,
            observed=known.observed if known else "mean",
            transform="100 x log difference",
            response_unit="%",
            differenced=True,
            terms=known.terms if known else "",
        )
