"""Generalised responses and variance shares: what the residual covariance says without an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..errors import SpecError
from ..estimation.connectedness import ConnectednessMeasures, generalised_impact, measures
from ..estimation.decompositions import fevd, shares_of_variance
from ..estimation.responses import impulse_responses
from .dated_paths import band_columns
from .options import require_count
from .responses import IRF
from .results import Summary
from .structural_result import origin
from .variance_shares import VarianceShares

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .inference.protocol import Inference
    from .reduced_form.base import ReducedForm
    from .responses import Size

NOT_SHOCKS = (
    "A statement about the residual covariance, not about structural shocks: an innovation in one "
    "variable comes with those in the others that it is correlated with, whatever moved them all."
)


@dataclass(frozen=True, slots=True)
class Innovations:
    """Each residual with what usually comes with it, in the place of identified shocks.

    Column j is E[u | u_j = one standard deviation] = Sigma e_j / sqrt(sigma_jj) for normal errors.
    Columns overlap: their outer products do not add up to Sigma. Pesaran and Shin (1998).
    """

    @property
    def name(self) -> str:
        """Key in the validity table."""
        return "generalised"

    def impact(self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]) -> np.ndarray:  # noqa: ARG002
        """Sigma diag(Sigma)^{-1/2}; see ``FromCovariance.impact``."""
        return generalised_impact(covariance)

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:  # noqa: ARG002
        """None."""
        return frozenset()

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:  # noqa: ARG002
        """None."""
        return frozenset()

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:  # noqa: ARG002
        """What the columns are, in words."""
        return "Generalised (Pesaran and Shin), the same in any order of the variables"


@dataclass(frozen=True, eq=False, kw_only=True)
class GeneralisedIRF(IRF):
    """Responses to innovations of the reduced form, each with the correlated part of the others.

    The arrays are those of ``IRF``; a "shock" is an innovation in the variable of that name.
    """

    methods: ClassVar[tuple[str, ...]] = ("pesaran_shin1998", "koop1996", "runkle1987")

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """As ``IRF.tidy``, with the statistic ``generalised_irf``."""
        return super().tidy(levels).assign(statistic="generalised_irf")

    def summary(self) -> Summary:
        """Responses at a few horizons, with the widest band."""
        return replace(super().summary(), title=f"Generalised responses, {self.model}")

    def notes(self) -> tuple[str, ...]:
        """What these responses are not, then the notes of responses."""
        return (NOT_SHOCKS, *super().notes())


@dataclass(frozen=True, eq=False, kw_only=True)
class GeneralisedFEVD(VarianceShares):
    """Shares of innovations in the forecast error variance; what they share counts for each.

    Attributes
    ----------
    normalised : bool
        Whether each row was divided by its sum. As they are the shares of a row add up to more
        than one where innovations are correlated, or to less.
    """

    normalised: bool

    methods: ClassVar[tuple[str, ...]] = (
        "pesaran_shin1998",
        "koop1996",
        "diebold_yilmaz2012",
        "runkle1987",
    )
    statistic: ClassVar[str] = "generalised_fevd"
    title: ClassVar[str] = "Generalised forecast error variance decomposition"
    source: ClassVar[str] = "innovation"

    def measures(self, steps: int | None = None) -> ConnectednessMeasures:
        """TO, FROM, NET, pairwise net and the total spillover so many steps ahead, in per cent.

        Parameters
        ----------
        steps : int, optional
            By default the last.

        Raises
        ------
        SpecError
            If the rows do not add up to one.
        """
        self._require_normalised()
        return measures(100 * self.point[(steps or len(self.point)) - 1])

    def total_spillover(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """Mean share due to other variables in per cent, by steps ahead, with its bounds.

        Raises
        ------
        SpecError
            If the rows do not add up to one.
        """
        self._require_normalised()
        point, drawn = (measures(100 * shares).total for shares in (self.point, self.draws))
        bounds = band_columns(self.bands_of(point, drawn, levels)[1])
        return pd.DataFrame({"estimate": point, **bounds}, index=self._steps)

    def summary(self) -> Summary:
        """Shares in per cent at a few steps ahead; the total spillover of normalised rows."""
        found = super().summary()
        if not self.normalised:
            return found
        steps = found.tables[0][1].index
        total = self.total_spillover()
        bias = measures(100 * self.draws[:, -1]).total.mean() - total["estimate"].iloc[-1]
        beside = (
            "The total spillover is bounded and biased upwards: its draws lie "
            f"{bias:+.1f} points from the estimate on average at {len(self.point)} steps."
        )
        tables = [*found.tables, ("Total spillover, %", total.loc[steps])]
        return replace(found, tables=tables, notes=[*found.notes, beside])

    def notes(self) -> tuple[str, ...]:
        """What these shares are not, how rows add up, bands, sample."""
        rows = "Each row is divided by its sum" if self.normalised else "Rows do not add up to 100%"
        return (f"{rows}{self._of_changes()}.", NOT_SHOCKS, *self.setting)

    def plot(
        self, *, response: str | Sequence[str] | None = None, **options: Any
    ) -> tuple[Figure, Any]:
        """Stacked shares by steps ahead, one panel a variable (all by default)."""
        return super().plot(response=response, **{"complete": self.normalised, **options})

    def _require_normalised(self) -> None:
        if not self.normalised:
            raise SpecError(
                "Spillovers are sums over rows that add up to one, and these rows do not.",
                remedy="Ask for generalised_fevd(normalised=True).",
            )


def generalised_irf(
    reduced: ReducedForm,
    horizon: int,
    *,
    size: Size,
    cumulative: bool | Literal["auto"],
    levels: Sequence[float],
    inference: Inference | None,
    rng: int | np.random.Generator | None,
) -> GeneralisedIRF:
    """See ``VARResults.generalised_irf``."""
    svar = reduced.identify(Innovations(), inference=inference, rng=rng)
    found = svar.irf(horizon, size=size, cumulative=cumulative, levels=levels)
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    sizes = {name: _as_innovation(words) for name, words in found.sizes.items()}
    return GeneralisedIRF(**(values | {"sizes": sizes}))


def generalised_fevd(
    reduced: ReducedForm,
    horizon: int,
    *,
    normalised: bool,
    levels: Sequence[float],
    inference: Inference | None,
    rng: int | np.random.Generator | None,
) -> GeneralisedFEVD:
    """See ``VARResults.generalised_fevd``."""
    require_count("horizon", horizon, 1)
    svar = reduced.identify(Innovations(), inference=inference, rng=rng)
    svar.require_valid("fevd")
    draws = svar.draws
    point, drawn = (
        _shares(lags, covariance, horizon, normalised)
        for lags, covariance in (
            (reduced.lag_coefficients, reduced.covariance),
            (draws.lags, draws.covariance),
        )
    )
    return GeneralisedFEVD(
        **origin(svar, levels),
        names=reduced.names,
        sources=reduced.names,
        point=point,
        draws=drawn,
        normalised=normalised,
    )


def _shares(lags: np.ndarray, covariance: np.ndarray, horizon: int, normalised: bool) -> np.ndarray:
    """Generalised shares at 1 to ``horizon`` steps, shape (..., H, K, K)."""
    parts = impulse_responses(lags, generalised_impact(covariance), horizon - 1)
    if normalised:
        return fevd(parts)
    exhaustive = impulse_responses(lags, np.linalg.cholesky(covariance), horizon - 1)
    return shares_of_variance(parts, exhaustive)


def _as_innovation(words: str) -> str:
    """The size of a shock in words, said of an innovation."""
    if words.startswith("Shock to"):
        return words.replace("Shock to", "Innovation in", 1)
    return words.replace("shock to", "innovation in", 1)
