"""What every estimated reduced form can do: the VAR in levels or changes, and the VECM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ...data.dates import span_of
from ...data.panel import Column
from ...errors import SpecError
from ...estimation.companion import companion_roots
from ...estimation.least_squares import lagged_design
from ...estimation.streams import seed_from
from ..results import Result
from .deterministic import OUTLIER, Trend

if TYPE_CHECKING:
    from ...estimation.coefficient_covariance import ErrorKind
    from ...estimation.var_bootstrap import ReducedFormDraws
    from ..generalised import GeneralisedFEVD, GeneralisedIRF
    from ..identification.protocol import Identification
    from ..inference.protocol import Inference
    from ..responses import Size
    from ..structural import StructuralVAR
    from .diagnostics import Diagnostics

#: A largest root above this is called close to the unit circle.
NEAR_UNIT_ROOT = 0.98


def regressor_names(z_names: Sequence[str], names: Sequence[str], lags: int) -> tuple[str, ...]:
    """Terms of each equation: z, then ``name.l1`` for all variables, then lag 2, ..."""
    return (*z_names, *(f"{name}.l{lag}" for lag in range(1, lags + 1) for name in names))


@dataclass(frozen=True, eq=False, kw_only=True)
class ReducedForm(Result):
    """An estimated y_t = D z_t + A_1 y_{t-1} + ... + A_p y_{t-p} + u_t, however it was estimated.

    Attributes
    ----------
    names : tuple of str
        Endogenous variables; the order of every array.
    columns : Mapping[str, Column]
        What each column is, exogenous ones included.
    p : int
        Number of lags.
    z_names : tuple of str
        Deterministic and exogenous terms: constant, trend, seasonals, exogenous.
    y : ndarray, shape (T+p, K)
        Data with the p presample rows first.
    z : ndarray, shape (T, m)
    index : Index, length T+p
        Periods of ``y``.
    lag_coefficients : ndarray, shape (p, K, K)
        A_l as [lag, equation, variable].
    deterministic : ndarray, shape (K, m)
    covariance : ndarray, shape (K, K)
        Residual covariance with the divisor of the specification.
    residuals : DataFrame, shape (T, K)
        e_t, whose covariance is ``covariance``: one-step errors over ``scales``, where these are.
    trimmed : tuple of str
        What decided the ends of the sample, in words.
    source, panel_sha256 : str
        Where the data came from and their hash.
    """

    spec: Any
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    p: int
    z_names: tuple[str, ...]
    y: np.ndarray
    z: np.ndarray
    index: pd.Index
    lag_coefficients: np.ndarray
    deterministic: np.ndarray
    covariance: np.ndarray
    residuals: pd.DataFrame
    trimmed: tuple[str, ...]
    source: str
    panel_sha256: str

    #: Said under a chart when ``is_stable`` is false.
    instability: ClassVar[str] = "The VAR is not stable: responses do not die out."

    @property
    def model(self) -> str:
        """Name of the model in tables."""
        raise NotImplementedError

    @property
    def trend(self) -> Trend:
        """Deterministic trend of the VAR in the levels of its columns."""
        trend: Trend = self.spec.trend
        return trend

    @property
    def divisor(self) -> str:
        """Divisor of ``covariance``: ``df`` or ``T``."""
        return str(self.spec.divisor)

    @property
    def divisor_in_words(self) -> str:
        """The divisor in a note."""
        return "T" if self.divisor == "T" else "T - coefficients of an equation"

    @property
    def unit_roots(self) -> int:
        """Unit roots that the specification imposes."""
        return 0

    @property
    def dates(self) -> pd.Index:
        """Periods used, presample excluded, length T."""
        return self.index[self.p :]

    @property
    def nobs(self) -> int:
        """Observations used, presample excluded."""
        return len(self.z)

    @property
    def sample(self) -> str:
        """First and last period used, presample excluded."""
        return span_of(self.dates)

    @property
    def regressors(self) -> tuple[str, ...]:
        """Terms of each equation: z, then ``name.l1`` for all variables, then lag 2, ..."""
        return regressor_names(self.z_names, self.names, self.p)

    @property
    def plain_least_squares(self) -> bool:
        """Whether the coefficients are those of least squares, equation by equation."""
        return True

    @property
    def scales(self) -> np.ndarray | None:
        """Standard deviation of each period's errors relative to a normal period, shape (T,).

        None where all periods are alike.
        """
        return None

    def future_scales(self, steps: int) -> np.ndarray:
        """Scale of the errors in the periods after the sample, shape (steps,)."""
        return np.ones(steps)

    @property
    def resampled_rows(self) -> np.ndarray:
        """Periods whose residuals a bootstrap may draw, shape (T,), bool."""
        return np.ones(self.nobs, dtype=bool)

    def reestimate(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same estimator on R other series of the same periods.

        Parameters
        ----------
        y : ndarray, shape (R, T+p, K)

        Returns
        -------
        lags : ndarray, shape (R, p, K, K)
        deterministic : ndarray, shape (R, K, m)
        covariance : ndarray, shape (R, K, K)
            NaN where the estimate does not exist.
        """
        raise NotImplementedError

    def coefficient_covariance(self, errors: ErrorKind | None = None) -> np.ndarray:
        """Covariance of the coefficients of all equations, shape (K n, K n).

        Parameters
        ----------
        errors : {"classical", "HC0", "HC1", "HC3"}, optional
            The assumption about the errors; by default that of the specification.

        Returns
        -------
        ndarray, shape (K n, K n)
            Equation by equation, regressors in the order of ``regressors``.
        """
        raise NotImplementedError

    @property
    def exogenous_terms(self) -> tuple[str, ...]:
        """Those of ``z_names`` that are exogenous columns or their lags."""
        exog = self.spec.exog or ()
        return tuple(n for n in self.z_names if n in exog or n.rpartition(".l")[0] in exog)

    @property
    def design(self) -> np.ndarray:
        """The columns behind ``regressors``, shape (T, n)."""
        presample = np.zeros((self.p, self.z.shape[1]))
        return lagged_design(self.y, np.vstack([presample, self.z]), self.p)

    @property
    def estimated_design(self) -> np.ndarray:
        """The columns whose coefficients are estimated freely, where these are fewer."""
        return self.design

    @property
    def dynamic_coefficients(self) -> int:
        """Free coefficients on the past in all equations: what a portmanteau test costs."""
        return self.p * len(self.names) ** 2

    @property
    def df_resid(self) -> float:
        """T minus the free coefficients of an equation, on average."""
        return self.nobs - len(self.regressors)

    @property
    def innovations(self) -> pd.DataFrame:
        """One-step errors u_t = s_t e_t in the variables' units: residuals times their scale."""
        return self.residuals if self.scales is None else self.residuals.mul(self.scales, axis=0)

    @property
    def fitted(self) -> pd.DataFrame:
        """Fitted values."""
        actual = pd.DataFrame(self.y[self.p :], index=self.dates, columns=list(self.names))
        return actual - self.innovations

    @cached_property
    def roots(self) -> np.ndarray:
        """Eigenvalues of the companion matrix, largest modulus first."""
        return companion_roots(self.lag_coefficients)

    @property
    def max_root(self) -> float:
        """Largest modulus of the roots."""
        return float(np.abs(self.roots[0]))

    @property
    def is_stable(self) -> bool:
        """Whether all roots lie strictly inside the unit circle."""
        return self.max_root < 1 - 1e-10

    @property
    def near_unit_root(self) -> bool:
        """Whether the largest root is so close to one that long-run quantities are fragile."""
        return self.max_root > NEAR_UNIT_ROOT

    @cached_property
    def residuals_are_heteroskedastic(self) -> bool:
        """Whether the multivariate ARCH-LM test rejects at 1 per cent."""
        from .diagnostics import arch_lm

        return arch_lm(self).p_value < 0.01

    @cached_property
    def residuals_are_autocorrelated(self) -> bool:
        """Whether Edgerton and Shukur's test up to lag 5 rejects at 1 per cent."""
        from .diagnostics import edgerton_shukur

        enough = self.nobs > len(self.regressors) + 6 * len(self.names)
        return enough and edgerton_shukur(self, 5).p_value < 0.01

    def diagnostics(
        self, *, portmanteau_lags: int | None = None, lm_lags: int = 5, arch_lags: int = 5
    ) -> Diagnostics:
        """Stability and tests of the residuals; see ``diagnostics.diagnose``."""
        from .diagnostics import diagnose

        return diagnose(
            self, portmanteau_lags=portmanteau_lags, lm_lags=lm_lags, arch_lags=arch_lags
        )

    def identify(
        self,
        scheme: Identification,
        *,
        inference: Inference | None = None,
        rng: int | np.random.Generator | None = 0,
    ) -> StructuralVAR:
        """Attach an identification and a source of joint draws.

        Parameters
        ----------
        scheme : Identification
            Such as ``Cholesky(order)``.
        inference : Inference, optional
            By default that of the scheme, or else ``default_inference``.
        rng : int, Generator or None
            Seed of the draws; the same seed gives the same draws.
        """
        from ..identification.protocol import ChoosesInference, FromCovariance, ReadsSample
        from ..inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
        from ..structural import StructuralVAR

        seed = seed_from(rng)
        if seed < 0:
            raise SpecError(f"rng = {seed}.", remedy="Use a seed of 0 or more.")
        if isinstance(scheme, type) or not isinstance(scheme, FromCovariance | ReadsSample):
            raise SpecError(f"scheme = {scheme!r}.", remedy="Pass an object such as Cholesky().")
        if inference is not None and (
            isinstance(inference, type) or not hasattr(inference, "draw")
        ):
            raise SpecError(
                f"inference = {inference!r}.", remedy="Pass an object such as BlockBootstrap()."
            )
        if inference is not None:
            bands = inference
        elif isinstance(scheme, ChoosesInference):
            bands = scheme.default_inference(self)
        else:
            bands = self.default_inference
        if isinstance(bands, BiasCorrectedBootstrap) and scheme.imposed_long_run_zeros(self.names):
            bands = replace(bands, stationary=True)  # the long run of each draw must exist
        if isinstance(scheme, ReadsSample):
            reduced, impact = scheme.estimate(self, seed)
            return StructuralVAR(reduced, scheme, bands, seed, impact)
        impact = scheme.impact(self.covariance, self.lag_coefficients, self.names)
        return StructuralVAR(self, scheme, bands, seed, impact)

    @property
    def default_inference(self) -> Inference:
        """The bias-corrected bootstrap, whose bands cover near unit roots too.

        Where the model imposes unit roots, which a correction would move, the residual bootstrap.
        """
        from ..inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
        from ..inference.residual_bootstrap import ResidualBootstrap

        return ResidualBootstrap() if self.unit_roots else BiasCorrectedBootstrap()

    def generalised_irf(
        self,
        horizon: int = 24,
        *,
        size: Size = "1sd",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
        inference: Inference | None = None,
        rng: int | np.random.Generator | None = 0,
    ) -> GeneralisedIRF:
        """Responses to innovations with what usually comes with them; no identification.

        Parameters are those of ``StructuralVAR.irf`` and of ``identify``.
        """
        from ..generalised import generalised_irf

        return generalised_irf(
            self,
            horizon,
            size=size,
            cumulative=cumulative,
            levels=levels,
            inference=inference,
            rng=rng,
        )

    def generalised_fevd(
        self,
        horizon: int = 24,
        *,
        normalised: bool = True,
        levels: Sequence[float] = (0.68, 0.90),
        inference: Inference | None = None,
        rng: int | np.random.Generator | None = 0,
    ) -> GeneralisedFEVD:
        """Shares of innovations in the forecast error variance; no identification.

        Parameters
        ----------
        horizon : int
            Last horizon, in steps ahead.
        normalised : bool
            Divide each row by its sum: as they are the shares do not add up to one.
        levels, inference, rng
            As in ``StructuralVAR.fevd`` and ``identify``.
        """
        from ..generalised import generalised_fevd

        return generalised_fevd(
            self, horizon, normalised=normalised, levels=levels, inference=inference, rng=rng
        )

    def draws(self, inference: Inference, seed: int) -> ReducedFormDraws:
        """Joint draws of the reduced form, made once: every identification shares them."""
        key = (inference, seed)
        if key not in self._drawn:
            self._drawn[key] = inference.draw(self, seed)
        return self._drawn[key]

    @cached_property
    def _drawn(self) -> dict[tuple[Inference, int], ReducedFormDraws]:
        return {}

    @property
    def terms_in_words(self) -> str:
        """Deterministic and exogenous terms, dummies counted."""
        words = {"const": "constant", "trend": "trend"}
        named = [words[name] for name in self.z_names if name in words]
        periods = [n.removeprefix(OUTLIER) for n in self.z_names if n.startswith(OUTLIER)]
        exog = list(self.spec.exog or ())
        seasons = len(self.z_names) - len(named) - len(periods) - len(self.exogenous_terms)
        if seasons:
            named.append(f"{seasons} seasonal dummies")
        if exog:
            lags = len(self.exogenous_terms) // len(exog) - 1
            back = f" with {lags} lag{'s' if lags > 1 else ''}" if lags else ""
            named.append(f"exogenous {', '.join(self.columns[n].label for n in exog)}{back}")
        if periods:
            shown = periods if len(periods) <= 6 else [f"{periods[0]} ... {periods[-1]}"]
            named.append(f"a dummy for each of {', '.join(shown)}")
        return "terms: " + (", ".join(named) or "none")
