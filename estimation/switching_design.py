r"""A Gaussian Markov-switching regression: its data, its parameters, and the optimiser's vector.

.. math::
    y_t = x_t' \beta_{s_t} + w_t' \gamma + v_t, \qquad
    v_t = \sum_{l=1}^{p} \phi_l(s_t) v_{t-l} + \sigma_{s_t} e_t

Without lags (p = 0) this is the Markov-switching regression; with x_t = 1 and p lags it is the
mean form of Hamilton (1989), where the past deviations carry the regimes of their own dates.

The vector ``theta`` that the optimiser moves is unconstrained:

- for each regime i and each j != i: log(p_ij / p_ii),
- beta by regime, gamma,
- log(sigma^2 - floor), once or by regime,
- phi, once or by regime.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .jit import kernel

#: Smallest excess of a variance over its floor that a start may have, in units of the floor.
_SMALLEST_EXCESS = 1e-6


class SwitchingDesign(NamedTuple):
    """Data and switches of one model, as the kernels take them.

    Attributes
    ----------
    y : ndarray, shape (T,)
    x : ndarray, shape (T, nx)
        Regressors whose coefficients depend on the regime.
    w : ndarray, shape (T, nw)
        Regressors whose coefficients do not.
    stretches : ndarray of int, shape (S, 2)
        First row and end (exclusive) of each run of neighbouring observations; the first ``p``
        rows of each are conditioned on.
    k, p : int
        Regimes and lags.
    switching_variance, switching_ar : bool
    variance_floor : float
        No variance goes below it (the likelihood is unbounded as a variance goes to zero).
    """

    y: np.ndarray
    x: np.ndarray
    w: np.ndarray
    stretches: np.ndarray
    k: int
    p: int
    switching_variance: bool
    switching_ar: bool
    variance_floor: float

    @property
    def usable(self) -> np.ndarray:
        """The stretches without the observations that are conditioned on."""
        usable: np.ndarray = self.stretches + np.array([self.p, 0])
        return usable

    @property
    def n_observations(self) -> int:
        """Number of observations with a density."""
        return int(np.diff(self.usable, axis=1).sum())

    @property
    def blocks(self) -> dict[str, slice]:
        """Where each group of parameters stands in ``theta``."""
        widths = {
            "transition": self.k * (self.k - 1),
            "switching": self.k * self.x.shape[1],
            "common": self.w.shape[1],
            "variance": self.k if self.switching_variance else 1,
            "ar": self.p * (self.k if self.switching_ar else 1),
        }
        ends = np.cumsum(list(widths.values()))
        return {n: slice(int(e) - w, int(e)) for (n, w), e in zip(widths.items(), ends)}

    @property
    def n_parameters(self) -> int:
        """Length of ``theta``."""
        return int(self.blocks["ar"].stop)


class SwitchingParameters(NamedTuple):
    """The parameters by their names; whatever does not switch is repeated by regime.

    Attributes
    ----------
    transition : ndarray, shape (k, k)
        ``[from, to]``.
    switching : ndarray, shape (k, nx)
        beta.
    common : ndarray, shape (nw,)
        gamma.
    variance : ndarray, shape (k,)
    ar : ndarray, shape (k, p)
        phi.
    """

    transition: np.ndarray
    switching: np.ndarray
    common: np.ndarray
    variance: np.ndarray
    ar: np.ndarray

    def reordered(self, order: np.ndarray) -> SwitchingParameters:
        """The same model with its regimes in another order."""
        return SwitchingParameters(
            self.transition[np.ix_(order, order)],
            self.switching[order],
            self.common,
            self.variance[order],
            self.ar[order],
        )


def pack(parameters: SwitchingParameters, design: SwitchingDesign) -> np.ndarray:
    """The unconstrained vector of a set of parameters."""
    chain = np.log(np.maximum(parameters.transition, 1e-300))
    logits = (chain - np.diag(chain)[:, None])[~np.eye(design.k, dtype=bool)]
    floor = design.variance_floor
    excess = np.maximum(parameters.variance - floor, max(_SMALLEST_EXCESS * floor, 1e-300))
    return np.concatenate(
        [
            logits,
            parameters.switching.ravel(),
            parameters.common,
            np.log(excess if design.switching_variance else excess[:1]),
            parameters.ar.ravel() if design.switching_ar else parameters.ar[0],
        ]
    )


@kernel
def unpack(theta: np.ndarray, design: SwitchingDesign) -> SwitchingParameters:
    """The parameters that an unconstrained vector stands for."""
    k, p, nx, nw = design.k, design.p, design.x.shape[1], design.w.shape[1]
    transition, beta, gamma = np.empty((k, k)), np.empty((k, nx)), np.empty(nw)
    variance, phi = np.empty(k), np.empty((k, p))
    at = 0
    for i in range(k):
        top = 0.0
        for j in range(k - 1):
            top = max(top, theta[at + j])
        total = 0.0
        for j in range(k):
            logit = 0.0 if j == i else theta[at + (j if j < i else j - 1)]
            transition[i, j] = np.exp(logit - top)
            total += transition[i, j]
        for j in range(k):
            transition[i, j] /= total
        at += k - 1
    for i in range(k):
        for j in range(nx):
            beta[i, j] = theta[at]
            at += 1
    for j in range(nw):
        gamma[j] = theta[at]
        at += 1
    for i in range(k):
        variance[i] = design.variance_floor + np.exp(theta[at + i * design.switching_variance])
    at += k if design.switching_variance else 1
    for i in range(k):
        for j in range(p):
            phi[i, j] = theta[at + i * p * design.switching_ar + j]
    return SwitchingParameters(transition, beta, gamma, variance, phi)
