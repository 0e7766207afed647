"""Results of tests of causality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from ...data.panel import Column
from ..results import Result, Summary, tidy_frame

#: Level at which a verdict in words speaks of rejection.
LEVEL = 0.05

_FRAGILE = (
    "A root is close to one: with integrated series the statistics need not have their usual "
    "distribution; extra_lags = 1 restores it (Toda and Yamamoto)."
)


@dataclass(frozen=True, eq=False)
class CausalityTest(Result):
    """A test that some variables do not cause others.

    Attributes
    ----------
    model : str
    kind : str
        ``granger`` or ``instantaneous``.
    cause, effect : tuple of str
    columns : Mapping[str, Column]
    wald : float
        Chi-squared with ``restrictions`` degrees of freedom under the null.
    wald_p_value : float
    restrictions : int
    f : float
        ``wald`` over ``restrictions``; NaN for instantaneous causality.
    df : tuple of float
        Degrees of freedom of ``f``.
    f_p_value : float
    errors : str
        Assumption about the errors.
    lags : int
        Lags whose coefficients are tested.
    extra_lags : int
        Lags in the VAR beyond them.
    fragile : bool
        Whether a root is close to one, so that the distribution needs extra lags.
    nobs : int
    sample : str
    """

    model: str
    kind: str
    cause: tuple[str, ...]
    effect: tuple[str, ...]
    columns: Mapping[str, Column]
    wald: float
    wald_p_value: float
    restrictions: int
    f: float
    df: tuple[float, ...]
    f_p_value: float
    errors: str
    lags: int
    extra_lags: int
    fragile: bool
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = ("granger1969", "luetkepohl2005", "toda_yamamoto1995")

    @property
    def p_value(self) -> float:
        """Of the F statistic for Granger causality, of the Wald statistic otherwise."""
        return self.f_p_value if self.kind == "granger" else self.wald_p_value

    @property
    def verdict(self) -> str:
        """The outcome at the 5 per cent level in words."""
        return f"{'rejected' if self.p_value < LEVEL else 'not rejected'} at {LEVEL:.0%}"

    def tidy(self) -> pd.DataFrame:
        """Statistics and p-values; ``shock`` is the cause and ``response`` the effect."""
        rows = [("Wald", self.wald), ("Wald, p-value", self.wald_p_value)]
        if self.kind == "granger":
            rows = [("F", self.f), ("F, p-value", self.f_p_value), *rows]
        return tidy_frame(
            {
                "model": self.model,
                "statistic": f"{self.kind} causality, {name}",
                "shock": ", ".join(self.cause),
                "response": ", ".join(self.effect),
                "estimate": value,
            }
            for name, value in rows
        )

    def summary(self) -> Summary:
        """Both statistics with degrees of freedom, p-values and the verdict."""
        rows = {"Wald": [self.wald, f"{self.restrictions}", self.wald_p_value]}
        if self.kind == "granger":
            degrees = ", ".join(f"{d:g}" for d in self.df)
            rows = {"F": [self.f, degrees, self.f_p_value], **rows}
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["statistic", "df", "p"])
        title = f"{self.kind.capitalize()} causality: {self._arrow}"
        return Summary(title, [(f"Null {self.verdict}", table)], self.notes())

    @property
    def _arrow(self) -> str:
        cause, effect = (
            ", ".join(self.columns[name].label for name in names)
            for names in (self.cause, self.effect)
        )
        return f"{cause} {'->' if self.kind == 'granger' else 'and'} {effect}"

    def notes(self) -> tuple[str, ...]:
        """The null hypothesis, errors, lags, sample."""
        null = (
            "the past of the cause does not help to predict the effect, given all other variables"
            if self.kind == "granger"
            else "no covariance between the errors of one group and those of the other"
        )
        return (
            f"Null: {null}.",
            f"{self.model} with {_errors_in_words(self.errors)}{_lags_in_words(self.extra_lags)}; "
            f"{self.sample}, T = {self.nobs}.",
            *([_FRAGILE] if self.fragile else []),
        )


@dataclass(frozen=True, eq=False)
class CausalityTable(Result):
    """Granger causality between all ordered pairs of variables.

    Attributes
    ----------
    model : str
    names : tuple of str
    columns : Mapping[str, Column]
    pairs : DataFrame
        One row a pair: ``cause``, ``effect``, ``F``, ``p``, ``p_holm``, ``Wald``, ``p_wald``.
    df : tuple of float
        Of the F statistics.
    errors : str
    extra_lags : int
    fragile : bool
        Whether a root is close to one, so that the distribution needs extra lags.
    nobs : int
    sample : str
    """

    model: str
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    pairs: pd.DataFrame
    df: tuple[float, ...]
    errors: str
    extra_lags: int
    fragile: bool
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = (
        "granger1969",
        "luetkepohl2005",
        "holm1979",
        "toda_yamamoto1995",
    )

    def matrix(self, value: str = "p") -> pd.DataFrame:
        """One column of ``pairs`` as causes (rows) by effects (columns), labelled."""
        labels = [self.columns[name].label for name in self.names]
        square = self.pairs.pivot_table(index="cause", columns="effect", values=value)
        square = square.reindex(index=list(self.names), columns=list(self.names))
        return square.set_axis(labels, axis=0).set_axis(labels, axis=1)

    def tidy(self) -> pd.DataFrame:
        """F, p-value and Holm's p-value of each pair."""
        names = {"F": "F", "p": "F, p-value", "p_holm": "F, Holm p-value"}
        return tidy_frame(
            {
                "model": self.model,
                "statistic": f"granger causality, {names[name]}",
                "shock": pair["cause"],
                "response": pair["effect"],
                "estimate": pair[name],
            }
            for pair in self.pairs.to_dict("records")
            for name in names
        )

    def summary(self) -> Summary:
        """Matrices of p-values, raw and adjusted."""
        return Summary(
            f"Granger causality between pairs, {self.model}",
            [
                ("p-values (cause in rows, effect in columns)", self.matrix("p")),
                (f"p-values adjusted for {len(self.pairs)} tests (Holm)", self.matrix("p_holm")),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """The null hypotheses, errors, lags, sample."""
        degrees = ", ".join(f"{d:g}" for d in self.df)
        return (
            "Null of each pair: the past of the cause does not help to predict the effect, given "
            f"all other variables; F({degrees}).",
            f"{self.model} with {_errors_in_words(self.errors)}{_lags_in_words(self.extra_lags)}; "
            f"{self.sample}, T = {self.nobs}.",
            *([_FRAGILE] if self.fragile else []),
        )


def _errors_in_words(errors: str) -> str:
    if errors == "classical":
        return "errors alike in all periods"
    return f"a covariance robust to heteroskedasticity ({errors})"


def _lags_in_words(extra_lags: int) -> str:
    return f", {extra_lags} lag(s) added and not tested" if extra_lags else ""
