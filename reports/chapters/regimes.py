"""Regimes of JGB sensitivity: the evidence that there are two, then their dates."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ...models.regime import RegimeCountTest, RegimeResult
from ...models.results import tidy_frame
from ..content import Chart, Section
from ..interval_tables import interval_table, statistics_with_units
from ..numbers import Numbers
from ..tables import Table
from . import Chapter

_AT_BOUNDARY = "at a boundary, where the Hessian says nothing"

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
        one, variance = self.against_one, self.against_variance
        return (
            f"Two regimes against one: LR = {one.statistic:.1f}, Monte Carlo "
            f"p = {one.p_value:.2f}. Coefficients that switch with the variance, against a "
            f"variance that switches alone: LR = {variance.statistic:.1f}, "
            f"p = {variance.p_value:.2f} ({len(one.draws)} draws each; {one.sample}). "
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
        numbers[f"regime-now-{name}"] = Numbers(_now(result), result.sample, _method(result))
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


def _now(result: RegimeResult) -> pd.DataFrame:
    """The probability that ``now_in_words`` tells, as a tidy row."""
    regime = result.regimes[-1]
    row = {
        "model": result.model,
        "statistic": "regime_probability",
        "shock": "filtered, last month of the sample",
        "response": f"{result.data.response} | {regime}",
        "estimate": float(result.filtered[regime].iloc[-1]),
        "unit": "probability",
    }
    return tidy_frame([row])


def _method(result: RegimeResult) -> str:
    return " ".join(result.notes())


def _tables(result: RegimeResult, which: str, stem: str) -> list[Table]:
    tidy = result.tidy()
    names = {name: column.label for name, column in result.data.columns.items()}
    names |= {"const": "Constant", "sigma": "Residual standard deviation"}
    names |= {"duration": "Expected duration"}
    rows = statistics_with_units(tidy, tidy["shock"].map(lambda name: names.get(name, name)))
    rows = rows.assign(shock="")
    coefficients = tidy["statistic"].isin(["regime_coefficient", "regime_sigma"])
    regimes = {
        f"{result.data.response} | {regime}": f"{regime.capitalize()} regime"
        for regime in result.regimes
    }
    return [
        interval_table(
            f"regime-parameters-{stem}",
            f"What moves the JGB yield in each regime, {which}",
            rows[coefficients].sort_values("response", kind="stable"),
            labels=regimes,
            notes=result.notes(),
            missing=_AT_BOUNDARY,
        ),
        interval_table(
            f"regime-moves-{stem}",
            f"Probability of moving, and expected duration, {which}",
            rows[~coefficients].sort_values("response", kind="stable"),
            labels=regimes,
            missing=_AT_BOUNDARY,
        ),
        Table(
            f"regime-models-{stem}",
            f"Models beside each other, {which}",
            _models(result),
            ["Between numbers of regimes twice the log-likelihood ratio is not chi-square."],
            missing="one regime has one optimum",
        ),
        Table(
            f"regime-optima-{stem}",
            f"Every optimum of the reported model, {which}",
            _optima(result),
            [f"{result.starts} random starts and the optima of the smaller models."],
        ),
    ]


def _models(result: RegimeResult) -> pd.DataFrame:
    table = result.comparison.reset_index()
    return pd.DataFrame(
        {
            "What switches": table["switches"],
            "Log-likelihood": table["log_likelihood"],
            "Parameters": table["parameters"],
            "AIC": table["aic"],
            "BIC": table["bic"],
            "Starts that reach it": table["hits"],
            "of": table["starts"],
            "Remarks": table["flags"],
        }
    )


def _optima(result: RegimeResult) -> pd.DataFrame:
    table = result.optima.reset_index(drop=True)
    return pd.DataFrame(
        {
            "Log-likelihood": table["log_likelihood"],
            "Starts that reach it": table["hits"],
            "Largest score": table["largest_score"],
            "Remarks": table["flags"],
            "Reported": table["headline"],
        }
    )
