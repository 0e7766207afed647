"""What all schemes share that identify shocks by how their variances move."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...data.panel import Column
from ...errors import IdentificationWarning, InvalidInferenceError, NotIdentifiedError, SpecError
from ...estimation.shock_labels import matched, own_shocks, own_signs
from ..inference.volatility_bootstrap import VolatilityBootstrap
from ..reduced_form.heteroskedastic import HeteroskedasticVAR
from ..reduced_form.var_results import VARResults
from ..structural_draws import StructuralDraws

if TYPE_CHECKING:
    from ..inference.protocol import Inference
    from ..reduced_form.base import ReducedForm
    from ..structural import StructuralVAR


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceScheme:
    """Shocks told apart by their variances; labels, refusals and draws.

    Parameters
    ----------
    level : float
        Level of the test below which two shocks count as told apart.
    strict : bool
        Leave out (NaN) the shocks that are not told apart from every other, instead of warning.
    """

    level: float = 0.10
    strict: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise SpecError(f"level = {self.level}.", remedy="Use a level such as 0.10.")

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "heteroskedasticity"

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """None."""
        return frozenset()

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """None."""
        return frozenset()

    def default_inference(self, reduced: ReducedForm) -> Inference:
        """The bootstrap that keeps the variances of the shocks."""
        return VolatilityBootstrap()

    def draw(self, svar: StructuralVAR) -> StructuralDraws:
        """Joint draws; in each, shocks are matched to those of the estimate.

        Raises
        ------
        InvalidInferenceError
            If the inference does not keep the variances of the shocks.
        DrawError
        """
        bands, reduced = svar.inference, svar.reduced
        if not isinstance(bands, VolatilityBootstrap) or not isinstance(
            reduced, HeteroskedasticVAR
        ):
            raise InvalidInferenceError(
                f"Draws by the {bands.describe()} do not keep the variances that identify the "
                "shocks.",
                remedy="Use VolatilityBootstrap.",
            )
        found = bands.joint(reduced, svar.seed)
        impact = np.sqrt(reduced.spread) * np.linalg.inv(found.unmixing)
        impact, ambiguous = matched(impact, reduced.impact, svar.known)
        covariance = impact @ np.swapaxes(impact, -1, -2)
        impact[..., ~svar.known] = np.nan
        return StructuralDraws(
            found.lags,
            found.deterministic,
            covariance,
            impact,
            found.failed,
            refitted=0,
            remarks=_remarks(int(ambiguous.sum()), len(impact), searched=reduced.searched),
        )


def required_plain(reduced: ReducedForm) -> VARResults:
    """The VAR by least squares that a scheme estimates again.

    Raises
    ------
    SpecError
        If it is an error-correction model, restricted, or of one variable.
    """
    plain = reduced.plain if isinstance(reduced, HeteroskedasticVAR) else reduced
    if not isinstance(plain, VARResults) or plain.restrictions is not None:
        raise SpecError(
            "Variances identify the shocks of a VAR without restrictions on its coefficients; the "
            f"{plain.model} has some.",
            remedy="Use a VAR without restrictions, in levels or changes.",
        )
    if len(plain.names) < 2:
        raise SpecError("One variable has one shock.", remedy="Use two variables or more.")
    return plain


def labelled(
    unmixing: np.ndarray, fixed: Mapping[int, int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The order of the shocks in which each belongs to its variable, and their signs.

    Parameters
    ----------
    unmixing : ndarray, shape (K, K)
    fixed : mapping of variable to shock, optional
    """
    impact = np.linalg.inv(unmixing)
    order = own_shocks(impact, impact @ impact.T, fixed)
    return order, own_signs(impact[:, order])


def ranked(
    labels: Mapping[str, int] | None, variances: np.ndarray, names: Sequence[str]
) -> dict[int, int]:
    """Shocks that labels assign to variables by the rank of the rise of their variance.

    Parameters
    ----------
    labels : mapping of variable to rank, optional
        1 for the shock whose variance rises most from the first regime to the second.
    variances : ndarray, shape (M, K)
    names : sequence of str
        The variables.

    Returns
    -------
    dict of variable to shock, by number

    Raises
    ------
    SpecError
    """
    by_rise = np.argsort(-variances[1] / variances[0], kind="stable")
    found = {}
    for name, rank in (labels or {}).items():
        if name not in names or not 1 <= rank <= len(names):
            raise SpecError(
                f"labels = {dict(labels or {})}.",
                remedy=f"Give variables ({', '.join(names)}) and ranks from 1 to {len(names)}.",
            )
        found[names.index(name)] = int(by_rise[rank - 1])
    if len(set(found.values())) < len(found):
        raise SpecError("labels give two variables one shock.", remedy="Use different ranks.")
    return found


def ranked_in_words(labels: Mapping[str, int] | None, columns: Mapping[str, Column]) -> str:
    """The labels that were given, ahead of how the others are found; empty without any."""
    parts = [
        f"{columns[name].label} has the shock whose variance rises most"
        if rank == 1
        else f"{columns[name].label} has the shock of rank {rank} by the rise of its variance"
        for name, rank in (labels or {}).items()
    ]
    return f"{', '.join(parts)}; others " if parts else ""


def not_told_apart(
    p_values: np.ndarray, plain: VARResults, level: float, *, strict: bool
) -> np.ndarray:
    """Which shocks are told apart from every other, shape (K,), bool; warns where some are not.

    Parameters
    ----------
    p_values : ndarray, shape (K, K)
        Of the tests that two shocks' variances move by a common factor.
    plain : VARResults
    level : float
    strict : bool
        Whether those shocks are left out.

    Raises
    ------
    NotIdentifiedError
        If none is told apart from every other.
    """
    alike = np.asarray(np.nan_to_num(p_values) > level)
    apart = np.asarray(~alike.any(axis=1))
    if apart.all():
        return apart
    labels = [plain.columns[name].label for name in plain.names]
    pairs = ", ".join(
        f"{labels[i]} and {labels[j]} (p = {p_values[i, j]:.2f})"
        for i, j in np.argwhere(np.triu(alike))
    )
    problem = f"The variances of these shocks do not tell them apart at {level:.0%}: {pairs}."
    if not apart.any():
        raise NotIdentifiedError(
            problem,
            remedy="Use regimes in which relative variances differ more, fewer variables, or "
            "another scheme; a level close to one lets the estimates through for a look.",
        )
    if not strict:
        warnings.warn(
            f"{problem} Any rotation of them fits as well; strict=True leaves them out.",
            IdentificationWarning,
            stacklevel=4,
        )
    return apart


def _remarks(ambiguous: int, draws: int, *, searched: bool) -> tuple[str, ...]:
    """What the reader of a band must know about the draws."""
    found = []
    if searched:
        found.append("The dates of the regimes were estimated; bands take them as known.")
    if ambiguous:
        found.append(
            f"In {ambiguous:,} of {draws:,} draws the label of a shock is a guess: less than half "
            "of it is the shock of the estimate. The draws are kept."
        )
    return tuple(found)
