"""The models beside each other: one regime, variance only, coefficients only, both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...errors import NumericalError
from .data import LinearFit, Switch, SwitchingData
from .multistart import SAME_OPTIMUM, Optimum, headline, search
from .scaling import ScaledModel, scale

#: Variances below this share of the one-regime variance count as spikes of the likelihood.
VARIANCE_FLOOR = 0.01

BELOW_NESTED = "below a nested model"


@dataclass(frozen=True, eq=False)
class Fit:
    """One switching model and all its optima.

    Attributes
    ----------
    model : ScaledModel
    optima : tuple of Optimum
        Best first.
    best : Optimum or None
        The best that may be headlined.
    """

    model: ScaledModel
    optima: tuple[Optimum, ...]
    best: Optimum | None


def fit_models(
    data: SwitchingData,
    linear: LinearFit,
    *,
    starts: int,
    seed: int,
    variance_floor: float = VARIANCE_FLOOR,
) -> dict[Switch, Fit]:
    """Fit every model that the data allow; the largest also starts from the smaller ones.

    Where no regressor may switch only the variance does.
    """
    switches: tuple[Switch, ...] = ("variance", "coefficients", "both")
    fits: dict[Switch, Fit] = {}
    for switch in switches if data.switching else switches[:1]:
        model = scale(data, switch, linear, variance_floor)
        nested = [f.model.parameters(f.best.theta) for f in fits.values() if f.best is not None]
        nested = nested if switch == "both" else []
        optima = search(model, linear, starts=starts, seed=seed, nested=nested)
        fits[switch] = Fit(model, optima, headline(optima))
    return fits


def compare(linear: LinearFit, fits: Mapping[Switch, Fit], n: int) -> pd.DataFrame:
    """Log-likelihoods and information criteria of all models, with what is wrong with them.

    The likelihood ratio against one regime is given without a p-value: it is not chi-square.
    """
    rows = {"linear": _criteria(linear.log_likelihood, linear.n_parameters, n)}
    for switch, fit in fits.items():
        best = fit.best or fit.optima[0]
        row = _criteria(best.log_likelihood, fit.model.design.n_parameters, n)
        nested = [
            rows[name]["log_likelihood"]
            for name in ("variance", "coefficients")
            if switch == "both" and name in rows
        ]
        below = any(best.log_likelihood < value - SAME_OPTIMUM for value in nested)
        row |= {
            "lr_against_linear": 2 * (best.log_likelihood - linear.log_likelihood),
            "hits": best.hits,
            "starts": sum(optimum.hits for optimum in fit.optima),
            "flags": "; ".join((*best.flags, *((BELOW_NESTED,) if below else ()))),
            "headline": fit.best is not None and not below,
        }
        rows[switch] = row
    table = pd.DataFrame.from_dict(rows, orient="index")
    table["flags"] = table["flags"].astype(object).fillna("")
    table["headline"] = table["headline"].astype(object).fillna(True).astype(bool)
    return table.rename_axis("switches")


def optima_table(fit: Fit) -> pd.DataFrame:
    """All optima of one model, best first."""
    return pd.DataFrame(
        {
            "log_likelihood": [o.log_likelihood for o in fit.optima],
            "hits": [o.hits for o in fit.optima],
            "largest_score": [o.largest_score for o in fit.optima],
            "flags": ["; ".join(o.flags) for o in fit.optima],
            "headline": [o is fit.best for o in fit.optima],
        }
    )


def require_best(fit: Fit) -> Optimum:
    """The optimum that may be headlined.

    Raises
    ------
    NumericalError
        If there is none.
    """
    if fit.best is None:
        raise NumericalError(
            "Every optimum is on the variance floor, below one regime, or not converged.",
            remedy="Use more starts or fewer regimes, or let only the variance switch.",
        )
    return fit.best


def _criteria(log_likelihood: float, parameters: int, n: int) -> dict[str, Any]:
    return {
        "log_likelihood": log_likelihood,
        "parameters": parameters,
        "aic": -2 * log_likelihood + 2 * parameters,
        "bic": -2 * log_likelihood + np.log(n) * parameters,
    }
