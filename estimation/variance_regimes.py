"""A VAR whose shocks change their variance with the regime, by Gaussian maximum likelihood.

    y_t = D z_t + A_1 y_{t-1} + ... + A_p y_{t-p} + u_t,   E u_t u_t' = B Lambda_m B' in regime m.

The coefficients given B and the variances are those of generalised least squares, B and the
variances given the coefficients a joint diagonalisation of the regimes' covariances. Both are
found in turn until neither moves: the score is then zero in all parameters (stopping after the
first round leaves the variance ratios of least squares, which differ visibly in short samples).

A regime is a column of weights between zero and one a period; known regimes have weights zero and
one, regimes that are only probable the probabilities. Arrays have their draws on the first axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .joint_diagonal import diagonalise
from .regime_resampling import WithinRegimes
from .resampling import INDEPENDENT, MovingBlocks
from .variance_information import parameter_covariance
from .volatility import ErrorSource, Observations, VolatilityFit, looked_up
from .white_sample import WhiteSample

#: Largest change of a fitted value, in standard deviations of the shocks, at which rounds end, for
#: the estimate and for a draw.
TOLERANCE, TOLERANCE_DRAW = 1e-11, 1e-8
MAX_ROUNDS = 500
#: Steps of the joint diagonalisation in one round.
DIAGONAL_STEPS = 5


@dataclass(frozen=True, slots=True)
class RegimeFit(VolatilityFit):
    """The estimates of R samples; NaN where a sample has none.

    Attributes
    ----------
    variances : ndarray, shape (R, M, K)
        [regime, shock].
    covariances : ndarray, shape (R, M, K, K)
        Of the residuals in each regime, divisor T_m, unrestricted.
    """

    variances: np.ndarray
    covariances: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class RegimeModel:
    """Shocks whose variances change at known dates; see ``volatility.VolatilityModel``.

    Attributes
    ----------
    regime : ndarray of int, shape (T,)
    unmixing : ndarray, shape (K, K)
    variances : ndarray, shape (M, K)
    """

    regime: np.ndarray
    unmixing: np.ndarray
    variances: np.ndarray

    @property
    def membership(self) -> np.ndarray:
        """One for the regime of each period, shape (T, M)."""
        return np.asarray(np.eye(len(self.variances))[self.regime])

    def path(self, residuals: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """Variance of each shock by period, shape (T, K)."""
        return np.asarray(self.variances[self.regime])

    def source(self, residuals: np.ndarray, usable: np.ndarray, length: int) -> ErrorSource:
        """Residuals of the same regime, one by one or in blocks."""
        rule = WithinRegimes(self.regime, INDEPENDENT if length == 1 else MovingBlocks(length))
        return looked_up(rule, residuals, usable)

    def reestimate(self, sample: Observations) -> VolatilityFit:
        """Maximum likelihood with the same regimes."""
        return estimate_regimes(sample, self.membership, self.unmixing, tolerance=TOLERANCE_DRAW)

    def parameter_covariance(
        self, residuals: np.ndarray, usable: np.ndarray, *, robust: bool
    ) -> np.ndarray:
        """Covariance of the estimates of B and the variances; see ``variance_information``."""
        shocks = residuals[usable] @ self.unmixing.T
        return parameter_covariance(shocks, self.variances, self.membership[usable], robust=robust)


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums of products over each regime: all that the likelihood needs of a sample.

    Attributes
    ----------
    gram : ndarray, shape (R, M, n, n)
    cross : ndarray, shape (R, M, n, K)
        Basis with residuals of least squares.
    squares : ndarray, shape (R, M, K, K)
    counts : ndarray, shape (R, M)
        Periods with an error of their own.
    """

    gram: np.ndarray
    cross: np.ndarray
    squares: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(
        cls, sample: WhiteSample, membership: np.ndarray, usable: np.ndarray | None = None
    ) -> Moments:
        """Sums with the weights ``membership``, shape (T, M) or (R, T, M)."""
        weights = np.broadcast_to(membership, (len(sample.basis), *membership.shape[-2:]))
        counted = weights if usable is None else weights * usable[:, None]
        gram, cross, squares = [], [], []
        for m in range(weights.shape[-1]):
            weighted = sample.basis * weights[..., m, None]
            gram.append(np.swapaxes(weighted, 1, 2) @ sample.basis)
            cross.append(np.swapaxes(weighted, 1, 2) @ sample.residuals)
            product = sample.residuals * weights[..., m, None]
            squares.append(np.swapaxes(product, 1, 2) @ sample.residuals)
        return cls(
            np.stack(gram, axis=1),
            np.stack(cross, axis=1),
            np.stack(squares, axis=1),
            counted.sum(axis=1),
        )

    def of_runs(self, runs: np.ndarray) -> Moments:
        """The moments of some of the series."""
        return Moments(self.gram[runs], self.cross[runs], self.squares[runs], self.counts[runs])

    @property
    def shares(self) -> np.ndarray:
        """tau_m: share of each regime in the periods, shape (R, M)."""
        return np.asarray(self.counts / self.counts.sum(axis=1, keepdims=True))

    def covariances(self, change: np.ndarray) -> np.ndarray:
        """Residual covariances by regime after a ``change`` (R, n, K) of the fit, divisor T_m."""
        shift = change[:, None]
        across = np.swapaxes(self.cross, -1, -2) @ shift
        inside = np.swapaxes(shift, -1, -2) @ self.gram @ shift
        total = self.squares - across - np.swapaxes(across, -1, -2) + inside
        return np.asarray(total / self.counts[..., None, None])


def estimate_regimes(
    data: Observations,
    membership: np.ndarray,
    start: np.ndarray | None = None,
    *,
    tolerance: float = TOLERANCE,
) -> RegimeFit:
    """Maximum likelihood estimates of the VAR of each of R samples.

    Parameters
    ----------
    data : Observations
    membership : ndarray, shape (T, M)
        One for the regime of each period.
    start : ndarray, shape (K, K), optional
        B^-1 to climb from; by default several starts (see ``joint_diagonal.diagonalise``).
    tolerance : float

    References
    ----------
    Rigobon (2003); Lanne and Lütkepohl (2008); Kilian and Lütkepohl (2017), section 14.3.
    """
    sample = WhiteSample.of(data)
    moments = Moments.of(sample, membership, data.usable)
    found = maximise(moments, start, tolerance)
    lags, deterministic = sample.coefficients(found.change, data.z.shape[1])
    covariances = moments.covariances(found.change)
    return RegimeFit(lags, deterministic, found.unmixing, found.variances, covariances)


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the likelihood of R sets of moments is largest.

    Attributes
    ----------
    change : ndarray, shape (R, n, K)
        Of the coefficients on the basis from those of least squares.
    unmixing : ndarray, shape (R, K, K)
    variances : ndarray, shape (R, M, K)
    converged : ndarray of bool, shape (R,)
    """

    change: np.ndarray
    unmixing: np.ndarray
    variances: np.ndarray
    converged: np.ndarray


def maximise(
    moments: Moments, start: np.ndarray | None = None, tolerance: float = TOLERANCE
) -> Maximum:
    """B and the variances given the coefficients, the coefficients given these, until both stay.

    Parameters
    ----------
    moments : Moments
        Sets that are not finite, or with a regime of too few periods, give NaN.
    start : ndarray, shape (K, K), optional
    tolerance : float
    """
    runs, n, k = moments.cross.shape[0], *moments.cross.shape[2:]
    regimes = moments.counts.shape[1]
    change = np.zeros((runs, n, k))
    unmixing, variances = np.full((runs, k, k), np.nan), np.full((runs, regimes, k), np.nan)
    converged = np.zeros(runs, dtype=bool)
    moving = np.flatnonzero(_regular(moments))
    near = None if start is None else np.broadcast_to(start, (len(moving), k, k))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(MAX_ROUNDS):
            if not len(moving):
                break
            here = moments.of_runs(moving)
            covariances = here.covariances(change[moving])
            found = diagonalise(covariances, here.shares, near, steps=DIAGONAL_STEPS)
            moved = generalised(here, found.unmixing, found.variances)
            size = (moved - change[moving]) @ np.swapaxes(found.unmixing, 1, 2)
            largest = np.abs(size).max(axis=(1, 2), initial=0.0) / np.sqrt(here.counts.sum(axis=1))
            change[moving], unmixing[moving], variances[moving] = (
                moved,
                found.unmixing,
                found.variances,
            )
            there = (largest < tolerance) & found.converged
            converged[moving[there]] = True
            stay = ~there & np.isfinite(largest)
            moving, near = moving[stay], found.unmixing[stay]
    for array in (change, unmixing, variances):
        array[~converged] = np.nan
    return Maximum(change, unmixing, variances, converged)


def generalised(moments: Moments, unmixing: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Generalised least squares given B^-1 and the variances, as a change from least squares.

    All equations have the same regressors, so that the structural equations B^-1 y_t, whose errors
    are unrelated, can be weighted one by one.

    Returns
    -------
    ndarray, shape (R, n, K)
    """
    structural = []
    for k in range(unmixing.shape[1]):
        weights = 1 / variances[:, :, k, None, None]
        gram = (weights * moments.gram).sum(axis=1)
        onto = (weights * moments.cross).sum(axis=1) @ unmixing[:, k, :, None]
        structural.append(np.linalg.solve(gram, onto)[..., 0])
    by_variable = np.linalg.solve(unmixing, np.stack(structural, axis=1))
    return np.asarray(np.swapaxes(by_variable, 1, 2))


def log_likelihood(covariances: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Gaussian log-likelihood of errors whose covariances (..., M, K, K) are the estimates.

    For the unrestricted estimates of the regimes, or for B Lambda_m B' at its maximum.
    """
    k = covariances.shape[-1]
    log_det = np.linalg.slogdet(covariances)[1]
    return np.asarray(-(counts * (log_det + k * (1 + np.log(2 * np.pi)))).sum(axis=-1) / 2)


def _regular(moments: Moments) -> np.ndarray:
    """Which sets are finite and have a regular covariance in each regime."""
    finite = np.isfinite(moments.squares).all(axis=(1, 2, 3))
    root = np.sqrt(np.diagonal(np.nan_to_num(moments.squares), axis1=-2, axis2=-1))
    root = np.where(root > 0, root, 1.0)
    scaled = np.nan_to_num(moments.squares) / (root[..., :, None] * root[..., None, :])
    return np.asarray(finite & (np.linalg.eigvalsh(scaled)[..., 0] > 1e-12).all(axis=1))
