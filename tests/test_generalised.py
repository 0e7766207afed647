"""Generalised responses and shares: golden spillover, invariance to order, collapse, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.loop_panel import load_loop_panel
from yenloop.errors import InvalidInferenceError, SpecError
from yenloop.estimation.connectedness import variance_shares
from yenloop.models.generalised import NOT_SHOCKS, Innovations
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR

FEW = ResidualBootstrap(150)


def data(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    errors = rng.standard_normal((250, 3)) @ np.array([[1, 0.5, -0.3], [0, 0.8, 0.5], [0, 0, 0.6]])
    y = np.zeros_like(errors)
    for t in range(1, len(y)):
        y[t] = 0.5 * y[t - 1] + 0.1 * y[t - 1, ::-1] + errors[t]
    index = pd.period_range("2000-01", periods=250, freq="M")
    return pd.DataFrame(y, index=index, columns=["a", "b", "c"])


@pytest.fixture(scope="module")
def reduced():
    return VAR(2).fit(data())


@pytest.mark.golden
def test_the_spillover_of_stock_and_watson(golden) -> None:
    """1e-7: recomputed by an independent route to nine digits."""
    frame = golden("stock_watson_2001").frame(index_col="date")
    frame = frame.set_axis(pd.PeriodIndex(frame.index.str.upper(), freq="Q"), axis=0)
    found = VAR(4).fit(frame[["infl", "unemp", "ff"]]).generalised_fevd(8, inference=FEW)
    assert found.measures().total == pytest.approx(33.8513034, abs=1e-7)
    assert found.total_spillover().loc[8, "estimate"] == pytest.approx(33.8513034, abs=1e-7)


def test_responses_are_those_of_the_formula(reduced) -> None:
    irf = reduced.generalised_irf(5, inference=FEW)
    sigma, a = reduced.covariance, reduced.lag_coefficients
    phi = [np.eye(3), a[0]]
    for _ in range(4):
        phi.append(a[0] @ phi[-1] + a[1] @ phi[-2])
    by_hand = np.stack(phi) @ sigma / np.sqrt(np.diag(sigma))
    np.testing.assert_allclose(irf.point, by_hand, atol=1e-12)


def test_the_first_innovation_is_the_first_shock_of_a_recursive_order(reduced) -> None:
    generalised = reduced.generalised_irf(12, size={"b": 2}, inference=FEW)
    recursive = reduced.identify(Cholesky(["b", "a", "c"]), inference=FEW).irf(12, size={"b": 2})
    for name in ("point", "draws"):
        first, second = (getattr(r.select(shock="b"), name) for r in (generalised, recursive))
        np.testing.assert_allclose(first, second, atol=1e-10)


def test_the_order_of_the_variables_does_not_matter(reduced) -> None:
    order = ["c", "a", "b"]
    other = VAR(2).fit(data()[order])
    for name in order:
        here, there = (
            r.generalised_irf(8, inference=FEW).select(shock=name) for r in (reduced, other)
        )
        np.testing.assert_allclose(there.select(response=list("abc")).point, here.point, atol=1e-10)
    for normalised in (True, False):
        here, there = (
            r.generalised_fevd(8, normalised=normalised, inference=FEW) for r in (reduced, other)
        )
        for name in order:
            moved = there.shares(name)[["a", "b", "c"]]
            np.testing.assert_allclose(moved, here.shares(name), atol=1e-10)


def test_raw_and_normalised_shares(reduced) -> None:
    raw = reduced.generalised_fevd(10, normalised=False, inference=FEW)
    scaled = reduced.generalised_fevd(10, inference=FEW)
    np.testing.assert_allclose(scaled.point.sum(axis=-1), 1, atol=1e-12)
    np.testing.assert_allclose(scaled.draws.sum(axis=-1), 1, atol=1e-12)
    assert (np.abs(raw.point.sum(axis=-1) - 1) > 0.01).all()
    np.testing.assert_allclose(raw.point / raw.point.sum(-1, keepdims=True), scaled.point)
    # One step ahead, the raw share is the squared correlation of the residuals.
    np.testing.assert_allclose(raw.point[0], reduced.residuals.corr() ** 2, atol=1e-10)
    table = variance_shares(reduced.lag_coefficients, reduced.covariance, 10, scheme="generalised")
    np.testing.assert_allclose(scaled.point[-1], table, atol=1e-12)


def test_without_correlation_they_are_the_recursive_ones(reduced) -> None:
    diagonal = np.diag(np.diag(reduced.covariance))
    alone = replace(reduced, covariance=diagonal)
    np.testing.assert_allclose(Innovations().impact(diagonal, None, ()), np.sqrt(diagonal))
    for normalised in (True, False):
        shares = alone.generalised_fevd(6, normalised=normalised, inference=FEW)
        recursive = alone.identify(Cholesky(), inference=FEW).fevd(6)
        np.testing.assert_allclose(shares.point, recursive.point, atol=1e-12)


def test_bands_are_those_of_the_joint_draws(reduced) -> None:
    irf = reduced.generalised_irf(6, inference=FEW, rng=3)
    draws = reduced.draws(FEW, 3)
    deviation = np.sqrt(draws.covariance[:, 1, 1])
    np.testing.assert_allclose(irf.draws[:, 0, 2, 1], draws.covariance[:, 2, 1] / deviation)
    fevd = reduced.generalised_fevd(4, inference=FEW, rng=3)
    bounds = fevd.total_spillover([0.9])
    off = 100 * (fevd.draws.sum((-1, -2)) - np.trace(fevd.draws, axis1=-2, axis2=-1)) / 3
    np.testing.assert_allclose(bounds["low_90"], np.quantile(off, 0.05, axis=0))
    np.testing.assert_allclose(bounds["high_90"], np.quantile(off, 0.95, axis=0))


def test_results_say_that_they_are_not_about_shocks(reduced) -> None:
    irf = reduced.generalised_irf(6, size={"a": 1}, inference=FEW)
    fevd = reduced.generalised_fevd(6, inference=FEW)
    for result in (irf, fevd):
        assert NOT_SHOCKS in result.notes()
        assert "pesaran_shin1998" in result.cite()
    assert irf.sizes["a"] == "Innovation in a of +1 unit on impact"
    assert irf.sizes["b"].startswith("One-standard-deviation innovation in b (+")
    assert set(irf.tidy()["statistic"]) == {"generalised_irf"}
    assert set(fevd.tidy()["statistic"]) == {"generalised_fevd"}
    assert str(irf.summary()).startswith("Generalised responses")
    assert "Total spillover" in str(fevd.summary())


def test_what_needs_shocks_is_refused(reduced) -> None:
    innovations = reduced.identify(Innovations(), inference=FEW)
    for ask in (innovations.historical_decomposition, innovations.counterfactual):
        with pytest.raises(InvalidInferenceError):
            ask()
    raw = reduced.generalised_fevd(4, normalised=False, inference=FEW)
    with pytest.raises(SpecError, match="normalised=True"):
        raw.total_spillover()
    with pytest.raises(SpecError, match="1 or more"):
        reduced.generalised_fevd(0)


def test_charts() -> None:
    reduced = VAR(2).fit(load_loop_panel())
    _, axes = reduced.generalised_irf(12, inference=FEW).plot(shock="usdjpy_tokyo")
    assert axes[1, 2].get_title() == "JGB 10-year yield"
    raw = reduced.generalised_fevd(12, normalised=False, inference=FEW)
    figure, axes = raw.plot()
    assert axes[0, 0].get_ylim()[1] == pytest.approx(102 * raw.point.sum(-1).max())
    assert "Rows do not add up to 100%" in figure.texts[0].get_text()
    _, axes = reduced.generalised_fevd(12, inference=FEW).plot(response="jgb10y")
    assert axes[0, 0].get_ylim() == (0, 100)
