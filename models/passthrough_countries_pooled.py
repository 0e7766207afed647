"""One pass-through for many countries: mean group and fixed effects; refused for a few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ..data.countries import CountryPanel
from ..data.economies import measures
from ..errors import InvalidInferenceError
from ..estimation.least_squares import least_squares
from .country_contrasts import Contrast
from .country_regression import CountryRegression
from .options import require_choice
from .passthrough_countries_results import PASS_THROUGH, UNIT
from .passthrough_regression import LagRegression
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Pooling = Literal["mean_group", "fixed_effects"]

#: Countries that a pooled estimate needs: the standard error of a mean group is the spread of N
#: estimates, known to 1 in the root of 2 (N - 1), which falls below a quarter with ten.
FEWEST = 10

_WORDS = {
    "mean_group": (
        "Mean group: the mean of the countries' own estimates, its standard error their spread "
        "over the root of their number, Student's t. It takes the countries for independent draws, "
        "which common shocks are not"
    ),
    "fixed_effects": (
        "Fixed effects: one set of coefficients of the exchange rate and the controls for all, "
        "constants, seasons and tax months of each country's own; errors of Driscoll and Kraay, "
        "joint over countries. It takes for granted that pass-through is the same everywhere"
    ),
}
_NAMES = {"mean_group": "mean group", "fixed_effects": "fixed effects"}


@dataclass(frozen=True, eq=False, kw_only=True)
class PooledPassThrough(Result):
    """Pass-through of the average country, or of all taken for the same.

    Attributes
    ----------
    approach : str
    price : str
        Measure of the price.
    countries : tuple of str
    horizons : ndarray of int, shape (H,)
    pooled : Contrast
        Estimate and errors by horizon.
    levels : tuple of float
    band : str
    setting : tuple of str
    references : tuple of str
    nobs : int
        Months, of each country.
    sample : str
    """

    approach: str
    price: str
    countries: tuple[str, ...]
    horizons: np.ndarray
    pooled: Contrast
    levels: tuple[float, ...]
    band: str
    setting: tuple[str, ...]
    references: tuple[str, ...]
    nobs: int
    sample: str

    figure: ClassVar[str] = "equation_passthrough"

    @property
    def model(self) -> str:
        """Name of the approach in tables."""
        return self.approach

    def tidy(self) -> pd.DataFrame:
        """One row per horizon and level."""
        rows = []
        for level in self.levels:
            low, high = self.pooled.interval(level)
            for i, horizon in enumerate(self.horizons):
                rows.append(
                    {
                        "model": self.approach,
                        "statistic": PASS_THROUGH,
                        "shock": "currency",
                        "response": self.price,
                        "horizon": int(horizon),
                        "estimate": self.pooled.estimate[i],
                        "std_error": self.pooled.std_error[i],
                        "level": level,
                        "conf_low": low[i],
                        "conf_high": high[i],
                        "band": self.band,
                        "cumulative": True,
                        "unit": UNIT,
                    }
                )
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Pass-through by horizon."""
        columns = {"estimate": self.pooled.estimate, "s.e.": self.pooled.std_error}
        for level in self.levels:
            low, high = self.pooled.interval(level)
            columns |= {f"low {level:.0%}": low, f"high {level:.0%}": high}
        table = pd.DataFrame(columns, index=pd.Index(self.horizons, name="months"))
        title = f"Pass-through to {measures()[self.price]}, {self.approach}"
        return Summary(title, [(UNIT, table)], self.notes())

    def notes(self) -> tuple[str, ...]:
        """Countries, estimator, intervals and sample."""
        return (
            f"{len(self.countries)} countries: {', '.join(self.countries)}.",
            *self.setting,
            f"Intervals: {self.band}.",
            f"Sample {self.sample}, T = {self.nobs}.",
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Pass-through by horizon with its bands."""
        kinds = {self.approach: f"{len(self.countries)} countries"}
        return super().plot(**{"title": measures()[self.price], "kinds": kinds, **options})

    def cite(self) -> str:
        """BibTeX of the methods used."""
        from .citations import bibtex

        return bibtex(self.references)


def pool_countries(
    data: CountryPanel,
    price: str,
    pooling: Pooling = "mean_group",
    regression: CountryRegression | None = None,
) -> PooledPassThrough:
    """Pool the pass-through of many countries into one.

    Parameters
    ----------
    data : CountryPanel
    price : str
        One of ``data.prices``.
    pooling : str
        ``mean_group`` or ``fixed_effects``.
    regression : CountryRegression, optional
        Its ``estimator`` plays no part; a mean group has the t interval of N - 1 degrees.

    Raises
    ------
    InvalidInferenceError
        Fewer than ``FEWEST`` countries.
    SpecError, SampleError, NumericalError

    References
    ----------
    Pesaran and Smith (1995); Driscoll and Kraay (1998).
    """
    require_choice("pooling", pooling, tuple(_WORDS))
    require_choice("price", price, data.prices)
    _require_many(len(data.economies))
    given = regression or CountryRegression()
    equations = [given.equation(data, economy, price) for economy in data.economies]
    pooled, band = (_mean_group if pooling == "mean_group" else _fixed_effects)(equations, given)
    source = {"mean_group": "pesaran_smith1995", "fixed_effects": "driscoll_kraay1998"}[pooling]
    return PooledPassThrough(
        approach=f"distributed lags ({given.lags}), {_NAMES[pooling]}",
        price=price,
        countries=tuple(economy.name for economy in data.economies),
        horizons=np.array(given.shown),
        pooled=pooled,
        levels=tuple(given.levels),
        band=band,
        setting=(f"{_WORDS[pooling]}.", f"Regressors: {given.terms(data.controls)}."),
        references=("campa_goldberg2005", source),
        nobs=equations[0].nobs,
        sample=equations[0].sample,
    )


def _require_many(count: int) -> None:
    if count >= FEWEST:
        return
    known = f"known to {1 / np.sqrt(2 * (count - 1)):.0%} of itself" if count > 1 else "not known"
    raise InvalidInferenceError(
        f"Panel estimators need {FEWEST} countries or more, and there are {count}: the spread of "
        f"so few estimates, on which the error of a mean group rests, is {known}, and to pool the "
        "coefficients takes for granted that countries do not differ, which is what is asked.",
        remedy="Compare country by country (compare_countries).",
    )


def _mean_group(
    equations: Sequence[LagRegression], regression: CountryRegression
) -> tuple[Contrast, str]:
    own = []
    for one in equations:
        beta = least_squares(one.regressors, one.y[:, None]).coefficients[:, 0]
        own.append(one.sums(regression.shown) @ beta[: one.lags + 1])
    spread = np.std(own, axis=0, ddof=1) / np.sqrt(len(own))
    degrees = float(len(own) - 1)
    pooled = Contrast("Mean group", np.mean(own, axis=0), spread, degrees)
    return pooled, f"Student's t ({degrees:.0f}), spread of the countries"


def _fixed_effects(
    equations: Sequence[LagRegression], regression: CountryRegression
) -> tuple[Contrast, str]:
    """Least squares on what each country's own constants, seasons and tax months leave."""
    y, x = zip(*(_within(one) for one in equations))
    fit = least_squares(np.vstack(x), np.concatenate(y)[:, None])
    residuals = fit.residuals[:, 0].reshape(len(equations), -1)
    scores = sum(own * u[:, None] for own, u in zip(x, residuals, strict=True))
    first = equations[0]
    rows = np.pad(first.sums(regression.shown), ((0, 0), (0, x[0].shape[1] - first.lags - 1)))
    used = sum(one.regressors.shape[1] - x[0].shape[1] for one in equations) + x[0].shape[1]
    cells = residuals.size
    influence = scores @ fit.gram_inverse @ rows.T * np.sqrt(cells / (cells - used))
    root, degrees = regression.long_run_root(influence)
    error = np.sqrt((root**2).sum(axis=0))
    pooled = Contrast("Fixed effects", rows @ fit.coefficients[:, 0], error, degrees)
    return pooled, regression.band(degrees)


def _within(one: LagRegression) -> tuple[np.ndarray, np.ndarray]:
    """Price, and exchange rate with controls, without a country's own constants and dummies."""
    shared = np.array([", lag " in name for name in one.w_names])
    own = one.w[:, ~shared]
    both = np.column_stack([one.y, one.x, one.w[:, shared]])
    left = least_squares(own, both).residuals
    return left[:, 0], left[:, 1:]
