"""One regression in which the exchange rate's coefficients differ by regime or go with a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import SampleError
from ..estimation.breaks import equation_bootstrap, orthonormal, p_value, residuals_on
from ..estimation.drifting_mean import whitened
from ..estimation.fixed_b import critical_values
from ..estimation.least_squares import least_squares
from ..estimation.long_run_covariance import bartlett_root
from ..estimation.parameter_stability import contrasts, hac_wald
from .equation_passthrough import EquationPath
from .options import require_levels
from .passthrough_regimes_result import RegimePassThrough
from .passthrough_regression import LagRegression


def compare_regimes(
    regression: LagRegression,
    carriers: np.ndarray,
    loadings: Mapping[str, np.ndarray],
    ends: tuple[str, str],
    months: Mapping[str, int],
    setting: tuple[str, ...],
    drifting: bool,
    horizons: Sequence[int] | None,
    levels: Sequence[float],
    draws: int,
    seed: int,
) -> RegimePassThrough:
    """Paths by regime from one regression, and the tests that they are the same.

    Parameters
    ----------
    regression : LagRegression
    carriers : ndarray, shape (T, m)
        What the lags of the exchange rate are multiplied by; they enter on their own, too.
    loadings : mapping of str to ndarray, shape (m,)
        A regime's coefficients are those of the lags plus so many times those of the products.
    ends : (str, str)
        The difference shown is the second less the first.
    months : mapping of str to int
        Of each regime.
    setting : tuple of str
        The regimes in words.
    drifting : bool
        Generalised least squares with a drifting mean.
    horizons : sequence of int, optional
    levels : sequence of float
    draws, seed : int
        Of the bootstrap.
    """
    require_levels(levels)
    shown = regression.horizons if horizons is None else horizons
    sums = regression.sums(list(shown))
    seen = _regression_of(regression, carriers, drifting, seed)
    nothing = np.zeros((len(sums), seen.null.shape[1] - sums.shape[1]))
    functions = {
        name: np.hstack([sums, nothing, np.kron(weights, sums)])
        for name, weights in loadings.items()
    }
    functions["difference"] = functions[ends[1]] - functions[ends[0]]
    rows = {**months, "difference": min(months[name] for name in ends)}
    paths = []
    for name, (estimate, error) in _estimates(seen, functions).items():
        share = np.array([(seen.lags + 1) / rows[name]])
        limits = {}
        for level in levels:
            reach = critical_values(level, share)[0] * error
            limits[level] = (estimate - reach, estimate + reach)
        apart = name == "difference"
        kind = f"{ends[1]} less {ends[0]}" if apart else name
        paths.append(EquationPath(kind, estimate, error, limits, difference=apart))
    return RegimePassThrough(
        approach=f"distributed lags ({regression.lags})",
        price=regression.price,
        exchange_rate=regression.exchange_rate,
        horizons=np.array(shown, dtype=int),
        paths=tuple(paths),
        levels=tuple(levels),
        band=seen.band,
        setting=(*setting, seen.words, regression.setting),
        references=("campa_goldberg2005", "newey_west1987", "kiefer_vogelsang2005"),
        nobs=regression.nobs,
        sample=regression.sample,
        equality=_equality(regression, seen, carriers, sums, list(shown), draws, seed),
        months=dict(months),
        draws=draws,
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class _Regression:
    """A regression with regimes, as it is or made an ordinary one.

    Regressors are those of the null, the exchange rate's first, then products of its lags with the
    ``carriers`` (T, m) of the regimes.
    """

    y: np.ndarray
    null: np.ndarray
    products: np.ndarray
    operator: np.ndarray
    lags: int
    words: str
    band: str


def _regression_of(
    regression: LagRegression, carriers: np.ndarray, drifting: bool, seed: int
) -> _Regression:
    """Least squares, or generalised least squares with a drifting mean."""
    products = (carriers[:, :, None] * regression.x[:, None, :]).reshape(regression.nobs, -1)
    others, lags = np.hstack([regression.w, carriers]), regression.hac_lags
    if not drifting:
        null = np.hstack([regression.x, others])
        band = f"fixed-b, HAC ({lags})"
        words = "Least squares."
        return _Regression(regression.y, null, products, np.eye(regression.nobs), lags, words, band)
    white = whitened(
        regression.y,
        regression.x,
        others,
        regression.w_names.index("constant"),
        longest=lags,
        drifting=True,
        seed=seed,
    )
    words = (
        f"Generalised least squares: errors autoregressive of order {len(white.phi)} (BIC), the "
        f"mean a random walk that moves by {white.drift:.1f} standard errors over the sample."
    )
    null, band = np.hstack([white.x, white.w]), "normal, robust to heteroskedasticity"
    return _Regression(white.y, null, white.operator @ products, white.operator, 0, words, band)


def _estimates(
    seen: _Regression, functions: Mapping[str, np.ndarray]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Estimates and HAC standard errors of functions of the coefficients, by name."""
    x = np.hstack([seen.null, seen.products])
    fit = least_squares(x, seen.y[:, None])
    if fit.dependent:
        raise SampleError(
            "A regime's months cannot tell its coefficients apart.",
            remedy="Use fewer lags, or fewer regimes.",
        )
    factor = np.sqrt(len(x) / (len(x) - x.shape[1]))
    found = {}
    for name, function in functions.items():
        scores = (x @ fit.gram_inverse @ function.T) * fit.residuals
        root = factor * bartlett_root(scores, seen.lags)
        error = np.sqrt(np.einsum("th,th->h", root, root))
        found[name] = (function @ fit.coefficients[:, 0], error)
    return found


def _equality(
    regression: LagRegression,
    seen: _Regression,
    carriers: np.ndarray,
    sums: np.ndarray,
    horizons: Sequence[int],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Wald tests that regimes are alike, one a horizon."""
    from scipy.stats import chi2

    m = carriers.shape[1]
    basis = orthonormal(seen.null)
    tests = [contrasts(basis, seen.products, np.kron(np.eye(m), row[None])) for row in sums]

    def statistics(outcomes: np.ndarray) -> np.ndarray:
        left = residuals_on(basis, (outcomes[..., 0] @ seen.operator.T)[..., None])[..., 0]
        return np.column_stack([hac_wald(test, left, seen.lags) for test in tests])

    same = orthonormal(np.hstack([regression.regressors, carriers]))
    outcome = regression.y[:, None]
    drawn = equation_bootstrap(
        statistics, same, outcome, "HC1", draws, seed, memory=regression.hac_lags
    )
    wald = statistics(outcome[None])[0]
    return pd.DataFrame(
        {
            "Wald": wald,
            "degrees of freedom": m,
            "chi2 p": chi2.sf(wald, m),
            "bootstrap p": [p_value(value, draw) for value, draw in zip(wald, drawn.T)],
        },
        index=pd.Index(list(horizons), name="months"),
    )
