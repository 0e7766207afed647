"""Percentile, Hall, percentile-t and normal intervals: stored draws of a paper, then invariance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import InvalidInferenceError
from yenloop.estimation import delta
from yenloop.estimation.response_errors import response_errors
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.long_run import LongRun
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.intervals.delta import DELTA, Delta
from yenloop.models.inference.intervals.expanded_percentile import ExpandedPercentile
from yenloop.models.inference.intervals.hall import Hall
from yenloop.models.inference.intervals.percentile import PERCENTILE, Percentile
from yenloop.models.inference.intervals.percentile_t import PercentileT
from yenloop.models.inference.intervals.protocol import Errors
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR

NAMES = ["a", "b", "c"]
INTERVALS = [PERCENTILE, Hall(), PercentileT(), PercentileT(symmetric=True)]
EVERY = [*(ResidualBootstrap(300, interval=interval) for interval in INTERVALS), DeltaMethod()]
named = pytest.mark.parametrize(
    "inference", EVERY, ids=["percentile", "hall", "percentile-t", "symmetric-t", "delta"]
)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(11)
    mix = np.array([[1.0, 0, 0], [0.4, 0.8, 0], [-0.3, 0.5, 0.6]])
    e = rng.standard_normal((160, 3)) @ mix.T
    y = np.zeros_like(e)
    for t in range(1, 160):
        y[t] = 0.4 * y[t - 1] + 0.15 * y[t - 1, ::-1] + e[t]
    return pd.DataFrame(y, index=pd.period_range("1995-01", periods=160, freq="M"), columns=NAMES)


@pytest.fixture(scope="module")
def reduced(data):
    return VAR(2).fit(data)


# -- stored draws of Kilian and Luetkepohl (2017), figure 12.6 -----------------------------------


@pytest.fixture(scope="module")
def oil(golden):
    """2,000 stored draws of 144 responses, the estimate, and Efron's bounds from the draws."""
    from scipy.io import loadmat

    case = golden("kilian_2009_oil")
    stored = loadmat(case.folder / "efron95.mat")
    point = stored["IRF"].ravel(order="F")
    low, high = (stored[name].ravel(order="F") for name in ("CILO", "CIUP"))
    return case, point, stored["IRFmat"], low, high


def level_of_hazen(level, draws):
    """Our quantiles lie at (R - 1) q of the sorted draws, MATLAB's prctile at R q - 1/2."""
    tail = (draws * (1 - level) / 2 - 0.5) / (draws - 1)
    return 1 - 2 * tail


@pytest.mark.golden
def test_percentiles_of_stored_draws(oil):
    case, point, draws, low, high = oil
    level = level_of_hazen(0.95, len(draws))
    found = PERCENTILE.bounds(point, draws, [level])[level]
    np.testing.assert_allclose(found, [low, high], rtol=0, atol=1e-9)
    names = (
        "Efron percentile interval from the 2000 stored draws: lower (9x16)",
        "Efron percentile interval: upper",
    )
    for bound, name in zip(found, names):
        published = case.target(name)
        np.testing.assert_allclose(bound.reshape(9, 16, order="F"), published, atol=1e-9)


@pytest.mark.golden
def test_halls_interval_of_stored_draws(oil):
    """Reflection of the stored draws to 1e-9; the stored Hall bounds, of other draws, nearly."""
    case, point, draws, low, high = oil
    level = level_of_hazen(0.95, len(draws))
    found = Hall().bounds(point, draws, [level])[level]
    np.testing.assert_allclose(found, [2 * point - high, 2 * point - low], rtol=0, atol=1e-9)
    names = (
        "Hall percentile interval from stored centred draws: lower",
        "Hall percentile interval: upper",
    )
    width = high - low
    for bound, name in zip(found, names):
        published = case.target(name).ravel(order="F")
        # Simulation error of a 2.5% quantile of 2,000 draws, twice: 0.07 widths at most.
        assert (np.abs(bound - published) <= 0.1 * width + 1e-12).all()


@pytest.mark.golden
def test_symmetric_percentile_t_and_the_error_in_the_stored_one(oil):
    """Upper bounds are published; lower bounds as coded used the s.e. of the last draw instead."""
    case, point, *_ = oil
    stored = case.frame("stored_se.csv")
    quantile, error = stored["t95"].to_numpy(), stored["se"].to_numpy()
    # Two draws whose studentised errors are plus and minus the stored quantile.
    draws = point + np.stack([quantile, -quantile]) * error
    low, high = PercentileT(symmetric=True).bounds(
        point, draws, [0.95], Errors(error, np.stack([error, error]))
    )[0.95]
    published = case.target("symmetric percentile-t interval: upper")
    varying = error > 0
    np.testing.assert_allclose(
        high[varying], published.ravel(order="F")[varying], rtol=0, atol=1e-9
    )
    as_coded = case.target("symmetric percentile-t interval AS CODED").ravel(order="F")
    last = stored["se_last_draw"].to_numpy()
    np.testing.assert_allclose(
        (point - quantile * last)[varying], as_coded[varying], rtol=0, atol=1e-9
    )
    assert np.abs(low - as_coded)[varying].max() > 0.01
    np.testing.assert_allclose(high - point, point - low, atol=1e-12)


# -- definitions ---------------------------------------------------------------------------------


def test_each_rule_by_hand():
    rng = np.random.default_rng(0)
    point = np.array([1.0, -2.0])
    draws = point + 0.3 + rng.standard_normal((999, 2)) * [1.0, 5.0]
    errors = Errors(np.array([1.1, 4.8]), rng.uniform(0.8, 1.2, (999, 2)) * [1.0, 5.0])
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    t = (draws - point) / errors.draws
    t_low, t_high = np.quantile(t, [0.05, 0.95], axis=0)
    reach = np.quantile(np.abs(t), 0.9, axis=0) * errors.point
    expected = [
        (low, high),
        (2 * point - high, 2 * point - low),
        (point - t_high * errors.point, point - t_low * errors.point),
        (point - reach, point + reach),
    ]
    for interval, bounds in zip(INTERVALS, expected):
        found = interval.bounds(point, draws, [0.5, 0.9], errors)
        np.testing.assert_allclose(found[0.9], bounds, rtol=1e-12)
        assert (found[0.5][0] > found[0.9][0]).all()
        np.testing.assert_allclose(
            interval.std_error(point, draws), draws.std(axis=0, ddof=1), rtol=1e-12
        )
    with pytest.raises(ValueError, match="standard error of each draw"):
        PercentileT().bounds(point, draws, [0.9])


def test_hall_takes_out_the_bias_that_percentiles_put_in_twice():
    rng = np.random.default_rng(1)
    estimate = np.array([0.8])  # of a truth of 1.0: the estimator is biased by -0.2
    draws = estimate - 0.2 + 0.1 * rng.standard_normal((4000, 1))
    low, high = Hall().bounds(estimate, draws, [0.9])[0.9]
    assert low < 1.0 < high
    low, high = PERCENTILE.bounds(estimate, draws, [0.9])[0.9]
    assert high < 1.0


def test_normal_bounds_from_pairs():
    """g = (a, a b, 7) of two parameters with standard errors 0.1 and 0.2 and correlation 0.5."""
    covariance = np.array([[0.01, 0.01], [0.01, 0.04]])
    a, b = 2.0, 3.0
    moves = delta.STEP * delta.root(covariance).T
    pairs = np.array([a, b]) + np.concatenate([moves, -moves])
    draws = np.column_stack([pairs[:, 0], pairs.prod(axis=1), np.full(4, 7.0)])
    point = np.array([a, a * b, 7.0])
    gradient = np.array([b, a])
    expected = [0.1, np.sqrt(gradient @ covariance @ gradient), 0.0]
    np.testing.assert_allclose(Delta().std_error(point, draws), expected, rtol=1e-8, atol=1e-12)
    low, high = DELTA.bounds(point, draws, [0.95])[0.95]
    np.testing.assert_allclose(high - low, 2 * 1.959963984540054 * np.array(expected), atol=1e-7)


def test_draws_that_are_missing_are_left_out():
    draws = np.random.default_rng(4).standard_normal((500, 3))
    draws[:100, 1] = np.nan
    errors = Errors(np.ones(3), np.where(np.isnan(draws), np.nan, 1.0))
    for interval in INTERVALS:
        found = interval.bounds(np.full(3, 0.1), draws, [0.9], errors)[0.9]
        alone = interval.bounds(
            np.full(1, 0.1),
            draws[100:, 1:2],
            [0.9],
            Errors(np.ones(1), np.ones((400, 1))),
        )[0.9]
        np.testing.assert_allclose(np.array(found)[:, 1], np.array(alone)[:, 0], rtol=1e-12)


# -- standard errors within each draw ------------------------------------------------------------


@pytest.mark.parametrize("scheme", [Cholesky(), LongRun()], ids=["cholesky", "long run"])
@pytest.mark.parametrize("size", ["1sd", "unit"])
def test_closed_form_errors_are_those_by_differences(scheme, size):
    """For stable draws and one close to a unit root; part of the variables cumulated."""
    rng = np.random.default_rng(8)
    p, k, nobs, horizon = 3, 3, 90, 10
    lags = 0.08 * rng.standard_normal((4, p, k, k))
    lags[:, 0] += np.array([0.3, 0.5, 0.0, 0.75])[:, None, None] * np.eye(k)
    root = rng.standard_normal((4, k, k))
    covariance = root @ root.swapaxes(1, 2) + np.eye(k)
    cumulated = np.array([True, False, False])

    def impact(covariance, lags):
        found = scheme.impact(covariance, lags, NAMES)
        own = np.diagonal(found, axis1=-2, axis2=-1)[..., None, :]
        return found if size == "1sd" else found / own

    found = response_errors(lags, covariance, impact, cumulated, nobs=nobs, horizon=horizon)
    for r in range(4):
        moments = implied_moments(lags[r], covariance[r], nobs)
        joint = delta.normal_covariance(
            np.kron(covariance[r], np.linalg.inv(moments)), covariance[r], nobs
        )
        moved = delta.perturbed(lags[r], np.zeros((k, 0)), covariance[r], delta.root(joint))
        responses = impulse_responses(moved.lags, impact(moved.covariance, moved.lags), horizon)
        responses[:, :, cumulated] = np.cumsum(responses[:, :, cumulated], axis=1)
        expected = DELTA.std_error(np.zeros(responses.shape[1:]), responses)
        np.testing.assert_allclose(found[r], expected, rtol=1e-6, atol=1e-8)


def implied_moments(lags, covariance, nobs):
    """sum_t E x_t x_t' by following the covariance of the state from p periods before."""
    p, k, _ = lags.shape
    companion = np.zeros((k * p, k * p))
    companion[:k] = np.hstack(list(lags))
    companion[k:, :-k] = np.eye(k * (p - 1))
    state = np.zeros((k * p, k * p))
    total = np.zeros_like(state)
    for t in range(1, nobs + p):
        state = companion @ state @ companion.T
        state[:k, :k] += covariance
        if t >= p:
            total += state
    return total


def test_errors_of_the_estimate_are_close_to_the_delta_methods(reduced):
    """Second moments implied by the parameters stand in for those of the sample."""
    studentised = reduced.identify(
        Cholesky(), inference=ResidualBootstrap(100, interval=PercentileT())
    )
    plain = reduced.identify(Cholesky(), inference=DeltaMethod())
    for cumulative in (False, True):
        found = studentised.irf(12, cumulative=cumulative).errors.point
        expected = plain.irf(12, cumulative=cumulative).std_error
        clear = expected > 1e-6
        np.testing.assert_allclose(found[clear], expected[clear], rtol=0.25)
        np.testing.assert_allclose(found[~clear], 0, atol=1e-6)


def test_errors_travel_with_the_responses_that_are_selected(reduced):
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(200, interval=PercentileT()))
    irf = svar.irf(5, cumulative=False)
    part = irf.select(shock="b", response=["c", "a"])
    for low, whole in zip(part.bands()[0.9], irf.bands()[0.9]):
        np.testing.assert_array_equal(low[..., 0], whole[:, [2, 0], 1])
    assert svar.band == "residual_bootstrap, percentile_t"
    assert "percentile-t" in " ".join(svar.notes())
    assert ResidualBootstrap(200).interval.needs_errors is False
    assert reduced.identify(Cholesky(), inference=ResidualBootstrap(100)).irf(2).errors is None


def test_a_model_that_is_not_plain_least_squares_is_not_studentised(data, monkeypatch):
    reduced = VAR(1).fit(data)
    monkeypatch.setattr(type(reduced), "plain_least_squares", property(lambda self: False))
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(100, interval=PercentileT()))
    monkeypatch.setattr(
        type(svar), "draws", reduced.identify(Cholesky(), inference=DeltaMethod()).draws
    )
    with pytest.raises(InvalidInferenceError, match="plain least squares"):
        svar.irf(3)


# -- what every interval must do -----------------------------------------------------------------


@named
def test_a_change_of_unit_changes_the_unit_of_the_bounds(data, reduced, inference):
    """Times 100 and times 1/1000: same draws, bounds in the new unit."""
    factor = np.array([100.0, 1.0, 1e-3])
    base = reduced.identify(Cholesky(), inference=inference).irf(8, cumulative=False)
    moved = VAR(2).fit(data * factor).identify(Cholesky(), inference=inference)
    scaled = moved.irf(8, cumulative=False)
    for level, bounds in base.bands().items():
        for before, after in zip(bounds, scaled.bands()[level]):
            reach = np.abs(before).max() * factor[:, None]
            assert (np.abs(after - before * factor[:, None]) < 1e-6 * reach).all()


@named
def test_the_order_of_the_columns_does_not_matter(data, reduced, inference):
    base = reduced.identify(Cholesky(NAMES), inference=inference).irf(8, cumulative=False)
    moved = VAR(2).fit(data[["c", "a", "b"]]).identify(Cholesky(NAMES), inference=inference)
    other = moved.irf(8, cumulative=False).select(shock=NAMES, response=NAMES)
    for level, bounds in base.bands().items():
        for before, after in zip(bounds, other.bands()[level]):
            np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-7)


@named
def test_a_cumulated_band_is_not_the_sum_of_bounds(reduced, inference):
    """It is that of the cumulated draws, and narrower: errors of the months offset each other."""
    svar = reduced.identify(Cholesky(), inference=inference)
    months, levels = svar.irf(12, cumulative=False), svar.irf(12, cumulative=True)
    np.testing.assert_allclose(levels.draws, months.draws.cumsum(axis=1), atol=1e-12)
    low, high = levels.bands([0.9])[0.9]
    summed = [bound.cumsum(axis=0) for bound in months.bands([0.9])[0.9]]
    assert ((high - low)[12] < 0.95 * (summed[1] - summed[0])[12]).all()


@named
def test_what_the_size_or_the_scheme_fixes_has_no_width(reduced, inference):
    irf = reduced.identify(Cholesky(), inference=inference).irf(4, size="unit", cumulative=False)
    low, high = irf.bands([0.9])[0.9]
    np.testing.assert_allclose((high - low)[0][np.diag_indices(3)], 0, atol=1e-9)
    np.testing.assert_allclose((high - low)[0][np.triu_indices(3, 1)], 0, atol=1e-9)
    assert ((high - low)[1] > 0.01).all()
    assert np.isfinite([low, high]).all()


@named
def test_bounds_are_nested_and_hold_the_estimate_of_a_stationary_var(reduced, inference):
    irf = reduced.identify(Cholesky(), inference=inference).irf(3, cumulative=False)
    wide, narrow = irf.bands([0.9])[0.9], irf.bands([0.68])[0.68]
    assert (wide[0] <= narrow[0] + 1e-12).all()
    assert (wide[1] >= narrow[1] - 1e-12).all()
    assert ((wide[0] - 1e-9 <= irf.point) & (irf.point <= wide[1] + 1e-9)).mean() > 0.95


def test_percentile_t_covers_an_autoregression_better_than_percentiles():
    """AR(1) with 0.9, T = 60, response after 4 periods: 80 samples, nominal 90%."""
    rng = np.random.default_rng(6)
    index = pd.period_range("2000-01", periods=61, freq="M")
    hits = {interval.name: 0 for interval in INTERVALS[:3]}
    for sample in range(80):
        y = np.zeros(161)
        for t in range(1, 161):
            y[t] = 0.9 * y[t - 1] + rng.standard_normal()
        reduced = VAR(1).fit(pd.DataFrame({"y": y[-61:]}, index=index))
        for interval in INTERVALS[:3]:
            bands = ResidualBootstrap(200, interval=interval)
            irf = reduced.identify(Cholesky(), inference=bands, rng=sample)
            low, high = irf.irf(4, size="unit", cumulative=False).bands([0.9])[0.9]
            hits[interval.name] += bool(low[4, 0, 0] <= 0.9**4 <= high[4, 0, 0])
    assert hits["percentile_t"] > hits["percentile"] + 10
    assert hits["percentile_t"] >= 0.80 * 80


def test_intervals_that_a_band_does_not_go_with_are_refused(reduced):
    corrected = reduced.identify(Cholesky(), inference=BiasCorrectedBootstrap(100, interval=Hall()))
    with pytest.raises(InvalidInferenceError, match="correction would be made twice"):
        corrected.irf(2)
    studentised = ResidualBootstrap(100, interval=PercentileT())
    with pytest.raises(InvalidInferenceError, match="by percentile t.*derived for responses only"):
        reduced.identify(Cholesky(), inference=studentised).fevd(2)
    hall = reduced.identify(Cholesky(), inference=BlockBootstrap(100, interval=Hall()))
    assert hall.fevd(2).band == "block_bootstrap, hall"
    with pytest.raises(InvalidInferenceError, match="takes the draws as they are"):
        hall.require_valid("pass_through")


def test_units_of_the_panel_reach_the_errors_within_each_draw(data):
    """Yields in percentage points are shown in basis points, standard errors with them."""
    columns = {name: Column(name, name, "%") for name in ("a", "c")}
    columns["b"] = Column("b", "b", "pp", response_unit="bp", response_scale=100.0)
    panel = Panel.from_frame(data, columns=columns)
    inference = ResidualBootstrap(100, interval=PercentileT())
    shown = VAR(1).fit(panel).identify(Cholesky(), inference=inference).irf(3, cumulative=False)
    plain = VAR(1).fit(data).identify(Cholesky(), inference=inference).irf(3, cumulative=False)
    for after, before in zip(shown.bands()[0.9], plain.bands()[0.9]):
        np.testing.assert_allclose(after[:, 1], 100 * before[:, 1], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(after[:, 0], before[:, 0], rtol=1e-9, atol=1e-12)


def test_percentiles_of_few_pieces_are_expanded_as_hesterberg_does():
    """Table 3 of his article: nominal 95% of n = 10 takes quantiles at 0.86%, n = 20 at 1.59%."""
    for pieces, tail in ((10, 0.0086), (20, 0.0159)):
        assert (1 - ExpandedPercentile(pieces).expanded(0.95)) / 2 == pytest.approx(tail, abs=1e-4)
    assert ExpandedPercentile(1e9).expanded(0.9) == pytest.approx(0.9, abs=1e-8)
    draws = np.random.default_rng(4).standard_normal((4000, 3))
    low, high = ExpandedPercentile(9.0).bounds(np.zeros(3), draws, [0.9])[0.9]
    level = ExpandedPercentile(9.0).expanded(0.9)
    expected = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    np.testing.assert_array_equal([low, high], expected)


def test_expanded_percentiles_hold_the_mean_of_few_normals_at_their_level():
    rng = np.random.default_rng(8)
    held = {Percentile(): 0, ExpandedPercentile(8.0): 0}
    for _ in range(1500):
        sample = rng.standard_normal(8)
        draws = sample[rng.integers(0, 8, (400, 8))].mean(axis=1)[:, None]
        for rule in held:
            low, high = rule.bounds(np.zeros(1), draws, [0.9])[0.9]
            held[rule] += int(low[0] <= 0 <= high[0])
    assert held[Percentile()] / 1500 < 0.84
    assert held[ExpandedPercentile(8.0)] / 1500 == pytest.approx(0.90, abs=0.025)


def test_a_bootstrap_in_blocks_expands_for_the_whole_blocks_of_its_degrees_of_freedom():
    months = pd.period_range("2000-01", periods=182, freq="M")
    data = pd.DataFrame(np.random.default_rng(3).standard_normal((182, 3)), months, list("abc"))
    reduced = VAR(2).fit(data)  # 180 periods, 7 coefficients an equation
    blocks = BlockBootstrap(100, block_length=20)
    assert blocks.interval_for(reduced) == ExpandedPercentile(8.0)
    assert BlockBootstrap(100, block_length=170).interval_for(reduced) == ExpandedPercentile(2.0)
    assert BlockBootstrap(100, block_length=1).interval_for(reduced) == Percentile()
    assert BiasCorrectedBootstrap(100).interval_for(reduced) == Percentile()
    corrected = BiasCorrectedBootstrap(100, block_length=20)
    assert corrected.interval_for(reduced) == ExpandedPercentile(8.0)
    assert BlockBootstrap(100, interval=Hall()).interval_for(reduced) == Hall()
