"""Connectedness of several series: a table of variance shares, its measures, their intervals."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.clocks import clock_order, struck_apart
from ..data.panel import Panel
from ..errors import ClockWarning, SpecError
from ..estimation.connectedness import (
    ConnectednessMeasures,
    Scheme,
    measures,
    net_between,
    variance_shares,
)
from ..estimation.streams import seed_from
from .inference.block_bootstrap import BlockBootstrap
from .options import require_choice, require_count
from .results import Result, Summary, bands_from_draws, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..estimation.var_bootstrap import ReducedFormDraws
    from .reduced_form.lag_selection import Criterion
    from .reduced_form.var_results import VARResults
    from .rolling_connectedness import RollingConnectedness

#: What a generalised table of same-date series says wrongly.
CLOCK_NOTE = (
    "The series are struck at different hours of a date. Generalised shares treat them as "
    "simultaneous: they understate the market that closes first, or reverse its role."
)

_SHARE = "% of forecast-error variance"
_POINTS = "percentage points"


@dataclass(frozen=True, slots=True)
class Connectedness:
    """Diebold and Yilmaz' connectedness of stationary series.

    Parameters
    ----------
    lags : int or {"aic", "bic", "hqic", "fpe"}
        Lags of the VAR (with a constant).
    horizon : int
        Steps of the forecast error; H steps use Phi_0 to Phi_{H-1}.
    scheme : {"generalised", "recursive"}
        Generalised shares do not depend on an order, and split an effect within the period evenly
        between the two sides; recursive ones give it to the series that comes first.
    order : sequence of str, optional
        For ``recursive``: the series from first to last. By default the order of the clocks where
        the data are daily and each series has one, else the order of the data.
    inference : BlockBootstrap
    """

    lags: int | Criterion = 2
    horizon: int = 10
    scheme: Scheme = "generalised"
    order: Sequence[str] | None = None
    inference: BlockBootstrap = field(default_factory=BlockBootstrap)

    def __post_init__(self) -> None:
        require_choice("scheme", self.scheme, ("generalised", "recursive"))
        require_count("horizon", self.horizon, 1)
        if self.order is not None and self.scheme == "generalised":
            raise SpecError(
                "Generalised shares have no order.", remedy="Leave it out, or use 'recursive'."
            )

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        rng: int | np.random.Generator | None = 0,
    ) -> ConnectednessResults:
        """Estimate the VAR and draw from its sampling distribution.

        Parameters
        ----------
        data : Panel or DataFrame
            Stationary series: changes, or log variances.
        start, end : str, optional
            First and last period used.
        rng : int, Generator or None
            Seed of the bootstrap.

        Raises
        ------
        SpecError, SampleError, GapError, DrawError

        Warns
        -----
        ClockWarning
            Generalised shares of daily series that are struck at different hours.
        """
        from .var import VAR

        reduced = VAR(lags=self.lags).fit(data, start=start, end=end)
        if self.order is not None and sorted(self.order) != sorted(reduced.names):
            raise SpecError(
                f"The order {', '.join(self.order)} is not one of the series "
                f"{', '.join(reduced.names)}.",
                remedy="Name each series once.",
            )
        if self.scheme == "generalised" and _struck_apart(reduced):
            warnings.warn(CLOCK_NOTE, ClockWarning, stacklevel=2)
        seed = seed_from(rng)
        return ConnectednessResults(self, reduced, self.inference.draw(reduced, seed), seed)


@dataclass(frozen=True, eq=False)
class ConnectednessResults(Result):
    """Who moves whom, in per cent of forecast-error variance, with joint draws.

    In the table a row receives and a column sends: [i, j] is the share of i's forecast-error
    variance that shocks of j explain. NET is TO minus FROM: positive for a net sender. Pairwise
    net [i, j] is positive where j sends more to i than it gets from i.

    Attributes
    ----------
    spec : Connectedness
    reduced : VARResults
    draws : ReducedFormDraws
        Joint draws of the VAR; every measure of one draw belongs together.
    seed : int
    levels : tuple of float
    """

    spec: Connectedness
    reduced: VARResults
    draws: ReducedFormDraws
    seed: int
    levels: tuple[float, ...] = (0.68, 0.90)

    methods: ClassVar[tuple[str, ...]] = (
        "diebold_yilmaz2012",
        "diebold_yilmaz2009",
        "pesaran_shin1998",
        "bruggemann2016",
        "choi_shin2020",
    )
    figure: ClassVar[str] = "spillover"

    def under(self, scheme: Scheme, order: Sequence[str] | None = None) -> ConnectednessResults:
        """The same estimate and the same draws read under another scheme."""
        return replace(self, spec=replace(self.spec, scheme=scheme, order=order))

    @property
    def names(self) -> tuple[str, ...]:
        """Series, in the order of the arrays."""
        return self.reduced.names

    @property
    def labels(self) -> dict[str, str]:
        """Names of the series for charts and tables."""
        return {name: self.reduced.columns[name].label for name in self.names}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The series from first to last, for a recursive scheme."""
        if self.spec.order is not None:
            return tuple(self.spec.order)
        columns = [self.reduced.columns[name] for name in self.names]
        dates = self.reduced.index
        if isinstance(dates, pd.DatetimeIndex) and all(column.clock for column in columns):
            return tuple(clock_order(columns, dates))
        return self.names

    @property
    def struck_apart(self) -> bool:
        """Whether the series are daily and struck at different hours of a date."""
        return _struck_apart(self.reduced)

    @property
    def model(self) -> str:
        """Name in tables, such as ``VAR(2), recursive``."""
        return f"{self.reduced.model}, {self.spec.scheme}"

    @property
    def nobs(self) -> int:
        """Observations of the VAR."""
        return self.reduced.nobs

    @property
    def sample(self) -> str:
        """First and last period explained."""
        return self.reduced.sample

    @cached_property
    def shares(self) -> np.ndarray:
        """Table in per cent, shape (K, K), [receiver, source]."""
        return self._shares(self.reduced.lag_coefficients, self.reduced.covariance)

    @cached_property
    def share_draws(self) -> np.ndarray:
        """Table of each joint draw, shape (R, K, K)."""
        return self._shares(self.draws.lags, self.draws.covariance)

    @property
    def table(self) -> pd.DataFrame:
        """The table in per cent, rows receive, columns send; rows sum to 100."""
        return pd.DataFrame(self.shares, list(self.names), list(self.names))

    @cached_property
    def measures(self) -> ConnectednessMeasures:
        """TO, FROM, NET, pairwise net and the total index, in per cent."""
        return measures(self.shares)

    @cached_property
    def measure_draws(self) -> ConnectednessMeasures:
        """The measures of each joint draw."""
        return measures(self.share_draws)

    @property
    def total(self) -> float:
        """Total connectedness index: mean share due to others (off-diagonal sum / K)."""
        return float(self.measures.total)

    def net_between(
        self, senders: Sequence[str], receivers: Sequence[str]
    ) -> tuple[float, np.ndarray]:
        """Net shares sent by one group to another, summed over both: point and draws (R,).

        Raises
        ------
        SpecError
            A name is not among the series.
        """
        unknown = [name for name in (*senders, *receivers) if name not in self.names]
        if unknown:
            raise SpecError(
                f"{', '.join(unknown)} not among {', '.join(self.names)}.",
                remedy="Name series of the table.",
            )
        one = [self.names.index(name) for name in senders]
        other = [self.names.index(name) for name in receivers]
        point = float(net_between(self.shares, one, other))
        return point, net_between(self.share_draws, one, other)

    def rolling(self, window: int) -> RollingConnectedness:
        """The total index in a rolling window of so many rows.

        Raises
        ------
        SampleError
            The window is too short for the VAR, or longer than the sample.
        """
        from .rolling_connectedness import roll

        return roll(self, window)

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """Table, TO, FROM, NET, pairwise net and both total indices, with percentile intervals."""
        k = len(self.names)
        first, second = np.repeat(self.names, k), np.tile(self.names, k)
        m, d, nobody = self.measures, self.measure_draws, [""] * k
        parts = [
            ("share", second, first, self.shares, self.share_draws, _SHARE),
            ("sent", self.names, nobody, m.to, d.to, _SHARE),
            ("received", nobody, self.names, m.from_others, d.from_others, _SHARE),
            ("net", self.names, nobody, m.net, d.net, _POINTS),
            ("pairwise_net", second, first, m.pairwise, d.pairwise, _POINTS),
            ("total", [""], [""], m.total, d.total, _SHARE),
            ("total_corrected", [""], [""], m.corrected, d.corrected, _SHARE),
        ]
        frames = []
        for statistic, shock, response, point, draws, unit in parts:
            flat = np.atleast_1d(point).ravel()
            joint = draws.reshape(len(draws), -1)
            std_error, bands = bands_from_draws(flat, joint, levels or self.levels)
            for level, (low, high) in bands.items():
                frames.append(
                    pd.DataFrame(
                        {
                            "model": self.model,
                            "statistic": f"spillover_{statistic}",
                            "shock": shock,
                            "response": response,
                            "horizon": self.spec.horizon,
                            "estimate": flat,
                            "std_error": std_error,
                            "level": level,
                            "conf_low": low,
                            "conf_high": high,
                            "band": self.spec.inference.name,
                            "unit": unit,
                        }
                    )
                )
        return tidy_frame(pd.concat(frames))

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """The table as a heat map; options are those of the figure's ``draw``."""
        title = "Share of the row's forecast-error variance due to the column, %"
        return super().plot(**{"labels": self.labels, "title": title, **options})

    def summary(self) -> Summary:
        """The table with FROM, TO and NET, and the measures with their 90% intervals."""
        m = self.measures
        table = self.table.rename(index=self.labels, columns=self.labels)
        table["FROM others"] = m.from_others
        table.loc["TO others"] = [*m.to, m.to.sum()]
        table.loc["NET (to - from)"] = [*m.net, np.nan]
        tidy = self.tidy((0.90,))
        rows = tidy[tidy["statistic"].isin(_SUMMARISED)]
        who = (rows["shock"] + rows["response"]).map(self.labels).fillna("all")
        index = rows["statistic"].map(_SUMMARISED) + ": " + who
        shown = rows[["estimate", "conf_low", "conf_high"]].set_axis(index, axis=0)
        return Summary(
            f"Connectedness, {self.model}",
            [
                ("Share of the row's forecast-error variance due to the column, %", table),
                (
                    "Measures with 90% intervals",
                    shown.set_axis(["estimate", "low", "high"], axis=1),
                ),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """What a share is, scheme, lags, sample, intervals and the index' bias."""
        bias = float(self.measure_draws.total.mean()) - self.total
        length = self.spec.inference.length(self.nobs)
        near = f" Largest root {self.reduced.max_root:.3f}." if self.reduced.near_unit_root else ""
        return (
            f"Row receives, column sends, {self.spec.horizon} steps ahead; net = sent minus "
            "received, positive for a net sender.",
            self._scheme_note(),
            f"{self.reduced.model} with a constant, sample {self.sample}, T = {self.nobs}.{near}",
            f"Intervals: {self.spec.inference.describe()}, blocks of {length}.",
            f"The total index is bounded and biased upwards: its draws lie {bias:+.1f} points from "
            "the estimate on average.",
        )

    def _scheme_note(self) -> str:
        if self.spec.scheme == "generalised":
            caveat = f" {CLOCK_NOTE}" if self.struck_apart else ""
            return f"Generalised shares, each row divided by its sum; no order.{caveat}"
        return f"Recursive in the order {', '.join(self.labels[name] for name in self.order)}."

    def _shares(self, lags: np.ndarray, covariance: np.ndarray) -> np.ndarray:
        recursive = self.spec.scheme == "recursive"
        order = [self.names.index(name) for name in self.order] if recursive else None
        return 100 * variance_shares(
            lags, covariance, self.spec.horizon, scheme=self.spec.scheme, order=order
        )


def _struck_apart(reduced: VARResults) -> bool:
    return struck_apart([reduced.columns[name] for name in reduced.names], reduced.index)


_SUMMARISED = {
    "spillover_sent": "TO others",
    "spillover_received": "FROM others",
    "spillover_net": "NET",
    "spillover_total": "Total index",
    "spillover_total_corrected": "Total index, corrected (K - 1)",
}
