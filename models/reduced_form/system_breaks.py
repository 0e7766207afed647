"""One break at an unknown date in all equations of a VAR: coefficients, covariance or both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

import numpy as np
import pandas as pd

from ...data.panel import label_of
from ...errors import SpecError
from ...estimation.break_bootstrap import StableVAR, residual_bootstrap
from ...estimation.break_dates import Side, likelihood_margin
from ...estimation.breaks import (
    Change,
    candidate_dates,
    fixed_regressor_bootstrap,
    functionals,
    null_residuals,
    orthonormal,
    residuals_on,
    system_sequence,
)
from ...estimation.streams import seed_from
from ..options import require_choice
from ..results import Summary, tidy_frame
from .break_design import BreakDesign, Breaking, design_of_var
from .break_regimes import date_rows, require_options, spans, stretches
from .break_result import OneBreak, tested

if TYPE_CHECKING:
    from .var_results import VARResults

Statistic = Literal["lr", "wald"]
Bootstrap = Literal["residual", "fixed_regressor"]

_STATISTICS = {"lr": "Likelihood ratio", "wald": "Wald statistic"}
_BOOTSTRAPS = {
    "residual": "residual bootstrap of the VAR without a break",
    "fixed_regressor": "fixed-regressor bootstrap, which keeps variances in their place in time",
}


#: A side on which the likelihood ratio drifts by half its variance, as it does under normality.
_UNIT = Side(0.5, 1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class SystemBreakTest(OneBreak):
    """A test of a constant VAR against one break, common to all equations.

    ``break_row`` is the date at which the statistic is largest.

    Attributes
    ----------
    names, labels : tuple of str
        Variables.
    change : str
        ``coefficients``, ``covariance`` or ``both``.
    statistic : str
        ``lr`` or ``wald``.
    bootstrap : str
    scale_change : DataFrame
        Residual standard deviations before and after the estimated date, and their ratio.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    change: str
    statistic: str
    bootstrap: str
    scale_change: pd.DataFrame

    methods: ClassVar[tuple[str, ...]] = (
        "bai_lumsdaine_stock1998",
        "qu_perron2007",
        "andrews1993",
        "andrews_ploberger1994",
        "eo_morley2015",
        "hansen2000",
    )

    def tidy(self) -> pd.DataFrame:
        """Statistics; ``horizon`` is the row of a date, ``periods[horizon]`` the date."""
        likely = {level: stretches(found) for level, found in self.likely.items()}
        dates = date_rows(self.break_row, likely, "likely dates")
        return tidy_frame(
            {"model": self.model, **row} for row in [*self._test_rows(self.statistic), *dates]
        )

    @property
    def _of(self) -> str:
        return f"{self.model} of {len(self.names)} variables"

    def summary(self) -> Summary:
        """The tests, the date, residual standard deviations before and after."""
        likely = pd.DataFrame(
            {
                "likely dates": {
                    f"{level:.0%}": spans(self.periods, found)
                    for level, found in self.likely.items()
                }
            }
        )
        return Summary(
            f"Break of all equations at an unknown date: {self.model}",
            [
                (f"{_STATISTICS[self.statistic]} over all dates", self._tests()),
                (f"Break after {label_of(self.date)}", likely),
                ("Residual standard deviations before and after", self.scale_change),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """Hypothesis, statistic, bootstrap, date, sample."""
        level = max(self.likely)
        return (
            f"Null: {self.breaking} constant in all equations; alternative: one common break, "
            f"{self._candidates_in_words}.",
            f"{_STATISTICS[self.statistic]}, {self.restrictions} degrees of freedom at a known "
            f"date; p-values and critical values: {_BOOTSTRAPS[self.bootstrap]}, "
            f"{self.draws:,} draws, seed {self.seed}.",
            f"Date (last period before the break): {label_of(self.date)}; inverted likelihood "
            f"ratio at {level:.0%}: {spans(self.periods, self.likely[level])}.",
            f"{self.model} of {', '.join(self.labels)}; {self.sample}, T = {self.nobs}.",
        )


def system_break_test(
    var: VARResults,
    *,
    change: Change = "coefficients",
    breaking: Breaking = "all",
    statistic: Statistic = "lr",
    bootstrap: Bootstrap | None = None,
    trimming: float = 0.15,
    draws: int = 499,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | np.random.Generator | None = 0,
) -> SystemBreakTest:
    """Test all equations of a VAR for a common break at an unknown date.

    Parameters
    ----------
    var : VARResults
    change : {"coefficients", "covariance", "both"}
        What breaks. Tests for a covariance are, as the likelihood, those of normal errors; their
        bootstrap p-values hold for others.
    breaking : {"all", "constant", "lags"} or sequence of str
        Coefficients that break, in every equation, where ``change`` is ``coefficients``.
    statistic : {"lr", "wald"}
        ``wald`` for coefficients only.
    bootstrap : {"fixed_regressor", "residual"}, optional
        ``fixed_regressor``, the default for coefficients, allows for heteroskedasticity and for
        regressors whose own distribution changed; ``residual`` generates samples from the VAR
        without a break, and is the only one for covariances.
    trimming : float
        Share of the sample that each regime has at least.
    draws : int
    levels : sequence of float
        Of the sets of likely dates.
    rng : int, Generator or None

    Raises
    ------
    SpecError, SampleError, NumericalError, DrawError

    References
    ----------
    Bai, Lumsdaine and Stock (1998); Qu and Perron (2007); Eo and Morley (2015).
    """
    require_options("classical", trimming, draws)
    bootstrap = bootstrap or ("fixed_regressor" if change == "coefficients" else "residual")
    _require_combination(change, breaking, statistic, bootstrap)
    design, seed = design_of_var(var, None, breaking), seed_from(rng)
    q, k = design.x.shape[1], len(design.names)
    dates = candidate_dates(design.nobs, trimming, _fewest(change, q, k))
    basis = orthonormal(design.regressors)
    left = residuals_on(basis, design.y)

    def sequences(base: np.ndarray, residuals: np.ndarray) -> np.ndarray:
        return system_sequence(base, q, residuals, dates, change, statistic)

    sequence = sequences(basis, left)
    likelihood = system_sequence(basis, q, left, dates, change)
    row = int(dates[sequence.argmax()])
    drawn = _draws(var, design, sequences, bootstrap, draws, seed)
    found = tested(sequence, drawn, dates, design.periods, _restrictions(change, q, k))
    if change != "coefficients":  # the asymptotic distribution is that of a Wald statistic
        found["asymptotic_p_value"] = np.nan
    return SystemBreakTest(
        **found,
        model=design.model,
        names=design.names,
        labels=design.labels,
        change=change,
        breaking=_in_words(design, change),
        statistic=statistic,
        bootstrap=bootstrap,
        trimming=trimming,
        break_row=row,
        likely={
            level: dates[likelihood.max() - likelihood <= likelihood_margin(_UNIT, _UNIT, level)]
            for level in levels
        },
        scale_change=_scale_change(design, left, row, change),
        draws=draws,
        seed=seed,
    )


def _require_combination(
    change: Change, breaking: Breaking, statistic: Statistic, bootstrap: Bootstrap
) -> None:
    require_choice("change", change, get_args(Change))
    require_choice("statistic", statistic, tuple(_STATISTICS))
    require_choice("bootstrap", bootstrap, tuple(_BOOTSTRAPS))
    if change == "coefficients":
        return
    if statistic == "wald" or bootstrap == "fixed_regressor" or breaking != "all":
        raise SpecError(
            "A break of the covariance is tested by the likelihood ratio with the residual "
            "bootstrap, and with all coefficients or none: normal weights would not keep the "
            "fourth moments that the test depends on.",
            remedy="Leave statistic, bootstrap and breaking at their defaults.",
        )


def _restrictions(change: Change, q: int, k: int) -> int:
    coefficients = 0 if change == "covariance" else q * k
    return coefficients + (0 if change == "coefficients" else k * (k + 1) // 2)


def _fewest(change: Change, q: int, k: int) -> int:
    """Rows that a regime cannot do with."""
    return {"coefficients": q, "covariance": k, "both": q + k}[change]


def _in_words(design: BreakDesign, change: Change) -> str:
    if change == "covariance":
        return "the error covariance"
    both = " and the error covariance" if change == "both" else ""
    return design.what_breaks() + (" of each equation" if len(design.names) > 1 else "") + both


def _draws(
    var: VARResults,
    design: BreakDesign,
    sequences: Callable[[np.ndarray, np.ndarray], np.ndarray],
    bootstrap: Bootstrap,
    draws: int,
    seed: int,
) -> np.ndarray:
    """Functionals (sup, mean, exp) of the statistic when nothing breaks, shape (draws, 3)."""

    def statistic(basis: np.ndarray, residuals: np.ndarray) -> np.ndarray:
        return np.column_stack(list(functionals(sequences(basis, residuals)).values()))

    if bootstrap == "fixed_regressor":
        basis = orthonormal(design.regressors)
        return fixed_regressor_bootstrap(
            lambda outcomes: statistic(basis[None], residuals_on(basis, outcomes)),
            null_residuals(basis, residuals_on(basis, design.y)),
            draws,
            seed,
        )
    terms = [*design.x_names, *design.w_names]
    stable = StableVAR(
        start=var.y[: var.p],
        z=var.z,
        lags=var.lag_coefficients,
        deterministic=var.deterministic,
        residuals=var.residuals.to_numpy(),
        usable=design.kept,
        scales=np.ones(var.nobs) if var.scales is None else var.scales,
        df_resid=var.df_resid,
        order=np.array([var.regressors.index(name) for name in terms]),
    )
    return residual_bootstrap(stable, statistic, draws=draws, seed=seed)


def _with_break(design: BreakDesign, row: int) -> np.ndarray:
    """Residuals (T, K) with a break after that many rows."""
    after = design.x.copy()
    after[:row] = 0.0
    return residuals_on(orthonormal(np.hstack([design.regressors, after])), design.y)


def _scale_change(
    design: BreakDesign, stable: np.ndarray, row: int, change: Change
) -> pd.DataFrame:
    """Standard deviations of the residuals before and after the break, and their ratio."""
    residuals = stable if change == "covariance" else _with_break(design, row)
    before, after = (np.sqrt(np.mean(part**2, axis=0)) for part in np.split(residuals, [row]))
    return pd.DataFrame(
        {"before": before, "after": after, "ratio": after / before}, index=list(design.labels)
    )
