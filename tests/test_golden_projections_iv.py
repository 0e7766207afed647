"""Proves that multipliers, responses by state, smooth projections are those of published work."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.estimation.projection_iv import ahead, k_class, partial_out
from yenloop.estimation.projection_state import interact, lagged_state, logistic
from yenloop.estimation.smooth_projection import Stacked, choose, smooth, spline_basis
from yenloop.models.projection_errors import EqualWeightedCosines
from yenloop.models.projections_iv import InstrumentedProjections
from yenloop.models.projections_state import State, StateProjections
from yenloop.models.smooth_projections import SmoothProjections

twin = SimpleNamespace(
    **runpy.run_path(str(Path(__file__).parent / "twins" / "smooth_projection.py"))
)

WAR = ("1941Q3", "1945Q4")
SPEC = {"shock": "g", "variables": ("y", "g"), "lags": 4}
#: How published numbers are scaled: the standard deviation of the policy rate's innovation.
BB_SCALE = 0.802327024988408


@pytest.fixture(scope="module")
def ramey_zubairy(golden):
    """Quarterly US data; the state is slack in the same quarter."""
    data = golden("lp_inference_gk_rz").frame("data_rz.csv")
    data.index = pd.period_range("1889Q1", periods=len(data), freq="Q")
    slack = data["slack"].map({"True": 1.0, "False": 0.0, True: 1.0, False: 0.0})
    return data[["newsy", "y", "g"]].assign(slack=slack)


MULTIPLIERS = {
    "RZ cumulative multipliers, military news, full": (("newsy",), (), (0, 8, 16)),
    "two instruments (newsy, g), horizons": (("newsy", "g"), (), (1, 8, 16)),
    "excluding WWII, newsy,": (("newsy",), (WAR,), (0, 8, 16)),
    "excluding WWII, two instruments": (("newsy", "g"), (WAR,), (1, 8, 16)),
}


@pytest.mark.golden
@pytest.mark.parametrize("target", MULTIPLIERS)
def test_multipliers_of_ramey_and_zubairy(golden, ramey_zubairy, target):
    instruments, exclude, horizons = MULTIPLIERS[target]
    data = ramey_zubairy.drop(columns="slack")
    spec = InstrumentedProjections(instruments=instruments, exclude=exclude, **SPEC)
    found = spec.fit(data).multiplier(16).point[list(horizons), 0]
    expected = golden("lp_inference_gk_rz").target(target)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-8)


@pytest.mark.golden
@pytest.mark.parametrize(
    ("target", "instruments", "horizons"),
    [
        ("EWC s.e. of these", ("newsy",), (0, 8, 16)),
        ("EWC s.e., two instruments", ("newsy", "g"), (1, 8, 16)),
    ],
)
def test_errors_with_residuals_at_the_actual_regressor(
    golden, ramey_zubairy, target, instruments, horizons
):
    data = ramey_zubairy.drop(columns="slack")
    spec = InstrumentedProjections(instruments=instruments, errors=EqualWeightedCosines(), **SPEC)
    found = spec.fit(data).multiplier(16).std_error[list(horizons), 0]
    expected = golden("lp_inference_gk_rz").target(target)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)


@pytest.mark.golden
@pytest.mark.parametrize(
    ("exclude", "high", "low"),
    [
        ((), "state-dependent (slack) multipliers", "low-unemployment state"),
        (
            (WAR,),
            "state-dependent excluding WWII, high",
            "state-dependent excluding WWII, low",
        ),
    ],
)
def test_multipliers_by_state_of_the_quarter_before(golden, ramey_zubairy, exclude, high, low):
    case = golden("lp_inference_gk_rz")
    spec = StateProjections(
        instruments=("newsy", "g"),
        state=State("slack", 0.5, high="slack", low="no slack"),
        exclude=exclude,
        **SPEC,
    )
    found = spec.fit(ramey_zubairy).multiplier(16).regimes
    for regime, target in (("slack", high), ("no slack", low)):
        estimates = found[regime].point[[1, 8, 16], 0]
        np.testing.assert_allclose(estimates, case.target(target), rtol=0, atol=3e-8)


@pytest.mark.golden
def test_smooth_transition_of_lpirfs(golden):
    """Shock: government spending; growth falls from F = 1 (lpirfs' regime 1) to F = 0.

    lpirfs' own F is one less ours; its constant and exogenous terms do not differ by regime.
    """
    case = golden("jorda_2005_lpirfs")
    data = case.frame("data_ag2012.csv").iloc[6:].reset_index(drop=True)
    y, growth = data[["Gov", "Tax", "GDP"]].to_numpy(), data["GDP_MA"].to_numpy()
    lags = 4
    shares = logistic(lagged_state(growth, lags), 0.8, 3.0)
    past = np.hstack([y[lags - lag : -lag] for lag in (1, 2, 3)])
    exogenous = np.column_stack([growth[lags - lag : -lag] for lag in range(1, lags + 1)])
    controls = np.hstack([np.ones((len(shares), 1)), interact(shares, past), exogenous])
    x = interact(shares, y[lags:, :1])
    found = np.empty((20, 3, 2))
    for h in range(20):
        outcome = ahead(y[lags:], h)
        there = np.isfinite(outcome[:, 0])
        parts = partial_out(outcome[there], x[there], x[there], controls[there])
        found[h] = [k_class(part).coefficients for part in parts]
    for regime in (0, 1):
        expected = case.target(f"lp_nl_iv regime {regime + 1} mean")
        np.testing.assert_allclose(found[..., regime], expected, rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def barnichon_brownlees(golden):
    case = golden("smooth_lp_barnichon_brownlees")
    data = case.frame()[["ir", "pi", "yg"]]
    data.index = pd.period_range("1959Q1", periods=len(data), freq="Q")
    return case, data


def stacked(data: pd.DataFrame, horizons: int = 20, lags: int = 4) -> tuple[Stacked, int]:
    """Response of output growth to the policy rate, horizons from 1, net of the controls."""
    values, rows = data.to_numpy(), len(data) - lags
    past = np.hstack([values[lags - lag : -lag] for lag in range(1, lags + 1)])
    controls = np.column_stack([np.ones(rows), values[lags:, 1:], past])
    shape = rows, horizons
    response, shock, there = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    for h in range(1, horizons + 1):
        outcome = ahead(values[lags:, 2:], h)
        own = np.isfinite(outcome[:, 0])
        x = values[lags:, :1][own]
        part = partial_out(outcome[own], x, x, controls[own])[0]
        response[own, h - 1], shock[own, h - 1] = part.response, part.regressors[:, 0]
        there[:, h - 1] = own
    # Published criteria take the rows net of the controls as the data: no leverage of controls.
    return Stacked(response, shock, np.zeros(shape), there), controls.shape[1]


@pytest.mark.golden
def test_smooth_responses_of_barnichon_and_brownlees(barnichon_brownlees):
    case, data = barnichon_brownlees
    spec = SmoothProjections(
        shock="ir", before=("pi", "yg"), lags=4, penalty=194.0, differences=2, weighted=False
    )
    found = spec.fit(data).irf(20, response="yg").point[:, 0, 0] * BB_SCALE
    expected = case.target("response of GDP growth")
    np.testing.assert_allclose(found[[1, 2, 3, 9, 10, 11, 18, 19, 20]], expected, atol=1e-9)


@pytest.mark.golden
def test_criteria_and_the_penalty_that_they_choose(barnichon_brownlees):
    case, data = barnichon_brownlees
    stack, _ = stacked(data)
    grid = 194 * np.arange(1, 10.5, 0.5)
    fits = [smooth(stack, spline_basis(20), one, differences=2) for one in grid]
    found = [fits[0].loocv, fits[0].gcv, fits[0].aic, fits[0].rss]
    np.testing.assert_allclose(found, case.target("LOOCV, GCV, AIC, RSS"), atol=0.0051)
    chosen = [list(grid).index(choose(fits, one).penalty) for one in ("loocv", "gcv", "aic")]
    np.testing.assert_array_equal(chosen, case.target("grid 194"))


@pytest.mark.golden
def test_bands_from_rows_as_independent_data(barnichon_brownlees):
    """Ours add up a period's rows first, which depend on one another; the scores are the same."""
    case, data = barnichon_brownlees
    stack, controls = stacked(data)
    fit = smooth(stack, spline_basis(20), 194.0, differences=2)
    rows = twin.StackedRows(stack, fit, 2, controls)
    white = np.ravel([rows.white(h, 0.90) for h in (0, 9)])
    np.testing.assert_allclose(white, case.target("EHW 90 pct interval"), atol=1e-7)
    cosines = np.ravel([rows.cosines(h, 0.90) for h in (0, 9)])
    np.testing.assert_allclose(cosines, case.target("EWC 90 pct interval"), atol=1e-7)
