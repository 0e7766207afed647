"""Instruments find the shocks they move, joined by date, in whatever units and order."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import (
    DataError,
    GapError,
    InvalidInferenceError,
    NotIdentifiedError,
    SampleError,
    SpecError,
)
from yenloop.estimation.proxy import directions, orthogonal_shocks
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.instruments import Instruments
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.wild_bootstrap import WildBootstrap
from yenloop.models.storage import load, save
from yenloop.models.var import VAR

FEW = BlockBootstrap(100)
NAMES = ["a", "b", "c", "d"]
IMPACT = np.array([[1, 0.3, 0.2, 0], [0.5, 1, -0.4, 0.2], [0.2, 0.6, 1, 0.1], [-0.3, 0.2, 0.4, 1]])


def economy(periods, rng, impact=IMPACT):
    """Series and the shocks behind them."""
    shocks = rng.standard_normal((periods, 4))
    y = np.zeros((periods, 4))
    for t in range(1, periods):
        y[t] = 0.5 * y[t - 1] + 0.1 * y[t - 1, ::-1] + impact @ shocks[t]
    index = pd.period_range("2000-01", periods=periods, freq="M")
    return pd.DataFrame(y, index, NAMES), pd.DataFrame(shocks, index, NAMES)


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(8)
    frame, shocks = economy(240, rng)
    noise = pd.DataFrame(rng.standard_normal((240, 3)), frame.index)
    instruments = pd.DataFrame(
        {
            "z": shocks["b"] + 0.8 * noise[0],
            "w": 0.7 * shocks["b"] + 0.9 * noise[1],
            "v": shocks["d"] + 0.5 * shocks["b"] + 0.7 * noise[2],
        }
    )
    return frame, VAR(1).fit(frame), instruments


def impact_of(reduced, *arguments, **options):
    return Instruments(*arguments, **options).estimate(reduced, 0)[1]


# -- What it collapses to ------------------------------------------------------------------------


def test_an_instrument_equal_to_a_recursive_shock_gives_its_column(sample):
    _, reduced, _ = sample
    recursive = reduced.identify(Cholesky(["c", "a", "d", "b"]), inference=FEW)
    found = impact_of(reduced, recursive.shocks()["d"], "d")
    np.testing.assert_allclose(found[:, 3], recursive.impact[:, 3], atol=1e-12)
    assert np.isnan(found[:, :3]).all()


def test_one_instrument_is_the_ratio_of_covariances_with_unit_variance(sample):
    _, reduced, instruments = sample
    z, u = instruments["z"].loc[reduced.dates].to_numpy(), reduced.residuals.to_numpy()
    relative = np.cov(u.T, z)[:4, 4] / np.cov(u[:, 1], z)[0, 1]
    b = impact_of(reduced, instruments["z"], "b")[:, 1]
    np.testing.assert_allclose(b / b[1], relative, rtol=1e-10)
    assert b @ np.linalg.solve(reduced.covariance, b) == pytest.approx(1)
    assert b[1] > 0


def test_several_instruments_are_two_stage_least_squares(sample):
    _, reduced, instruments = sample
    z, u = instruments[["z", "w"]].loc[reduced.dates].to_numpy(), reduced.residuals.to_numpy()
    x = np.column_stack([np.ones(len(z)), z])
    fitted = x @ np.linalg.lstsq(x, u[:, 1], rcond=None)[0]
    second = np.column_stack([x[:, 0], fitted])
    relative = np.linalg.lstsq(second, u, rcond=None)[0][1]
    b = impact_of(reduced, instruments[["z", "w"]], "b")[:, 1]
    np.testing.assert_allclose(b / b[1], relative, rtol=1e-8)


def test_all_shocks_by_their_own_instruments_exhaust_sigma(sample):
    _, reduced, _ = sample
    recursive = reduced.identify(Cholesky(), inference=FEW)
    shocks = recursive.shocks()
    by_name = {name: name for name in NAMES}
    for option in ({"shock": by_name}, {"shock": NAMES, "recursive": "impact"}):
        found = impact_of(reduced, shocks, **option)
        np.testing.assert_allclose(found, recursive.impact, atol=1e-10)
    svar = reduced.identify(Instruments(shocks, by_name), inference=FEW)
    np.testing.assert_allclose(svar.covariance, reduced.covariance)
    assert svar.identified == tuple(NAMES)


def mertens_ravn(gamma, sigma, k):
    """Their closed form with own variables first: columns of B_1 by the Cholesky factor of S_1."""
    b21 = np.linalg.solve(gamma[:k].T, gamma[k:].T).T
    s11, s21, s22 = sigma[:k, :k], sigma[k:, :k], sigma[k:, k:]
    gap = s21 - b21 @ s11
    z = b21 @ s11 @ b21.T - (s21 @ b21.T + b21 @ s21.T) + s22
    b12b12 = gap.T @ np.linalg.solve(z, gap)
    b11b11 = s11 - b12b12
    b22b22 = s22 + b21 @ (b12b12 - s11) @ b21.T
    b12ib22 = (gap.T + b12b12 @ b21.T) @ np.linalg.inv(b22b22)
    inner = np.eye(k) - b12ib22 @ b21
    s1 = np.linalg.cholesky(inner @ b11b11 @ inner.T)
    top = np.linalg.solve(inner, s1)
    return np.vstack([top, b21 @ top])


def test_a_block_is_that_of_mertens_and_ravn(sample):
    _, reduced, instruments = sample
    z = instruments[["z", "v"]].loc[reduced.dates].to_numpy()
    u, order = reduced.residuals.to_numpy(), [1, 3, 0, 2]
    gamma = ((z - z.mean(axis=0)).T @ u / len(u)).T
    expected = mertens_ravn(gamma[order], reduced.covariance[np.ix_(order, order)], 2)
    found = impact_of(reduced, instruments[["z", "v"]], ["b", "d"])
    expected = expected * np.sign(np.diagonal(expected[:2]))
    np.testing.assert_allclose(found[order][:, [1, 3]], expected, rtol=1e-8)


@pytest.mark.parametrize("recursive", ["equations", "impact"])
def test_a_block_has_unit_variance_and_its_triangle(sample, recursive):
    _, reduced, instruments = sample
    scheme = Instruments(instruments, ["d", "b"], recursive=recursive)
    found = scheme.estimate(reduced, 0)[1][:, [3, 1]]
    weights = np.linalg.solve(reduced.covariance, found).T
    np.testing.assert_allclose(weights @ found, np.eye(2), atol=1e-12)
    triangle = weights[:, [3, 1]] if recursive == "equations" else found[[3, 1]]
    assert abs(triangle[0, 1]) < 1e-12
    assert (np.diagonal(found[[3, 1]]) > 0).all()
    zeros = scheme.imposed_zeros(NAMES)
    assert zeros == (frozenset() if recursive == "equations" else {("d", "b")})


def test_own_instruments_are_taken_net_of_the_shocks_before(sample):
    _, reduced, instruments = sample
    both = impact_of(reduced, instruments, {"b": ["z", "w"], "d": "v"})
    alone = impact_of(reduced, instruments[["z", "w"]], "b")
    np.testing.assert_allclose(both[:, 1], alone[:, 1])
    found = both[:, [1, 3]]
    np.testing.assert_allclose(
        found.T @ np.linalg.solve(reduced.covariance, found), np.eye(2), atol=1e-12
    )


def test_it_finds_the_truth_in_a_long_sample():
    rng = np.random.default_rng(3)
    frame, shocks = economy(40_000, rng)
    frame.index = shocks.index = pd.period_range("1900-01-01", periods=40_000, freq="D")
    reduced = VAR(1).fit(frame)
    z = pd.DataFrame(
        {
            "z": shocks["b"] + rng.standard_normal(40_000),
            "v": shocks["d"] + 0.5 * shocks["b"] + rng.standard_normal(40_000),
        }
    )
    found = impact_of(reduced, z, {"b": "z", "d": "v"})
    np.testing.assert_allclose(found[:, [1, 3]], IMPACT[:, [1, 3]], atol=0.04)


# -- What must not matter ------------------------------------------------------------------------


@pytest.mark.parametrize("covariance", ["sample", "instrument"])
def test_units_and_sign_of_an_instrument_do_not_matter(sample, covariance):
    _, reduced, instruments = sample
    found = impact_of(reduced, instruments["z"], "b", covariance=covariance)
    for other in (1000 * instruments["z"] + 7, -instruments["z"]):
        np.testing.assert_allclose(
            impact_of(reduced, other, "b", covariance=covariance), found, rtol=1e-9
        )
    many = impact_of(reduced, instruments, ["b", "d"])
    scaled = instruments * [1e6, -1e-6, 3.0]
    np.testing.assert_allclose(impact_of(reduced, scaled, ["b", "d"]), many, rtol=1e-7)


def test_units_and_order_of_variables(sample):
    frame, reduced, instruments = sample
    found = impact_of(reduced, instruments, {"b": "z", "d": "v"})
    scale, order = np.array([1e3, 1.0, 1e-3, 50.0]), [2, 3, 0, 1]
    rescaled = VAR(1).fit(frame * scale)
    np.testing.assert_allclose(
        impact_of(rescaled, instruments, {"b": "z", "d": "v"}), scale[:, None] * found, rtol=1e-8
    )
    reordered = VAR(1).fit(frame.iloc[:, order])
    np.testing.assert_allclose(
        impact_of(reordered, instruments, {"b": "z", "d": "v"}),
        found[np.ix_(order, order)],
        rtol=1e-8,
    )


def test_rows_are_joined_by_date(sample):
    _, reduced, instruments = sample
    z = instruments["z"].where(instruments.index >= "2005-03")
    found = impact_of(reduced, z, "b")
    rng = np.random.default_rng(0)
    shuffled = z.iloc[rng.permutation(len(z))]
    stamps = z.dropna().set_axis(z.dropna().index.to_timestamp() + pd.Timedelta(days=9))
    zoned = stamps.tz_localize("Asia/Tokyo")
    longer = pd.concat([pd.Series([9.0], pd.period_range("1970-01", periods=1, freq="M")), z])
    for other in (shuffled, z.dropna(), stamps, zoned, longer):
        np.testing.assert_array_equal(impact_of(reduced, other, "b"), found)
    moved = impact_of(reduced, z.shift(1), "b")
    assert not np.allclose(moved, found, equal_nan=True)


def test_missing_months_are_left_out_counted_and_said(sample):
    _, reduced, instruments = sample
    z = instruments["z"].copy()
    z.iloc[:60] = np.nan
    z.iloc[[100, 150, 151]] = np.nan
    svar = reduced.identify(Instruments(z, "b", covariance="instrument"), inference=FEW)
    assert any(
        "z in 177 of 239 periods, 2005-01 to 2019-12, 3 missing in between" in note
        for note in svar.notes()
    )
    assert any("their periods, T = 177" in note for note in svar.notes())
    used = z.loc[reduced.dates].notna().to_numpy()
    u = reduced.residuals.to_numpy()[used]
    centred = u - u.mean(axis=0)
    np.testing.assert_allclose(svar.reduced.covariance, centred.T @ centred / (177 - 5))
    b = svar.impact[:, 1]
    assert b @ np.linalg.solve(svar.reduced.covariance, b) == pytest.approx(1)
    np.testing.assert_allclose(
        svar.shocks()["b"], reduced.residuals @ np.linalg.solve(svar.reduced.covariance, b)
    )


def test_months_with_a_dummy_of_their_own_do_not_count(sample):
    frame, _, instruments = sample
    spec = VAR(1, outliers=["2008-09", "2008-10"])
    reduced = spec.fit(frame)
    z = instruments["z"].copy()
    found = impact_of(reduced, z, "b")
    z.loc[["2008-09", "2008-10"]] = 1e6
    np.testing.assert_array_equal(impact_of(reduced, z, "b"), found)


# -- What is refused -----------------------------------------------------------------------------


def test_dates_that_do_not_fit_are_refused(sample):
    _, reduced, instruments = sample
    z = instruments["z"]
    early = z.set_axis(pd.period_range("1960-01", periods=240, freq="M"))
    with pytest.raises(SampleError, match=r"2000-02 to 2019-12.*z: 1960-01 to 1979-12"):
        impact_of(reduced, early, "b")
    with pytest.raises(SampleError, match=r"z: observed in 15 periods.*2000-02 to 2001-04"):
        impact_of(reduced, z.iloc[:16], "b")
    quarters = z.set_axis(pd.period_range("1970Q1", periods=240, freq="Q"))
    with pytest.raises(DataError, match=r"quarterly, from 1970Q1 to 2029Q4; the model is monthly"):
        impact_of(reduced, quarters, "b")
    with pytest.raises(DataError, match="are quarterly"):
        impact_of(reduced, quarters.set_axis(quarters.index.to_timestamp()), "b")
    days = pd.Series(np.arange(4000.0), pd.date_range("2001-01-01", periods=4000), name="z")
    with pytest.raises(DataError, match="31 values in 2001-01"):
        impact_of(reduced, days, "b")
    with pytest.raises(GapError, match="two rows for 2005-05"):
        Instruments(pd.concat([z, z.loc[["2005-05"]]]), "b")
    with pytest.raises(DataError, match=r"z does not change.*2000-02 to 2019-12"):
        impact_of(reduced, z * 0 + 3, "b")
    with pytest.raises(DataError, match="row without a date|rows without a date"):
        Instruments(z.reset_index(drop=True), "b")
    with pytest.raises(SpecError, match="ndarray"):
        Instruments(z.to_numpy(), "b")
    with pytest.raises(DataError, match="something else than numbers"):
        Instruments(z.astype(object).replace(z.iloc[3], "high"), "b")
    with pytest.raises(DataError, match="infinite"):
        Instruments(z.replace(z.iloc[3], np.inf), "b")


def test_shocks_that_do_not_fit_are_refused(sample):
    _, reduced, instruments = sample
    with pytest.raises(SpecError, match="nowhere, not in the VAR"):
        impact_of(reduced, instruments["z"], "nowhere")
    with pytest.raises(SpecError, match="one variable for two shocks"):
        impact_of(reduced, instruments, ["b", "news"], own={"news": "b"})
    with pytest.raises(SpecError, match="1 instruments for 2 shocks"):
        Instruments(instruments["z"], ["b", "d"])
    with pytest.raises(SpecError, match="q is no instrument"):
        Instruments(instruments, {"b": "q"})
    with pytest.raises(SpecError, match="name each shock once"):
        Instruments(instruments, ["b", "b"])
    with pytest.raises(SpecError, match="recursive"):
        Instruments(instruments, "b", recursive="yes")
    with pytest.raises(NotIdentifiedError, match="collinear"):
        impact_of(reduced, instruments[["z"]].assign(w=2 * instruments["z"]), ["b", "d"])
    short = instruments["z"].where(instruments.index < "2003-01")
    wide = VAR(8).fit(sample[0])
    with pytest.raises(SampleError, match="Sigma cannot be estimated"):
        impact_of(wide, short, "b", covariance="instrument")


def test_weak_instruments_have_no_bands_from_draws(sample):
    frame, reduced, _ = sample
    noise = pd.Series(np.random.default_rng(1).standard_normal(240), frame.index, name="noise")
    svar = reduced.identify(Instruments(noise, "b"), inference=FEW)
    for ask in (svar.irf, svar.fevd, svar.historical_decomposition):
        with pytest.raises(InvalidInferenceError, match=r"effective F of noise.*anderson_rubin"):
            ask()
    bands = BiasCorrectedBootstrap(100)
    assert reduced.identify(svar.scheme, inference=bands).forecast(3).draws.shape[1] == 3
    assert svar.instrument_strength().effective_f < 10


@pytest.mark.parametrize(
    ("bands", "why"),
    [(WildBootstrap(100), "21 to 27%"), (DeltaMethod(), "no sampling error of the instruments")],
)
def test_bands_without_the_sampling_error_of_the_instrument_are_refused(sample, bands, why):
    _, reduced, instruments = sample
    svar = reduced.identify(Instruments(instruments["z"], "b"), inference=bands)
    with pytest.raises(InvalidInferenceError, match=why):
        svar.irf(4)


def test_an_inference_without_samples_draws_nothing(sample):
    _, reduced, instruments = sample
    svar = reduced.identify(Instruments(instruments["z"], "b"), inference=DeltaMethod())
    with pytest.raises(InvalidInferenceError, match="no instruments beside the residuals"):
        _ = svar.draws


# -- As an object --------------------------------------------------------------------------------


def test_schemes_with_the_same_data_are_equal_and_are_copies(sample):
    _, _, instruments = sample
    z = instruments["z"].copy()
    one, other = Instruments(z, "b"), Instruments(z.iloc[::-1], "b")
    assert one == other
    assert hash(one) == hash(other)
    assert one != replace(one, covariance="instrument")
    assert one != Instruments(z + 1, "b")
    z.iloc[0] = 99.0
    assert one == other


def test_stored_and_read(sample, tmp_path):
    _, reduced, instruments = sample
    for shock in ("b", ["b", "d"], {"level": ["z", "w"], "d": "v"}):
        scheme = Instruments(instruments, shock, own={"level": "b"}, recursive="impact")
        assert load(save(scheme, tmp_path / "scheme.yenloop")) == scheme
    svar = reduced.identify(scheme, inference=BlockBootstrap(100), rng=3)
    strength = svar.instrument_strength()
    again = load(save(strength, tmp_path / "strength.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), strength.tidy(), check_exact=True)
    responses = svar.irf(6)
    read = load(save(responses, tmp_path / "irf.yenloop"))
    np.testing.assert_array_equal(read.draws, responses.draws)


def test_shocks_have_their_own_names(sample):
    _, reduced, instruments = sample
    scheme = Instruments(instruments["z"], "level", own={"level": "b"})
    svar = reduced.identify(scheme, inference=FEW)
    assert svar.shock_names == ("a", "level", "c", "d")
    assert svar.identified == ("level",)
    responses = svar.irf(4, size={"level": 2.0})
    assert responses.shocks == ("level",)
    assert responses.point[0, 1, 0] == pytest.approx(2.0)
    assert "z for the shock of level" in scheme.describe(NAMES, reduced.columns)


def test_the_default_bands_are_blocks_corrected_for_bias(sample):
    _, reduced, instruments = sample
    svar = reduced.identify(Instruments(instruments["z"], "b"))
    assert svar.inference == BiasCorrectedBootstrap(2000, block_length=None)


def test_answers_of_the_identified_shock_and_the_rest(sample):
    _, reduced, instruments = sample
    svar = reduced.identify(Instruments(instruments["z"], "b"), inference=FEW)
    shares = svar.fevd(6)
    np.testing.assert_allclose(shares.point.sum(axis=-1), 1.0)
    assert shares.point.shape == (6, 4, 2)
    history = svar.historical_decomposition(draws=10)
    np.testing.assert_allclose(history.point.sum(axis=-1), reduced.y[1:], atol=1e-10)
    assert svar.shocks().columns.tolist() == ["b"]
    assert svar.shocks()["b"].std() == pytest.approx(1, abs=0.02)


# -- The numerics alone --------------------------------------------------------------------------


def test_many_at_once_are_each_alone():
    rng = np.random.default_rng(5)
    residuals, instruments = rng.standard_normal((6, 80, 4)), rng.standard_normal((6, 80, 3))
    instruments[:, :20, 0] = np.nan
    instruments[2] = np.nan
    instruments[3, :, 1] = 2.0
    own = np.array([2, 0])
    sigma = np.stack([np.cov(u.T) for u in residuals])
    space = directions(residuals, instruments, own)
    found = orthogonal_shocks(space, sigma, own, "equations")
    for r in range(6):
        alone = directions(residuals[r], instruments[r], own)
        np.testing.assert_allclose(space[r], alone, rtol=1e-12)
        np.testing.assert_allclose(
            found[r], orthogonal_shocks(alone, sigma[r], own, "equations"), rtol=1e-9
        )
    assert np.isnan(found[[2, 3]]).all()
    assert np.isfinite(np.delete(found, [2, 3], axis=0)).all()


def test_a_shock_that_does_not_move_its_variable_has_no_sign():
    sigma = np.eye(3)
    space = np.array([[0.0], [1.0], [0.5]])
    assert np.isnan(orthogonal_shocks(space, sigma, np.array([0]), "instruments")).all()
