"""Regimes of JGB sensitivity: the evidence that there are two, then their dates."""

from __future__ import annotations

from dataclasses import dataclass

from ...models.regime import RegimeCountTest, RegimeResult
from ..content import Chart, Section
from ..numbers import Numbers
from ..tables import Table
from . import Chapter

_SWITCHES = {
    "linear": "nothing switches",
    "variance": "only the variance switches",
    "coefficients": "only the coefficients switch",
    "both": "coefficients and variance switch",
}


@dataclass(frozen=True, eq=False)
class Regimes:
    """Regimes of one sample, and the tests that come before their dates.

    Attributes
    ----------
    result : RegimeResult
    against_one : RegimeCountTest
        Two regimes against one.
    against_variance : RegimeCountTest
        Coefficients that switch too, against a variance that alone does.
    """

    result: RegimeResult
    against_one: RegimeCountTest
    against_variance: RegimeCountTest

    @property
    def evidence(self) -> str:
        """Both tests in words, and what the information criterion prefers."""
        best = str(self.result.comparison["bic"].idxmin())
        return (
            f"{self.against_one.sentence} {self.against_variance.sentence} "
            f"BIC is smallest for the model in which {_SWITCHES[best]}."
        )


def regimes_chapter(full: Regimes, masked: Regimes) -> Chapter:
    """Evidence first, then probabilities, parameters, models beside it and all optima."""
    figure, _ = full.result.plot(beside=[masked.result])
    section = Section(
        "regimes",
        "Regimes of JGB sensitivity",
        [
            "A two-regime regression of monthly JGB-yield changes on changes of the yen and of US "
            "yields. Nothing here says which way a loop runs: a regime of this equation is a "
            "stretch in which the yield moved more, or moved differently with its drivers.",
            f"All months: {full.evidence}",
            f"Without the months of yield-curve control: {masked.evidence}",
            now_in_words(full.result),
        ],
        [
            Chart(
                "regimes",
                figure,
                "Probability of the high regime, filtered and smoothed, with policy dates",
                "Monthly probabilities from 1999; policy periods are shaded. Beneath: without the "
                "months of yield-curve control.",
            )
        ],
        [
            *_tables(full.result, "all months", "full"),
            *_tables(masked.result, "without yield-curve control", "masked"),
        ],
    )
    numbers = {}
    for name, found in (("full", full), ("masked", masked)):
        result = found.result
        numbers[f"regimes-{name}"] = Numbers(result.tidy(), result.sample, _method(result))
        for null, test in (("one", found.against_one), ("variance", found.against_variance)):
            numbers[f"regime-test-{name}-against-{null}"] = Numbers(
                test.tidy(), test.sample, "Monte Carlo likelihood-ratio test"
            )
    return Chapter(section, numbers)


def last_month(result: RegimeResult) -> str:
    """Last month that the filter has seen."""
    return str(result.filtered.index[-1])


def now_in_words(result: RegimeResult) -> str:
    """Where the last month stands, by its filtered probability."""
    regime = result.regimes[-1]
    probability = float(result.filtered[regime].iloc[-1])
    shown = f"{probability:.0%}" if 0.005 < probability < 0.995 else f"{probability:.1%}"
    return (
        f"At the last common month, {last_month(result)}, the probability of the {regime} regime "
        f"of JGB sensitivity is {shown} (filtered; Hamilton filter on {result.sample}; "
        "parameters taken as known)."
    )


def _method(result: RegimeResult) -> str:
    return " ".join(result.notes())


def _tables(result: RegimeResult, which: str, stem: str) -> list[Table]:
    params = result.params.reset_index()
    return [
        Table(
            f"regime-parameters-{stem}",
            f"Coefficients and standard deviations by regime, {which}",
            params.rename(columns=str.capitalize),
            result.notes(),
            missing="at a boundary, where the Hessian says nothing",
        ),
        Table(
            f"regime-durations-{stem}",
            f"Expected duration, {result.data.period}, {which}",
            result.durations.reset_index().rename(columns=str.capitalize),
        ),
        Table(
            f"regime-models-{stem}",
            f"Models beside each other, {which}",
            result.comparison.reset_index().rename(columns=str.capitalize),
            ["Between numbers of regimes twice the log-likelihood ratio is not chi-square."],
        ),
        Table(
            f"regime-optima-{stem}",
            f"Every optimum found, {which}",
            result.optima.reset_index().rename(columns=str.capitalize),
            [f"{result.starts} random starts for each model."],
        ),
    ]
