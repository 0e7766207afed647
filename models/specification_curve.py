"""The gain of the loop over every defensible specification: order, lags, sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..data.panel import Panel, as_panel
from ..errors import SpecError
from ..estimation import gain
from ..estimation.streams import seed_from
from .identification.cholesky import Cholesky
from .inference.residual_bootstrap import ResidualBootstrap
from .inference.validity import require_valid
from .joint_estimate import JointEstimate, masked_where
from .reduced_form.deterministic import Trend
from .specification_results import Cell, Specification, SpecificationCurve
from .var import VAR

if TYPE_CHECKING:
    from .inference.protocol import Inference
    from .reduced_form.var_results import VARResults

__all__ = [
    "Cell",
    "Specification",
    "SpecificationCurve",
    "orders_in_places",
    "orders_side_by_side",
    "specification_curve",
]

#: First and last period of a sample; None stands for the end of the data.
Window = tuple[str | None, str | None]


def specification_curve(
    data: Panel | pd.DataFrame,
    node: str,
    *,
    order: Sequence[str],
    movable: Sequence[str],
    lags: Sequence[int] = (1, 2, 3, 4, 5, 6, 12),
    samples: Mapping[str, Window] | None = None,
    base_lags: int = 3,
    sensitivity_lags: Sequence[int] = (12,),
    orders: Sequence[Sequence[str]] | None = None,
    trend: Trend = "c",
    seasonal: bool = False,
    exog: Sequence[str] | None = None,
    horizon: int = 24,
    inference: Inference | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | np.random.Generator | None = 0,
) -> SpecificationCurve:
    """Estimate the gain in every specification, each with its own interval.

    A reduced form and its draws are made once for each lag length and sample: the order enters
    only through the factor of the covariance, so all orders share the draws.

    Parameters
    ----------
    data : Panel or DataFrame
    node : str
        Where the loop is cut.
    order : sequence of str
        The base order of all variables of the VAR.
    movable : sequence of str
        Variables that change places.
    lags : sequence of int
    samples : mapping of name to (first, last), optional
        Windows of the data; the first is that of the base. By default all data.
    base_lags : int
    sensitivity_lags : sequence of int
        Lag lengths that are shown but not counted in the sentence.
    orders : sequence of orders, optional
        Recursive orders of all variables. By default ``movable`` in all permutations of the places
        that they have in ``order``.
    trend, seasonal, exog
        Terms of the VAR.
    horizon : int
    inference : Inference, optional
        Draws of each reduced form; by default ``ResidualBootstrap(draws=500)``.
    levels : sequence of float
    rng : int, Generator or None
        One seed for all reduced forms.

    Raises
    ------
    SpecError, SampleError, DrawError
    """
    windows = dict(samples or {"all": (None, None)})
    bands, seed = inference or ResidualBootstrap(draws=500), seed_from(rng)
    require_valid("cholesky", bands.name, "gain", interval=bands.interval.name)
    candidates = [tuple(o) for o in orders or orders_in_places(order, movable)]
    places = [_moved(candidate, movable) for candidate in candidates]
    base = Specification(_moved(order, movable), base_lags, next(iter(windows)))
    _check(node, order, movable, places, lags, base, windows)
    panel = as_panel(data).select([*order, *(exog or ())])
    model = VAR(trend=trend, seasonal=seasonal, exog=list(exog or ()))
    cells: list[Cell] = []
    for p, (name, (start, end)) in product(lags, windows.items()):
        reduced = replace(model, lags=p).fit(panel, start=start, end=end)
        found = _gains(reduced, bands, seed, node, candidates, horizon)
        for place, estimate in zip(places, found, strict=True):
            which = Specification(place, p, name)
            cells.append(Cell(which, estimate, reduced.sample, reduced.nobs))
    base_order = candidates[places.index(base.order)]
    return SpecificationCurve(
        node=node,
        horizon=horizon,
        columns=panel.columns,
        cells=tuple(cells),
        base=base,
        sensitivity_lags=tuple(sensitivity_lags),
        levels=tuple(levels),
        band=bands.name,
        setting=(
            _orders_in_words(panel, node, base_order, movable),
            f"{_terms_in_words(model)} Bands: {bands.describe()}, seed {seed}; draws with an "
            "unstable opened system are masked.",
            f"Samples {samples_in_words(panel, windows)}",
            *(f"{p} lags are a sensitivity: shown, not counted." for p in sensitivity_lags),
        ),
    )


def orders_in_places(order: Sequence[str], movable: Sequence[str]) -> list[tuple[str, ...]]:
    """All orders in which ``movable`` exchange the places that they have in ``order``."""
    places = [order.index(name) for name in order if name in movable]
    found = []
    for names in permutations(order[place] for place in places):
        changed = list(order)
        for place, name in zip(places, names, strict=True):
            changed[place] = name
        found.append(tuple(changed))
    return found


def orders_side_by_side(order: Sequence[str], movable: Sequence[str]) -> list[tuple[str, ...]]:
    """All orders of ``movable`` next to one another, from the first place that one of them has.

    The variables between them in ``order`` come after all three: prices of the month then react
    to the month's markets, and markets not to prices that are published after it.
    """
    first = min(order.index(name) for name in movable)
    inside = [name for name in order if name in movable]
    others = [name for name in order if name not in movable]
    return [(*others[:first], *names, *others[first:]) for names in permutations(inside)]


# -- one reduced form, all orders ----------------------------------------------------------------


def _gains(
    reduced: VARResults,
    bands: Inference,
    seed: int,
    node: str,
    orders: Sequence[Sequence[str]],
    horizon: int,
) -> Iterator[JointEstimate]:
    """The gain in each order, from the same draws.

    The shock of the node depends only on which variables come before it, so orders that agree in
    that share their gain.
    """
    drawn = bands.draw(reduced, seed)
    known: dict[frozenset[str], JointEstimate] = {}
    for order in orders:
        before = frozenset(order[: order.index(node)])
        if before not in known:
            point = (reduced.lag_coefficients[None], reduced.covariance[None])
            known[before] = JointEstimate(
                _gain(*point, reduced.names, order, node, horizon)[0],
                _gain(drawn.lags, drawn.covariance, reduced.names, order, node, horizon),
                bands.interval_for(reduced),
            )
        yield known[before]


def _gain(
    lags: np.ndarray,
    covariance: np.ndarray,
    names: Sequence[str],
    order: Sequence[str],
    node: str,
    horizon: int,
) -> np.ndarray:
    """G(horizon) of each draw, shape (R, 1); NaN where the opened system is unstable."""
    i = names.index(node)
    shock = Cholesky(order).impact(covariance, lags, names)[..., i]
    own, rest = gain.opened_system(lags, covariance, shock, i)
    unstable = ~(gain.is_stable(own) & gain.is_stable(rest))
    path = gain.finite_horizon_gain(lags, covariance, shock, i, horizon)
    return masked_where(unstable, path[..., -1:])


def _moved(order: Sequence[str], movable: Sequence[str]) -> tuple[str, ...]:
    """The variables that change places, as they stand in an order."""
    return tuple(name for name in order if name in movable)


def _check(
    node: str,
    order: Sequence[str],
    movable: Sequence[str],
    places: Sequence[tuple[str, ...]],
    lags: Sequence[int],
    base: Specification,
    windows: Mapping[str, Window],
) -> None:
    """Refuse a curve that lacks its node, its base or a permutation."""
    unknown = [name for name in (node, *movable) if name not in order]
    if unknown:
        raise SpecError(
            f"Not in the order: {', '.join(unknown)}.", remedy=f"The order is {', '.join(order)}."
        )
    require_base_lags(base.lags, lags)
    if base.order not in places or len(set(places)) < len(places):
        raise SpecError(
            f"The orders of the curve repeat one of {', '.join(movable)}, or lack the base's.",
            remedy="Give each permutation once, or leave the orders out for all permutations.",
        )
    awkward = [name for name in windows if ", " in name or "=" in name]
    if awkward:
        raise SpecError(
            f"The sample is called '{awkward[0]}'.", remedy="Use a name without ', ' and '='."
        )


def _orders_in_words(panel: Panel, node: str, order: Sequence[str], movable: Sequence[str]) -> str:
    label = {name: column.label for name, column in panel.columns.items()}
    return (
        f"Recursive identification; base order {', '.join(label[n] for n in order)}, of which "
        f"{', '.join(label[n] for n in _moved(order, movable))} change places. Orders with the "
        f"same variables before {label[node]} have the same gain."
    )


def _terms_in_words(model: VAR) -> str:
    terms = {"n": [], "c": ["constant"], "ct": ["constant", "trend"]}[model.trend]
    terms = [*terms, *(["seasonal dummies"] if model.seasonal else []), *(model.exog or ())]
    return f"Terms: {', '.join(terms) or 'none'}."


def require_base_lags(base: int, lags: Sequence[int]) -> None:
    """Refuse a curve whose lags lack the base's."""
    if base not in lags:
        raise SpecError(
            f"The base has {base} lags, which are not among {', '.join(map(str, lags))}.",
            remedy="Add them to the lags of the curve.",
        )


def samples_in_words(panel: Panel, windows: Mapping[str, Window]) -> str:
    """Each window with its first and last period."""
    spans = [
        f"{name} ({panel.select(panel.names, start=start, end=end).sample})"
        for name, (start, end) in windows.items()
    ]
    return f"(the first months are the presample): {', '.join(spans)}."
