"""Falls and rises of the yen apart: the asymmetric autoregressive distributed lag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ..data.panel import Panel
from ..errors import SpecError
from ..estimation.nardl import partial_sums
from .ardl import ARDL, result_fields
from .ardl_design import Group, equation_data, estimate_equation
from .nardl_results import NARDLResults
from .options import require_choice

Symmetric = Literal["none", "long", "short", "both"]

#: Which parameters falls and rises share.
_TIED = {"none": (), "long": ("long",), "short": ("short",), "both": ("long", "short")}


@dataclass(frozen=True, slots=True)
class NARDL(ARDL):
    r"""A price explained by its own past and by falls and rises of the yen apart.

    With :math:`e^+` and :math:`e^-` the sums of the rises and of the falls of the exchange rate
    (falls and rises of the yen) since the first period, where both are zero,

    .. math:: \Delta p_t = d'z_t + \rho p_{t-1} + \theta^+ e^+_{t-1} + \theta^- e^-_{t-1}
              + \sum_{i=1}^{p-1} \gamma_i \Delta p_{t-i}
              + \sum_{l=0}^{q-1} (\pi^+_l \Delta e^+_{t-l} + \pi^-_l \Delta e^-_{t-l}) + u_t,

    and the long-run pass-through is :math:`-\theta^+ / \rho` of falls and :math:`-\theta^- / \rho`
    of rises.

    Parameters
    ----------
    symmetric : {"none", "long", "short", "both"}
        Parameters that falls and rises share: theta, pi, or both (then it is the ARDL).
    others
        As in ``ARDL``; q is that of falls and of rises. Only levels: sums of changes of changes
        have no meaning here.

    References
    ----------
    Shin, Yu and Greenwood-Nimmo (2014).
    """

    symmetric: Symmetric = "none"

    def __post_init__(self) -> None:
        ARDL.__post_init__(self)
        require_choice("symmetric", self.symmetric, get_args(Symmetric))

    def fit(
        self,
        panel: Panel | pd.DataFrame,
        price: str,
        exchange_rate: str,
        *,
        start: str | None = None,
        end: str | None = None,
    ) -> NARDLResults:
        """Estimate by least squares; see ``ARDL.fit``.

        Partial sums start at zero in the first period of the sample, presample included.
        """
        data = equation_data(self, panel, price, exchange_rate, start, end)
        if data.form == "changes":
            raise SpecError(
                "Sums of falls and rises belong to levels, and the series are changes.",
                remedy="Pass the series in 100 x log.",
            )
        rate, *controls = data.x.items()
        both = np.column_stack(partial_sums(rate[1]))
        groups: list[Group] = [((f"{exchange_rate}+", f"{exchange_rate}-"), both)]
        groups += [((name,), values[:, None]) for name, values in controls]
        found = estimate_equation(self, data, groups, tied=_TIED[self.symmetric])
        return NARDLResults(**result_fields(self, data, found), symmetric=self.symmetric)
