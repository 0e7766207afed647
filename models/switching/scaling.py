"""One model in the units of the optimiser: the response in residual standard deviations.

The response is divided by the one-regime residual standard deviation and every regressor by its
root mean square, so starts, step lengths and tolerances mean the same whatever the data's units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...estimation.switching_design import SwitchingDesign, SwitchingParameters, unpack
from .data import LinearFit, Switch, SwitchingData


@dataclass(frozen=True, eq=False)
class ScaledModel:
    """A switching model ready for the optimiser.

    Attributes
    ----------
    data : SwitchingData
    switch : {"coefficients", "variance", "both"}
    design : SwitchingDesign
        In scaled units.
    unit : float
        One unit of the scaled response.
    x_unit, w_unit : ndarray, shapes (nx,), (nw,)
        The same for the regressors whose coefficients switch, and for the others.
    """

    data: SwitchingData
    switch: Switch
    design: SwitchingDesign
    unit: float
    x_unit: np.ndarray
    w_unit: np.ndarray

    @property
    def switching(self) -> tuple[str, ...]:
        """Names of the regressors whose coefficients switch in this model."""
        return () if self.switch == "variance" else self.data.switching

    @property
    def common(self) -> tuple[str, ...]:
        """Names of the regressors whose coefficients do not."""
        moved = self.data.switching if self.switch == "variance" else ()
        return moved + self.data.common

    def log_likelihood_of(self, scaled: float) -> float:
        """The log-likelihood in the data's units."""
        return scaled - self.design.n_observations * float(np.log(self.unit))

    def parameters(self, theta: np.ndarray) -> SwitchingParameters:
        """The parameters that a point of the optimiser stands for, in the data's units."""
        scaled = unpack(theta, self.design)
        return SwitchingParameters(
            scaled.transition,
            scaled.switching * self.unit / self.x_unit,
            scaled.common * self.unit / self.w_unit,
            scaled.variance * self.unit**2,
            scaled.ar,
        )

    def scaled(self, parameters: SwitchingParameters) -> SwitchingParameters:
        """Parameters in the data's units, brought into those of the optimiser."""
        return SwitchingParameters(
            parameters.transition,
            parameters.switching * self.x_unit / self.unit,
            parameters.common * self.w_unit / self.unit,
            parameters.variance / self.unit**2,
            parameters.ar,
        )

    def embed(self, parameters: SwitchingParameters) -> SwitchingParameters:
        """A smaller model's parameters as a point of this one, in the data's units.

        One regime is repeated in all of them; coefficients that did not switch are repeated, and
        so is a common variance.
        """
        k, nx = self.design.k, self.design.x.shape[1]
        transition = parameters.transition
        if len(transition) == 1:
            transition = np.full((k, k), 0.1 / (k - 1)) + (0.9 - 0.1 / (k - 1)) * np.eye(k)
        every = np.resize(np.arange(len(parameters.transition)), k)
        switching, common = parameters.switching[every], parameters.common
        if switching.shape[1] > nx:  # one regime into a model in which only the variance switches
            switching, common = switching[:, :0], np.concatenate([switching[0], common])
        elif switching.shape[1] < nx:  # nothing switched there
            switching, common = np.tile(common[:nx], (k, 1)), common[nx:]
        return SwitchingParameters(
            transition, switching, common, parameters.variance[every], parameters.ar[every]
        )


def scale(
    data: SwitchingData, switch: Switch, linear: LinearFit, variance_floor: float
) -> ScaledModel:
    """Scale the data for one model.

    ``variance_floor`` is relative to the one-regime variance. A variance that is common to the
    regimes needs none: its likelihood is bounded.
    """
    own_variance = switch != "coefficients"
    unit = float(np.sqrt(linear.parameters.variance[0]))
    x, w = data.x, data.w
    if switch == "variance":
        x, w = x[:, :0], np.column_stack([x, w])
    x_unit = np.sqrt(np.mean(x**2, axis=0))
    w_unit = np.sqrt(np.mean(w**2, axis=0))
    design = SwitchingDesign(
        y=data.y / unit,
        x=np.ascontiguousarray(x / x_unit),
        w=np.ascontiguousarray(w / w_unit),
        stretches=data.stretches,
        k=data.regimes,
        p=data.lags,
        switching_variance=own_variance,
        switching_ar=data.switching_ar and switch != "variance",
        variance_floor=variance_floor if own_variance else 0.0,
    )
    return ScaledModel(data, switch, design, unit, x_unit, w_unit)
