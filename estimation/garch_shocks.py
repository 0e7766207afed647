"""Structural shocks with GARCH(1,1) variances: the likelihood and its exact score.

    u_t = B e_t,   e_kt = sqrt(h_kt) eta_kt,
    h_kt = (1 - alpha_k - beta_k) v_k + alpha_k e_{k,t-1}^2 + beta_k h_{k,t-1},

(Normandin and Phaneuf 2004; Lanne and Saikkonen 2007). v_k is the mean square of the shock in the
sample (variance targeting), also before the first period: a free unconditional variance is badly
determined where alpha + beta is close to one. The likelihood then does not depend on the scale of
the shocks, which is set to mean square one. The score runs through the recursion backwards once,
whatever the number of parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .jit import kernel


@dataclass(frozen=True, slots=True, eq=False)
class GarchSample:
    """One sample in coordinates of order one around an impact matrix.

    Parameters of the likelihood are stacked as Gamma (n, K), E (K, K), memory (K,) and share (K,):
    e_t = (I + E)(e0_t - sqrt(T) Gamma' q_t), alpha + beta = 1 - exp(-memory), of which alpha is the
    share: close to alpha + beta = 1 the likelihood is steep in the sum.

    Attributes
    ----------
    basis : ndarray, shape (T, n)
        q_t, orthonormal columns.
    shocks : ndarray, shape (T, K)
        e0_t = A_0 u_t with residuals of least squares.
    usable : ndarray of bool, shape (T,)
        False for periods whose residual a dummy of their own makes zero.
    """

    basis: np.ndarray
    shocks: np.ndarray
    usable: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """Regressors and shocks: n and K."""
        return self.basis.shape[1], self.shocks.shape[1]

    def split(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Gamma, E, alpha + beta and the share of alpha in it."""
        n, k = self.size
        ends = np.cumsum([n * k, k * k, k])
        gamma, turn, memory, share = np.split(theta, ends)
        return gamma.reshape(n, k), turn.reshape(k, k), -np.expm1(-memory), share

    def start(self, persistence: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Parameters at least squares and A_0."""
        n, k = self.size
        return np.concatenate([np.zeros(n * k + k * k), memory_of(persistence), share])

    def shocks_at(self, theta: np.ndarray) -> np.ndarray:
        """e_t, shape (T, K)."""
        gamma, turn, _, _ = self.split(theta)
        plain = self.shocks - np.sqrt(len(self.shocks)) * self.basis @ gamma
        return np.asarray(plain @ (np.eye(len(turn)) + turn).T)

    def mean_log_likelihood(
        self, theta: np.ndarray, target: np.ndarray | None = None
    ) -> tuple[float, np.ndarray]:
        """Log density of an average period, and its derivatives by all parameters.

        Parameters
        ----------
        theta : ndarray
        target : ndarray, shape (K,), optional
            v, held fixed; by default the mean square of the shocks, which moves with them.
        """
        gamma, turn, persistence, share = self.split(theta)
        count, k = int(self.usable.sum()), self.size[1]
        mixing = np.eye(k) + turn
        sign, log_det = np.linalg.slogdet(mixing)
        if sign <= 0:
            return -np.inf, np.full_like(theta, np.nan)
        root = np.sqrt(len(self.shocks))
        plain = self.shocks - root * self.basis @ gamma
        e = plain @ mixing.T
        level = (e[self.usable] ** 2).mean(axis=0) if target is None else target
        slope, by_alpha, by_beta, by_level = np.empty_like(e), *np.empty((3, k))
        alpha, beta = persistence * share, persistence * (1 - share)
        total = likelihood_kernel(
            e, self.usable, alpha, beta, level, slope, by_alpha, by_beta, by_level
        )
        if target is None:
            slope += 2 * by_level / count * e * self.usable[:, None]
        by_turn = slope.T @ plain + count * np.linalg.inv(mixing).T
        by_gamma = -root * self.basis.T @ slope @ mixing
        by_memory = (1 - persistence) * (share * by_alpha + (1 - share) * by_beta)
        by_share = persistence * (by_alpha - by_beta)
        score = np.concatenate([by_gamma.ravel(), by_turn.ravel(), by_memory, by_share])
        value = total / count + log_det - k * np.log(2 * np.pi) / 2
        return float(value), score / count

    def contributions(self, theta: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Log density of each usable period for a given v, shape (T,)."""
        _, turn, persistence, share = self.split(theta)
        e = self.shocks_at(theta)
        h = variance_path(e, self.usable, persistence * share, persistence * (1 - share), target)
        log_det = np.linalg.slogdet(np.eye(len(turn)) + turn)[1]
        each = log_det - (np.log(2 * np.pi * h) + e**2 / h).sum(axis=1) / 2
        return np.asarray(each[self.usable])


def memory_of(persistence: np.ndarray | float) -> np.ndarray:
    """-log(1 - alpha - beta)."""
    return np.asarray(-np.log1p(-persistence))


def variance_path(
    e: np.ndarray, usable: np.ndarray, alpha: np.ndarray, beta: np.ndarray, level: np.ndarray
) -> np.ndarray:
    """h_kt, shape (T, K); a period that is not usable counts with its expected square."""
    h = np.empty_like(e)
    path_kernel(np.ascontiguousarray(e), usable, alpha, beta, level, h)
    return h


@kernel
def path_kernel(
    e: np.ndarray,
    usable: np.ndarray,
    alpha: np.ndarray,
    beta: np.ndarray,
    level: np.ndarray,
    h: np.ndarray,
) -> None:
    """Fill the variances."""
    rows, k = e.shape
    for j in range(k):
        now = level[j]
        for t in range(rows):
            h[t, j] = now
            square = e[t, j] * e[t, j] if usable[t] else now
            now = (1.0 - alpha[j] - beta[j]) * level[j] + alpha[j] * square + beta[j] * now


@kernel
def likelihood_kernel(
    e: np.ndarray,
    usable: np.ndarray,
    alpha: np.ndarray,
    beta: np.ndarray,
    level: np.ndarray,
    slope: np.ndarray,
    by_alpha: np.ndarray,
    by_beta: np.ndarray,
    by_level: np.ndarray,
) -> float:
    """Sum of -(log h + e^2 / h) / 2, and its derivatives by e (T, K), alpha, beta and v (K,).

    The derivative by h_t of all that follows, w_t = v_t + beta w_{t+1}, is carried backwards.
    """
    rows, k = e.shape
    h = np.empty((rows, k))
    path_kernel(e, usable, alpha, beta, level, h)
    total = 0.0
    for j in range(k):
        later, sum_alpha, sum_beta, sum_level = 0.0, 0.0, 0.0, 0.0
        for t in range(rows - 1, -1, -1):
            square = e[t, j] * e[t, j] if usable[t] else h[t, j]
            sum_alpha += later * (square - level[j])
            sum_beta += later * (h[t, j] - level[j])
            sum_level += later
            if usable[t]:
                ratio = square / h[t, j]
                total -= 0.5 * (np.log(h[t, j]) + ratio)
                slope[t, j] = -e[t, j] / h[t, j] + 2.0 * alpha[j] * e[t, j] * later
                later = 0.5 * (ratio - 1.0) / h[t, j] + beta[j] * later
            else:
                slope[t, j] = 0.0
                later = (alpha[j] + beta[j]) * later
        by_alpha[j] = sum_alpha
        by_beta[j] = sum_beta
        by_level[j] = (1.0 - alpha[j] - beta[j]) * sum_level + later
    return total
