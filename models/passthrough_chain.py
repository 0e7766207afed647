"""The chain from the exchange rate to consumer prices, estimated from one structural VAR."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SpecError
from ..estimation import gain
from ..estimation.chain import along_chain, months_to_half
from ..estimation.fieller import fieller, joint_covariance
from ..estimation.responses import impulse_responses
from .identification.named_shocks import require_shocks
from .options import require_levels
from .passthrough import pass_through, require_log_changes
from .passthrough_chain_results import HalfLife, PassThroughChain
from .passthrough_results import MASK_LEVEL, PER_YEN, Drawn, RatioPath, drawn_ratio, short
from .structural_result import origin

if TYPE_CHECKING:
    from .structural import StructuralVAR

__all__ = ["HalfLife", "PassThroughChain", "pass_through_chain"]


def pass_through_chain(
    svar: StructuralVAR,
    links: Sequence[str],
    *,
    horizons: Iterable[int] = range(25),
    levels: Sequence[float] = (0.68, 0.90),
) -> PassThroughChain:
    r"""Pass-through stage by stage: yen -> import price -> domestic goods -> consumer prices.

    With theta_ij(z) the response of link i to the own shock of link j, not cumulated, the chain
    passes on

    .. math:: \prod_k \frac{\theta_{k,k-1}(z)}{\theta_{k-1,k-1}(z)} \; \theta_{00}(z),

    cumulated over the cumulated response of the exchange rate to its own shock, like the direct
    route theta_n0(z). With one stage the two are the same.

    Parameters
    ----------
    svar : StructuralVAR
        In log differences, with the shocks of all links but the last identified; a stage is shut
        with the equations of all variables.
    links : sequence of str
        Ids of the exchange rate, which rises when the yen weakens, and of the prices after it.
    horizons : iterable of int
        Months after the shock; the half-life is of the pass-through at the last one.
    levels : sequence of float

    Raises
    ------
    SpecError
        Fewer than two links, a link that occurs twice or is no log change.
    NotIdentifiedError
        A shock is not identified; under signs a set of models has no one chain.
    InvalidInferenceError

    References
    ----------
    Sims and Zha (2006), for responses when one equation no longer reacts.
    """
    require_levels(levels)
    if len(links) < 2 or len(set(links)) < len(links):
        raise SpecError(
            f"The chain {' -> '.join(links)} has no stage, or passes a variable twice.",
            remedy="Name the exchange rate, then each price once.",
        )
    require_log_changes(svar.columns, links)
    require_shocks(svar, svar.shock_names, "The chain of pass-through")
    svar.require_valid("opened_edge")
    at = np.array(sorted(set(horizons)))
    shock = svar.shock_of(links[0])

    def ratios(source: str, prices: Sequence[str], per: str) -> tuple[RatioPath, ...]:
        found = pass_through(
            svar,
            svar.shock_of(source),
            exchange_rate=source,
            prices=prices,
            horizons=at,
            levels=levels,
            per=per,
        )
        return found.paths

    make = partial(
        drawn_ratio,
        svar,
        shock=shock,
        price=links[-1],
        base=links[0],
        per=PER_YEN,
        horizons=at,
        levels=levels,
    )
    return PassThroughChain(
        **origin(svar, levels),
        links=tuple(links),
        stages=tuple(
            replace(path, model=f"{path.model}, stage")
            for source, target in pairwise(links)
            for path in ratios(source, [target], _per(svar, source, links[0]))
        ),
        routes=ratios(links[0], links[1:], PER_YEN),
        **_chain(svar, links, at, make),
    )


def _chain(
    svar: StructuralVAR, links: Sequence[str], at: np.ndarray, make: Callable[..., RatioPath]
) -> dict[str, Any]:
    """Product, difference, each stage shut and half-lives: fields of the result."""
    model, label = svar.reduced.model, {name: short(svar.columns[name].label) for name in links}
    places = [svar.names.index(name) for name in links]
    yen, last = places[0], places[-1]
    estimates = (
        (svar.reduced.lag_coefficients, svar.impact),
        (svar.draws.lags, svar.draws.impact),
    )
    closed = _responses(estimates, int(at[-1]))
    direct, below = (_cumulated(closed, row, yen, at) for row in (last, yen))
    product = _of_both(lambda r: along_chain(r, places).cumsum(axis=-1)[..., at], closed)
    left, lost, unstable = [], [], []
    for source, target in pairwise(range(len(links))):
        edge = [(places[target], places[source])]
        opened = [gain.open_edges(*estimate, edge) for estimate in estimates]
        rest = _cumulated(_responses(opened, int(at[-1])), last, yen, at)
        words = f"{model}, without {label[links[source]]} -> {label[links[target]]}"
        left.append(make(rest, below, model=words))
        lost.append(make(_less(direct, rest), below, model=words, quantity="pass_through_lost"))
        unstable.append(float(1 - gain.is_stable(opened[1][0]).mean()))
    return {
        "product": make(product, below, model=f"{model}, product of the stages"),
        "difference": make(
            _less(direct, product),
            below,
            model=f"{model}, direct route less product",
            quantity="pass_through_difference",
        ),
        "left": tuple(left),
        "lost": tuple(lost),
        "unstable": tuple(unstable),
        "half_lives": tuple(_half_life(svar, name, closed, yen, int(at[-1])) for name in links[1:]),
    }


def _half_life(svar: StructuralVAR, price: str, closed: Drawn, yen: int, last: int) -> HalfLife:
    """Half-life of the pass-through to a price, where there is one after the last month."""
    every = np.arange(last + 1)
    row = svar.names.index(price)
    above, below = (_cumulated(closed, place, yen, every) for place in (row, yen))
    sets = fieller(
        above[0][-1], below[0][-1], joint_covariance(above[1][:, -1], below[1][:, -1]), MASK_LEVEL
    )
    if not sets.bounded or sets.contains(0.0):
        return HalfLife(svar.columns[price], last, np.nan, np.empty(0))
    point, drawn = (months_to_half(a / b) for a, b in zip(above, below, strict=True))
    return HalfLife(svar.columns[price], last, float(point), drawn)


def _per(svar: StructuralVAR, source: str, exchange_rate: str) -> str:
    """What the denominator of a stage is counted in."""
    if source == exchange_rate:
        return PER_YEN
    return f"1% rise of {short(svar.columns[source].label)}"


def _responses(estimates: Sequence[tuple[np.ndarray, np.ndarray]], horizon: int) -> Drawn:
    """Responses of all variables to all shocks, estimate and draws."""
    point, drawn = (impulse_responses(lags, impact, horizon) for lags, impact in estimates)
    return point, drawn


def _cumulated(responses: Drawn, row: int, shock: int, at: np.ndarray) -> Drawn:
    return _of_both(lambda r: r[..., row, shock].cumsum(axis=-1)[..., at], responses)


def _less(one: Drawn, other: Drawn) -> Drawn:
    return one[0] - other[0], one[1] - other[1]


def _of_both(function: Callable[[np.ndarray], np.ndarray], both: Drawn) -> Drawn:
    return function(both[0]), function(both[1])
