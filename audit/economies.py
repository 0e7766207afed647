"""The economies of the audit: VAR(2)s of Japan's monthly data whose responses are known.

Coefficients are least-squares estimates on the bundled data, 1999-01 to 2025-11, with two to four
digits; those of ``near_unit_root`` are corrected for their bias by Pope's formula, as least squares
understates persistence. Whatever the digits, the truth is that of the rounded numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from zlib import crc32

import numpy as np
import pandas as pd

from yenloop.estimation.companion import companion_roots
from yenloop.estimation.decompositions import fevd
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.protocol import FromCovariance

#: Seed of the audit; the trial runs before it had others. A sample is a function of the seed, the
#: economy, T and the sample's number.
SEED = 61803
#: Periods before a sample, from zero: 0.99 to this power is 5e-5.
BURN_IN = 1000


@dataclass(frozen=True)
class Truth:
    """What a scheme identifies in the true reduced form.

    Attributes
    ----------
    irf, cumulative_irf, unit_irf : ndarray, shape (H+1, K, K)
        [horizon, response, shock]; shocks of one standard deviation, for ``unit_irf`` of one unit
        of their own variable on impact.
    fevd : ndarray, shape (H, K, K)
        [n - 1, variable, shock] for n steps ahead.
    """

    irf: np.ndarray
    cumulative_irf: np.ndarray
    unit_irf: np.ndarray
    fevd: np.ndarray


@dataclass(frozen=True, eq=False)
class Economy:
    """y_t = A_1 y_{t-1} + ... + A_p y_{t-p} + B e_t with shocks of unit variance.

    Attributes
    ----------
    name : str
    about : str
        What it is, for the published page.
    lags : ndarray, shape (p, K, K)
    impact : ndarray, shape (K, K)
        B, lower triangular.
    garch : tuple of (alpha, beta)
        Shock j is sqrt(h_jt) times a standard normal, with h_jt = 1 - alpha - beta
        + alpha e_j,t-1^2 + beta h_j,t-1; empty for independent normal shocks.
    """

    name: str
    about: str
    lags: np.ndarray
    impact: np.ndarray
    garch: tuple[tuple[float, float], ...] = field(default=())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the variables."""
        return tuple(f"y{i + 1}" for i in range(len(self.impact)))

    @cached_property
    def largest_root(self) -> float:
        """Largest modulus of the roots of the VAR."""
        return float(np.abs(companion_roots(self.lags)[0]))

    def truth(self, scheme: FromCovariance, horizon: int) -> Truth:
        """Responses and variance shares that the scheme identifies in the true reduced form."""
        impact = scheme.impact(self.impact @ self.impact.T, self.lags, self.names)
        irf = impulse_responses(self.lags, impact, horizon)
        return Truth(irf, irf.cumsum(axis=0), irf / np.diagonal(impact), fevd(irf[:horizon]))

    def generator(self, nobs: int, sample: int) -> np.random.Generator:
        """The random stream of one sample."""
        return np.random.default_rng([SEED, crc32(self.name.encode()), nobs, sample])

    def simulate(self, nobs: int, generator: np.random.Generator) -> pd.DataFrame:
        """A sample with ``nobs`` periods after the presample, shape (nobs + p, K)."""
        return self._with_shocks(nobs, generator)[0]

    def _with_shocks(
        self, nobs: int, generator: np.random.Generator
    ) -> tuple[pd.DataFrame, np.ndarray]:
        """A sample and the shocks of its periods, presample included."""
        p, k, _ = self.lags.shape
        rows = nobs + p
        shocks = self._shocks(BURN_IN + rows, generator)
        errors = shocks @ self.impact.T
        side_by_side = np.concatenate(list(self.lags[::-1]), axis=1)  # oldest lag first
        y = np.zeros((p + len(errors), k))
        for t, error in enumerate(errors, start=p):
            y[t] = side_by_side @ y[t - p : t].ravel() + error
        index = pd.period_range("1990-01", periods=rows, freq="M")
        return pd.DataFrame(y[-rows:], index, list(self.names)), shocks[-rows:]

    def _shocks(self, periods: int, generator: np.random.Generator) -> np.ndarray:
        normal = generator.standard_normal((periods, len(self.impact)))
        if not self.garch:
            return normal
        alpha, beta = np.array(self.garch).T
        shocks, variance = np.empty_like(normal), np.ones(len(alpha))
        for t, draw in enumerate(normal):
            shocks[t] = np.sqrt(variance) * draw
            variance = 1 - alpha - beta + alpha * shocks[t] ** 2 + beta * variance
        return shocks


_CHANGES = np.array(
    [
        [[0.12, 0.20, -4.16], [-0.40, 0.79, -1.15], [0.004, 0.001, 0.15]],
        [[0.19, -0.17, 0.09], [0.08, -0.15, 0.66], [-0.005, 0.001, 0.03]],
    ]
)
_IMPACT_OF_CHANGES = np.array([[2.20, 0, 0], [1.83, 1.48, 0], [0.019, 0.002, 0.084]])
#: The same with a yield that moves neither the yen nor import prices, at any horizon.
_YIELD_LAST = _CHANGES * np.array([[1, 1, 0], [1, 1, 0], [1, 1, 1]])

STATIONARY = Economy(
    "stationary",
    "monthly changes of the yen per dollar, import prices and the 10-year JGB yield; independent "
    "normal shocks",
    _CHANGES,
    _IMPACT_OF_CHANGES,
)
NEAR_UNIT_ROOT = Economy(
    "near_unit_root",
    "year-on-year changes of the yen per dollar, import prices and core CPI, with roots of 0.96 "
    "and 0.93; independent normal shocks. It was chosen after trials with eleven persistent "
    "economies of these data, as one in which the correction for bias suffices in short samples; "
    "`levels`, with three roots of 0.97 to 0.985, is harder, and covers less at T = 100",
    np.array(
        [
            [[1.108, 0.078, -0.27], [-0.377, 1.623, 0.54], [-0.006, 0.023, 1.058]],
            [[-0.161, -0.073, 0.33], [0.358, -0.668, -0.74], [0.006, -0.019, -0.069]],
        ]
    ),
    np.array([[3.00, 0, 0], [2.50, 2.05, 0], [0, 0.078, 0.245]]),
)
HETEROSKEDASTIC = Economy(
    "heteroskedastic",
    "as `stationary`, each shock a GARCH(1,1) with the persistence of Japan's monthly shocks to "
    "the yen, import prices and the JGB yield",
    _CHANGES,
    _IMPACT_OF_CHANGES,
    garch=((0.08, 0.87), (0.14, 0.80), (0.17, 0.78)),
)
ZERO_SHARE = Economy(
    "zero_share",
    "as `stationary`, without any effect of the yield on the yen and import prices",
    _YIELD_LAST,
    _IMPACT_OF_CHANGES,
)
MIXED = Economy(
    "mixed",
    "monthly changes of the yen per dollar and import prices beside the level of the US-Japan "
    "10-year yield spread; independent normal shocks",
    np.array(
        [
            [[0.085, 0.167, 0.61], [-0.44, 0.73, 1.92], [-0.0077, 0.0077, 1.16]],
            [[0.167, -0.153, -0.79], [0.065, -0.116, -2.17], [0.0052, -0.0028, -0.192]],
        ]
    ),
    np.array([[2.20, 0, 0], [1.80, 1.47, 0], [0.075, 0.037, 0.168]]),
)
LEVELS = Economy(
    "levels",
    "the yen per dollar, import prices and the 10-year JGB yield in levels, three roots close to "
    "one; independent normal shocks",
    np.array(
        [
            [[1.20, 0.097, -3.91], [-0.332, 1.681, -0.78], [0.0004, 0.0031, 1.10]],
            [[-0.208, -0.091, 3.69], [0.325, -0.689, 0.536], [0.0002, -0.0030, -0.1145]],
        ]
    ),
    np.array([[2.20, 0, 0], [1.83, 1.46, 0], [0.016, 0.005, 0.086]]),
)

ECONOMIES = {
    economy.name: economy
    for economy in (STATIONARY, NEAR_UNIT_ROOT, LEVELS, HETEROSKEDASTIC, ZERO_SHARE, MIXED)
}
