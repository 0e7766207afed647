"""The GARCH(1,1) and GJR likelihoods with their exact scores, one series at a time.

Parameters stand in the order mu, omega, alpha, [gamma,] beta[, nu].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Relative step of the central differences that turn scores into a Hessian.
_STEP = 1e-5


@dataclass(frozen=True, slots=True)
class GarchShape:
    """Which terms a volatility equation has and how its recursion starts.

    Attributes
    ----------
    asymmetric : bool
        Whether negative residuals have their own coefficient (GJR).
    student : bool
        Student's t, standardised to unit variance, instead of the normal distribution.
    presample : float or None
        Squared residual and variance before the first date; ``None`` takes the mean squared
        residual at the current mean, which moves with mu.
    """

    asymmetric: bool = False
    student: bool = False
    presample: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters in order."""
        asymmetry = ("gamma",) if self.asymmetric else ()
        return ("mu", "omega", "alpha", *asymmetry, "beta", *(("nu",) if self.student else ()))

    @property
    def persistence(self) -> np.ndarray:
        """Weights w with persistence = w'theta: alpha + gamma / 2 + beta."""
        weight = {"alpha": 1.0, "gamma": 0.5, "beta": 1.0}
        return np.array([weight.get(name, 0.0) for name in self.names])


@dataclass(frozen=True, slots=True)
class GarchPath:
    """The likelihood at one parameter vector.

    Attributes
    ----------
    residual, variance, loglik : ndarray, shape (T,)
        e_t, h_t and log density of each observation (with its constant).
    score : ndarray, shape (T, n)
        Derivatives of ``loglik``.
    """

    residual: np.ndarray
    variance: np.ndarray
    loglik: np.ndarray
    score: np.ndarray


def garch_path(theta: np.ndarray, y: np.ndarray, shape: GarchShape) -> GarchPath:
    r"""Residuals, variances, log densities and scores.

    .. math:: y_t = \mu + e_t, \quad
        h_t = \omega + (\alpha + \gamma 1[e_{t-1} < 0]) e_{t-1}^2 + \beta h_{t-1}

    (Bollerslev 1986; Glosten, Jagannathan and Runkle 1993). The recursion and each of its
    derivatives is the same first-order linear filter with another input.

    Parameters
    ----------
    theta : ndarray, shape (n,)
    y : ndarray, shape (T,)
    shape : GarchShape
    """
    value = dict(zip(shape.names, theta, strict=True))
    e = y - value["mu"]
    alpha, gamma, beta = value["alpha"], value.get("gamma", 0.0), value["beta"]
    moving = shape.presample is None
    before = float(np.mean(e**2)) if shape.presample is None else shape.presample
    squares = _lagged(e**2, before)
    downside = _lagged(e**2 * (e < 0), before / 2)
    h = _filter(value["omega"] + alpha * squares + gamma * downside, beta, before)

    before_by_mu = -2.0 * float(np.mean(e)) if moving else 0.0
    by_mu = -2.0 * e * (alpha + gamma * (e < 0))
    inputs = {
        "mu": _lagged(by_mu, (alpha + gamma / 2) * before_by_mu),
        "omega": np.ones_like(e),
        "alpha": squares,
        "gamma": downside,
        "beta": _lagged(h, before),
    }
    starts = {"mu": before_by_mu}
    density, by_h, by_e, by_nu = _density(e, h, value.get("nu"))
    score = np.empty((len(e), len(shape.names)))
    for column, name in enumerate(shape.names):
        if name == "nu":
            score[:, column] = by_nu
        else:
            score[:, column] = by_h * _filter(inputs[name], beta, starts.get(name, 0.0))
    score[:, 0] -= by_e
    return GarchPath(e, h, density, score)


def next_variance(theta: np.ndarray, path: GarchPath, shape: GarchShape) -> np.ndarray:
    """h_{t+1} as known after date t, shape (T,): the variance that each close implies."""
    value = dict(zip(shape.names, theta, strict=True))
    weight = value["alpha"] + value.get("gamma", 0.0) * (path.residual < 0)
    ahead: np.ndarray = value["omega"] + weight * path.residual**2 + value["beta"] * path.variance
    return ahead


def mean_hessian(theta: np.ndarray, y: np.ndarray, shape: GarchShape) -> np.ndarray:
    """Second derivatives of the mean log density, by central differences of the exact score."""
    columns = []
    for i in range(len(theta)):
        step = np.zeros_like(theta)
        step[i] = _STEP * max(abs(theta[i]), 1e-2)
        up = garch_path(theta + step, y, shape).score.mean(axis=0)
        down = garch_path(theta - step, y, shape).score.mean(axis=0)
        columns.append((up - down) / (2 * step[i]))
    hessian = np.column_stack(columns)
    symmetric: np.ndarray = (hessian + hessian.T) / 2
    return symmetric


def _lagged(x: np.ndarray, first: float) -> np.ndarray:
    return np.concatenate([[first], x[:-1]])


def _filter(x: np.ndarray, beta: float, before: float) -> np.ndarray:
    """h_t = x_t + beta h_{t-1} with h_0 given."""
    from scipy.signal import lfilter

    path: np.ndarray = lfilter([1.0], [1.0, -beta], x, zi=[beta * before])[0]
    return path


def _density(
    e: np.ndarray, h: np.ndarray, nu: float | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Log density and its derivatives with respect to h, e and nu."""
    if nu is None:
        square = e**2 / h
        return (
            -0.5 * (np.log(2 * np.pi * h) + square),
            0.5 * (square - 1) / h,
            -e / h,
            np.zeros_like(e),
        )
    from scipy.special import digamma, gammaln

    excess = e**2 / ((nu - 2) * h)
    constant = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(np.pi * (nu - 2))
    ratio = (nu + 1) / (1 + excess)
    by_nu = 0.5 * (digamma((nu + 1) / 2) - digamma(nu / 2) - 1 / (nu - 2))
    return (
        constant - 0.5 * np.log(h) - 0.5 * (nu + 1) * np.log1p(excess),
        0.5 * (ratio * excess - 1) / h,
        -ratio * e / ((nu - 2) * h),
        by_nu - 0.5 * np.log1p(excess) + 0.5 * ratio * excess / (nu - 2),
    )
