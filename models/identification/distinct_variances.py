"""Tests that variances differ between regimes, and that they tell shocks apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import cast

import numpy as np

from ...estimation.streams import block_generator, seed_for
from ...estimation.switching_variances import SwitchingModel
from ...estimation.variance_breaks import largest_gain
from ...estimation.variance_information import log_ratio_covariance
from ...estimation.variance_regimes import RegimeModel
from ...estimation.variance_tests import (
    common_impact,
    equal_covariances,
    excess_kurtosis,
    permuted_equal_covariances,
    proportional_covariances,
)
from ..reduced_form.diagnostics import TestResult
from ..reduced_form.heteroskedastic import HeteroskedasticVAR

#: Permutations behind the test of equal covariances.
PERMUTATIONS = 999

#: Null of the tests of all shocks together.
NOT_APART = "all variances move by a common factor: no shock is identified"


@dataclass(frozen=True, slots=True, eq=False)
class RegimeMoments:
    """What the tests of known regimes are computed from; periods with a dummy left out.

    Attributes
    ----------
    residuals : ndarray, shape (T, K)
    regime : ndarray of int, shape (T,)
    covariances : ndarray, shape (M, K, K)
        Divisor T_m.
    counts : ndarray, shape (M,)
        T_m.
    kurtosis : ndarray, shape (M,)
        See ``excess_kurtosis``.
    unmixing : ndarray, shape (K, K)
    variances : ndarray, shape (M, K)
    """

    residuals: np.ndarray
    regime: np.ndarray
    covariances: np.ndarray
    counts: np.ndarray
    kurtosis: np.ndarray
    unmixing: np.ndarray
    variances: np.ndarray

    @classmethod
    def of(cls, reduced: HeteroskedasticVAR) -> RegimeMoments:
        """The moments of a VAR with known regimes."""
        model = cast(RegimeModel, reduced.volatility)
        usable = reduced.resampled_rows
        residuals, regime = reduced.residuals.to_numpy()[usable], model.regime[usable]
        member = model.membership[usable]
        counts = member.sum(axis=0)
        sums = np.einsum("tm,ti,tj->mij", member, residuals, residuals)
        covariances = sums / counts[:, None, None]
        kurtosis = excess_kurtosis(residuals, covariances, member)
        return cls(
            residuals, regime, covariances, counts, kurtosis, model.unmixing, model.variances
        )

    @property
    def sizes(self) -> np.ndarray:
        """T_m over one plus the excess kurtosis, shape (M,)."""
        return np.asarray(self.counts / (1 + self.kurtosis))


def equal_test(moments: RegimeMoments, seed: int, *, searched: bool, smallest: int) -> TestResult:
    """Test that the covariances of all regimes are equal, by permutation of the residuals.

    Parameters
    ----------
    moments : RegimeMoments
    seed : int
    searched : bool
        Whether the dates were estimated: of one date the search is repeated in every permutation,
        of several no p-value is given.
    smallest : int
        Fewest periods of a regime in the search.
    """
    found = float(equal_covariances(moments.covariances, moments.counts))
    regimes, k = moments.variances.shape
    df = (regimes - 1) * k * (k + 1) // 2
    null = "the regimes have one covariance"
    name = f"LR, equal covariances ({PERMUTATIONS} permutations)"
    generator = block_generator(seed_for(seed, "equal covariances"), 0)
    if not searched:
        drawn = permuted_equal_covariances(
            moments.residuals, moments.regime, PERMUTATIONS, generator
        )
    elif regimes == 2:
        drawn = np.array(
            [
                largest_gain(generator.permutation(moments.residuals), smallest)
                for _ in range(PERMUTATIONS)
            ]
        )
    else:
        return TestResult("LR, equal covariances (several dates searched)", found, (), np.nan, null)
    p_value = (1 + (drawn >= found).sum()) / (1 + PERMUTATIONS)
    return TestResult(name, found, (df,), float(p_value), null)


def proportional_test(moments: RegimeMoments) -> TestResult:
    """Test that all variance ratios are equal, so that no shock is identified."""
    statistic, df = proportional_covariances(_turned(moments), moments.sizes)
    return _chi_squared("LR, proportional covariances", statistic, df, NOT_APART)


def common_impact_test(moments: RegimeMoments) -> TestResult | None:
    """Test that one impact matrix fits all regimes; None for two, which it always fits."""
    if len(moments.counts) == 2:
        return None
    statistic, df = common_impact(
        moments.covariances, moments.unmixing, moments.variances, moments.sizes
    )
    null = "one impact matrix fits all regimes"
    return _chi_squared("LR, over-identification", statistic, df, null)


def pair_tests(moments: RegimeMoments) -> tuple[np.ndarray, np.ndarray]:
    """Statistics and p-values of the test that two shocks' variances move together, (K, K) each.

    NaN on the diagonal.
    """
    turned = _turned(moments)

    def proportional(i: int, j: int) -> tuple[float, int]:
        return proportional_covariances(turned[:, [[i], [j]], [[i, j]]], moments.sizes)

    return _by_pair(moments.variances.shape[1], proportional)


@dataclass(frozen=True, slots=True, eq=False)
class StateRatios:
    """What the tests of hidden states are computed from.

    Attributes
    ----------
    log_ratios : ndarray, shape (M-1, K)
        Log variance of each shock relative to the first state.
    covariance : ndarray, shape ((M-1) K, (M-1) K)
        Of their estimates, robust.
    """

    log_ratios: np.ndarray
    covariance: np.ndarray

    @classmethod
    def of(cls, reduced: HeteroskedasticVAR) -> StateRatios:
        """The ratios of an estimated VAR with hidden states."""
        model = cast(SwitchingModel, reduced.volatility)
        covariance = model.parameter_covariance(
            reduced.residuals.to_numpy(), reduced.resampled_rows, robust=True
        )
        return cls(
            np.log(model.variances[1:] / model.variances[0]),
            log_ratio_covariance(model.variances, covariance),
        )

    def wald(self, shocks: list[int]) -> tuple[float, int]:
        """Wald statistic of equal ratios of some shocks, and its degrees of freedom.

        The degrees of freedom are those of ``proportional_covariances``: the impact matrix is not
        identified under the null.
        """
        (moves, k), r = self.log_ratios.shape, len(shocks)
        contrast = np.zeros((moves, r - 1, moves, k))
        for m in range(moves):
            contrast[m, :, m, shocks[0]] = 1.0
            contrast[m, np.arange(r - 1), m, shocks[1:]] = -1.0
        flat = contrast.reshape(moves * (r - 1), -1)
        gap = flat @ self.log_ratios.ravel()
        statistic = gap @ np.linalg.solve(flat @ self.covariance @ flat.T, gap)
        return float(statistic), moves * (r + 2) * (r - 1) // 2

    def all_equal(self) -> TestResult:
        """Test that all ratios are equal, so that no shock is identified."""
        statistic, df = self.wald(list(range(self.log_ratios.shape[1])))
        return _chi_squared("Wald, proportional covariances", statistic, df, NOT_APART)

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """As ``pair_tests`` for hidden states."""
        return _by_pair(self.log_ratios.shape[1], lambda i, j: self.wald([i, j]))


def _turned(moments: RegimeMoments) -> np.ndarray:
    """Covariances of the shocks by regime, shape (M, K, K)."""
    return np.asarray(moments.unmixing @ moments.covariances @ moments.unmixing.T)


def _by_pair(
    k: int, test: Callable[[int, int], tuple[float, int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Statistics and chi-squared p-values of all pairs, shape (K, K) each."""
    statistics, p_values = np.full((k, k), np.nan), np.full((k, k), np.nan)
    for i, j in combinations(range(k), 2):
        statistic, df = test(i, j)
        statistics[i, j] = statistics[j, i] = statistic
        p_values[i, j] = p_values[j, i] = _chi_squared("", statistic, df, "").p_value
    return statistics, p_values


def _chi_squared(name: str, statistic: float, df: int, null: str) -> TestResult:
    from scipy.stats import chi2

    return TestResult(name, statistic, (df,), float(chi2.sf(statistic, df)), null)
