"""The bootstraps draw what their papers say: blocks, wild weights, Kilian's correction."""

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import NumericalError, SampleError, SpecError
from yenloop.estimation import bias_correction, stability
from yenloop.estimation.bias_correction import Bias, bias_by_formula, subtract_bias
from yenloop.estimation.companion import companion_roots
from yenloop.estimation.general_bootstrap import bootstrap_estimator
from yenloop.estimation.pope import pope_bias
from yenloop.estimation.resampling import INDEPENDENT, MovingBlocks, Wild, error_table
from yenloop.estimation.responses import impulse_responses
from yenloop.estimation.stability import are_stationary
from yenloop.estimation.streams import block_generator
from yenloop.estimation.var_bootstrap import bootstrap_reduced_form
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.long_run import LongRun
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.intervals.delta import DELTA
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.inference.wild_bootstrap import WildBootstrap
from yenloop.models.reduced_form.pandemic import PandemicScale
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.var import VAR
from yenloop.models.vecm import VECM

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins/bias_correction.py")))

RULES = [INDEPENDENT, MovingBlocks(7), Wild(), Wild("mammen")]
SOURCES = [
    ResidualBootstrap(100),
    BlockBootstrap(100),
    WildBootstrap(100),
    BiasCorrectedBootstrap(100),
    BiasCorrectedBootstrap(100, block_length=None),
]


def persistent(nobs, k=2, seed=0, root=0.9, drift=0.3):
    """Correlated autoregressions, the first with the given root."""
    rng = np.random.default_rng(seed)
    lags = 0.5 * np.eye(k) + 0.1 * np.eye(k, k=-1)
    lags[0, 0] = root
    y = np.zeros((nobs + 50, k))
    shocks = rng.standard_normal(y.shape) @ (np.eye(k) + 0.4 * np.eye(k, k=-1)).T
    for t in range(1, len(y)):
        y[t] = drift + lags @ y[t - 1] + shocks[t]
    index = pd.period_range("2000-01", periods=nobs, freq="M")
    return pd.DataFrame(y[50:], index, list("abcdef")[:k])


@pytest.fixture(scope="module")
def frame():
    return persistent(160, 3).assign(x=np.random.default_rng(4).standard_normal(160).cumsum())


@pytest.fixture(scope="module")
def rich(frame):
    """Every kind of deterministic term."""
    spec = VAR(2, trend="ct", seasonal=True, exog=["x"], outliers=["2003-05", "2003-06"])
    return spec.fit(frame)


@pytest.fixture(scope="module")
def plain(frame):
    return VAR(2).fit(frame[["a", "b", "c"]])


def arguments(reduced):
    return (
        reduced.y,
        reduced.z,
        reduced.lag_coefficients,
        reduced.deterministic,
        reduced.residuals.to_numpy(),
    )


def assert_same(found, expected, tolerance=0.0):
    for name in ("lags", "deterministic", "covariance"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        scale = np.abs(theirs).max(axis=0, initial=1e-300)
        assert (np.abs(ours - theirs) <= tolerance * scale).all(), name


# --- Published values ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kilian(golden):
    case = golden("kilian_2009_oil")
    data = case.frame()[["kl_dprod_pct", "kl_rea", "kl_rpo_log"]]
    data.index = pd.period_range("1973-02", periods=len(data), freq="M")
    return case, VAR(24).fit(data - data.mean())


@pytest.mark.golden
def test_pope_bias_and_shrinking_of_the_oil_market_var(kilian):
    case, reduced = kilian
    bias = bias_by_formula(reduced.lag_coefficients, reduced.covariance, reduced.y, reduced.z)
    units = np.sqrt(np.diag(reduced.covariance))
    lags, _, share = subtract_bias(
        reduced.lag_coefficients[None], reduced.deterministic[None], bias, units
    )
    target = case.target("Pope (1990) bias-corrected slopes")
    np.testing.assert_allclose(np.hstack(list(lags[0])), target, rtol=0, atol=1e-7)
    assert share[0] == 0.88


@pytest.mark.golden
def test_pope_bias_of_stock_and_watson(golden):
    """Both counts of periods are in use; ours is T = 160, without the presample."""
    frame = golden("stock_watson_2001").frame()[["infl", "unemp", "ff"]]
    frame.index = pd.period_range("1960Q1", periods=164, freq="Q")
    reduced = VAR(4).fit(frame)
    corrected = {
        nobs: reduced.lag_coefficients
        - pope_bias(reduced.lag_coefficients, reduced.covariance, nobs)
        for nobs in (164, 160)
    }
    target = [
        [0.6557864408, -1.1330051996, 0.1615712382],
        [0.0386752702, 1.5171391638, 0.0048902547],
        [0.0659609347, -1.6406175140, 0.9707170725],
    ]
    np.testing.assert_allclose(corrected[164][0], target, rtol=0, atol=5e-11)
    np.testing.assert_allclose(
        corrected[160][0, 0], [0.65635508, -1.13270226, 0.16166667], rtol=0, atol=5e-9
    )
    assert reduced.max_root == pytest.approx(0.9687262137, abs=5e-11)
    assert abs(companion_roots(corrected[164])[0]) == pytest.approx(0.9780417512, abs=5e-11)
    assert abs(companion_roots(corrected[160])[0]) == pytest.approx(0.97829910, abs=5e-9)
    bias = bias_by_formula(reduced.lag_coefficients, reduced.covariance, reduced.y, reduced.z)
    np.testing.assert_array_equal(reduced.lag_coefficients - bias.lags, corrected[160])


@pytest.mark.golden
def test_bands_of_the_oil_market_var_are_those_of_the_published_bootstrap(kilian):
    """Its residuals are not scaled for degrees of freedom: ours are divided by that scale first.

    It also draws the 24 presample months anew in each replication, which ours holds at their
    observed values; the difference stays within the tolerance.
    """
    case, reduced = kilian
    unscaled = reduced.residuals.to_numpy() / np.sqrt(reduced.nobs / reduced.df_resid)
    draws = bootstrap_reduced_form(*arguments(reduced)[:4], unscaled, draws=2000, seed=1)
    impact = np.linalg.cholesky(draws.covariance)
    responses = impulse_responses(draws.lags, impact, 15)
    responses[:, :, 0] = responses[:, :, 0].cumsum(axis=1)
    rows = responses.transpose(0, 3, 2, 1).reshape(2000, 9, 16)  # shock by shock
    low, high = np.quantile(rows, [0.025, 0.975], axis=0, method="hazen")
    published = [
        case.target(f"Efron percentile interval{end}")
        for end in (" from the 2000 stored draws: lower", ": upper")
    ]
    width = published[1] - published[0]
    free = width > 1e-12
    assert (np.abs(low - published[0])[free] / width[free]).max() < 0.1
    assert (np.abs(high - published[1])[free] / width[free]).max() < 0.1
    stored = case.frame("stored_se.csv")["boot_se"].to_numpy().reshape(16, 9).T
    ratio = rows.std(axis=0, ddof=1)[free] / stored[free]
    assert np.abs(np.log(ratio)).max() < 0.12


# --- Rules of resampling ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def residuals():
    return np.random.default_rng(1).standard_normal((50, 2)) + 3.0


def test_expected_errors_are_zero_in_every_period_of_a_block(residuals):
    """Each place in a block has its own mean; on a circle, or with one mean, it would not be 0."""
    usable = np.ones(50, dtype=bool)
    table = MovingBlocks(8).table(residuals, usable).reshape(8, 43, 2)
    np.testing.assert_allclose(table.mean(axis=1), 0, atol=1e-14)
    for place in range(8):
        shift = table[place] - residuals[place : place + 43]
        np.testing.assert_allclose(shift, np.broadcast_to(shift[0], (43, 2)), atol=1e-14)
    assert np.ptp([residuals[s : s + 43].mean() for s in range(8)]) > 0.01


def test_blocks_are_neighbours_and_end_with_the_sample(residuals):
    usable = np.ones(50, dtype=bool)
    rows = MovingBlocks(8).rows(block_generator(3, 0), usable)
    assert rows.shape == (50, 8)
    places, starts = np.divmod(rows, 43)
    np.testing.assert_array_equal(places, np.repeat(np.arange(50)[:, None] % 8, 8, axis=1))
    for first in range(0, 50, 8):
        assert (starts[first : first + 8] == starts[first]).all()
    many = np.concatenate(
        [MovingBlocks(8).rows(block_generator(3, i), usable)[0] for i in range(200)]
    )
    assert (np.bincount(many, minlength=43) > 10).all()


def test_blocks_of_one_are_single_draws(residuals, plain):
    usable = np.ones(50, dtype=bool)
    for method in ("table", "rows"):
        first = (residuals if method == "table" else block_generator(5, 2)), usable
        second = (residuals if method == "table" else block_generator(5, 2)), usable
        np.testing.assert_array_equal(
            getattr(MovingBlocks(1), method)(*first), getattr(INDEPENDENT, method)(*second)
        )
    single, blocks = ResidualBootstrap(100), BlockBootstrap(100, block_length=1)
    assert_same(blocks.draw(plain, 3), single.draw(plain, 3))


def test_the_wild_bootstrap_keeps_each_residual_in_its_place(residuals):
    usable = np.ones(50, dtype=bool)
    table = error_table(Wild(), residuals, usable, 40)
    drawn = table[Wild().rows(block_generator(1, 0), usable)]
    kept = np.sqrt(50 / 40) * np.abs(residuals)
    np.testing.assert_allclose(np.abs(drawn), np.repeat(kept[:, None], 8, axis=1))
    signs = np.sign(drawn[..., 0] * residuals[:, None, 0])
    assert np.array_equal(signs, np.sign(drawn[..., 1] * residuals[:, None, 1]))
    assert abs(signs.mean()) < 0.15


def test_mammens_weights_have_mean_zero_and_second_and_third_moment_one():
    ones, usable = np.ones((5000, 1)), np.ones(5000, dtype=bool)
    rule = Wild("mammen")
    first, second = rule.table(ones, usable)[[0, 5000], 0]
    likely = (rule.rows(block_generator(1, 0), usable) < 5000).mean()
    probability = second / (second - first)
    assert likely == pytest.approx(probability, abs=0.01)
    for power, moment in ((1, 0), (2, 1), (3, 1)):
        found = probability * first**power + (1 - probability) * second**power
        assert found == pytest.approx(moment, abs=1e-12)


@pytest.mark.parametrize("rule", [INDEPENDENT, MovingBlocks(4)])
def test_residuals_that_are_zero_by_construction_are_not_drawn(residuals, rule):
    usable = np.ones(50, dtype=bool)
    usable[[10, 11, 30]] = False
    marked = np.where(usable[:, None], residuals, 1e6)
    table = error_table(rule, marked, usable, 40)
    assert np.abs(table).max() < 10
    assert rule.rows(block_generator(0, 0), usable).max() < len(table)
    assert rule.rows(block_generator(0, 0), usable).shape == (50, 8)
    expected = np.sqrt(47 / 40) * rule.table(residuals[usable], np.ones(47, dtype=bool))
    np.testing.assert_allclose(table, expected)


def test_a_block_longer_than_the_sample_is_refused(residuals):
    with pytest.raises(SampleError, match="A block of 51 residuals in a sample of 50"):
        MovingBlocks(51).table(residuals, np.ones(50, dtype=bool))


def test_blocks_widen_the_error_of_a_variance_that_moves_and_wild_weights_lose_it():
    rng = np.random.default_rng(6)
    variance, y = 1.0, np.empty(1200)
    for t in range(1200):
        y[t] = np.sqrt(variance) * rng.standard_normal()
        variance = 0.03 + 0.12 * y[t] ** 2 + 0.85 * variance
    reduced = VAR(1).fit(pd.DataFrame({"a": y}, pd.bdate_range("2001-01-01", periods=1200)))

    def spread(source, quantity):
        return getattr(source.draw(reduced, 1), quantity).std()

    single, wild = ResidualBootstrap(400), WildBootstrap(400)
    assert spread(BlockBootstrap(400), "covariance") > 1.3 * spread(single, "covariance")
    assert spread(wild, "covariance") < 0.2 * spread(single, "covariance")
    # The slope's White standard error is the larger one, and the wild bootstrap's is near it.
    x, u = reduced.design, reduced.residuals.to_numpy()
    bread = np.linalg.inv(x.T @ x)
    white = np.sqrt((bread @ (x.T * (u**2).T) @ x @ bread)[1, 1])
    assert white > 1.15 * reduced.std_errors.iloc[1, 0]
    assert spread(wild, "lags") == pytest.approx(white, rel=0.1)


# --- Any estimator ------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("model", ["plain", "rich"])
def test_the_general_engine_draws_what_the_compiled_one_draws(request, model, rule):
    reduced = request.getfixturevalue(model)
    options = {"draws": 20, "seed": 5, "resampling": rule, "usable": reduced.resampled_rows}
    found = bootstrap_estimator(
        *arguments(reduced), reduced.reestimate, df_resid=reduced.df_resid, **options
    )
    expected = bootstrap_reduced_form(*arguments(reduced), **options)
    assert found.failed == 0
    assert_same(found, expected, 1e-9)


def test_threads_and_number_of_draws_change_nothing_in_the_general_engine(plain):
    def draws(number, threads):
        return bootstrap_estimator(
            *arguments(plain),
            plain.reestimate,
            draws=number,
            seed=2,
            df_resid=plain.df_resid,
            threads=threads,
        )

    many = draws(200, 1)
    assert_same(draws(200, 3), many)
    few = draws(70, 2)
    assert_same(
        few,
        replace(
            many, **{n: getattr(many, n)[:70] for n in ("lags", "deterministic", "covariance")}
        ),
    )


def test_replications_without_an_estimate_are_counted(plain):
    def sometimes(y):
        lags, deterministic, covariance = plain.reestimate(y)
        covariance[::10, 0, 0] = np.nan
        return lags, deterministic, covariance

    found = bootstrap_estimator(
        *arguments(plain), sometimes, draws=128, seed=2, df_resid=plain.df_resid
    )
    assert (found.failed, len(found.lags), len(found.covariance)) == (14, 114, 114)


def test_errors_are_scaled_in_their_periods(plain):
    scales = np.ones(plain.nobs)
    scales[100:103] = 40.0
    seen = []

    def keep(y):
        seen.append(y)
        return plain.reestimate(y)

    bootstrap_estimator(
        *arguments(plain), keep, draws=64, seed=2, df_resid=plain.df_resid, scales=scales
    )
    jumps = np.abs(np.diff(seen[0][:, plain.p :, 0], axis=1)).mean(axis=0)
    assert (jumps[[99, 100, 101]] > 20).all()
    assert jumps[:99].max() < 2


def test_models_that_are_not_plain_least_squares_go_through_their_own_estimator(frame):
    restricted = VAR(1, restrictions=[BlockExogenous(["a"])]).fit(frame[["a", "b", "c"]])
    for source in SOURCES:
        draws = source.draw(restricted, 4)
        np.testing.assert_array_equal(draws.lags[:, :, 0, 1:], 0)
        spread = draws.lags.std(axis=0)[0, 1:]
        assert (spread > 0).all()
    scaled = VAR(1, pandemic=PandemicScale("2010-03")).fit(frame[["a", "b"]])
    found = ResidualBootstrap(100).draw(scaled, 4)
    np.testing.assert_allclose(found.covariance.mean(axis=0), scaled.covariance, rtol=0.2)


# --- Correction for bias ------------------------------------------------------------------------


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("p", [1, 2, 4])
def test_bias_formula_equals_its_twin_in_any_units(plain, p, constant):
    reduced = VAR(p).fit(persistent(120, 2, seed=p))
    lags, covariance = reduced.lag_coefficients, reduced.covariance
    found = pope_bias(lags, covariance, 90, constant=constant)
    expected = twin.pope_bias(lags, covariance, 90, constant)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    units = np.array([1e4, 1e-2])
    ratio = units[:, None] / units
    rescaled = pope_bias(lags * ratio, covariance * np.outer(units, units), 90, constant=constant)
    np.testing.assert_allclose(rescaled / ratio, found, rtol=0, atol=1e-12)


def test_bias_of_a_first_order_autoregression():
    lags, covariance = np.full((1, 1, 1), 0.8), np.ones((1, 1))
    assert pope_bias(lags, covariance, 50)[0, 0, 0] == pytest.approx(-(1 + 3 * 0.8) / 50)
    without = pope_bias(lags, covariance, 50, constant=False)
    assert without[0, 0, 0] == pytest.approx(-2 * 0.8 / 50)
    with pytest.raises(NumericalError, match=r"a root of 1\.0100"):
        pope_bias(np.full((1, 1, 1), 1.01), covariance, 50)


@pytest.mark.parametrize(("k", "p"), [(2, 1), (3, 2), (3, 8)])
def test_stationarity_is_that_of_the_eigenvalues(k, p):
    """Roots as close to the circle as 1e-6, on both sides, real and complex."""
    rng = np.random.default_rng(k * p)
    lags = rng.standard_normal((300, p, k, k)) / np.sqrt(k * p)
    wanted = 1 + 10.0 ** rng.uniform(-6, -0.5, 300) * rng.choice([-1, 1], 300)
    factor = wanted / np.abs(companion_roots(lags))[:, 0]
    lags = lags * factor[:, None, None, None] ** np.arange(1, p + 1)[:, None, None]
    np.testing.assert_array_equal(are_stationary(lags), wanted < 1)
    assert k * p <= stability.SMALL or stability.MANY_DRAWS < 300


def test_corrections_are_shrunk_as_far_as_they_must_be():
    reduced = VAR(5).fit(persistent(100, 3, seed=8, root=0.97))
    draws = ResidualBootstrap(150).draw(reduced, 1)
    bias = Bias(
        2 * pope_bias(reduced.lag_coefficients, reduced.covariance, 95), reduced.deterministic
    )
    units = np.sqrt(np.diag(reduced.covariance))
    lags, deterministic, share = subtract_bias(draws.lags, draws.deterministic, bias, units)
    expected = [twin.stationary_share(draw, bias.lags) for draw in draws.lags]
    np.testing.assert_array_equal(share, expected)
    assert 0.1 < (share < 1).mean() < 0.9
    np.testing.assert_allclose(lags, draws.lags - share[:, None, None, None] * bias.lags)
    moved = share[:, None, None] * bias.deterministic
    np.testing.assert_allclose(deterministic, draws.deterministic - moved)
    explosive = np.full((1, 1, 1, 1), 1.02)
    one = Bias(np.full((1, 1, 1), -0.03), np.zeros((1, 1)))
    assert subtract_bias(explosive, np.zeros((1, 1, 1)), one, np.ones(1))[2] == 0


def test_the_correction_keeps_the_mean_of_the_series(plain):
    bias = bias_by_formula(plain.lag_coefficients, plain.covariance, plain.y, plain.z)
    lags, constant = plain.lag_coefficients - bias.lags, plain.deterministic - bias.deterministic
    residuals = plain.y[2:] - constant.T
    for lag in (1, 2):
        residuals = residuals - plain.y[2 - lag : -lag] @ lags[lag - 1].T
    np.testing.assert_allclose(residuals.mean(axis=0), 0, atol=1e-12)


@pytest.mark.parametrize("length", [1, 9])
def test_without_bias_kilians_draws_are_those_of_the_plain_bootstrap(plain, monkeypatch, length):
    monkeypatch.setattr(bias_correction, "pope_bias", lambda lags, *_, **__: np.zeros_like(lags))
    found = BiasCorrectedBootstrap(100, block_length=length).draw(plain, 6)
    assert_same(found, BlockBootstrap(100, block_length=length).draw(plain, 6))
    assert found.adjusted == 0


def test_corrected_draws_are_centred_on_the_estimate_and_the_truth():
    """Thirty samples of 100 months: the draws' slopes lie where the estimate is, not below."""
    truth, plain_gap, corrected_gap, corrected_error, error = 0.9, [], [], [], []
    for seed in range(30):
        reduced = VAR(1).fit(persistent(101, 2, seed=seed, root=truth))
        estimate = reduced.lag_coefficients[0, 0, 0]
        single = ResidualBootstrap(100).draw(reduced, seed).lags[:, 0, 0, 0].mean()
        corrected = BiasCorrectedBootstrap(100).draw(reduced, seed).lags[:, 0, 0, 0].mean()
        plain_gap.append(single - estimate)
        corrected_gap.append(corrected - estimate)
        error.append(estimate - truth)
        corrected_error.append(corrected - truth)
    assert np.mean(plain_gap) < -0.02
    assert np.mean(error) < -0.02
    assert abs(np.mean(corrected_error)) < 0.4 * abs(np.mean(error))
    assert np.mean(corrected_gap) > 0.01


def test_terms_without_a_formula_take_the_bias_from_a_first_bootstrap(rich, monkeypatch):
    """With a trend and exogenous terms the bias is larger than Pope's formula has it."""
    monkeypatch.setattr("yenloop.models.inference.bias_corrected_bootstrap.FIRST_STAGE", 400)
    found = BiasCorrectedBootstrap(200).draw(rich, 2)
    single = ResidualBootstrap(200).draw(rich, 2)
    gap = found.lags.mean(axis=0) - single.lags.mean(axis=0)
    by_formula = pope_bias(rich.lag_coefficients, rich.covariance, rich.nobs)
    assert gap[0, 0, 0] > -1.2 * by_formula[0, 0, 0] > 0
    few = BiasCorrectedBootstrap(100).draw(rich, 2)
    np.testing.assert_array_equal(few.lags, found.lags[:100])


def test_shrunk_corrections_are_counted_and_said():
    reduced = VAR(2).fit(persistent(100, 2, seed=3, root=1.0, drift=0.0))
    svar = reduced.identify(Cholesky(), inference=BiasCorrectedBootstrap(100, stationary=True))
    assert 10 < svar.draws.adjusted <= 100
    assert svar.draws.failed == 0
    assert "draws kept stationary" in svar.notes()[1]
    assert f"in {svar.draws.adjusted:,} the correction shrunk or left out" in svar.notes()[1]
    assert "around the uncorrected point estimate" in svar.notes()[1]
    roots = np.abs(companion_roots(svar.draws.lags))[:, 0]
    own = ResidualBootstrap(100).draw(reduced, 0)
    assert (roots < 1).mean() > 0.9
    assert own.adjusted == 0


def test_draws_are_corrected_whole_wherever_their_roots_are():
    reduced = VAR(2).fit(persistent(100, 2, seed=3, root=1.0, drift=0.0))
    whole, kept = (
        BiasCorrectedBootstrap(100, stationary=s).draw(reduced, 0) for s in (False, True)
    )
    roots = np.abs(companion_roots(whole.lags))[:, 0]
    assert whole.adjusted == 0
    assert 0.1 < (roots >= 1).mean() < 0.9
    same = (whole.lags == kept.lags).all(axis=(1, 2, 3))
    assert same.sum() == 100 - kept.adjusted
    assert (roots[~same] >= 1).all()


def test_restrictions_on_the_long_run_keep_draws_stationary():
    reduced = VAR(2).fit(persistent(100, 2, seed=3, root=0.8, drift=0.0))
    assert reduced.identify(LongRun()).inference == BiasCorrectedBootstrap(stationary=True)
    assert reduced.identify(Cholesky()).inference == BiasCorrectedBootstrap()


def test_an_explosive_estimate_is_not_corrected_but_its_draws_are():
    frame = persistent(60, 1, seed=5, root=1.03)
    reduced = VAR(1).fit(frame)
    assert reduced.max_root > 1
    found = BiasCorrectedBootstrap(200, stationary=True).draw(reduced, 1)
    assert (found.failed, len(found.lags)) == (0, 200)
    assert found.adjusted > 0


def test_imposed_unit_roots_are_not_corrected(frame):
    cointegrated = VECM(lags=2, rank=1).fit(frame[["a", "x"]])
    with pytest.raises(SpecError, match="imposes 1 unit roots"):
        BiasCorrectedBootstrap(100).draw(cointegrated, 1)


# --- All sources --------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.describe().split(",")[0])
def test_threads_seed_and_number_of_draws(plain, source):
    one = source.draw(plain, 1)
    assert_same(replace(source, threads=3).draw(plain, 1), one)
    many = replace(source, draws=150).draw(plain, 1)
    np.testing.assert_array_equal(many.lags[:100], one.lags)
    np.testing.assert_array_equal(many.covariance[:100], one.covariance)
    assert not np.isclose(source.draw(plain, 2).lags, one.lags).any()


@pytest.fixture(scope="module")
def driven():
    """Two series with a trend, seasons and an exogenous driver, all of them strong."""
    rng = np.random.default_rng(2)
    frame = persistent(240, 2, seed=9).assign(x=rng.standard_normal(240))
    month = np.arange(240)
    path = 0.2 * month + 5 * np.cos(month * np.pi / 6) + 3 * frame["x"].to_numpy()
    response = np.zeros(240)
    for t in range(240):
        response[t] = path[t] + (0.6 * response[t - 1] if t else 0.0)
    frame[["a", "b"]] += np.outer(response, [1.0, -1.0])
    return VAR(1, trend="ct", seasonal=True, exog=["x"]).fit(frame)


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.describe().split(",")[0])
def test_terms_enter_the_simulated_series_and_their_estimation(driven, source):
    """Series simulated without them would give coefficients around zero."""
    draws = source.draw(driven, 1)
    spread = draws.deterministic.std(axis=0)
    strong = np.abs(driven.deterministic) > 5 * spread
    assert strong[:, driven.z_names.index("trend")].any()
    assert strong[:, driven.z_names.index("x")].all()
    assert strong.sum() > 10
    centre = np.abs(draws.deterministic.mean(axis=0) - driven.deterministic)
    assert (centre < 0.8 * spread).all()


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.describe().split(",")[0])
def test_a_series_in_other_units(frame, source):
    scale = np.array([1.0, 100.0, 1.0])
    plain = VAR(2).fit(frame[["a", "b", "c"]])
    rescaled = VAR(2).fit(frame[["a", "b", "c"]] * scale)
    one, other = source.draw(plain, 3), source.draw(rescaled, 3)
    ratio = scale[:, None] / scale
    np.testing.assert_allclose(other.lags / ratio, one.lags, rtol=0, atol=1e-10)
    np.testing.assert_allclose(
        other.covariance / np.outer(scale, scale), one.covariance, rtol=0, atol=1e-10
    )


def test_refusals():
    for kind in (ResidualBootstrap, BlockBootstrap, WildBootstrap, BiasCorrectedBootstrap):
        with pytest.raises(SpecError, match="20 bootstrap draws cannot carry"):
            kind(20)
        with pytest.raises(SpecError, match="A bootstrap gives samples"):
            kind(200, interval=DELTA)
    for kind in (BlockBootstrap, BiasCorrectedBootstrap):
        with pytest.raises(SpecError, match="A block of 0 residuals"):
            kind(200, block_length=0)
    with pytest.raises(SpecError, match="weights = 'normal'"):
        WildBootstrap(200, weights="normal")


def test_it_is_said_that_an_explosive_estimate_is_not_corrected():
    steps = np.random.default_rng(3).standard_normal((150, 2))
    levels = np.zeros((150, 2))
    for t in range(1, 150):
        levels[t] = [1.03, 0.5] * levels[t - 1] + steps[t]
    index = pd.period_range("2000-01", periods=150, freq="M")
    reduced = VAR(1).fit(pd.DataFrame(levels, index, ["a", "b"]))
    assert not reduced.is_stable
    svar = reduced.identify(Cholesky(), inference=BiasCorrectedBootstrap(100))
    notes = " ".join(svar.notes())
    assert "an estimate that is not stationary is not corrected for bias" in notes
