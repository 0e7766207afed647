"""What the tests of constant pass-through found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from ..data.panel import Column, label_of
from .passthrough import PER_YEN
from .reduced_form.break_regimes import interval_rows, spans
from .reduced_form.break_result import OneBreak
from .reduced_form.breaks import BreakTest
from .reduced_form.multiple_breaks_result import MultipleBreaks
from .results import Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, kw_only=True)
class PassThroughStability(OneBreak):
    """Tests of constant pass-through; the sequence is that of the cumulated pass-through alone.

    ``break_row`` and ``likely`` are those of ``joint``, where least squares finds the date.

    Attributes
    ----------
    price, exchange_rate : Column
    horizon : int
        Months of the cumulated pass-through.
    hac_lags : int
        Of Bartlett's kernel, and the longest autoregression of the errors in the bootstrap.
    drifting_mean : bool
        Whether the mean of the price may drift.
    least_squares : (float, float)
        The headline and its p-value by least squares with HAC errors, where the mean stays.
    setting : str
        The regression and its sample.
    joint : BreakTest
        A change of all coefficients of the exchange rate.
    moving : DataFrame
        Tests against coefficients that move.
    known : DataFrame
        Pass-through before and after dates known beforehand; no figures where a side is too short.
    several : MultipleBreaks, optional
        Bai and Perron's search.
    """

    price: Column
    exchange_rate: Column
    horizon: int
    hac_lags: int
    drifting_mean: bool
    least_squares: tuple[float, float]
    setting: str
    joint: BreakTest
    moving: pd.DataFrame
    known: pd.DataFrame
    several: MultipleBreaks | None

    methods: ClassVar[tuple[str, ...]] = (
        "andrews1993",
        "andrews_ploberger1994",
        "newey_west1987",
        "nyblom1989",
        "hansen1992",
        "elliott_muller2006",
        "goncalves_kilian2004",
        "bai1997",
        "eo_morley2015",
    )

    @property
    def sentence(self) -> str:
        """The headline in words, for every chart and table of pass-through over time."""
        p, moving = self.p_values["sup"], self.moving["bootstrap p"].to_numpy(float)
        if p < 0.05:
            verdict = "is rejected at 5%"
        elif p < 0.10:
            verdict = "is rejected at 10%, not at 5%"
        else:
            verdict = "is not rejected"
        beside = ""
        if self.drifting_mean:
            beside = (
                "; the mean of the price may drift: if it stays, by least squares, sup-Wald "
                f"{self.least_squares[0]:.2f}, p = {self.least_squares[1]:.2f}"
            )
        return (
            f"Stability first: that pass-through to {self.price.label} at {self.horizon} months "
            f"never changed {verdict} (sup-Wald {self.statistics['sup']:.2f}, p = {p:.2f}; Nyblom "
            f"p = {moving[0]:.2f}, qLL p = {moving[1]:.2f}; all coefficients: sup-Wald "
            f"p = {self.joint.p_values['sup']:.2f}{beside})."
        )

    def tidy(self) -> pd.DataFrame:
        """Statistics; ``horizon`` of the statistic by date is a row of ``periods``."""
        rows = self._test_rows("wald")
        rows += interval_rows(self.break_row, self.joint.intervals, self.likely)
        for place, found in self.moving.iterrows():
            name = ", ".join(reversed(list(place)))  # type: ignore[call-overload]
            rows.append({"statistic": name, "estimate": found["statistic"]})
            rows.append({"statistic": f"{name}, p-value", "estimate": found["bootstrap p"]})
        for first, found in self.known.iterrows():
            name = f"pass_through_change, {first}"
            change = {"estimate": found["change"], "std_error": found["s.e."]}
            unit = f"% per {PER_YEN}"
            rows.append({"statistic": name, "horizon": self.horizon, "unit": unit, **change})
            rows.append({"statistic": f"{name}, p-value", "estimate": found["bootstrap p"]})
        same = {
            "model": self.model,
            "shock": self.exchange_rate.id,
            "response": self.price.id,
        }
        return tidy_frame({**same, **row} for row in rows)

    def summary(self) -> Summary:
        """The tests of the cumulated pass-through, of all coefficients, then dates."""
        level = max(self.likely)
        date = pd.DataFrame(
            {
                "last month before": [label_of(self.date)],
                f"likely dates, {level:.0%}": [spans(self.periods, self.likely[level])],
                f"interval (Bai), {level:.0%}": [
                    " to ".join(map(label_of, self.joint.interval(level)))
                ],
            },
            index=["break"],
        )
        headline = self._tests()
        if self.drifting_mean:
            headline.loc["sup, least squares", ["statistic", "bootstrap p"]] = self.least_squares
        tables = [
            (f"Change of {self.breaking} at an unknown date", headline),
            ("Pass-through that keeps moving", self.moving),
            ("Change of all its coefficients at an unknown date", self.joint._tests()),
            ("Date of that change, if there is one", date),
            (f"Known dates: pass-through at {self.horizon} months, % per {PER_YEN}", self.known),
        ]
        if self.several is not None:
            tables.append(("Number of breaks (Bai and Perron)", self.several.table))
        return Summary(f"Has pass-through to {self.price.label} changed?", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Verdict, tests, bootstrap, date, sample."""
        level = max(self.likely)
        too_short = ", ".join(self.known.index[self.known["change"].isna()])
        missing = f" Too few months on one side for a test: {too_short}." if too_short else ""
        kernel = f"least squares with {self.hac_lags} lags of Bartlett's kernel"
        whitened = "generalised least squares (errors autoregressive"
        other = f"{whitened}), robust to heteroskedasticity"
        if self.drifting_mean:
            other = f"{whitened}, the mean a random walk), robust to heteroskedasticity"
            kernel = f"{other}; beside it {kernel} and a constant mean"
        return (
            self.sentence,
            f"Wald statistics of {self.breaking}, {self._candidates_in_words}: {kernel}. Nyblom, "
            f"qLL and all coefficients: {other}.",
            f"p-values: bootstrap with the regressors as they are and errors from an "
            f"autoregression of order {self.hac_lags} at most (BIC), its innovations with random "
            f"signs; {self.draws:,} draws, seed {self.seed}.{missing}",
            f"Date, if there is one: of a change of all coefficients, after {label_of(self.date)}; "
            f"likely dates at {level:.0%}: {spans(self.periods, self.likely[level])}.",
            self.setting,
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """The statistic over candidate dates with critical values and the estimated date."""
        return super().plot(**options)

    @property
    def _of(self) -> str:
        return self.price.label
