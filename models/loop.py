"""The gain of the loop at one node: how far what comes back to it amplifies its own shock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SpecError
from ..estimation import gain
from .identification.named_shocks import require_shocks
from .joint_estimate import JointEstimate, masked_where
from .loop_edges import LoopEdges, loop_edges
from .loop_results import LoopGain, OpenedLoop
from .opened_edge import OpenedEdge, open_edge
from .structural_result import origin

if TYPE_CHECKING:
    from .structural import StructuralVAR

__all__ = [
    "LoopEdges",
    "LoopGain",
    "OpenedEdge",
    "OpenedLoop",
    "loop_edges",
    "loop_gain",
    "open_edge",
]


def loop_gain(
    svar: StructuralVAR,
    node: str,
    *,
    horizons: Sequence[int] = (12, 24, 60),
    domestic: Sequence[str] | None = None,
    cycle: Sequence[str] | None = None,
    levels: Sequence[float] = (0.68, 0.90),
) -> LoopGain:
    """Gain of the loop at a node, with bands from the joint draws.

    Parameters
    ----------
    svar : StructuralVAR
        Its shock to ``node`` is identified; the others need not be for the total gain.
    node : str
    horizons : sequence of int
        In periods; the headline is 24.
    domestic : sequence of str, optional
        Variables of the domestic block, the node among them: also give the gain with all others
        exogenous.
    cycle : sequence of str, optional
        A cycle through the node: also give its edges and its path gain.
    levels : sequence of float

    Raises
    ------
    SpecError
        If a name is not in the VAR, or the node not in the block or the cycle.
    NotIdentifiedError
        If a shock whose equation is used is not identified.
    """
    svar.require_valid("gain")
    for group in ([node], domestic, cycle):
        _require_node(node, group, svar.names)
    require_shocks(svar, [svar.shock_of(node)], "The gain")
    reduced, draws, i = svar.reduced, svar.draws, svar.names.index(node)
    point = (reduced.lag_coefficients, svar.covariance, svar.impact[:, i], i)
    drawn = (draws.lags, draws.covariance, draws.impact[..., i], i)
    opened = _opened(point, drawn)
    amplification, phase = _frequencies(point, drawn, opened)
    long_run, refused = _long_run(svar, point, drawn, opened)

    def read(found: JointEstimate) -> JointEstimate:
        """With the interval of the structural VAR."""
        return replace(found, rule=svar.interval)

    return LoopGain(
        **origin(svar, levels),
        node=node,
        horizons=tuple(horizons),
        total=read(_path(point, drawn, max(horizons), opened)),
        domestic=read(_domestic(svar, node, domestic, max(horizons))) if domestic else None,
        domestic_names=tuple(domestic or ()),
        edges=loop_edges(svar, cycle, horizons=horizons, levels=levels) if cycle else None,
        amplification=read(amplification),
        phase=read(phase),
        bands=gain.PERIOD_BANDS,
        long_run=long_run and read(long_run),
        refused_long_run=refused,
        opened=opened,
    )


# -- from arrays to joint estimates; a system is (lags, covariance, shock, node) -----------------

_System = tuple[np.ndarray, np.ndarray, np.ndarray, int]


def _opened(point: _System, drawn: _System) -> OpenedLoop:
    own, rest = (float(gain.largest_modulus(part)) for part in gain.opened_system(*point))
    own_draws, rest_draws = map(gain.largest_modulus, gain.opened_system(*drawn))
    return OpenedLoop(
        own=own,
        rest=rest,
        closed=float(gain.largest_modulus(point[0])),
        own_draws=own_draws,
        rest_draws=rest_draws,
        closed_stable=gain.is_stable(drawn[0]),
    )


def _path(point: _System, drawn: _System, horizon: int, opened: OpenedLoop) -> JointEstimate:
    """G(0), ..., G(horizon), masked where the opened system is unstable."""
    return _masked(
        gain.finite_horizon_gain(*point, horizon),
        gain.finite_horizon_gain(*drawn, horizon),
        opened,
    )


def _domestic(
    svar: StructuralVAR, node: str, domestic: Sequence[str], horizon: int
) -> JointEstimate:
    """The gain within A_DD(z); it is masked by its own opened system."""
    require_shocks(svar, [svar.shock_of(name) for name in domestic], "The domestic gain")
    inside, i = [svar.names.index(name) for name in domestic], list(domestic).index(node)
    reduced, draws = svar.reduced, svar.draws
    blocks = (
        (reduced.lag_coefficients, svar.covariance, svar.impact),
        (draws.lags, draws.covariance, draws.impact),
    )
    systems: list[_System] = []
    for lags, covariance, impact in blocks:
        inner, inner_impact = gain.domestic_system(lags, covariance, impact, inside)
        inner_covariance = inner_impact @ inner_impact.swapaxes(-1, -2)
        systems.append((inner, inner_covariance, inner_impact[..., i], i))
    return _path(systems[0], systems[1], horizon, _opened(systems[0], systems[1]))


def _frequencies(
    point: _System, drawn: _System, opened: OpenedLoop
) -> tuple[JointEstimate, JointEstimate]:
    modulus, degrees = gain.amplification_by_period(*point)
    modulus_draws, degree_draws = gain.amplification_by_period(*drawn)
    # Angles within half a turn of the point, so that quantiles do not break at 180 degrees.
    degree_draws = degrees + (degree_draws - degrees + 180) % 360 - 180
    return _masked(modulus, modulus_draws, opened), _masked(degrees, degree_draws, opened)


def _long_run(
    svar: StructuralVAR, point: _System, drawn: _System, opened: OpenedLoop
) -> tuple[JointEstimate | None, str]:
    """The gain at z = 1, or why there is none."""
    levels = [name for name in svar.names if not svar.columns[name].differenced]
    if levels:
        return None, (
            f"{', '.join(levels)} are not changes, and a unit root forces the gain at z = 1 "
            "to 1 or 0/0."
        )
    if not svar.reduced.is_stable:
        return None, f"the VAR is not stationary as estimated (largest root {opened.closed:.3f})."
    found = gain.long_run_gain(*point), gain.long_run_gain(*drawn)
    return _masked(found[0][None], found[1][:, None], opened), ""


def _masked(point: np.ndarray, draws: np.ndarray, opened: OpenedLoop) -> JointEstimate:
    return JointEstimate(
        masked_where(np.array(opened.point_unstable), point), masked_where(opened.unstable, draws)
    )


def _require_node(node: str, group: Sequence[str] | None, names: Sequence[str]) -> None:
    """Refuse unknown names, and a block or cycle that leaves out the node."""
    if group is None:
        return
    unknown = [name for name in group if name not in names]
    if unknown:
        raise SpecError(
            f"Not in the VAR: {', '.join(unknown)}.", remedy=f"Available: {', '.join(names)}."
        )
    if node not in group:
        raise SpecError(
            f"The node {node} is not among {', '.join(group)}.",
            remedy="The domestic block and the cycle contain the node at which the loop is cut.",
        )
