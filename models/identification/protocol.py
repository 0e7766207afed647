"""What every identification scheme can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from ...data.panel import Column


class Identification(Protocol):
    """A rule that finds the impact matrix B, with B B' = Sigma, of u_t = B e_t.

    A scheme is a small frozen object. It is applied to the point estimate and to every draw in
    the same way, its sign normalisation included.
    """

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        ...

    def impact(self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Impact matrices of one or many reduced forms.

        Parameters
        ----------
        covariance : ndarray, shape (..., K, K)
        lags : ndarray, shape (..., p, K, K)
        names : sequence of str
            The variables, in the order of the arrays.

        Returns
        -------
        ndarray, shape (..., K, K)
            [response, shock]; shock j belongs to variable j and raises it on impact.
        """
        ...

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Pairs (response, shock) whose response at horizon 0 is zero by assumption."""
        ...

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Pairs (response, shock) whose cumulated response in the long run is zero by assumption.

        Responses at finite horizons are not restricted by it.
        """
        ...

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """The assumption in words, for the note under a figure."""
        ...


@runtime_checkable
class SolvedByIteration(Protocol):
    """A scheme that searches for the impact matrix B of all shocks, the most likely of several.

    B B' is its own estimate of the residual covariance; it equals the unrestricted one unless
    there are over-identifying restrictions.
    """

    def impact_near(
        self, near: np.ndarray, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]
    ) -> np.ndarray:
        """As ``Identification.impact``, reached from the impact matrix ``near`` (K, K).

        Draws identified from the estimate follow the same solution, so that shocks keep their
        meaning. NaN where none was found.
        """
        ...
