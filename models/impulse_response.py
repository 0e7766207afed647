"""Impulse responses of a structural VAR: sized, cumulated, with what their bands need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..data.panel import Column, response_scales
from ..errors import InvalidInferenceError, SpecError
from ..estimation.responses import impulse_responses
from .identification.joint_draws import impact_of
from .inference.intervals.protocol import Errors
from .options import require_count
from .responses import IRF, Size, amount, chosen, cumulated_columns
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
    names, columns, draws = svar.names, svar.columns, svar.draws
    targets = _targets(size, names)
    point = _sized_responses(svar.reduced.lag_coefficients, svar.impact, targets, horizon)
    drawn = _sized_responses(draws.lags, draws.impact, targets, horizon)
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
        shocks=names,
        point=point,
        draws=drawn,
        errors=_errors(svar, targets, cumulated, horizon) if studentised else None,
        sizes=_sizes_in_words(targets, names, columns, svar.impact),
        sized=tuple(size) if isinstance(size, Mapping) else names,
        cumulated=cumulated,
    )


def _sized_responses(
    lags: np.ndarray, impact: np.ndarray, targets: np.ndarray, horizon: int
) -> np.ndarray:
    """Responses with each shock scaled so that its own impact response is the target."""
    require_count("horizon", horizon, 0)
    return impulse_responses(lags, _sized(impact, targets), horizon)


def _sized(impact: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Impact matrices with each shock scaled to its target."""
    own = np.diagonal(impact, axis1=-2, axis2=-1)
    scaled: np.ndarray = impact * np.where(np.isnan(targets), 1.0, targets / own)[..., None, :]
    return scaled


def _errors(
    svar: StructuralVAR, targets: np.ndarray, cumulated: frozenset[str], horizon: int
) -> Errors:
    """Standard errors of the responses and within each draw, in the units of responses.

    Raises
    ------
    InvalidInferenceError
        If the coefficients are not those of plain least squares.
    """
    from ..estimation.response_errors import response_errors

    reduced, draws, names = svar.reduced, svar.draws, svar.names
    if not reduced.plain_least_squares:
        raise InvalidInferenceError(
            f"Standard errors within each draw are derived for plain least squares, which the "
            f"{reduced.model} is not.",
            remedy="Use percentiles or Hall's interval.",
        )

    def sized_impact(covariance: np.ndarray, lags: np.ndarray) -> np.ndarray:
        return _sized(impact_of(svar, covariance, lags), targets)

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


def _targets(size: Size, names: Sequence[str]) -> np.ndarray:
    """Own impact response asked for, by shock; NaN for one standard deviation."""
    if isinstance(size, str):
        if size not in ("1sd", "unit"):
            raise SpecError(
                f"size = '{size}'.", remedy="Use '1sd', 'unit' or a mapping such as {'usdjpy': 10}."
            )
        return np.full(len(names), np.nan if size == "1sd" else 1.0)
    if not isinstance(size, Mapping):
        raise SpecError(
            f"size = {size!r}: of which shock?", remedy="Use a mapping such as {'usdjpy': 10}."
        )
    chosen(tuple(size), names, "shock")
    void = [name for name, value in size.items() if value == 0 or not np.isfinite(value)]
    if void:
        raise SpecError(f"The size of {void[0]} is {size[void[0]]}.", remedy="Use another number.")
    return np.array([size.get(name, np.nan) for name in names])


def _sizes_in_words(
    targets: np.ndarray, names: Sequence[str], columns: Mapping[str, Column], impact: np.ndarray
) -> dict[str, str]:
    words = {}
    for j, name in enumerate(names):
        column = columns[name]
        one_sd = np.isnan(targets[j])
        value = (impact[j, j] if one_sd else targets[j]) * column.response_scale
        what = f"{amount(value, column)} on impact"
        words[name] = (
            f"One-standard-deviation shock to {column.label} ({what})"
            if one_sd
            else f"Shock to {column.label} of {what}"
        )
    return words
