"""Bootstrap of local projections: samples of the VAR of the same specification, studentised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DrawError, InvalidInferenceError, NumericalError, SpecError
from .inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from .inference.block_bootstrap import Blocks
from .inference.bootstrap import MAX_FAILED, Bootstrap
from .inference.intervals.percentile_t import PercentileT
from .inference.intervals.protocol import Errors
from .inference.wild_bootstrap import WildBootstrap

if TYPE_CHECKING:
    from .projection_estimate import Estimate, Regressions
    from .projection_shocks import Shocks
    from .reduced_form.base import ReducedForm
    from .reduced_form.var_results import VARResults


def require_resampling(bootstrap: object) -> None:
    """Refuse what does not resample residuals together with their covariance.

    Raises
    ------
    SpecError, InvalidInferenceError
    """
    if isinstance(bootstrap, WildBootstrap):
        raise InvalidInferenceError(
            "The wild bootstrap keeps each period's squared residuals, on which the controls of "
            "the period of the shock and its size rest.",
            remedy="Use BiasCorrectedBootstrap(), with blocks for moving variances.",
        )
    if not isinstance(bootstrap, Bootstrap):
        raise SpecError(
            f"bootstrap = {bootstrap!r}.",
            remedy="Pass BiasCorrectedBootstrap(), ResidualBootstrap() or BlockBootstrap().",
        )


def bootstrapped(
    one_step: VARResults,
    shocks: Shocks,
    regressions: Regressions,
    estimate: Estimate,
    bootstrap: Bootstrap,
    seed: int,
) -> tuple[np.ndarray, Errors, int]:
    """Draws for percentile-t intervals, standard errors within each, and how many failed.

    Samples are drawn from the VAR, in which the responses are known; the local projections of each
    sample, and their standard errors, are those of the data. A draw is the estimate plus the error
    that was made in the sample.

    Returns
    -------
    draws : ndarray, shape (R, H+1, K, J)
    errors : Errors
    failed : int

    Raises
    ------
    DrawError
        If more than five per cent of the draws failed numerically.

    References
    ----------
    Montiel Olea and Plagborg-Møller (2021), section 5; the VAR is corrected for bias as by Kilian
    (1998) where the bootstrap does that.
    """
    world: ReducedForm = one_step
    if isinstance(bootstrap, BiasCorrectedBootstrap):
        world = bootstrap.corrected(one_step, seed)[0]
    truth = _responses_of(world, shocks, regressions)
    draws, errors, failed = [], [], 0
    for sample in _samples(world, bootstrap, seed):
        try:
            found = regressions.estimate(sample)
        except NumericalError:
            failed += 1
            continue
        draws.append(estimate.point + found.point - truth)
        errors.append(found.std_error)
    if failed > MAX_FAILED * bootstrap.draws:
        raise DrawError(
            f"{failed} of {bootstrap.draws} bootstrap draws of local projections failed.",
            remedy="Use fewer lags or a shorter horizon.",
        )
    return np.array(draws), Errors(estimate.std_error, np.array(errors)), failed


def interval_of(bootstrap: Bootstrap) -> PercentileT:
    """Percentile-t, by default symmetric.

    Errors of responses that decay are skewed, and the quantiles of either tail too close to zero on
    one side: intervals by the quantile of the absolute value hold the truth more often.
    """
    own = bootstrap.interval
    return own if isinstance(own, PercentileT) else PercentileT(symmetric=True)


def samples_in_words(bootstrap: Bootstrap) -> str:
    """The interval, how many samples, of which VAR, and how residuals are drawn for them."""
    which = "bias-corrected VAR" if isinstance(bootstrap, BiasCorrectedBootstrap) else "VAR"
    blocks = isinstance(bootstrap, Blocks) and bootstrap.block_length != 1
    how = "in moving blocks" if blocks else "one by one"
    interval = interval_of(bootstrap).describe()
    return f"{interval} from {bootstrap.draws:,} samples of the {which} (residuals {how})"


def _samples(world: ReducedForm, bootstrap: Bootstrap, seed: int) -> Iterator[np.ndarray]:
    """Series of the VAR, shape (T+p, K) each, that begin with the presample."""
    from ..estimation.general_bootstrap import simulated_paths
    from ..estimation.resampling import error_table
    from ..estimation.streams import BLOCK, block_generator

    rule, usable = bootstrap.resampling(world), world.resampled_rows
    table = error_table(rule, world.residuals.to_numpy(), usable, world.df_resid)
    drift = world.z @ world.deterministic.T
    for first in range(0, bootstrap.draws, BLOCK):
        rows = rule.rows(block_generator(seed, first // BLOCK), usable).T
        paths = simulated_paths(world.y[: world.p], drift + table[rows], world.lag_coefficients)
        yield from paths[: bootstrap.draws - first]


def _responses_of(world: ReducedForm, shocks: Shocks, regressions: Regressions) -> np.ndarray:
    """Responses of the VAR that samples are drawn from, shape (H+1, K, J)."""
    from ..estimation.responses import impulse_responses

    residuals = world.residuals.to_numpy()
    covariance = residuals.T @ residuals / world.df_resid  # that of the errors drawn
    impact = shocks.impact(covariance, world.names)[:, list(regressions.wanted)]
    own = impact[list(regressions.wanted), range(len(regressions.wanted))]
    impact = impact * np.where(np.isnan(shocks.targets), 1.0, shocks.targets / own)
    found = impulse_responses(world.lag_coefficients, impact, regressions.horizon)
    chosen = np.where(regressions.cumulated[:, None], np.cumsum(found, axis=0), found)
    return np.asarray(chosen * regressions.scale[:, None])
