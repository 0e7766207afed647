"""Sign-restricted shocks hold in estimate and draws, contain the truth, and count what was lost."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import ks_2samp

from yenloop.data.economy import simulate_var
from yenloop.errors import (
    EffectiveSampleWarning,
    InvalidInferenceError,
    NoRotationError,
    NotIdentifiedError,
    SpecError,
)
from yenloop.estimation.long_run import long_run_multiplier
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.narrative import LargestContribution, ShockSign
from yenloop.models.identification.rotation_record import RotationRecord
from yenloop.models.identification.rotation_search import Search
from yenloop.models.identification.sign_restrictions import Sign, ZeroResponse
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.posterior import Posterior
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.storage import load, save
from yenloop.models.var import VAR

NAMES = ["output", "prices", "rate"]
#: Demand, supply (prices up, output down) and monetary shocks, one to a variable.
IMPACT = np.array([[0.8, -0.5, -0.4], [0.5, 0.7, -0.4], [0.4, 0.2, 0.6]])
LAGS = np.array([[[0.6, 0.0, -0.1], [0.1, 0.5, 0.0], [0.1, 0.1, 0.5]]])
OWN = {"demand": "output", "supply": "prices", "monetary": "rate"}
MONETARY = (
    Sign("monetary", "rate", "+", range(2)),
    Sign("monetary", "prices", "-", range(2)),
    Sign("monetary", "output", "-", range(2)),
)
ALL = (
    Sign("demand", "output", "+"),
    Sign("demand", "prices", "+"),
    Sign("demand", "rate", "+"),
    Sign("supply", "prices", "+"),
    Sign("supply", "output", "-"),
    *MONETARY,
)


def data(periods: int = 300, seed: int = 1, scale=1.0) -> pd.DataFrame:
    y = simulate_var(LAGS, IMPACT, periods, seed) * scale
    return pd.DataFrame(y, pd.period_range("1990-01", periods=periods, freq="M"), NAMES)


@pytest.fixture(scope="module")
def reduced():
    return VAR(1).fit(data())


def own(*shocks: str) -> dict[str, str]:
    return {shock: OWN[shock] for shock in shocks}


ONE = SignRestrictions(MONETARY, own=own("monetary"))


def holds(scheme: SignRestrictions, lags: np.ndarray, impact: np.ndarray) -> None:
    """Every sign and zero, on responses computed for the purpose."""
    shocks = scheme.shocks(NAMES)
    theta = impulse_responses(lags, impact, 6)
    summed = np.cumsum(theta, axis=-3)
    for r in shocks.imposed:
        i, j = NAMES.index(r.response), shocks.column[r.shock]
        if isinstance(r, ZeroResponse):
            lasting = r.horizon == "long_run"
            at = long_run_multiplier(lags) @ impact if lasting else theta[..., r.horizon, :, :]
            assert np.abs(at[..., i, j]).max() < 1e-12
        else:
            direction = 1 if r.sign == "+" else -1
            at = (summed if r.cumulative else theta)[..., list(r.steps), i, j]
            assert (direction * at).min() > -1e-12


# -- estimate and draws --------------------------------------------------------------------------


def test_signs_hold_and_other_shocks_are_not_identified(reduced):
    svar = reduced.identify(ONE, inference=Posterior(400), rng=3)
    assert svar.shock_names == ("output", "prices", "monetary")
    assert svar.identified == ("monetary",)
    for impact in (svar.impact, svar.draws.impact):
        assert np.isnan(impact[..., :2]).all()
        assert np.isfinite(impact[..., 2]).all()
    holds(ONE, reduced.lag_coefficients, svar.impact)
    holds(ONE, svar.draws.lags, svar.draws.impact)
    weight = np.linalg.solve(svar.draws.covariance, svar.draws.impact[..., 2:])[..., 0]
    assert_allclose(np.einsum("ri,ri->r", weight, svar.draws.impact[..., 2]), 1, rtol=1e-10)
    found = reduced.draws(Posterior(400), 3)
    assert_array_equal(svar.draws.covariance, found.covariance)  # reduced forms keep their weight


@pytest.mark.parametrize(
    "inference",
    [Posterior(300), ResidualBootstrap(300), BiasCorrectedBootstrap(300, block_length=None)],
)
def test_any_sample_of_reduced_forms_will_do(reduced, inference):
    scheme = SignRestrictions(ALL, own=OWN)
    svar = reduced.identify(scheme, inference=inference)
    holds(scheme, svar.draws.lags, svar.draws.impact)
    assert (
        np.abs(
            svar.draws.impact @ np.swapaxes(svar.draws.impact, 1, 2) - svar.draws.covariance
        ).max()
        < 1e-12
    )
    irf = svar.irf(4, size={"monetary": 1})
    assert (
        irf.tidy().query("shock == 'monetary' & response == 'rate' & horizon == 0")["estimate"] == 1
    ).all()
    assert np.isfinite(svar.fevd(4).tidy()["estimate"]).all()


def test_the_default_bands_are_credible(reduced):
    assert reduced.identify(ONE).inference == Posterior()


def test_the_point_is_one_accepted_model_close_to_the_medians(reduced):
    svar = reduced.identify(ONE, inference=Posterior(100))
    search = ONE.search(reduced, 0)
    models = search.of_estimate(ONE.rotations).impact[0]
    same = np.isclose(models[..., 2], svar.impact[:, 2]).all(axis=1)
    assert same.sum() == 1
    theta = impulse_responses(reduced.lag_coefficients, models[..., 2:], ONE.target_horizon)
    distance = np.square((theta - np.median(theta, axis=0)) / theta.std(axis=0)).sum(axis=(1, 2, 3))
    assert np.argmin(distance) == np.flatnonzero(same)[0]


def test_the_identified_set_holds_the_truth():
    """Estimated from 20,000 periods, the range of accepted responses holds the true ones."""
    large = VAR(1).fit(data(20_000))
    scheme = SignRestrictions(ALL, own=OWN, rotations=4000)
    models = scheme.search(large, 0).of_estimate(4000).impact[0]
    theta = impulse_responses(large.lag_coefficients, models, 6)
    truth = impulse_responses(LAGS, IMPACT, 6)
    assert (theta.min(axis=0) - 0.02 < truth).all()
    assert (theta.max(axis=0) + 0.02 > truth).all()
    assert (np.ptp(theta[:, 0], axis=0) > 0.1).all()  # a set, not a point


def test_recursive_zeros_give_the_recursive_scheme(reduced):
    """Zeros that identify exactly: every draw is its Cholesky factor, whatever the weights."""
    zeros = [ZeroResponse(b, a) for i, a in enumerate(NAMES) for b in NAMES[i + 1 :]]
    scheme = SignRestrictions([Sign(n, n, "+") for n in NAMES] + zeros, rotations=10)
    ours = reduced.identify(scheme, inference=ResidualBootstrap(200))
    theirs = reduced.identify(Cholesky(), inference=ResidualBootstrap(200))
    assert_allclose(ours.impact, theirs.impact, rtol=0, atol=1e-12)
    assert_allclose(ours.draws.impact, theirs.draws.impact, rtol=0, atol=1e-12)
    assert scheme.imposed_zeros(NAMES) == Cholesky().imposed_zeros(NAMES)


# -- units, order, seeds, threads ----------------------------------------------------------------


def test_units_do_not_matter(reduced):
    scale = np.array([1000.0, 1.0, 1e-3])
    other = VAR(1).fit(data(scale=scale))
    svar, scaled = (r.identify(ONE, inference=Posterior(200)) for r in (reduced, other))
    assert_allclose(scaled.impact, svar.impact * scale[:, None], rtol=1e-9)
    assert_allclose(scaled.draws.impact, svar.draws.impact * scale[:, None], rtol=1e-6)
    assert scaled.draws.rotations == svar.draws.rotations


def test_the_order_of_the_variables_does_not_matter(reduced):
    """In distribution: the random numbers are other ones."""
    turned = VAR(1).fit(data()[NAMES[::-1]])
    one = reduced.identify(ONE, inference=Posterior(2000)).draws.impact[:, :, 2]
    other = turned.identify(ONE, inference=Posterior(2000)).draws.impact[:, ::-1, 0]
    for i in range(3):
        assert ks_2samp(one[:, i], other[:, i]).pvalue > 1e-3


@pytest.mark.parametrize("weighting", ["conditional", "joint"])
def test_draws_depend_on_the_seed_alone(weighting):
    scheme = SignRestrictions(MONETARY, own=own("monetary"), weighting=weighting)
    fit = VAR(1).fit
    one, same, other = (
        fit(data()).identify(scheme, inference=Posterior(120, threads), rng=seed).draws.impact
        for threads, seed in ((1, 5), (2, 5), (1, 6))
    )
    assert_array_equal(one, same)
    assert np.nanmax(np.abs(one - other)) > 0.1


# -- what the weighting means --------------------------------------------------------------------


def test_joint_weighting_counts_reduced_forms_by_what_they_admit():
    """Two variables: the admissible angle is known, so the mean correlation under both is."""
    y = simulate_var(np.zeros((1, 2, 2)), np.array([[1.0, 0], [0.2, 1]]), 60, 3)
    frame = pd.DataFrame(y, pd.period_range("1990-01", periods=60, freq="M"), ["x", "y"])
    reduced = VAR(1).fit(frame)
    signs = [Sign("x", "x", "+"), Sign("x", "y", "+"), Sign("y", "y", "+"), Sign("y", "x", "-")]
    mean = {}
    for weighting in ("conditional", "joint"):
        scheme = SignRestrictions(signs, weighting=weighting)
        draws = reduced.identify(scheme, inference=Posterior(8000)).draws
        sigma = draws.covariance
        rho = sigma[:, 0, 1] / np.sqrt(sigma[:, 0, 0] * sigma[:, 1, 1])
        mean[weighting] = rho.mean()
        if weighting == "conditional":
            # x up, y up: an arc of pi/2 + arcsin(rho); then y is one of two directions, and its
            # own signs leave the part of the arc that is less than a right angle away.
            angle = np.pi / 2 - np.abs(np.arcsin(rho))
            expected = (rho * angle).sum() / angle.sum()
            error = rho.std() / np.sqrt(len(rho))
    assert abs(mean["joint"] - expected) < 5 * error
    assert abs(mean["conditional"] - expected) > 5 * error


def test_reduced_forms_without_rotation_are_dropped_and_counted():
    """The estimate barely admits a rotation, so that some draws do not; none is replaced."""
    y = simulate_var(np.array([np.diag([0.3, 0.3])]), np.array([[1.0, 0], [0.9, 0.4]]), 60, 8)
    frame = pd.DataFrame(y, pd.period_range("1990-01", periods=60, freq="M"), ["x", "y"])
    reduced = VAR(1).fit(frame)
    signs = (Sign("x", "x", "+", range(2)), Sign("x", "y", "-", range(2)))
    scheme = SignRestrictions(signs, max_attempts=3000, rotations=50)
    svar = reduced.identify(scheme, inference=Posterior(400))
    record = svar.draws.rotations
    assert 0 < record.without < 400
    assert len(svar.draws) == 400 - record.without == record.accepted
    assert svar.draws.failed == 0
    assert record.attempts > 3000 * record.without
    theta = impulse_responses(svar.draws.lags, svar.draws.impact[..., :1], 1)
    assert (theta[:, :, 0] >= 0).all()
    assert (theta[:, :, 1] <= 0).all()
    note = f"of 400 reduced forms {record.without:,} (dropped) had no rotation in 3,000 attempts"
    assert any(note in line for line in svar.notes())
    with pytest.warns(EffectiveSampleWarning, match="Only .. of 150 reduced forms"):
        assert len(reduced.identify(scheme, inference=Posterior(150)).draws) < 100


# -- zeros and weights ---------------------------------------------------------------------------


@pytest.mark.parametrize("weighting", ["conditional", "joint"])
@pytest.mark.parametrize("horizon", [0, 2, "long_run"])
def test_zeros_hold_and_their_weights_are_counted(reduced, weighting, horizon):
    scheme = SignRestrictions(
        (*MONETARY[:2], ZeroResponse("monetary", "output", horizon), Sign("demand", "output", "+")),
        own=own("monetary", "demand"),
        weighting=weighting,
    )
    svar = reduced.identify(scheme, inference=Posterior(200))
    holds(scheme, reduced.lag_coefficients[None], svar.impact[None])
    holds(scheme, svar.draws.lags, svar.draws.impact)
    record = svar.draws.rotations
    assert record.candidates == (50 if weighting == "conditional" else 10_000)
    assert 0 < record.effective <= record.candidates
    assert any("Importance weights chose among" in note for note in svar.notes())
    if horizon == 0:
        assert (svar.draws.impact[:, 0, 2] == 0).all()
        assert scheme.imposed_zeros(NAMES) == {("output", "monetary")}


def test_without_zeros_there_are_no_weights(reduced):
    record = reduced.identify(ONE, inference=Posterior(100)).draws.rotations
    assert record.candidates is record.effective is None
    assert record.duplicates == 0


@pytest.mark.parametrize("weighting", ["conditional", "joint"])
def test_candidates_are_chosen_by_weight_and_few_effective_ones_are_warned_of(
    reduced, weighting, monkeypatch
):
    scheme = SignRestrictions(
        (*MONETARY[:2], ZeroResponse("monetary", "output", 4)),
        own=own("monetary"),
        weighting=weighting,
    )

    def draw(slope: float):
        monkeypatch.setattr(
            Search, "log_weights", lambda self, lags, impact, purpose: slope * impact[:, 2, 2]
        )
        return reduced.identify(scheme, inference=Posterior(200)).draws

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EffectiveSampleWarning)
        low, high = (draw(slope).impact[:, 2, 2].mean() for slope in (-30.0, 30.0))
    assert low < high - 0.1
    with pytest.warns(EffectiveSampleWarning, match="Raise candidates"):
        record = draw(3000.0).rotations
    assert record.effective < 0.2 * (10 if weighting == "conditional" else 200)
    assert (record.duplicates > 150) == (weighting == "joint")


# -- narratives ----------------------------------------------------------------------------------


@pytest.mark.parametrize("weighting", ["conditional", "joint"])
def test_narratives_hold_in_estimate_and_draws(reduced, weighting):
    shocks = reduced.residuals.to_numpy() @ np.linalg.inv(IMPACT).T
    dates = [
        str(reduced.dates[int(np.argmax(shocks[:, 2]))]),
        str(reduced.dates[int(np.argmin(shocks[:, 2]))]),
    ]
    narrative = (
        ShockSign("monetary", dates[0], "+"),
        ShockSign("monetary", dates[1], "-"),
        LargestContribution("monetary", "rate", dates[0]),
    )
    scheme = SignRestrictions(
        MONETARY,
        own=own("monetary"),
        narrative=narrative,
        weighting=weighting,
        candidates=3,
        rotations=50,
    )
    svar = reduced.identify(scheme, inference=Posterior(100))
    holds(scheme, svar.draws.lags, svar.draws.impact)
    plain = reduced.identify(ONE, inference=Posterior(100))
    first, second = (list(map(str, reduced.dates)).index(date) for date in dates)
    draws = svar.draws
    y, p = reduced.y, reduced.p
    for t, sign in ((first, 1), (second, -1)):
        error = (
            y[t + p]
            - draws.deterministic[:, :, 0]
            - np.einsum("rlij,lj->ri", draws.lags, y[t : t + p][::-1])
        )
        weight = np.linalg.solve(draws.covariance, draws.impact[:, :, 2:])[..., 0]
        assert (sign * np.einsum("ri,ri->r", weight, error) > 0).all()
    assert draws.rotations.acceptance < plain.draws.rotations.acceptance
    assert "narratives: monetary shock positive in" in svar.notes()[0]


# -- errors, words, storage ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("restrictions", "options", "error", "message"),
    [
        ((), {}, SpecError, "identify nothing"),
        (["x"], {}, SpecError, "is no restriction"),
        (MONETARY, {}, SpecError, "own={'monetary': ...}"),
        (MONETARY, {"own": {"monetary": "money"}}, SpecError, "belongs to no variable"),
        (MONETARY, {"own": {"monetary": "rate", "x": "output"}}, SpecError, "'x' has a variable"),
        ([Sign("rate", "rate", "+")], {"own": {"rate": "prices"}}, SpecError, "another name"),
        (
            [*MONETARY, Sign("policy", "rate", "+")],
            {"own": {"monetary": "rate", "policy": "rate"}},
            SpecError,
            "both belong to 'rate'",
        ),
        ([Sign("rate", "wages", "+")], {}, SpecError, "'wages', which is not in the VAR"),
        (
            [Sign("rate", "prices", "+", range(4)), Sign("rate", "prices", "-", 3)],
            {},
            SpecError,
            "contradicts rate: prices \\+ \\(h = 0-3\\)",
        ),
        (
            [Sign("rate", "prices", "+", 0), Sign("rate", "prices", "+", 0, cumulative=True)],
            {},
            SpecError,
            "repeats",
        ),
        (
            [Sign("rate", "prices", "+"), ZeroResponse("rate", "prices")],
            {},
            SpecError,
            "contradicts",
        ),
        ([ZeroResponse("rate", "rate")], {}, SpecError, "leave it unmoved on impact"),
        (
            [
                ZeroResponse("rate", "output"),
                ZeroResponse("rate", "prices"),
                ZeroResponse("rate", "output", 1),
            ],
            {},
            NotIdentifiedError,
            "at most 2 zeros",
        ),
        (
            [
                ZeroResponse("rate", "output"),
                ZeroResponse("rate", "prices"),
                ZeroResponse("output", "rate", 1),
                ZeroResponse("output", "prices"),
            ],
            {},
            NotIdentifiedError,
            "number 2 by their number",
        ),
        (MONETARY, {"own": OWN, "weighting": "both"}, SpecError, "weighting"),
        (MONETARY, {"own": OWN, "rotations": 0}, SpecError, "rotations"),
        (MONETARY, {"own": OWN, "max_attempts": 1.5}, SpecError, "max_attempts"),
    ],
)
def test_what_cannot_be_restricted_is_refused(reduced, restrictions, options, error, message):
    with pytest.raises(error, match=message):
        reduced.identify(SignRestrictions(restrictions, **options))


@pytest.mark.parametrize("horizons", [-1, 1.5, (), [0, -2], "0", True])
def test_horizons_are_whole_numbers(horizons):
    with pytest.raises(SpecError, match="range\\(4\\)"):
        Sign("a", "b", "+", horizons)


def test_signs_are_plus_or_minus_and_zeros_have_one_horizon():
    with pytest.raises(SpecError, match="Use '\\+' or '-'"):
        Sign("a", "b", "up")
    for horizon in ("long run", -1):
        with pytest.raises(SpecError, match="long_run"):
            ZeroResponse("a", "b", horizon)
    assert Sign("a", "b", "+", [3, 0, 1, 1]).steps == (0, 1, 3)
    assert str(Sign("a", "b", "-", [0, 1, 3], cumulative=True)) == "a: b - (h = 0-1+3, cumulated)"
    assert str(ZeroResponse("a", "b", "long_run")) == "a: b 0 (long run)"


def test_bands_without_a_sample_of_reduced_forms_are_refused(reduced):
    smooth = reduced.identify(ONE, inference=DeltaMethod())
    for ask in (lambda: smooth.irf(2), lambda: smooth.draws):
        with pytest.raises(InvalidInferenceError):
            ask()
    joint = SignRestrictions(MONETARY, own=own("monetary"), weighting="joint")
    with pytest.raises(InvalidInferenceError, match="a residual bootstrap is too slow"):
        _ = reduced.identify(joint, inference=ResidualBootstrap(100)).draws


def test_long_run_zeros_need_a_stationary_var():
    walk = np.random.default_rng(0).standard_normal((200, 2)).cumsum(axis=0)
    walk += np.arange(200)[:, None] ** 1.5
    index = pd.period_range("2000-01", periods=200, freq="M")
    reduced = VAR(1).fit(pd.DataFrame(walk, index, ["x", "y"]))
    with pytest.raises(NotIdentifiedError, match="not stationary"):
        reduced.identify(SignRestrictions([ZeroResponse("x", "y", "long_run")]))


def test_a_joint_search_that_finds_too_little_says_so(reduced):
    scheme = SignRestrictions(ALL, own=OWN, weighting="joint", max_attempts=1, rotations=200)
    with pytest.raises(NoRotationError, match="weighting='conditional'"):
        _ = reduced.identify(scheme, inference=Posterior(200)).draws


def test_the_scheme_in_words(reduced):
    scheme = SignRestrictions(
        (*MONETARY, ZeroResponse("monetary", "output", 3)), own=own("monetary")
    )
    words = scheme.describe(NAMES, reduced.columns)
    assert "monetary (of rate): rate + (h = 0-1), prices - (h = 0-1), output - (h = 0-1)" in words
    assert "output 0 (h = 3)" in words
    assert "median target of 1,000 rotations" in words
    assert scheme.imposed_signs(NAMES) == {(n, "monetary", h) for n in NAMES for h in range(2)}
    assert scheme.imposed_long_run_zeros(NAMES) == frozenset()
    counts = RotationRecord("joint", 1000, 20, 1000, 0, 50, 20, 7.25, 12).in_words()
    assert "20 of 1,000 attempts accepted (0.02; columns up to their sign)" in counts
    assert "each attempt with a new draw of the reduced form" in counts
    assert "among 20 rotations, worth 7.2 of equal weight; 12 draws repeat another one" in counts


def test_signs_of_own_variables_are_normalised_unless_given(reduced):
    rest = MONETARY[1:]
    assert [str(r) for r in SignRestrictions(rest, own=own("monetary")).shocks(NAMES).imposed] == [
        *map(str, rest),
        "monetary: rate + (h = 0)",
    ]
    falls = SignRestrictions([Sign("easing", "rate", "-")], own={"easing": "rate"})
    svar = reduced.identify(falls, inference=Posterior(100))
    assert svar.impact[2, 2] < 0
    assert (svar.draws.impact[:, 2, 2] < 0).all()


def test_it_is_stored_and_read_again(reduced, tmp_path):
    scheme = SignRestrictions(
        (*MONETARY[:2], ZeroResponse("monetary", "output", 3)),
        own=own("monetary"),
        narrative=[ShockSign("monetary", "1999-05", "+")],
        candidates=2,
    )
    svar = reduced.identify(scheme, inference=Posterior(100), rng=2)
    again = load(save(svar, tmp_path / "svar"))
    assert again.scheme == scheme
    assert_array_equal(again.draws.impact, svar.draws.impact)
    irf = svar.irf(4)
    read = load(save(irf, tmp_path / "irf"))
    pd.testing.assert_frame_equal(read.tidy(), irf.tidy(), check_exact=True)
    assert read.notes() == irf.notes()
