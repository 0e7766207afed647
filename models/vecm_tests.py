"""Likelihood-ratio tests within an error-correction model of given rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import SpecError
from ..estimation.johansen import canonical_correlations
from .reduced_form.diagnostics import TestResult
from .responses import chosen

if TYPE_CHECKING:
    from .vecm_results import VECMResults


def weak_exogeneity(vecm: VECMResults, names: Sequence[str]) -> TestResult:
    """No reaction of these variables to any long-run relation: their rows of alpha are zero.

    Under the null the relations are found from the other equations given these variables.
    Johansen (1995), theorem 8.2; r degrees of freedom a variable.
    """
    tested = chosen(names, vecm.names, "variable")
    places = [vecm.names.index(name) for name in tested]
    others = [i for i in range(len(vecm.names)) if i not in places]
    if not 0 < vecm.rank <= len(others):
        raise SpecError(
            f"Weak exogeneity of {len(tested)} of {len(vecm.names)} variables at rank "
            f"{vecm.rank}: at least as many variables must react as there are relations.",
            remedy=f"Test at most {len(vecm.names) - vecm.rank} variables together.",
        )
    data = vecm.concentrated
    given = np.linalg.qr(data.r0[:, places])[0]
    r0, r1 = (r - given @ (given.T @ r) for r in (data.r0[:, others], data.r1))
    labels = _labels(vecm, tested)
    return _likelihood_ratio(
        vecm,
        canonical_correlations(r0, r1)[: vecm.rank],
        len(places) * vecm.rank,
        f"Weak exogeneity of {labels}",
        f"{labels}: no reaction to the long-run relations",
    )


def exclusion(vecm: VECMResults, names: Sequence[str]) -> TestResult:
    """These variables or restricted terms are in none of the long-run relations.

    Johansen (1995), theorem 7.2; r degrees of freedom an excluded row of beta.
    """
    rows = (*vecm.names, *vecm.restricted_names)
    tested = chosen(names, rows, "variable or restricted term")
    kept = [i for i, name in enumerate(rows) if name not in tested]
    if not 0 < vecm.rank <= len(kept):
        raise SpecError(
            f"{len(kept)} rows of beta are left for {vecm.rank} long-run relations.",
            remedy=f"Exclude at most {len(rows) - vecm.rank}, at a rank of 1 or more.",
        )
    data = vecm.concentrated
    labels = _labels(vecm, tested)
    return _likelihood_ratio(
        vecm,
        canonical_correlations(data.r0, data.r1[:, kept])[: vecm.rank],
        len(tested) * vecm.rank,
        f"Exclusion of {labels}",
        f"{labels}: in no long-run relation",
    )


def given_relations(vecm: VECMResults, relations: Sequence[Mapping[str, float]]) -> TestResult:
    """These combinations are among the long-run relations, the others being free.

    With s known relations the free ones are sought among what the known ones leave. Johansen
    (1995), theorem 7.3; (K + m2 - r) s degrees of freedom.
    """
    rows = (*vecm.names, *vecm.restricted_names)
    known = np.zeros((len(rows), len(relations)))
    for column, relation in enumerate(relations):
        for name in chosen(tuple(relation), rows, "variable or restricted term"):
            known[rows.index(name), column] = relation[name]
    count = np.linalg.matrix_rank(known)
    if not 0 < len(relations) <= vecm.rank or count < len(relations):
        raise SpecError(
            f"{len(relations)} given relations, {count} of them different, at rank {vecm.rank}.",
            remedy="Give at least one, and no more different ones than the rank.",
        )
    data = vecm.concentrated
    first = data.r1 @ known
    given = np.linalg.qr(first)[0]
    # What beta holds beside the known relations: any complement spans the same space after them.
    complement = np.linalg.svd(known)[0][:, len(relations) :]
    r0, r1 = (r - given @ (given.T @ r) for r in (data.r0, data.r1 @ complement))
    found = np.concatenate(
        [
            canonical_correlations(data.r0, first),
            canonical_correlations(r0, r1)[: vecm.rank - len(relations)],
        ]
    )
    words = "; ".join(
        " ".join(f"{weight:+g} {name}" for name, weight in relation.items())
        for relation in relations
    )
    df = (len(rows) - vecm.rank) * len(relations)
    return _likelihood_ratio(vecm, found, df, "Given relations", f"stationary: {words}")


def single_tests(vecm: VECMResults) -> pd.DataFrame:
    """p-values of weak exogeneity and exclusion, one row a variable or restricted term."""
    rows = (*vecm.names, *vecm.restricted_names)
    weak = [weak_exogeneity(vecm, [name]).p_value for name in vecm.names]
    return pd.DataFrame(
        {
            "weakly exogenous": [*weak, *[np.nan] * len(vecm.restricted_names)],
            "in no relation": [exclusion(vecm, [name]).p_value for name in rows],
        },
        index=list(rows),
    )


def _likelihood_ratio(
    vecm: VECMResults, restricted: np.ndarray, df: int, name: str, null: str
) -> TestResult:
    """T sum_i ln((1 - restricted_i) / (1 - lambda_i)) over the r largest eigenvalues."""
    from scipy.stats import chi2

    free = vecm.rank_test.table["eigenvalue"].to_numpy()[: vecm.rank]
    statistic = float(vecm.nobs * (np.log1p(-restricted).sum() - np.log1p(-free).sum()))
    return TestResult(name, statistic, (df,), float(chi2.sf(statistic, df)), null)


def _labels(vecm: VECMResults, names: Sequence[str]) -> str:
    terms = {"const": "constant", "trend": "trend"}
    return ", ".join(terms.get(n) or vecm.columns[n].label for n in names)
