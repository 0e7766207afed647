"""The matrices of a structural VAR, A u_t = B e_t, with standard errors and the test of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...data.panel import Column
from ...estimation.ab_model import FreeEntries, derivatives
from ..citations import bibtex
from ..results import Result, Summary, normal_bounds, tidy_frame
from .ab import AB
from .named_shocks import require_shocks
from .overidentification import likelihood_ratio
from .short_long_run import ShortLongRun
from .svec import SVEC

if TYPE_CHECKING:
    from ..inference.intervals.protocol import Bounds
    from ..structural import StructuralVAR

#: An entry smaller than this, in standard deviations of the two variables, is an imposed zero.
_ZERO = 1e-10


@dataclass(frozen=True, eq=False, kw_only=True)
class StructuralCoefficients(Result):
    """A u_t = B e_t: the equations within the period and what shocks of one s.d. do.

    Attributes
    ----------
    model : str
        Name of the reduced form, such as ``VAR(3)``.
    names : tuple of str
        Variables and, in the same order, equations.
    shocks : tuple of str
    columns : Mapping[str, Column]
    point : ndarray, shape (2, K, K)
        A, then B, as [equation, variable] and [equation, shock].
    std_error : ndarray, shape (2, K, K)
        NaN where an entry is fixed.
    bounds : Mapping[float, (ndarray, ndarray)]
        By level, each of shape (2, K, K).
    band : str
        Where standard errors and bounds come from.
    impact : ndarray, shape (K, K)
        A^-1 B as [response, shock], the shocks turned as the scheme has them.
    loglik : float
        Gaussian log-likelihood of the structural model, given the lags and the residual covariance
        with its divisor.
    loglik_unrestricted : float
        The same with the covariance unrestricted.
    divisor : str
        Divisor of that covariance: ``df`` or ``T``.
    df : int
        Over-identifying restrictions.
    chi_squared : bool
        Whether the likelihood ratio has that limit: not with long-run zeros, which rest on
        estimated lags (the scheme's ``overidentification`` has a bootstrap for them).
    setting : tuple of str
        Identification, method and sample in words.
    nobs : int
    sample : str
    cited : tuple of str
        Keys into ``models/citations.bib`` of the scheme.
    """

    model: str
    names: tuple[str, ...]
    shocks: tuple[str, ...]
    columns: Mapping[str, Column]
    point: np.ndarray
    std_error: np.ndarray
    bounds: Mapping[float, tuple[np.ndarray, np.ndarray]]
    band: str
    impact: np.ndarray
    loglik: float
    loglik_unrestricted: float
    divisor: str
    df: int
    chi_squared: bool
    setting: tuple[str, ...]
    nobs: int
    sample: str
    cited: tuple[str, ...]

    @property
    def a(self) -> pd.DataFrame:
        """A: equations in rows, variables in columns."""
        return self._labelled(self.point[0])

    @property
    def b(self) -> pd.DataFrame:
        """B: equations in rows, shocks in columns."""
        return self._by_shock(self.point[1])

    @property
    def a_std_errors(self) -> pd.DataFrame:
        """Standard errors of A; NaN where an entry is fixed."""
        return self._labelled(self.std_error[0])

    @property
    def b_std_errors(self) -> pd.DataFrame:
        """Standard errors of B; NaN where an entry is fixed."""
        return self._by_shock(self.std_error[1])

    @property
    def lr(self) -> float:
        """Likelihood-ratio statistic of the over-identifying restrictions."""
        return 2 * (self.loglik_unrestricted - self.loglik)

    @property
    def p_value(self) -> float:
        """Its p-value from chi-squared with ``df`` degrees of freedom; NaN where that is wrong."""
        from scipy.stats import chi2

        return float(chi2.sf(self.lr, self.df)) if self.df and self.chi_squared else np.nan

    def tidy(self) -> pd.DataFrame:
        """One row for each estimated entry and level, under ``structural_a`` or ``structural_b``.

        ``response`` is the equation, ``shock`` the variable (A) or the shock (B).
        """
        rows = []
        for m, i, j in np.argwhere(np.isfinite(self.std_error)):
            unit, per = (self.columns[self.names[n]].unit for n in (i, j))
            entry = {
                "model": self.model,
                "statistic": ("structural_a", "structural_b")[m],
                "shock": (self.names, self.shocks)[m][j],
                "response": self.names[i],
                "horizon": 0,
                "estimate": self.point[m, i, j],
                "std_error": self.std_error[m, i, j],
                "band": self.band,
                "cumulative": False,
                "unit": unit if m else f"{unit} per {per}",
            }
            for level, (low, high) in self.bounds.items():
                limits = {"conf_low": low[m, i, j], "conf_high": high[m, i, j]}
                rows.append({**entry, "level": level, **limits})
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Both matrices with standard errors in brackets, the impact matrix, the test."""
        fit: dict[str, object] = {"Log-likelihood": self.loglik}
        if self.df:
            fit[f"LR of {self.df} over-identifying restrictions"] = self.lr
            if self.chi_squared:
                fit["p-value, chi-squared"] = self.p_value
        tables = [
            ("A: equations in rows (standard errors)", _bracketed(self.a, self.a_std_errors)),
            ("B: equations in rows (standard errors)", _bracketed(self.b, self.b_std_errors)),
            ("Impact matrix: responses in rows, shocks in columns", self._by_shock(self.impact)),
            ("Fit", pd.DataFrame({"value": pd.Series(fit, dtype=object)})),
        ]
        title = f"A u = B e, structural {self.model} of {', '.join(self.names)}"
        return Summary(title, tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Identification, method, divisor, sample."""
        return self.setting

    def cite(self) -> str:
        """BibTeX of the identification and of the reduced form."""
        return bibtex(self.cited)

    def _labelled(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(self.names), columns=list(self.names))

    def _by_shock(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(self.names), columns=list(self.shocks))


def _overidentifying(svar: StructuralVAR) -> int:
    """Restrictions beyond those that identify the shocks; those of an SVEC depend on the rank."""
    scheme = svar.scheme
    if isinstance(scheme, SVEC):
        return scheme.overidentifying(svar.reduced)
    return scheme.overidentifying(svar.names) if isinstance(scheme, AB | ShortLongRun) else 0


def structural_coefficients(svar: StructuralVAR, levels: Sequence[float]) -> StructuralCoefficients:
    """See ``StructuralVAR.structural_coefficients``."""
    require_shocks(svar, svar.shock_names, "The matrices A and B")
    scheme, reduced = svar.scheme, svar.reduced
    if isinstance(scheme, AB):
        point, error, bounds = _by_likelihood(scheme, svar, levels)
        band, source = "normal, information matrix", "the expected information matrix"
    else:
        point, error, bounds, band = _by_draws(svar, levels)
        source = svar.inference.describe()
    lr = float(likelihood_ratio(svar.impact, reduced.covariance, reduced.nobs))
    _, log_det = np.linalg.slogdet(2 * np.pi * reduced.covariance)
    best = float(-reduced.nobs / 2 * (log_det + len(svar.names)))
    return StructuralCoefficients(
        model=reduced.model,
        names=svar.names,
        shocks=svar.shock_names,
        columns=svar.columns,
        point=point,
        std_error=error,
        bounds=bounds,
        band=band,
        impact=svar.impact,
        loglik=best - lr / 2,
        loglik_unrestricted=best,
        divisor=reduced.divisor,
        df=_overidentifying(svar),
        chi_squared=not scheme.imposed_long_run_zeros(svar.names),
        setting=(
            *svar.point_notes(),
            f"Standard errors from {source}; residual covariance with divisor "
            f"{reduced.divisor_in_words}.",
            "Entries in the units of the panel, shocks of one standard deviation.",
        ),
        nobs=reduced.nobs,
        sample=reduced.sample,
        cited=(*getattr(scheme, "methods", ()), *reduced.methods),
    )


def readable_signs(
    free: FreeEntries, a: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Equivalent A and B in which shocks raise their own variable, as far as fixed numbers allow.

    The sign of a shock (a column of B) and of an equation (a row of A and B) can be turned unless
    a fixed number other than zero stands in it; one in B ties its row to its column.
    """
    own = np.arange(len(a))
    held = (np.nan_to_num(free.a) != 0).any(axis=1)
    ties = np.nan_to_num(free.b) != 0
    rows, columns = np.ones(len(a)), np.ones(len(a))
    for j in np.flatnonzero(np.diag(np.linalg.solve(a, b)) < 0):
        tied = ties[:, j]
        if not held[tied].any() and not ties[np.ix_(tied, own != j)].any():
            columns[j], rows[tied] = -1.0, -1.0
    a, b = rows[:, None] * a, rows[:, None] * b * columns
    turn = np.where((np.diag(a) < 0) & ~held & ~ties.any(axis=1), -1.0, 1.0)[:, None]
    return turn * a, turn * b


def _by_likelihood(
    scheme: AB, svar: StructuralVAR, levels: Sequence[float]
) -> tuple[np.ndarray, np.ndarray, Bounds]:
    """A and B behind the impact matrix, with standard errors from the information matrix."""
    moments, free = svar.reduced.covariance, scheme.free_entries(svar.names)
    near = scheme.estimate_near(svar.impact, moments[None], svar.names)
    a, b = readable_signs(free, near.a[0], near.b[0])
    information = svar.reduced.nobs * derivatives(free, free.read(a, b), moments)[1]
    scale = np.sqrt(np.diag(information))
    inverse = np.linalg.inv(information / np.outer(scale, scale))
    errors = np.array(free.fill(np.sqrt(np.diag(inverse)) / scale))
    point, error = np.array([a, b]), np.where(np.isnan([free.a, free.b]), errors, np.nan)
    return point, error, {level: normal_bounds(point, error, level) for level in levels}


def _by_draws(
    svar: StructuralVAR, levels: Sequence[float]
) -> tuple[np.ndarray, np.ndarray, Bounds, str]:
    """A with unit diagonal and B diagonal, their spread over the joint draws, and its name.

    Studentised intervals have no standard error of these matrices in each draw: normal ones take
    their place.
    """
    svar.require_valid("irf")
    interval = svar.interval
    point, drawn = _unit_diagonal(svar.impact), _unit_diagonal(svar.draws.impact)
    error, scale = interval.std_error(point, drawn), np.sqrt(np.diag(svar.covariance))
    own = np.eye(len(scale), dtype=bool)
    zero = np.maximum(np.abs(point[0]), error[0]) * scale < _ZERO * scale[:, None]
    fixed = np.array([own | zero, ~own])
    point[0, zero] = 0.0
    error[fixed] = np.nan
    if interval.needs_errors:
        bounds = {level: normal_bounds(point, error, level) for level in levels}
        return point, error, bounds, f"{svar.inference.name}, normal"
    return point, error, interval.bounds(point, drawn, levels), svar.band


def _unit_diagonal(impact: np.ndarray) -> np.ndarray:
    """A and B (..., 2, K, K) with A^-1 B the impact matrix, A's diagonal one and B diagonal."""
    inverse = np.linalg.inv(impact)
    own = np.einsum("...ii->...i", inverse)
    b = np.eye(impact.shape[-1]) / own[..., None]
    return np.stack([inverse / own[..., None], b], axis=-3)


def _bracketed(values: pd.DataFrame, errors: pd.DataFrame) -> pd.DataFrame:
    shown = values.map("{:.4g}".format)
    return shown + errors.map(lambda error: f" ({error:.3g})" if np.isfinite(error) else "")
