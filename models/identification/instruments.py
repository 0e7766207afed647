"""External instruments: series that move with one shock, or some, and with no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ...data.panel import Column
from ...errors import InvalidInferenceError, NotIdentifiedError, SampleError, SpecError
from ...estimation.proxy import Rule, covariance_where_observed, directions, orthogonal_shocks
from ..options import require_choice
from ..structural_draws import StructuralDraws
from .instrument_dates import coverage_in_words, dated, on_dates_of, require_usable
from .instrumented_shocks import as_pairs, in_words
from .joint_draws import which_identified

if TYPE_CHECKING:
    from ...estimation.first_stage import FirstStage
    from ...estimation.proxy_bootstrap import Group
    from ..inference.protocol import Inference
    from ..reduced_form.base import ReducedForm
    from ..reduced_form.diagnostics import TestResult
    from ..structural import StructuralVAR

#: Effective F below which only sets that hold at every strength are shown.
STRONG = 10.0
#: Objects that do not depend on what the instruments identify.
_OF_THE_REDUCED_FORM = ("forecast", "dynamic_multiplier")


@dataclass(frozen=True, slots=True, eq=False)
class Instruments:
    """Shocks that external instruments are related to, while they are unrelated to all others.

    Parameters
    ----------
    series : Series or DataFrame
        One instrument a column, on dates; NaN where not observed. Values are joined to residuals
        by date.
    shock : str, sequence of str, or mapping
        A shock that all instruments move. A sequence: a block of shocks that all instruments may
        move, told apart as ``recursive`` says. A mapping gives each shock its own instruments,
        ``{"jgb10y": "decision", "usdjpy": ["intervention", "fomc"]}``, which may also pick up the
        shocks named before it. Shocks go by their own variable or by a name that ``own`` explains.
    own : mapping, optional
        The variable that a named shock belongs to and raises, ``{"monetary": "jgb10y"}``.
    recursive : {"equations", "impact"}
        In a block: given the variables outside it, the own variable of a shock does not react to
        those of later shocks (Mertens and Ravn 2013); or later shocks do not move the own variables
        of earlier ones within the period.
    covariance : {"sample", "instrument"}
        Sigma, hence the size of one standard deviation, of the full sample or of the periods in
        which all instruments are observed.

    Notes
    -----
    Of u_t = B e_t and E[z_t e_1t'] = Phi', E[z_t e_jt] = 0 for other j, follows that E[u_t z_t']
    spans the impact of the instrumented shocks; with more instruments than shocks two-stage least
    squares combines them. A shock has unit variance, b' Sigma^-1 b = 1, and raises its own
    variable, in the estimate and in each draw: where the instrument's sign changes between draws,
    the shock is not turned to agree with the estimate. Shocks without instruments are not
    identified.

    Stock and Watson (2012, 2018); Mertens and Ravn (2013).
    """

    series: pd.DataFrame
    shock: Any
    own: Any = ()
    recursive: Literal["equations", "impact"] = "equations"
    covariance: Literal["sample", "instrument"] = "sample"

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = (
        "stock_watson2012",
        "mertens_ravn2013",
        "stock_watson2018",
        "jentsch_lunsford2019",
        "jentsch_lunsford2022",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "series", dated(self.series))
        object.__setattr__(self, "shock", as_pairs(self.shock, self.instruments))
        object.__setattr__(self, "own", tuple(dict(self.own).items()))
        require_choice("recursive", self.recursive, ("equations", "impact"))
        require_choice("covariance", self.covariance, ("sample", "instrument"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instruments) and (
            self._settings == other._settings and self.series.equals(other.series)
        )

    def __hash__(self) -> int:
        return hash((self._settings, *self.series.columns, len(self.series)))

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "instruments"

    @property
    def instruments(self) -> tuple[str, ...]:
        """Names of the instruments."""
        return tuple(self.series.columns)

    @property
    def shocks(self) -> tuple[str, ...]:
        """The instrumented shocks, in the order given."""
        return tuple(shock for shocks, _ in self.shock for shock in shocks)

    def instruments_of(self, shock: str) -> tuple[str, ...]:
        """The instruments of one shock."""
        return next(instruments for shocks, instruments in self.shock if shock in shocks)

    def own_variables(self, names: Sequence[str]) -> tuple[str, ...]:
        """The variables that the instrumented shocks belong to.

        Raises
        ------
        SpecError
            If one is not in the VAR, or belongs to two shocks.
        """
        variables = tuple(dict(self.own).get(shock, shock) for shock in self.shocks)
        unknown = [name for name in variables if name not in names]
        if unknown or len(set(variables)) < len(variables):
            fault = f"{unknown[0]}, not in the VAR" if unknown else "one variable for two shocks"
            raise SpecError(
                f"The instruments are for {fault}.",
                remedy=f"Name shocks by their own variable, one of {', '.join(names)}, or say "
                "which it is: own={'monetary': 'jgb10y'}.",
            )
        return variables

    def shock_names(self, names: Sequence[str]) -> tuple[str, ...]:
        """Shocks by their own names where they have any; see ``NamesShocks``."""
        named = dict(zip(self.own_variables(names), self.shocks, strict=True))
        return tuple(named.get(name, name) for name in names)

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Those of a block that is recursive on impact."""
        if self._rule != "impact":
            return frozenset()
        variables = self.own_variables(names)
        return frozenset(
            (variable, shock)
            for i, variable in enumerate(variables)
            for shock in self.shocks[i + 1 :]
        )

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """None."""
        return frozenset()

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """Instruments, shocks and the sample of Sigma in words."""
        label = {
            shock: columns[variable].label if shock == variable else shock
            for shock, variable in zip(self.shocks, self.own_variables(names), strict=True)
        }
        sample = "the full sample" if self.covariance == "sample" else "the instruments' periods"
        return f"External instruments: {in_words(self.shock, label, self._rule)}; Sigma of {sample}"

    def values(self, reduced: ReducedForm) -> np.ndarray:
        """The instruments on the dates of a model, shape (T, m).

        NaN where not observed, and where an outlier dummy leaves no residual.

        Raises
        ------
        DataError, SampleError
        """
        values = on_dates_of(self.series, reduced.dates)
        for _, columns in self.groups(reduced.names):
            require_usable(
                [self.instruments[i] for i in columns], values[:, columns], reduced.dates
            )
        values[~reduced.resampled_rows] = np.nan
        return values

    def groups(self, names: Sequence[str]) -> tuple[Group, ...]:
        """Positions of own variables and of the instruments that identify their shocks."""
        variable = dict(zip(self.shocks, self.own_variables(names), strict=True))
        return tuple(
            (
                np.array([names.index(variable[shock]) for shock in shocks]),
                np.array([self.instruments.index(name) for name in instruments]),
            )
            for shocks, instruments in self.shock
        )

    def estimate(self, reduced: ReducedForm, seed: int) -> tuple[ReducedForm, np.ndarray]:
        """Impact of the instrumented shocks; see ``ReadsSample.estimate``.

        With ``covariance="instrument"`` the reduced form is given that covariance.

        Raises
        ------
        DataError, SampleError, NotIdentifiedError
        """
        if self.covariance == "instrument":
            reduced = replace(reduced, covariance=self._covariance_of_periods(reduced))
        impact = self._impact(self._space(reduced), reduced.covariance, reduced.names)
        if np.isfinite(impact).all(axis=0).sum() < len(self.shocks):
            raise NotIdentifiedError(
                f"{', '.join(self.instruments)} do not identify the shock of "
                f"{', '.join(self.shocks)}: they are collinear, or do not move its variable.",
                remedy="Use other instruments, or fewer shocks.",
            )
        return reduced, impact

    def draw(self, svar: StructuralVAR) -> StructuralDraws:
        """Joint draws of the VAR and the instruments; see ``estimation.proxy_bootstrap``.

        Raises
        ------
        InvalidInferenceError
            If the inference draws no samples.
        DrawError
            If more than five per cent of the draws failed, those among them in which a shock does
            not move its own variable.
        """
        from ...estimation.proxy_bootstrap import drawn_with_residuals
        from ..inference.bootstrap import Bootstrap

        reduced, bands = svar.reduced, svar.inference
        if not isinstance(bands, Bootstrap):
            raise InvalidInferenceError(
                f"{bands.describe()} draws no instruments beside the residuals.",
                remedy="Use BlockBootstrap, or svar.anderson_rubin.",
            )
        own_covariance = self.covariance == "instrument"
        statistic = drawn_with_residuals(
            self.values(reduced),
            reduced.resampled_rows,
            bands.resampling(reduced),
            self.groups(svar.names),
            _coefficients(reduced) if own_covariance else None,
        )
        found = bands.draw(reduced, svar.seed, statistic)
        space, sigma = np.split(np.asarray(found.statistic), [len(self.shocks)], axis=-1)
        covariance = sigma if own_covariance else found.covariance
        impact = self._impact(space, covariance, svar.names)
        kept = which_identified(svar, impact, found.failed)
        return StructuralDraws(
            found.lags[kept],
            found.deterministic[kept],
            covariance[kept],
            impact[kept],
            found.failed + int((~kept).sum()),
            found.refitted,
            found.adjusted,
            remarks=self._remarks(svar, space[kept]),
        )

    def default_inference(self, reduced: ReducedForm) -> Inference:
        """The moving-block bootstrap, corrected for bias unless unit roots are imposed."""
        from ..inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
        from ..inference.block_bootstrap import BlockBootstrap

        if reduced.unit_roots:
            return BlockBootstrap(2000)
        return BiasCorrectedBootstrap(2000, block_length=None)

    def strength(self, reduced: ReducedForm) -> dict[str, FirstStage]:
        """First stage of each shock, net of what tells it apart from others.

        In a block, net of what moves the other shocks too; where each has its own instruments, net
        of the shocks named before it.
        """
        from ...estimation.first_stage import conditional_first_stage, first_stage

        values, residuals = self.values(reduced), reduced.residuals.to_numpy()
        groups = self.groups(reduced.names)
        impact = self._impact(self._space(reduced), reduced.covariance, reduced.names)
        found: list[FirstStage] = []
        for own, at in groups:
            u, z = residuals[:, own], values[:, at]
            found += (
                [first_stage(u[:, 0], z)]
                if len(own) == 1
                else [conditional_first_stage(u, j, z) for j in range(len(own))]
            )
            b = impact[:, own]
            residuals = residuals - residuals @ np.linalg.solve(reduced.covariance, b) @ b.T
        return dict(zip(self.shocks, found, strict=True))

    def overidentification(self, svar: StructuralVAR) -> tuple[TestResult, ...]:
        """Hansen's J for each shock, or block, with more instruments than it needs.

        See ``estimation.instrument_tests.hansen_j``; nothing where identification is exact.
        """
        from ..instrument_strength import overidentification

        return overidentification(svar.reduced, self)

    def require_valid(self, reduced: ReducedForm, quantity: str) -> None:
        """Refuse bands where the instruments are weak; see ``ExaminesSample``."""
        if quantity in _OF_THE_REDUCED_FORM:
            return
        weakest, stage = min(self.strength(reduced).items(), key=lambda x: x[1].effective_f)
        if not stage.effective_f >= STRONG:
            raise InvalidInferenceError(
                f"The effective F of {', '.join(self.instruments_of(weakest))} for the shock of "
                f"{weakest} is {stage.effective_f:.1f}, below {STRONG:g}: bands from draws do not "
                "cover, and only the Anderson-Rubin set holds.",
                remedy="Use svar.anderson_rubin(), or stronger instruments.",
            )

    def sample_notes(self, reduced: ReducedForm) -> tuple[str, ...]:
        """Periods, strength and the covariance that sizes the shock; see ``ExaminesSample``."""
        values = self.values(reduced)
        spans = [
            f"{', '.join(names)} in {coverage_in_words(values[:, at], reduced.dates)}"
            for (_, names), (_, at) in zip(self.shock, self.groups(reduced.names), strict=True)
        ]
        strength = [
            f"{stage.effective_f:.1f} for the shock of {shock} (above "
            f"{stage.critical_values[0.10]:.1f} a bias of more than 10% of the worst case is "
            "rejected)"
            for shock, stage in self.strength(reduced).items()
        ]
        full = self.covariance == "sample"
        periods = reduced.nobs if full else int(np.isfinite(values).all(axis=1).sum())
        return (
            f"Instruments: {'; '.join(spans)}. Effective F {'; '.join(strength)}.",
            f"One standard deviation is that of {'the full sample' if full else 'their periods'}, "
            f"T = {periods}, divisor {reduced.divisor_in_words}.",
        )

    @property
    def _rule(self) -> Rule:
        in_block = len(self.shock) == 1 and len(self.shocks) > 1
        return self.recursive if in_block else "instruments"

    @property
    def _settings(self) -> tuple[Any, ...]:
        return self.shock, self.own, self.recursive, self.covariance

    def _space(self, reduced: ReducedForm) -> np.ndarray:
        """Columns that span the impact of the instrumented shocks, (K, k)."""
        values, residuals = self.values(reduced), reduced.residuals.to_numpy()
        parts = [
            directions(residuals, values[:, at], own) for own, at in self.groups(reduced.names)
        ]
        return np.concatenate(parts, axis=-1)

    def _impact(
        self, space: np.ndarray, covariance: np.ndarray, names: Sequence[str]
    ) -> np.ndarray:
        """Impact matrices, NaN in the columns of shocks without instruments, (..., K, K)."""
        own = np.concatenate([own for own, _ in self.groups(names)])
        impact = np.full(covariance.shape, np.nan)
        impact[..., own] = orthogonal_shocks(space, covariance, own, self._rule)
        return impact

    def _covariance_of_periods(self, reduced: ReducedForm) -> np.ndarray:
        """Sigma of the periods in which all instruments are observed."""
        found = covariance_where_observed(
            reduced.residuals.to_numpy(), self.values(reduced), _coefficients(reduced)
        )
        if not np.isfinite(found).all():
            raise SampleError(
                f"The periods with all of {', '.join(self.instruments)} are no more than the "
                "coefficients of an equation: Sigma cannot be estimated from them.",
                remedy="Use covariance='sample'.",
            )
        return found

    def _remarks(self, svar: StructuralVAR, space: np.ndarray) -> tuple[str, ...]:
        """In how many draws a single instrument moves its variable the other way."""
        remarks, estimate = [], self._space(svar.reduced)
        for j, (shock, (own, at)) in enumerate(zip(self.shocks, self.groups(svar.names))):
            turned = int((space[:, own[0], j] * estimate[own[0], j] < 0).sum())
            if len(at) == 1 and turned:
                remarks.append(
                    f"In {turned:,} of {len(space):,} draws {self.instruments[at[0]]} moves the "
                    f"variable of the shock of {shock} the other way; they are kept."
                )
        return tuple(remarks)


def _coefficients(reduced: ReducedForm) -> float:
    """What the divisor of the covariance takes off the number of periods."""
    return reduced.nobs - reduced.df_resid if reduced.divisor == "df" else 0.0
