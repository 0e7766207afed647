"""What every identification scheme can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

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

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """The assumption in words, for the note under a figure."""
        ...
