"""The vector error-correction model: series that wander, tied together in the long run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..data.panel import Panel, as_panel
from ..errors import NumericalError, SpecError
from ..estimation.johansen import (
    Concentrated,
    ReducedRank,
    canonical_correlations,
    concentrate,
    reduced_rank,
    short_run_lags,
)
from .options import require_choice, require_count
from .reduced_form.deterministic import Trend
from .reduced_form.lag_selection import CRITERIA, Criterion
from .reduced_form.var_results import VARResults
from .var import VAR, Divisor
from .vecm_levels import level_form, split_terms
from .vecm_rank import CASES, Deterministic, DeterministicCase, RankTest, rank_table
from .vecm_results import VECMResults

#: What the error-correction model takes over from the unrestricted VAR in levels.
_FROM_THE_LEVELS = (
    "names",
    "columns",
    "p",
    "z_names",
    "y",
    "z",
    "index",
    "lag_selection",
    "trimmed",
    "source",
    "panel_sha256",
)


@dataclass(frozen=True, slots=True)
class VECM:
    """A vector error-correction model.

    dy_t = alpha beta' w_{t-1} + Gamma_1 dy_{t-1} + ... + Gamma_l dy_{t-l} + C x_t + u_t

    with r columns in alpha (how each variable reacts to a deviation from a long-run relation) and
    beta (the relations), and w the levels and the term restricted to the long run.

    Parameters
    ----------
    lags : int or {"aic", "bic", "hqic", "fpe"}
        Lags of the changes, one less than those of the VAR in levels; or the criterion that chooses
        the lags of that VAR among 1 to ``max_lags``.
    rank : int or "johansen"
        Number of long-run relations r; or the number that the corrected trace test finds at
        ``level``. With 0 it is a VAR in changes, with K a VAR in levels.
    deterministic : {"n", "ci", "co", "coli", "colo"}
        Johansen's cases I to V; c is a constant, l a linear trend, i inside the long-run relations
        only, o outside, that is unrestricted.

        - ``n``: no deterministic terms;
        - ``ci``: a constant in the relations, no drift in the levels;
        - ``co``: an unrestricted constant: the levels may drift, the relations have no trend;
        - ``coli``: an unrestricted constant and a trend in the relations;
        - ``colo``: both unrestricted: the levels may have a quadratic trend.
    seasonal : bool
        Centred seasonal dummies, unrestricted.
    exog : sequence of str, optional
        Columns that enter every equation in the current period, unrestricted and not explained.
    normalise : sequence of str, optional
        The r variables on which beta is the identity matrix; by default the first r. It changes
        how the relations are written down, not what they are.
    level : float
        Significance level of the rank test.
    max_lags : int
        Largest number of lags of the VAR in levels that a criterion may choose.
    divisor : {"df", "T"}
        Divisor of the residual covariance: T minus the coefficients of an equation with the
        relations taken as known, or T (maximum likelihood).

    Notes
    -----
    Johansen (1995); Luetkepohl (2005), chapters 6-8.
    """

    lags: int | Criterion = "aic"
    rank: int | Literal["johansen"] = "johansen"
    deterministic: Deterministic = "co"
    seasonal: bool = False
    exog: Sequence[str] | None = None
    normalise: Sequence[str] | None = None
    level: float = 0.05
    max_lags: int = 12
    divisor: Divisor = "df"

    def __post_init__(self) -> None:
        exog = (self.exog,) if isinstance(self.exog, str) else tuple(self.exog or ())
        object.__setattr__(self, "exog", exog)
        object.__setattr__(self, "normalise", tuple(self.normalise or ()))
        if self.deterministic not in CASES:
            raise SpecError(
                f"deterministic = '{self.deterministic}'.",
                remedy="Choose one of: "
                + "; ".join(f"{name} ({case.words})" for name, case in CASES.items())
                + ".",
            )
        if isinstance(self.lags, str):
            require_choice("lags", self.lags, CRITERIA)
        else:
            require_count("lags", self.lags, 0)
        if not isinstance(self.rank, str):
            require_count("rank", self.rank, 0)
        elif self.rank != "johansen":
            raise SpecError(f"rank = '{self.rank}'.", remedy="Use a number or 'johansen'.")
        if not 0 < self.level < 1:
            raise SpecError(f"level = {self.level}.", remedy="Use a share such as 0.05.")

    @property
    def case(self) -> DeterministicCase:
        """The deterministic case with its words."""
        return CASES[self.deterministic]

    @property
    def trend(self) -> Trend:
        """Deterministic terms of the VAR in levels."""
        return self.case.trend

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> VECMResults:
        """Maximum likelihood at the given or the tested rank.

        Parameters
        ----------
        data : Panel or DataFrame
            Levels (prices and exchange rates in 100 x log). Every column that is not in ``exog``
            is endogenous, in the panel's order.
        start, end : str, optional
            First and last period of the data used, presample included.
        allow_mixed : bool
            Accept month means beside month ends of market prices; the notes say so.

        Raises
        ------
        MissingSeriesError, GapError, MixedObservationError, SampleError, NumericalError
        SpecError
            If a column is a change, or the rank or ``normalise`` does not fit the variables.
        """
        var = self._in_levels(data, start, end, allow_mixed)
        concentrated = _concentrate(self, var)
        test = _rank_test(self, var, concentrated)
        rank = test.rank if isinstance(self.rank, str) else self.rank
        if not 0 <= rank <= len(var.names):
            raise SpecError(
                f"rank = {rank} with {len(var.names)} variables.",
                remedy=f"Use 0 to {len(var.names)}, or 'johansen'.",
            )
        return _estimate(self, var, concentrated, rank, test)

    def rank_test(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> RankTest:
        """Trace and maximal-eigenvalue tests with this model's lags and terms."""
        var = self._in_levels(data, start, end, allow_mixed)
        return _rank_test(self, var, _concentrate(self, var))

    def _in_levels(
        self, data: Panel | pd.DataFrame, start: str | None, end: str | None, allow_mixed: bool
    ) -> VARResults:
        """The unrestricted VAR in levels: sample, terms, lags and every check of the data."""
        panel, exog = as_panel(data), list(self.exog or ())
        changes = [n for n in panel.names if n not in exog and panel.describe(n).differenced]
        if changes:
            raise SpecError(
                f"{', '.join(changes)}: already changes; an error-correction model holds levels.",
                remedy="Pass the series in levels.",
            )
        lags = self.lags if isinstance(self.lags, str) else self.lags + 1
        var = VAR(
            lags,
            max_lags=self.max_lags,
            trend=self.trend,
            seasonal=self.seasonal,
            exog=exog,
            divisor=self.divisor,
        )
        return var.fit(panel, start=start, end=end, allow_mixed=allow_mixed)


def _concentrate(spec: VECM, var: VARResults) -> Concentrated:
    unrestricted, restricted = split_terms(var.z, var.z_names, spec.case.restricted)
    return concentrate(var.y, unrestricted, restricted, var.p - 1)


def _rank_test(spec: VECM, var: VARResults, data: Concentrated) -> RankTest:
    eigenvalues = canonical_correlations(data.r0, data.r1)
    return RankTest(
        model=f"Johansen tests, VAR({var.p}) in levels",
        case=spec.deterministic,
        table=rank_table(eigenvalues, var.nobs, spec.case, var.p - 1),
        level=spec.level,
        lags=var.p - 1,
        nobs=var.nobs,
        sample=var.sample,
    )


def _estimate(
    spec: VECM, var: VARResults, data: Concentrated, rank: int, test: RankTest
) -> VECMResults:
    fit = reduced_rank(data, rank)
    on = _normalised_on(spec, var.names, rank)
    alpha, beta = _normalised(fit, data.r1, [var.names.index(name) for name in on], on)
    lags, deterministic = level_form(
        alpha, beta, fit.psi, p=var.p, z_names=var.z_names, restricted=spec.case.restricted
    )
    short_run = data.short_run.shape[-1]
    free = short_run - len(var.names) * (var.p - 1)
    divisor = var.nobs if spec.divisor == "T" else var.nobs - rank - short_run
    return VECMResults(
        **{name: getattr(var, name) for name in _FROM_THE_LEVELS},
        spec=spec,
        rank=rank,
        rank_test=test,
        alpha=alpha,
        beta=beta,
        gamma=short_run_lags(fit.psi, var.p, len(var.names)),
        terms=fit.psi[:, :free],
        lag_coefficients=lags,
        deterministic=deterministic,
        covariance=fit.residuals.T @ fit.residuals / divisor,
        residuals=pd.DataFrame(fit.residuals, index=var.dates, columns=list(var.names)),
    )


def _normalised_on(spec: VECM, names: Sequence[str], rank: int) -> tuple[str, ...]:
    """The r variables on which beta is the identity."""
    on = tuple(spec.normalise or names[:rank])
    unknown = [name for name in on if name not in names]
    if unknown or len(set(on)) != rank or len(on) != rank:
        raise SpecError(
            f"normalise = {', '.join(on)} with {rank} long-run relations.",
            remedy=f"Name {rank} different variables of: {', '.join(names)}.",
        )
    return on


def _normalised(
    fit: ReducedRank, levels: np.ndarray, places: list[int], on: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Alpha and beta with the identity in the rows ``places`` of beta."""
    block = fit.beta[places]
    spread = levels[:, places].std(axis=0)[:, None]  # so that units do not matter
    if len(places) and np.linalg.svd(block * spread, compute_uv=False)[-1] < 1e-8:
        raise NumericalError(
            f"The long-run relations cannot be solved for {', '.join(on)}.",
            remedy="Choose other variables for normalise.",
        )
    beta = fit.beta @ np.linalg.inv(block)
    beta[places] = np.eye(len(places))
    return fit.alpha @ block.T, beta
