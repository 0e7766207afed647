"""How much the variances of shocks differ between regimes, and whether that tells them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

import numpy as np
import pandas as pd

from ..data.panel import Column, response_scales
from ..errors import SpecError
from ..estimation.variance_information import impact_and_errors, log_ratio_covariance
from .identification.distinct_variances import (
    RegimeMoments,
    StateRatios,
    common_impact_test,
    equal_test,
    pair_tests,
    proportional_test,
)
from .identification.heteroskedasticity import VarianceRegimes
from .options import require_choice, require_levels
from .reduced_form.diagnostics import TestResult
from .reduced_form.heteroskedastic import HeteroskedasticVAR
from .results import Result, Summary, normal_bounds, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..estimation.switching_variances import SwitchingModel
    from ..estimation.variance_regimes import RegimeModel
    from .structural import StructuralVAR

Errors = Literal["robust", "gaussian"]


@dataclass(frozen=True, eq=False, kw_only=True)
class VarianceRatios(Result):
    """Variances of the shocks by regime, relative to the first, and the tests of them.

    Attributes
    ----------
    model : str
    names : tuple of str
        Shocks, in the order of the variables they belong to.
    columns : Mapping[str, Column]
    regimes : tuple of str
    counts : tuple of float
        Periods of each regime, expected ones where it is hidden.
    ratios : DataFrame
        Shocks in rows, regimes from the second on in columns.
    std_errors : DataFrame
        The same.
    bounds : Mapping[float, (DataFrame, DataFrame)]
        By level; normal in logs.
    impact, impact_errors : ndarray, shape (K, K)
        B for shocks of unit variance on average, and its standard errors.
    first_impact, first_errors : ndarray, shape (K, K)
        B for shocks of unit variance in the first regime.
    pairs : DataFrame
        Statistic and p-value of the test that two shocks' variances move by a common factor.
    tests : tuple of TestResult
    errors : str
        ``robust`` or ``gaussian``.
    setting : tuple of str
    nobs : int
    sample : str
    """

    model: str
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    regimes: tuple[str, ...]
    counts: tuple[float, ...]
    ratios: pd.DataFrame
    std_errors: pd.DataFrame
    bounds: Mapping[float, tuple[pd.DataFrame, pd.DataFrame]]
    impact: np.ndarray
    impact_errors: np.ndarray
    first_impact: np.ndarray
    first_errors: np.ndarray
    pairs: pd.DataFrame
    tests: tuple[TestResult, ...]
    errors: str
    setting: tuple[str, ...]
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = (*VarianceRegimes.methods, "mardia1970")
    figure: ClassVar[str] = "variance_ratios"

    def p_value(self, one: str, other: str) -> float:
        """p-value of the test that two shocks' variances move by a common factor."""
        order = {name: place for place, name in enumerate(self.names)}
        pair = tuple(sorted((one, other), key=lambda name: order.get(name, -1)))
        if pair not in self.pairs.index:
            raise SpecError(
                f"There is no pair of shocks {one} and {other}.",
                remedy=f"Choose two of {', '.join(self.names)}.",
            )
        return float(self.pairs.loc[pair, "p"])  # type: ignore[arg-type]

    @property
    def weakest(self) -> pd.Series:
        """For each shock the largest p-value of its tests against every other.

        It is the p-value of the hypothesis that some other shock cannot be told from it
        (intersection-union).
        """
        found = {
            name: self.pairs.loc[[name in pair for pair in self.pairs.index], "p"].max()
            for name in self.names
        }
        return pd.Series(found, name="p")

    def tidy(self) -> pd.DataFrame:
        """One row for each shock, regime (``response``) and level; then the tests."""
        rows = []
        for name in self.names:
            for regime in self.regimes[1:]:
                entry = {
                    "model": self.model,
                    "statistic": "variance_ratio",
                    "shock": name,
                    "response": regime,
                    "estimate": self.ratios.loc[name, regime],
                    "std_error": self.std_errors.loc[name, regime],
                    "band": f"normal in logs, {self.errors}",
                    "unit": "ratio",
                }
                for level, (low, high) in self.bounds.items():
                    limits = {
                        "conf_low": low.loc[name, regime],
                        "conf_high": high.loc[name, regime],
                    }
                    rows.append({**entry, "level": level, **limits})
        for test in self.tests:
            rows.append({"model": self.model, "statistic": test.name, "estimate": test.statistic})
            rows.append(
                {
                    "model": self.model,
                    "statistic": f"{test.name}, p-value",
                    "estimate": test.p_value,
                }
            )
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Ratios with standard errors, both impact matrices, pairs, tests."""
        labels = [self.columns[name].label for name in self.names]
        shown = self.ratios.map("{:.3g}".format) + self.std_errors.map(" ({:.2g})".format)
        shown = shown.set_axis(labels).assign(**{"told apart, p": self.weakest.to_numpy()})
        pairs = self.pairs.set_axis(
            [" and ".join(self.columns[n].label for n in pair) for pair in self.pairs.index]
        )
        tests = pd.DataFrame(
            {
                "statistic": [test.statistic for test in self.tests],
                "p": [test.p_value for test in self.tests],
                "null hypothesis": [test.null for test in self.tests],
            },
            index=[test.name for test in self.tests],
        )
        return Summary(
            f"Variances of the shocks by regime, {self.model} of {', '.join(self.names)}",
            [
                (f"Variance relative to {self.regimes[0]} (standard errors)", shown),
                (
                    "Impact of shocks of one average standard deviation (standard errors)",
                    self._matrix(self.impact, self.impact_errors),
                ),
                (
                    f"Impact of shocks of one standard deviation in {self.regimes[0]}",
                    self._matrix(self.first_impact, self.first_errors),
                ),
                ("Null: variances move by a common factor, the two are not told apart", pairs),
                ("Tests of the regimes", tests),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """Regimes, standard errors, tests, identification and sample."""
        return self.setting

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Ratios with their limits, on a log scale."""
        labels = {name: self.columns[name].label for name in self.names}
        return super().plot(labels=labels, **options)

    def _matrix(self, values: np.ndarray, errors: np.ndarray) -> pd.DataFrame:
        scale = response_scales(self.names, self.columns)[:, None]
        shown = pd.DataFrame(
            values * scale,
            index=[self.columns[name].label_with_unit for name in self.names],
            columns=list(self.names),
        ).map("{:.3g}".format)
        return shown + pd.DataFrame(errors * scale, shown.index, shown.columns).map(
            " ({:.2g})".format
        )


def variance_ratios(
    svar: StructuralVAR, levels: Sequence[float] = (0.68, 0.90), errors: Errors = "robust"
) -> VarianceRatios:
    """See ``StructuralVAR.variance_ratios``."""
    require_levels(levels)
    require_choice("errors", errors, ("robust", "gaussian"))
    reduced, scheme = svar.reduced, svar.scheme
    if not isinstance(reduced, HeteroskedasticVAR) or not reduced.regimes:
        raise SpecError(
            f"The scheme '{scheme.name}' of this model has no regimes of variances.",
            remedy="Identify by VarianceRegimes or SwitchingVariances.",
        )
    model = cast("RegimeModel | SwitchingModel", reduced.volatility)
    covariance = model.parameter_covariance(
        reduced.residuals.to_numpy(), reduced.resampled_rows, robust=errors == "robust"
    )
    counts = model.membership[reduced.resampled_rows].sum(axis=0)
    average, first = (
        np.sqrt(reduced.spread)
        * np.stack(impact_and_errors(model.unmixing, model.variances, covariance, weights))
        for weights in (counts / counts.sum(), np.eye(len(counts))[0])
    )
    tests, pairs, words = _tests(svar, reduced)
    return VarianceRatios(
        model=reduced.model,
        names=svar.names,
        columns=svar.columns,
        regimes=reduced.regimes,
        counts=tuple(map(float, counts)),
        **_ratios(svar.names, reduced.regimes, model.variances, covariance, levels),
        impact=average[0],
        impact_errors=average[1],
        first_impact=first[0],
        first_errors=first[1],
        pairs=pairs,
        tests=tests,
        errors=errors,
        setting=(_errors_in_words(errors, reduced), words, *svar.point_notes()),
        nobs=reduced.nobs,
        sample=reduced.sample,
    )


def _ratios(
    names: tuple[str, ...],
    regimes: tuple[str, ...],
    variances: np.ndarray,
    covariance: np.ndarray,
    levels: Sequence[float],
) -> dict[str, Any]:
    """Ratios with standard errors and limits that are normal in logs."""
    logs = np.log(variances[1:] / variances[0])
    spread = np.sqrt(np.diag(log_ratio_covariance(variances, covariance))).reshape(logs.shape)

    def frame(values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values.T, index=list(names), columns=list(regimes[1:]))

    limits = {level: normal_bounds(logs, spread, level) for level in levels}
    return {
        "ratios": frame(np.exp(logs)),
        "std_errors": frame(np.exp(logs) * spread),
        "bounds": {
            level: (frame(np.exp(low)), frame(np.exp(high)))
            for level, (low, high) in limits.items()
        },
    }


def _tests(
    svar: StructuralVAR, reduced: HeteroskedasticVAR
) -> tuple[tuple[TestResult, ...], pd.DataFrame, str]:
    """Tests of the regimes, of pairs of shocks, and what they rest on."""
    if isinstance(svar.scheme, VarianceRegimes):
        moments = RegimeMoments.of(reduced)
        smallest = svar.scheme.smallest(reduced.plain)
        equal = equal_test(moments, svar.seed, searched=reduced.searched, smallest=smallest)
        more = common_impact_test(moments)
        tests = (equal, proportional_test(moments), *([more] if more else []))
        statistics, p_values = pair_tests(moments)
        kurtosis = ", ".join(f"{value:.2f}" for value in moments.kurtosis)
        words = (
            "Tests of ratios: chi-squared, divided by one plus the excess kurtosis of each regime "
            f"({kurtosis}), as for elliptical errors; degrees of freedom allow for an impact "
            "matrix that is not identified under the null, given the coefficients"
            f"{' and the dates' if reduced.searched else ''}."
        )
    else:
        ratios = StateRatios.of(reduced)
        tests, (statistics, p_values) = (ratios.all_equal(),), ratios.pairs()
        words = (
            "Tests of ratios: Wald, robust; degrees of freedom allow for an impact matrix that is "
            "not identified under the null. That there is more than one state has no chi-squared "
            f"test: log-likelihood {reduced.loglik:.1f}, with constant variances "
            f"{reduced.plain.loglik:.1f}. Standard errors of the average impact take the time "
            "spent in each state as given; bands do not."
        )
    pairs = list(combinations(range(len(svar.names)), 2))
    table = pd.DataFrame(
        {
            "statistic": [statistics[pair] for pair in pairs],
            "p": [p_values[pair] for pair in pairs],
        },
        index=pd.MultiIndex.from_tuples(
            [(svar.names[i], svar.names[j]) for i, j in pairs], names=["shock", "other"]
        ),
    )
    return tests, table, words


def _errors_in_words(errors: Errors, reduced: HeteroskedasticVAR) -> str:
    kind = (
        "robust to the distribution of the errors within a regime"
        if errors == "robust"
        else "for normal errors"
    )
    given = " given the dates of the regimes, which were estimated" if reduced.searched else ""
    return f"Standard errors {kind}{given}; limits of ratios are normal in logs."
