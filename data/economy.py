"""Simulated economies whose truth is known: a loop, regimes, two markets on two clocks.

Every economy returns a ``Panel`` of simulated changes and a frozen record of the truth that made
it, computed from the equations themselves and not by any estimator. The same ``rng`` gives the same
figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .panel import Column, Panel

#: The loop in the order of the equations: what moves first comes first.
LOOP_NAMES = ("brent", "us10y", "usdjpy_tokyo", "import_price_yen", "cpi_core", "jgb10y")

#: The named cycle, beginning and ending at the yen.
LOOP_CYCLE = ("usdjpy_tokyo", "import_price_yen", "cpi_core", "jgb10y")


@dataclass(frozen=True)
class LoopTruth:
    """What is true of a simulated loop.

    Attributes
    ----------
    lags, impact : ndarray, shapes (p, K, K), (K, K)
        Reduced-form lag matrices and the impact of the unit-variance shocks.
    node : str
        Where the loop is cut.
    gain, domestic_gain : ndarray, shape (horizon + 1,)
        Finite-horizon gain at the node; the second with oil and the US yield exogenous.
    long_run_gain : float
        Gain at z = 1.
    path_gain : float
        Product of the long-run edges around the cycle.
    edges : Mapping[(target, source), float]
        Long-run response of the target to a sustained unit change of the source, others held.
    """

    lags: np.ndarray
    impact: np.ndarray
    node: str
    gain: np.ndarray
    domestic_gain: np.ndarray
    long_run_gain: float
    path_gain: float
    edges: Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class RegimeTruth:
    """What is true of a simulated switching regression.

    Attributes
    ----------
    regime : pandas.Series of int
        0 in the calm and 1 in the sensitive regime, by month.
    coefficients : DataFrame
        Regressors (with ``const``) by regime.
    sigma : ndarray, shape (2,)
        Standard deviation of the error in each regime, percentage points.
    """

    regime: pd.Series
    coefficients: pd.DataFrame
    sigma: np.ndarray


@dataclass(frozen=True)
class TwoClockTruth:
    """What is true of two markets of which Tokyo closes before New York opens.

    Attributes
    ----------
    same_day : float
        Effect of Japan on date t on the US on date t.
    overnight : float
        Effect of the US on date t - 1 on Japan on date t.
    to_us, to_japan : float
        Share of the forecast error variance of one market that is due to the other, in per cent.
    net_japan : float
        ``to_us - to_japan``.
    """

    same_day: float
    overnight: float
    to_us: float
    to_japan: float

    @property
    def net_japan(self) -> float:
        """What Japan sends on balance, in per cent of the forecast error variance."""
        return self.to_us - self.to_japan


def simulate_var(
    lags: np.ndarray,
    impact: np.ndarray,
    periods: int,
    rng: int | np.random.Generator,
    *,
    intercept: np.ndarray | None = None,
    burn_in: int = 200,
) -> np.ndarray:
    """Draw from y_t = c + A_1 y_{t-1} + ... + A_p y_{t-p} + B e_t with standard normal e_t.

    Parameters
    ----------
    lags : ndarray, shape (p, K, K)
    impact : ndarray, shape (K, K)
    periods : int
    rng : int or Generator
    intercept : ndarray, shape (K,), optional
    burn_in : int
        Periods dropped at the start, which is at zero.

    Returns
    -------
    ndarray, shape (periods, K)
    """
    p, k = lags.shape[0], lags.shape[-1]
    side_by_side = np.concatenate(list(lags), axis=1)
    shocks = np.random.default_rng(rng).standard_normal((burn_in + periods, k)) @ impact.T
    if intercept is not None:
        shocks = shocks + intercept
    y = np.zeros((p + burn_in + periods, k))
    for t, shock in enumerate(shocks, start=p):
        y[t] = side_by_side @ y[t - p : t][::-1].ravel() + shock
    return y[-periods:]


def loop_economy(
    periods: int = 320,
    rng: int | np.random.Generator = 0,
    *,
    path_gain: float = 0.25,
    us_follows_jgb: float = 0.0,
    horizon: int = 60,
) -> tuple[Panel, LoopTruth]:
    """Simulate yen -> import price -> CPI -> JGB yield -> yen, in monthly changes.

    The only reaction that closes the loop is the yen's to last month's JGB yield; its size is set
    so that the product of the long-run edges equals ``path_gain``. With ``us_follows_jgb`` at zero
    the cycle is the only loop and its gain is the whole gain. All reactions within the month run
    down the order of ``LOOP_NAMES``, so the recursive scheme in that order identifies the economy.

    Parameters
    ----------
    periods : int
        Months.
    rng : int or Generator
    path_gain : float
        Long-run gain along the cycle.
    us_follows_jgb : float
        Reaction of the US yield to last month's JGB yield, percentage points per percentage point:
        a second loop through the foreign block.
    horizon : int
        Last horizon of the true gain.
    """
    equations = _loop_equations(path_gain, us_follows_jgb)
    impact = np.linalg.inv(equations[0])
    lags = np.stack([impact @ equations[1]])
    panel = _panel_of_changes(simulate_var(lags, impact, periods, rng))
    return panel, _loop_truth(equations, lags, impact, horizon)


def regime_economy(
    periods: int = 324,
    rng: int | np.random.Generator = 0,
    *,
    switches: Sequence[int] = (70, 130, 200, 270),
    yen: tuple[float, float] = (0.0, 0.015),
    us: tuple[float, float] = (0.10, 0.45),
    sigma: tuple[float, float] = (0.03, 0.08),
) -> tuple[Panel, RegimeTruth]:
    """Simulate JGB yield changes that answer to the yen and US yields in two regimes.

    Parameters
    ----------
    periods : int
        Months, from 1999-01.
    rng : int or Generator
    switches : sequence of int
        Months (counted from 0) at which the other regime begins; the first regime is calm.
    yen : pair of float
        Response to a one per cent weaker yen, percentage points, calm and sensitive.
    us : pair of float
        Response to a one point higher US yield, percentage points, calm and sensitive.
    sigma : pair of float
        Standard deviation of the error, percentage points, calm and sensitive.
    """
    generator = np.random.default_rng(rng)
    regime = np.searchsorted(np.asarray(switches), np.arange(periods), side="right") % 2
    drivers = generator.standard_normal((periods, 2)) * (2.3, 0.22)
    error = generator.standard_normal(periods) * np.asarray(sigma)[regime]
    jgb = np.asarray(yen)[regime] * drivers[:, 0] + np.asarray(us)[regime] * drivers[:, 1] + error

    index = pd.period_range("1999-01", periods=periods, freq="M")
    names = ["jgb10y", "usdjpy_tokyo", "us10y"]
    frame = pd.DataFrame(np.column_stack([jgb, drivers]), index, names)
    panel = Panel(frame, {n: _CHANGES[n] for n in names}, "simulated switching regression")
    coefficients = pd.DataFrame({"const": (0.0, 0.0), "usdjpy_tokyo": yen, "us10y": us}).T
    return panel, RegimeTruth(pd.Series(regime, index), coefficients, np.asarray(sigma))


def two_clock_economy(
    periods: int = 2500,
    rng: int | np.random.Generator = 0,
    *,
    same_day: float = 0.4,
    overnight: float = 0.2,
    common_news: float = 0.0,
    horizon: int = 10,
) -> tuple[Panel, TwoClockTruth]:
    """Simulate daily returns of two markets of which Tokyo is struck half a day before New York.

    On one date Japan leads: JP(t) moves US(t), and US(t) can only move JP(t + 1),

        JP_t = overnight US_{t-1} + e_t,      US_t = same_day JP_t + u_t.

    With ``common_news`` the two also price one stream of news that arrives round the clock. What
    arrives between the two closes reaches the US on date t and Japan on date t + 1: a lead without
    any effect of one on the other, the placebo (set both effects to zero).

    Parameters
    ----------
    periods : int
        Trading days.
    rng : int or Generator
    same_day, overnight : float
    common_news : float
        Loading of both markets on the common news.
    horizon : int
        Steps of the forecast whose error variance the truth divides; common news is left out.
    """
    generator = np.random.default_rng(rng)
    own = generator.standard_normal((periods + 1, 2))
    before_tokyo, before_new_york = common_news * generator.standard_normal((2, periods + 1))
    own[:, 1] += before_tokyo + before_new_york
    own[:, 0] += before_tokyo + np.concatenate([[0.0], before_new_york[:-1]])
    returns = np.zeros((periods + 1, 2))
    for t in range(1, periods + 1):
        japan = overnight * returns[t - 1, 1] + own[t, 0]
        returns[t] = japan, same_day * japan + own[t, 1]

    index = pd.bdate_range("2010-01-04", periods=periods, name="date")
    frame = pd.DataFrame(returns[1:], index, list(_DAILY))
    panel = Panel(frame, _DAILY, "simulated markets on two clocks")
    return panel, _two_clock_truth(same_day, overnight, horizon)


# -- the truth, from the equations ---------------------------------------------------------------


def _loop_equations(path_gain: float, us_follows_jgb: float) -> np.ndarray:
    """Structural matrices (A0, A1), shape (2, K, K), of A0 y_t = A1 y_{t-1} + e_t, unit variance.

    Sizes are those of Japan's monthly data: per cent for prices, percentage points for yields.
    """
    oil, us, yen, imports, cpi, jgb = range(6)
    own_lag = np.array([0.2, 0.2, 0.25, 0.3, 0.2, 0.1])
    sd = np.array([8.0, 0.20, 2.2, 1.2, 0.15, 0.06])
    now = np.zeros((6, 6))
    before = np.diag(own_lag)
    now[us, oil] = 0.004
    now[yen, us] = 4.0
    now[imports, [oil, yen]] = 0.05, 0.35
    before[imports, [oil, yen]] = 0.05, 0.21
    now[cpi, imports], before[cpi, imports] = 0.03, 0.05
    now[jgb, [us, cpi]], before[jgb, cpi] = (0.15, 0.20), 0.16
    before[us, jgb] = us_follows_jgb

    reactions = (now + before) / (1 - own_lag)[:, None]
    to_jgb = reactions[imports, yen] * reactions[cpi, imports] * reactions[jgb, cpi]
    before[yen, jgb] = path_gain * (1 - own_lag[yen]) / to_jgb
    equations: np.ndarray = np.stack([np.eye(6) - now, before]) / sd[:, None]
    return equations


def _loop_truth(
    equations: np.ndarray, lags: np.ndarray, impact: np.ndarray, horizon: int
) -> LoopTruth:
    """Gains by stepping through the equations with the others held at zero, or let free."""
    present, past = equations
    everything = np.arange(len(LOOP_NAMES))
    node = LOOP_NAMES.index(LOOP_CYCLE[0])
    held, closed, domestic = (
        _own_response(present, past, node, moving, horizon).cumsum()
        for moving in (np.array([node]), everything, everything[2:])
    )
    long_run = np.linalg.inv(present - past)
    own_long_run = 1 / (present - past)[node, node]
    edges = _long_run_edges(present - past)
    around = zip((*LOOP_CYCLE[1:], LOOP_CYCLE[0]), LOOP_CYCLE, strict=True)
    return LoopTruth(
        lags=lags,
        impact=impact,
        node=LOOP_CYCLE[0],
        gain=1 - held / closed,
        domestic_gain=1 - held / domestic,
        long_run_gain=float(1 - own_long_run / long_run[node, node]),
        path_gain=float(np.prod([edges.get(pair, 0.0) for pair in around])),
        edges=edges,
    )


def _own_response(
    present: np.ndarray, past: np.ndarray, node: int, moving: np.ndarray, horizon: int
) -> np.ndarray:
    """Response of the node to its own shock when only ``moving`` variables may react."""
    a0, a1 = (m[np.ix_(moving, moving)] for m in (present, past))
    own = int(np.flatnonzero(moving == node)[0])
    state = np.linalg.solve(a0, np.eye(len(moving))[own])
    response = [state[own]]
    for _ in range(horizon):
        state = np.linalg.solve(a0, a1 @ state)
        response.append(state[own])
    return np.array(response)


def _long_run_edges(total: np.ndarray) -> dict[tuple[str, str], float]:
    """-A_ij(1) / A_ii(1) of every reaction that is not zero, by (target, source)."""
    return {
        (target, source): float(-total[i, j] / total[i, i])
        for i, target in enumerate(LOOP_NAMES)
        for j, source in enumerate(LOOP_NAMES)
        if i != j and total[i, j] != 0
    }


def _two_clock_truth(same_day: float, overnight: float, horizon: int) -> TwoClockTruth:
    """Forecast error variance shares of the true system, in the order of the clocks."""
    impact = np.array([[1.0, 0.0], [same_day, 1.0]])
    lag = impact @ np.array([[0.0, overnight], [0.0, 0.0]])
    responses = np.stack([np.linalg.matrix_power(lag, h) @ impact for h in range(horizon)])
    variance = (responses**2).sum(0)
    share = 100 * variance / variance.sum(1, keepdims=True)
    return TwoClockTruth(same_day, overnight, float(share[1, 0]), float(share[0, 1]))


# -- what the simulated columns are --------------------------------------------------------------


def _panel_of_changes(values: np.ndarray) -> Panel:
    index = pd.period_range("1999-01", periods=len(values), freq="M")
    frame = pd.DataFrame(values, index, list(LOOP_NAMES))
    return Panel(frame, {name: _CHANGES[name] for name in LOOP_NAMES}, "simulated loop")


def _price(name: str, label: str) -> Column:
    return Column(
        name, label, "%", "simulated", transform="100 x log change", response_unit="%",
        differenced=True,
    )  # fmt: skip


def _yield(name: str, label: str) -> Column:
    return Column(
        name, label, "pp", "simulated", transform="change", response_unit="bp",
        response_scale=100.0, differenced=True,
    )  # fmt: skip


_CHANGES = {
    "brent": _price("brent", "Oil price"),
    "us10y": _yield("us10y", "US 10-year yield"),
    "usdjpy_tokyo": _price("usdjpy_tokyo", "Yen per dollar"),
    "import_price_yen": _price("import_price_yen", "Import prices"),
    "cpi_core": _price("cpi_core", "Core CPI"),
    "jgb10y": _yield("jgb10y", "JGB 10-year yield"),
}

_DAILY = {
    "japan": Column(
        "japan", "Japan", "%", "simulated", frequency="daily", observed="end",
        clock="15:30 Asia/Tokyo", market=True, transform="100 x log change",
    ),
    "us": Column(
        "us", "United States", "%", "simulated", frequency="daily", observed="end",
        clock="16:00 America/New_York", market=True, transform="100 x log change",
    ),
}  # fmt: skip
