"""Pass-through shock by shock, and what it is on average over the shocks that moved the yen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..errors import InvalidInferenceError, NotIdentifiedError
from ..estimation.partial_identification import with_remainder
from ..estimation.responses import impulse_responses
from .identification.named_shocks import chosen_shocks, parts_of, shock_label
from .inference.validity import require_valid
from .joint_estimate import JointEstimate
from .options import require_levels
from .passthrough import pass_through, require_log_changes
from .passthrough_results import (
    FORMULA,
    PER_YEN,
    TABLE_HORIZONS,
    Drawn,
    RatioPath,
    drawn_ratio,
    in_words,
    intervals_in_words,
    ratio_rows,
    short,
)
from .results import Summary, tidy_frame
from .structural_result import StructuralResult, origin
from .variance_shares import exhaustive

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR

#: Name of the unconditional pass-through where results are listed by shock.
ALL_SHOCKS = "all shocks"

WEIGHTED = (
    "All shocks: sum over shocks j and ages s <= h of w_js x (pass-through of j at s), with w_js = "
    "(cumulated response of the exchange rate to j at s)^2 over the sum of these. The weights of a "
    "shock add up to its share in the variance of the error of forecasting the level of the "
    "exchange rate h months on, from the month before; the whole is that error's covariance with "
    "the price's over its variance, and the same under every identification"
)


@dataclass(frozen=True, eq=False, kw_only=True)
class ShockDependentPassThrough(StructuralResult):
    r"""Pass-through of every identified shock, with its share in the exchange rate's variance.

    With cumulated responses C to shocks of unit variance, pass-through of shock j at age s is
    C_s[p, j] / C_s[e, j], and on average over shocks and ages up to h

    .. math:: U(h) = \sum_j \sum_{s \le h} w_{js} \frac{C_s[p,j]}{C_s[e,j]}
              = \frac{\sum_{s \le h} \sum_j C_s[p,j] C_s[e,j]}{\sum_{s \le h} \sum_j C_s[e,j]^2},
              \qquad w_{js} = \frac{C_s[e,j]^2}{\sum_{s \le h} \sum_k C_s[e,k]^2},

    which is cov/var of the errors made in forecasting the levels of price and exchange rate.

    Attributes
    ----------
    exchange_rate : str
    prices : tuple of str
    horizons : ndarray of int, shape (H,)
    paths : tuple of RatioPath
        One for each price and identified shock.
    unconditional : tuple of RatioPath
        U(h), one for each price.
    contributions : tuple of RatioPath
        What each shock adds to U(h); the last one, where some shocks are not identified, is theirs
        together.
    shares : Mapping[str, JointEstimate]
        Share of each shock in the variance of the error of forecasting the exchange rate's level.
    untold : str
        Why there are no shares and contributions; empty where there are.

    References
    ----------
    Shambaugh (2008); Forbes, Hjortsoe and Nenova (2018).
    """

    exchange_rate: str
    prices: tuple[str, ...]
    horizons: np.ndarray
    paths: tuple[RatioPath, ...]
    unconditional: tuple[RatioPath, ...]
    contributions: tuple[RatioPath, ...]
    shares: Mapping[str, JointEstimate]
    untold: str

    methods: ClassVar[tuple[str, ...]] = ("forbes2018", "shambaugh2008", "fieller1954")
    figure: ClassVar[str] = "passthrough_panels"

    def tidy(self) -> pd.DataFrame:
        """Statistics ``pass_through`` by shock and on average, contributions to it, and shares."""
        ratios = (*self.paths, *self.unconditional, *self.contributions)
        rows: list[dict[str, Any]] = [row for p in ratios for row in ratio_rows(p, self.levels)]
        for shock, share in self.shares.items():
            rows += share.rows(
                self.levels,
                [{"horizon": int(h)} for h in self.horizons],
                model=self.model,
                statistic="exchange_rate_variance_share",
                shock=shock,
                response=self.exchange_rate,
                band=self.band,
                cumulative=True,
                unit="share",
            )
        return tidy_frame(rows)

    def table(self, price: str, horizons: Sequence[int] = TABLE_HORIZONS) -> pd.DataFrame:
        """Shocks in rows: pass-through at the horizons, and the share in the yen's variance.

        Every number stands with its interval at the widest level; a point whose denominator is not
        distinguishable from zero is a dash.
        """
        level = max(self.levels)
        at = [int(h) for h in self.horizons if h in horizons] or [int(self.horizons[-1])]
        ratios = [p for p in (*self.paths, *self.unconditional) if p.price.id == price]
        rows = {
            shock_label(p.shock, self.columns): {
                **{f"{h} months": in_words(p, level, h) for h in at},
                f"share of the variance, {at[-1]} months": self._share(p.shock, at[-1]),
            }
            for p in ratios
        }
        return pd.DataFrame.from_dict(rows, orient="index")

    def summary(self) -> Summary:
        """One table a price."""
        tables = [
            (
                f"{self.columns[price].label}: % per {PER_YEN}, with {max(self.levels):.0%} sets",
                self.table(price),
            )
            for price in self.prices
        ]
        return Summary(f"Pass-through by shock, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Both formulas, the intervals, what is not told, then the setting."""
        untold = (self.untold,) if self.untold else ()
        words = intervals_in_words((*self.paths, *self.unconditional))
        return (f"{FORMULA}.", f"{WEIGHTED}.", words, *untold, *self.setting)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Shocks in rows, the average over them last, and prices in columns."""
        ratios = sorted(
            (*self.paths, *self.unconditional),
            key=lambda path: [*self.shocks, ALL_SHOCKS].index(path.shock),
        )
        panels = [
            (
                f"{short(path.price.label)}, {_shock_in_words(path.shock, self.columns)}",
                {"": {"model": path.model, "shock": path.shock, "response": path.price.id}},
            )
            for path in ratios
        ]
        return super().plot(**({"panels": panels, "columns": len(self.prices)} | options))

    @property
    def shocks(self) -> tuple[str, ...]:
        """The shocks that were asked for."""
        return tuple(dict.fromkeys(path.shock for path in self.paths))

    def _share(self, shock: str, horizon: int) -> str:
        if shock == ALL_SHOCKS:
            return "1"
        if shock not in self.shares:
            return "-"
        share = self.shares[shock]
        i = int(np.flatnonzero(self.horizons == horizon)[0])
        low, high = share.interval(max(self.levels), i)
        return f"{share.point[i]:.2f} [{low:.2f}, {high:.2f}]"


def shock_dependent_pass_through(
    svar: StructuralVAR,
    *,
    exchange_rate: str,
    prices: Sequence[str],
    shocks: Sequence[str] | None = None,
    horizons: Iterable[int] = range(25),
    levels: Sequence[float] = (0.68, 0.90),
) -> ShockDependentPassThrough:
    """Pass-through of every identified shock, in one table with what it does to the exchange rate.

    Parameters
    ----------
    svar : StructuralVAR
        In log differences, under any identification: recursive, signs, instruments, variances.
    exchange_rate : str
        Id; it rises when the yen weakens.
    prices : sequence of str
    shocks : sequence of str, optional
        By default all that are identified.
    horizons : iterable of int
        Months after the shock.
    levels : sequence of float

    Raises
    ------
    SpecError
        A variable that is not a log change.
    NotIdentifiedError, InvalidInferenceError

    Notes
    -----
    Under signs there is a set of models and no estimate to put an interval around: sets are
    percentiles of the ratio over the models, unbounded where those of the denominator hold zero. A
    shock with one instrument of its own has the Anderson-Rubin set. The average over all shocks
    does not depend on the identification and always has Fieller's set.
    """
    require_levels(levels)
    require_log_changes(svar.columns, [exchange_rate, *prices])
    wanted = svar.identified if shocks is None else chosen_shocks(svar, shocks, "Pass-through")
    at = np.array(sorted(set(horizons)))
    make = partial(drawn_ratio, svar, base=exchange_rate, per=PER_YEN, horizons=at, levels=levels)
    paths = [*_by_shock(svar, wanted, exchange_rate, prices, at, levels, make)]
    names = [exchange_rate, *prices]
    unconditional = [*_unconditional(svar, names, at, make)]
    contributions, shares, untold = _by_contribution(svar, names, at, make)
    return ShockDependentPassThrough(
        **origin(svar, levels),
        exchange_rate=exchange_rate,
        prices=tuple(prices),
        horizons=at,
        paths=tuple(paths),
        unconditional=tuple(unconditional),
        contributions=contributions,
        shares=shares,
        untold=untold,
    )


def _shock_in_words(shock: str, columns: Mapping[str, Column]) -> str:
    return ALL_SHOCKS if shock == ALL_SHOCKS else f"{short(shock_label(shock, columns))} shock"


def _by_shock(
    svar: StructuralVAR,
    shocks: Sequence[str],
    exchange_rate: str,
    prices: Sequence[str],
    at: np.ndarray,
    levels: Sequence[float],
    make: partial[RatioPath],
) -> Iterator[RatioPath]:
    """The ratio for each shock and price, with the set that its identification calls for."""
    from .instrumented import has_one_instrument

    for shock in shocks:
        if has_one_instrument(svar, shock) or not svar.set_identified:
            found = pass_through(
                svar,
                shock,
                exchange_rate=exchange_rate,
                prices=prices,
                horizons=at,
                levels=levels,
            )
            yield from found.paths
            continue
        svar.require_valid("cumulative_irf")
        names = [exchange_rate, *prices]
        irf = svar.irf(int(at[-1]), cumulative=True).select(shock=shock, response=names)
        level = [(irf.point[at, i, 0], irf.draws[:, at, i, 0]) for i in range(len(names))]
        for price, above in zip(prices, level[1:], strict=True):
            yield make(above, level[0], price=price, shock=shock)


def _unconditional(
    svar: StructuralVAR, names: Sequence[str], at: np.ndarray, make: partial[RatioPath]
) -> Iterator[RatioPath]:
    """Covariance over variance of forecast errors: any factor of Sigma gives the same."""
    _require_valid(svar)
    factors = np.linalg.cholesky(svar.covariance), np.linalg.cholesky(svar.draws.covariance)
    products = [p.sum(axis=-1) for p in _products(svar, factors, names, at)]
    point, drawn = products
    below = point[:, 0], drawn[:, :, 0]
    for i, price in enumerate(names[1:], start=1):
        yield make(
            (point[:, i], drawn[:, :, i]),
            below,
            price=price,
            shock=ALL_SHOCKS,
            model=f"{svar.reduced.model}, variance-weighted",
            over_models=False,
        )


def _by_contribution(
    svar: StructuralVAR, names: Sequence[str], at: np.ndarray, make: partial[RatioPath]
) -> tuple[tuple[RatioPath, ...], dict[str, JointEstimate], str]:
    """What each shock adds to the average, and its share in the exchange rate's variance."""
    known, draws = svar.known, svar.draws
    try:
        svar.require_valid("fevd")
        factors = (
            exhaustive(svar.impact, svar.covariance, known),
            exhaustive(draws.impact, draws.covariance, known),
        )
    except (InvalidInferenceError, NotIdentifiedError) as refusal:
        return (), {}, f"Shares in the variance of the exchange rate: not given. {refusal}"
    point, drawn = (with_remainder(p, known) for p in _products(svar, factors, names, at))
    whole: Drawn = point[:, 0].sum(axis=-1), drawn[:, :, 0].sum(axis=-1)
    shares, contributions = {}, []
    for j, shock in enumerate(parts_of(svar)):
        share = point[:, 0, j] / whole[0], drawn[:, :, 0, j] / whole[1]
        middle = np.median(share[1], axis=0) if svar.set_identified else share[0]
        shares[shock] = JointEstimate(middle, share[1], svar.interval)
        for i, price in enumerate(names[1:], start=1):
            contributions.append(
                make(
                    (point[:, i, j], drawn[:, :, i, j]),
                    whole,
                    price=price,
                    shock=shock,
                    model=f"{svar.reduced.model}, variance-weighted",
                    quantity="pass_through_contribution",
                )
            )
    return tuple(contributions), shares, ""


def _products(
    svar: StructuralVAR,
    factors: tuple[np.ndarray, np.ndarray],
    names: Sequence[str],
    at: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Sums over ages of the cumulated responses of the names times those of the first of them.

    Estimate and draws, of shape (..., H, names, shocks): by shock the covariances of the errors of
    forecasting the levels of the names with that of the first.
    """
    rows = [svar.names.index(name) for name in names]
    found = []
    for lags, impact in zip((svar.reduced.lag_coefficients, svar.draws.lags), factors, strict=True):
        levels = impulse_responses(lags, impact, int(at[-1]))[..., rows, :].cumsum(axis=-3)
        found.append((levels * levels[..., :1, :]).cumsum(axis=-3)[..., at, :, :])
    return found[0], found[1]


def _require_valid(svar: StructuralVAR) -> None:
    """Refuse draws that do not serve ratios of moments of the reduced form.

    Volatility draws are made for a scheme; all others are judged as for the plainest one.
    """
    scheme = svar.scheme.name if svar.scheme.name == "heteroskedasticity" else "cholesky"
    require_valid(
        scheme,
        svar.inference.name,
        "pass_through",
        interval=svar.inference.interval.name,
        near_unit_root=svar.reduced.near_unit_root,
    )
