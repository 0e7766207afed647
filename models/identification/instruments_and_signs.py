"""Some shocks by external instruments, others by the signs of what they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...data.panel import Column
from ...errors import SpecError
from ...estimation.median_target import median_target
from ...estimation.partial_identification import completed
from ...estimation.response_restrictions import RestrictionRows
from ...estimation.responses import impulse_responses
from ...estimation.rotations import drawing_order
from ...estimation.streams import BLOCK
from ...estimation.var_bootstrap import ReducedFormDraws
from .instruments import Instruments
from .rotation_search import Search, conditional_draws, equally_weighted
from .sign_restrictions import RestrictedShocks, Sign, as_own, restricted_shocks
from .signs import SignRestrictions

if TYPE_CHECKING:
    from ..inference.protocol import Inference
    from ..reduced_form.base import ReducedForm
    from ..structural import StructuralVAR
    from ..structural_draws import StructuralDraws
    from .protocol import Identification


@dataclass(frozen=True, slots=True)
class InstrumentsAndSigns:
    """Instruments identify their shocks; signs and zeros the others, orthogonal to them.

    With b_1 from the instruments, Sigma = b_1 b_1' + F_2 F_2', and the other shocks are rotations
    F_2 Q_2 whose responses satisfy the restrictions: a set of models around one known shock.

    Parameters
    ----------
    instruments : Instruments
    signs : SignRestrictions
        Restrictions on an instrumented shock are over-identifying: they are not imposed, but
        checked (see ``checks``). ``weighting`` is "conditional"; narratives are not supported.

    Notes
    -----
    Each draw resamples residuals and instruments together, identifies the instrumented shocks, and
    takes one of the rotations that it admits; draws without any are dropped and counted.

    Cesa-Bianchi and Sokol (2022); Braun and Brueggemann (2023), who impose what is checked here.
    """

    instruments: Instruments
    signs: SignRestrictions

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = (
        *Instruments.methods,
        *SignRestrictions.methods,
        "cesa_bianchi_sokol2022",
        "braun_brueggemann2023",
    )

    def __post_init__(self) -> None:
        if self.signs.weighting != "conditional" or self.signs.narrative:
            raise SpecError(
                "Beside instruments, rotations are drawn for each reduced form, without "
                "narratives.",
                remedy="Use SignRestrictions(restrictions, own=...) with its default weighting.",
            )
        if all(one.shock in self.instruments.shocks for one in self.signs.restrictions):
            raise SpecError(
                "All restrictions are on instrumented shocks, which instruments identify alone.",
                remedy="Use Instruments, or restrict other shocks.",
            )

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "instruments_and_signs"

    def restricted(self, names: Sequence[str]) -> RestrictedShocks:
        """The shocks that signs identify, with their restrictions.

        Raises
        ------
        SpecError
            If one of them belongs to the variable of an instrumented shock.
        """
        known = self.instruments.shocks
        kept = [one for one in self.signs.restrictions if one.shock not in known]
        own = tuple(pair for pair in as_own(self.signs.own) if pair[0] not in known)
        found = restricted_shocks(kept, own, names)
        rivals = set(self.instruments.own_variables(names)) & set(dict(found.own).values())
        if rivals:
            raise SpecError(
                f"{rivals.pop()} belongs to an instrumented shock and to one of the restrictions.",
                remedy="Give the restricted shock another variable in own, one that it raises.",
            )
        return found

    def shock_names(self, names: Sequence[str]) -> tuple[str, ...]:
        """Name of each shock; see ``NamesShocks.shock_names``."""
        by_signs = self.restricted(names).shock_names
        by_instruments = self.instruments.shock_names(names)
        own = self.instruments.own_variables(names)
        return tuple(
            one if name in own else other
            for name, one, other in zip(names, by_instruments, by_signs, strict=True)
        )

    def estimate(self, reduced: ReducedForm, seed: int) -> tuple[ReducedForm, np.ndarray]:
        """Instrumented shocks, and the median target of the others; see ``ReadsSample.estimate``.

        Raises
        ------
        DataError, SampleError, NotIdentifiedError, SpecError
        NoRotationError
            If no rotation of the estimate satisfies the restrictions.
        """
        reduced, impact = self.instruments.estimate(reduced, seed)
        restricted = self.restricted(reduced.names)
        search = self._search(reduced, impact[None], seed)
        if not search.of_estimate(min(BLOCK, self.signs.rotations)).found.any():
            from .sign_conflicts import no_rotation

            raise no_rotation(search, restricted)
        found = search.of_estimate(self.signs.rotations)
        accepted = equally_weighted(search, reduced.lag_coefficients, found.impact[found.found])
        others = restricted.identified
        responses = impulse_responses(
            reduced.lag_coefficients, accepted[..., others], self.signs.target_horizon
        )
        chosen = accepted[median_target(responses)]
        return reduced, np.where(others, chosen, impact)

    def draw(self, svar: StructuralVAR) -> StructuralDraws:
        """Joint draws with an accepted rotation each; see ``ReadsSample.draw``.

        Raises
        ------
        InvalidInferenceError, DrawError
        NoRotationError
            If no draw has a rotation.
        """
        from .sign_conflicts import none_in_draws

        known = replace(svar, scheme=self.instruments, impact=self._of_instruments(svar))
        found = self.instruments.draw(known)
        threads = getattr(svar.inference, "threads", 1)
        search = self._search(svar.reduced, found.impact, svar.seed, threads)
        reduced_forms = ReducedFormDraws(
            found.lags,
            found.deterministic,
            found.covariance,
            found.failed,
            found.refitted,
            found.adjusted,
        )
        drawn = conditional_draws(search, reduced_forms)
        if not len(drawn):
            raise none_in_draws(search)
        identified = np.isfinite(svar.impact).all(axis=0)
        drawn = replace(drawn, impact=np.where(identified, drawn.impact, np.nan))
        remarks = (*found.remarks, *drawn.remarks, *_in_words(self._checked(svar, drawn)))
        return replace(drawn, remarks=remarks)

    def checks(self, svar: StructuralVAR) -> pd.DataFrame:
        """Restrictions on instrumented shocks, which are not imposed.

        Returns
        -------
        DataFrame
            One row a restriction: ``holds`` in the estimate (for zeros: whether the p-value is
            above 0.1), ``share`` of draws in which a sign holds, ``p_value`` of a zero from the
            draws on either side of it.
        """
        return self._checked(svar, svar.draws)

    def default_inference(self, reduced: ReducedForm) -> Inference:
        """That of the instruments."""
        return self.instruments.default_inference(reduced)

    def require_valid(self, reduced: ReducedForm, quantity: str) -> None:
        """Refuse bands where the instruments are weak; see ``ExaminesSample``."""
        self.instruments.require_valid(reduced, quantity)

    def sample_notes(self, reduced: ReducedForm) -> tuple[str, ...]:
        """Those of the instruments; see ``ExaminesSample``."""
        return self.instruments.sample_notes(reduced)

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Zeros at horizon 0, of the instruments and of the restrictions."""
        return self.instruments.imposed_zeros(names) | self.restricted(names).imposed_zeros(0)

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Zero restrictions in the long run."""
        return self.restricted(names).imposed_zeros("long_run")

    def imposed_signs(self, names: Sequence[str]) -> frozenset[tuple[str, str, int]]:
        """Signs that are imposed, by horizon; see ``RestrictsSigns.imposed_signs``."""
        return self.restricted(names).imposed_signs()

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """Instruments, restrictions on the other shocks, and how these are found."""
        return (
            f"{self.instruments.describe(names, columns)}; other shocks orthogonal to these, by "
            f"restrictions on responses (+ up, - down, 0 none): "
            f"{self.restricted(names).in_words(columns)}; rotations uniform (Haar), one for each "
            f"reduced form; the point is the median target of {self.signs.rotations:,} rotations "
            "of the estimate"
        )

    def _of_instruments(self, svar: StructuralVAR) -> np.ndarray:
        """The estimated impact matrix with the instrumented shocks alone."""
        own = [svar.names.index(name) for name in self.instruments.own_variables(svar.names)]
        return np.where(np.isin(np.arange(len(svar.names)), own), svar.impact, np.nan)

    def _search(
        self, reduced: ReducedForm, given: np.ndarray, seed: int, threads: int = 1
    ) -> _Given:
        plain = self.signs.search(reduced, seed, threads)
        return _Given(
            self.restricted(reduced.names).arrays(),
            plain.narrative,
            reduced,
            plain.max_attempts,
            plain.candidates,
            seed,
            threads,
            given,
        )

    def _checked(self, svar: StructuralVAR, drawn: StructuralDraws) -> pd.DataFrame:
        """The table of ``checks`` from some draws."""
        given = [one for one in self.signs.restrictions if one.shock in self.instruments.shocks]
        variables = zip(
            self.instruments.shocks, self.instruments.own_variables(svar.names), strict=True
        )
        own = tuple(pair for pair in variables if any(one.shock == pair[0] for one in given))
        restrictions = restricted_shocks(given, own, svar.names).arrays()
        reduced = svar.reduced
        point = restrictions.rows(reduced.lag_coefficients[None], svar.impact[None])
        rows = restrictions.rows(drawn.lags, drawn.impact)
        signs, zeros = restrictions.signs, restrictions.zeros
        table = {}
        for number, one in enumerate(given):
            if isinstance(one, Sign):
                cells = np.flatnonzero(signs.origin == number)
                at = (slice(None), cells, signs.shock[cells])
                share = float((rows.signs[at] >= 0).all(axis=1).mean())
                table[str(one)] = (bool((point.signs[at] >= 0).all()), share, np.nan)
            else:
                cell = int(np.flatnonzero(zeros.origin == number)[0])
                above = float((rows.zeros[:, cell, zeros.shock[cell]] > 0).mean())
                p_value = 2 * min(above, 1 - above)
                table[str(one)] = (p_value > 0.1, np.nan, p_value)
        columns = ["holds", "share", "p_value"]
        return pd.DataFrame.from_dict(table, orient="index", columns=columns)


def instruments_of(scheme: Identification) -> Instruments | None:
    """The instruments of a scheme that has any, alone or beside signs."""
    if isinstance(scheme, InstrumentsAndSigns):
        return scheme.instruments
    return scheme if isinstance(scheme, Instruments) else None


@dataclass(frozen=True, slots=True, eq=False)
class _Given(Search):
    """A search among the impact matrices that share some columns.

    Attributes
    ----------
    given : ndarray, shape (R, K, K)
        The columns that are not rotated, of each reduced form; NaN in the others.
    """

    given: np.ndarray

    @property
    def fixed(self) -> np.ndarray:
        """The columns that are not rotated, ascending."""
        return np.flatnonzero(np.isfinite(self.given[0]).all(axis=0))

    @property
    def order(self) -> np.ndarray:
        """The fixed columns first, then the others as ever."""
        plain = drawing_order(
            self.restrictions.signs.bounds(self.restrictions.size),
            self.restrictions.zeros.bounds(self.restrictions.size),
        )
        return np.concatenate([self.fixed, plain[~np.isin(plain, self.fixed)]])

    def factors(self, covariance: np.ndarray) -> np.ndarray:
        """Factors with the given columns in their places."""
        known = np.isin(np.arange(covariance.shape[-1]), self.fixed)
        return completed(self.given, covariance, known)

    def rows(
        self, lags: np.ndarray, deterministic: np.ndarray, factor: np.ndarray
    ) -> RestrictionRows:
        """The restrictions, and that the given columns stay where they are."""
        return self.restrictions.rows(lags, factor).with_columns_fixed(self.fixed)


def _in_words(checks: pd.DataFrame) -> tuple[str, ...]:
    """Restrictions that are not imposed, and what the sample says of them."""
    said = [
        f"{name} ({'holds' if row['holds'] else 'does not hold'} in the estimate, in "
        f"{row['share']:.0%} of the draws)"
        if np.isnan(row["p_value"])
        else f"{name} (p = {row['p_value']:.2f})"
        for name, row in checks.iterrows()
    ]
    return (f"Not imposed on instrumented shocks, but checked: {'; '.join(said)}.",) if said else ()
