"""Short-run and long-run zeros and restrictions on equations together."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from ...data.panel import Column
from ...errors import IdentificationWarning, NotIdentifiedError, NumericalError, SpecError
from ...estimation.impact_choice import with_positive_diagonal
from ...estimation.long_run import long_run_multiplier
from ...estimation.zero_restrictions import (
    ZeroRestrictions,
    rotations_left,
    solve,
    solve_near,
)
from .cholesky import Cholesky
from .long_run import require_long_run
from .restrictions import Pattern, ZerosLike, as_equations, as_zeros, exactly_zero

if TYPE_CHECKING:
    from ..reduced_form.diagnostics import TestResult
    from ..structural import StructuralVAR


@dataclass(frozen=True, slots=True)
class ShortLongRun:
    """Zero responses on impact, zero responses in the long run, and restrictions on equations.

    Parameters
    ----------
    short_run : mapping, sequence of pairs, DataFrame or array, optional
        Responses that are zero on impact: ``{"output": ["money", "rate"]}`` says that output does
        not react to these shocks within the period. Pairs are (response, shock); a DataFrame (by
        its labels) or an array (in the order of the VAR) holds 0 for a zero and NaN elsewhere.
    long_run : likewise, optional
        Cumulated responses that are zero at an infinite horizon.
    equations : mapping, optional
        Linear combinations of contemporaneous coefficients that are zero. In the equations
        A u_t = e_t, ``{"money": {"rate": 1, "prices": 1}}`` says that the coefficients of the rate
        and of prices in the equation of money add up to zero; ``{"money": "rate"}`` that the
        rate is not in it. A list holds several restrictions of one equation.

    Notes
    -----
    K (K - 1) / 2 restrictions, K - 1 of them on one shock, K - 2 on another and so on, determine
    the impact matrix uniquely (Rubio-Ramirez, Waggoner and Zha 2010); it is solved shock by shock.
    Other patterns are solved by Newton's method from many starts, and more restrictions than that
    by maximum likelihood given the estimated lags. A restriction on an equation belongs to its
    shock. A positive shock raises its own variable on impact. Gali (1992).
    """

    short_run: ZerosLike = None
    long_run: ZerosLike = None
    equations: Any = None

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = ("gali1992", "rubio_waggoner_zha2010")

    def __post_init__(self) -> None:
        object.__setattr__(self, "short_run", as_zeros(self.short_run, "short_run"))
        object.__setattr__(self, "long_run", as_zeros(self.long_run, "long_run"))
        object.__setattr__(self, "equations", as_equations(self.equations))

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "short_long_run"

    def overidentifying(self, names: Sequence[str]) -> int:
        """Restrictions beyond those that identify the shocks."""
        k = len(names)
        return len(self._restrictions(names)) - k * (k - 1) // 2

    def impact(self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Impact matrix that satisfies the restrictions; see ``FromCovariance.impact``.

        Of many reduced forms, those without one give NaN.

        Raises
        ------
        SpecError, NotIdentifiedError, NumericalError
        """
        if covariance.ndim == 2:
            return self._estimate(covariance, lags, names)
        k = len(names)
        mean = covariance.reshape(-1, k, k).mean(axis=0)
        near = self._estimate(mean, lags.reshape(-1, *lags.shape[-3:]).mean(axis=0), names)
        return self.impact_near(near, covariance, lags, names)

    def impact_near(
        self, near: np.ndarray, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]
    ) -> np.ndarray:
        """The solution reached from the impact matrix ``near``; NaN where none was found."""
        k, restricted = len(names), self._restrictions(names)
        stacked = covariance.reshape(-1, k, k)
        scale = np.sqrt(np.diag(stacked.mean(axis=0)))[:, None]
        factor = Cholesky().impact(stacked, lags, names)
        zeros = _zeros(restricted, factor, lags.reshape(-1, *lags.shape[-3:]))
        x = solve_near(zeros, factor / scale, near / scale)
        found = with_positive_diagonal(factor @ x).reshape(covariance.shape)
        return exactly_zero(found, self.imposed_zeros(names), names)

    def _estimate(
        self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]
    ) -> np.ndarray:
        restricted = self._restrictions(names)
        self._require_enough(restricted, names)
        if self.imposed_long_run_zeros(names):
            require_long_run(lags, names)
        factor = Cholesky().impact(covariance, lags, names)
        zeros = _zeros(restricted, factor[None], lags[None])
        x, solutions = solve(zeros, factor / np.sqrt(np.diag(covariance))[:, None])
        if not solutions:
            raise NumericalError(
                "No impact matrix that satisfies the short- and long-run restrictions was found.",
                remedy="Look for restrictions that contradict one another.",
            )
        impact = with_positive_diagonal(factor @ x)
        _require_identified(rotations_left(zeros, x), impact, covariance, names)
        if solutions > 1:
            warnings.warn(
                f"{solutions} impact matrices satisfy the short- and long-run restrictions equally "
                "well; the one in which shocks do most to their own variables is used. Restrict "
                "other pairs, or defend the choice.",
                IdentificationWarning,
                stacklevel=3,
            )
        return exactly_zero(impact, self.imposed_zeros(names), names)

    def overidentification(self, svar: StructuralVAR, *, draws: int = 999) -> TestResult:
        """LR test of the over-identifying restrictions, by bootstrap.

        Chi-squared (``draws=0``) holds only without long-run restrictions, which rest on estimated
        lags; see ``overidentification_test``.

        Raises
        ------
        NotIdentifiedError
            If there is nothing to test.
        """
        from .overidentification import overidentification_test

        return overidentification_test(svar, self.overidentifying(svar.names), draws=draws)

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """The short-run zeros."""
        return _pairs(self.short_run, names, "short_run")

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """The long-run zeros."""
        return _pairs(self.long_run, names, "long_run")

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """The restrictions in words."""
        label = {name: columns[name].label for name in names}
        parts = []
        for what, zeros in (
            ("no effect on impact", self.imposed_zeros(names)),
            ("no lasting effect", self.imposed_long_run_zeros(names)),
        ):
            for name in names:
                shocks = [label[s] for s in names if (name, s) in zeros]
                if shocks:
                    parts.append(f"{what} on {label[name]} of the shocks of {', '.join(shocks)}")
        for equation, terms in self.equations:
            total = " + ".join(f"{weight:g} x {label.get(name, name)}" for name, weight in terms)
            parts.append(f"coefficients {total} = 0 in the equation of {label[equation]}")
        extra = self.overidentifying(names)
        degree = f" ({extra} over-identifying, by maximum likelihood)" if extra > 0 else ""
        return f"Short- and long-run restrictions{degree}: {'; '.join(parts)}"

    def _restrictions(self, names: Sequence[str]) -> list[_Restriction]:
        place = {name: i for i, name in enumerate(names)}
        eye = np.eye(len(names))
        kinds: tuple[tuple[Literal["short", "long"], frozenset[tuple[str, str]]], ...] = (
            ("short", self.imposed_zeros(names)),
            ("long", self.imposed_long_run_zeros(names)),
        )
        found = [
            _Restriction(place[shock], kind, eye[place[response]])
            for kind, zeros in kinds
            for response, shock in sorted(zeros, key=lambda z: (place[z[1]], place[z[0]]))
        ]
        for equation, terms in self.equations:
            unknown = [name for name in (equation, *dict(terms)) if name not in place]
            if unknown:
                raise SpecError(
                    f"A restriction on an equation names {', '.join(unknown)}, not in the VAR.",
                    remedy=f"Its variables: {', '.join(names)}.",
                )
            weights = np.sum([weight * eye[place[name]] for name, weight in terms], axis=0)
            found.append(_Restriction(place[equation], "equation", weights))
        return found

    def _require_enough(self, restricted: Sequence[_Restriction], names: Sequence[str]) -> None:
        k = len(names)
        needed = k * (k - 1) // 2
        if len(restricted) < needed:
            raise NotIdentifiedError(
                f"{len(restricted)} short- and long-run restrictions on {k} shocks, which need "
                f"{needed}.",
                remedy=f"Add {needed - len(restricted)}.",
            )


@dataclass(frozen=True, eq=False)
class _Restriction:
    """A zero combination of responses to a shock, or of the coefficients of its equation."""

    shock: int
    kind: Literal["short", "long", "equation"]
    weights: np.ndarray


def _require_identified(
    free: int, impact: np.ndarray, covariance: np.ndarray, names: Sequence[str]
) -> None:
    """Refuse shocks that can still be rotated, or that cannot move their own variable."""
    own = np.diag(impact) / np.sqrt(np.diag(covariance))
    if not free and own.min() > 1e-10:
        return
    unmoved = f"keep the shock of {names[int(own.argmin())]} from moving its own variable"
    what = f"leave {free} rotations of the shocks free" if free else unmoved
    raise NotIdentifiedError(
        f"The short- and long-run restrictions {what}.",
        remedy="Restrict other pairs, or name the shocks differently.",
    )


def _zeros(
    restricted: Sequence[_Restriction], factor: np.ndarray, lags: np.ndarray
) -> ZeroRestrictions:
    """The restrictions on X in P = F X for R reduced forms, vectors of unit length."""
    vectors = np.zeros((len(factor), len(restricted), factor.shape[-1]))
    needed = any(restriction.kind == "long" for restriction in restricted)
    multiplier = long_run_multiplier(lags) if needed else None
    for m, restriction in enumerate(restricted):
        weights = restriction.weights
        if restriction.kind == "equation":
            vectors[:, m] = np.linalg.solve(factor, weights[:, None])[..., 0]
        elif restriction.kind == "long" and multiplier is not None:
            vectors[:, m] = np.einsum("i,rij,rjk->rk", weights, multiplier, factor)
        else:
            vectors[:, m] = weights @ factor
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    shocks = np.array([restriction.shock for restriction in restricted], dtype=int)
    inverse = np.array([restriction.kind == "equation" for restriction in restricted], dtype=bool)
    return ZeroRestrictions(shocks, inverse, vectors)


def _pairs(zeros: Pattern, names: Sequence[str], what: str) -> frozenset[tuple[str, str]]:
    free = np.full((len(names), len(names)), np.nan)
    matrix = zeros.matrix(names, free, what)
    return frozenset((names[i], names[j]) for i, j in np.argwhere(matrix == 0))
