"""The maximum of the likelihood of shocks with GARCH variances, for one sample and for many."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .garch_shocks import GarchSample, memory_of, variance_path
from .joint_diagonal import diagonalise
from .resampling import MovingBlocks
from .streams import BLOCK
from .volatility import ErrorSource, Observations, VolatilityFit, looked_up
from .white_sample import WhiteSample

#: Largest persistence alpha + beta.
LONGEST_MEMORY = 0.999
#: Numbers of stretches of the sample whose covariances start the search for B.
STRETCHES = (4, 8, 16)
#: Where persistence and share of alpha start.
START = (0.9, 0.15)

#: Largest element of the mean score at a maximum of the estimate, and of a draw.
FLAT, FLAT_DRAW = 1e-7, 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class GarchModel:
    """Shocks with GARCH(1,1) variances; see ``volatility.VolatilityModel``.

    Attributes
    ----------
    unmixing : ndarray, shape (K, K)
        B^-1 for shocks of mean square one in the sample.
    alpha, beta : ndarray, shape (K,)
    usable : ndarray of bool, shape (T,)
    """

    unmixing: np.ndarray
    alpha: np.ndarray
    beta: np.ndarray
    usable: np.ndarray

    @property
    def persistence(self) -> np.ndarray:
        """The sum alpha + beta, shape (K,)."""
        return np.asarray(self.alpha + self.beta)

    @property
    def share(self) -> np.ndarray:
        """The part of alpha in it, shape (K,)."""
        return np.asarray(self.alpha / np.maximum(self.persistence, 1e-300))

    def path(self, residuals: np.ndarray) -> np.ndarray:
        """Variance of each shock by period, shape (T, K)."""
        e = residuals @ self.unmixing.T
        return variance_path(e, self.usable, self.alpha, self.beta, self.level(residuals))

    def level(self, residuals: np.ndarray) -> np.ndarray:
        """Mean square of the shocks, shape (K,)."""
        return np.asarray(((residuals @ self.unmixing.T)[self.usable] ** 2).mean(axis=0))

    def scaled(self, residuals: np.ndarray) -> GarchModel:
        """The same model with shocks of mean square one."""
        return replace(self, unmixing=self.unmixing / np.sqrt(self.level(residuals))[:, None])

    def source(self, residuals: np.ndarray, usable: np.ndarray, length: int) -> ErrorSource:
        """Standardised shocks drawn period by period, through the recursion; or blocks."""
        if length > 1:
            return looked_up(MovingBlocks(length), residuals, usable)
        path, level = self.path(residuals), self.level(residuals)
        standard = (residuals @ self.unmixing.T / np.sqrt(path))[usable]
        drawn_from = (standard - standard.mean(axis=0)) / standard.std(axis=0)
        to_errors = np.linalg.inv(self.unmixing).T
        constant = (1 - self.alpha - self.beta) * level

        def errors(generator: np.random.Generator) -> np.ndarray:
            rows = generator.integers(0, len(drawn_from), size=(len(residuals), BLOCK))
            e = drawn_from[rows]
            h = np.tile(level, (BLOCK, 1))
            for t in range(len(e)):
                e[t] *= np.sqrt(h)
                h = constant + self.alpha * e[t] ** 2 + self.beta * h
            return np.asarray(np.swapaxes(e, 0, 1) @ to_errors)

        return errors

    def reestimate(self, sample: Observations) -> VolatilityFit:
        """Maximum likelihood, climbed to from this model."""
        white = WhiteSample.of(sample)
        n, k = white.fitted.shape[1:]
        change = np.full((len(sample.y), n, k), np.nan)
        unmixing = np.full((len(sample.y), k, k), np.nan)
        for run in np.flatnonzero(np.isfinite(white.fitted).all(axis=(1, 2))):
            end = climb(white, int(run), sample.usable, self, flat=FLAT_DRAW)
            if end.converged:
                residuals = white.residuals[run] - white.basis[run] @ end.change
                change[run], unmixing[run] = end.change, end.model.scaled(residuals).unmixing
        return VolatilityFit(*white.coefficients(change, sample.z.shape[1]), unmixing)


@dataclass(frozen=True, slots=True, eq=False)
class GarchMaximum:
    """Where one climb ended.

    Attributes
    ----------
    model : GarchModel
    change : ndarray, shape (n, K)
        Of the coefficients on the orthonormal regressors from least squares.
    log_likelihood : float
        Of all usable periods.
    converged : bool
    sample : GarchSample
    theta : ndarray
        The parameters in the coordinates of ``sample``.
    """

    model: GarchModel
    change: np.ndarray
    log_likelihood: float
    converged: bool
    sample: GarchSample
    theta: np.ndarray


def estimate_garch(
    data: Observations, *, starts: int, seed: int
) -> tuple[GarchMaximum, WhiteSample]:
    """The highest of the maxima reached from several impact matrices.

    They make the covariances of 4, 8 and 16 stretches of the sample as diagonal as can be, or are
    random rotations.

    Parameters
    ----------
    data : Observations
        One sample.
    starts : int
        Random rotations.
    seed : int
    """
    white = WhiteSample.of(data)
    residuals = white.residuals[0][data.usable]
    k = residuals.shape[1]
    ends = [
        climb(white, 0, data.usable, _model(unmixing, data.usable))
        for unmixing in _starts(residuals, k, starts, seed)
    ]
    return max(ends, key=lambda end: (end.converged, end.log_likelihood)), white


def climb(
    white: WhiteSample,
    run: int,
    usable: np.ndarray,
    start: GarchModel,
    *,
    constant: np.ndarray | None = None,
    flat: float = FLAT,
) -> GarchMaximum:
    """The maximum reached from a model.

    Parameters
    ----------
    white : WhiteSample
    run : int
        Which of its samples.
    usable : ndarray of bool, shape (T,)
    start : GarchModel
    constant : ndarray of bool, shape (K,), optional
        Shocks whose variance is held constant.
    flat : float
        Largest element of the mean score.
    """
    from scipy.optimize import Bounds, minimize

    origin = start.unmixing
    sample = GarchSample(white.basis[run], white.residuals[run] @ origin.T, usable)
    n, k = sample.size
    held = np.zeros(k, dtype=bool) if constant is None else constant
    point = sample.start(np.where(held, 0.0, start.persistence), np.where(held, 0.0, start.share))
    anything = np.full(n * k + k * k, np.inf)
    anything[n * k :: k + 1] = 0.0  # the scale of a shock
    low = np.concatenate([-anything, np.zeros(2 * k)])
    longest = np.where(held, 0.0, memory_of(LONGEST_MEMORY))
    high = np.concatenate([anything, longest, np.where(held, 0.0, 1.0)])

    def downhill(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, score = sample.mean_log_likelihood(theta)
        return (-value, -score) if np.isfinite(value) else (1e10, np.zeros_like(theta))

    end = minimize(
        downhill,
        point,
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(low, high),
        options={"ftol": 1e-15, "gtol": flat, "maxiter": 2000, "maxcor": 20},
    )
    gamma, turn, persistence, share = sample.split(end.x)
    model = GarchModel(
        (np.eye(k) + turn) @ origin,
        persistence * share,
        persistence * (1 - share),
        usable,
    )
    change = np.sqrt(len(usable)) * gamma @ np.linalg.inv(origin).T
    count, log_det = usable.sum(), np.linalg.slogdet(origin)[1]
    converged = bool(_projected(end.x, -end.jac, low, high) < 10 * flat) and end.fun < 1e9
    return GarchMaximum(model, change, float(count * (log_det - end.fun)), converged, sample, end.x)


def _starts(residuals: np.ndarray, k: int, count: int, seed: int) -> list[np.ndarray]:
    """B^-1 from stretches of the sample and from random rotations."""
    found = []
    for stretches in STRETCHES:
        parts = np.array_split(residuals, stretches)
        if len(parts[-1]) > 2 * k:
            covariances = np.array([part.T @ part / len(part) for part in parts])
            weights = np.array([len(part) for part in parts]) / len(residuals)
            found.append(diagonalise(covariances[None], weights[None]).unmixing[0])
    whiten = np.linalg.inv(np.linalg.cholesky(residuals.T @ residuals / len(residuals)))
    generator = np.random.default_rng(seed)
    for _ in range(count):
        q, r = np.linalg.qr(generator.standard_normal((k, k)))
        found.append(q * np.sign(np.diag(r)) @ whiten)
    return found


def _model(unmixing: np.ndarray, usable: np.ndarray) -> GarchModel:
    persistence, share = START
    ones = np.ones(len(unmixing))
    return GarchModel(
        unmixing, persistence * share * ones, persistence * (1 - share) * ones, usable
    )


def _projected(theta: np.ndarray, score: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Largest element of the score in directions that stay within the bounds."""
    blocked = ((theta <= low) & (score < 0)) | ((theta >= high) & (score > 0))
    return float(np.abs(np.where(blocked, 0.0, score)).max())
