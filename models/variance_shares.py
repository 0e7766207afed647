"""Forecast error variance decomposition, and which of its shares differ from none at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..errors import NotIdentifiedError
from ..estimation.bands import percentiles
from ..estimation.decompositions import fevd, shares_of_variance
from ..estimation.delta import directional_derivatives
from ..estimation.partial_identification import completed, with_remainder
from ..estimation.responses import impulse_responses
from .identification.named_shocks import OTHER, parts_of, shock_label
from .options import require_count, require_levels
from .responses import chosen, long_frame, periods_of
from .results import Summary, tidy_frame
from .structural_result import StructuralResult, origin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR

#: A share below this is zero: by assumption, or but for rounding.
ROUNDING = 1e-12
#: Normal sampling errors simulated where the draws are no sample themselves.
NORMAL = 2000


@dataclass(frozen=True, eq=False, kw_only=True)
class VarianceShares(StructuralResult):
    """Shares of the forecast error variance of each variable, by steps ahead.

    Attributes
    ----------
    names : tuple of str
        Variables.
    sources : tuple of str
        What their forecast errors are due to.
    point : ndarray, shape (H, K, S)
        [n - 1, variable, source] for n steps ahead.
    draws : ndarray, shape (R, H, K, S)
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]
    point: np.ndarray
    draws: np.ndarray

    figure: ClassVar[str] = "fevd"
    #: What the numbers are called in a tidy frame.
    statistic: ClassVar[str]
    #: The same at the head of a table.
    title: ClassVar[str]
    #: What kind of thing forecast errors are due to.
    source: ClassVar[str] = "shock"

    def shares(self, response: str) -> pd.DataFrame:
        """Point shares in one variable, steps ahead in rows."""
        i = self.names.index(chosen(response, self.names, "variable")[0])
        return pd.DataFrame(self.point[:, i], index=self._steps, columns=list(self.sources))

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """One row for each source (``shock``), variable, step ahead (from 1) and level."""
        std_error, bands = self.bands_of(self.point, self.draws, levels)
        return self._rows(self.statistic, self.point, std_error, bands)

    def summary(self) -> Summary:
        """Shares in per cent at a few steps ahead, one table a variable."""
        steps = [n for n in (1, 3, 6, 12, 24, 36, 48) if n <= len(self.point)]
        tables = [
            (
                f"{self.columns[n].label}: share of each {self.source}, %",
                self._percent(n).loc[steps],
            )
            for n in self.names
        ]
        return Summary(f"{self.title}, {self.model}", tables, self.notes())

    def plot(
        self, *, response: str | Sequence[str] | None = None, **options: Any
    ) -> tuple[Figure, Any]:
        """Stacked shares by steps ahead, one panel a variable (all by default)."""
        return super().plot(
            responses=chosen(response, self.names, "variable"),
            labels={name: shock_label(name, self.columns) for name in (*self.names, *self.sources)},
            rest=OTHER,
            periods=periods_of(self.columns[self.names[0]]),
            **options,
        )

    @property
    def _steps(self) -> pd.RangeIndex:
        return pd.RangeIndex(1, len(self.point) + 1, name="steps ahead")

    def _percent(self, response: str) -> pd.DataFrame:
        """The shares in one variable as the summary shows them."""
        return 100 * self.shares(response)

    def _rows(
        self,
        statistic: str,
        point: np.ndarray,
        std_error: np.ndarray,
        bands: dict[float, tuple[np.ndarray, np.ndarray]],
        unit: str = "share",
    ) -> pd.DataFrame:
        """Rows of a tidy frame from arrays of shape (H, K, S), or of the first sources alone."""
        sources = self.sources[: point.shape[-1]]
        rows = long_frame(point, std_error, bands, self.names, sources, first=1)
        return tidy_frame(
            rows.assign(
                model=self.model, statistic=statistic, band=self.band, cumulative=False, unit=unit
            )
        )

    def _of_changes(self) -> str:
        """Which variables' changes are decomposed, in brackets; empty where none are."""
        changes = [self.columns[n].label for n in self.names if self.columns[n].differenced]
        which = "all" if len(changes) == len(self.names) else ", ".join(changes)
        return f" ({which}: of the change, not of the level)" if changes else ""


@dataclass(frozen=True, eq=False, kw_only=True)
class FEVD(VarianceShares):
    """Shares of structural shocks in the forecast error variance of the variables as modelled.

    For a column that enters as a change these are shares in forecasting the change of that
    period, not the level. Where not all shocks are identified, the last source is what the others
    explain together: the rest of the forecast error variance that Sigma implies, in each draw. So
    rows sum to one.

    A share is a sum of squares: estimated, it is above zero even where the true share is zero,
    and an interval of its draws never reaches zero (Lütkepohl 1990). The null band says what
    sampling error alone would give: with draws of the responses around their mean,
    (Theta* - mean Theta*)^2 in place of Theta^2, over the forecast error variance of the draw. It
    runs from zero to a quantile of those null draws, so the test that the true share is zero is
    one-sided.

    Attributes
    ----------
    null_draws : ndarray, shape (R, H, K, J)
        What the share of each identified shock would be in each draw if it had no effect. J = 0
        where the draws differ in more than sampling error: under restrictions that many rotations
        of the same reduced form satisfy.

    Notes
    -----
    The draws are centred on their mean, not on the estimate: near a unit root they lie closer to
    zero than the estimate does, which would be taken for sampling error. In simulated VARs of three
    variables with T = 100 and a root of 0.90 or 0.98 (250 samples, 300 draws each) the test at 10
    per cent rejects a true zero in 8 to 16 per cent of the samples with the residual bootstrap, 2
    to 24 steps ahead. With bias-corrected draws, which are more persistent than the estimate, it
    rejects in 8 to 14 per cent up to 12 steps ahead and in 2 per cent at 24: there it is cautious.
    """

    null_draws: np.ndarray

    methods: ClassVar[tuple[str, ...]] = (
        "sims1980",
        "luetkepohl2005",
        "luetkepohl1990",
        "runkle1987",
    )
    statistic: ClassVar[str] = "fevd"
    title: ClassVar[str] = "Forecast error variance decomposition"

    @cached_property
    def p_values(self) -> np.ndarray:
        """Share of null draws at least as large as the estimate, shape (H, K, J)."""
        p_value: np.ndarray = (self.null_draws >= self._tested - ROUNDING).mean(axis=0)
        return p_value

    def null_limits(self, levels: Sequence[float] | None = None) -> dict[float, np.ndarray]:
        """Upper end of the null band by level, each of shape (H, K, J); the lower end is zero."""
        wanted = self.levels if levels is None else levels
        require_levels(wanted)
        return dict(zip(wanted, percentiles(self.null_draws, tuple(wanted)), strict=True))

    def above_null(self, level: float | None = None) -> np.ndarray:
        """Whether a share is above the null band (by default the widest), shape (H, K, J)."""
        widest = level or max(self.levels)
        above: np.ndarray = self._tested > self.null_limits([widest])[widest] + ROUNDING
        return above

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """The shares (``fevd``), their null bands (``fevd_null``) and p-values (``fevd_p_value``).

        The estimate of ``fevd_null`` is the mean of the null draws: the share that sampling error
        gives on average to a shock without effect.
        """
        if not self._tested.size:
            return super().tidy(levels)
        zero = np.zeros(self._tested.shape)
        limits = {q: (zero, limit) for q, limit in self.null_limits(levels).items()}
        null = self.null_draws
        frames = [
            super().tidy(levels),
            self._rows("fevd_null", null.mean(axis=0), null.std(axis=0, ddof=1), limits),
            self._rows(
                "fevd_p_value", self.p_values, np.full(zero.shape, np.nan), {}, "probability"
            ),
        ]
        return tidy_frame(pd.concat(frames))

    def notes(self) -> tuple[str, ...]:
        """What is decomposed, what the rest is, the null band, identification, bands, sample."""
        found = [
            "Shares of the forecast error variance of the variables as modelled"
            f"{self._of_changes()}; bands are in the table."
        ]
        if OTHER in self.sources:
            found.append(
                "Other shocks are not identified: theirs is the rest of the variance that the "
                "residual covariance implies, where residuals tell the identified ones "
                "(invertibility)."
            )
        if self._tested.size:
            found.append(
                "In brackets or hatched: not above what sampling error alone gives to a shock "
                f"without effect (one-sided null band, {max(self.levels):.0%})."
            )
        return (*found, *self.setting)

    @property
    def _tested(self) -> np.ndarray:
        """The shares that have a null band."""
        tested: np.ndarray = self.point[..., : self.null_draws.shape[-1]]
        return tested

    def _percent(self, response: str) -> pd.DataFrame:
        """Shares in per cent, those that are not above the null band in brackets."""
        i = self.names.index(response)
        clear = np.ones(self.point.shape, dtype=bool)
        clear[..., : self.null_draws.shape[-1]] = self.above_null()
        cells = [
            [f"{x:.1f}" if above else f"({x:.1f})" for x, above in zip(*row, strict=True)]
            for row in zip(100 * self.point[:, i], clear[:, i], strict=True)
        ]
        return pd.DataFrame(cells, index=self._steps, columns=list(self.sources))


def variance_decomposition(svar: StructuralVAR, horizon: int, levels: Sequence[float]) -> FEVD:
    """See ``StructuralVAR.fevd``."""
    require_count("horizon", horizon, 1)
    draws, known = svar.draws, svar.known
    point, drawn = (
        impulse_responses(lags, exhaustive(impact, covariance, known), horizon - 1)
        for lags, impact, covariance in (
            (svar.reduced.lag_coefficients, svar.impact, svar.covariance),
            (draws.lags, draws.impact, draws.covariance),
        )
    )
    return FEVD(
        **origin(svar, levels),
        names=svar.names,
        sources=parts_of(svar),
        point=with_remainder(fevd(point), known),
        draws=with_remainder(fevd(drawn), known),
        null_draws=_null_draws(svar, point, drawn),
    )


def _null_draws(svar: StructuralVAR, point: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Shares of shocks without effect: squared sampling errors of the responses.

    The delta method draws no sample; its derivatives give normal errors to sample from.
    """
    identified = drawn[..., svar.known]
    if svar.set_identified:
        return np.empty((*identified.shape[:-1], 0))
    if not svar.inference.interval.reads_pairs:
        return shares_of_variance(identified - identified.mean(axis=0), drawn)
    directions = directional_derivatives(identified)
    weights = np.random.default_rng([svar.seed, 1]).standard_normal((NORMAL, len(directions)))
    return shares_of_variance(np.tensordot(weights, directions, axes=1), point)


def exhaustive(impact: np.ndarray, covariance: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Impact matrices B with B B' = Sigma, refused where the identified columns allow none."""
    whole = completed(impact, covariance, known)
    scale = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    gap = whole @ np.swapaxes(whole, -1, -2) - covariance
    relative = np.abs(gap) / (scale[..., :, None] * scale[..., None, :])
    if not np.all(relative < 1e-8):
        raise NotIdentifiedError(
            "The identified shocks do not exhaust the residual covariance, or are no part of it "
            "(B B' is not Sigma), so shares of the forecast error variance do not exist.",
            remedy="Identify shocks of unit variance that are uncorrelated, or ask for responses "
            "only.",
        )
    return whole
