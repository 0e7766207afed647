"""All optima of a switching likelihood that random starts find, and what is wrong with them.

The likelihood has many maxima. Each start is climbed to the end; ends with the same likelihood
are one optimum, counted; and an optimum that an economist should not publish says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...errors import NumericalError
from ...estimation.hamilton import kim_smoother, regimes_of
from ...estimation.streams import block_generator
from ...estimation.switching_design import SwitchingParameters, pack, unpack
from ...estimation.switching_fit import Maximum, maximise
from ...estimation.switching_score import filter_at
from .data import LinearFit
from .scaling import ScaledModel

FLOOR = "variance on its floor"
BELOW = "below the one-regime model"
UNCONVERGED = "not converged"
BOUNDARY = "transition probability at its boundary"
COLLAPSED = "collapsed to one regime"
THIN = "a regime with few observations"

#: An optimum with one of these is listed but never headlined.
DISQUALIFYING = frozenset({FLOOR, BELOW, UNCONVERGED})

#: Log-likelihoods that differ by less are one optimum.
SAME_OPTIMUM = 1e-3
#: A transition probability below this is at its boundary.
AT_BOUNDARY = 1e-5
#: A regime is thin if it holds fewer expected observations than this per switching coefficient.
THIN_REGIME = 5


@dataclass(frozen=True, eq=False)
class Optimum:
    """A maximum of the likelihood, and how often it was found.

    Attributes
    ----------
    theta : ndarray, shape (n,)
        In the optimiser's units.
    log_likelihood : float
        In the data's units.
    hits : int
        Starts that ended here.
    largest_score : float
        Largest absolute element of the score.
    flags : tuple of str
    """

    theta: np.ndarray
    log_likelihood: float
    hits: int
    largest_score: float
    flags: tuple[str, ...]

    @property
    def admissible(self) -> bool:
        """Whether it may be headlined."""
        return not DISQUALIFYING.intersection(self.flags)


def search(
    model: ScaledModel,
    linear: LinearFit,
    *,
    starts: int,
    seed: int,
    nested: Iterable[SwitchingParameters] = (),
) -> tuple[Optimum, ...]:
    """Climb from random starts, from the one-regime model split in two, and from nested models.

    Parameters
    ----------
    model : ScaledModel
    linear : LinearFit
    starts : int
        Number of random starts; start i has the stream (seed, i).
    seed : int
    nested : iterable of SwitchingParameters
        Fits of models nested in this one, in the data's units; from there it cannot end below.

    Returns
    -------
    tuple of Optimum
        Best first.

    Raises
    ------
    NumericalError
        If no start has a finite likelihood.
    """
    points = [_random_start(model, linear, block_generator(seed, i)) for i in range(starts)]
    points.append(_split(model, linear))
    points += [model.scaled(model.embed(parameters)) for parameters in nested]
    ends = [maximise(pack(point, model.design), model.design) for point in points]
    found = [end for end in ends if np.isfinite(end.log_likelihood)]
    if not found:
        raise NumericalError(
            f"No start of the regimes of {model.data.response} has a finite likelihood.",
            remedy="Check the series for outliers or constant stretches.",
        )
    return tuple(
        Optimum(
            group[0].theta,
            model.log_likelihood_of(group[0].log_likelihood),
            len(group),
            group[0].largest_score,
            _flags(group[0], model, linear),
        )
        for group in _groups(found)
    )


def headline(optima: Iterable[Optimum]) -> Optimum | None:
    """The best optimum that is neither a spike nor an unfinished climb, if there is one."""
    return next((optimum for optimum in optima if optimum.admissible), None)


def _groups(ends: list[Maximum]) -> list[list[Maximum]]:
    """Ends with the same likelihood, best first."""
    groups: list[list[Maximum]] = []
    for end in sorted(ends, key=lambda end: -end.log_likelihood):
        if groups and groups[-1][0].log_likelihood - end.log_likelihood < SAME_OPTIMUM:
            groups[-1].append(end)
        else:
            groups.append([end])
    return groups


def _flags(end: Maximum, model: ScaledModel, linear: LinearFit) -> tuple[str, ...]:
    design = model.design
    parameters = unpack(end.theta, design)
    gain = model.log_likelihood_of(end.log_likelihood) - linear.log_likelihood
    smoothed = kim_smoother(filter_at(parameters, design), design.k, design.usable)
    smallest = regimes_of(smoothed.joint, design.k).sum(axis=0).min()
    coefficients = design.x.shape[1] + design.switching_variance
    found = {
        FLOOR: (parameters.variance < 1.01 * design.variance_floor).any(),
        BELOW: gain < -SAME_OPTIMUM,
        UNCONVERGED: not end.converged,
        COLLAPSED: abs(gain) <= SAME_OPTIMUM,
        BOUNDARY: (parameters.transition < AT_BOUNDARY).any(),
        THIN: smallest < THIN_REGIME * coefficients,
    }
    return tuple(flag for flag, holds in found.items() if holds)


def _random_start(
    model: ScaledModel, linear: LinearFit, generator: np.random.Generator
) -> SwitchingParameters:
    """Persistent regimes around the one-regime model, about one residual s.d. apart."""
    k = model.design.k
    centre = model.scaled(model.embed(linear.parameters))
    stay = generator.uniform(0.6, 0.98, k)
    leave = generator.dirichlet(np.ones(k - 1), k)
    transition = np.diag(stay)
    transition[~np.eye(k, dtype=bool)] = ((1 - stay)[:, None] * leave).ravel()
    if model.design.switching_variance:
        variance = np.exp(generator.normal(-0.3, 0.8, k))
    else:
        variance = np.full(k, generator.uniform(0.3, 1.0))
    ar_noise = generator.normal(0, 0.2, centre.ar.shape)
    return SwitchingParameters(
        transition,
        centre.switching + generator.normal(0, 1, centre.switching.shape),
        centre.common,
        np.maximum(variance, 2 * model.design.variance_floor),
        centre.ar + (ar_noise if model.design.switching_ar else ar_noise[:1]),
    )


def _split(model: ScaledModel, linear: LinearFit) -> SwitchingParameters:
    """The one-regime model in two halves that hardly differ: its likelihood, or more after it."""
    centre = model.scaled(model.embed(linear.parameters))
    apart = np.linspace(-0.02, 0.02, model.design.k)
    return SwitchingParameters(
        centre.transition,
        centre.switching + apart[:, None],
        centre.common,
        centre.variance * np.exp(apart if model.design.switching_variance else 0.0),
        centre.ar,
    )
