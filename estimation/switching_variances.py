"""Shocks whose variances follow a hidden Markov chain: E u_t u_t' = B Lambda_m B' in state m.

Estimated by EM. The E-step is the Hamilton filter and the Kim smoother; the M-step takes the
smoothed probabilities as weights of regimes: transition probabilities from the expected moves, B
and the variances by a joint diagonalisation, the coefficients by generalised least squares. Each
part raises the likelihood given the others, so that the likelihood never falls; the probabilities
of the first state are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .hamilton import OK, filter_kernel, regimes_of, smoother_kernel, whole
from .joint_diagonal import diagonalise
from .resampling import MovingBlocks
from .streams import BLOCK
from .variance_regimes import Moments, generalised
from .volatility import ErrorSource, Observations, VolatilityFit, looked_up
from .white_sample import WhiteSample

#: Gain in log-likelihood of a step at which EM ends, for the estimate and for a draw.
GAIN, GAIN_DRAW = 1e-9, 1e-5
MAX_STEPS = 5000
#: Steps of the joint diagonalisation in one step of EM.
DIAGONAL_STEPS = 2
#: Weight of the division of the sample from which EM starts; the rest is spread over all states.
SURE = 0.7
#: A regime holds at least this many expected periods for each variable.
FEWEST = 2
#: A variance beyond this ratio to the average is a likelihood that runs away.
LARGEST_RATIO = 1e5


@dataclass(frozen=True, slots=True, eq=False)
class SwitchingModel:
    """Shocks with variances by hidden state; see ``volatility.VolatilityModel``.

    Attributes
    ----------
    unmixing : ndarray, shape (K, K)
    variances : ndarray, shape (M, K)
    transition : ndarray, shape (M, M)
        Row-stochastic.
    initial : ndarray, shape (M,)
        Probabilities of the state before the first period.
    membership : ndarray, shape (T, M)
        Smoothed probabilities of the states.
    """

    unmixing: np.ndarray
    variances: np.ndarray
    transition: np.ndarray
    initial: np.ndarray
    membership: np.ndarray

    def path(self, residuals: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """Expected variance of each shock by period, shape (T, K)."""
        return np.asarray(self.membership @ self.variances)

    def source(self, residuals: np.ndarray, usable: np.ndarray, length: int) -> ErrorSource:
        """A path of states, and residuals by their probability of belonging to them; or blocks."""
        if length > 1:
            return looked_up(MovingBlocks(length), residuals, usable)
        weights = self.membership[usable] / self.membership[usable].sum(axis=0)
        table = residuals[usable][None] - (weights.T @ residuals[usable])[:, None]
        steps, chances = np.cumsum(self.transition, axis=1), np.cumsum(weights, axis=0).T
        first = np.cumsum(self.initial)

        def errors(generator: np.random.Generator) -> np.ndarray:
            moves, picks = generator.random((2, BLOCK, len(residuals)))
            state = (generator.random((BLOCK, 1)) > first[:-1]).sum(axis=1)
            path = np.empty((BLOCK, len(residuals)), dtype=int)
            for t in range(len(residuals)):
                state = path[:, t] = (moves[:, t, None] > steps[state, :-1]).sum(axis=1)
            found = np.empty((*path.shape, residuals.shape[1]))
            for m, chance in enumerate(chances):
                here = path == m
                # The last sum may be below one by rounding.
                found[here] = table[m, np.searchsorted(chance[:-1], picks[here])]
            return found

        return errors

    def reestimate(self, sample: Observations) -> VolatilityFit:
        """EM from this model."""
        white = WhiteSample.of(sample)
        start = States.repeated(self, len(sample.y), len(sample.z))
        found = em(white, sample.usable, start, gain=GAIN_DRAW)
        return VolatilityFit(
            *white.coefficients(found.change, sample.z.shape[1]), found.states.unmixing
        )

    def parameter_covariance(
        self, residuals: np.ndarray, usable: np.ndarray, *, robust: bool
    ) -> np.ndarray:
        """Covariance of the estimates of B and the variances; see ``switching_information``."""
        from .switching_information import parameter_covariance

        return parameter_covariance(self, residuals, usable, robust=robust)


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """Parameters of R models, and the smoothed probabilities that belong to them.

    Attributes
    ----------
    unmixing : ndarray, shape (R, K, K)
    variances : ndarray, shape (R, M, K)
    transition : ndarray, shape (R, M, M)
    initial : ndarray, shape (R, M)
    membership : ndarray, shape (R, T, M)
    """

    unmixing: np.ndarray
    variances: np.ndarray
    transition: np.ndarray
    initial: np.ndarray
    membership: np.ndarray

    @classmethod
    def repeated(cls, model: SwitchingModel, runs: int, nobs: int) -> States:
        """The same model for all runs, with probabilities of the states yet to be found."""
        return cls(
            np.repeat(model.unmixing[None], runs, axis=0),
            np.repeat(model.variances[None], runs, axis=0),
            np.repeat(model.transition[None], runs, axis=0),
            np.repeat(model.initial[None], runs, axis=0),
            np.empty((runs, nobs, len(model.initial))),
        )

    def model(self, run: int) -> SwitchingModel:
        """The model of one run."""
        return SwitchingModel(*(getattr(self, name)[run] for name in self.__slots__))

    def put(self, runs: np.ndarray, others: States) -> None:
        """Replace the models of some runs."""
        for name in self.__slots__:
            getattr(self, name)[runs] = getattr(others, name)


@dataclass(frozen=True, slots=True, eq=False)
class EMEnd:
    """Where EM ended in R runs; NaN where a state emptied or a variance ran away.

    Attributes
    ----------
    states : States
    change : ndarray, shape (R, n, K)
        Of the coefficients on the orthonormal regressors from least squares.
    path : ndarray, shape (steps, R)
        Log-likelihood before each step, NaN after the last.
    converged : ndarray of bool, shape (R,)
    """

    states: States
    change: np.ndarray
    path: np.ndarray
    converged: np.ndarray

    @property
    def log_likelihood(self) -> np.ndarray:
        """At the end of each run; minus infinity where it failed."""
        highest = np.where(np.isnan(self.path), -np.inf, self.path).max(axis=0)
        return np.where(np.isfinite(self.change).all(axis=(1, 2)), highest, -np.inf)


def estimate_switching(
    data: Observations, states: int, *, starts: int, seed: int
) -> tuple[EMEnd, WhiteSample]:
    """EM from several starts on one sample.

    They divide the sample by the size of its errors, smoothed over time to different degrees, or
    into random stretches.

    Parameters
    ----------
    data : Observations
        One sample.
    states : int
    starts : int
        Random ones.
    seed : int
    """
    white = WhiteSample.of(data)
    membership = _starts(white.residuals[0], data.usable, states, starts, seed)
    runs = len(membership)
    many = WhiteSample(
        *(np.repeat(getattr(white, name), runs, axis=0) for name in WhiteSample.__slots__)
    )
    before = np.concatenate([membership[:, :1], membership[:, :-1]], axis=1)
    # Codes of pairs of states count the later one fastest.
    joint = np.einsum("rti,rtj->rtij", before, membership).reshape(runs, len(data.z), -1)
    even, still = np.full((runs, states), 1 / states), np.zeros_like(many.fitted)
    first, _, kept = _m_step(many, joint, even, data.usable, still, None)
    first.unmixing[~kept] = np.nan
    return em(many, data.usable, first), white


def em(white: WhiteSample, usable: np.ndarray, start: States, *, gain: float = GAIN) -> EMEnd:
    """EM steps in each run until its likelihood gains less than ``gain``.

    Parameters
    ----------
    white : WhiteSample
        R samples.
    usable : ndarray of bool, shape (T,)
    start : States
        Replaced by where the runs end.
    gain : float
    """
    runs = len(white.fitted)
    change, converged = np.zeros_like(white.fitted), np.zeros(runs, dtype=bool)
    sound = np.isfinite(white.fitted).all(axis=(1, 2)) & np.isfinite(start.unmixing).all(
        axis=(1, 2)
    )
    change[~sound] = np.nan
    path, active = [np.full(runs, -np.inf)], np.flatnonzero(sound)
    for _ in range(MAX_STEPS):
        here = white.of_runs(active)
        residuals = here.residuals - here.basis @ change[active]
        found = [
            smoothed(start.model(int(r)), u, usable) for r, u in zip(active, residuals, strict=True)
        ]
        path.append(np.full(runs, np.nan))
        path[-1][active] = [log_likelihood for log_likelihood, _, _ in found]
        joint = np.array([joint for _, joint, _ in found])
        ended = path[-1][active] - path[-2][active] < gain
        for r, probabilities in zip(active[ended], joint[ended], strict=True):
            start.membership[r] = regimes_of(probabilities, start.initial.shape[1])
        converged[active[ended]] = True
        active, joint = active[~ended], joint[~ended]
        if not len(active):
            break
        initial = np.array([initial for _, _, initial in found])[~ended]
        stepped, moved, kept = _m_step(
            white.of_runs(active), joint, initial, usable, change[active], start.unmixing[active]
        )
        start.put(active, stepped)
        change[active] = np.where(kept[:, None, None], moved, np.nan)
        active = active[kept]
    start.unmixing[np.isnan(change).any(axis=(1, 2))] = np.nan
    return EMEnd(start, change, np.array(path[1:]), converged)


def smoothed(
    model: SwitchingModel, residuals: np.ndarray, usable: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Log-likelihood, smoothed joint probabilities (T, M^2) and those of the state before, (M,)."""
    log_likelihood, filtered, _ = filtered_joint(model, residuals, usable)
    states = len(model.variances)
    joint, initial = np.zeros_like(filtered), np.empty((1, states))
    if np.isfinite(log_likelihood):
        smoother_kernel(filtered, whole(len(residuals)), states, joint, initial)
    return log_likelihood, joint, initial[0]


def filtered_joint(
    model: SwitchingModel, residuals: np.ndarray, usable: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Log-likelihood, filtered joint probabilities (T, M^2) and contributions of periods (T,)."""
    states = len(model.variances)
    shocks = residuals @ model.unmixing.T
    k = shocks.shape[1]
    constant = np.linalg.slogdet(model.unmixing)[1] - k * np.log(2 * np.pi) / 2
    log_density = constant - np.log(model.variances).sum(axis=1) / 2
    log_density = log_density - shocks**2 @ (1 / model.variances).T / 2
    log_density[~usable] = 0.0
    joint, contributions = np.zeros((len(shocks), states**2)), np.zeros(len(shocks))
    total, status = filter_kernel(
        np.ascontiguousarray(log_density),
        model.transition,
        model.initial,
        whole(len(shocks)),
        joint,
        contributions,
    )
    return (float(total) if status == OK else -np.inf), joint, contributions


def _m_step(
    white: WhiteSample,
    joint: np.ndarray,
    initial: np.ndarray,
    usable: np.ndarray,
    change: np.ndarray,
    near: np.ndarray | None,
) -> tuple[States, np.ndarray, np.ndarray]:
    """Models given the smoothed probabilities, the coefficients given these, and which exist."""
    states, (runs, _, k) = initial.shape[1], change.shape
    pairs = joint.reshape(runs, -1, states, states)
    membership, moves = pairs.sum(axis=2), pairs.sum(axis=1)
    moments = Moments.of(white, membership, usable)
    covariances = moments.covariances(change)
    kept = moments.counts.min(axis=1) >= FEWEST * k
    kept &= np.isfinite(covariances).all(axis=(1, 2, 3))
    covariances[~kept] = np.eye(k)
    kept &= np.linalg.eigvalsh(covariances).min(axis=(1, 2)) > 0
    covariances[~kept] = np.eye(k)
    # A few steps raise the likelihood; the next rounds take them further.
    if near is None:
        found = diagonalise(covariances, moments.shares)
    else:
        found = diagonalise(covariances, moments.shares, near, steps=DIAGONAL_STEPS)
    spread = found.variances.reshape(runs, -1)
    kept &= (spread.min(axis=1) > 1 / LARGEST_RATIO) & (spread.max(axis=1) < LARGEST_RATIO)
    leaving = np.maximum(moves.sum(axis=2, keepdims=True), 1e-300)
    stepped = States(found.unmixing, found.variances, moves / leaving, initial, membership)
    moved = generalised(moments, found.unmixing, found.variances)
    return stepped, moved, kept


def _starts(
    residuals: np.ndarray, usable: np.ndarray, states: int, count: int, seed: int
) -> np.ndarray:
    """Probabilities of the states from which EM starts, shape (starts, T, M)."""
    inverse = np.linalg.inv(np.cov(residuals[usable], rowvar=False))
    size = np.sqrt(np.einsum("ti,ij,tj->t", residuals, inverse, residuals))
    generator = np.random.default_rng(seed)
    found = []
    for window in (1, 5, 13, 25):
        smooth = np.convolve(size, np.ones(window) / window, mode="same")
        cuts = np.quantile(smooth, np.arange(1, states) / states)
        found.append(np.searchsorted(cuts, smooth))
    for _ in range(count):
        length = int(generator.integers(6, max(len(size) // 4, 7)))
        blocks = generator.integers(0, states, size=-(-len(size) // length))
        found.append(np.repeat(blocks, length)[: len(size)])
    return SURE * np.eye(states)[np.array(found)] + (1 - SURE) / states
