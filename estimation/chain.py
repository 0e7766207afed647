"""Responses along a chain of variables, one stage after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from .gain import expand_quotient


def along_chain(responses: np.ndarray, links: Sequence[int]) -> np.ndarray:
    r"""Response of the last link when each link moves the next one and nothing else does.

    The first link follows its response to its own shock. Each stage then looks for the shocks to
    its source that put the source on the path that it has by the stages before, and follows what
    these shocks do to its target:

    .. math:: x_0 = \theta_{00}(z), \qquad
              x_k(z) = \frac{\theta_{k,k-1}(z)}{\theta_{k-1,k-1}(z)} x_{k-1}(z),

    with theta_ij(z) the response of link i to the shock of link j. It is the product of the stages
    in which each takes the time that it takes. With one stage it is theta_10(z) itself.

    Parameters
    ----------
    responses : ndarray, shape (..., H+1, K, K)
        Not cumulated, [horizon, response, shock]; shock j is that of variable j.
    links : sequence of int
        Positions of the variables, first to last.

    Returns
    -------
    ndarray, shape (..., H+1)
    """
    horizon = responses.shape[-3] - 1
    path: np.ndarray = responses[..., links[0], links[0]]
    for source, target in pairwise(links):
        shocks = expand_quotient(path, responses[..., source, source], horizon)
        path = _convolved(shocks, responses[..., target, source])
    return path


def months_to_half(ratio: np.ndarray) -> np.ndarray:
    """Periods until half of the last value has been reached for the first time.

    Parameters
    ----------
    ratio : ndarray, shape (..., H+1)
        By horizon from 0.

    Returns
    -------
    ndarray, shape (...)
        Between two horizons by linear interpolation; 0 where half is there on impact.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = ratio / ratio[..., -1:]
    after = np.argmax(share >= 0.5, axis=-1)[..., None]
    before = np.maximum(after - 1, 0)
    low, high = (np.take_along_axis(share, i, axis=-1) for i in (before, after))
    step = np.where(after > 0, high - low, 1.0)
    months: np.ndarray = (before + np.where(after > 0, (0.5 - low) / step, 0.0))[..., 0]
    return months


def _convolved(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Coefficients of the product of two power series, as far as both are known."""
    product = [(one[..., : h + 1] * other[..., h::-1]).sum(axis=-1) for h in range(one.shape[-1])]
    return np.stack(product, axis=-1)
