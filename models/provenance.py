"""Where a result comes from, fact by fact, so that two results can be told apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING

from ..data.panel import Column

if TYPE_CHECKING:
    from .reduced_form.base import ReducedForm
    from .structural import StructuralVAR

#: What separates the items of a fact that is a list.
ITEM = "; "


def facts_of(svar: StructuralVAR) -> dict[str, str]:
    """What decides the numbers of a structural VAR, each under its name.

    Returns
    -------
    dict of str to str
        ``variables``, ``sample``, ``model``, ``terms``, ``covariance``, ``identification``,
        ``shocks``, ``bands``, ``seed``, ``data``. Facts that are lists have their items separated
        by ``ITEM``.
    """
    from .identification.named_shocks import which_shocks

    found = sample_facts(svar.reduced)
    data = found.pop("data")
    return {
        **found,
        "identification": svar.scheme.describe(svar.names, svar.columns),
        "shocks": ITEM.join(which_shocks(svar)),
        "bands": svar.inference.describe(),
        "seed": str(svar.seed),
        "data": data,
    }


def sample_facts(reduced: ReducedForm) -> dict[str, str]:
    """Those of ``facts_of`` that do not depend on shocks or bands."""
    return {
        "variables": ITEM.join(_as_modelled(reduced.columns[name]) for name in reduced.names),
        "sample": f"{reduced.sample}, T = {reduced.nobs}",
        "model": reduced.model,
        "terms": reduced.terms_in_words.removeprefix("terms: "),
        "covariance": f"divisor {reduced.divisor_in_words}",
        "data": f"{PurePath(reduced.source).name}, sha256 {reduced.panel_sha256[:12]}",
    }


def differing(facts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The facts in which some results differ: by fact, each result's value.

    Of a list only the items that not all results have are kept, unless the lists hold the same
    items in another order.

    Parameters
    ----------
    facts : mapping of result to its facts
    """
    found = {}
    for fact in dict.fromkeys(name for one in facts.values() for name in one):
        values = {result: one.get(fact, "") for result, one in facts.items()}
        if len(set(values.values())) > 1:
            found[fact] = _less_common(values)
    return found


def common(facts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The facts that all results share."""
    first, *others = facts.values()
    return {k: v for k, v in first.items() if all(one.get(k) == v for one in others)}


def in_words(values: Mapping[str, str]) -> str:
    """One fact of several results: ``A, B: VAR(3); C: VAR(6)``; empty where labels say it all."""
    by_value: dict[str, list[str]] = {}
    for result, value in values.items():
        by_value.setdefault(value, []).append(result)
    if all(results == [value] for value, results in by_value.items()):
        return ""
    return ITEM.join(f"{', '.join(who)}: {value or 'none'}" for value, who in by_value.items())


def _less_common(values: Mapping[str, str]) -> dict[str, str]:
    """Items that not all of the lists have; the lists themselves where only their order differs."""
    items = {result: value.split(ITEM) for result, value in values.items()}
    shared = set.intersection(*map(set, items.values()))
    own = {result: [x for x in some if x not in shared] for result, some in items.items()}
    if not any(own.values()):
        return dict(values)
    return {result: ", ".join(some) for result, some in own.items()}


def _as_modelled(column: Column) -> str:
    """Label of a column and what was done to it."""
    done = column.transform.replace(ITEM, ", ")
    return f"{column.label} ({done})" if done else column.label
