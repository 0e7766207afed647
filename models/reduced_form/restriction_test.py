"""Do restrictions on the coefficients of a VAR hold? Likelihood ratio and Wald."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...errors import SpecError
from ...estimation.coefficient_covariance import ErrorKind, coefficient_covariance
from ...estimation.least_squares import least_squares
from ...estimation.restricted_var import LinearRestrictions, restricted_least_squares
from ..results import Result, Summary, tidy_frame
from .diagnostics import TestResult
from .restrictions import Restriction, linear_restrictions

if TYPE_CHECKING:
    from .var_results import VARResults


@dataclass(frozen=True, eq=False)
class RestrictionTest(Result):
    """Tests of linear restrictions on the coefficients of a VAR.

    Attributes
    ----------
    model : str
    nobs : int
    sample : str
    null : str
        The restrictions in words.
    tests : tuple of TestResult
        Likelihood ratio, the same with T - n in the place of T (n coefficients of an unrestricted
        equation; better in small samples), Wald; all chi-squared with as many degrees of freedom
        as there are restrictions.
    setting : tuple of str
    """

    model: str
    nobs: int
    sample: str
    null: str
    tests: tuple[TestResult, ...]
    setting: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = ("luetkepohl2005", "sims1980")

    @property
    def table(self) -> pd.DataFrame:
        """One row a test: statistic, degrees of freedom, p-value and verdict in words."""
        return pd.DataFrame(
            {
                "statistic": [t.statistic for t in self.tests],
                "df": [t.df[0] for t in self.tests],
                "p": [t.p_value for t in self.tests],
                "verdict": [t.verdict for t in self.tests],
            },
            index=pd.Index([t.name for t in self.tests], name="test"),
        )

    def tidy(self) -> pd.DataFrame:
        """Statistics and p-values."""
        rows = [{"statistic": t.name, "estimate": t.statistic} for t in self.tests]
        rows += [{"statistic": f"{t.name}, p-value", "estimate": t.p_value} for t in self.tests]
        return tidy_frame({"model": self.model, **row} for row in rows)

    def summary(self) -> Summary:
        """The table of tests under the null hypothesis in words."""
        return Summary(
            f"Test of restrictions, {self.model}", [(self.null, self.table)], self.setting
        )


def compare(
    var: VARResults, restrictions: tuple[Restriction, ...], errors: ErrorKind
) -> RestrictionTest:
    """See ``VARResults.test_restrictions``."""
    from scipy.stats import chi2

    own = () if not restrictions else var.spec.restrictions
    tested = restrictions or var.spec.restrictions
    null = _arrays(var, (*own, *tested))
    base = _arrays(var, own)
    if null is None:
        raise SpecError(
            "There are no restrictions to test.", remedy="Give some, or fit the VAR with some."
        )
    df = len(null) - (0 if base is None else len(base))
    free = _estimated(var, base)
    ratio = var.nobs * (_log_det(_estimated(var, null)[1]) - _log_det(free[1]))
    wald = _wald(var, free, base, _arrays(var, tested), errors)
    words = "; ".join(one.describe(var.columns) for one in tested)
    kind = "" if errors == "classical" else f" ({errors})"
    corrected = ratio * (var.nobs - len(var.regressors)) / var.nobs
    found = (
        ("Likelihood ratio", float(ratio)),
        ("Likelihood ratio, Sims' correction", float(corrected)),
        (f"Wald{kind}", wald),
    )
    covariance = f"classical covariance, divisor {var.divisor}"
    if errors != "classical":
        covariance = f"{errors} covariance of the coefficients"
    against = "the VAR with its own restrictions" if own else "the unrestricted VAR"
    return RestrictionTest(
        model=var.model,
        nobs=var.nobs,
        sample=var.sample,
        null=words,
        tests=tuple(TestResult(n, s, (df,), float(chi2.sf(s, df)), words) for n, s in found),
        setting=(
            f"Sample {var.sample}, T = {var.nobs}; {df} restrictions against {against}.",
            "Likelihood ratio: both models by Gaussian maximum likelihood"
            + ("." if var.scales is None else ", given the scale of the pandemic months."),
            f"Wald: {covariance}.",
        ),
    )


def _arrays(var: VARResults, restrictions: Sequence[Restriction]) -> LinearRestrictions | None:
    return linear_restrictions(restrictions, var.names, var.regressors)


def _estimated(
    var: VARResults, restrictions: LinearRestrictions | None
) -> tuple[np.ndarray, np.ndarray]:
    """Maximum likelihood coefficients (n, K) and residuals (T, K) under restrictions."""
    y = var.y[var.p :] if var.scales is None else var.y[var.p :] / var.scales[:, None]
    fit = least_squares(var.design, y)
    if restrictions is None:
        return fit.coefficients, fit.residuals
    covariance = fit.residuals.T @ fit.residuals / var.nobs
    found, _ = restricted_least_squares(
        fit.coefficients, fit.gram_inverse, covariance, var.nobs, restrictions
    )
    return found, y - var.design @ found


def _log_det(residuals: np.ndarray) -> float:
    return float(np.linalg.slogdet(residuals.T @ residuals / len(residuals))[1])


def _wald(
    var: VARResults,
    estimate: tuple[np.ndarray, np.ndarray],
    base: LinearRestrictions | None,
    tested: LinearRestrictions | None,
    errors: ErrorKind,
) -> float:
    """(C b - r)' (C V C')^-1 (C b - r) with b and V of the model without what is tested."""
    coefficients, residuals = estimate
    parameters = len(var.regressors) - (0 if base is None else len(base) / len(var.names))
    divisor = var.nobs - parameters if var.divisor == "df" else var.nobs
    covariance = residuals.T @ residuals / divisor
    spread = coefficient_covariance(
        var.design,
        residuals,
        var.gram_inverse,
        covariance,
        base,
        errors=errors,
        parameters=parameters,
    )
    assert tested is not None
    matrix = tested.matrix(len(var.names))
    gap = matrix @ coefficients.T.ravel() - tested.values
    middle = matrix @ spread @ matrix.T
    length = np.sqrt(np.diag(middle))
    scaled = gap / length
    return float(scaled @ np.linalg.solve(middle / np.outer(length, length), scaled))
