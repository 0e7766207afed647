"""What single periods do to an estimated VAR: coefficients and covariance without each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ...data.panel import Column, label_of
from ...errors import SampleError, SpecError
from ...estimation.influence import Deletions, leave_out
from ...estimation.var_bootstrap import ReducedFormDraws
from ..results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .base import ReducedForm
    from .var_results import VARResults


@dataclass(frozen=True, eq=False)
class CoefficientInfluence(Result):
    """The influence of each period on the coefficients and the covariance of a VAR.

    Influence is the estimate with the period less the estimate without it.

    Attributes
    ----------
    model : str
    names : tuple of str
    regressors : tuple of str
    columns : Mapping[str, Column]
    dates : Index, length T
    dfbetas : ndarray, shape (T, n, K)
        Influence on each coefficient in standard errors, those of the VAR without the period.
    covariance : ndarray, shape (T, K, K)
        Influence on the covariance, in units of (s_ii s_jj)^(1/2).
    leverage : ndarray, shape (T,)
        Weight of a period in its own fitted value, 0 to 1.
    cook : ndarray, shape (T,)
        Cook's distance of all coefficients: how far they move in units of their covariance.
    whole : bool
        Whether a period is left out as a lag too.
    nobs : int
    sample : str
    """

    model: str
    names: tuple[str, ...]
    regressors: tuple[str, ...]
    columns: Mapping[str, Column]
    dates: pd.Index
    dfbetas: np.ndarray
    covariance: np.ndarray
    leverage: np.ndarray
    cook: np.ndarray
    whole: bool
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = ("belsley1980", "cook1977")
    figure: ClassVar[str] = "influence"

    @property
    def largest(self) -> pd.Series:
        """Largest influence of each period on any coefficient, in standard errors, signed."""
        flat = self.dfbetas.reshape(self.nobs, -1)
        pick = np.abs(flat).argmax(axis=1)
        return pd.Series(flat[np.arange(self.nobs), pick], self.dates, name="dfbetas")

    def table(self, count: int = 10) -> pd.DataFrame:
        """The periods that move a coefficient most, with that coefficient."""
        largest = self.largest
        order = largest.abs().to_numpy().argsort(kind="stable")[::-1][:count]
        flat = np.abs(self.dfbetas.reshape(self.nobs, -1))[order].argmax(axis=1)
        terms, equations = np.divmod(flat, len(self.names))
        diagonal = np.diagonal(self.covariance, axis1=1, axis2=2)[order]
        return pd.DataFrame(
            {
                "influence, s.e.": largest.iloc[order].to_numpy(),
                "coefficient": [self.regressors[i] for i in terms],
                "equation": [self.columns[self.names[j]].label for j in equations],
                "leverage": self.leverage[order],
                "Cook": self.cook[order],
                "variance, %": 100 * diagonal[np.arange(len(order)), equations],
            },
            index=pd.Index([label_of(self.dates[i]) for i in order], name="period"),
        )

    def tidy(self) -> pd.DataFrame:
        """Largest influence, leverage and Cook's distance; ``horizon`` counts periods."""
        columns = {
            "influence": (self.largest.to_numpy(), "standard errors"),
            "leverage": (self.leverage, ""),
            "cook": (self.cook, ""),
        }
        return tidy_frame(
            {
                "model": self.model,
                "statistic": name,
                "horizon": row,
                "estimate": value,
                "unit": unit,
            }
            for name, (values, unit) in columns.items()
            for row, value in enumerate(values)
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Largest influence by date."""
        title = f"Largest influence of single periods on a coefficient: {self.model}"
        return super().plot(dates=self.dates, title=title, **options)

    def summary(self) -> Summary:
        """The most influential periods."""
        title = f"Influence of single periods, {self.model}"
        return Summary(title, [("Most influential periods", self.table())], self.notes())

    def notes(self) -> tuple[str, ...]:
        """What is left out, the unit, the sample."""
        return (
            f"Influence: estimate with the period less without it. {left_out_in_words(self.whole)}",
            "Coefficients in standard errors; 'variance' is the share of the equation's residual "
            "variance that the period adds.",
            f"{self.model}, {self.sample}, T = {self.nobs}.",
        )


def coefficient_influence(var: VARResults, *, whole: bool = False) -> CoefficientInfluence:
    """Coefficients and covariance without each period, in closed form.

    Parameters
    ----------
    var : VARResults
    whole : bool
        Leave a period out as a lag too: its own row and the p rows after it. By default its row
        alone, as a dummy for the period does.

    Raises
    ------
    SpecError
        If the coefficients are restricted.
    SampleError

    References
    ----------
    Belsley, Kuh and Welsch (1980), chapter 2; Cook (1977).
    """
    found = deletions(var, whole=whole)
    covariance = without(var, found).covariance
    change = var.params.to_numpy() - found.coefficients
    errors = np.sqrt(
        np.diag(var.gram_inverse)[:, None] * np.diagonal(covariance, axis1=1, axis2=2)[:, None]
    )
    scale = np.sqrt(np.diag(var.covariance))
    gram = var.design.T @ var.design
    moved = np.einsum("tnk,nm,tml->tkl", change, gram, change, optimize=True)
    count = change.shape[1] * change.shape[2]
    return CoefficientInfluence(
        model=var.model,
        names=var.names,
        regressors=var.regressors,
        columns=var.columns,
        dates=var.dates,
        dfbetas=change / errors,
        covariance=(var.covariance - covariance) / np.outer(scale, scale),
        leverage=found.leverage,
        cook=np.einsum("tkl,lk->t", moved, np.linalg.inv(var.covariance)) / count,
        whole=whole,
        nobs=var.nobs,
        sample=var.sample,
    )


def deletions(reduced: ReducedForm, *, whole: bool) -> Deletions:
    """The least squares of a VAR without each period.

    Raises
    ------
    SpecError, SampleError
    """
    from .var_results import VARResults

    if not isinstance(reduced, VARResults) or reduced.restrictions is not None:
        raise SpecError(
            "Influence of single periods is computed for VARs without restrictions.",
            remedy="Use a VAR without restrictions on its coefficients.",
        )
    length = reduced.p + 1 if whole else 1
    if reduced.nobs - length <= len(reduced.regressors) + len(reduced.names):
        raise SampleError(
            f"{reduced.nobs} observations are too few to leave out {length}.",
            remedy="Use fewer lags or a longer sample.",
        )
    return leave_out(
        reduced.design,
        reduced.residuals.to_numpy(),
        reduced.params.to_numpy(),
        reduced.gram_inverse,
        length,
    )


def without(var: VARResults, found: Deletions) -> ReducedFormDraws:
    """The reduced form without each period, T on the draw axis."""
    k, m = len(var.names), len(var.z_names)
    left = var.nobs - found.removed
    divisor = left - len(var.regressors) if var.divisor == "df" else left
    lags = found.coefficients[:, m:].reshape(var.nobs, var.p, k, k)
    return ReducedFormDraws(
        np.ascontiguousarray(np.swapaxes(lags, 2, 3)),
        np.swapaxes(found.coefficients[:, :m], 1, 2),
        found.products / divisor[:, None, None],
        failed=0,
        refitted=0,
    )


def left_out_in_words(whole: bool) -> str:
    """What leaving a period out means."""
    if whole:
        return "Its own row and those in which it is a lag are left out."
    return "Its own row is left out, as by a dummy; as a lag it stays."
