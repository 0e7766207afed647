"""Pass-through from an autoregressive distributed lag: its specification and its estimation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ..data.panel import Panel
from ..errors import SpecError
from .ardl_design import EquationData, Estimated, Group, equation_data, estimate_equation
from .ardl_results import ARDLResults
from .bounds_test import CASES
from .options import require_choice, require_count

Criterion = Literal["aic", "bic", "hqic"]


@dataclass(frozen=True, slots=True)
class ARDL:
    r"""A price explained by its own past, the exchange rate and other costs.

    .. math:: p_t = d'z_t + \sum_{i=1}^{p} \phi_i p_{t-i} + \sum_{l=0}^{q} \beta_l e_{t-l}
              + \sum_j \sum_{l=0}^{q_j} \beta_{j,l} x_{j,t-l} + u_t

    In logs of levels it is an error correction with the long-run pass-through
    :math:`\sum \beta_l / (1 - \sum \phi_i)`; in log changes it has no relation in levels, and the
    same sums give the response of the price level.

    Parameters
    ----------
    lags : int or tuple of int, optional
        (p, q of the exchange rate, q of each control); one number for all of them. By default
        ``ic`` chooses among 1 to ``max_lags`` (p) and 0 to ``max_lags`` (q).
    ic : {"aic", "bic", "hqic"}
        Compared on the sample that all candidates share; the chosen equation then uses its own.
    max_lags : int
    case : {1, 2, 3, 4, 5}
        Of Pesaran, Shin and Smith: 1 no constant, 2 a constant inside the long-run relation, 3 a
        constant outside, 4 a constant outside and a trend inside, 5 both outside. It decides the
        limits of the bounds test; prices that drift need 3 at least.
    seasonal : bool
        Centred seasonal dummies, outside the relation.
    controls : sequence of str
        Ids of other costs inside the relation, with lags.
    fixed : sequence of str
        Ids that enter with their current value only, outside the relation (dummies).
    hac_lags : int, optional
        Lags of the Bartlett kernel; 0 gives White's covariance, None the classical one. Lags of
        the price should leave no autocorrelation: the bounds test and the consistency of the
        estimates need that.
    order_check : bool
        Refuse series that are integrated of order 2.

    References
    ----------
    Pesaran and Shin (1999); Pesaran, Shin and Smith (2001), Journal of Applied Econometrics 16.
    """

    lags: int | tuple[int, ...] | None = None
    ic: Criterion = "aic"
    max_lags: int = 12
    case: int = 3
    seasonal: bool = True
    controls: Sequence[str] = ()
    fixed: Sequence[str] = ()
    hac_lags: int | None = None
    order_check: bool = True

    def __post_init__(self) -> None:
        for name in ("controls", "fixed"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        require_choice("ic", self.ic, get_args(Criterion))
        require_count("max_lags", self.max_lags, 1)
        if self.case not in CASES:
            raise SpecError(f"case = {self.case}.", remedy="Use 1, 2, 3, 4 or 5.")
        if self.hac_lags is not None:
            require_count("hac_lags", self.hac_lags, 0)
        if self.lags is not None and not isinstance(self.lags, int):
            object.__setattr__(self, "lags", tuple(self.lags))
        given_lags = (self.lags,) if isinstance(self.lags, int) else self.lags or ()
        for place, lag in enumerate(given_lags):
            require_count("lags", lag, 1 if place == 0 else 0)

    def fit(
        self,
        panel: Panel | pd.DataFrame,
        price: str,
        exchange_rate: str,
        *,
        start: str | None = None,
        end: str | None = None,
    ) -> ARDLResults:
        """Estimate by least squares.

        Parameters
        ----------
        panel : Panel or DataFrame
            Price and exchange rate both in 100 x log, or both in log changes.
        price, exchange_rate : str
            Ids; the exchange rate rises when the yen weakens.
        start, end : str, optional
            First and last period, presample included.

        Raises
        ------
        SpecError
            A series that is no log, or one integrated of order 2.
        SampleError
            Fewer than two observations a coefficient.
        NumericalError
            Collinear regressors.
        """
        data = equation_data(self, panel, price, exchange_rate, start, end)
        groups: list[Group] = [((name,), values[:, None]) for name, values in data.x.items()]
        return ARDLResults(**result_fields(self, data, estimate_equation(self, data, groups)))


def result_fields(spec: ARDL, data: EquationData, found: Estimated) -> dict[str, Any]:
    """What the results of an equation are made of."""
    return {
        "price": data.price,
        "exchange_rate": data.exchange_rate,
        "columns": data.columns,
        "form": data.form,
        "case": spec.case,
        "orders": found.orders,
        "layout": found.layout,
        "regressors": found.regressors,
        "terms": tuple(map(str, data.z.columns)),
        "fixed": tuple(spec.fixed),
        "seasonal": spec.seasonal,
        "hac_lags": spec.hac_lags,
        "ic": spec.ic,
        "selection": found.selection,
        "cautions": data.cautions,
        "y": data.y,
        "x": found.x,
        "z": np.asarray(data.z, dtype=float),
        "change": found.change,
        "expansion": found.expansion,
        "equation": found.equation,
        "dates": data.index[found.layout.presample :],
    }
