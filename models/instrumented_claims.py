"""Statistics of claims under an instrumented shock: sets that hold at every strength."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..data.panel import response_scales
from ..errors import InvalidInferenceError
from ..estimation.weak_instruments import Influenced
from .claim_components import RatioComponent
from .instrumented import InstrumentedShock, Ratio, instrumented_shock, ratio_sets
from .responses import cumulated_columns

if TYPE_CHECKING:
    from .structural import StructuralVAR


@dataclass(frozen=True, eq=False)
class AndersonRubinComponent(RatioComponent):
    """A response to an instrumented shock over that of its own variable on impact.

    With one instrument Anderson and Rubin's set is Fieller's of the two covariances with it, of
    which the second may be zero: it is unbounded where the instrument may be irrelevant.
    """

    method: ClassVar[str] = "Anderson-Rubin"


def instrumented_responses(
    svar: StructuralVAR,
    shock: str,
    size: float,
    measured: Sequence[str],
    facts: Mapping[int, Mapping[str, Any]],
) -> Iterator[AndersonRubinComponent]:
    """The response of a level, less that of a second one, to a shock of some size.

    Parameters
    ----------
    svar : StructuralVAR
    shock : str
    size : float
        What the shock does to its own variable on impact, in the panel's unit.
    measured : sequence of str
        One variable, or two whose difference is meant.
    facts : mapping of horizon to mapping
        The other fields of each component.

    Raises
    ------
    InvalidInferenceError
        If the shock has several instruments: their sets may fall into pieces.
    """
    found = _with_one_instrument(svar, shock)
    paths = found.responses(max(facts), cumulated_columns(svar.names, svar.columns, "auto"))
    signs = np.zeros(len(svar.names))
    for name, sign in zip(measured, (1.0, -1.0)):
        signs[svar.names.index(name)] = sign
    weights = signs * response_scales(svar.names, svar.columns) * size
    own = found.own
    below = Influenced(found.gamma.value[own], found.gamma.influence[:, own])
    for horizon, of_component in facts.items():
        above = Influenced(
            np.einsum("k,kq->q", weights, paths.value[horizon]),
            np.einsum("k,tkq->tq", weights, paths.influence[:, horizon]),
        )
        yield _component(found.ratio(above, below), 1.0, of_component)


def instrumented_ratio(
    svar: StructuralVAR,
    shock: str,
    size: float,
    response: str,
    base: str,
    horizon: int,
    facts: Mapping[str, Any],
) -> AndersonRubinComponent:
    """``size`` times one cumulated response over another, such as pass-through.

    Raises
    ------
    InvalidInferenceError
        If the shock has several instruments.
    """
    _with_one_instrument(svar, shock)
    ratio = ratio_sets(svar, response, base, horizon, shock=shock)
    last = slice(-1, None)
    return _component(
        Ratio(
            ratio.numerator[last][0],
            ratio.denominator[last][0],
            ratio.covariance[last][0],
            ratio.weights,
        ),
        size,
        facts,
    )


def _with_one_instrument(svar: StructuralVAR, shock: str) -> InstrumentedShock:
    found = instrumented_shock(svar, shock)
    if found.values.shape[1] > 1:
        raise InvalidInferenceError(
            f"The shock {shock} has {found.values.shape[1]} instruments; Anderson-Rubin sets of "
            "several may fall into pieces, which are no interval.",
            remedy="Use one instrument, or svar.anderson_rubin() for the sets.",
        )
    return found


def _component(ratio: Ratio, size: float, facts: Mapping[str, Any]) -> AndersonRubinComponent:
    scale = np.array([size, 1.0])
    return AndersonRubinComponent(
        draws=np.empty(0),
        estimate=size * float(ratio.estimate),
        numerator=size * float(ratio.numerator[0]),
        denominator=float(ratio.denominator[0]),
        covariance=ratio.covariance * np.outer(scale, scale),
        **facts,
    )
