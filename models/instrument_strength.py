"""How strong and how plausible instruments are: first stages, effective F, tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ..errors import NotIdentifiedError
from ..estimation.first_stage import BIASES, FirstStage
from ..estimation.instrument_tests import hansen_j, unpredictable
from ..estimation.least_squares import lagged
from .identification.instruments import STRONG, Instruments
from .identification.instruments_and_signs import instruments_of
from .reduced_form.diagnostics import TestResult
from .results import Result, Summary, normal_bounds, tidy_frame

if TYPE_CHECKING:
    from .reduced_form.base import ReducedForm
    from .structural import StructuralVAR

#: Observations that each coefficient of a regression on the past should have.
ENOUGH = 10


@dataclass(frozen=True, eq=False, kw_only=True)
class InstrumentStrength(Result):
    """First stage of each instrumented shock, and what can be tested about its instruments.

    Attributes
    ----------
    model : str
    stages : Mapping of shock to FirstStage
        Regressions of the residual of each shock's own variable on its instruments; in a block net
        of what moves the other shocks too (Sanderson and Windmeijer 2016).
    instruments : Mapping of shock to tuple of str
    predictability : tuple of TestResult
        That an instrument is unrelated to the past of the variables, one for each. Where it is
        rejected, the instrument is not only news, and E[z_t u_t'] rests on the lags of the VAR.
    overidentification : tuple of TestResult
        Hansen's J, where there are more instruments than shocks.
    setting : tuple of str
        Identification and sample in words.
    nobs : int
        Periods with all instruments.
    sample : str
        Of the VAR.

    References
    ----------
    Montiel Olea and Pflueger (2013); Stock and Watson (2018), section 1.
    """

    model: str
    stages: Mapping[str, FirstStage]
    instruments: Mapping[str, tuple[str, ...]]
    predictability: tuple[TestResult, ...]
    overidentification: tuple[TestResult, ...]
    setting: tuple[str, ...]
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = (
        "montielolea_pflueger2013",
        "stock_watson2018",
        "sanderson_windmeijer2016",
        "hansen1982",
        "white1980",
    )

    @property
    def effective_f(self) -> float:
        """The lowest effective F of all shocks."""
        return min(stage.effective_f for stage in self.stages.values())

    @property
    def strong(self) -> bool:
        """Whether bands from draws are given: the lowest effective F is at least 10."""
        return self.effective_f >= STRONG

    @property
    def table(self) -> pd.DataFrame:
        """First stages: shocks in columns, F of several kinds and critical values in rows."""
        rows = {
            shock: {
                "Observations": float(stage.nobs),
                "F": stage.f,
                "Robust F (HC0)": stage.f_hc0,
                "Robust F (HC1)": stage.f_hc1,
                "Effective F": stage.effective_f,
                **{
                    f"critical value, bias {bias:.0%}": stage.critical_values[bias]
                    for bias in BIASES
                },
                "R2": stage.r2,
                "Adjusted R2": stage.adj_r2,
            }
            for shock, stage in self.stages.items()
        }
        return pd.DataFrame(rows)

    @property
    def slopes(self) -> pd.DataFrame:
        """Slope, robust standard error (HC1) and t of each instrument of each shock."""
        rows = [
            (shock, name, stage.slopes[i], stage.std_errors[i], stage.t[i])
            for shock, stage in self.stages.items()
            for i, name in enumerate(self.instruments[shock])
        ]
        columns = ["shock", "instrument", "slope", "std_error", "t"]
        return pd.DataFrame(rows, columns=columns).set_index(columns[:2])

    @property
    def tests(self) -> pd.DataFrame:
        """The tests with statistic, degrees of freedom, p-value and verdict."""
        found = (*self.predictability, *self.overidentification)
        return pd.DataFrame(
            {
                "statistic": [test.statistic for test in found],
                "df": [", ".join(f"{d:g}" for d in test.df) for test in found],
                "p": [test.p_value for test in found],
                "null hypothesis": [test.null for test in found],
                "verdict": [test.verdict for test in found],
            },
            index=pd.Index([test.name for test in found], name="test"),
        )

    def tidy(self, level: float = 0.90) -> pd.DataFrame:
        """Slopes with normal limits (``response`` is the instrument), then one row a statistic."""
        rows: list[dict[str, object]] = []
        for slope in self.slopes.reset_index().to_dict("records"):
            low, high = normal_bounds(slope["slope"], slope["std_error"], level)
            rows.append(
                {
                    "statistic": "first-stage slope",
                    "shock": slope["shock"],
                    "response": slope["instrument"],
                    "estimate": slope["slope"],
                    "std_error": slope["std_error"],
                    "level": level,
                    "conf_low": low,
                    "conf_high": high,
                    "band": "normal, HC1",
                }
            )
        for shock, column in self.table.items():
            rows += [
                {"statistic": str(name), "shock": shock, "estimate": value}
                for name, value in column.items()
            ]
        for name, test in self.tests.iterrows():
            rows.append({"statistic": str(name), "estimate": test["statistic"]})
            rows.append({"statistic": f"{name}, p-value", "estimate": test["p"]})
        return tidy_frame({"model": self.model, **row} for row in rows)

    def summary(self) -> Summary:
        """First stages, slopes and tests."""
        tables = [
            ("Residual of the shock's own variable on its instruments", self.table),
            ("Slopes, robust standard errors (HC1)", self.slopes),
            ("Tests", self.tests),
        ]
        return Summary(f"Strength of the instruments, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """What the effective F says, identification, sample."""
        weak = f"below {STRONG:g}: only Anderson-Rubin sets are shown"
        enough = f"at least {STRONG:g}: bands from joint draws are shown beside Anderson-Rubin sets"
        return (
            "Critical values at 5%: above them the hypothesis that two-stage least squares has "
            "more than that share of the worst-case bias is rejected (Montiel Olea and Pflueger "
            "2013).",
            f"Lowest effective F {self.effective_f:.1f}, {enough if self.strong else weak}.",
            *self.setting,
        )


def instrument_strength(svar: StructuralVAR, *, lags: int | None = None) -> InstrumentStrength:
    """See ``StructuralVAR.instrument_strength``."""
    scheme, reduced = instruments_of(svar.scheme), svar.reduced
    if scheme is None:
        raise NotIdentifiedError(
            f"The scheme '{svar.scheme.name}' has no instruments.",
            remedy="Identify with Instruments(series, shock).",
        )
    values = scheme.values(reduced)
    return InstrumentStrength(
        model=reduced.model,
        stages=scheme.strength(reduced),
        instruments={shock: scheme.instruments_of(shock) for shock in scheme.shocks},
        predictability=predictability(reduced, scheme, lags),
        overidentification=overidentification(reduced, scheme),
        setting=svar.point_notes(),
        nobs=int(np.isfinite(values).all(axis=1).sum()),
        sample=reduced.sample,
    )


def overidentification(reduced: ReducedForm, scheme: Instruments) -> tuple[TestResult, ...]:
    """Hansen's J for each shock, or block of shocks, with more instruments than it needs."""
    from scipy.stats import chi2

    values, residuals = scheme.values(reduced), reduced.residuals.to_numpy()
    found = []
    for (shocks, names), (own, at) in zip(scheme.shock, scheme.groups(reduced.names), strict=True):
        if len(at) > len(own) and len(own) < residuals.shape[1]:
            j, df = hansen_j(residuals, values[:, at], reduced.design, own)
            null = f"{', '.join(names)} agree on the impact of {', '.join(shocks)}"
            found.append(TestResult("Hansen's J", j, (df,), float(chi2.sf(j, df)), null))
    return tuple(found)


def predictability(
    reduced: ReducedForm, scheme: Instruments, lags: int | None = None
) -> tuple[TestResult, ...]:
    """Robust score test of each instrument on the past of all variables.

    Parameters
    ----------
    reduced : ReducedForm
    scheme : Instruments
    lags : int, optional
        By default those of the VAR, or as many as leave ten observations for a coefficient.
    """
    from scipy.stats import chi2

    values, k = scheme.values(reduced), len(reduced.names)
    found = []
    for name, instrument in zip(scheme.instruments, values.T, strict=True):
        most = max(1, int(np.isfinite(instrument).sum()) // (ENOUGH * k))
        used = min(reduced.p, most if lags is None else lags)
        past = lagged(reduced.y, used)[-reduced.nobs :]
        statistic, df = unpredictable(instrument, past)
        found.append(
            TestResult(
                f"Predictability of {name} ({used} lag{'s' if used > 1 else ''}, robust score)",
                statistic,
                (df,),
                float(chi2.sf(statistic, df)),
                f"{name} is unrelated to the past of the variables",
            )
        )
    return tuple(found)
