"""From a panel to the columns of one equation: checks, terms, choice of lags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..data.panel import Column, Panel, as_panel
from ..errors import SampleError, SpecError
from ..estimation.ardl import (
    Equation,
    Layout,
    error_correction_design,
    estimate,
    squared_residuals_by_orders,
)
from .integration_order import refuse_twice_integrated
from .passthrough import require_log_changes
from .reduced_form.deterministic import Trend, deterministic_terms

if TYPE_CHECKING:
    from .ardl import ARDL

#: Terms of each case of Pesaran, Shin and Smith, inside or outside the relation.
TRENDS: Mapping[int, Trend] = {1: "n", 2: "c", 3: "c", 4: "ct", 5: "ct"}

#: Combinations of lags that are compared at most.
MAX_CANDIDATES = 200_000

#: How many of them are kept in the record of the choice.
SHOWN = 10

#: A group of regressors that have the same lags: names and columns of shape (N, w).
Group = tuple[tuple[str, ...], np.ndarray]


@dataclass(frozen=True, eq=False)
class EquationData:
    """The series of an equation on their common sample.

    Attributes
    ----------
    price, exchange_rate : Column
    columns : Mapping[str, Column]
    form : str
        ``levels`` (logs) or ``changes``.
    index : Index of the N periods
    y : ndarray, shape (N,)
    x : Mapping of name to ndarray, shape (N,)
        The exchange rate first, then the controls.
    z : DataFrame, shape (N, d)
        Constant and trend first, then seasonal dummies and other columns outside the relation.
    cautions : tuple of str
        What the data do not decide, and what was left out on the way.
    """

    price: Column
    exchange_rate: Column
    columns: Mapping[str, Column]
    form: str
    index: pd.Index
    y: np.ndarray
    x: Mapping[str, np.ndarray]
    z: pd.DataFrame
    cautions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Estimated:
    """An equation with its lags and its least-squares estimates."""

    orders: tuple[int, ...]
    layout: Layout
    regressors: tuple[str, ...]
    x: np.ndarray
    expansion: np.ndarray
    change: np.ndarray
    equation: Equation
    selection: pd.DataFrame | None


def equation_data(
    spec: ARDL,
    panel: Panel | pd.DataFrame,
    price: str,
    exchange_rate: str,
    start: str | None,
    end: str | None,
) -> EquationData:
    """Select and check the series that a specification names."""
    in_relation = [exchange_rate, *spec.controls]
    data = as_panel(panel).select([price, *in_relation, *spec.fixed], start=start, end=end)
    form = _form(data.columns, price, exchange_rate)
    cautions = tuple(f"{reason[0].upper()}{reason[1:]}." for reason in data.trimmed)
    if spec.order_check:
        cautions += refuse_twice_integrated(data, [price, *in_relation], seasonal=spec.seasonal)
    index = data.frame.index
    terms = deterministic_terms(index, trend=TRENDS[spec.case], seasonal=spec.seasonal)
    return EquationData(
        price=data.columns[price],
        exchange_rate=data.columns[exchange_rate],
        columns=data.columns,
        form=form,
        index=index,
        y=data.frame[price].to_numpy(float),
        x={name: data.frame[name].to_numpy(float) for name in in_relation},
        z=pd.concat([terms, data.frame[list(spec.fixed)]], axis=1),
        cautions=cautions,
    )


def estimate_equation(
    spec: ARDL, data: EquationData, groups: Sequence[Group], *, tied: Sequence[str] = ()
) -> Estimated:
    """Choose the lags, and estimate.

    Parameters
    ----------
    spec : ARDL
    data : EquationData
    groups : sequence of Group
        Regressors; those of a group have the same lags.
    tied : sequence of {"long", "short"}
        Parameters that the two regressors of the first group share.
    """
    z = data.z.to_numpy(float)
    orders, selection = _orders(spec, data, groups, z)
    x = np.hstack([values for _, values in groups])
    widths = [len(names) for names, _ in groups]
    by_column = tuple(q for q, width in zip(orders[1:], widths) for _ in range(width))
    layout = Layout(z.shape[1], orders[0], by_column)
    expansion = layout.expansion(_ties(layout, tied))
    rows, free = len(data.y) - layout.presample, expansion.shape[1]
    if rows < 2 * free:
        raise SampleError(
            f"{max(rows, 0)} observations for {free} coefficients of the equation of "
            f"'{data.price.id}'.",
            remedy="Use fewer lags or controls, or a longer sample.",
        )
    change, design = error_correction_design(data.y, x, z, layout)
    return Estimated(
        orders=orders,
        layout=layout,
        regressors=tuple(name for names, _ in groups for name in names),
        x=x,
        expansion=expansion,
        change=change,
        equation=estimate(change, design, expansion, spec.hac_lags),
        selection=selection,
    )


def parameter_names(
    price: str, regressors: Sequence[str], terms: Sequence[str], layout: Layout
) -> list[str]:
    """Names of the parameters of the error correction, in their order."""
    names = [*terms, *(f"{name}, lag 1" for name in (price, *regressors))]
    names += [f"change of {price}, lag {lag}" for lag in range(1, layout.lags)]
    for name, q in zip(regressors, layout.orders):
        names += [f"change of {name}, lag {lag}" for lag in range(max(q, 1))]
    return names


def level_names(
    price: str, regressors: Sequence[str], terms: Sequence[str], layout: Layout
) -> list[str]:
    """Names of the coefficients of the form in levels, in their order."""
    names = [*terms, *(f"{price}, lag {lag}" for lag in range(1, layout.lags + 1))]
    for name, q in zip(regressors, layout.orders):
        names += [f"{name}, lag {lag}" for lag in range(max(q, 1) + 1)]
    return names


def _form(columns: Mapping[str, Column], price: str, exchange_rate: str) -> str:
    """Levels or changes; both series must be logs, so that coefficients are elasticities."""
    pair = [columns[price], columns[exchange_rate]]
    if any(column.differenced for column in pair):
        require_log_changes(columns, [price, exchange_rate])
        return "changes"
    for column in pair:
        if "log" not in column.unit:
            raise SpecError(
                f"Pass-through from levels needs logs, and '{column.id}' is in {column.unit}: its "
                "coefficients are no elasticities.",
                remedy="Take 100 x log (log_level), or pass log changes.",
            )
    return "levels"


def _ties(layout: Layout, tied: Sequence[str]) -> list[tuple[int, int]]:
    pairs = []
    if "long" in tied:
        pairs.append((layout.level(0), layout.level(1)))
    if "short" in tied:
        first, second = layout.changes(0), layout.changes(1)
        pairs += zip(range(first.start, first.stop), range(second.start, second.stop))
    return pairs


def _orders(
    spec: ARDL, data: EquationData, groups: Sequence[Group], z: np.ndarray
) -> tuple[tuple[int, ...], pd.DataFrame | None]:
    """Given lags, or those at which the criterion is smallest on the common sample."""
    if spec.lags is not None:
        given = spec.lags
        orders = (given,) * (1 + len(groups)) if isinstance(given, int) else given
        if len(orders) != 1 + len(groups):
            raise SpecError(
                f"lags = {spec.lags} for {1 + len(groups)} groups of series.",
                remedy="Give the price's first, then the exchange rate's, then each control's.",
            )
        return orders, None
    _require_room(spec, data, groups, z)
    found = squared_residuals_by_orders(data.y, [values for _, values in groups], z, spec.max_lags)
    names = [data.price.id, *(", ".join(names) for names, _ in groups)]
    table = pd.DataFrame(list(found), columns=names)
    squares, count = np.array(list(found.values())).T
    rows = len(data.y) - spec.max_lags
    fit = rows * (np.log(2 * np.pi * squares / rows) + 1)
    penalties = {"aic": 2.0, "bic": np.log(rows), "hqic": 2 * np.log(np.log(rows))}
    table = table.assign(**{name: fit + c * (count + 1) for name, c in penalties.items()})
    best = table.sort_values(spec.ic, kind="stable").head(SHOWN).reset_index(drop=True)
    return tuple(best[names].to_numpy(int)[0].tolist()), best


def _require_room(spec: ARDL, data: EquationData, groups: Sequence[Group], z: np.ndarray) -> None:
    candidates = spec.max_lags * (spec.max_lags + 1) ** len(groups)
    if candidates > MAX_CANDIDATES:
        raise SpecError(
            f"{candidates:,} combinations of up to {spec.max_lags} lags.",
            remedy="Use a smaller max_lags, fewer controls, or give the lags.",
        )
    width = sum(values.shape[1] for _, values in groups)
    widest = z.shape[1] + spec.max_lags + width * (spec.max_lags + 1)
    rows = len(data.y) - spec.max_lags
    if rows < 2 * widest:
        raise SampleError(
            f"{max(rows, 0)} observations to compare equations of up to {widest} coefficients.",
            remedy="Use a smaller max_lags, fewer controls or a longer sample.",
        )
