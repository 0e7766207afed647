"""What is audited: the cells, the bands and the schemes that they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.long_run import LongRun
from yenloop.models.identification.protocol import FromCovariance
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.intervals.hall import Hall
from yenloop.models.inference.intervals.percentile_t import PercentileT
from yenloop.models.inference.protocol import Inference
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap

#: Bootstrap draws per sample; the default of the package.
DRAWS = 2000
#: Coverage that the bands claim; the one-sided test of a zero share has the rest as its size.
LEVEL = 0.90
#: Last horizon; a whole path runs from 0 to it.
HORIZON = 24

SCHEMES: dict[str, FromCovariance] = {"cholesky": Cholesky(), "long_run": LongRun()}

RESIDUAL = "residual_bootstrap"
HALL = "residual_bootstrap, hall"
PERCENTILE_T = "residual_bootstrap, percentile_t"
DELTA = "delta_method"
KILIAN = "bias_corrected_bootstrap"
BLOCKS = "block_bootstrap"
KILIAN_BLOCKS = "bias_corrected_bootstrap, blocks"
#: Follows the name of a band that was made joint over a path.
SUP_T = ", sup-t"

BANDS: dict[str, Inference] = {
    RESIDUAL: ResidualBootstrap(DRAWS),
    HALL: ResidualBootstrap(DRAWS, interval=Hall()),
    PERCENTILE_T: ResidualBootstrap(DRAWS, interval=PercentileT()),
    DELTA: DeltaMethod(),
    KILIAN: BiasCorrectedBootstrap(DRAWS),
    BLOCKS: BlockBootstrap(DRAWS),
    KILIAN_BLOCKS: BiasCorrectedBootstrap(DRAWS, block_length=None),
}


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One figure of the audit.

    Attributes
    ----------
    economy : str
    nobs : int
        T, without the presample.
    scheme : str
    band : str
        A key of ``BANDS``, with ``SUP_T`` where it is joint.
    quantity : str
        ``irf``, ``cumulative_irf``, ``fevd``; ``unit_irf``: to a shock of one unit instead of one
        standard deviation; ``irf_path``: all horizons at once; ``zero_share``: rejections of a
        share that is zero.
    horizon : int
        Steps ahead for shares; the last of a path.
    """

    economy: str
    nobs: int
    scheme: str
    band: str
    quantity: str
    horizon: int

    @property
    def nominal(self) -> float:
        """What ``coverage`` should be: the level, or the size of a test."""
        return 1 - LEVEL if self.quantity == "zero_share" else LEVEL


def _cells(
    economy: str,
    scheme: str,
    band: str,
    quantity: str,
    horizons: tuple[int, ...] = (HORIZON,),
    samples: tuple[int, ...] = (100, 160, 300),
) -> Iterator[Cell]:
    for horizon, nobs in product(horizons, samples):
        yield Cell(economy, nobs, scheme, band, quantity, horizon)


#: The cells of ``docs/audit/coverage.csv``: at most 60.
HEADLINE = (
    # Close to a unit root: the bias correction, beside the bands that do without.
    *_cells("near_unit_root", "cholesky", KILIAN, "irf", (1, 12, 24)),
    *_cells("near_unit_root", "cholesky", KILIAN, "cumulative_irf", (12,)),
    *_cells("near_unit_root", "cholesky", KILIAN, "fevd", (12,)),
    *_cells("near_unit_root", "cholesky", KILIAN + SUP_T, "irf_path"),
    *_cells("near_unit_root", "cholesky", KILIAN, "irf_path", samples=(160,)),
    *_cells("near_unit_root", "cholesky", RESIDUAL, "irf", (12,)),
    *_cells("near_unit_root", "cholesky", HALL, "irf", (12,), (100,)),
    *_cells("near_unit_root", "cholesky", PERCENTILE_T, "irf", (12,), (100,)),
    *_cells("near_unit_root", "cholesky", DELTA, "irf", (12,), (100,)),
    *_cells("levels", "cholesky", KILIAN, "irf", (1, 12, 24), (300,)),
    *_cells("mixed", "long_run", KILIAN, "irf", (12,)),
    # Stationary: the same bands, and the long-run scheme.
    *_cells("stationary", "cholesky", KILIAN, "cumulative_irf", (12,), (100,)),
    *_cells("stationary", "cholesky", KILIAN + SUP_T, "irf_path", samples=(100,)),
    *_cells("stationary", "long_run", KILIAN, "irf", (1,)),
    *_cells("stationary", "long_run", KILIAN, "cumulative_irf", (12, 24), (100, 300)),
    # Moving variances: blocks, beside the bootstrap that draws residuals one by one.
    *_cells("heteroskedastic", "cholesky", KILIAN_BLOCKS, "irf", (1, 12, 24)),
    *_cells("heteroskedastic", "cholesky", KILIAN_BLOCKS, "cumulative_irf", (12,)),
    *_cells("heteroskedastic", "cholesky", BLOCKS, "irf", (1,)),
    *_cells("heteroskedastic", "cholesky", RESIDUAL, "irf", (1,), (160,)),
    # At the boundary: how often sampling error alone is taken for an effect.
    *_cells("zero_share", "cholesky", KILIAN, "zero_share", (12,), (100, 300)),
    *_cells("zero_share", "cholesky", RESIDUAL, "zero_share", (12,), (160,)),
)

#: Harder or further cells, published beside them in ``docs/audit/beyond.csv``: several roots close
#: to one in short samples, and what depends on the scale of shocks whose variance moves.
BEYOND = (
    *_cells("levels", "cholesky", KILIAN, "irf", (1, 12, 24), (100, 160)),
    *_cells("levels", "cholesky", KILIAN + SUP_T, "irf_path"),
    *_cells("levels", "cholesky", RESIDUAL, "irf", (12,)),
    *_cells("mixed", "cholesky", KILIAN, "irf", (1, 12)),
    *_cells("mixed", "long_run", KILIAN, "irf", (1,)),
    *_cells("mixed", "long_run", KILIAN, "cumulative_irf", (12,)),
    *_cells("stationary", "long_run", KILIAN, "irf", (12,)),
    *_cells("heteroskedastic", "cholesky", KILIAN_BLOCKS, "irf", (0,)),
    *_cells("heteroskedastic", "cholesky", KILIAN_BLOCKS, "fevd", (12,)),
    *_cells("heteroskedastic", "cholesky", KILIAN_BLOCKS, "unit_irf", (1, 12)),
    *_cells("heteroskedastic", "cholesky", BLOCKS, "irf", (0, 12)),
    *_cells("heteroskedastic", "cholesky", RESIDUAL, "irf", (0,)),
)
