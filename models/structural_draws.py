"""Joint draws of a structural VAR."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .identification.rotation_record import RotationRecord


@dataclass(frozen=True, slots=True)
class StructuralDraws:
    """Joint draws of a structural VAR, draw axis first.

    Attributes
    ----------
    lags : ndarray, shape (R, p, K, K)
    deterministic : ndarray, shape (R, K, m)
    covariance : ndarray, shape (R, K, K)
        Sigma of the structural model: B B' where the scheme can restrict it.
    impact : ndarray, shape (R, K, K)
        [draw, response, shock].
    failed : int
        Draws that failed numerically or in the identification; they are not among the R.
    refitted : int
        Draws that needed the slower, more accurate estimation.
    adjusted : int
        Draws whose correction for bias was shrunk to keep them stationary, or left out where they
        were not stationary themselves.
    rotations : RotationRecord or None
        The search behind the draws, where the scheme searches for rotations.
    remarks : tuple of str
        What else the reader of a band must know about these draws, in sentences.
    """

    lags: np.ndarray
    deterministic: np.ndarray
    covariance: np.ndarray
    impact: np.ndarray
    failed: int
    refitted: int
    adjusted: int = 0
    rotations: RotationRecord | None = None
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lags)
