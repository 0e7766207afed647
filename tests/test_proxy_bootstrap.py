"""Residuals and instruments are drawn together, in blocks, and estimated again in every draw."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import DrawError
from yenloop.estimation.least_squares import lagged_design, least_squares
from yenloop.estimation.proxy import covariance_where_observed, directions, orthogonal_shocks
from yenloop.estimation.proxy_bootstrap import drawn_with_residuals
from yenloop.estimation.resampling import INDEPENDENT, MovingBlocks, Wild, error_table
from yenloop.estimation.responses import impulse_responses
from yenloop.estimation.streams import block_generator
from yenloop.models.identification.instruments import Instruments
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.inference.wild_bootstrap import WildBootstrap
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.var import VAR
from yenloop.models.vecm import VECM

B = np.array([[1, 0.4, 0.3], [0.5, 1, 0.2], [-0.3, 0.4, 1]])
A = np.array([[0.5, 0.1, 0], [0.1, 0.4, 0.1], [0, 0.2, 0.6]])


def simulated(periods, rng, strength=1.0):
    """Series with an instrument of their second shock."""
    shocks = rng.standard_normal((periods + 50, 3))
    y = np.zeros(shocks.shape)
    for t in range(1, len(y)):
        y[t] = A @ y[t - 1] + B @ shocks[t]
    index = pd.period_range("2000-01", periods=periods, freq="M")
    noise = rng.standard_normal(periods)
    z = pd.Series(strength * shocks[50:, 1] + noise, index, name="z")
    return pd.DataFrame(y[50:], index, list("abc")), z


@pytest.fixture(scope="module")
def sample():
    frame, z = simulated(180, np.random.default_rng(2))
    return frame, VAR(2, trend="ct").fit(frame), z.where(z.index >= "2004-06")


def draw_by_hand(reduced, z, length, seed, draw):
    """One replication of Jentsch and Lunsford (2019), step by step."""
    u, nobs, p = reduced.residuals.to_numpy(), reduced.nobs, reduced.p
    starts = nobs - length + 1
    drawn = block_generator(seed, draw // 8).integers(0, starts, size=(-(-nobs // length), 1, 8))
    resampled_u, resampled_z = [], []
    for start in drawn[:, 0, draw % 8]:
        for place in range(length):
            resampled_u.append(u[start + place] - u[place : place + starts].mean(axis=0))
            resampled_z.append(z[start + place] - np.nanmean(z[place : place + starts]))
    errors = np.array(resampled_u)[:nobs] * np.sqrt(nobs / reduced.df_resid)
    y = reduced.y.copy()
    for t in range(nobs):
        past = sum(reduced.lag_coefficients[lag] @ y[p + t - lag - 1] for lag in range(p))
        y[p + t] = reduced.deterministic @ reduced.z[t] + past + errors[t]
    fit = least_squares(
        lagged_design(y, np.vstack([np.zeros((p, reduced.z.shape[1])), reduced.z]), p), y[p:]
    )
    z_drawn = np.array(resampled_z)[:nobs]
    there = np.isfinite(z_drawn)
    gamma = np.cov(fit.residuals[there].T, z_drawn[there])[:3, 3]
    sigma = fit.residuals.T @ fit.residuals / reduced.df_resid
    b = gamma / np.sqrt(gamma @ np.linalg.solve(sigma, gamma))
    return b * np.sign(b[1]), sigma


@pytest.mark.parametrize("length", [9, None])
def test_a_draw_is_the_published_algorithm(sample, length):
    _, reduced, z = sample
    bands = BlockBootstrap(100, block_length=length)
    svar = reduced.identify(Instruments(z, "b"), inference=bands, rng=4)
    values = svar.scheme.values(reduced)[:, 0]
    for draw in (0, 7, 42):
        b, sigma = draw_by_hand(reduced, values, bands.length(reduced.nobs), 4, draw)
        np.testing.assert_allclose(svar.draws.impact[draw, :, 1], b, rtol=1e-8)
        np.testing.assert_allclose(svar.draws.covariance[draw], sigma, rtol=1e-8)
    assert np.isnan(svar.draws.impact[:, :, [0, 2]]).all()


def test_the_reduced_form_is_drawn_as_without_instruments(sample):
    _, reduced, z = sample
    for bands in (
        BlockBootstrap(100),
        ResidualBootstrap(100),
        BiasCorrectedBootstrap(100, block_length=None),
    ):
        joint = reduced.identify(Instruments(z, "b"), inference=bands, rng=4).draws
        alone = bands.draw(reduced, 4)
        np.testing.assert_array_equal(joint.lags, alone.lags)
        np.testing.assert_array_equal(joint.covariance, alone.covariance)


def test_single_blocks_are_single_pairs(sample):
    _, reduced, z = sample
    scheme = Instruments(z, "b")
    one = reduced.identify(scheme, inference=BlockBootstrap(100, block_length=1), rng=2).draws
    other = reduced.identify(scheme, inference=ResidualBootstrap(100), rng=2).draws
    np.testing.assert_array_equal(one.impact, other.impact)


def test_missing_values_go_where_their_period_goes():
    nobs, usable = 40, np.ones(40, dtype=bool)
    usable[13] = False
    z = np.arange(40.0)[:, None]
    z[:15] = np.nan
    for rule in (INDEPENDENT, MovingBlocks(6), Wild()):
        periods = rule.table(np.where(usable, np.arange(40.0), -1.0)[:, None], usable)
        table = rule.table(z, usable)
        assert table.shape == periods.shape
        assert (table.shape[0] - np.isfinite(table).sum()) > 0
        centred = np.nanmean(table, axis=0)
        assert isinstance(rule, Wild) or abs(centred[0]) < 3

        def seen(rows, residuals, rule=rule):
            own = (np.array([0]), np.array([0]))
            return drawn_with_residuals(z, usable, rule, [own])(rows, residuals)

        rows = rule.rows(np.random.default_rng(0), usable).T
        drawn = table[rows][..., 0]
        drawn[:, 13] = np.nan
        residuals = np.random.default_rng(1).standard_normal((8, nobs, 2))
        for r in range(8):
            there = np.isfinite(drawn[r])
            slope = np.cov(residuals[r, there].T, drawn[r, there])[:2, 2]
            expected = slope / np.std(drawn[r, there], ddof=1) * np.sqrt(1 - 1 / there.sum())
            np.testing.assert_allclose(seen(rows, residuals)[r, :, 0], expected, rtol=1e-9)


def test_centring_leaves_missing_values_out(sample):
    z = np.random.default_rng(0).standard_normal((50, 2))
    z[:20, 1] = np.nan
    usable = np.ones(50, dtype=bool)
    for rule in (INDEPENDENT, MovingBlocks(5)):
        both, single = rule.table(z, usable), rule.table(z[:, :1], usable)
        np.testing.assert_allclose(both[:, :1], single, rtol=0, atol=1e-15)
        starts = len(both) if rule is INDEPENDENT else 46
        for place in range(len(both) // starts):
            part = both[place * starts : (place + 1) * starts]
            np.testing.assert_allclose(np.nanmean(part, axis=0), 0, atol=1e-14)
        assert error_table(rule, z[:, :1], usable, 50).shape == single.shape


def test_sigma_of_the_months_with_instruments_is_estimated_again(sample):
    _, reduced, z = sample
    bands = BlockBootstrap(100)
    full = reduced.identify(Instruments(z, "b"), inference=bands, rng=1)
    part = reduced.identify(Instruments(z, "b", covariance="instrument"), inference=bands, rng=1)
    b = part.draws.impact[..., 1]
    weights = np.linalg.solve(part.draws.covariance, b[..., None])[..., 0]
    np.testing.assert_allclose((b * weights).sum(axis=-1), 1.0)
    relative = [s.draws.impact[..., 1] / s.draws.impact[:, [1], 1] for s in (full, part)]
    np.testing.assert_allclose(*relative, rtol=1e-9)
    assert not np.allclose(full.draws.covariance, part.draws.covariance)


def test_any_number_of_draws_and_threads_gives_the_same_draws(sample):
    _, reduced, z = sample
    restricted = VAR(2, restrictions=[BlockExogenous(["a"])]).fit(sample[0])
    scheme = Instruments(z, "b")
    for model in (reduced, restricted):
        one = model.identify(scheme, inference=BlockBootstrap(100), rng=3).draws
        for bands in (BlockBootstrap(100, threads=3), BlockBootstrap(300)):
            other = model.identify(scheme, inference=bands, rng=3).draws
            np.testing.assert_array_equal(other.impact[:100], one.impact)


def test_other_estimators_draw_instruments_too(sample):
    frame, _, z = sample
    scheme = Instruments(z, "b")
    restricted = VAR(2, restrictions=[BlockExogenous(["a"])]).fit(frame)
    draws = restricted.identify(scheme, inference=BlockBootstrap(100), rng=3).draws
    assert np.isfinite(draws.impact[..., 1]).all()
    cointegrated = VECM(rank=1, lags=2).fit(frame.cumsum())
    svar = cointegrated.identify(scheme, rng=3)
    assert svar.inference == BlockBootstrap(2000)
    assert len(replace(svar, inference=BlockBootstrap(100)).draws) == 100


def test_draws_without_a_first_stage_are_counted_and_too_many_refused(sample):
    _, reduced, z = sample
    rare = z.where((z.index >= "2005-07") & (z.index < "2008-01"))
    drawn = reduced.identify(Instruments(rare, "b"), inference=BlockBootstrap(800), rng=0).draws
    assert drawn.failed > 0
    assert len(drawn) + drawn.failed == 800
    hardly = rare.where(rare.isna(), 0.1)
    hardly.loc["2007-05"] = 0.7
    svar = reduced.identify(Instruments(hardly, "b"), inference=ResidualBootstrap(400))
    with pytest.raises(DrawError, match="identification failed in"):
        _ = svar.draws


def test_draws_that_turn_are_kept_and_counted(sample):
    frame, reduced, _ = sample
    faint = pd.Series(np.random.default_rng(9).standard_normal(180), frame.index, name="z")
    svar = reduced.identify(Instruments(faint, "b"), inference=BlockBootstrap(200))
    assert len(svar.draws) == 200
    assert (svar.draws.impact[:, 1, 1] > 0).all()
    (said,) = svar.draws.remarks
    assert "of 200 draws z moves the variable of the shock of b the other way" in said
    strong = replace(svar, scheme=Instruments(sample[2], "b"))
    strong = replace(strong, impact=strong.scheme.estimate(reduced, 0)[1])
    assert strong.draws.remarks == ()


def test_the_wild_bootstrap_does_not_see_the_error_of_the_instrument(sample):
    _, reduced, z = sample

    def spread(bands):
        svar = reduced.identify(Instruments(z, "b"), inference=bands, rng=1)
        relative = svar.draws.impact[:, 0, 1] / svar.draws.impact[:, 1, 1]
        return relative.std()

    assert 2 * spread(WildBootstrap(400)) < spread(BlockBootstrap(400))
    assert 2 * spread(WildBootstrap(400)) < spread(ResidualBootstrap(400))


def test_statistics_are_those_of_the_estimates(sample):
    """Residuals handed to a statistic reproduce the covariance of the draw, in both engines."""
    frame, reduced, _ = sample
    restricted = VAR(2, restrictions=[BlockExogenous(["a"])]).fit(frame)
    for model in (reduced, restricted):
        found = BlockBootstrap(100).draw(
            model, 0, lambda rows, residuals: np.swapaxes(residuals, 1, 2) @ residuals
        )
        np.testing.assert_allclose(found.statistic / model.df_resid, found.covariance, rtol=1e-7)


def test_bands_in_blocks_cover_where_the_instrument_is_strong():
    """A quick look; the coverage audit has the figures."""
    truth = impulse_responses(A[None], B[:, [1]] / B[1, 1], 6)[..., 0]
    held, samples = np.zeros((7, 3)), 60
    for number in range(samples):
        frame, z = simulated(200, np.random.default_rng([7, number]))
        scheme = Instruments(z, "b")
        svar = VAR(1).fit(frame).identify(scheme, inference=BlockBootstrap(200), rng=number)
        unit = svar.draws.impact[..., [1]] / svar.draws.impact[:, [1]][..., [1]]
        drawn = impulse_responses(svar.draws.lags, unit, 6)[..., 0]
        low, high = svar.interval.bounds(truth, drawn, [0.9])[0.9]
        held += (low - 1e-9 <= truth) & (truth <= high + 1e-9)
    coverage = held / samples
    assert coverage[0, 1] == 1.0  # normalised
    assert 0.83 < coverage[:, [0, 2]].mean() < 0.97


def test_numerics_of_one_block_are_plain_covariances():
    rng = np.random.default_rng(4)
    u, z = rng.standard_normal((30, 3)), rng.standard_normal((30, 1))
    z[:5] = np.nan
    expected = np.cov(u[5:].T, z[5:, 0], ddof=0)[:3, 3] / z[5:, 0].std()
    np.testing.assert_allclose(directions(u, z, np.array([1]))[:, 0], expected)
    sigma = covariance_where_observed(u, z, 4)
    np.testing.assert_allclose(sigma, np.cov(u[5:].T, ddof=0) * 25 / 21)
    assert np.isnan(covariance_where_observed(u, z, 25)).all()
    b = orthogonal_shocks(expected[:, None], sigma, np.array([1]), "instruments")[:, 0]
    assert b @ np.linalg.solve(sigma, b) == pytest.approx(1)
