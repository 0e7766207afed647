"""Dynamic multipliers: responses to changes of a VAR's exogenous variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pandas as pd

from ..data.panel import response_scales
from ..errors import SpecError
from ..estimation.dynamic_multipliers import dynamic_multipliers
from .options import require_count
from .responses import IRF, amount, chosen, cumulated_columns
from .results import Summary
from .structural_result import origin

if TYPE_CHECKING:
    from .reduced_form.base import ReducedForm
    from .responses import Size
    from .structural import StructuralVAR


@dataclass(frozen=True, eq=False, kw_only=True)
class DynamicMultipliers(IRF):
    """Responses to a change of each exogenous variable, with their joint draws.

    The arrays are those of ``IRF``; a "shock" is the change of the exogenous variable of that
    name. They are those of the reduced form: no identification enters.

    Attributes
    ----------
    permanent : bool
        Whether the change lasts, or is one period's alone.
    """

    permanent: bool

    methods: ClassVar[tuple[str, ...]] = ("luetkepohl2005", "runkle1987")

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """As ``IRF.tidy``, with the statistic ``dynamic_multiplier``."""
        return super().tidy(levels).assign(statistic="dynamic_multiplier")

    def summary(self) -> Summary:
        """Responses at a few horizons, with the widest band."""
        return replace(super().summary(), title=f"Dynamic multipliers, {self.model}")


def multipliers(
    svar: StructuralVAR,
    horizon: int,
    *,
    size: Size,
    permanent: bool,
    cumulative: bool | Literal["auto"],
    levels: Sequence[float],
) -> DynamicMultipliers:
    """See ``StructuralVAR.dynamic_multipliers``."""
    reduced, draws, names, columns = svar.reduced, svar.draws, svar.names, svar.columns
    exog = tuple(reduced.spec.exog or ())
    if not exog:
        raise SpecError(
            "The VAR has no exogenous columns, so there are no dynamic multipliers.",
            remedy="Name them: VAR(exog=[...]).",
        )
    require_count("horizon", horizon, 0)
    sizes = _sizes(size, exog, reduced)
    cumulated = cumulated_columns(names, columns, cumulative)
    scale = response_scales(names, columns)[:, None]

    def responses(lags: np.ndarray, deterministic: np.ndarray) -> np.ndarray:
        found = dynamic_multipliers(lags, _by_delay(reduced, deterministic, exog), horizon) * sizes
        if permanent:
            found = np.cumsum(found, axis=-3)
        for i, name in enumerate(names):
            if name in cumulated:
                found[..., i, :] = np.cumsum(found[..., i, :], axis=-2)
        scaled: np.ndarray = found * scale
        return scaled

    return DynamicMultipliers(
        **origin(svar, levels, svar.notes()[1:]),
        names=names,
        shocks=exog,
        point=responses(reduced.lag_coefficients, reduced.deterministic),
        draws=responses(draws.lags, draws.deterministic),
        sizes={name: _in_words(svar, name, value, permanent) for name, value in zip(exog, sizes)},
        sized=tuple(size) if isinstance(size, Mapping) else exog,
        cumulated=cumulated,
        permanent=permanent,
    )


def _by_delay(reduced: ReducedForm, deterministic: np.ndarray, exog: Sequence[str]) -> np.ndarray:
    """Coefficients of the exogenous columns as (..., q+1, K, J) from those on all of z."""
    places = [reduced.z_names.index(name) for name in reduced.exogenous_terms]
    coefficients = deterministic[..., places]
    split = coefficients.reshape(*coefficients.shape[:-1], -1, len(exog))
    return np.moveaxis(split, -2, -3)


def _sizes(size: Size, exog: Sequence[str], reduced: ReducedForm) -> np.ndarray:
    """Change of each exogenous variable in the panel's unit."""
    if isinstance(size, Mapping):
        chosen(tuple(size), exog, "exogenous variable")
        return np.array([float(size.get(name, 1.0)) for name in exog])
    if size == "1sd":
        places = [reduced.z_names.index(name) for name in exog]
        return np.asarray(reduced.z[:, places].std(axis=0, ddof=1))
    if size != "unit":
        raise SpecError(
            f"size = '{size}'.", remedy="Use 'unit', '1sd' or a mapping such as {'brent': 10}."
        )
    return np.ones(len(exog))


def _in_words(svar: StructuralVAR, name: str, value: float, permanent: bool) -> str:
    """The change with its unit and how long it lasts."""
    column = svar.columns[name]
    lasting = "in every period from then on" if permanent else "in one period"
    if column.differenced and not permanent:
        lasting += ", its level stays changed"
    return f"{column.label}: {amount(value * column.response_scale, column)} {lasting}"
