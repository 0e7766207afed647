"""Structural shocks as dated series, and which of them were the largest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import label_of
from .identification.named_shocks import shock_label
from .responses import chosen
from .results import Summary, tidy_frame
from .structural_result import StructuralResult, origin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR


@dataclass(frozen=True, eq=False, kw_only=True)
class ShockSeries(StructuralResult):
    """The shocks that the estimates imply for the data, in standard deviations.

    Attributes
    ----------
    shocks : tuple of str
        Those that are identified.
    series : DataFrame, shape (T, J)
        Dated; a positive shock raises its own variable.
    """

    shocks: tuple[str, ...]
    series: pd.DataFrame

    methods: ClassVar[tuple[str, ...]] = ("luetkepohl2005",)
    figure: ClassVar[str] = "shocks"

    def largest(self, shock: str, count: int = 5) -> pd.Series:
        """The largest shocks of either sign, largest first, dated."""
        name = chosen(shock, self.shocks, "shock")[0]
        order = self.series[name].abs().sort_values(ascending=False, kind="stable").index
        found: pd.Series = self.series[name].loc[order[:count]]
        return found

    def tidy(self) -> pd.DataFrame:
        """One row a shock and period; ``horizon`` counts periods from the first date."""
        values = self.series.to_numpy()
        return tidy_frame(
            pd.DataFrame(
                {
                    "model": self.model,
                    "statistic": "shock",
                    "shock": np.repeat(self.shocks, len(values)),
                    "horizon": np.tile(np.arange(len(values)), len(self.shocks)),
                    "estimate": values.T.ravel(),
                    "cumulative": False,
                    "unit": "standard deviations",
                }
            )
        )

    def summary(self) -> Summary:
        """The largest shocks with their dates."""
        table = pd.DataFrame(
            {
                shock_label(name, self.columns): [
                    f"{label_of(date)}: {value:+.1f}" for date, value in self.largest(name).items()
                ]
                for name in self.shocks
            },
            index=pd.RangeIndex(1, min(5, len(self.series)) + 1),
        ).T
        return Summary(
            f"Structural shocks, {self.model}",
            [("Largest shocks, standard deviations", table)],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """The unit, identification and sample."""
        return self.setting

    def plot(
        self, *, shock: str | Sequence[str] | None = None, labelled: int = 3, **options: Any
    ) -> tuple[Figure, Any]:
        """One panel a shock, the largest ones labelled with their dates.

        Parameters
        ----------
        shock : str or sequence of str, optional
            By default all.
        labelled : int
            How many carry their date in each panel.
        """
        return super().plot(
            shocks=chosen(shock, self.shocks, "shock"),
            dates=self.series.index,
            labels={name: shock_label(name, self.columns) for name in self.shocks},
            labelled=labelled,
            **options,
        )


def shock_series(svar: StructuralVAR) -> ShockSeries:
    """See ``StructuralVAR.shock_series``."""
    reduced = svar.reduced
    where = "" if reduced.scales is None else " in normal periods"
    unit = (
        f"Shocks have unit variance{where} (divisor {reduced.divisor_in_words}); a positive one "
        "raises its own variable."
    )
    setting = (unit, *svar.point_notes())
    return ShockSeries(**origin(svar, (), setting), shocks=svar.identified, series=svar.shocks())
