"""Two samples of one structural VAR, the second longer, with draws from the same simulated paths.

Under "no change of parameters" a number estimated on the short and on the long sample differs by
sampling error alone. Both models' draws come from paths that the long sample's VAR generates, so
the difference of their draws is what such a move looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SampleError, SpecError
from ..estimation.paired_bootstrap import bootstrap_pairs
from .inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from .inference.bootstrap import Bootstrap
from .loop import loop_gain

if TYPE_CHECKING:
    from ..estimation.var_bootstrap import ReducedFormDraws
    from .inference.intervals.protocol import Interval
    from .inference.protocol import Inference
    from .reduced_form.base import ReducedForm
    from .structural import StructuralVAR

#: What identifies a number of a structural VAR: statistic, shock, response, horizon.
Key = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnInPairs:
    """Draws that were made together with those of another sample.

    Attributes
    ----------
    source : Inference
        What gives the model's own bands: its resampling and its interval.
    found : ReducedFormDraws
    """

    source: Inference
    found: ReducedFormDraws

    @property
    def name(self) -> str:
        """Key of the band in the validity table: that of the source."""
        return self.source.name

    @property
    def interval(self) -> Interval:
        """How the draws become an interval."""
        return self.source.interval

    def interval_for(self, reduced: ReducedForm) -> Interval:
        """The same for a sample; see ``Inference.interval_for``."""
        return self.source.interval_for(reduced)

    def draw(self, reduced: ReducedForm, seed: int) -> ReducedFormDraws:  # noqa: ARG002
        """The draws, whatever they are asked for."""
        return self.found

    def describe(self) -> str:
        """The method in words."""
        return f"{self.source.describe()}, on paths that both samples share"


def paired_samples(
    short: StructuralVAR, long: StructuralVAR, *, threads: int = 1
) -> tuple[StructuralVAR, StructuralVAR]:
    """Both models with joint draws from the same paths, on which no parameter changes.

    Paths are simulated over the long sample, from its estimates (less their bias, where the bands
    are corrected for it) and with the resampling of its bands; both samples are estimated on each.
    Any number of the two models can then be compared draw by draw. The number of lags is taken as
    known.

    Parameters
    ----------
    short, long : StructuralVAR
        The same VAR by least squares, identified alike; the periods of the first are the first of
        the second.
    threads : int

    Raises
    ------
    SampleError
        If the long sample is not the short one with periods added to its end.
    SpecError
        If the models differ in more than that, or their bands are no bootstrap.
    """
    inference, reduced = long.inference, long.reduced
    if not isinstance(inference, Bootstrap) or not reduced.plain_least_squares:
        raise SpecError(
            "Samples are compared draw by draw under a bootstrap of a VAR by least squares.",
            remedy="Use one of the bootstraps, without restrictions.",
        )
    _require_same_model(short.reduced, reduced)
    _require_added_periods(short.reduced, reduced)
    generating = reduced
    if isinstance(inference, BiasCorrectedBootstrap):
        generating, _ = inference.corrected(reduced, long.seed)
    pairs = bootstrap_pairs(
        reduced.y,
        reduced.z,
        generating.lag_coefficients,
        generating.deterministic,
        reduced.residuals.to_numpy(),
        short=short.reduced.nobs,
        draws=inference.draws,
        seed=long.seed,
        resampling=inference.resampling(reduced),
        usable=reduced.resampled_rows,
        divisor="df" if reduced.divisor == "df" else "T",
        threads=threads,
    )
    return (
        replace(short, inference=DrawnInPairs(inference, pairs.short)),
        replace(long, inference=DrawnInPairs(inference, pairs.long)),
    )


def drawn_responses(
    svar: StructuralVAR, shock: str, size: float, responses: Sequence[str], horizons: Sequence[int]
) -> dict[Key, np.ndarray]:
    """Draws of the responses to a shock of some size, each of shape (R,)."""
    irf = svar.irf(max(horizons), size={shock: size}).select(shock=shock, response=responses)
    return {
        ("irf", shock, name, h): irf.draws[:, h, i, 0]
        for i, name in enumerate(irf.names)
        for h in horizons
    }


def drawn_gains(
    svar: StructuralVAR, node: str, cycle: Sequence[str], horizons: Sequence[int]
) -> dict[Key, np.ndarray]:
    """Draws of the gain, of the domestic gain and of the gain along the cycle, each (R,)."""
    found = loop_gain(svar, node, horizons=horizons, domestic=cycle, cycle=cycle)
    drawn = {("gain", node, node, h): found.total.draws[:, h] for h in horizons}
    if found.domestic is not None:
        drawn |= {("domestic_gain", node, node, h): found.domestic.draws[:, h] for h in horizons}
    if found.edges is not None:
        path = found.edges.path.draws
        drawn |= {("path_gain", node, node, h): path[:, n] for n, h in enumerate(horizons)}
    return drawn


def drawn_pass_through(
    svar: StructuralVAR,
    shock: str,
    ratios: Iterable[tuple[str, str, str]],
    horizons: Sequence[int],
) -> dict[Key, np.ndarray]:
    """Draws of cumulated responses over one another, each of shape (R,).

    Parameters
    ----------
    svar : StructuralVAR
    shock : str
    ratios : iterable of (statistic, price, base)
        Name of the ratio, what stands in its numerator and in its denominator.
    horizons : sequence of int
    """
    irf = svar.irf(max(horizons), size="1sd", cumulative=True).select(shock=shock)
    drawn: dict[Key, np.ndarray] = {}
    for statistic, price, base in ratios:
        above, below = (irf.draws[:, :, irf.names.index(name), 0] for name in (price, base))
        drawn |= {(statistic, shock, price, h): above[:, h] / below[:, h] for h in horizons}
    return drawn


def _require_same_model(short: ReducedForm, long: ReducedForm) -> None:
    same = short.names == long.names and short.z_names == long.z_names
    if not same or short.p != long.p:
        raise SpecError(
            f"A {short.model} of {', '.join(short.names)} beside a {long.model} of "
            f"{', '.join(long.names)}: not the same VAR on two samples.",
            remedy="Compare models that differ in nothing but their sample.",
        )


def _require_added_periods(short: ReducedForm, long: ReducedForm) -> None:
    if not short.nobs < long.nobs or not short.index.equals(long.index[: len(short.index)]):
        raise SampleError(
            f"{long.sample} is not {short.sample} with periods added to its end.",
            remedy="Compare a sample with a longer one that begins in the same period.",
        )
