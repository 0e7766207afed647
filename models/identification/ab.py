"""The AB model: A u_t = B e_t with restrictions on both, by maximum likelihood."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...data.panel import Column
from ...errors import IdentificationWarning, NotIdentifiedError, NumericalError, SpecError
from ...estimation.ab_model import (
    FreeEntries,
    blurred_directions,
    derivatives,
    numerical_rank,
    starting_values,
)
from ...estimation.ab_optimum import ABEstimate, estimate, estimate_near
from .restrictions import PatternLike, as_pattern, exactly_zero

if TYPE_CHECKING:
    from ..reduced_form.diagnostics import TestResult
    from ..structural import StructuralVAR

#: Points at which the pattern itself is examined: what holds at all of them holds everywhere.
_PROBES = 5


@dataclass(frozen=True, slots=True)
class AB:
    """Restrictions on how variables react to one another (A) and on what shocks hit (B).

    Row i of A u_t = B e_t is the equation of variable i within the period. Entries are free (NaN)
    or fixed (a number). Three ways to write each matrix:

    - a DataFrame with the variables as rows and columns (in any order): NaN and numbers;
    - an array in the order of the VAR: NaN and numbers;
    - a mapping of a variable to the other variables with a free entry in its row, such as
      ``{"cpi": ["oil", "yen"]}``, or to entries, such as ``{"cpi": {"oil": -0.1, "yen": nan}}``.
      Everything that is not named keeps its default.

    Parameters
    ----------
    a : DataFrame, array or mapping, optional
        Default: the unit matrix (a B-model). A mapping starts from the unit matrix.
    b : DataFrame, array or mapping, optional
        Default: diagonal; 1 where the own entry of the row in A is free (an A-model as R's
        ``SVAR`` has it), free where that is fixed (as Stata's ``svar`` usually has it). A mapping
        starts from this default.

    Notes
    -----
    Log-likelihood -(T/2) (K log 2 pi + log|P P'| + tr((P P')^-1 Sigma)) with P = A^-1 B the impact
    matrix and Sigma the residual covariance with its divisor. It is maximised by Newton's method
    from many starts; draws start from the estimate, so that they follow the same solution. Signs:
    a positive shock raises its own variable. Amisano and Giannini (1997).
    """

    a: PatternLike = None
    b: PatternLike = None

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = ("amisano_giannini1997", "waggoner_zha2003")

    def __post_init__(self) -> None:
        if self.a is None and self.b is None:
            raise SpecError(
                "An AB model without A and B restricts nothing.",
                remedy="Give the pattern of A, of B, or of both.",
            )
        object.__setattr__(self, "a", as_pattern(self.a, "A"))
        object.__setattr__(self, "b", as_pattern(self.b, "B"))

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "ab"

    def free_entries(self, names: Sequence[str]) -> FreeEntries:
        """The patterns of A and B in the order of ``names``, NaN where free.

        Raises
        ------
        SpecError
            If the patterns do not fit the VAR.
        """
        a = b = np.eye(len(names))
        if self.a is not None:
            a = self.a.matrix(names, a, "A")
        b = np.where(b == 1, np.where(np.isnan(np.diag(a)), 1.0, np.nan), 0.0)
        if self.b is not None:
            b = self.b.matrix(names, b, "B")
        return FreeEntries(a, b)

    def overidentifying(self, names: Sequence[str]) -> int:
        """Restrictions beyond those that identify the model: degrees of freedom of the LR test."""
        return len(names) * (len(names) + 1) // 2 - self.free_entries(names).count

    def impact(self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """A^-1 B at the maximum of the likelihood; see ``FromCovariance.impact``.

        Of many covariances each is solved from the solution for their mean.

        Raises
        ------
        SpecError, NotIdentifiedError, NumericalError
        """
        if covariance.ndim == 2:
            return exactly_zero(
                self.estimate(covariance, names).impact, self.imposed_zeros(names), names
            )
        mean = covariance.reshape(-1, *covariance.shape[-2:]).mean(axis=0)
        return self.impact_near(self.impact(mean, lags, names), covariance, lags, names)

    def impact_near(
        self, near: np.ndarray, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]
    ) -> np.ndarray:
        """A^-1 B from the neighbouring solution ``near``; NaN where no maximum was found."""
        found = self.estimate_near(near, covariance.reshape(-1, *near.shape), names)
        return exactly_zero(found.impact, self.imposed_zeros(names), names).reshape(
            covariance.shape
        )

    def estimate(self, covariance: np.ndarray, names: Sequence[str]) -> ABEstimate:
        """A and B at the highest maximum; the pattern is examined first.

        Raises
        ------
        NotIdentifiedError
            If the covariance (K, K) cannot tell the free entries apart.
        NumericalError
            If no maximum was found, or none that reproduces the covariance where one should.
        """
        free = self.free_entries(names)
        _require_identified(free, names)
        found = estimate(free, covariance)
        if not found.solutions:
            raise NumericalError(
                f"The likelihood of the AB model of {', '.join(names)} has no maximum within reach "
                "of any start.",
                remedy="Look for restrictions that contradict one another or the data.",
            )
        if self.overidentifying(names) == 0:
            _require_reproduced(covariance, found.impact, names)
        _require_regular(free, free.read(found.a, found.b), covariance, names)
        if found.solutions > 1:
            warnings.warn(
                f"{found.solutions} impact matrices satisfy the restrictions of the AB model and "
                "have the same likelihood; the one in which shocks do most to their own variables "
                "is used. Fix or free other entries, or defend the choice.",
                IdentificationWarning,
                stacklevel=3,
            )
        return found

    def estimate_near(
        self, near: np.ndarray, covariance: np.ndarray, names: Sequence[str]
    ) -> ABEstimate:
        """A and B for covariances (R, K, K) from the neighbouring impact matrix (K, K)."""
        return estimate_near(self.free_entries(names), covariance, near)

    def overidentification(self, svar: StructuralVAR, *, draws: int = 0) -> TestResult:
        """LR test of the over-identifying restrictions; chi-squared, as no lags are involved.

        With ``draws`` a bootstrap of it, for small samples and errors that are not normal; see
        ``overidentification_test``.

        Raises
        ------
        NotIdentifiedError
            If there is nothing to test.
        """
        from .overidentification import overidentification_test

        return overidentification_test(svar, self.overidentifying(svar.names), draws=draws)

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Responses on impact that are zero for all values of the free entries."""
        never = (np.abs(_probes(self.free_entries(names))) < 1e-12).all(axis=0)
        return frozenset((names[i], names[j]) for i, j in np.argwhere(never))

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """None."""
        return frozenset()

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """Who reacts to whom within the period, and what else shocks hit."""
        free, labels = self.free_entries(names), [columns[name].label for name in names]
        parts = [
            f"{labels[i]} {verb} {', '.join(_term(labels[j], row[j]) for j in others)}"
            for verb, matrix in (("reacts to", free.a), ("is also hit by the shock of", free.b))
            for i, row in enumerate(matrix)
            if (others := [j for j in range(len(names)) if j != i and row[j] != 0])
        ]
        extra = self.overidentifying(names)
        plural = "s" if extra > 1 else ""
        degree = f"{extra} over-identifying restriction{plural}" if extra else "exactly identified"
        words = "; ".join(parts) or "no variable reacts to another"
        return f"AB model by maximum likelihood, {degree}; within the period {words}"


def _term(label: str, value: float) -> str:
    """A variable of an equation, with its coefficient where that is fixed."""
    return label if np.isnan(value) else f"{label} (coefficient in the matrix {value:g})"


def _probes(free: FreeEntries) -> np.ndarray:
    """Impact matrices at a few arbitrary values of the free entries."""
    return np.linalg.solve(*free.fill(starting_values(free, _PROBES)))


def _require_identified(free: FreeEntries, names: Sequence[str]) -> None:
    """Order and rank condition of the pattern, and that each shock can move its own variable."""
    figures = free.size * (free.size + 1) // 2
    if not 0 < free.count <= figures:
        raise NotIdentifiedError(
            f"A and B have {free.count} free entries; the covariance of {free.size} variables "
            f"holds {figures} figures.",
            remedy=f"Leave between 1 and {figures} entries free.",
        )
    try:
        own = np.abs(np.einsum("rii->ri", _probes(free))).max(axis=0)
    except np.linalg.LinAlgError:
        raise NotIdentifiedError(
            "A is singular whatever its free entries are.",
            remedy="Give every equation a coefficient on its own variable.",
        ) from None
    unmoved = [name for name, size in zip(names, own) if size < 1e-12]
    if unmoved:
        raise NotIdentifiedError(
            f"The shock of {', '.join(unmoved)} cannot move its own variable on impact.",
            remedy="Name shocks so that each has an entry in the row of its own variable.",
        )
    information = derivatives(free, starting_values(free, _PROBES), np.eye(free.size))[1]
    ranks = [numerical_rank(matrix) for matrix in information]
    if max(ranks) < free.count:
        blurred = _blurred(free, information[int(np.argmax(ranks))], names)
        raise NotIdentifiedError(
            f"{free.count} entries of A and B are free but the information matrix has rank "
            f"{max(ranks)} at every value: {', '.join(blurred)} cannot be told apart.",
            remedy="Fix some of them.",
        )


def _require_reproduced(covariance: np.ndarray, impact: np.ndarray, names: Sequence[str]) -> None:
    """Enough free entries can still fail to reproduce the covariance where reactions go round."""
    scale = np.sqrt(np.diag(covariance))
    if (np.abs(impact @ impact.T - covariance) > 1e-8 * np.outer(scale, scale)).any():
        raise NumericalError(
            f"No A and B of this pattern reproduce the covariance of {', '.join(names)}, although "
            "they have as many free entries as it has figures.",
            remedy="Let reactions go another way round, or restrict more to estimate by maximum "
            "likelihood.",
        )


def _require_regular(
    free: FreeEntries, theta: np.ndarray, moments: np.ndarray, names: Sequence[str]
) -> None:
    """Rank condition at the estimate."""
    information = derivatives(free, theta, moments)[1]
    rank = numerical_rank(information)
    if rank < free.count:
        raise NotIdentifiedError(
            f"At the estimate the information matrix has rank {rank} for {free.count} free "
            f"entries: {', '.join(_blurred(free, information, names))} cannot be told apart.",
            remedy="Fix some of them, or drop restrictions that contradict one another.",
        )


def _blurred(free: FreeEntries, information: np.ndarray, names: Sequence[str]) -> list[str]:
    """The entries that take part in directions without information."""
    empty = blurred_directions(information)
    rows, columns, in_b = free.cells
    return [
        f"{'B' if in_b[q] else 'A'}[{names[rows[q]]}, {names[columns[q]]}]"
        for q in np.flatnonzero(np.abs(empty).max(axis=1) > 1e-4)
    ]
