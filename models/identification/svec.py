"""SVEC: zeros in the long-run effects of shocks on levels with unit roots, and on impact."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from ...data.panel import Column
from ...errors import IdentificationWarning, NotIdentifiedError, NumericalError, SpecError
from ...estimation.granger_representation import cointegration_rank, permanent_effects
from ...estimation.zero_restrictions import (
    ZeroRestrictions,
    rotations_left,
    solve,
    solve_near,
)
from ..options import require_choice
from .cholesky import Cholesky
from .restrictions import ZerosLike, as_zeros

if TYPE_CHECKING:
    from ..reduced_form.base import ReducedForm
    from ..reduced_form.diagnostics import TestResult
    from ..structural import StructuralVAR

#: Restrictions on a shock whose smallest singular value is below this, at unit length, repeat one
#: another.
_REPEATED = 1e-8

#: A shock whose own effect is a smaller share of its variable's standard deviation has no clear
#: sign.
WEAK = 0.1


@dataclass(frozen=True, slots=True)
class SVEC:
    """Zeros in the long-run matrix Xi B and in the impact matrix B of an error-correction model.

    With r long-run relations among K variables, y_t = Xi (u_1 + ... + u_t) + a stationary part,
    and Xi has rank K - r: at least K - r shocks have permanent effects and at most r are transitory
    (a column of zeros in Xi B, which counts for K - r restrictions, whatever its length). Other
    zeros count as far as they are independent; K (K - 1) / 2 identify the shocks.

    Parameters
    ----------
    long_run, short_run : mapping, sequence of pairs, DataFrame or array, optional
        The zeros: ``{response: shocks}``, pairs (response, shock), or a matrix of NaN and 0.
    positive : {"impact", "long_run"}
        A positive shock raises its own variable on impact; or, if it has a long-run effect on its
        own variable, in the long run, which is safer where the impact is close to zero.

    Notes
    -----
    The rank r is read from the lags, which hold the unit roots exactly. Patterns with 0, 1, ...,
    K - 1 restrictions on the shocks are solved shock by shock, others by maximum likelihood given
    the lags. King, Plosser, Stock and Watson (1991); Luetkepohl (2005), section 9.2.
    """

    long_run: ZerosLike = None
    short_run: ZerosLike = None
    positive: Literal["impact", "long_run"] = "impact"

    methods: ClassVar[tuple[str, ...]] = ("king1991", "gonzalo_ng2001", "luetkepohl2005")

    def __post_init__(self) -> None:
        object.__setattr__(self, "long_run", as_zeros(self.long_run, "long_run"))
        object.__setattr__(self, "short_run", as_zeros(self.short_run, "short_run"))
        require_choice("positive", self.positive, ("impact", "long_run"))

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "svec"

    def impact(self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """B under the restrictions; see ``FromCovariance.impact``.

        Of many reduced forms, those without a solution give NaN.

        Raises
        ------
        SpecError
            If the pattern does not fit the variables.
        NotIdentifiedError
            If the lags hold no unit root, or the restrictions do not identify the shocks.
        NumericalError
            If no B satisfies them.
        """
        if covariance.ndim == 2:
            return self._estimate(covariance, lags, names)
        stacked = covariance.reshape(-1, *covariance.shape[-2:])
        # A mean of lags does not hold the unit roots, so the search starts from a typical draw.
        distance = np.abs(stacked / stacked.mean(axis=0) - 1).max(axis=(-1, -2))
        typical = int(distance.argmin())
        own = lags.reshape(-1, *lags.shape[-3:])[typical]
        return self.impact_near(
            self._estimate(stacked[typical], own, names), covariance, lags, names
        )

    def impact_near(
        self, near: np.ndarray, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]
    ) -> np.ndarray:
        """B reached from the impact matrix ``near``; NaN where none was found."""
        setting = self._setting(covariance, lags, names)
        scale = setting.scale[:, None]
        x = solve_near(setting.restrictions, setting.factor / scale, near / scale)
        return self._signed(setting.factor @ x, setting, names).reshape(covariance.shape)

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Pairs (response, shock) whose response on impact is zero by assumption."""
        return frozenset(
            (names[i], names[j]) for i, j in np.argwhere(self._held("short_run", names))
        )

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Pairs (response, shock) whose long-run effect is zero by assumption."""
        return frozenset(
            (names[i], names[j]) for i, j in np.argwhere(self._held("long_run", names))
        )

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """The zeros in words, shock by shock, and what a positive shock is."""
        parts = []
        for what, words in (("long_run", "in the long run"), ("short_run", "on impact")):
            held = self._held(what, names)
            for j, shock in enumerate(names):
                still = [columns[n].label for n, zero in zip(names, held[:, j]) if zero]
                on = "any variable" if len(still) == len(names) else ", ".join(still)
                if still:
                    parts.append(f"the shock of {columns[shock].label} does not move {on} {words}")
        sign = "" if self.positive == "impact" else "; signs by own long-run effects"
        return f"SVEC: {'; '.join(parts) or 'no zeros'}{sign}"

    def overidentifying(self, reduced: ReducedForm) -> int:
        """Restrictions beyond those that identify the shocks, at the rank of the estimate."""
        k = len(reduced.names)
        setting = self._setting(reduced.covariance, reduced.lag_coefficients, reduced.names)
        return len(setting.restrictions.shocks) - k * (k - 1) // 2

    def overidentification(self, svar: StructuralVAR, *, draws: int = 999) -> TestResult:
        """LR test of the restrictions beyond those that identify the shocks.

        By default with a bootstrap p-value: see ``overidentification_test`` for why chi-squared
        (``draws=0``) rejects too often.

        Raises
        ------
        NotIdentifiedError
            If the shocks are exactly identified, so that there is nothing to test.
        """
        from .overidentification import overidentification_test

        df = self.overidentifying(svar.reduced)
        if df < 1:
            raise NotIdentifiedError(
                "The shocks are exactly identified: no restriction is left to test.",
                remedy="Add a zero.",
            )
        return overidentification_test(svar, df, draws=draws)

    def _estimate(
        self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]
    ) -> np.ndarray:
        """The solution for one reduced form, with every check."""
        setting = self._setting(covariance, lags, names)
        self._require_counts(setting, names)
        zeros, factor = setting.restrictions, setting.factor[0]
        x, solutions = solve(zeros, factor / setting.scale[:, None])
        if not solutions:
            raise NumericalError(
                f"No impact matrix of {', '.join(names)} satisfies the zeros.",
                remedy="Look for zeros that contradict one another.",
            )
        free = rotations_left(zeros, x)
        if free:
            raise NotIdentifiedError(
                f"The zeros leave {free} rotations of the shocks free.",
                remedy="Move some of them to other shocks.",
            )
        if solutions > 1:
            warnings.warn(
                f"{solutions} impact matrices satisfy the zeros equally well; the one in which "
                "shocks do most to their own variables is used. Restrict other pairs, or defend "
                "the choice.",
                IdentificationWarning,
                stacklevel=3,
            )
        impact = (factor @ x)[None]
        self._require_signs(impact, setting, names)
        return np.asarray(self._signed(impact, setting, names)[0])

    def _held(self, what: str, names: Sequence[str]) -> np.ndarray:
        """Where the zeros are, shape (K, K), [response, shock]."""
        free = np.full((len(names), len(names)), np.nan)
        matrix: np.ndarray = getattr(self, what).matrix(names, free, what)
        return np.asarray(matrix == 0)

    def _setting(self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]) -> _Setting:
        """Long-run effects and independent restrictions of R reduced forms."""
        k = len(names)
        stacked, lags = covariance.reshape(-1, k, k), lags.reshape(-1, *lags.shape[-3:])
        scale = np.sqrt(np.diag(stacked.mean(axis=0)))
        rank = _common_rank(lags, scale, names)
        factor = Cholesky().impact(stacked, lags, names)
        effects = permanent_effects(lags, scale, rank) @ factor
        responses = {"long_run": effects, "short_run": factor}
        shocks: list[int] = []
        vectors, lasting = [], []
        for j in range(k):
            rows = {w: r[:, self._held(w, names)[:, j]] for w, r in responses.items()}
            lasting.append(_independent(rows["long_run"]).shape[1])
            own = _independent(np.concatenate(list(rows.values()), axis=1))
            shocks += [j] * own.shape[1]
            vectors.append(own)
        every = np.concatenate(vectors, axis=1)
        zeros = ZeroRestrictions(np.array(shocks, int), np.zeros(len(shocks), bool), every)
        return _Setting(factor, effects, zeros, scale, rank, tuple(lasting))

    def _require_counts(self, setting: _Setting, names: Sequence[str]) -> None:
        """The rules that hold whatever the figures are, counted.

        Raises
        ------
        NotIdentifiedError
        """
        k, r = len(names), setting.rank
        transitory = [n for n, count in zip(names, setting.lasting) if count == setting.permanent]
        if len(transitory) > r:
            raise NotIdentifiedError(
                f"{len(transitory)} shocks ({', '.join(transitory)}) have no long-run effect; with "
                f"{r} long-run relations among {k} variables at most {r} can be transitory, since "
                f"Xi has rank {k - r}.",
                remedy=f"Give at least {k - r} shocks a long-run effect.",
            )
        needed = k * (k - 1) // 2
        found = len(setting.restrictions.shocks)
        if found < needed:
            written = len(self.imposed_zeros(names)) + len(self.imposed_long_run_zeros(names))
            raise NotIdentifiedError(
                f"{found} independent restrictions ({written} zeros, of which those on the long "
                f"run of one shock count for {k - r} at most) on {k} shocks, which need {needed}.",
                remedy=f"Add {needed - found}.",
            )

    def _signed(self, impact: np.ndarray, setting: _Setting, names: Sequence[str]) -> np.ndarray:
        """Shocks turned so that a positive one raises its own variable, zeros exactly zero."""
        own = np.einsum("rii->ri", self._own_effects(impact, setting, names))
        turned = impact * np.where(own < 0, -1.0, 1.0)[:, None, :]
        return np.where(self._held("short_run", names), 0.0, turned)

    def _own_effects(
        self, impact: np.ndarray, setting: _Setting, names: Sequence[str]
    ) -> np.ndarray:
        """Effects by which signs are chosen, as shares of the variables' own standard deviations.

        Those of a transitory shock are on impact in any case.
        """
        now: np.ndarray = impact / setting.scale[:, None]
        if self.positive == "impact":
            return now
        lasting = setting.effects @ np.linalg.solve(setting.factor, impact)
        size = np.linalg.norm(setting.effects, axis=-1, keepdims=True)
        held = self._held("long_run", names) | (np.array(setting.lasting) == setting.permanent)
        return np.where(held, now, lasting / np.where(size > 0, size, 1.0))

    def _require_signs(self, impact: np.ndarray, setting: _Setting, names: Sequence[str]) -> None:
        """Refuse shocks that cannot move their own variable, warn of those that hardly do."""
        own = np.abs(np.einsum("rii->ri", self._own_effects(impact, setting, names)))[0]
        for name, size in zip(names, own):
            if size < 1e-10:
                raise NotIdentifiedError(
                    f"The zeros keep the shock of {name} from moving its own variable.",
                    remedy="Name the shocks differently, or use positive='long_run'.",
                )
            if size < WEAK:
                other = "long_run" if self.positive == "impact" else "impact"
                warnings.warn(
                    f"The shock of {name} moves its own variable by {size:.2f} standard deviations "
                    "where its sign is chosen: the sign is hardly determined, and bands of its "
                    f"effects hold both. Name the shocks differently, or try positive='{other}'.",
                    IdentificationWarning,
                    stacklevel=4,
                )


def permanent_transitory(permanent: Sequence[str], transitory: Sequence[str]) -> SVEC:
    """Permanent shocks that are recursive in the long run, transitory ones recursive on impact.

    Parameters
    ----------
    permanent : sequence of str
        The K - r shocks with long-run effects, named after variables that drift; the first
        variable is moved for good by its own shock only, and so on.
    transitory : sequence of str
        The r shocks without, named after the other variables, the first of which reacts within the
        period to no later one.

    Notes
    -----
    Exactly identified: r (K - r) + (K - r)(K - r - 1) / 2 + r (r - 1) / 2 = K (K - 1) / 2. King,
    Plosser, Stock and Watson (1991); Gonzalo and Ng (2001).
    """
    names = [*permanent, *transitory]
    if len(set(names)) < len(names):
        raise SpecError(
            f"A shock is named twice: {', '.join(names)}.", remedy="Name each variable once."
        )
    fading = [(response, shock) for shock in transitory for response in names]
    ordered = [(r, s) for i, r in enumerate(permanent) for s in permanent[i + 1 :]]
    within = [(r, s) for i, r in enumerate(transitory) for s in transitory[i + 1 :]]
    return SVEC(long_run=[*fading, *ordered], short_run=within)


@dataclass(frozen=True, eq=False, slots=True)
class _Setting:
    """What the restrictions mean for R reduced forms."""

    factor: np.ndarray  # (R, K, K): Sigma = F F'
    effects: np.ndarray  # (R, K, K): Xi F
    restrictions: ZeroRestrictions  # on X in B = F X
    scale: np.ndarray  # (K,): standard deviations of the errors
    rank: int  # long-run relations
    lasting: tuple[int, ...]  # independent long-run zeros of each shock

    @property
    def permanent(self) -> int:
        """Rank of Xi: a shock with so many long-run zeros is transitory."""
        return len(self.scale) - self.rank


def _common_rank(lags: np.ndarray, scale: np.ndarray, names: Sequence[str]) -> int:
    """The number of long-run relations that all reduced forms share.

    Raises
    ------
    NotIdentifiedError
    """
    ranks = np.unique(cointegration_rank(lags, scale))
    if len(ranks) > 1 or ranks[0] == len(names):
        raise NotIdentifiedError(
            f"The lags of {', '.join(names)} do not hold a fixed number of unit roots, so there "
            "are no permanent effects to restrict.",
            remedy="Identify a VECM of rank below the number of variables.",
        )
    return int(ranks[0])


def _independent(rows: np.ndarray) -> np.ndarray:
    """Orthonormal rows that span the given ones, shape (R, rank, K)."""
    if not rows.shape[1]:
        return rows
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    _, roots, right = np.linalg.svd(rows / np.where(length > 0, length, 1.0))
    return np.asarray(right[:, : int((roots[0] > _REPEATED).sum())])
