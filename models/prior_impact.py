"""What uniform rotations say of impact responses by themselves, beside the posterior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import response_scales
from ..errors import NotIdentifiedError
from ..estimation.haar_impact import haar_density, largest_gap, sampling_gap
from ..estimation.narrative import Narrative
from .identification.named_shocks import shock_in_words
from .identification.rotation_search import equally_weighted
from .identification.signs import SignRestrictions
from .inference.intervals.percentile import equal_tailed
from .options import require_count, require_levels
from .responses import chosen, long_frame
from .results import Summary, tidy_frame
from .structural_result import StructuralResult, origin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR


@dataclass(frozen=True, eq=False, kw_only=True)
class PriorImpact(StructuralResult):
    """Responses on impact to shocks of one standard deviation: implied prior and posterior.

    A uniform distribution of rotations is a prior on B given Sigma, truncated by the restrictions,
    and an informative one: given Sigma the likelihood is the same for all rotations, so that the
    posterior differs from it only by what the data say about Sigma and the lags (Baumeister and
    Hamilton 2015). Jointly it is uniform over the models of the identified set (Arias,
    Rubio-Ramírez and Waggoner 2025), which no single response shows.

    Attributes
    ----------
    names : tuple of str
        Responding variables, axis 1.
    shocks : tuple of str
        Identified shocks, axis 2.
    prior : ndarray, shape (N, K, J)
        In uniform rotations of the estimated Sigma that satisfy the restrictions, in the units of
        responses. Narratives are left out: they speak of the data.
    posterior : ndarray, shape (R, K, J)
        In the joint draws.
    deviations : ndarray, shape (K,)
        Standard deviations of the errors: without restrictions responses lie between minus and
        plus these.
    """

    names: tuple[str, ...]
    shocks: tuple[str, ...]
    prior: np.ndarray
    posterior: np.ndarray
    deviations: np.ndarray

    methods: ClassVar[tuple[str, ...]] = (
        "baumeister_hamilton2015",
        "arias_rubio_waggoner2025",
    )
    figure: ClassVar[str] = "prior_impact"

    @property
    def units(self) -> dict[str, str]:
        """Unit of each variable's responses."""
        return {name: self.columns[name].unit_of_responses for name in self.names}

    @cached_property
    def gap(self) -> pd.DataFrame:
        """Largest gap between the distribution functions of both, variables in rows."""
        found = largest_gap(self.prior, self.posterior)
        return pd.DataFrame(found, index=list(self.names), columns=list(self.shocks))

    def densities(self, shock: str) -> pd.DataFrame:
        """Histograms of the responses to one shock.

        Returns
        -------
        DataFrame
            Columns response, low, high (of a bin), prior, posterior, and unrestricted: the density
            that uniform rotations imply without restrictions, at the middle of the bin.
        """
        j = self.shocks.index(chosen(shock, self.shocks, "shock")[0])
        bins = round(2 * len(self.posterior) ** (1 / 3))  # Rice's rule
        frames = []
        for i, name in enumerate(self.names):
            samples = self.prior[:, i, j], self.posterior[:, i, j]
            edges = np.histogram_bin_edges(np.concatenate(samples), bins)
            middle = (edges[1:] + edges[:-1]) / 2
            prior, posterior = (np.histogram(x, edges, density=True)[0] for x in samples)
            frames.append(
                pd.DataFrame(
                    {
                        "response": name,
                        "low": edges[:-1],
                        "high": edges[1:],
                        "prior": prior,
                        "posterior": posterior,
                        "unrestricted": haar_density(middle, self.deviations[i], len(self.names)),
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """Medians and equal-tailed limits of both, and the largest gap between them.

        Statistics ``prior_impact``, ``posterior_impact`` and ``prior_posterior_gap``.
        """
        wanted = self.levels if levels is None else levels
        require_levels(wanted)
        none = np.full((1, *self.prior.shape[1:]), np.nan)
        frames = []
        for statistic, draws in (
            ("prior_impact", self.prior),
            ("posterior_impact", self.posterior),
        ):
            limits = equal_tailed(draws[:, None], wanted)
            rows = self._rows(np.median(draws, axis=0)[None], draws.std(axis=0)[None], limits)
            frames.append(rows.assign(statistic=statistic))
        rows = self._rows(self.gap.to_numpy()[None], none, {})
        frames.append(rows.assign(statistic="prior_posterior_gap", unit="probability", band=""))
        return tidy_frame(pd.concat(frames))

    def summary(self) -> Summary:
        """Prior and posterior intervals of every response, one table a shock."""
        level = max(self.levels)
        both = [equal_tailed(draws, [level])[level] for draws in (self.prior, self.posterior)]
        gaps, tables = self.gap.to_numpy(), []
        for j, shock in enumerate(self.shocks):
            cells = {
                self.columns[name].label_with_unit: [
                    *(f"[{low[i, j]:.3g}, {high[i, j]:.3g}]" for low, high in both),
                    f"{gaps[i, j]:.2f}",
                ]
                for i, name in enumerate(self.names)
            }
            heads = [f"prior, {level:.0%}", f"posterior, {level:.0%}", "largest gap"]
            table = pd.DataFrame.from_dict(cells, orient="index", columns=heads)
            tables.append((f"{shock_in_words(shock, self.columns)}, one standard deviation", table))
        return Summary(f"Prior and posterior on impact, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """What the prior is, what the dotted line is, then the setting."""
        noise = sampling_gap(len(self.prior), len(self.posterior))
        return (
            f"Prior: {len(self.prior):,} uniform (Haar) rotations of the estimated Sigma that "
            "satisfy the restrictions; given Sigma and the lags the data do not revise it, so that "
            "where it coincides with the posterior a response shows the prior. Dotted: uniform "
            "rotations without restrictions, in closed form. Largest gap of the distribution "
            f"functions: up to {noise:.2f} it is noise of the draws.",
            *self.setting,
        )

    def plot(
        self,
        *,
        shock: str | None = None,
        response: str | Sequence[str] | None = None,
        **options: Any,
    ) -> tuple[Figure, Any]:
        """Densities of the responses to one shock, prior and posterior, one panel a response.

        Parameters
        ----------
        shock : str, optional
            By default the first.
        response : str or sequence of str, optional
            By default all variables.
        """
        one = chosen(shock or self.shocks[0], self.shocks, "shock")[0]
        names = chosen(response, self.names, "variable")
        return super().plot(
            densities=self.densities(one),
            responses=names,
            labels={name: self.columns[name].label for name in names},
            units=self.units,
            title=f"{shock_in_words(one, self.columns)} of one standard deviation, on impact",
            **options,
        )

    def _rows(
        self,
        point: np.ndarray,
        std_error: np.ndarray,
        bands: dict[float, tuple[np.ndarray, np.ndarray]],
    ) -> pd.DataFrame:
        rows = long_frame(point, std_error, bands, self.names, self.shocks, first=0)
        return rows.assign(
            model=self.model,
            band=self.band,
            cumulative=False,
            unit=rows["response"].map(self.units),
        )


def prior_impact(svar: StructuralVAR, draws: int) -> PriorImpact:
    """See ``StructuralVAR.prior_impact``."""
    require_count("draws", draws, 100)
    if not isinstance(svar.scheme, SignRestrictions):
        raise NotIdentifiedError(
            f"The scheme '{svar.scheme.name}' draws no uniform rotations, whose prior could be "
            "shown.",
            remedy="Use SignRestrictions.",
        )
    reduced = svar.reduced
    search = svar.scheme.search(reduced, svar.seed, getattr(svar.inference, "threads", 1))
    search = replace(search, narrative=Narrative(()))
    lags, deterministic, covariance = (
        form[None] for form in (reduced.lag_coefficients, reduced.deterministic, reduced.covariance)
    )
    found = search.admissible(lags, deterministic, covariance, draws, "prior")
    accepted = equally_weighted(search, reduced.lag_coefficients, found.impact[found.found])
    scale = response_scales(svar.names, svar.columns)
    known = np.flatnonzero(svar.known)
    return PriorImpact(
        **origin(svar, (0.68, 0.90)),
        names=svar.names,
        shocks=svar.identified,
        prior=accepted[..., known] * scale[:, None],
        posterior=svar.draws.impact[..., known] * scale[:, None],
        deviations=np.sqrt(np.diag(reduced.covariance)) * scale,
    )
