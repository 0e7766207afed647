"""Conditional volatility of single series: GARCH(1,1) and GJR, with robust standard errors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..data.panel import Panel, as_panel, refuse_gaps
from ..errors import ConvergenceWarning, SampleError, SpecError
from ..estimation.dcc_inference import garch_influence
from ..estimation.garch import GarchShape
from ..estimation.garch_optimum import maximise
from .options import require_choice
from .volatility_results import GarchResults, GarchSeries

__all__ = ["Garch", "GarchResults", "GarchSeries"]

Kind = Literal["garch", "gjr"]
Distribution = Literal["normal", "t"]
Presample = Literal["mean_square", "backcast"]

#: A volatility equation needs that many observations.
FEWEST = 100


@dataclass(frozen=True, slots=True)
class Garch:
    """Specification of a volatility equation with a constant mean.

    Parameters
    ----------
    kind : {"garch", "gjr"}
        Symmetric (Bollerslev 1986), or with a coefficient of its own for negative residuals
        (Glosten, Jagannathan and Runkle 1993).
    distribution : {"normal", "t"}
        Of the standardised residual. The normal likelihood is a quasi-likelihood: its estimates
        and standard errors stay valid under other distributions.
    presample : {"mean_square", "backcast"}
        Squared residual and variance before the first date. It changes the third digit: the
        benchmark of Fiorentini, Calzolari and Panattoni (1996) takes the mean square, the arch
        package by default its backcast.
    persistence_bound : float
        Largest alpha + gamma / 2 + beta.
    """

    kind: Kind = "garch"
    distribution: Distribution = "normal"
    presample: Presample = "mean_square"
    persistence_bound: float = 0.9999

    def __post_init__(self) -> None:
        for key, value, allowed in (
            ("kind", self.kind, ("garch", "gjr")),
            ("distribution", self.distribution, ("normal", "t")),
            ("presample", self.presample, ("mean_square", "backcast")),
        ):
            require_choice(key, value, allowed)
        if not 0 < self.persistence_bound < 1:
            raise SpecError(
                f"persistence_bound = {self.persistence_bound}.", remedy="Use a number below 1."
            )

    @property
    def name(self) -> str:
        """Name in tables, such as ``GJR-GARCH(1,1)-t``."""
        head = "GJR-GARCH" if self.kind == "gjr" else "GARCH"
        return f"{head}(1,1)-{'t' if self.distribution == 't' else 'normal'}"

    def fit(self, data: Panel | pd.DataFrame) -> GarchResults:
        """Estimate the equation for every column.

        The arch package finds the optimum; Newton's steps with the exact score take it to the
        last digit, with the presample moving with the mean where it is the mean square.

        Parameters
        ----------
        data : Panel or DataFrame
            Changes. In daily data each series has the trading days of its own market; in other
            data a missing value between two observations is refused.

        Raises
        ------
        SampleError, GapError, SpecError

        Warns
        -----
        ConvergenceWarning
            For a series whose score does not vanish at the estimate.
        """
        panel = as_panel(data)
        fitted = tuple(self._fit_one(panel, name) for name in panel.names)
        stuck = [one.name for one in fitted if not one.converged]
        if stuck:
            warnings.warn(
                f"{self.name} did not converge for {', '.join(stuck)}.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return GarchResults(self, fitted)

    def _fit_one(self, panel: Panel, name: str) -> GarchSeries:
        series = panel.frame[name]
        if isinstance(series.index, pd.PeriodIndex):
            inside = series.loc[series.first_valid_index() : series.last_valid_index()]
            refuse_gaps(inside.to_frame())
        series = series.dropna()
        if len(series) < FEWEST:
            raise SampleError(
                f"The series '{name}' has {len(series)} observations for a volatility equation.",
                remedy=f"Use at least {FEWEST}.",
            )
        if not series.std() > 0:
            raise SpecError(f"The series '{name}' does not move.", remedy="Leave it out.")
        # Estimated with a standard deviation of order one; the scale is undone in the result.
        scale = float(10.0 ** -np.round(np.log10(series.std())))
        y = series.to_numpy() * scale
        start, shape = self._start(y)
        found = maximise(start, y, shape, persistence_bound=self.persistence_bound)
        units = np.array([{"mu": scale, "omega": scale**2}.get(n, 1.0) for n in shape.names])
        influence = garch_influence(found.theta, y, shape, found.free) / units
        own = None if shape.presample is None else shape.presample / scale**2
        label, unit = panel.columns[name].label, panel.columns[name].unit
        return GarchSeries(
            name,
            label,
            unit,
            series,
            GarchShape(shape.asymmetric, shape.student, own),
            found.theta / units,
            influence,
            found.converged,
            found.edges,
        )

    def _start(self, y: np.ndarray) -> tuple[np.ndarray, GarchShape]:
        """Estimate of the arch package and the shape with its presample."""
        from arch import arch_model

        model = arch_model(
            y,
            mean="Constant",
            vol="GARCH",
            p=1,
            o=int(self.kind == "gjr"),
            q=1,
            dist="normal" if self.distribution == "normal" else "t",
            rescale=False,
        )
        residual = y - y.mean()
        value = float(np.mean(residual**2))
        if self.presample == "backcast":
            value = float(model.volatility.backcast(residual))
        result = model.fit(disp="off", show_warning=False, backcast=value)
        shape = GarchShape(
            self.kind == "gjr",
            self.distribution == "t",
            value if self.presample == "backcast" else None,
        )
        return np.asarray(result.params, dtype=float), shape
