"""Instrumented shocks stay what they are; signs hold for the others, orthogonal to them."""

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import InvalidInferenceError, NoRotationError, SpecError
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.instruments import Instruments
from yenloop.models.identification.instruments_and_signs import InstrumentsAndSigns
from yenloop.models.identification.sign_restrictions import Sign, ZeroResponse
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.wild_bootstrap import WildBootstrap
from yenloop.models.storage import load, save
from yenloop.models.var import VAR

BANDS = BlockBootstrap(200)
B = np.array([[1, 0.5, 0.3, 0.2], [0.4, 1, -0.5, 0.3], [0.3, 0.6, 1, 0.1], [-0.2, 0.3, 0.4, 1]])
OWN = {"policy": "a", "demand": "b", "supply": "c"}
RESTRICTIONS = (
    Sign("demand", "c", "+", range(2)),
    Sign("supply", "b", "-"),
    ZeroResponse("supply", "d"),
)


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(4)
    shocks = rng.standard_normal((250, 4))
    y = np.zeros((250, 4))
    for t in range(1, 250):
        y[t] = 0.6 * y[t - 1] + B @ shocks[t]
    index = pd.period_range("2000-01", periods=250, freq="M")
    z = pd.Series(shocks[:, 0] + 0.7 * rng.standard_normal(250), index, name="z")
    frame = pd.DataFrame(y, index, list("abcd"))
    return frame, VAR(1).fit(frame), Instruments(z.iloc[40:], "policy", own={"policy": "a"})


def signs(*restrictions, **options):
    own = {s: v for s, v in OWN.items() if any(r.shock == s for r in restrictions)}
    return SignRestrictions(restrictions, own=own, rotations=200, **options)


@pytest.fixture(scope="module")
def both(sample):
    _, reduced, instruments = sample
    scheme = InstrumentsAndSigns(instruments, signs(*RESTRICTIONS))
    return reduced.identify(scheme, inference=BANDS, rng=1)


def test_instrumented_shocks_are_those_of_the_instruments_alone(sample, both):
    _, reduced, instruments = sample
    alone = reduced.identify(instruments, inference=BANDS, rng=1)
    np.testing.assert_allclose(both.impact[:, 0], alone.impact[:, 0], rtol=1e-12)
    place = {tuple(lags.ravel()): r for r, lags in enumerate(alone.draws.lags)}
    kept = [place[tuple(lags.ravel())] for lags in both.draws.lags]
    np.testing.assert_allclose(
        both.draws.impact[..., 0], alone.draws.impact[kept, :, 0], atol=1e-12
    )


def test_restrictions_hold_and_shocks_are_uncorrelated(both):
    draws = both.draws
    assert len(draws) > 150
    assert np.isnan(draws.impact[..., 3]).all()
    responses = impulse_responses(draws.lags, draws.impact[..., :3], 1)
    assert (responses[:, :, 2, 1] >= 0).all()
    assert (responses[:, 0, 1, 2] <= 0).all()
    assert (draws.impact[:, 3, 2] == 0).all()
    for lags, impact, covariance in (
        (both.reduced.lag_coefficients[None], both.impact[None], both.covariance[None]),
        (draws.lags, draws.impact, draws.covariance),
    ):
        known = impact[..., :3]
        gram = np.swapaxes(known, -1, -2) @ np.linalg.solve(covariance, known)
        np.testing.assert_allclose(gram, np.broadcast_to(np.eye(3), gram.shape), atol=1e-10)
        assert (np.diagonal(known[:, :3], axis1=1, axis2=2) > 0).all()
        assert len(lags) == len(impact)


def test_with_two_variables_the_other_shock_is_what_is_left(sample):
    frame, _, _ = sample
    reduced = VAR(1).fit(frame[["a", "b"]])
    recursive = reduced.identify(Cholesky(["b", "a"]), inference=BANDS)
    instruments = Instruments(recursive.shocks()["b"], "b")
    scheme = InstrumentsAndSigns(instruments, SignRestrictions([Sign("a", "a", "+")]))
    svar = reduced.identify(scheme, inference=BANDS)
    np.testing.assert_allclose(svar.impact, recursive.impact, atol=1e-10)


def test_directions_are_uniform_in_what_the_instruments_leave(sample):
    """Without restrictions but the own sign, angles in the plane that is left are uniform."""
    frame, _, instruments = sample
    reduced = VAR(1).fit(frame[["a", "b", "c"]])
    free = SignRestrictions([Sign("b", "b", "+")], rotations=4000)
    estimate = instruments.estimate(reduced, 0)[1]
    search = InstrumentsAndSigns(instruments, free)._search(reduced, estimate[None], 3)
    factor = search.factors(reduced.covariance[None])[0]
    np.testing.assert_allclose(factor @ factor.T, reduced.covariance, rtol=1e-10)
    drawn = search.of_estimate(4000).impact[0, :, :, 1]
    at = np.linalg.solve(factor, drawn.T)
    assert np.abs(at[0]).max() < 1e-12
    np.testing.assert_allclose(np.linalg.norm(at, axis=0), 1.0)
    own = np.arctan2(factor[1, 2], factor[1, 1])
    angles = (np.arctan2(at[2], at[1]) - own + np.pi) % (2 * np.pi) - np.pi
    uniform = np.sort(angles) / np.pi + 0.5
    assert np.abs(uniform - (np.arange(4000) + 0.5) / 4000).max() < 1.63 / np.sqrt(4000)


def test_restrictions_on_instrumented_shocks_are_checked_and_not_imposed(sample, both):
    _, reduced, instruments = sample
    right, wrong = Sign("policy", "b", "+"), Sign("policy", "c", "-", range(2))
    nought, not_nought = ZeroResponse("policy", "d"), ZeroResponse("policy", "a", 1)
    scheme = InstrumentsAndSigns(
        instruments, signs(*RESTRICTIONS, right, wrong, nought, not_nought)
    )
    svar = reduced.identify(scheme, inference=BANDS, rng=1)
    np.testing.assert_array_equal(svar.draws.impact, both.draws.impact)
    checks = svar.scheme.checks(svar)
    assert checks.loc[str(right), "holds"]
    assert checks.loc[str(right), "share"] > 0.9
    assert not checks.loc[str(wrong), "holds"]
    assert checks.loc[str(wrong), "share"] < 0.1
    assert checks.loc[str(not_nought), "p_value"] < 0.01
    assert not checks.loc[str(not_nought), "holds"]
    (said,) = [note for note in svar.notes() if note.startswith("Not imposed")]
    assert f"{wrong} (does not hold in the estimate, in" in said
    assert both.scheme.checks(both).empty


def test_every_answer_knows_the_shocks(both):
    assert both.shock_names == ("policy", "demand", "supply", "d")
    assert both.identified == ("policy", "demand", "supply")
    assert both.irf(4).shocks == both.identified
    shares = both.fevd(4)
    np.testing.assert_allclose(shares.point.sum(axis=-1), 1.0)
    history = both.historical_decomposition(draws=10)
    np.testing.assert_allclose(history.point.sum(axis=-1), both.reduced.y[1:], atol=1e-10)
    notes = " ".join(both.notes())
    for words in ("z for the shock of policy", "demand (of b): c + (h = 0-1)", "Rotations:"):
        assert words in notes
    assert ("d", "supply") in both.scheme.imposed_zeros(both.names)
    assert ("c", "demand", 1) in both.scheme.imposed_signs(both.names)


def test_sets_and_strength_are_those_of_the_instruments(sample, both):
    _, reduced, instruments = sample
    alone = reduced.identify(instruments, inference=BANDS)
    for level in (0.68, 0.90):
        ours, theirs = (svar.anderson_rubin(3).sets[level].pieces for svar in (both, alone))
        np.testing.assert_array_equal(ours, theirs)
    assert both.instrument_strength().effective_f == alone.instrument_strength().effective_f


def test_draws_do_not_depend_on_threads(sample, both):
    _, reduced, _ = sample
    many = reduced.identify(both.scheme, inference=BlockBootstrap(200, threads=2), rng=1)
    np.testing.assert_array_equal(many.draws.impact, both.draws.impact)


def test_stored_and_read(both, tmp_path):
    assert load(save(both.scheme, tmp_path / "scheme.yenloop")) == both.scheme
    assert hash(both.scheme) == hash(load(tmp_path / "scheme.yenloop"))


def test_what_does_not_fit_is_refused(sample, both):
    frame, reduced, instruments = sample
    with pytest.raises(SpecError, match="All restrictions are on instrumented shocks"):
        InstrumentsAndSigns(instruments, signs(Sign("policy", "b", "+")))
    with pytest.raises(SpecError, match="without narratives"):
        InstrumentsAndSigns(instruments, signs(*RESTRICTIONS, weighting="joint"))
    rival = SignRestrictions([Sign("other", "a", "+")], own={"other": "a"})
    with pytest.raises(SpecError, match="a belongs to an instrumented shock"):
        reduced.identify(InstrumentsAndSigns(instruments, rival), inference=BANDS)
    with pytest.raises(InvalidInferenceError, match="21 to 27%"):
        reduced.identify(both.scheme, inference=WildBootstrap(100)).irf(3)
    noise = pd.Series(np.random.default_rng(0).standard_normal(250), frame.index, name="noise")
    weak = InstrumentsAndSigns(Instruments(noise, "a"), signs(*RESTRICTIONS))
    with pytest.raises(InvalidInferenceError, match="effective F of noise"):
        reduced.identify(weak, inference=BANDS).irf(3)


def test_conflicts_are_named(sample):
    frame, _, _ = sample
    reduced = VAR(1).fit(frame[["a", "b"]])
    recursive = reduced.identify(Cholesky(), inference=BANDS)
    instruments = Instruments(recursive.shocks()["b"], "b")
    up = "-" if recursive.impact[1, 0] > 0 else "+"
    impossible = SignRestrictions(
        [Sign("a", "a", "+"), Sign("a", "b", up)], rotations=50, max_attempts=500
    )
    with pytest.raises(NoRotationError, match=r"No rotation.*a: a \+"):
        reduced.identify(InstrumentsAndSigns(instruments, impossible), inference=BANDS)
