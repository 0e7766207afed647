"""Impulse responses of a structural VAR: sized, cumulated, with what their bands need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..data.panel import Column, response_scales
from ..errors import InvalidInferenceError, SpecError
from ..estimation.responses import impulse_responses
from .identification.joint_draws import impact_of
from .identification.named_shocks import chosen_shocks, shock_in_words
from .identification.protocol import FromCovariance
from .inference.bootstrap import Bootstrap
from .inference.intervals.protocol import Errors
from .options import require_count
from .responses import IRF, Size, amount, cumulated_columns
from .structural_result import origin

if TYPE_CHECKING:
    from .structural import StructuralVAR


def impulse_response(
    svar: StructuralVAR,
    horizon: int,
    *,
    size: Size,
    cumulative: bool | Literal["auto"],
    levels: Sequence[float],
) -> IRF:
    """Impulse responses of a structural VAR; see ``StructuralVAR.irf``."""
    require_count("horizon", horizon, 0)
    names, columns, draws = svar.names, svar.columns, svar.draws
    targets = targets_of(size, svar)
    threads = svar.inference.threads if isinstance(svar.inference, Bootstrap) else 1
    point, drawn = (
        impulse_responses(lags, _sized(impact, svar.known, targets), horizon, threads=threads)
        for lags, impact in (
            (svar.reduced.lag_coefficients, svar.impact),
            (draws.lags, draws.impact),
        )
    )
    cumulated = cumulated_columns(names, columns, cumulative)
    scale = response_scales(names, columns)[:, None]
    for responses in (point, drawn):
        for i, name in enumerate(names):
            if name in cumulated:
                np.cumsum(responses[..., i, :], axis=-2, out=responses[..., i, :])
        if (scale != 1).any():
            responses *= scale
    studentised = svar.inference.interval.needs_errors
    return IRF(
        **origin(svar, levels),
        names=names,
        shocks=svar.identified,
        point=point,
        draws=drawn,
        errors=_errors(svar, targets, cumulated, horizon) if studentised else None,
        sizes=_sizes_in_words(targets, svar),
        sized=tuple(size) if isinstance(size, Mapping) else svar.identified,
        cumulated=cumulated,
    )


def _sized(impact: np.ndarray, known: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The identified columns, each scaled so that the shock's own variable moves by its target."""
    own = np.diagonal(impact, axis1=-2, axis2=-1)[..., known]
    factor = np.where(np.isnan(targets), 1.0, targets / own)
    scaled: np.ndarray = impact[..., known] * factor[..., None, :]
    return scaled


def _errors(
    svar: StructuralVAR, targets: np.ndarray, cumulated: frozenset[str], horizon: int
) -> Errors:
    """Standard errors of the responses and within each draw, in the units of responses.

    Raises
    ------
    InvalidInferenceError
        If the coefficients are not those of plain least squares, or the impact matrix is no
        function of Sigma and the lags.
    """
    from ..estimation.response_errors import response_errors

    reduced, draws, names = svar.reduced, svar.draws, svar.names
    if not reduced.plain_least_squares:
        raise InvalidInferenceError(
            f"Standard errors within each draw are derived for plain least squares, which the "
            f"{reduced.model} is not.",
            remedy="Use percentiles or Hall's interval.",
        )
    if not isinstance(svar.scheme, FromCovariance):
        raise InvalidInferenceError(
            "Standard errors within each draw are derived for impact matrices that follow from "
            f"Sigma and the lags, which those of the scheme '{svar.scheme.name}' do not.",
            remedy="Use percentiles.",
        )

    def sized_impact(covariance: np.ndarray, lags: np.ndarray) -> np.ndarray:
        return _sized(impact_of(svar, covariance, lags), svar.known, targets)

    point, drawn = (
        response_errors(
            lags,
            covariance,
            sized_impact,
            np.array([name in cumulated for name in names]),
            nobs=reduced.nobs,
            horizon=horizon,
        )
        for lags, covariance in (
            (reduced.lag_coefficients[None], reduced.covariance[None]),
            (draws.lags, draws.covariance),
        )
    )
    scale = response_scales(names, svar.columns)[:, None]
    return Errors(point[0] * scale, drawn * scale)


def targets_of(size: Size, svar: StructuralVAR) -> np.ndarray:
    """Own impact response asked for, by identified shock; NaN for one standard deviation."""
    if isinstance(size, Mapping):
        chosen_shocks(svar, tuple(size), "The size of a shock")
    return own_targets(size, svar.identified)


def own_targets(size: Size, shocks: Sequence[str]) -> np.ndarray:
    """Own impact response asked for, by shock; NaN for one standard deviation.

    Raises
    ------
    SpecError
    """
    if isinstance(size, str):
        if size not in ("1sd", "unit"):
            raise SpecError(
                f"size = '{size}'.", remedy="Use '1sd', 'unit' or a mapping such as {'usdjpy': 10}."
            )
        return np.full(len(shocks), np.nan if size == "1sd" else 1.0)
    if not isinstance(size, Mapping):
        raise SpecError(
            f"size = {size!r}: of which shock?", remedy="Use a mapping such as {'usdjpy': 10}."
        )
    void = [name for name, value in size.items() if value == 0 or not np.isfinite(value)]
    if void:
        raise SpecError(f"The size of {void[0]} is {size[void[0]]}.", remedy="Use another number.")
    return np.array([size.get(name, np.nan) for name in shocks])


def _sizes_in_words(targets: np.ndarray, svar: StructuralVAR) -> dict[str, str]:
    """The size of each identified shock, by what it does to its own variable on impact."""
    owners = dict(zip(svar.shock_names, svar.names, strict=True))
    deviations = np.diagonal(svar.impact)[svar.known]
    return {
        shock: size_in_words(shock, owners[shock], svar.columns, target, deviation)
        for shock, target, deviation in zip(svar.identified, targets, deviations, strict=True)
    }


def size_in_words(
    shock: str, own: str, columns: Mapping[str, Column], target: float, deviation: float
) -> str:
    """The size of a shock by what it does to its own variable on impact.

    Parameters
    ----------
    shock, own : str
        The shock and its variable.
    columns : Mapping[str, Column]
    target, deviation : float
        The size in the panel's unit: what was asked for, or one standard deviation where that is
        NaN.
    """
    column, one_sd = columns[own], bool(np.isnan(target))
    value = column.response_scale * (deviation if one_sd else target)
    if shock != own:
        moves = f"{'raises' if value > 0 else 'lowers'} {column.label} by"
        size = " of one standard deviation" if one_sd else ""
        what = f"{moves} {amount(value, column, signed=False)} on impact"
        return f"{shock_in_words(shock, columns)}{size}: {what}"
    what = f"{amount(value, column)} on impact"
    if one_sd:
        return f"One-standard-deviation shock to {column.label} ({what})"
    return f"Shock to {column.label} of {what}"
