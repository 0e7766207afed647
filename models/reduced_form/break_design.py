"""What a break test is about: outcomes, regressors whose coefficients break, and the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ...data.panel import Panel, as_panel
from ...errors import NumericalError, SampleError, SpecError
from ...estimation.least_squares import least_squares

if TYPE_CHECKING:
    from .var_results import VARResults

#: Coefficients that break: all, the constant, those on lags, or the named ones (the name of a
#: variable stands for all its lags).
Breaking = Literal["all", "constant", "lags"] | Sequence[str]


@dataclass(frozen=True, eq=False)
class BreakDesign:
    """Outcomes on regressors whose coefficients break (x) and regressors for which they do not.

    Attributes
    ----------
    model : str
        Such as ``VAR(3)``.
    names, labels, units : tuple of str
        Of the outcomes.
    y : ndarray, shape (T, K)
    x : ndarray, shape (T, q)
    w : ndarray, shape (T, r)
    x_names, w_names : tuple of str
    periods : Index, length T
    kept : ndarray of bool
        Periods of the sample that the T rows are: a dummy of a period takes it out.
    """

    model: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    units: tuple[str, ...]
    y: np.ndarray
    x: np.ndarray
    w: np.ndarray
    x_names: tuple[str, ...]
    w_names: tuple[str, ...]
    periods: pd.Index
    kept: np.ndarray

    @property
    def nobs(self) -> int:
        """Observations."""
        return len(self.y)

    @property
    def regressors(self) -> np.ndarray:
        """All regressors, x before w, shape (T, q + r)."""
        return np.hstack([self.x, self.w])

    def what_breaks(self) -> str:
        """The coefficients that break, in words."""
        if not self.w_names:
            return f"all {len(self.x_names)} coefficients" if len(self.x_names) > 1 else "the mean"
        shown = ", ".join(self.x_names[:6]) + (", ..." if len(self.x_names) > 6 else "")
        return f"{len(self.x_names)} of {self.regressors.shape[1]} coefficients ({shown})"


def design_of_regression(
    data: Panel | pd.DataFrame, response: str, breaking: Sequence[str] | None, *, constant: bool
) -> BreakDesign:
    """One column regressed on the others; all coefficients break unless some are named.

    Raises
    ------
    MissingSeriesError, GapError, SampleError, SpecError, NumericalError
    """
    panel = as_panel(data)
    panel = panel.select([response, *(name for name in panel.names if name != response)])
    frame = panel.frame
    x = frame.drop(columns=response)
    if constant:
        x.insert(0, "const", 1.0)
    terms = tuple(map(str, x.columns))
    column = panel.columns[response]
    design = _split(
        f"regression of {column.label}",
        (response,),
        (column.label,),
        (column.unit,),
        frame[[response]].to_numpy(float),
        x.to_numpy(float),
        terms,
        list(breaking or terms),
        frame.index,
        np.ones(len(frame), dtype=bool),
    )
    dependent = least_squares(x.to_numpy(float), design.y).dependent
    if dependent:
        raise NumericalError(
            f"{terms[dependent[0][0]]} is a combination of other regressors.",
            remedy="Leave it out, or the constant (constant=False).",
        )
    return design


def design_of_var(
    var: VARResults, equations: Sequence[str] | None, breaking: Breaking
) -> BreakDesign:
    """Some equations of a VAR, all by default, with rows over the scale of pandemic months.

    A period with a dummy of its own is left out, which leaves the other coefficients as they are.

    Raises
    ------
    SpecError
        If the VAR has restrictions, an equation does not exist or nothing breaks.
    """
    if var.restrictions is not None:
        raise SpecError(
            "Tests of breaks need a VAR without restrictions on its coefficients.",
            remedy="Leave the restrictions out, or test one equation as a regression.",
        )
    chosen = list(var.names if equations is None else equations)
    for name in chosen:
        if name not in var.names:
            raise SpecError(
                f"No equation explains '{name}'.", remedy=f"Available: {', '.join(var.names)}."
            )
    places = [var.names.index(name) for name in chosen]
    scales = 1.0 if var.scales is None else var.scales[:, None]
    single = np.flatnonzero((var.z != 0).sum(axis=0) == 1)
    kept = ~(var.z[:, single] != 0).any(axis=1)
    terms = [i for i in range(len(var.regressors)) if i not in single]
    return _split(
        var.model,
        tuple(chosen),
        tuple(var.columns[name].label for name in chosen),
        tuple(var.columns[name].unit for name in chosen),
        (var.y[var.p :, places] / scales)[kept],
        var.design[kept][:, terms],
        [var.regressors[i] for i in terms],
        _named(var, breaking, [var.regressors[i] for i in terms]),
        var.dates[kept],
        kept,
    )


def _named(var: VARResults, breaking: Breaking, terms: Sequence[str]) -> list[str]:
    """Regressors whose coefficients break."""
    if breaking == "all":
        return list(terms)
    if breaking == "constant":
        return ["const"]
    if breaking == "lags":
        return list(var.regressors[len(var.z_names) :])
    named = [breaking] if isinstance(breaking, str) else list(breaking)
    own_lags = {name: [f"{name}.l{lag}" for lag in range(1, var.p + 1)] for name in var.names}
    return [term for name in named for term in own_lags.get(name, [name])]


def _split(
    model: str,
    names: tuple[str, ...],
    labels: tuple[str, ...],
    units: tuple[str, ...],
    y: np.ndarray,
    regressors: np.ndarray,
    terms: Sequence[str],
    breaking: Sequence[str],
    periods: pd.Index,
    kept: np.ndarray,
) -> BreakDesign:
    unknown = [name for name in breaking if name not in terms]
    if unknown or not breaking:
        raise SpecError(
            f"No coefficient belongs to {', '.join(map(repr, unknown)) or 'nothing'}.",
            remedy=f"Available: {', '.join(terms)}.",
        )
    if len(y) <= len(terms):
        raise SampleError(
            f"{len(y)} observations cannot carry {len(terms)} coefficients.",
            remedy="Use fewer regressors or a longer sample.",
        )
    moving = [i for i, name in enumerate(terms) if name in breaking]
    fixed = [i for i, name in enumerate(terms) if name not in breaking]
    return BreakDesign(
        model,
        names,
        labels,
        units,
        y,
        regressors[:, moving],
        regressors[:, fixed],
        tuple(terms[i] for i in moving),
        tuple(terms[i] for i in fixed),
        periods,
        kept,
    )
