"""What a regression with regimes or states says of pass-through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from .equation_passthrough import EquationPassThrough
from .results import Summary


@dataclass(frozen=True, eq=False, kw_only=True)
class RegimePassThrough(EquationPassThrough):
    """Cumulated pass-through by regime or state, and the test that it is the same in all.

    Attributes
    ----------
    equality : DataFrame
        By horizon: Wald statistic, degrees of freedom, p-values of the chi-squared distribution and
        of the bootstrap.
    months : Mapping[str, int]
        Months of each regime.
    draws, seed : int
        Of the bootstrap.
    """

    equality: pd.DataFrame
    months: Mapping[str, int]
    draws: int
    seed: int

    @property
    def sentence(self) -> str:
        """The test at the longest horizon, in words."""
        last = self.equality.loc[int(self.horizons[-1])]
        verdict = "is rejected at 5%" if last["bootstrap p"] < 0.05 else "is not rejected at 5%"
        return (
            f"Stability first: that pass-through to {self.price.label} at {self.horizons[-1]} "
            f"months is the same throughout {verdict} (Wald {last['Wald']:.2f}, bootstrap p = "
            f"{last['bootstrap p']:.2f})."
        )

    def summary(self) -> Summary:
        """The test that pass-through is the same, then the paths."""
        usual = super().summary()
        tests = ("The same in all of them?", self.equality)
        return Summary(usual.title, [tests, *usual.tables], self.notes())

    def notes(self) -> tuple[str, ...]:
        """The test, the paths, the equation."""
        return (self.sentence, *super().notes())
