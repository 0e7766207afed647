"""How large each shock was expected to be, period by period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.dates import label_of
from ..data.panel import Column
from ..errors import SpecError
from ..estimation.garch_information import garch_std_errors
from ..estimation.garch_shocks_optimum import GarchModel
from ..estimation.switching_variances import SwitchingModel
from ..estimation.white_sample import WhiteSample
from .identification.garch_variances import GarchVariances, component_tests
from .reduced_form.diagnostics import TestResult
from .reduced_form.heteroskedastic import HeteroskedasticVAR
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR


@dataclass(frozen=True, eq=False, kw_only=True)
class ShockVolatility(Result):
    """Standard deviations of the shocks over time, and what makes them move.

    Attributes
    ----------
    model : str
    names : tuple of str
        Shocks, in the order of the variables they belong to.
    columns : Mapping[str, Column]
    deviations : DataFrame, shape (T, K)
        Expected standard deviation by period, one on average.
    parameters : DataFrame
        Of the GARCH equations, shocks in rows; or the transition probabilities between states;
        empty for known regimes.
    probabilities : DataFrame, shape (T, M), or None
        Smoothed probabilities of hidden states, dated.
    tests : tuple of TestResult
        Of the number of shocks with GARCH.
    setting : tuple of str
    nobs : int
    sample : str
    """

    model: str
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    deviations: pd.DataFrame
    parameters: pd.DataFrame
    probabilities: pd.DataFrame | None
    tests: tuple[TestResult, ...]
    setting: tuple[str, ...]
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = (
        *GarchVariances.methods,
        "lanne_luetkepohl_maciejowska2010",
    )
    figure: ClassVar[str] = "shock_volatility"

    def tidy(self) -> pd.DataFrame:
        """Standard deviations (``horizon`` counts periods from the first date), probabilities."""
        frames = [("shock_deviation", "shock", "standard deviations", self.deviations)]
        if self.probabilities is not None:
            frames.append(("state_probability", "response", "probability", self.probabilities))
        parts = []
        for statistic, column, unit, frame in frames:
            for name in frame.columns:
                part = {"model": self.model, "statistic": statistic, column: name}
                values = {"horizon": np.arange(len(frame)), "estimate": frame[name].to_numpy()}
                parts.append(pd.DataFrame({**part, **values, "unit": unit}))
        return tidy_frame(pd.concat(parts))

    def summary(self) -> Summary:
        """Parameters, the largest deviations with their dates, tests."""
        largest = pd.DataFrame(
            {
                self.columns[name].label: [
                    f"{label_of(date)}: {value:.1f}"
                    for date, value in self.deviations[name].nlargest(5).items()
                ]
                for name in self.names
            },
            index=pd.RangeIndex(1, min(5, self.nobs) + 1),
        ).T
        tables = [("Largest expected standard deviations", largest)]
        if len(self.parameters):
            tables.insert(0, ("Parameters", self.parameters))
        if self.tests:
            table = pd.DataFrame(
                {
                    "statistic": [test.statistic for test in self.tests],
                    "p": [test.p_value for test in self.tests],
                    "null hypothesis": [test.null for test in self.tests],
                },
                index=[test.name for test in self.tests],
            )
            tables.append(("How many shocks have GARCH variances", table))
        return Summary(f"Volatility of the shocks, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """The unit, identification and sample."""
        return self.setting

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Standard deviations by date, one panel a shock."""
        return super().plot(
            dates=self.deviations.index,
            labels={name: self.columns[name].label for name in self.names},
            **options,
        )


def shock_volatility(svar: StructuralVAR) -> ShockVolatility:
    """See ``StructuralVAR.shock_volatility``."""
    reduced = svar.reduced
    if not isinstance(reduced, HeteroskedasticVAR):
        raise SpecError(
            f"The scheme '{svar.scheme.name}' takes the variances of shocks as constant.",
            remedy="Identify by VarianceRegimes, GarchVariances or SwitchingVariances.",
        )
    model = reduced.volatility
    tests: tuple[TestResult, ...] = ()
    parameters, probabilities = pd.DataFrame(), None
    if isinstance(model, GarchModel) and isinstance(svar.scheme, GarchVariances):
        parameters = _garch_table(reduced, model)
        pairs = component_tests(reduced, svar.scheme.lags)
        tests = tuple(test for pair in pairs for test in pair)
    if isinstance(model, SwitchingModel):
        states = list(reduced.regimes)
        parameters = pd.DataFrame(model.transition, [f"from {s}" for s in states], states)
        parameters["expected duration"] = 1 / (1 - np.diag(model.transition))
        probabilities = pd.DataFrame(model.membership, reduced.dates, states)
    deviations = pd.DataFrame(np.sqrt(reduced.path), reduced.dates, list(svar.names))
    expected = {True: "given the past", False: "given the whole sample"}[
        isinstance(model, GarchModel)
    ]
    return ShockVolatility(
        model=reduced.model,
        names=svar.names,
        columns=svar.columns,
        deviations=deviations,
        parameters=parameters,
        probabilities=probabilities,
        tests=tests,
        setting=(
            f"Expected standard deviations of the shocks {expected}; one for a shock of average "
            "size.",
            *svar.point_notes(),
        ),
        nobs=reduced.nobs,
        sample=reduced.sample,
    )


def _garch_table(reduced: HeteroskedasticVAR, model: GarchModel) -> pd.DataFrame:
    """Coefficients of the equations with robust standard errors."""
    white = WhiteSample.of(reduced.observations)
    errors = garch_std_errors(
        model, white.basis[0], reduced.residuals.to_numpy(), reduced.resampled_rows
    )
    return pd.DataFrame(
        {
            "alpha": model.alpha,
            "s.e. alpha": errors[0],
            "beta": model.beta,
            "s.e. beta": errors[1],
            "alpha + beta": model.persistence,
            "s.e. sum": errors[2],
        },
        index=[reduced.columns[name].label for name in reduced.names],
    )
