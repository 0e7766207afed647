"""What the reader of a band must know: how it was drawn, and where this sample strains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from .inference.block_bootstrap import Blocks
from .inference.delta_method import DeltaMethod

if TYPE_CHECKING:
    from .inference.protocol import Inference
    from .structural import StructuralVAR

#: A shock that explains more of a variable's one-step variance is at the boundary of what it can.
AT_BOUNDARY = 0.9


def what_was_drawn(svar: StructuralVAR) -> str:
    """What became of the draws, in words; nothing where the band rests on no sample."""
    if svar.inference.interval.reads_pairs:
        return ""
    draws = svar.draws
    lost = f" ({draws.failed} failed)" if draws.failed else ""
    adjusted = (
        f", in {draws.adjusted:,} the correction shrunk or left out at roots of one or beyond"
        if draws.adjusted
        else ""
    )
    return f"; {len(draws):,} kept{lost}{adjusted}{_blocks(svar)}, seed {svar.seed}"


def _at_boundary(svar: StructuralVAR) -> list[str]:
    """Impacts at the boundary where long-run restrictions meet a root near one.

    An impact is at most the error's standard deviation; draws that turn the shocks only lower it.
    """
    if svar.scheme.name not in ("long_run", "short_long_run") or not svar.draws.adjusted:
        return []
    share = svar.impact**2 / np.diag(svar.reduced.covariance)[:, None]
    return [
        f"The shock '{svar.shock_names[j]}' explains {share[i, j]:.0%} of the one-step variance "
        f"of '{svar.names[i]}': with a root near one, long-run restrictions put the band of that "
        "response too low (see the coverage page)."
        for i, j in np.argwhere(share > AT_BOUNDARY)
    ]


def _blocks(svar: StructuralVAR) -> str:
    """How many neighbouring periods were drawn together, where more than one were."""
    bands = svar.inference
    if not isinstance(bands, Blocks):
        return ""
    length = bands.length(svar.reduced.nobs)
    return f", blocks of {length} periods" if length > 1 else ""


def caveats(svar: StructuralVAR) -> list[str]:
    """Where the sample is not what the bands assume."""
    reduced, found = svar.reduced, list(svar.draws.remarks)
    if not reduced.is_stable:
        found.append(reduced.instability)
    if reduced.residuals_are_autocorrelated:
        found.append(
            "Residuals are autocorrelated (Edgerton-Shukur F up to lag 5, p < 0.01): the lags "
            "do not hold all dynamics, and bands take them as if they did."
        )
    found += _at_boundary(svar)
    overlooked = _overlooked(svar.inference)
    if overlooked and reduced.residuals_are_heteroskedastic:
        found.append(
            "Residuals show conditional heteroskedasticity (ARCH-LM p < 0.01): bands that take "
            f"{overlooked} may understate the uncertainty of the impact matrix."
        )
    if isinstance(svar.inference, BiasCorrectedBootstrap) and not reduced.is_stable:
        found.append(
            f"The largest root is {reduced.max_root:.3f}: an estimate that is not stationary is "
            "not corrected for bias, so that samples are drawn around it as it is."
        )
    uncorrected = svar.inference.name in (
        "residual_bootstrap",
        "block_bootstrap",
        "volatility_bootstrap",
    )
    if uncorrected and reduced.near_unit_root and not reduced.unit_roots:
        found.append(
            f"The largest root is {reduced.max_root:.3f}: bands from draws without "
            "correction for bias cover too little at longer horizons."
        )
    return found


def _overlooked(inference: Inference) -> str:
    """What the bands do not allow for when variances move over time; empty if nothing."""
    alike = "errors as alike"
    if isinstance(inference, DeltaMethod):
        # White's covariance leaves out that large errors come together.
        robust = inference.errors == "robust"
        return "squared errors of neighbouring periods as unrelated" if robust else alike
    one_by_one = getattr(inference, "block_length", 1) == 1
    plain = inference.name in ("residual_bootstrap", "bias_corrected_bootstrap")
    return alike if one_by_one and plain else ""
