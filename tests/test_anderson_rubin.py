"""Proves that Anderson-Rubin sets hold at every strength, follow units and say what they are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, norm

from yenloop.data.loop_panel import load_loop_panel
from yenloop.data.panel import Panel
from yenloop.errors import InvalidInferenceError, NotIdentifiedError, SpecError
from yenloop.estimation.anderson_rubin import BOUNDED, TWO_RAYS, WHOLE_LINE
from yenloop.estimation.companion import companion_roots
from yenloop.estimation.fieller import joint_covariance, ratio_std_error
from yenloop.models.anderson_rubin import BAND, DELTA, AndersonRubinSets, set_in_words
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.instruments import Instruments
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.instrumented import instrumented_shock, ratio_sets
from yenloop.models.passthrough import pass_through
from yenloop.models.storage import load
from yenloop.models.structural import StructuralVAR
from yenloop.models.var import VAR

LAGS = np.array([[0.5, 0.1, 0.0], [0.2, 0.3, 0.1], [-0.1, 0.2, 0.4]])
IMPACT = np.array([[1.0, 0.5, 0.0], [0.8, 1.0, 0.3], [-0.5, 0.2, 1.0]])
NAMES = ["a", "b", "c"]


def economy(seed: int, nobs: int, strength: float, instruments: int = 1) -> pd.DataFrame:
    """A VAR(1) with instruments for its first shock; F of each is ``strength``."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_normal((nobs + 50, 3))
    y = np.zeros((nobs + 50, 3))
    for t in range(1, len(y)):
        y[t] = LAGS @ y[t - 1] + IMPACT @ shocks[t]
    index = pd.period_range("1990-01", periods=nobs, freq="M")
    frame = pd.DataFrame(y[50:], index, NAMES)
    for i in range(instruments):
        noise = rng.standard_normal(nobs)
        # The residual of a holds half a unit of the second shock's standard deviation too.
        frame[f"z{i}"] = np.sqrt(1.25 * strength / nobs) * shocks[50:, 0] + noise
    return frame


def identified(frame: pd.DataFrame, **options: object) -> StructuralVAR:
    series = frame.filter(like="z")
    scheme = Instruments(series, "a", **options)
    return VAR(1).fit(frame[NAMES]).identify(scheme, inference=BlockBootstrap(100), rng=1)


def truth(horizon: int) -> np.ndarray:
    powers = [np.linalg.matrix_power(LAGS, h) for h in range(horizon + 1)]
    return np.array([power @ IMPACT[:, 0] for power in powers])


@pytest.fixture(scope="module")
def strong() -> AndersonRubinSets:
    return identified(economy(1, 300, 60)).anderson_rubin(8)


@pytest.fixture(scope="module")
def weak() -> AndersonRubinSets:
    return identified(economy(9, 300, 1.5)).anderson_rubin(8, levels=(0.68, 0.9, 0.99))


# Collapse


def test_the_point_is_that_of_the_scheme():
    for instruments in (1, 2):
        svar = identified(economy(1, 300, 30, instruments))
        found = svar.anderson_rubin(6, size={"a": -2.0}, cumulative=True)
        irf = svar.irf(6, size={"a": -2.0}, cumulative=True)
        np.testing.assert_allclose(found.point, irf.point[:, :, 0], rtol=1e-9, atol=1e-12)
        assert found.size == irf.sizes["a"]


def test_as_the_strength_grows_the_set_becomes_the_delta_method_interval():
    """The same estimates in ever larger samples: the set's ends are those of the normal limits."""
    ratio = ratio_sets(identified(economy(2, 300, 30)), "b", "a", 4)
    gaps = []
    for times in (1, 100, 10_000, 1_000_000):
        larger = replace(ratio, covariance=ratio.covariance / times)
        reach = norm.ppf(0.95) * larger.std_error
        low, high = larger.sets(0.9).hull
        gaps.append(max(np.abs(low - ratio.estimate + reach) / reach))
        np.testing.assert_allclose((high - low) / 2 / reach, 1, atol=gaps[-1])
    assert all(later < earlier / 8 for earlier, later in pairwise(gaps))
    assert gaps[-1] < 1e-3


def test_delta_errors_are_the_spread_of_the_ratio_with_a_strong_instrument():
    found = instrumented_shock(identified(economy(3, 400, 2e4)))
    paths = found.responses(5, frozenset())
    ratio = ratio_sets(found.svar, "b", "a", 5, cumulative=False)
    above, below = paths.influence[:, :, 1, 0], paths.influence[:, :, 0, 0]
    spread = joint_covariance(above, below) * (400 - 2) / (400 - 1) ** 2
    error = ratio_std_error(paths.value[:, 1, 0], paths.value[:, 0, 0], spread)
    np.testing.assert_allclose(ratio.std_error, error, rtol=1e-2)
    np.testing.assert_allclose(ratio.estimate, paths.value[:, 1, 0] / paths.value[:, 0, 0])


def test_a_ratio_to_the_own_response_on_impact_is_the_response(strong):
    ratio = ratio_sets(identified(economy(1, 300, 60)), "c", "a", 0)
    np.testing.assert_allclose(ratio.estimate, strong.point[0, 2])
    np.testing.assert_allclose(ratio.sets(0.9).hull, np.array(strong.sets[0.9].hull)[:, [0], 2])


# Strength


def test_an_irrelevant_instrument_leaves_the_whole_line():
    """Wald near zero: nothing is rejected, at any horizon, for any response."""
    frame = economy(12, 300, 0.0)
    found = identified(frame).anderson_rubin(6)
    assert found.wald < chi2.ppf(0.68, 1)
    assert not found.bounded(0.68)
    kinds = found.sets[0.9].kind
    assert kinds[0, 0] == BOUNDED  # one by normalisation
    assert (kinds.ravel()[1:] == WHOLE_LINE).all()
    rows = found.tidy().query("level == 0.9 and horizon == 3 and response == 'b'")
    sets = rows[rows["band"] == f"{BAND} (whole line)"]
    assert np.isneginf(sets["conf_low"]).all()
    assert np.isposinf(sets["conf_high"]).all()
    assert np.isfinite(sets["estimate"]).all()


@pytest.mark.parametrize("seed", range(12))
def test_unbounded_exactly_where_the_wald_statistic_is_below_its_critical_value(seed):
    found = identified(economy(seed, 200, 3.0)).anderson_rubin(3, levels=(0.5, 0.9))
    for level in (0.5, 0.9):
        bounded = found.sets[level].bounded.ravel()[1:]
        assert (bounded == (found.wald > chi2.ppf(level, 1))).all()
        assert found.bounded(level) == bounded.all()


def test_sets_grow_with_the_level(weak):
    for narrow, wide in ((0.68, 0.9), (0.9, 0.99)):
        grid = np.linspace(-20, 20, 801)
        for value in grid:
            inside = weak.contains(value, narrow)
            assert weak.contains(value, wide)[inside].all()


def test_known_truth_is_held_as_often_as_stated_at_every_strength():
    """Nominal 90% over 80 samples, on impact and one period later."""
    true = truth(1)
    for strength in (0.0, 4.0, 50.0):
        held = [
            identified(economy(1000 + s, 300, strength))
            .anderson_rubin(1, levels=(0.9,))
            .contains(true, 0.9)
            for s in range(80)
        ]
        share = np.mean(held, axis=0)
        assert abs(share[0, 1:].mean() - 0.9) < 0.065
        assert share[1].mean() > 0.85


# Equivariance


def test_units_of_instruments_and_variables_do_not_matter(weak):
    frame = economy(9, 300, 1.5)
    scaled = frame * [1000.0, 0.01, 1.0, -7.0] + [0.0, 5.0, 0.0, 3.0]
    found = identified(scaled).anderson_rubin(8, size={"a": 1000.0}, levels=weak.levels)
    assert found.wald == pytest.approx(weak.wald, rel=1e-8)
    for level in weak.levels:
        unit = np.array([1000.0, 0.01, 1.0])[:, None, None]
        np.testing.assert_allclose(
            found.sets[level].pieces, weak.sets[level].pieces * unit, rtol=1e-6
        )


def test_a_negative_shock_turns_the_sets_round(weak):
    turned = identified(economy(9, 300, 1.5)).anderson_rubin(
        8, size={"a": -1.0}, levels=weak.levels
    )
    for value in (-3.0, -0.4, 0.1, 2.0):
        for level in weak.levels:
            np.testing.assert_array_equal(
                turned.contains(-value, level), weak.contains(value, level)
            )


def test_the_order_of_the_variables_does_not_matter(strong):
    frame = economy(1, 300, 60)
    reduced = VAR(1).fit(frame[["c", "a", "b"]])
    found = reduced.identify(Instruments(frame["z0"], "a"), rng=1).anderson_rubin(8)
    for level in strong.levels:
        pieces = found.select(NAMES).sets[level].pieces
        np.testing.assert_allclose(pieces, strong.sets[level].pieces, rtol=1e-8, atol=1e-10)


# Samples of instruments


def test_periods_without_the_instrument_still_estimate_the_var():
    frame = economy(5, 300, 60)
    frame.loc[frame.index[:120], "z0"] = np.nan
    frame.loc[frame.index[200], "z0"] = np.nan
    svar = identified(frame)
    found = svar.anderson_rubin(4)
    own = instrumented_shock(svar)
    assert np.isfinite(own.values).sum() == 179
    residuals = svar.reduced.residuals.to_numpy()
    there = np.isfinite(own.values[:, 0])
    expected = np.cov(residuals[there].T, own.values[there, 0], bias=True)[:3, 3]
    np.testing.assert_allclose(own.gamma.value[:, 0], expected)
    np.testing.assert_allclose(found.point[0], expected / expected[0])
    # Half the periods: the covariance is known less well than with all of them.
    whole = identified(economy(5, 300, 60)).anderson_rubin(4)
    assert found.wald < whole.wald


def test_missing_periods_cover_too():
    true, held = truth(1), []
    for s in range(80):
        frame = economy(300 + s, 300, 20.0)
        frame.loc[frame.index[:150], "z0"] = np.nan
        held.append(identified(frame).anderson_rubin(1, levels=(0.9,)).contains(true, 0.9))
    assert abs(np.mean(held, axis=0)[0, 1:].mean() - 0.9) < 0.065


def test_two_instruments_that_agree():
    true = truth(3)
    found = identified(economy(6, 400, 40, 2)).anderson_rubin(3, levels=(0.9,))
    assert found.instruments == ("z0", "z1")
    assert found.wald_bounds[0.9] == pytest.approx(chi2.ppf(0.9, 2))
    assert found.bounded(0.9)
    assert found.contains(true, 0.9)[0].all()


def test_instruments_that_disagree_leave_empty_sets_and_a_note():
    frame = economy(7, 400, 80)
    rng = np.random.default_rng(0)
    frame["z1"] = frame["c"] - frame["c"].shift(fill_value=0) + rng.standard_normal(400)
    found = identified(frame).anderson_rubin(2)
    rows = found.tidy()
    empty = rows[rows["band"] == f"{BAND} (empty)"]
    assert len(empty)
    assert empty["conf_low"].isna().all()
    assert any("contradict" in note for note in found.notes())
    assert "empty" in str(found.summary())
    nowhere = found.select("b")
    assert nowhere.pieces().empty
    nowhere.plot()


def test_newey_west_changes_the_errors_and_is_said():
    svar = identified(economy(1, 300, 60))
    plain, hac = (svar.anderson_rubin(2, newey_west=lags) for lags in (0, 6))
    assert plain.wald != hac.wald
    np.testing.assert_array_equal(plain.point, hac.point)
    assert any("Newey-West with 6 lags" in note for note in hac.notes())


def test_coefficients_less_their_bias():
    """Larger roots and the same moments; without it a persistent VAR comes with a warning."""
    frame = economy(1, 120, 60)
    frame[NAMES] = frame[NAMES].ewm(alpha=0.03, adjust=False).mean()
    svar = identified(frame)
    assert 0.95 < svar.reduced.max_root < 1
    plain, corrected = (svar.anderson_rubin(8, bias_corrected=on) for on in (False, True))
    assert plain.wald == corrected.wald
    np.testing.assert_array_equal(plain.point[0], corrected.point[0])
    assert (np.abs(corrected.point[8]) > np.abs(plain.point[8])).any()
    lags = instrumented_shock(svar, bias_corrected=True).lags
    assert np.abs(companion_roots(lags)[0]) > svar.reduced.max_root
    assert any("bias_corrected=True" in note for note in plain.notes())
    assert any("corrected for bias" in note for note in corrected.notes())


# What it says


def test_tidy_rows_and_pieces(weak):
    rows = weak.tidy()
    assert len(rows) == 9 * 3 * 3 * 2
    assert set(rows["band"].str.split(" \\(").str[0]) == {BAND, "delta method"}
    np.testing.assert_allclose(
        rows[rows["band"] == DELTA].query("level == 0.9")["std_error"].to_numpy(),
        weak.std_error.T.ravel(),
    )
    pieces = weak.pieces()
    rays = pieces[pieces["kind"] == TWO_RAYS]
    assert len(rays)
    for (_, _, _), pair in rays.groupby(["response", "horizon", "level"]):
        low, high = pair["low"].to_numpy(), pair["high"].to_numpy()
        assert np.isneginf(low[0])
        assert np.isposinf(high[1])
        assert high[0] < low[1]
        assert not low[1] > pair["estimate"].iloc[0] > high[0]


def test_words_for_sets():
    nan, inf = np.nan, np.inf
    assert set_in_words(np.array([[0.5, 1.25], [nan, nan]])) == "[0.5, 1.25]"
    assert set_in_words(np.array([[1.0, 1.0], [nan, nan]])) == "1"
    assert set_in_words(np.array([[-inf, -1.0], [2.0, inf]])) == "outside (-1, 2)"
    assert set_in_words(np.array([[-inf, inf], [nan, nan]])) == "whole line"
    assert set_in_words(np.array([[nan, nan], [nan, nan]])) == "empty"
    three = np.array([[-inf, -1.0], [0.0, 0.5], [2.0, inf]])
    assert set_in_words(three) == "below -1 or [0, 0.5] or above 2"


def test_notes_state_size_strength_sample_and_instruments(weak, strong):
    notes = " ".join(weak.notes())
    for words in ("Shock to a of +1", "every strength", "Wald statistic", "z0", "T = 299"):
        assert words in notes
    assert "which would take more than" in notes
    assert "the 68% and 90% sets are bounded" in " ".join(strong.notes())
    assert "montielolea" in weak.cite()


def test_stored_and_read_again(strong, tmp_path: Path):
    again = load(strong.save(tmp_path / "sets.yenloop"))
    np.testing.assert_array_equal(again.sets[0.9].pieces, strong.sets[0.9].pieces)
    pd.testing.assert_frame_equal(again.tidy(), strong.tidy())


def test_excluding_zero(strong):
    table = strong.excludes_zero(0.9)
    assert table.shape == (9, 3)
    low, high = strong.sets[0.9].hull
    np.testing.assert_array_equal(table, (low > 0) | (high < 0))


@pytest.mark.parametrize("which", ["strong", "weak"])
def test_the_chart_shows_every_piece_within_its_frame(which, request):
    found = request.getfixturevalue(which)
    figure, axes = found.plot()
    assert len(axes.flat) >= 3
    pieces = found.pieces()
    for ax, name in zip(axes.flat, NAMES):
        bottom, top = ax.get_ylim()
        visible = pieces[pieces["response"] == name]
        shown = visible[(visible["low"] < top) & (visible["high"] > bottom)]
        bars = [bar for container in ax.containers for bar in container if bar.get_height() > 0]
        assert len(bars) == len(shown)
        heads = [line for line in ax.lines if line.get_marker() in ("v", "^")]
        assert bool(heads) == bool(np.isinf(visible[["low", "high"]].to_numpy()).any())
    texts = [text.get_text() for text in figure.texts]
    assert any("Wald statistic" in text for text in texts)
    alone, _ = found.plot(response="b")
    assert len(alone.axes) == 1


# Refusals


def test_what_has_no_set_is_refused_with_the_reason():
    frame = economy(1, 300, 60)
    svar = identified(frame)
    with pytest.raises(SpecError, match="estimate itself"):
        svar.anderson_rubin(4, size="1sd")
    with pytest.raises(NotIdentifiedError, match="shock of b"):
        svar.anderson_rubin(4, size={"b": 1.0})
    with pytest.raises(NotIdentifiedError, match="shock of b"):
        svar.anderson_rubin(4, shock="b")
    with pytest.raises(SpecError, match="newey_west"):
        svar.anderson_rubin(4, newey_west=-1)
    with pytest.raises(SpecError, match="levels"):
        svar.anderson_rubin(4, levels=(90,))
    with pytest.raises(SpecError, match="'d' is not in the VAR"):
        ratio_sets(svar, "d", "a")
    recursive = VAR(1).fit(frame[NAMES]).identify(Cholesky())
    with pytest.raises(InvalidInferenceError, match="identified by instruments"):
        recursive.anderson_rubin(4)
    both = economy(1, 300, 60, 2)
    block = VAR(1).fit(both[NAMES]).identify(Instruments(both[["z0", "z1"]], ["a", "b"]))
    with pytest.raises(InvalidInferenceError, match="tells them apart"):
        block.anderson_rubin(4)


def test_a_shock_named_after_another_may_pick_it_up_and_has_no_set():
    frame = economy(1, 300, 60, 2)
    scheme = Instruments(frame[["z0", "z1"]], {"a": "z0", "b": "z1"})
    svar = VAR(1).fit(frame[NAMES]).identify(scheme)
    assert svar.anderson_rubin(2).shock == "a"
    with pytest.raises(InvalidInferenceError, match="tells them apart"):
        svar.anderson_rubin(2, shock="b")


def test_it_is_what_remains_where_bands_are_refused(weak):
    svar = identified(economy(9, 300, 1.5))
    with pytest.raises(InvalidInferenceError, match="anderson_rubin"):
        svar.irf(8)
    assert not weak.strong
    assert len(weak.tidy())


def test_pass_through_after_an_instrumented_shock_has_anderson_rubin_sets():
    """At any strength; a price's cumulated response over the yen's, in the panel's log changes."""
    panel = load_loop_panel()
    yen = panel.frame["usdjpy_tokyo"]
    noise = np.random.default_rng(0).standard_normal(len(yen))
    strong, weak = yen + noise, pd.Series(noise, yen.index)
    for z, bounded in ((strong, True), (weak, False)):
        scheme = Instruments(z.to_frame("z"), "usdjpy_tokyo")
        svar = VAR(2).fit(panel).identify(scheme)
        found = pass_through(
            svar, "usdjpy_tokyo", exchange_rate="usdjpy_tokyo", prices=["import_price_yen"]
        )
        ratio = ratio_sets(svar, "import_price_yen", "usdjpy_tokyo", 24)
        sets = found.paths[0].interval(0.9)
        np.testing.assert_allclose(sets.hull, ratio.sets(0.9).hull)
        np.testing.assert_array_equal(sets.bounded, bounded)
        assert set(found.tidy()["band"].str.split(" ").str[0]) == {"Fieller"}
        assert any("Anderson and Rubin's" in note for note in found.notes())
    single = svar.anderson_rubin(0, size={"usdjpy_tokyo": 1.0})
    np.testing.assert_allclose(ratio.estimate[0], single.point[0, 3])


def test_a_named_shock_in_units_of_its_variable():
    frame = economy(1, 300, 60)
    panel = Panel.from_frame(frame[NAMES])
    scheme = Instruments(frame[["z0"]], "monetary", own={"monetary": "a"})
    found = VAR(1).fit(panel).identify(scheme).anderson_rubin(4, size={"monetary": 0.5})
    assert found.point[0, 0] == pytest.approx(0.5)
    assert found.size.startswith("Monetary shock: raises a by 0.5")
    assert set(found.tidy()["shock"]) == {"monetary"}
