"""The same identification in every draw, and what becomes of draws in which it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import DrawError
from ..inference.bootstrap import MAX_FAILED
from .protocol import FromCovariance, Identification, SolvedByIteration

if TYPE_CHECKING:
    from ...estimation.var_bootstrap import ReducedFormDraws
    from ..structural import StructuralVAR


def identify_draws(svar: StructuralVAR, found: ReducedFormDraws) -> tuple[np.ndarray, np.ndarray]:
    """Impact matrices of joint draws, and which draws have one.

    A scheme that searches for its impact matrix starts from the estimate.

    Returns
    -------
    impact : ndarray, shape (R, K, K)
    kept : ndarray of bool, shape (R,)

    Raises
    ------
    DrawError
        See ``which_identified``.
    """
    impact = impact_of(svar, found.covariance, found.lags)
    return impact, which_identified(svar, impact, found.failed)


def which_identified(svar: StructuralVAR, impact: np.ndarray, failed_before: int) -> np.ndarray:
    """Draws in which every shock is found that the estimate identifies, shape (R,), bool.

    Parameters
    ----------
    svar : StructuralVAR
    impact : ndarray, shape (R, K, K)
        NaN where a shock was not found.
    failed_before : int
        Draws of the reduced form that failed and are not among the R.

    Raises
    ------
    DrawError
        If more than five per cent of the draws failed, those of the reduced form included; or any,
        where draws are pairs of perturbed estimates and none can be spared.
    """
    kept: np.ndarray = np.isfinite(impact[..., svar.known]).all(axis=(-1, -2))
    lost = int((~kept).sum())
    failed, drawn = lost + failed_before, len(impact) + failed_before
    if failed > MAX_FAILED * drawn or (lost and svar.inference.interval.reads_pairs):
        raise DrawError(
            f"The identification failed in {lost} of {drawn} draws ({failed_before} had failed "
            f"before): {svar.scheme.describe(svar.names, svar.columns)}.",
            remedy="The data hardly support these restrictions in samples of this size; drop or "
            "change some, and let variables with a unit root enter in changes.",
        )
    return kept


def impact_of(svar: StructuralVAR, covariance: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Impact matrices of other reduced forms by the scheme of a structural VAR.

    A scheme that searches starts from the estimate, so that shocks keep their meaning.
    """
    scheme = svar.scheme
    if isinstance(scheme, SolvedByIteration):
        return scheme.impact_near(svar.impact, covariance, lags, svar.names)
    if isinstance(scheme, FromCovariance):
        return scheme.impact(covariance, lags, svar.names)
    raise TypeError(f"The scheme {scheme.name} draws for itself.")


def implied_covariance(
    scheme: Identification, impact: np.ndarray, covariance: np.ndarray
) -> np.ndarray:
    """Sigma of the structural model: B B' under a scheme that estimates it, else as estimated."""
    if isinstance(scheme, SolvedByIteration):
        return np.asarray(impact @ np.swapaxes(impact, -1, -2))
    return covariance
