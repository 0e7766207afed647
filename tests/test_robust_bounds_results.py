"""Robust bounds as a result: collapse to a point, draws in their sets, sizes, sums, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import yenloop
from yenloop.data.panel import Column, Panel
from yenloop.errors import InvalidInferenceError, NotIdentifiedError, SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.narrative import LargestContribution, ShockSign
from yenloop.models.identification.sign_restrictions import Sign, ZeroResponse
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.posterior import Posterior
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.robust_bounds import RobustBounds
from yenloop.models.structural import StructuralVAR
from yenloop.models.var import VAR

NAMES = ("yen", "cpi", "jgb")
COLUMNS = {
    "yen": Column("yen", "Yen", "%", transform="100 x log difference", differenced=True),
    "cpi": Column("cpi", "Core CPI", "%", differenced=True),
    "jgb": Column("jgb", "JGB yield", "pp", response_unit="bp", response_scale=100),
}
YEN = (Sign("yen", "yen", "+", range(2)), Sign("yen", "cpi", "+", range(3)))
MONEY = (Sign("money", "jgb", "+", range(2)), Sign("money", "yen", "-"), Sign("money", "cpi", "-"))
DRAWS = 150


@pytest.fixture(scope="module")
def reduced():
    rng = np.random.default_rng(1)
    impact = np.array([[2.0, 0.1, -0.4], [0.3, 0.2, -0.1], [0.01, 0.0, 0.08]])
    lags = np.array([[0.2, 0.3, -2.0], [0.05, 0.4, -0.2], [0.0, 0.01, 0.5]])
    y = np.zeros((240, 3))
    for t in range(1, 240):
        y[t] = lags @ y[t - 1] + impact @ rng.standard_normal(3)
    frame = pd.DataFrame(y, pd.period_range("2000-01", periods=240, freq="M"), list(NAMES))
    return VAR(2).fit(Panel.from_frame(frame, COLUMNS))


def identified(reduced, restrictions, *, draws: int = DRAWS, rng: int = 3, **options):
    options = {"own": {"money": "jgb"}} | options if restrictions != YEN else options
    scheme = SignRestrictions(restrictions, rotations=50, **options)
    return reduced.identify(scheme, inference=Posterior(draws), rng=rng)


@pytest.fixture(scope="module")
def one(reduced) -> StructuralVAR:
    return identified(reduced, YEN)


@pytest.fixture(scope="module")
def bounds(one) -> RobustBounds:
    return one.robust_bounds(12)


@pytest.fixture(scope="module")
def both(reduced) -> StructuralVAR:
    return identified(reduced, (*YEN, *MONEY))


def test_zeros_that_identify_a_shock_leave_its_cholesky_responses(reduced) -> None:
    """In every draw; the region is then the shortest credible interval, the prior adds nothing."""
    exact = (ZeroResponse("jgb", "yen"), ZeroResponse("jgb", "cpi"), Sign("jgb", "jgb", "+"))
    svar = identified(reduced, exact, own=None)
    found = svar.robust_bounds(8)
    recursive = reduced.identify(Cholesky(), inference=Posterior(DRAWS), rng=3)
    expected = recursive.irf(8).select(shock="jgb").draws[..., 0]
    np.testing.assert_allclose(found.lower, expected, rtol=0, atol=1e-7)
    np.testing.assert_allclose(found.upper, expected, rtol=0, atol=1e-7)
    assert found.exact
    assert found.plausibility == 1
    lowest, highest = found.means
    np.testing.assert_allclose(lowest, highest, rtol=0, atol=1e-7)
    assert np.abs(found.informativeness([0.9])[0.9][3:]).max() < 0.3  # shortest, equal-tailed


def test_a_draw_lies_in_the_set_of_its_own_reduced_form(one, bounds) -> None:
    assert one.draws.rotations.without == 0
    draws = one.irf(12).select(shock="yen").draws[..., 0]
    assert (draws >= bounds.lower - 1e-9).all()
    assert (draws <= bounds.upper + 1e-9).all()
    point = one.irf(12).select(shock="yen").point[..., 0]
    assert (point >= bounds.estimated[0] - 1e-9).all()
    assert (point <= bounds.estimated[1] + 1e-9).all()


def test_ends_are_those_of_many_rotations(reduced, one, bounds) -> None:
    """At the estimate, of responses cumulated and in the units of the chart."""
    factor = np.linalg.cholesky(reduced.covariance)
    rng = np.random.default_rng(0)
    q = rng.standard_normal((200_000, 3))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    psi = [np.eye(3)]
    for h in range(1, 13):
        psi.append(sum(reduced.lag_coefficients[i] @ psi[h - 1 - i] for i in range(min(h, 2))))
    responses = np.array([p @ factor @ q.T for p in psi])  # horizon, variable, rotation
    kept = (responses[:2, 0] > 0).all(axis=0) & (responses[:3, 1] > 0).all(axis=0)
    responses = responses[:, :, kept]
    responses[:, :2] = responses[:, :2].cumsum(axis=0)
    responses[:, 2] *= 100
    width = bounds.estimated[1] - bounds.estimated[0]
    assert (responses.min(axis=-1) >= bounds.estimated[0] - 1e-9).all()
    assert (responses.max(axis=-1) <= bounds.estimated[1] + 1e-9).all()
    assert (np.ptp(responses, axis=-1) > 0.97 * width).all()


def test_regions_hold_their_share_of_whole_sets(bounds) -> None:
    """They nest, hold the band's mass and are wider than what one prior shows on average."""
    for level, (low, high) in bounds.region((0.5, 0.68, 0.9)).items():
        held = ((bounds.lower >= low) & (bounds.upper <= high)).mean(axis=0)
        assert (held >= level).all()
        inside = (bounds.single_prior.draws[..., 0] >= low - 1e-9) & (
            bounds.single_prior.draws[..., 0] <= high + 1e-9
        )
        assert (inside.mean(axis=0) >= level).all()
        assert bounds.informativeness([level])[level].mean() > 0.05
    lowest, highest = bounds.means
    mean = bounds.single_prior.draws[..., 0].mean(axis=0)
    assert (lowest <= mean).all()
    assert (mean <= highest).all()
    assert bounds.contains(mean, 0.9).all()
    assert not bounds.contains(1e9, 0.9).any()


def test_the_probability_of_a_set_is_that_of_satisfying_the_restrictions(reduced) -> None:
    """Zeros leave one direction: its sign a year later is positive or it is not."""
    exact = (ZeroResponse("jgb", "yen"), ZeroResponse("jgb", "cpi"), Sign("jgb", "jgb", "+"))
    recursive = reduced.identify(Cholesky(), inference=Posterior(400), rng=3)
    later = recursive.irf(4, cumulative=False).select(shock="jgb", response="cpi").draws[:, :, 0, 0]
    horizon = int(np.abs((later[:, 1:] > 0).mean(axis=0) - 0.5).argmin()) + 1
    share = (later[:, horizon] > 0).mean()
    sign = "+" if later[:, horizon].mean() > 0 else "-"
    restricted = (*exact, Sign("jgb", "cpi", sign, horizon))
    svar = identified(reduced, restricted, own=None, draws=400, max_attempts=500)
    found = svar.robust_bounds(4)
    assert found.plausibility == pytest.approx(share if sign == "+" else 1 - share)
    assert found.plausibility < 0.95


def test_a_size_scales_the_set_of_ratios(one) -> None:
    """Linear in the size, fixed on impact; without bound where the own response can vanish."""
    ten, unit = one.robust_bounds(3, size={"yen": -10}), one.robust_bounds(3, size="unit")
    np.testing.assert_allclose(ten.lower[:, 0, 0], -10, rtol=1e-14)
    np.testing.assert_allclose(ten.lower, -10 * unit.upper, rtol=1e-12)
    np.testing.assert_allclose(ten.upper, -10 * unit.lower, rtol=1e-12)
    assert np.isinf(unit.upper[:, 0, 1]).mean() > 0.9
    share = unit.informativeness([0.9])[0.9]
    assert np.isnan(share[0, 0])
    assert share[0, 1] == 1
    assert "no end" in " ".join(unit.notes())
    draws = one.irf(3, size="unit").select(shock="yen").draws[..., 0]
    assert (draws >= unit.lower * (1 - 1e-9) - 1e-9).all()
    assert (draws <= unit.upper + 1e-9 * np.abs(draws)).all()


def test_sums_are_chosen_as_in_irf(one, bounds) -> None:
    plain = one.robust_bounds(2, cumulative=False)
    np.testing.assert_allclose(plain.lower[:, 0], bounds.lower[:, 0], rtol=1e-12)
    assert bounds.single_prior.cumulated == {"yen", "cpi"}
    jgb = NAMES.index("jgb")
    np.testing.assert_allclose(plain.upper[..., jgb], bounds.upper[:, :3, jgb], rtol=1e-9)


def test_other_shocks_narrow_the_set_and_the_search_is_reported(one, both) -> None:
    alone, found = one.robust_bounds(6), both.robust_bounds(6, shock="yen")
    assert found.shock == "yen"
    assert not found.exact
    assert found.check.rotations == 50
    assert found.check.shortfall < 0.01
    assert found.check.at_outer > 0.5
    kept = len(found.lower)
    assert kept == round(found.plausibility * DRAWS)
    if kept == DRAWS:
        assert (found.lower >= alone.lower - 1e-7).all()
        assert (found.upper <= alone.upper + 1e-7).all()
    draws = both.irf(6).select(shock="yen").draws[..., 0]
    if len(draws) == kept:
        slack = 1e-6 * (found.upper - found.lower)
        assert (draws >= found.lower - slack).mean() > 0.999
    notes = " ".join(found.notes())
    assert "inner approximation" in notes
    assert "50 rotations" in notes
    assert both.robust_bounds(2, size={"money": 1}).shock == "money"


def test_signs_of_shocks_at_dates_narrow_the_set(reduced, one, bounds) -> None:
    """They are inequalities in the column; in each draw the set can only become smaller."""
    told = identified(reduced, YEN, narrative=[ShockSign("yen", "2008-10", "+")])
    found = told.robust_bounds(12)
    assert found.exact
    assert found.plausibility <= 1
    if found.plausibility == 1:
        assert (found.lower >= bounds.lower - 1e-9).all()
        assert (found.upper <= bounds.upper + 1e-9).all()
        assert (found.upper < bounds.upper - 1e-9).any()
    ranked = identified(reduced, YEN, narrative=[LargestContribution("yen", "cpi", "2008-10")])
    with pytest.raises(InvalidInferenceError, match="ranks the shocks"):
        ranked.robust_bounds(4)


def test_what_leaves_no_set_is_refused(reduced, one) -> None:
    with pytest.raises(NotIdentifiedError, match="'cholesky'"):
        reduced.identify(Cholesky()).robust_bounds(4)
    perturbed = reduced.identify(SignRestrictions(YEN, rotations=8), inference=DeltaMethod())
    with pytest.raises(InvalidInferenceError):
        perturbed.robust_bounds(4)
    with pytest.raises(SpecError):
        one.robust_bounds(-1)
    with pytest.raises(NotIdentifiedError):
        one.robust_bounds(4, shock="jgb")
    with pytest.raises(SpecError):
        one.robust_bounds(4, levels=(90,))
    with pytest.raises(SpecError):
        one.robust_bounds(4, rotations=1)


def test_bands_of_irf_say_where_the_robust_bounds_are(one) -> None:
    assert "robust bounds" in " ".join(one.irf(2).notes())


def test_the_result_is_complete(bounds, both, tmp_path) -> None:
    tidy = bounds.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    kinds = ["robust_region", "irf", "set_of_means", "estimated_set", "prior_informativeness"]
    assert list(dict.fromkeys(tidy["statistic"])) == kinds
    region = tidy[(tidy["statistic"] == "robust_region") & (tidy["response"] == "jgb")]
    assert set(region["unit"]) == {"bp"}
    assert set(region["level"]) == {0.68, 0.9}
    assert list(region["horizon"].unique()) == list(range(13))
    assert (region["conf_low"] < region["conf_high"]).all()
    summary = bounds.summary()
    assert "90% robust region" in str(summary)
    assert "giacomini_kitagawa2021" in bounds.cite()
    again = yenloop.load(bounds.save(tmp_path / "bounds.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), tidy)
    assert again.notes() == bounds.notes()
    found = both.robust_bounds(2, shock="money")
    loaded = yenloop.load(found.save(tmp_path / "search.yenloop"))
    assert loaded.check == found.check


def test_the_chart_shows_both_and_integer_horizons_from_zero(bounds, one) -> None:
    figure, axes = bounds.plot()
    first = axes.flat[0]
    assert first.get_xlim() == (0, 12)
    assert first.get_xticks()[0] == 0
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "90% robust region" in legend
    assert "68% credible, one prior" in legend
    region = bounds.region([0.9])[0.9]
    assert first.get_ylim()[0] <= region[0][:, 0].min()
    assert first.get_ylim()[1] >= region[1][:, 0].max()
    _, axes = bounds.plot(response="jgb")
    assert axes.shape == (1, 1)
    assert axes[0, 0].get_ylabel() == "bp"
    _, axes = one.robust_bounds(3, size="unit").plot()
    assert np.isfinite([ax.get_ylim() for ax in axes.flat[:3]]).all()
