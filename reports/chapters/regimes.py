"""Regimes of JGB sensitivity: the evidence that there are two, then their dates."""

from __future__ import annotations

from dataclasses import dataclass

from ...models.regime import RegimeCountTest, RegimeResult
from ..content import Chart, Section
from ..numbers import Numbers
from ..tables import Table
from . import Chapter


@dataclass(frozen=True, eq=False)
class Regimes:
    """Regimes with and without the mask, and the test that there is more than one.

    Attributes
    ----------
    full, masked : RegimeResult
    test_full, test_masked : RegimeCountTest
    """

    full: RegimeResult
    masked: RegimeResult
    test_full: RegimeCountTest
    test_masked: RegimeCountTest


def regimes_chapter(found: Regimes) -> Chapter:
    """Evidence first, then probabilities, parameters, models beside it and all optima."""
    figure, _ = found.full.plot(beside=[found.masked])
    section = Section(
        "regimes",
        "Regimes of JGB sensitivity",
        [
            "A two-regime regression of monthly JGB-yield changes on changes of the yen and of US "
            "yields. Nothing here says which way a loop runs: a regime of this equation is a "
            "stretch in which the yield moved more, or moved differently with its drivers.",
            f"All months: {found.test_full.sentence}",
            f"With the mask: {found.test_masked.sentence}",
            now_in_words(found.full),
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
            *_tables(found.full, "all months", "full"),
            *_tables(found.masked, "without yield-curve control", "masked"),
        ],
    )
    numbers = {}
    for name, result in (("full", found.full), ("masked", found.masked)):
        numbers[f"regimes-{name}"] = Numbers(result.tidy(), result.sample, _method(result))
    for name, test in (("full", found.test_full), ("masked", found.test_masked)):
        numbers[f"regime-count-{name}"] = Numbers(test.tidy(), test.sample, "Monte Carlo LR test")
    return Chapter(section, numbers)


def last_month(result: RegimeResult) -> str:
    """Last month that the filter has seen."""
    return str(result.filtered.index[-1])


def now_in_words(result: RegimeResult) -> str:
    """Where the last month stands, by its filtered probability."""
    regime = result.regimes[-1]
    probability = float(result.filtered[regime].iloc[-1])
    return (
        f"At the last common month, {last_month(result)}, the probability of the {regime} regime of JGB "
        f"sensitivity is {probability:.0%} (filtered; Hamilton filter on {result.sample}; "
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
