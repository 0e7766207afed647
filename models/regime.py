"""Regimes: Markov-switching regressions and autoregressions, and the regimes of JGB sensitivity."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from ..data.panel import Panel, as_panel
from ..data.transforms import difference, log_difference
from ..errors import SpecError, YenloopWarning
from ..estimation.streams import seed_from
from ..estimation.switching_design import pack, unpack
from .options import require_choice
from .switching.count_test import RegimeCountTest, regime_count_test
from .switching.data import Switch, SwitchingData, arrange, linear_fit
from .switching.fits import VARIANCE_FLOOR, fit_models, require_best
from .switching.labels import label
from .switching.result import RegimeResult
from .switching.standard_errors import Covariance

__all__ = [
    "MarkovAutoregression",
    "RegimeCountTest",
    "RegimeRegression",
    "RegimeResult",
    "jgb_sensitivity",
    "regime_count_test",
]

#: Random starts; coefficient-only models of heavy-tailed series need most of them.
STARTS = 40

#: Random starts of the mean form, whose likelihood has fewer maxima and takes longer.
STARTS_WITH_LAGS = 20

#: Histories of the mean form beyond which a likelihood takes too long.
_MANY_HISTORIES = 512


@dataclass(frozen=True, slots=True)
class RegimeRegression:
    r"""A regression whose coefficients, variance or both switch between regimes.

    .. math:: y_t = x_t' \beta_{s_t} + w_t' \gamma + \sigma_{s_t} e_t, \qquad
              P(s_t = j \mid s_{t-1} = i) = p_{ij}

    Parameters
    ----------
    response : str
        Id of the column that is explained.
    switching, common : sequence of str
        Regressors whose coefficients may switch, and those whose may not.
    regimes : int
        Two or more.
    switch : {"both", "coefficients", "variance"}
        What switches in the model that is reported; the others are fitted beside it.
    constant : {"switching", "common", "none"}
    label_by : str, optional
        What orders and names the regimes: ``volatility``, ``mean`` or the id of a regressor. By
        default the volatility where it switches, else the first switching coefficient.
    covariance : {"hessian", "opg", "sandwich"}
        Source of the standard errors.
    variance_floor : float
        Smallest variance of a regime relative to the one-regime fit. The likelihood is unbounded
        as a variance goes to zero; an optimum on the floor is listed but never reported.

    References
    ----------
    Hamilton (1989, 1990); Kim (1994).
    """

    response: str
    switching: Sequence[str] = ()
    common: Sequence[str] = ()
    regimes: int = 2
    switch: Switch = "both"
    constant: Literal["switching", "common", "none"] = "switching"
    label_by: str | None = None
    covariance: Covariance = "hessian"
    variance_floor: float = VARIANCE_FLOOR

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        mask: tuple[str, str] | None = None,
        starts: int = STARTS,
        rng: int | np.random.Generator | None = 0,
    ) -> RegimeResult:
        """Estimate by maximum likelihood from many starts.

        Parameters
        ----------
        data : Panel or DataFrame
        start, end : str, optional
            First and last period.
        mask : (str, str), optional
            First and last period to leave out. The two stretches are never joined: the filter
            starts afresh, from the ergodic distribution, after the mask.
        starts : int
            Random starts for each model.
        rng : int or Generator, optional

        Raises
        ------
        SpecError, MissingSeriesError, GapError, SampleError, NumericalError
        """
        _require_switching(self.regimes, self.switch, self.switching, self.constant)
        panel = as_panel(data)
        arranged = arrange(
            panel,
            self.response,
            self.switching,
            self.common,
            constant=self.constant,
            regimes=self.regimes,
            start=start,
            end=end,
            mask=mask,
        )
        return _estimate(self, panel, arranged, starts, rng)


@dataclass(frozen=True, slots=True)
class MarkovAutoregression:
    r"""The mean form of Hamilton (1989): an autoregression around a mean that switches.

    .. math:: y_t - \mu_{s_t} = \sum_{l=1}^{p} \phi_l(s_t) (y_{t-l} - \mu_{s_{t-l}})
              + \sigma_{s_t} e_t

    The filter runs over k**(p+1) histories of regimes. For many lags use the intercept form:
    :class:`RegimeRegression` with lags among the regressors.

    Parameters
    ----------
    lags : int
        p, at least one.
    response : str, optional
        The column; may be left out where the data have only one.
    regimes : int
    switch : {"coefficients", "variance", "both"}
        ``coefficients`` is the mean (with a common variance, as in Hamilton 1989).
    switching_ar : bool
        Whether the autoregressive coefficients switch with the mean.
    label_by, covariance, variance_floor
        As in :class:`RegimeRegression`.

    References
    ----------
    Hamilton (1989), A new approach to the economic analysis of nonstationary time series and the
    business cycle.
    """

    lags: int = 4
    response: str | None = None
    regimes: int = 2
    switch: Switch = "coefficients"
    switching_ar: bool = False
    label_by: str | None = None
    covariance: Covariance = "hessian"
    variance_floor: float = VARIANCE_FLOOR

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        mask: tuple[str, str] | None = None,
        starts: int = STARTS_WITH_LAGS,
        rng: int | np.random.Generator | None = 0,
    ) -> RegimeResult:
        """Estimate by maximum likelihood from many starts; as :meth:`RegimeRegression.fit`.

        The first ``lags`` periods of each stretch are conditioned on.
        """
        _require_switching(self.regimes, self.switch, (), "switching")
        if self.lags < 1:
            raise SpecError(f"lags = {self.lags}.", remedy="Use RegimeRegression without lags.")
        histories = self.regimes ** (self.lags + 1)
        if histories > _MANY_HISTORIES:
            warnings.warn(
                f"{self.regimes} regimes with {self.lags} lags have {histories} histories: slow. "
                "The intercept form (RegimeRegression on lags) has only the regimes.",
                YenloopWarning,
                stacklevel=2,
            )
        panel = as_panel(data)
        if self.response is None and len(panel.names) != 1:
            raise SpecError(
                f"The data have {len(panel.names)} columns.", remedy="Name the response."
            )
        arranged = arrange(
            panel,
            self.response or panel.names[0],
            (),
            (),
            constant="switching",
            regimes=self.regimes,
            lags=self.lags,
            switching_ar=self.switching_ar,
            start=start,
            end=end,
            mask=mask,
        )
        return _estimate(self, panel, arranged, starts, rng)


def jgb_sensitivity(
    panel: Panel,
    response: str = "jgb10y",
    drivers: Sequence[str] = ("usdjpy_tokyo", "us10y"),
    *,
    regimes: int = 2,
    switch: Switch = "both",
    start: str | None = None,
    end: str | None = None,
    mask: tuple[str, str] | None = None,
    label_by: str | None = None,
    starts: int = STARTS,
    rng: int | np.random.Generator | None = 0,
) -> RegimeResult:
    """Regimes of JGB sensitivity: changes of the yield on changes of the yen and of US yields.

    Yields are in basis points and the yen in 100 x log, so coefficients read as bp per 1% weaker
    yen and bp per bp. Levels are differenced; columns that are changes already stay as they are.
    The variance-only, coefficients-only and linear models stand beside it in ``comparison``.

    Parameters
    ----------
    panel : Panel
    response : str
        A JGB yield.
    drivers : sequence of str
        Exchange rate and foreign yields.
    regimes, switch, start, end, label_by, starts, rng
        As in :class:`RegimeRegression`.
    mask : (str, str), optional
        Period to leave out, such as ``data.policy.YIELD_CURVE_CONTROL``; the filter starts
        afresh after it.
    """
    changes = _changes(panel, [response, *drivers])
    model = RegimeRegression(response, drivers, regimes=regimes, switch=switch, label_by=label_by)
    return model.fit(changes, start=start, end=end, mask=mask, starts=starts, rng=rng)


def _estimate(
    spec: RegimeRegression | MarkovAutoregression,
    panel: Panel,
    data: SwitchingData,
    starts: int,
    rng: int | np.random.Generator | None,
) -> RegimeResult:
    """All models, then the one that is reported with its regimes in order."""
    if starts < 1:
        raise SpecError(f"starts = {starts}.", remedy="Use at least one; the default is 40.")
    seed = seed_from(rng)
    linear = linear_fit(data)
    fits = fit_models(data, linear, starts=starts, seed=seed, variance_floor=spec.variance_floor)
    model, best = fits[spec.switch].model, require_best(fits[spec.switch])
    labels = label(model.parameters(best.theta), model, spec.label_by)
    ordered = unpack(best.theta, model.design).reordered(labels.order)
    return RegimeResult(
        data=data,
        switch=spec.switch,
        linear=linear,
        fits=fits,
        labels=labels,
        theta=pack(ordered, model.design),
        covariance=spec.covariance,
        seed=seed,
        starts=starts,
        source=panel.source,
        panel_sha256=panel.sha256,
    )


def _changes(panel: Panel, names: Sequence[str]) -> Panel:
    """Changes in the units in which responses are shown: bp for yields, per cent for prices."""
    levels = [name for name in names if not panel.describe(name).differenced]
    yields = [name for name in levels if panel.describe(name).response_unit == "bp"]
    panel = difference(panel, yields)
    panel = log_difference(panel, [name for name in levels if name not in yields])
    columns = {name: panel.describe(name) for name in names}
    frame = panel.frame.loc[:, list(names)]
    shown = frame * [columns[name].response_scale for name in names]
    described = {
        name: replace(c, unit=c.unit_of_responses, response_unit="", response_scale=1.0)
        for name, c in columns.items()
    }
    return panel.with_columns(shown, described)


def _require_switching(regimes: int, switch: str, switching: Sequence[str], constant: str) -> None:
    if regimes < 2:
        raise SpecError(f"regimes = {regimes}.", remedy="Use two or more.")
    require_choice("switch", switch, ("coefficients", "variance", "both"))
    require_choice("constant", constant, ("switching", "common", "none"))
    if switch != "variance" and not switching and constant != "switching":
        raise SpecError(
            "No coefficient may switch.", remedy="Name switching regressors, or switch='variance'."
        )
