"""At which pointwise level Student intervals hold many estimates at once."""

from __future__ import annotations

import numpy as np

from .streams import block_generator

#: Simulated vectors of t statistics: coverage of a joint band is right to half a percentage point.
POINTS = 2**14
#: Numbers simulated at a time.
CHUNK = 2**21


def student_levels(factors: np.ndarray, degrees: np.ndarray, points: int = POINTS) -> np.ndarray:
    """Levels at which t intervals just hold vectors of correlated errors with estimated variances.

    The error of element i over its standard error is z_i / s_i; the vector z is normal, and s_i^2
    is the mean square of B_i further draws of z_i, which elements have in common: what
    equal-weighted cosines estimate variances from.

    Parameters
    ----------
    factors : ndarray, shape (q, n)
        z is xi @ factors for q independent standard normal xi; each element has unit variance.
    degrees : ndarray of int, shape (n,)
        B_i.

    Returns
    -------
    ndarray, shape (points,)
        P(|t_B| <= m) for the largest of n statistics, the same for the same arguments.
    """
    from scipy.special import stdtr

    q, n = factors.shape
    most = int(degrees.max(initial=0))
    largest = np.zeros(points)
    groups = [(b, np.flatnonzero(degrees == b)) for b in np.unique(degrees)]
    generator = block_generator(0, 0)
    step = max(CHUNK // ((most + 1) * max(n, q, 1)), 1)
    for start in range(0, points if n else 0, step):
        part = slice(start, min(start + step, points))
        normal = generator.standard_normal((part.stop - start, most + 1, q)) @ factors
        squares = np.cumsum(normal[:, 1:] ** 2, axis=1)
        for b, places in groups:
            ratio = np.abs(normal[:, 0, places]) / np.sqrt(squares[:, b - 1, places] / b)
            level = 2 * stdtr(b, ratio.max(axis=1)) - 1
            largest[part] = np.maximum(largest[part], level)
    return largest
