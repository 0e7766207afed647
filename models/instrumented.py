"""Answers about an instrumented shock that hold at every strength of its instruments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..data.panel import response_scales
from ..errors import InvalidInferenceError, SpecError
from ..estimation.anderson_rubin import ConfidenceSets, anderson_rubin
from ..estimation.fieller import ratio_std_error
from ..estimation.proxy import joint_moments
from ..estimation.weak_instruments import (
    Influenced,
    coefficient_influence,
    covariance_with_instruments,
    joint_covariance,
    numerators,
    wald_of_relevance,
)
from .anderson_rubin import AndersonRubinSets
from .identification.instruments import Instruments
from .identification.instruments_and_signs import instruments_of
from .identification.named_shocks import chosen_shocks
from .impulse_response import size_in_words, targets_of
from .options import require_count
from .provenance import facts_of
from .responses import Size, cumulated_columns

if TYPE_CHECKING:
    from .structural import StructuralVAR


#: A largest root above this makes the bias of least squares matter.
PERSISTENT = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """One response over another, to the same instrumented shock, in the panel's units.

    Attributes
    ----------
    numerator, denominator : ndarray, shape (..., q)
        Covariances with each of the q instruments, carried forward; their shapes broadcast.
    covariance : ndarray, shape (..., 2 q, 2 q)
        Of both, numerator first.
    weights : ndarray, shape (q,)
        Those of two-stage least squares, which make one instrument of several.
    """

    numerator: np.ndarray
    denominator: np.ndarray
    covariance: np.ndarray
    weights: np.ndarray

    @property
    def estimate(self) -> np.ndarray:
        """The ratio by two-stage least squares, shape (...)."""
        return np.asarray((self.numerator @ self.weights) / (self.denominator @ self.weights))

    @property
    def std_error(self) -> np.ndarray:
        """Delta-method standard error; it fails where the denominator may be zero."""
        apart = np.kron(np.eye(2), self.weights)
        covariance = apart @ self.covariance @ apart.T
        above, below = self.numerator @ self.weights, self.denominator @ self.weights
        return ratio_std_error(above, below, covariance)

    def sets(self, level: float) -> ConfidenceSets:
        """Anderson-Rubin sets, pieces of shape (..., q + 1, 2)."""
        return anderson_rubin(self.numerator, self.denominator, self.covariance, level)


@dataclass(frozen=True, eq=False)
class InstrumentedShock:
    """A shock with instruments of its own, as the sample shows it up to its size.

    Attributes
    ----------
    svar : StructuralVAR
    shock : str
    newey_west : int
        Lags in the covariance of the moments.
    bias_corrected : bool
        Carry the moments forward with coefficients less their bias.
    """

    svar: StructuralVAR
    shock: str
    newey_west: int = 0
    bias_corrected: bool = False

    @property
    def own(self) -> int:
        """Position of the shock's own variable."""
        return self.svar.shock_names.index(self.shock)

    @cached_property
    def values(self) -> np.ndarray:
        """Its instruments, shape (T, q); NaN where not observed."""
        scheme, reduced = _scheme(self.svar), self.svar.reduced
        columns = [scheme.instruments.index(name) for name in scheme.instruments_of(self.shock)]
        return scheme.values(reduced)[:, columns]

    @cached_property
    def lags(self) -> np.ndarray:
        """A_1, ..., A_p, shape (p, K, K)."""
        reduced = self.svar.reduced
        if self.bias_corrected:
            from .inference.bias_corrected_bootstrap import BiasCorrectedBootstrap

            reduced, _ = BiasCorrectedBootstrap().corrected(reduced, self.svar.seed)
        return reduced.lag_coefficients

    @cached_property
    def coefficients(self) -> np.ndarray:
        """Influence of each period on the coefficients, shape (T, K, n)."""
        reduced = self.svar.reduced
        return coefficient_influence(
            reduced.design,
            reduced.residuals.to_numpy(),
            reduced.covariance,
            reduced.coefficient_covariance("classical"),
        )

    @cached_property
    def gamma(self) -> Influenced:
        """cov(u, z), value of shape (K, q)."""
        reduced = self.svar.reduced
        return covariance_with_instruments(
            self.values, reduced.residuals.to_numpy(), reduced.design, self.coefficients
        )

    @property
    def weights(self) -> np.ndarray:
        """Weights of two-stage least squares, shape (q,)."""
        products, variance = joint_moments(self.svar.reduced.residuals.to_numpy(), self.values)
        return np.linalg.solve(variance, products[self.own])

    @property
    def wald(self) -> float:
        """Wald statistic of the hypothesis that the instruments do not move the own variable."""
        influence = self.gamma.influence[:, self.own]
        covariance = joint_covariance(influence, newey_west=self.newey_west)
        return wald_of_relevance(self.gamma.value[self.own], covariance)

    def responses(self, horizon: int, cumulated: frozenset[str]) -> Influenced:
        """Phi_h cov(u, z), value of shape (H+1, K, q); some variables summed over horizons."""
        influence = self.coefficients[:, :, len(self.svar.reduced.z_names) :]
        found = numerators(self.lags, influence, self.gamma, horizon)
        return found.cumulated(np.array([name in cumulated for name in self.svar.names]))

    def ratio(self, above: Influenced, below: Influenced) -> Ratio:
        """One response over another with their joint covariance."""
        covariance = joint_covariance(above.influence, below.influence, newey_west=self.newey_west)
        return Ratio(above.value, below.value, covariance, self.weights)


def instrumented_shock(
    svar: StructuralVAR,
    shock: str | None = None,
    *,
    newey_west: int = 0,
    bias_corrected: bool = False,
) -> InstrumentedShock:
    """The shock to ask about, where its instruments say nothing of any other.

    Parameters
    ----------
    svar : StructuralVAR
        Identified by ``Instruments``.
    shock : str, optional
        By default the only one, or the first.
    newey_west : int
        Lags in the covariance of the moments, for instruments whose products with the residuals
        are autocorrelated.
    bias_corrected : bool
        Carry the moments forward with coefficients less their bias.

    Raises
    ------
    InvalidInferenceError
        If the identification is another one, or the shock is told apart from others by more than
        its instruments.
    """
    require_count("newey_west", newey_west, 0)
    scheme = _scheme(svar)
    wanted = scheme.shocks[0] if shock is None else shock
    chosen_shocks(svar, wanted, "An Anderson-Rubin set")
    if scheme.shock[0][0] != (wanted,):
        raise InvalidInferenceError(
            f"The instruments of the shock of {wanted} may move other shocks too, and what tells "
            "them apart (Sigma) is not part of the Anderson-Rubin test.",
            remedy="Identify it alone: Instruments(series, shock='...') with its own instruments.",
        )
    return InstrumentedShock(svar, wanted, newey_west, bias_corrected)


def has_one_instrument(svar: StructuralVAR, shock: str) -> bool:
    """Whether a shock is identified by one instrument that says nothing of any other shock."""
    scheme = instruments_of(svar.scheme)
    return scheme is not None and (
        scheme.shock[0][0] == (shock,) and len(scheme.instruments_of(shock)) == 1
    )


def anderson_rubin_sets(
    svar: StructuralVAR,
    horizon: int,
    *,
    shock: str | None,
    size: Size,
    cumulative: bool | Literal["auto"],
    levels: Sequence[float],
    newey_west: int,
    bias_corrected: bool,
) -> AndersonRubinSets:
    """See ``StructuralVAR.anderson_rubin``."""
    from scipy.special import chdtri

    require_count("horizon", horizon, 0)
    found = instrumented_shock(svar, shock, newey_west=newey_west, bias_corrected=bias_corrected)
    names, columns, own = svar.names, svar.columns, found.own
    target = _target(svar, found.shock, size)
    cumulated = cumulated_columns(names, columns, cumulative)
    one = found.gamma.value[own], found.gamma.influence[:, None, None, own]
    ratio = found.ratio(found.responses(horizon, cumulated), Influenced(*one))
    scale = target * response_scales(names, columns)
    scheme = _scheme(svar)
    instruments = scheme.instruments_of(found.shock)
    means = f"Newey-West with {newey_west} lags" if newey_west else "heteroskedasticity-robust"
    means += ", coefficients corrected for bias" if bias_corrected else ""
    return AndersonRubinSets(
        model=svar.reduced.model,
        columns=columns,
        names=names,
        shock=found.shock,
        size=size_in_words(found.shock, names[own], columns, target, np.nan),
        instruments=instruments,
        point=ratio.estimate * scale,
        std_error=ratio.std_error * np.abs(scale),
        sets={level: _normalised(ratio.sets(level), own).scaled(scale) for level in levels},
        cumulated=cumulated,
        wald=found.wald,
        wald_bounds={level: float(chdtri(len(instruments), 1 - level)) for level in levels},
        effective_f=scheme.strength(svar.reduced)[found.shock].effective_f,
        covariance=means,
        levels=tuple(levels),
        setting=(*svar.point_notes(), *_caveats(svar, bias_corrected)),
        facts={**facts_of(svar), "bands": f"Anderson-Rubin sets, {means}", "seed": ""},
        nobs=svar.reduced.nobs,
        sample=svar.reduced.sample,
    )


def ratio_sets(
    svar: StructuralVAR,
    response: str,
    base: str,
    horizon: int = 24,
    *,
    shock: str | None = None,
    cumulative: bool = True,
    newey_west: int = 0,
    bias_corrected: bool = False,
) -> Ratio:
    """One variable's response to an instrumented shock over another's, horizon by horizon.

    Such as pass-through: a price's cumulated response over the exchange rate's. The denominator
    may be any response, not only the one on impact by which a shock is normalised; the ratio does
    not depend on the size of the shock.

    Parameters
    ----------
    svar : StructuralVAR
        Identified by ``Instruments``.
    response, base : str
        Numerator and denominator.
    horizon : int
        Last horizon.
    shock : str, optional
        By default the only one, or the first.
    cumulative : bool
        Sum both over horizons.
    newey_west, bias_corrected
        As in ``StructuralVAR.anderson_rubin``.

    Returns
    -------
    Ratio
        Of shape (H+1,); ``sets(level)`` gives the Anderson-Rubin sets.
    """
    require_count("horizon", horizon, 0)
    found = instrumented_shock(svar, shock, newey_west=newey_west, bias_corrected=bias_corrected)
    rows = [_position(svar, name) for name in (response, base)]
    paths = found.responses(horizon, frozenset((response, base) if cumulative else ()))
    above, below = (Influenced(paths.value[:, i], paths.influence[:, :, i]) for i in rows)
    return found.ratio(above, below)


def _caveats(svar: StructuralVAR, bias_corrected: bool) -> tuple[str, ...]:
    """Where the sample strains what the sets share with the delta method."""
    reduced = svar.reduced
    found = [] if reduced.is_stable else [reduced.instability]
    if reduced.max_root > PERSISTENT and not bias_corrected and not reduced.unit_roots:
        found.append(
            f"The largest root is {reduced.max_root:.3f}: least squares understates persistence, "
            "and sets without correction for bias (bias_corrected=True) cover too little at longer "
            "horizons."
        )
    return tuple(found)


def _scheme(svar: StructuralVAR) -> Instruments:
    scheme = instruments_of(svar.scheme)
    if scheme is None:
        raise InvalidInferenceError(
            "Anderson-Rubin sets are for shocks identified by instruments, not for the scheme "
            f"'{svar.scheme.name}'.",
            remedy="Use svar.irf(), or identify with Instruments.",
        )
    return scheme


def _position(svar: StructuralVAR, name: str) -> int:
    svar.shock_of(name)  # refuses what is not in the VAR
    return svar.names.index(name)


def _target(svar: StructuralVAR, shock: str, size: Size) -> float:
    """Response of the own variable on impact that was asked for."""
    target = float(targets_of(size, svar)[svar.identified.index(shock)])
    if np.isnan(target):
        raise SpecError(
            "One standard deviation of an instrumented shock is an estimate itself, Gamma over "
            "sqrt(Gamma' Sigma^-1 Gamma), for which no Anderson-Rubin set is derived.",
            remedy=f"State the size: size='unit', or {{'{shock}': 0.1}}.",
        )
    return target


def _normalised(sets: ConfidenceSets, own: int) -> ConfidenceSets:
    """The own response on impact is one by normalisation, whatever the instruments say."""
    pieces = sets.pieces.copy()
    pieces[0, own] = np.nan
    pieces[0, own, 0] = 1.0
    return ConfidenceSets(pieces, sets.level)
