"""Large and small moves of the yen apart: distributed lags with a threshold in size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..data.dates import span_of
from ..data.panel import Panel, as_panel
from ..errors import SampleError, SpecError
from ..estimation.ardl import Equation, estimate
from ..estimation.least_squares import lagged
from ..estimation.streams import seed_from
from ..estimation.threshold import (
    ThresholdSearch,
    candidate_thresholds,
    large_only,
    search_threshold,
)
from .equation_passthrough import EquationPassThrough, EquationPath
from .options import require_count, require_levels
from .passthrough import require_log_changes
from .reduced_form.deterministic import deterministic_terms
from .results import normal_bounds
from .threshold_lag_results import ThresholdLag

LARGE, SMALL = "large moves", "small moves"


def threshold_lag(
    panel: Panel | pd.DataFrame,
    price: str,
    exchange_rate: str,
    *,
    threshold: float | None = None,
    lags: int = 12,
    controls: Sequence[str] = (),
    control_lags: int | None = None,
    seasonal: bool = True,
    hac_lags: int = 12,
    trimming: float = 0.15,
    candidates: int = 100,
    draws: int = 1000,
    block: int | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    start: str | None = None,
    end: str | None = None,
    rng: int | np.random.Generator | None = 0,
) -> ThresholdLag:
    """Regress a price's log change on large and on small log changes of the exchange rate.

    Parameters
    ----------
    panel : Panel or DataFrame
        Monthly changes in 100 x log differences.
    price, exchange_rate : str
        Ids; the exchange rate rises when the yen weakens.
    threshold : float, optional
        Size beyond which a move is large, such as 3 (per cent a month). By default the one with
        the smallest sum of squares.
    lags : int
        L; pass-through is given at 0 to L months.
    controls : sequence of str
        Ids that enter with their current value and lags.
    control_lags : int, optional
        As many as ``lags`` by default.
    seasonal : bool
        Centred seasonal dummies.
    hac_lags : int
        Lags of the Bartlett kernel; 0 gives White's covariance.
    trimming : float
        Smallest share of large and of small moves that a candidate leaves.
    candidates : int
        Thresholds that are compared at most.
    draws : int
        Replications of the fixed-regressor bootstrap.
    block : int
        Neighbouring months that share a weight in it, which allows for autocorrelated errors;
        by default as many as ``hac_lags``, and one without them.
    levels : sequence of float
    start, end : str, optional
    rng : int, Generator or None

    Raises
    ------
    SpecError
        A variable that is not a log change, or a threshold that leaves too few moves on a side.
    SampleError
        Fewer than two observations a coefficient.

    Notes
    -----
    Around an estimated threshold, intervals that take it as known cover 50% instead of 90% where
    large and small moves are alike. Those given hold all intervals at (1 + level) / 2 around the
    thresholds that cannot be told from the best at (1 + level) / 2 (Bonferroni).
    """
    require_count("lags", lags, 0)
    require_levels(levels)
    if not 0 < trimming < 0.5:
        raise SpecError(f"trimming = {trimming}.", remedy="Use a share such as 0.15.")
    data = as_panel(panel).select([price, exchange_rate, *controls], start=start, end=end)
    require_log_changes(data.columns, [price, exchange_rate])
    own_lags = lags if control_lags is None else control_lags
    design = _design(data, price, exchange_rate, tuple(controls), lags, own_lags, seasonal)
    wanted = (
        candidate_thresholds(design.moves[:, 0], trimming, candidates)
        if threshold is None
        else _given(threshold, design.moves[:, 0], lags)
    )
    together = max(hac_lags, 1) if block is None else block
    search = search_threshold(
        design.y,
        design.moves,
        design.others,
        wanted,
        draws=draws,
        seed=seed_from(rng),
        block=together,
    )
    chosen = float(search.thresholds[search.best])
    fit = _fit(design, chosen, hac_lags)
    centred = design.y - design.y.mean()
    share = float(np.mean(np.abs(design.moves[:, 0]) > chosen))
    errors = "HAC" if hac_lags else "HC1"
    estimates = EquationPassThrough(
        approach=f"threshold lags ({lags})",
        price=data.columns[price],
        exchange_rate=data.columns[exchange_rate],
        horizons=np.arange(lags + 1),
        paths=_paths(design, search, levels, hac_lags),
        levels=tuple(levels),
        band=f"normal, {errors}" + ("" if len(wanted) == 1 else ", over the thresholds kept"),
        setting=(
            _equation_in_words(lags, tuple(controls), own_lags, seasonal),
            _threshold_in_words(search, share, together),
        ),
        references=ThresholdLag.methods,
        nobs=len(design.y),
        sample=span_of(design.index),
    )
    return ThresholdLag(
        price=data.columns[price],
        exchange_rate=data.columns[exchange_rate],
        threshold=chosen,
        estimated=threshold is None,
        large_share=share,
        search=search,
        estimates=estimates,
        equality=_equality(search, estimates.paths[2], threshold is None),
        r_squared=float(1 - fit.residuals @ fit.residuals / (centred @ centred)),
    )


@dataclass(frozen=True, eq=False)
class _Design:
    """Outcome, current and lagged moves (T, L+1), and everything else."""

    index: pd.Index
    y: np.ndarray
    moves: np.ndarray
    others: np.ndarray


def _design(
    data: Panel,
    price: str,
    exchange_rate: str,
    controls: tuple[str, ...],
    lags: int,
    control_lags: int,
    seasonal: bool,
) -> _Design:
    first = max(lags, control_lags if controls else 0)
    frame = data.frame.astype(float)

    def current_and_past(names: Sequence[str], count: int) -> np.ndarray:
        values = frame[list(names)].to_numpy()[first - count :]
        return np.hstack([values[count:], lagged(values, count)])

    terms = deterministic_terms(frame.index, trend="c", seasonal=seasonal).to_numpy()[first:]
    parts = [current_and_past(controls, control_lags)] if controls else []
    others = np.hstack([*parts, terms])
    moves = current_and_past([exchange_rate], lags)
    rows, width = len(moves), 2 * moves.shape[1] + others.shape[1]
    if rows < 2 * width:
        raise SampleError(
            f"{rows} months for {width} coefficients of large and small moves.",
            remedy="Use fewer lags or controls, or a longer sample.",
        )
    return _Design(frame.index[first:], frame[price].to_numpy()[first:], moves, others)


def _given(threshold: float, moves: np.ndarray, lags: int) -> np.ndarray:
    large = int((np.abs(moves) > threshold).sum())
    fewest = min(large, len(moves) - large)
    if fewest < 2 * (lags + 1):
        side = "beyond" if fewest == large else "within"
        raise SpecError(
            f"{fewest} months have a move {side} {threshold}: too few for {lags + 1} coefficients "
            "of their own.",
            remedy="Use another threshold, or fewer lags.",
        )
    return np.array([threshold], dtype=float)


def _fit(design: _Design, threshold: float, hac_lags: int) -> Equation:
    """Coefficients of large moves, then of small ones, then of everything else."""
    large = large_only(design.moves, threshold)
    regressors = np.hstack([large, design.moves - large, design.others])
    return estimate(design.y, regressors, np.eye(regressors.shape[1]), hac_lags)


def _paths(
    design: _Design, search: ThresholdSearch, levels: Sequence[float], hac_lags: int
) -> tuple[EquationPath, ...]:
    """Cumulated coefficients, with the hull of the intervals around all thresholds kept."""
    horizons, width = design.moves.shape[1], design.others.shape[1]
    cumulated = np.tril(np.ones((horizons, horizons)))
    empty, rest = np.zeros_like(cumulated), np.zeros((horizons, width))
    sums = {
        LARGE: np.hstack([cumulated, empty, rest]),
        SMALL: np.hstack([empty, cumulated, rest]),
        "large less small": np.hstack([cumulated, -cumulated, rest]),
    }
    fits = [_fit(design, size, hac_lags) for size in search.thresholds]
    points = {kind: np.stack([at @ fit.parameters for fit in fits]) for kind, at in sums.items()}
    errors = {
        kind: np.stack([np.sqrt(np.diag(at @ fit.covariance @ at.T)) for fit in fits])
        for kind, at in sums.items()
    }

    def bounds(kind: str, level: float) -> tuple[np.ndarray, np.ndarray]:
        if len(fits) == 1:
            return normal_bounds(points[kind][0], errors[kind][0], level)
        kept = search.kept((1 + level) / 2)
        low, high = normal_bounds(points[kind][kept], errors[kind][kept], (1 + level) / 2)
        return low.min(axis=0), high.max(axis=0)

    return tuple(
        EquationPath(
            kind,
            points[kind][search.best],
            errors[kind][search.best],
            {level: bounds(kind, level) for level in levels},
            difference=kind not in (LARGE, SMALL),
        )
        for kind in sums
    )


def _equality(search: ThresholdSearch, gap: EquationPath, estimated: bool) -> pd.DataFrame:
    from scipy.stats import chi2

    rows = {"all coefficients": {"statistic": search.f.max(), "p": search.p_value}}
    if not estimated:
        wald = (gap.estimate[-1] / gap.std_error[-1]) ** 2
        rows["sum of coefficients"] = {"statistic": wald, "p": chi2.sf(wald, 1)}
    return pd.DataFrame.from_dict(rows, orient="index").astype(float)


def _equation_in_words(
    lags: int, controls: tuple[str, ...], control_lags: int, seasonal: bool
) -> str:
    parts = [f"OLS on current and {lags} lags of large and of small moves"]
    if controls:
        parts.append(f"controls {', '.join(controls)} with {control_lags} lags")
    if seasonal:
        parts.append("seasonal dummies")
    return f"{', '.join(parts)}."


def _threshold_in_words(search: ThresholdSearch, share: float, block: int) -> str:
    chosen = float(search.thresholds[search.best])
    how = "given"
    if len(search.thresholds) > 1:
        kept = search.thresholds[search.kept(0.90)]
        how = f"least sum of squares; {kept[0]:.2f} to {kept[-1]:.2f}% not told from it at 90%"
    weights = f", weights for {block} months" if block > 1 else ""
    return (
        f"Large: beyond {chosen:.2f}% a month ({how}), {share:.0%} of the months. Equal "
        f"coefficients: largest F {search.f.max():.2f}, p = {search.p_value:.3f} (fixed-regressor "
        f"bootstrap, {len(search.drawn_f):,} replications{weights})."
    )
