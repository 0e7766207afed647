"""The regressions behind some responses, which can be run on other series of the same periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..data.panel import response_scales
from ..errors import NumericalError, SampleError
from ..estimation.least_squares import lagged_design
from .projection_errors import ProjectionErrors
from .projection_shocks import Shocks

if TYPE_CHECKING:
    from ..estimation.projections import Projections
    from .projection_results import ProjectionResults


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Responses with a root of their joint covariance, in the units of responses.

    Attributes
    ----------
    point : ndarray, shape (H+1, K, J)
        [horizon, response, shock].
    root : ndarray, shape (q, H+1, K, J)
    rows : ndarray of int, shape (H+1,)
        Observations of each horizon.
    regressors : int
        Of the longest regression.
    deviations : ndarray, shape (J,)
        One standard deviation of each shock, in the panel's units.
    """

    point: np.ndarray
    root: np.ndarray
    rows: np.ndarray
    regressors: int
    deviations: np.ndarray

    @property
    def std_error(self) -> np.ndarray:
        """Standard errors, shape (H+1, K, J)."""
        return np.asarray(np.sqrt(np.einsum("q...,q...->...", self.root, self.root)))


@dataclass(frozen=True, slots=True, eq=False)
class Regressions:
    """What is regressed on what, and how errors are computed.

    Attributes
    ----------
    z : ndarray, shape (T, m)
        Deterministic and exogenous terms.
    lags : int
    order, wanted : tuple of int
        Variables of the period of the shock that are regressors, and those that are the shocks.
    alone : bool
        Whether all of ``order`` are controls of each other.
    targets : ndarray, shape (J,)
        Sizes of the shocks; NaN for one standard deviation.
    horizon : int
    cumulated : ndarray of bool, shape (K,)
    scale : ndarray, shape (K,)
        Units of responses in one of the panel.
    common : bool
        One sample for all horizons.
    corrected : bool
        Whether the bias is corrected.
    errors : ProjectionErrors
    lost : int
        Degrees of freedom that the variance of a shock is divided by, less than its periods.
    """

    z: np.ndarray
    lags: int
    order: tuple[int, ...]
    wanted: tuple[int, ...]
    alone: bool
    targets: np.ndarray
    horizon: int
    cumulated: np.ndarray
    scale: np.ndarray
    common: bool
    corrected: bool
    errors: ProjectionErrors
    lost: int

    @classmethod
    def of(
        cls, results: ProjectionResults, shocks: Shocks, horizon: int, cumulated: frozenset[str]
    ) -> Regressions:
        """Those of some responses.

        Raises
        ------
        SampleError
            If the last horizon has no more observations than coefficients.
        """
        one_step, spec, names = results.one_step, results.spec, results.names
        regressors = len(one_step.regressors) + len(shocks.order)
        left = one_step.nobs - horizon
        if left <= regressors:
            raise SampleError(
                f"{max(left, 0)} observations are left at horizon {horizon} of the "
                f"{results.model}, whose regressions have {regressors} coefficients.",
                remedy="Use a shorter horizon, fewer lags or variables, or a longer sample.",
            )
        return cls(
            z=one_step.z,
            lags=one_step.p,
            order=tuple(map(names.index, shocks.order)),
            wanted=tuple(map(names.index, shocks.names)),
            alone=shocks.alone,
            targets=shocks.targets,
            horizon=horizon,
            cumulated=np.array([name in cumulated for name in names]),
            scale=response_scales(names, results.columns),
            common=spec.sample == "common",
            corrected=spec.bias_correction,
            errors=spec.errors,
            lost=len(one_step.regressors) if spec.divisor == "df" else 0,
        )

    def estimate(self, y: np.ndarray) -> Estimate:
        """Responses in the series y, shape (T+p, K).

        Raises
        ------
        NumericalError
            If regressors are linearly dependent in the periods that a horizon is left with.
        """
        from ..estimation.projections import sized

        found = self._projections(y)
        count = len(found.shocks)
        point, influence, deviations = sized(found, self.targets, count - self.lost)
        root = self.errors.root(influence, np.arange(self.horizon + 1), found.rows)
        if (self.scale != 1).any():
            point, root = point * self.scale[:, None], root * self.scale[:, None]
        return Estimate(point, root, found.rows, int(found.regressors.max()), deviations)

    def _projections(self, y: np.ndarray) -> Projections:
        from ..estimation.projection_bias import without_bias
        from ..estimation.projections import project

        controls = np.hstack([self.z, lagged_design(y, y[:, :0], self.lags)])
        current = y[self.lags :]
        found = project(
            current,
            controls,
            self.order,
            self.wanted,
            self.horizon,
            alone=self.alone,
            cumulated=self.cumulated if self.cumulated.any() else None,
            common=self.common,
            small_sample=self.errors.small_sample,
        )
        if np.isnan(found.coefficients).any():
            raise NumericalError(
                f"The regressors are linearly dependent in the {found.rows[-1]} periods that are "
                f"left at horizon {self.horizon}.",
                remedy="Use a shorter horizon, or leave out terms that differ only in the last "
                "periods.",
            )
        if not self.corrected:
            return found
        at = [self.order.index(j) for j in self.wanted]
        terms = self.z.shape[1]
        return without_bias(found, controls, current[:, self.order], at, terms, alone=self.alone)
