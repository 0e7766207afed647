"""Proves that smooth projections lie between local projections and a polynomial, and say so."""

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import SampleError, SpecError
from yenloop.estimation.smooth_projection import Stacked, smooth, spline_basis
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.projection_errors import EqualWeightedCosines, LagAugmented, NeweyWest
from yenloop.models.projections import LocalProjections
from yenloop.models.smooth_projections import SmoothProjections
from yenloop.models.storage import load

NAMES = ("oil", "yen", "price")


def simulated(periods: int = 240, seed: int = 5) -> Panel:
    """Monthly changes of a recursive VAR(1)."""
    rng = np.random.default_rng(seed)
    lags = np.array([[0.4, 0.0, 0.0], [0.1, 0.3, 0.0], [0.1, 0.15, 0.6]])
    impact = np.array([[2.0, 0.0, 0.0], [0.5, 1.5, 0.0], [0.1, 0.4, 0.6]])
    y = np.zeros((periods + 50, 3))
    for t in range(1, len(y)):
        y[t] = lags @ y[t - 1] + impact @ rng.standard_normal(3)
    frame = pd.DataFrame(y[50:], columns=list(NAMES))
    frame.index = pd.period_range("2000-01", periods=periods, freq="M")
    about = {name: Column(id=name, label=name, unit="%", differenced=True) for name in NAMES}
    return Panel.from_frame(frame, about)


def stack(periods: int = 60, horizons: int = 8, seed: int = 2) -> Stacked:
    rng = np.random.default_rng(seed)
    shape = periods, horizons
    rows = np.arange(periods)[:, None] < periods - np.arange(horizons)
    response, shock = (np.where(rows, rng.standard_normal(shape), 0.0) for _ in range(2))
    return Stacked(response, shock, np.zeros(shape), rows)


def test_basis_has_the_weights_of_cardinal_splines():
    basis = spline_basis(4)
    assert basis.shape == (4, 6)
    np.testing.assert_allclose(basis[2, 2:5], [1 / 6, 2 / 3, 1 / 6], atol=1e-15)
    np.testing.assert_allclose(spline_basis(3, degree=2)[1, 1:3], 0.5)
    np.testing.assert_allclose(basis.sum(axis=1), 1.0)


@pytest.mark.parametrize("errors", [LagAugmented(), NeweyWest(lags=6)])
def test_without_a_penalty_it_is_local_projections(errors):
    panel = simulated()
    spec = SmoothProjections(
        shock="yen", before=("oil",), lags=3, penalty=0.0, weighted=False, errors=errors
    )
    found = spec.fit(panel).irf(8)
    lp = LocalProjections(lags=3, errors=errors).fit(panel)
    expected = lp.irf("yen", 8, scheme=Cholesky(NAMES), size="unit")
    for one in (found, found.unsmoothed):
        np.testing.assert_allclose(one.point, expected.point, atol=1e-10)
        np.testing.assert_allclose(one.std_error, expected.std_error, rtol=1e-8, atol=1e-12)
    assert found.freedom["price"] == pytest.approx(9.0, abs=1e-8)


@pytest.mark.parametrize("differences", [1, 2, 3])
def test_with_a_large_penalty_it_is_a_polynomial(differences):
    """Twin: the regression of all rows on the shock times powers of the horizon."""
    data = stack()
    fit = smooth(data, spline_basis(8), 1e12, differences=differences)
    powers = np.vander(np.arange(8.0), differences, increasing=True)
    x = np.concatenate([np.outer(data.shock[data.rows[:, h], h], powers[h]) for h in range(8)])
    y = np.concatenate([data.response[data.rows[:, h], h] for h in range(8)])
    expected = powers @ np.linalg.lstsq(x, y, rcond=None)[0]
    np.testing.assert_allclose(fit.path, expected, atol=1e-5)
    assert fit.degrees_of_freedom == pytest.approx(differences, abs=1e-4)


def test_cross_validation_leaves_single_rows_out():
    """Twin: the ridge regression of all rows on splines and controls, refitted without each row."""
    rng = np.random.default_rng(1)
    data, horizons, penalty = stack(25, 4), 4, 3.0
    basis = spline_basis(horizons)
    rough = np.diff(np.eye(basis.shape[1]), n=3, axis=0)
    controls = rng.standard_normal((25, 2))
    response, shock, leverage = (np.zeros(data.rows.shape) for _ in range(3))
    design, outcome = [], []
    for h in range(horizons):
        own = data.rows[:, h]
        w = controls[own]
        project = w @ np.linalg.pinv(w)
        leverage[own, h] = np.diag(project)
        for net, raw in ((response, data.response), (shock, data.shock)):
            net[own, h] = raw[own, h] - project @ raw[own, h]
        block = np.zeros((own.sum(), basis.shape[1] + 2 * horizons))
        block[:, : basis.shape[1]] = np.outer(data.shock[own, h], basis[h])
        block[:, basis.shape[1] + 2 * h : basis.shape[1] + 2 * h + 2] = w
        design.append(block)
        outcome.append(data.response[own, h])
    x, y = np.vstack(design), np.concatenate(outcome)
    ridge = np.zeros((x.shape[1],) * 2)
    ridge[: basis.shape[1], : basis.shape[1]] = penalty * rough.T @ rough
    errors = []
    for row in range(len(y)):
        kept = np.delete(np.arange(len(y)), row)
        theta = np.linalg.solve(x[kept].T @ x[kept] + ridge, x[kept].T @ y[kept])
        errors.append(y[row] - x[row] @ theta)
    fit = smooth(Stacked(response, shock, leverage, data.rows), basis, penalty)
    assert fit.loocv == pytest.approx(np.sum(np.square(errors)), rel=1e-8)


@pytest.mark.parametrize("weighted", [True, False])
def test_units_do_not_matter(weighted):
    panel = simulated()
    spec = SmoothProjections(shock="yen", before=("oil",), lags=2, weighted=weighted)
    first = spec.fit(panel).irf(8)
    scaled = panel.frame.assign(price=1000 * panel.frame["price"], yen=panel.frame["yen"] / 50)
    second = spec.fit(Panel.from_frame(scaled, panel.columns)).irf(8)
    np.testing.assert_allclose(second.point[:, 2], 50_000 * first.point[:, 2], rtol=1e-6)
    np.testing.assert_allclose(second.std_error[:, 2], 50_000 * first.std_error[:, 2], rtol=1e-6)
    assert second.freedom["price"] == pytest.approx(first.freedom["price"], rel=1e-6)


def test_known_truth_is_found_more_exactly_than_without_a_penalty():
    """A response that is a quadratic in the horizon, which the penalty leaves as it is."""
    path = 1 + 0.3 * np.arange(16) - 0.02 * np.arange(16) ** 2
    rough, smoothed = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        shock = rng.standard_normal(300)
        price = np.convolve(shock, path)[:300] + 5 * rng.standard_normal(300)
        frame = pd.DataFrame({"yen": shock, "price": price})
        frame.index = pd.period_range("2000-01", periods=300, freq="M")
        found = SmoothProjections(shock="yen", lags=1).fit(frame).irf(15)
        smoothed.append(found.point[:, 1, 0] - path)
        rough.append(found.unsmoothed.point[:, 1, 0] - path)
    assert np.mean(np.square(smoothed)) < 0.8 * np.mean(np.square(rough))


def test_it_is_smoother_and_its_bands_are_said_to_be_too_narrow():
    found = SmoothProjections(shock="yen", before=("oil",), lags=2).fit(simulated()).irf(12)
    roughness = [
        np.abs(np.diff(one.point[:, 2, 0], n=3)).sum() for one in (found, found.unsmoothed)
    ]
    assert roughness[0] < 0.5 * roughness[1]
    words = " ".join(found.notes())
    assert "cover too little" in words
    assert "leave-one-out cross-validation on all horizons at once" in words
    assert set(found.tidy()["band"]) == {"lag-augmented, bias not counted"}
    assert (found.point[0, :2, 0] == [0.0, 1.0]).all()


def test_cosine_bands_take_all_horizons_of_a_period_together():
    cosines = EqualWeightedCosines()
    found = (
        SmoothProjections(shock="yen", before=("oil",), lags=2, errors=cosines)
        .fit(simulated())
        .irf(12, response="price")
    )
    assert (found.std_error[:, 0, 0] > 0).all()
    assert len(set(found.interval.degrees)) == 1


def test_results_are_saved_and_drawn(tmp_path):
    found = SmoothProjections(shock="yen", lags=2).fit(simulated()).irf(6, size={"yen": 10.0})
    again = load(found.save(tmp_path / "result.zip"))
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())
    figure, _ = found.plot(response="price")
    assert figure.axes
    assert "Without penalty" in str(found.summary())
    assert "barnichon_brownlees2019" in found.references


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(SpecError, match="penalty"):
        SmoothProjections(shock="yen", penalty=-1.0)
    with pytest.raises(SpecError, match="penalty"):
        SmoothProjections(shock="yen", penalty="bic")
    fitted = SmoothProjections(shock="yen", lags=2).fit(simulated(60))
    with pytest.raises(SpecError, match="horizon"):
        fitted.irf(3)
    with pytest.raises(SampleError, match="left at horizon"):
        fitted.irf(55)
