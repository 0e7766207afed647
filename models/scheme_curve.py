"""The same statistics under every identification, lag length and sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from ..data.panel import Panel, as_panel
from ..errors import SpecError, YenloopError
from ..estimation.streams import seed_from
from .claim_components import Component
from .options import require_levels
from .reduced_form.deterministic import Trend
from .scheme_curve_results import SchemeCell, SchemeCurve, Specification
from .specification_curve import Window, require_base_lags, samples_in_words
from .var import VAR

if TYPE_CHECKING:
    from .identification.protocol import Identification
    from .inference.protocol import Inference
    from .reduced_form.var_results import VARResults
    from .structural import StructuralVAR

__all__ = ["Approach", "Measure", "SchemeCell", "SchemeCurve", "Specification", "scheme_curve"]

#: Statistics of one structural VAR; those that it cannot give are refused by an error.
Measure = Callable[["StructuralVAR"], Sequence[Component]]


@dataclass(frozen=True, slots=True, eq=False)
class Approach:
    """One way to identify the shocks.

    Attributes
    ----------
    name : str
        Such as ``JGB first``; without ', ' and '='.
    family : str
        What several approaches have in common, such as ``recursive``: they share a colour.
    scheme : Identification
    inference : Inference
    every_lag : bool
        Whether it is estimated with every lag length, or with the base's alone: for schemes that
        take long.
    """

    name: str
    family: str
    scheme: Identification
    inference: Inference
    every_lag: bool = True


def scheme_curve(
    data: Panel | pd.DataFrame,
    approaches: Sequence[Approach],
    measures: Sequence[Measure],
    *,
    lags: Sequence[int] = (1, 2, 3, 4, 5, 6),
    samples: Mapping[str, Window] | None = None,
    base_lags: int = 3,
    trend: Trend = "c",
    seasonal: bool = False,
    exog: Sequence[str] | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | None = 0,
) -> SchemeCurve:
    """Measure the same statistics in every specification, each with its own interval.

    Nothing is hidden: an approach that does not identify a shock, fails or is refused in a sample
    is listed with the reason.

    Parameters
    ----------
    data : Panel or DataFrame
        The variables of the VAR, in its order, then the exogenous ones.
    approaches : sequence of Approach
        The first is that of the base.
    measures : sequence of callable
        Each takes a structural VAR and gives components; see ``claim_components``.
    lags : sequence of int
    samples : mapping of name to (first, last), optional
        Windows of the data; the first is that of the base. By default all data.
    base_lags : int
    trend, seasonal, exog
        Terms of the VAR.
    levels : sequence of float
    rng : int or None
        One seed for all specifications.

    Raises
    ------
    SpecError, SampleError
    """
    require_levels(levels)
    panel, seed = as_panel(data), seed_from(rng)
    windows = dict(samples or {"all": (None, None)})
    _check(approaches, windows, lags, base_lags)
    model = VAR(trend=trend, seasonal=seasonal, exog=list(exog or ()))
    cells: list[SchemeCell] = []
    for p, (name, (start, end)) in product(lags, windows.items()):
        reduced = replace(model, lags=p).fit(panel, start=start, end=end)
        for approach in (a for a in approaches if a.every_lag or p == base_lags):
            which = Specification(approach.name, approach.family, p, name)
            found, refused = _measured(reduced, approach, seed, measures)
            cells.append(SchemeCell(which, found, refused, reduced.sample, reduced.nobs))
    names = tuple(name for name in panel.names if name not in (exog or ()))
    return SchemeCurve(
        cells=tuple(cells),
        base=Specification(
            approaches[0].name, approaches[0].family, base_lags, next(iter(windows))
        ),
        levels=tuple(levels),
        schemes={
            approach.name: approach.scheme.describe(names, panel.columns) for approach in approaches
        },
        setting=(
            *_families(approaches, seed),
            f"Lags {', '.join(map(str, lags))}; samples {samples_in_words(panel, windows)}",
        ),
    )


def _measured(
    reduced: VARResults, approach: Approach, seed: int, measures: Sequence[Measure]
) -> tuple[tuple[Component, ...], tuple[str, ...]]:
    """Components, and the reasons for which others are not there."""
    found: list[Component] = []
    refused: list[str] = []
    try:
        svar = reduced.identify(approach.scheme, inference=approach.inference, rng=seed)
    except YenloopError as error:
        return (), (error.problem,)
    for measure in measures:
        try:
            found += measure(svar)
        except YenloopError as error:
            refused.append(error.problem)
    return tuple(found), tuple(dict.fromkeys(refused))


def _families(approaches: Sequence[Approach], seed: int) -> Iterator[str]:
    """Each family's approaches, and their bands in words."""
    for family in dict.fromkeys(approach.family for approach in approaches):
        members = [approach for approach in approaches if approach.family == family]
        bands = dict.fromkeys(member.inference.describe() for member in members)
        names = "; ".join(member.name for member in members)
        yield f"{family.capitalize()} ({names}): {'; '.join(bands)}, seed {seed}."


def _check(
    approaches: Sequence[Approach],
    windows: Mapping[str, object],
    lags: Sequence[int],
    base_lags: int,
) -> None:
    names = [approach.name for approach in approaches]
    if not names or len(set(names)) < len(names):
        raise SpecError(
            f"The approaches are called {', '.join(names) or 'nothing'}.",
            remedy="Give at least one, each with a name of its own.",
        )
    require_base_lags(base_lags, lags)
    awkward = [name for name in (*names, *windows) if ", " in name or "=" in name]
    if awkward:
        raise SpecError(f"'{awkward[0]}' as a name.", remedy="Use one without ', ' and '='.")
