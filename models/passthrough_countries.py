"""Pass-through in several countries by the same regression, with joint errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..data import catalog
from ..data.countries import CountryPanel
from ..data.country_series import IN_DOLLARS
from ..data.economies import measures
from ..errors import NumericalError, SpecError
from ..estimation.equation_systems import SystemFit, seemingly_unrelated, separate_regressions
from .country_contrasts import Comparison
from .country_regression import CountryRegression
from .passthrough_countries_results import PassThroughComparison
from .passthrough_regression import LagRegression

__all__ = ["CountryRegression", "compare_countries", "compare_measures"]

_ESTIMATORS = {
    "separate": "Least squares equation by equation",
    "sur": (
        "Seemingly unrelated regressions, feasible GLS in two steps, which also takes for granted "
        "that what moves one currency is unrelated to the price shocks of the other countries"
    ),
}
_NAMES = {"separate": "equation by equation", "sur": "SUR"}

_BY_DEFAULT = CountryRegression()


def compare_countries(
    data: CountryPanel, regression: CountryRegression = _BY_DEFAULT
) -> PassThroughComparison:
    """Pass-through to each price in each country, and the first country minus the others.

    The errors of all countries are joint: a difference has the covariance of its two parts, which
    share world prices and the month's news.

    Parameters
    ----------
    data : CountryPanel
        See ``country_panel``; with one country what is left is its regression.
    regression : CountryRegression
        Lags, controls, estimator and covariance, the same in every country.

    Returns
    -------
    PassThroughComparison

    Raises
    ------
    SpecError
        A horizon beyond the lags.
    SampleError
        Fewer than two months a coefficient.
    NumericalError
        Regressors are collinear, or under ``sur`` two equations have the same residuals.
    """
    names = [economy.name for economy in data.economies]
    comparisons = []
    for price in data.prices:
        equations = [regression.equation(data, economy, price) for economy in data.economies]
        comparisons.append(_compared(equations, names, price, regression))
    title = f"Pass-through across countries: {', '.join(one.label for one in comparisons)}"
    setting = (_rates(data), *_series(data), *_left_out(data))
    return _result(title, comparisons, data, regression, setting)


def compare_measures(
    data: CountryPanel, economy: str = "japan", regression: CountryRegression = _BY_DEFAULT
) -> PassThroughComparison:
    """One country's pass-through to several measures of its prices, and their difference.

    Unit values and price indices are different objects. Where a country has both, this says how far
    apart they are, and so how much of a difference between countries may be one of measures.

    Parameters
    ----------
    data : CountryPanel
        With two prices or more; the first is compared with the others.
    economy : str
        Id of the country.
    regression : CountryRegression

    Returns
    -------
    PassThroughComparison

    Raises
    ------
    SpecError, SampleError, NumericalError
    """
    found = next((one for one in data.economies if one.id == economy), None)
    if found is None or len(data.prices) < 2:
        raise SpecError(
            f"There are no two measures of the prices of '{economy}' to compare.",
            remedy='Use country_panel(..., prices=("import_unit_value", "import_price")).',
        )
    names = [_heading(measures()[price]) for price in data.prices]
    equations = [regression.equation(data, found, price) for price in data.prices]
    one = _compared(equations, names, data.prices[0], regression)
    one = replace(one, price="measures", label=f"{found.name}: measures of prices")
    setting = (f"Exchange rate, up = weaker: {data.meanings[economy]}.", *_series(data))
    return _result(
        f"Pass-through by measure of prices: {found.name}", [one], data, regression, setting
    )


def _compared(
    equations: Sequence[LagRegression],
    names: Sequence[str],
    price: str,
    regression: CountryRegression,
) -> Comparison:
    """Sums of coefficients of each equation, with their joint covariance at each horizon."""
    first, shown = equations[0], regression.shown
    fit = _fit(equations, names, regression)
    sums = [np.pad(one.sums(shown), ((0, 0), (0, one.w.shape[1]))) for one in equations]
    ends = np.cumsum([rows.shape[1] for rows in sums])[:-1]
    parts = np.split(fit.influence, ends, axis=1)
    influence = np.stack([part @ rows.T for part, rows in zip(parts, sums, strict=True)], axis=1)
    root, degrees = regression.long_run_root(influence)
    outcomes = np.column_stack([one.y for one in equations])
    return Comparison(
        price=price,
        label=_heading(measures()[price]),
        rows=tuple(names),
        responses=tuple(one.price for one in equations),
        shocks=tuple(one.exchange_rate for one in equations),
        horizons=np.array(shown),
        estimate=np.stack([rows @ beta for rows, beta in zip(sums, fit.coefficients)]),
        covariance=np.einsum("rih,rjh->hij", root, root),
        degrees=degrees,
        r_squared=tuple(map(float, 1 - fit.residuals.var(axis=0) / outcomes.var(axis=0))),
        residual_correlation=np.atleast_2d(np.corrcoef(fit.residuals, rowvar=False)),
        nobs=first.nobs,
        sample=first.sample,
    )


def _fit(
    equations: Sequence[LagRegression], names: Sequence[str], regression: CountryRegression
) -> SystemFit:
    y = np.column_stack([one.y for one in equations])
    x = [one.regressors for one in equations]
    fit = separate_regressions(y, x)
    for name, own, rank in zip(names, x, fit.rank, strict=True):
        if rank < own.shape[1]:
            raise NumericalError(
                f"The regressors of {name} are collinear.",
                remedy="Drop a control that repeats another, or the dummies of tax months.",
            )
    if regression.estimator == "separate":
        return fit
    correlation = np.atleast_2d(np.corrcoef(fit.residuals, rowvar=False))
    if np.linalg.matrix_rank(correlation) < len(names):
        raise NumericalError(
            "The residuals of two equations are the same, so their covariance has no inverse.",
            remedy='Leave one of them out, or use estimator="separate".',
        )
    return seemingly_unrelated(y, x)


def _result(
    title: str,
    comparisons: Sequence[Comparison],
    data: CountryPanel,
    regression: CountryRegression,
    said: Sequence[str],
) -> PassThroughComparison:
    first = comparisons[0]
    setting = (
        f"{_ESTIMATORS[regression.estimator]}; covariance joint over equations, "
        f"{regression.covariance_in_words(first.degrees)}.",
        f"Regressors: {regression.terms(data.controls)}.",
        f"Sample {first.sample}, T = {first.nobs}.",
        *said,
    )
    return PassThroughComparison(
        title=title,
        approach=f"distributed lags ({regression.lags}), {_NAMES[regression.estimator]}",
        comparisons=tuple(comparisons),
        levels=tuple(regression.levels),
        band=regression.band(first.degrees),
        setting=setting,
        references=(
            "campa_goldberg2005",
            *(("zellner1962",) if regression.estimator == "sur" else ()),
            "newey_west1987" if regression.errors == "hac" else "lazarus2018",
            "holm1979",
        ),
    )


def _rates(data: CountryPanel) -> str:
    """What the fall of each currency is."""
    parts = (f"{economy.name}: {data.meanings[economy.id]}" for economy in data.economies)
    return f"Exchange rates, up = weaker: {'; '.join(parts)}."


def _series(data: CountryPanel) -> tuple[str, ...]:
    """What is to be known of the prices that are compared."""
    said = []
    if any(price in IN_DOLLARS for price in data.prices):
        said.append(
            "Unit values (values over volumes, seasonally adjusted, brought from dollars into each "
            "currency) also move with the composition of imports; they are no price indices."
        )
    known = catalog.entries()
    for column, source in data.sources.items():
        if source in known and known[source].note:
            said.append(f"{data.panel.columns[column].label}: {known[source].note}.")
    return tuple(said)


def _left_out(data: CountryPanel) -> tuple[str, ...]:
    by_reason: dict[str, list[str]] = {}
    for name, why in data.left_out.items():
        by_reason.setdefault(why, []).append(name)
    parts = [f"{', '.join(names)} ({why})" for why, names in by_reason.items()]
    return (f"Not compared: {'; '.join(parts)}.",) if parts else ()


def _heading(words: str) -> str:
    return words[:1].upper() + words[1:]
