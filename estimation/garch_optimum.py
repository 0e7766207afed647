"""The maximum of a GARCH likelihood, also where it lies at the edge of the admissible region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .garch import GarchShape, garch_path, mean_hessian

#: A restriction binds, and a mean score counts as zero, within these.
_TOUCHES = 1e-6
_FLAT = 1e-7

_LOWEST = {"omega": 1e-6, "alpha": 0.0, "gamma": -1.0, "beta": 0.0, "nu": 2.05}
_HIGHEST = {"omega": 1e3, "alpha": 1.0, "gamma": 2.0, "beta": 1.0, "nu": 500.0}


@dataclass(frozen=True, slots=True)
class GarchOptimum:
    """A maximum of the likelihood.

    Attributes
    ----------
    theta : ndarray, shape (n,)
    free : ndarray, shape (n, f)
        Orthonormal directions in which the estimate may move: all n inside the region, fewer at
        its edge. Standard errors exist in these directions only.
    converged : bool
        Whether the mean score vanishes in the free directions.
    edges : tuple of str
        The restrictions that bind, in words.
    """

    theta: np.ndarray
    free: np.ndarray
    converged: bool
    edges: tuple[str, ...]


def maximise(
    start: np.ndarray, y: np.ndarray, shape: GarchShape, *, persistence_bound: float
) -> GarchOptimum:
    """Climb from ``start``: sequential quadratic programming, then Newton's steps to the end.

    Where alpha (and gamma) end at zero there is no ARCH effect and beta means nothing: the
    constant-variance model is returned, with those coefficients at zero.

    Parameters
    ----------
    start : ndarray, shape (n,)
    y : ndarray, shape (T,)
        In units that give it a variance of order one.
    shape : GarchShape
    persistence_bound : float
        Largest alpha + gamma / 2 + beta, below one.
    """
    rows, limits, words = _restrictions(shape, persistence_bound)
    theta = _climb(start, y, shape, rows, limits)
    arch_terms = [i for i, name in enumerate(shape.names) if name in ("alpha", "gamma", "beta")]
    if np.all(np.abs(theta[arch_terms[:-1]]) < _TOUCHES):
        held = np.eye(len(theta))[arch_terms]
        theta = _climb(start, y, shape, rows, limits, absent=arch_terms)
        edges: tuple[str, ...] = ("no ARCH effect: the variance is constant",)
    else:
        binds = rows @ theta > limits - _TOUCHES
        held = rows[binds]
        edges = tuple(word for word, b in zip(words, binds, strict=True) if b)
    free = _null_space(held)
    theta, converged = _newton(theta, free, y, shape)
    return GarchOptimum(theta, free, converged, edges)


def _restrictions(
    shape: GarchShape, persistence_bound: float
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Linear restrictions ``rows @ theta <= limits`` and their names."""
    unit = dict(zip(shape.names, np.eye(len(shape.names)), strict=True))
    listed = [
        (shape.persistence, persistence_bound, f"persistence at its bound {persistence_bound:g}"),
        (-unit["alpha"], 0.0, "alpha = 0"),
        (-unit["beta"], 0.0, "beta = 0"),
    ]
    if shape.asymmetric:
        listed.append((-unit["alpha"] - unit["gamma"], 0.0, "alpha + gamma = 0"))
    if shape.student:
        listed.append((unit["nu"], _HIGHEST["nu"], "nu at its bound: normal tails"))
        listed.append((-unit["nu"], -_LOWEST["nu"], "nu at its bound: infinite variance"))
    rows, limits, words = zip(*listed, strict=True)
    return np.array(rows), np.array(limits), list(words)


def _climb(
    start: np.ndarray,
    y: np.ndarray,
    shape: GarchShape,
    rows: np.ndarray,
    limits: np.ndarray,
    absent: list[int] | None = None,
) -> np.ndarray:
    """The constrained maximum to about six digits; ``absent`` coefficients are held at zero."""
    from scipy.optimize import minimize

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray]:
        path = garch_path(theta, y, shape)
        return -float(path.loglik.mean()), -path.score.mean(axis=0)

    low = np.array([_LOWEST.get(name, -np.inf) for name in shape.names])
    high = np.array([_HIGHEST.get(name, np.inf) for name in shape.names])
    low[absent or []] = high[absent or []] = 0.0
    inside: Any = {
        "type": "ineq",
        "fun": lambda theta: limits - rows @ theta,
        "jac": lambda _: -rows,
    }
    result = minimize(
        objective,
        np.clip(start, low, high),
        jac=True,
        method="SLSQP",
        bounds=list(zip(low, high, strict=True)),
        constraints=inside,
        options={"ftol": 1e-13, "maxiter": 300},
    )
    theta: np.ndarray = result.x
    return theta


def _newton(
    theta: np.ndarray, free: np.ndarray, y: np.ndarray, shape: GarchShape
) -> tuple[np.ndarray, bool]:
    """Newton's steps in the free directions; each must not lower the likelihood."""
    path = garch_path(theta, y, shape)
    for _ in range(20):
        slope = free.T @ path.score.mean(axis=0)
        if np.abs(slope).max() < _FLAT / 100:
            break
        curvature = free.T @ mean_hessian(theta, y, shape) @ free
        if np.linalg.eigvalsh(curvature).max() >= 0:
            break
        trial = theta - free @ np.linalg.solve(curvature, slope)
        ahead = garch_path(trial, y, shape)
        if not ahead.loglik.mean() >= path.loglik.mean() - 1e-12:
            break
        theta, path = trial, ahead
    slope = free.T @ path.score.mean(axis=0)
    return theta, bool(np.abs(slope).max() < _FLAT)


def _null_space(held: np.ndarray) -> np.ndarray:
    """Orthonormal directions orthogonal to the rows of ``held``."""
    _, singular, right = np.linalg.svd(held)
    rank = int((singular > 1e-10).sum())
    basis: np.ndarray = right[rank:].T
    return basis
