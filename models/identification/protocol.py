"""What every identification scheme can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from ...data.panel import Column

if TYPE_CHECKING:
    from ..inference.protocol import Inference
    from ..reduced_form.base import ReducedForm
    from ..structural import StructuralVAR
    from ..structural_draws import StructuralDraws


class Identification(Protocol):
    """A rule that finds the impact matrix B, with B B' = Sigma, of u_t = B e_t.

    A scheme is a small frozen object. It is applied to the point estimate and to every draw in
    the same way, its sign normalisation included. How it finds B is one of ``FromCovariance``,
    ``SolvedByIteration`` and ``ReadsSample``.
    """

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        ...

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Pairs (response, shock) whose response at horizon 0 is zero by assumption.

        Shocks go by their own names, where they have any.
        """
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
class FromCovariance(Identification, Protocol):
    """A scheme that computes B from Sigma and the lags."""

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


@runtime_checkable
class SolvedByIteration(FromCovariance, Protocol):
    """A scheme that searches for the impact matrix B of all shocks, the most likely of several.

    B B' is its own estimate of the residual covariance; it equals the unrestricted one unless
    there are over-identifying restrictions.
    """

    def impact_near(
        self, near: np.ndarray, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]
    ) -> np.ndarray:
        """As ``FromCovariance.impact``, reached from the impact matrix ``near`` (K, K).

        Draws identified from the estimate follow the same solution, so that shocks keep their
        meaning. NaN where none was found.
        """
        ...


@runtime_checkable
class ReadsSample(Identification, Protocol):
    """A scheme that needs more of the sample than Sigma and the lags.

    Such as instruments beside the residuals, variances that move over time, shocks of certain
    months, or many rotations of each reduced form. It estimates and draws for itself.
    """

    def estimate(self, reduced: ReducedForm, seed: int) -> tuple[ReducedForm, np.ndarray]:
        """The reduced form that the scheme holds for, and its impact matrix.

        The reduced form is the given one unless the scheme estimates the coefficients again.

        Returns
        -------
        reduced : ReducedForm
        impact : ndarray, shape (K, K)
            [response, shock]; NaN in the columns of shocks that are not identified.
        """
        ...

    def draw(self, svar: StructuralVAR) -> StructuralDraws:
        """Joint draws, by the inference and the seed of the structural VAR."""
        ...


@runtime_checkable
class NamesShocks(Identification, Protocol):
    """A scheme whose shocks have names of their own instead of those of the variables."""

    def shock_names(self, names: Sequence[str]) -> tuple[str, ...]:
        """Name of each shock; shock j still belongs to variable j and raises it on impact.

        Shocks that are not identified keep the names of their variables.
        """
        ...


@runtime_checkable
class RestrictsSigns(Identification, Protocol):
    """A scheme that restricts responses by inequalities."""

    def imposed_signs(self, names: Sequence[str]) -> frozenset[tuple[str, str, int]]:
        """Triples (response, shock, horizon) whose sign is restricted, cumulated or not.

        Zeros after impact are among them. Shocks go by their own names. What is measured there is
        no evidence: a claim leaves it out.
        """
        ...


@runtime_checkable
class ChoosesInference(Identification, Protocol):
    """A scheme for which the reduced form's default bands are not the right ones."""

    def default_inference(self, reduced: ReducedForm) -> Inference:
        """Source of joint draws where none was asked for."""
        ...


@runtime_checkable
class ExaminesSample(Identification, Protocol):
    """A scheme that may identify too weakly in a sample for any band to be drawn."""

    def require_valid(self, reduced: ReducedForm, quantity: str) -> None:
        """Refuse bands of an object that this sample cannot carry.

        Raises
        ------
        InvalidInferenceError
        """
        ...

    def sample_notes(self, reduced: ReducedForm) -> tuple[str, ...]:
        """What the scheme found in the sample, in sentences."""
        ...
