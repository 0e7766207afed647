"""The estimated error-correction model, which is also a VAR in levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ..estimation.johansen import Concentrated, concentrate, reduced_rank
from ..estimation.least_squares import least_squares
from .reduced_form.base import ReducedForm
from .reduced_form.lag_selection import LagSelection, information_criteria
from .results import Summary, normal_bounds, tidy_frame
from .vecm_levels import from_coefficients, level_form, split_terms

if TYPE_CHECKING:
    from ..estimation.coefficient_covariance import ErrorKind
    from .reduced_form.diagnostics import TestResult
    from .vecm import VECM
    from .vecm_rank import RankTest


@dataclass(frozen=True, eq=False, kw_only=True)
class VECMResults(ReducedForm):
    """An estimated error-correction model; as a ``ReducedForm`` it is its VAR in levels.

    Attributes
    ----------
    spec : VECM
    rank : int
        Long-run relations r; K - r unit roots are imposed.
    rank_test : RankTest
    alpha : ndarray, shape (K, r)
        [equation, relation]: reaction to last period's deviation from each relation.
    beta : ndarray, shape (K+m2, r)
        [level or restricted term, relation]; the identity on the variables of the normalisation.
    gamma : ndarray, shape (p-1, K, K)
        [lag, equation, variable]: coefficients of the lagged changes.
    terms : ndarray, shape (K, m1)
        Coefficients of the unrestricted terms.
    lag_selection : LagSelection or None
        The criteria, where one of them chose the lags.

    Notes
    -----
    The restricted trend stands beside the lagged levels with their own date, so that a relation's
    deviation is beta'(y_t, t) in every period.
    """

    spec: VECM
    rank: int
    rank_test: RankTest
    alpha: np.ndarray
    beta: np.ndarray
    gamma: np.ndarray
    terms: np.ndarray
    lag_selection: LagSelection | None

    methods: ClassVar[tuple[str, ...]] = ("johansen1995", "luetkepohl2005", "doornik1998")
    instability: ClassVar[str] = (
        "A root beside the imposed unit roots is not inside the unit circle: responses explode."
    )

    @property
    def model(self) -> str:
        """Name of the model in tables, such as ``VECM(2), rank 1``."""
        return f"VECM({self.p - 1}), rank {self.rank}"

    @property
    def unit_roots(self) -> int:
        """Unit roots that the rank imposes: K - r."""
        return len(self.names) - self.rank

    @property
    def max_root(self) -> float:
        """Largest modulus of the roots that are not imposed."""
        away = np.argsort(np.abs(self.roots - 1), kind="stable")[self.unit_roots :]
        return float(np.abs(self.roots[away]).max(initial=0.0))

    @property
    def terms_in_words(self) -> str:
        """Deterministic and exogenous terms with Johansen's case."""
        return f"{super().terms_in_words} (case {self.spec.case.numeral})"

    @property
    def plain_least_squares(self) -> bool:
        """False: the relations are estimated anew in every draw; see ``reestimate``."""
        return False

    @property
    def restricted_names(self) -> tuple[str, ...]:
        """Terms inside the long-run relations: the constant, the trend, or none."""
        return tuple(filter(None, [self.spec.case.restricted]))

    @property
    def unrestricted_names(self) -> tuple[str, ...]:
        """Terms outside the long-run relations."""
        return tuple(name for name in self.z_names if name not in self.restricted_names)

    @property
    def relation_names(self) -> tuple[str, ...]:
        """``ec1`` to ``ecr``."""
        return tuple(f"ec{i}" for i in range(1, self.rank + 1))

    @property
    def short_run_names(self) -> tuple[str, ...]:
        """Regressors beside the relations: unrestricted terms, then ``d.name.l1``, ..."""
        lagged = (f"d.{name}.l{lag}" for lag in range(1, self.p) for name in self.names)
        return (*self.unrestricted_names, *lagged)

    @property
    def df_resid(self) -> int:
        """T minus the coefficients of an equation, the relations taken as known."""
        return self.nobs - self.rank - len(self.short_run_names)

    @property
    def dynamic_coefficients(self) -> int:
        """Free coefficients on the past in all equations, the relations taken as known."""
        k = len(self.names)
        return k * k * (self.p - 1) + k * self.rank

    @cached_property
    def concentrated(self) -> Concentrated:
        """Changes, levels and short run, with the short run partialled out."""
        split = split_terms(self.z, self.z_names, self.spec.case.restricted)
        return concentrate(self.y, *split, self.p - 1)

    @property
    def estimated_design(self) -> np.ndarray:
        """Last period's deviations from the relations, then ``short_run_names``."""
        data = self.concentrated
        return np.hstack([data.levels @ self.beta, data.short_run])

    @property
    def loglik(self) -> float:
        """Gaussian log-likelihood at the maximum (covariance with divisor T)."""
        return information_criteria(self.residuals.to_numpy(), 0).loglik

    @property
    def pi(self) -> pd.DataFrame:
        """Pi = alpha beta' on the levels, equations in rows."""
        k = len(self.names)
        return pd.DataFrame(self.alpha @ self.beta[:k].T, list(self.names), list(self.names))

    @property
    def relations(self) -> pd.DataFrame:
        """Beta, one column a long-run relation."""
        return self._of_relations(self.beta)

    @cached_property
    def relation_errors(self) -> pd.DataFrame:
        """Standard errors of beta; zero where the normalisation fixes it.

        With w2 the levels and terms that are not normalised, the covariance of their coefficients
        is (R_12' R_12)^-1 (x) (alpha' Sigma^-1 alpha)^-1: Luetkepohl (2005), equation (7.2.19).
        """
        free = np.ones(len(self.beta), dtype=bool)
        free[[self.names.index(name) for name in self.normalised_on]] = False
        r12 = self.concentrated.r1[:, free]
        spread = np.linalg.inv(self.alpha.T @ np.linalg.solve(self.covariance, self.alpha))
        errors = np.zeros(self.beta.shape)
        variance = np.outer(_inverse_gram(r12).diagonal(), spread.diagonal())
        errors[free] = np.sqrt(variance)
        return self._of_relations(errors)

    @property
    def normalised_on(self) -> tuple[str, ...]:
        """The variables on which beta is the identity."""
        return tuple(self.spec.normalise or self.names[: self.rank])

    @property
    def coefficients(self) -> pd.DataFrame:
        """Alpha, unrestricted terms and Gamma: regressors in rows, equations in columns."""
        k = len(self.names)
        lags = self.gamma.transpose(0, 2, 1).reshape((self.p - 1) * k, k)
        return self._of_equations(np.vstack([self.alpha.T, self.terms.T, lags]))

    @cached_property
    def coefficient_errors(self) -> pd.DataFrame:
        """Standard errors of ``coefficients``, the relations taken as known."""
        variance = np.outer(
            _inverse_gram(self.estimated_design).diagonal(), self.covariance.diagonal()
        )
        return self._of_equations(np.sqrt(variance))

    @property
    def deviations(self) -> pd.DataFrame:
        """Deviation from each long-run relation, beta'(y_t, restricted term), dated."""
        start = np.arange(1, len(self.y) + 1, dtype=float)
        held = {"const": np.ones(len(self.y)), "trend": start}
        levels = np.column_stack([self.y, *(held[name] for name in self.restricted_names)])
        return pd.DataFrame(levels @ self.beta, self.index, list(self.relation_names))

    def reestimate(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Relations, reactions and short run anew at this rank, for other series.

        Parameters
        ----------
        y : ndarray, shape (R, T+p, K)
            Series of the same periods, presample first.

        Returns
        -------
        lags : ndarray, shape (R, p, K, K)
        deterministic : ndarray, shape (R, K, m)
        covariance : ndarray, shape (R, K, K)
        """
        restricted = self.spec.case.restricted
        finite = np.isfinite(y).all(axis=(1, 2), keepdims=True)
        split = split_terms(self.z, self.z_names, restricted)
        # A series that exploded is replaced, so that the others can be estimated with it.
        data = concentrate(np.where(finite, y, self.y), *split, self.p - 1)
        fit = reduced_rank(data, self.rank)
        lags, deterministic = level_form(
            fit.alpha, fit.beta, fit.psi, p=self.p, z_names=self.z_names, restricted=restricted
        )
        divisor = self.nobs if self.divisor == "T" else self.df_resid
        covariance = np.swapaxes(fit.residuals, 1, 2) @ fit.residuals / divisor
        covariance[~finite[:, 0, 0]] = np.nan
        return lags, deterministic, covariance

    def coefficient_covariance(self, errors: ErrorKind | None = None) -> np.ndarray:
        """Covariance of the coefficients of the VAR in levels, the relations taken as known.

        Parameters
        ----------
        errors : {"classical", "HC0", "HC1", "HC3"}, optional
            Alike in all periods (the default), or robust to heteroskedasticity.

        Returns
        -------
        ndarray, shape (K n, K n)
            Equation by equation, regressors in the order of ``regressors``. It is singular: the
            rank holds in every direction. The relations converge faster than the other
            coefficients and add nothing to it: Luetkepohl (2005), proposition 7.1.
        """
        from ..estimation.coefficient_covariance import coefficient_covariance

        own = coefficient_covariance(
            self.estimated_design,
            self.residuals.to_numpy(),
            _inverse_gram(self.estimated_design),
            self.covariance,
            errors=errors or "classical",
            parameters=self.nobs - self.df_resid,
        )
        every = np.kron(np.eye(len(self.names)), self._to_levels())
        return np.asarray(every @ own @ every.T)

    def weak_exogeneity(self, *names: str) -> TestResult:
        """LR test that these variables do not react to any long-run relation (rows of alpha)."""
        from .vecm_tests import weak_exogeneity

        return weak_exogeneity(self, names)

    def exclusion(self, *names: str) -> TestResult:
        """LR test that these variables or restricted terms are in no long-run relation."""
        from .vecm_tests import exclusion

        return exclusion(self, names)

    def holds(self, *relations: dict[str, float]) -> TestResult:
        """LR test that combinations such as ``{"a": 1, "b": -1}`` are among the relations."""
        from .vecm_tests import given_relations

        return given_relations(self, relations)

    def tidy(self, levels: Sequence[float] = (0.90,)) -> pd.DataFrame:
        """Beta (``shock`` the term, ``response`` the relation) and the equations' coefficients."""
        tables = {
            "beta": (self.relations, self.relation_errors),
            "coefficient": (self.coefficients, self.coefficient_errors),
        }
        rows = [
            {
                "model": self.model,
                "statistic": statistic,
                "shock": term,
                "response": response,
                "estimate": float(values.loc[term, response]),
                "std_error": float(errors.loc[term, response]),
                "band": "normal",
            }
            for statistic, (values, errors) in tables.items()
            for response in values.columns
            for term in values.index
        ]
        return tidy_frame(
            {**row, "level": level, "conf_low": low, "conf_high": high}
            for row in rows
            for level in levels
            for low, high in [normal_bounds(row["estimate"], row["std_error"], level)]
        )

    def summary(self) -> Summary:
        """Relations, reactions and short run with standard errors; tests of single variables."""
        from .vecm_tests import single_tests

        tables = [
            ("Long-run relations (beta)", self.relations),
            ("Their standard errors", self.relation_errors),
            ("Equations of the changes (alpha, terms, Gamma)", self.coefficients),
            ("Their standard errors", self.coefficient_errors),
            ("Residual correlations", self.residuals.corr()),
        ]
        if 0 < self.rank < len(self.names):
            tables.insert(2, ("LR tests, p-values", single_tests(self)))
        return Summary(f"{self.model} of {', '.join(self.names)}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Sample, deterministic case, rank, divisor and stability in words."""
        case, k = self.spec.case, len(self.names)
        chosen = " (given)" if isinstance(self.spec.rank, int) else " (corrected trace test)"
        lags = f"{self.p - 1} lag{'' if self.p == 2 else 's'}"
        roots = f"{self.unit_roots} unit root{'' if self.unit_roots == 1 else 's'}"
        stable = "inside" if self.is_stable else "NOT inside"
        return (
            f"Sample {self.sample}, T = {self.nobs}; {lags} of the changes; {self.terms_in_words}.",
            f"Case {case.numeral}: {case.words}.",
            f"Rank {self.rank} of {k}{chosen}: {roots} imposed; largest other root "
            f"{self.max_root:.3f}, {stable} the unit circle.",
            f"Maximum likelihood (Johansen); log-likelihood {self.loglik:.3f}; covariance divisor "
            f"{self.divisor_in_words}.",
            *(f"{reason[0].upper()}{reason[1:]}." for reason in self.trimmed),
        )

    def _to_levels(self) -> np.ndarray:
        """What a unit of each estimated coefficient adds in the levels, shape (n, n_x)."""
        unit = np.eye(self.estimated_design.shape[1])
        lags, deterministic = from_coefficients(
            unit[:, : self.rank],
            self.beta,
            unit[:, self.rank :],
            p=self.p,
            z_names=self.z_names,
            restricted=self.spec.case.restricted,
        )
        return np.hstack([deterministic, *lags]).T

    def _of_relations(self, values: np.ndarray) -> pd.DataFrame:
        rows = [*self.names, *self.restricted_names]
        return pd.DataFrame(values, rows, list(self.relation_names))

    def _of_equations(self, values: np.ndarray) -> pd.DataFrame:
        rows = [*self.relation_names, *self.short_run_names]
        return pd.DataFrame(values, rows, list(self.names))


def _inverse_gram(x: np.ndarray) -> np.ndarray:
    """(X'X)^-1 by least squares on scaled columns."""
    return least_squares(x, x[:, :0]).gram_inverse
