"""The delta method by differences gives the closed-form standard errors, for any scheme."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yenloop.errors import InvalidInferenceError, SpecError
from yenloop.estimation import delta
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.long_run import LongRun
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.intervals.percentile import PERCENTILE
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.var import VAR
from yenloop.models.vecm import VECM

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "delta_method.py")))

NAMES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    mix = np.array([[1.0, 0, 0], [0.4, 0.8, 0], [-0.3, 0.5, 0.6]])
    e = rng.standard_normal((240, 3)) @ mix.T
    y = np.zeros_like(e)
    for t in range(1, 240):
        y[t] = 0.4 * y[t - 1] + 0.15 * y[t - 1, ::-1] + e[t]
    return pd.DataFrame(y, index=pd.period_range("1995-01", periods=240, freq="M"), columns=NAMES)


@pytest.fixture(scope="module", params=["df", "T"])
def reduced(request, data):
    return VAR(2, divisor=request.param).fit(data)


@pytest.fixture(scope="module")
def svar(reduced):
    return reduced.identify(Cholesky(), inference=DeltaMethod())


def asymptotic_covariances(reduced):
    """Of alpha (columns of (A_1, ..., A_p) stacked) and of vech Sigma."""
    without_constant = reduced.gram_inverse[1:, 1:]
    return (
        np.kron(without_constant, reduced.covariance),
        twin.covariance_of_sigma(reduced.covariance, reduced.nobs),
    )


def closed_form(reduced, parts):
    return twin.standard_errors(*parts[1:], *asymptotic_covariances(reduced))


# -- closed forms --------------------------------------------------------------------------------


def test_orthogonalised_responses(svar, reduced):
    irf = svar.irf(24, cumulative=False)
    parts = twin.derivatives(reduced.lag_coefficients, reduced.covariance, 24)
    np.testing.assert_allclose(irf.point, parts[0], atol=1e-12)
    expected = closed_form(reduced, parts)
    np.testing.assert_allclose(irf.std_error, expected, rtol=1e-7, atol=1e-13)
    low, high = irf.bands([0.90])[0.90]
    np.testing.assert_allclose(
        high - irf.point, 1.6448536269514722 * expected, rtol=1e-7, atol=1e-13
    )
    np.testing.assert_allclose(irf.point - low, high - irf.point, atol=1e-15)


def test_the_impact_matrix_has_standard_errors(svar, reduced):
    """Of B at horizon 0: that of a standard deviation is sigma / sqrt(2 T), and zeros have none."""
    error = svar.irf(0, cumulative=False).std_error[0]
    assert error[0, 0] == pytest.approx(svar.impact[0, 0] / np.sqrt(2 * reduced.nobs), rel=1e-8)
    assert (error[np.tril_indices(3)] > 0).all()
    assert (error[np.triu_indices(3, 1)] == 0).all()


def test_cumulated_responses_and_their_limit(svar, reduced):
    parts = twin.derivatives(reduced.lag_coefficients, reduced.covariance, 24)
    irf = svar.irf(200, cumulative=True)
    expected = closed_form(reduced, twin.cumulated(parts))
    np.testing.assert_allclose(irf.std_error[:25], expected, rtol=1e-7, atol=1e-13)
    limit = closed_form(reduced, twin.long_run(reduced.lag_coefficients, reduced.covariance))
    np.testing.assert_allclose(irf.std_error[-1], limit[0], rtol=1e-6)


def test_variance_shares(svar, reduced):
    parts = twin.derivatives(reduced.lag_coefficients, reduced.covariance, 11)
    shares = twin.variance_shares(*parts)
    fevd = svar.fevd(12)
    np.testing.assert_allclose(fevd.point, shares[0], atol=1e-12)
    error = fevd.bands_of(fevd.point, fevd.draws)[0]
    np.testing.assert_allclose(error, closed_form(reduced, shares), rtol=1e-6, atol=1e-12)


def test_statsmodels_agrees_where_it_is_right(data):
    """Its long-run standard errors leave out 1/T on the part from Sigma; ours do not."""
    from statsmodels.tsa.api import VAR as Peer  # noqa: N811

    peer = Peer(data.to_numpy()).fit(2, trend="c").irf(24)
    svar = VAR(2).fit(data).identify(Cholesky(), inference=DeltaMethod())
    np.testing.assert_allclose(
        svar.irf(24, cumulative=False).std_error, peer.stderr(orth=True), rtol=1e-6, atol=1e-12
    )
    ours = svar.irf(200, cumulative=True).std_error[-1]
    assert (peer.lr_effect_stderr(orth=True) > 3 * ours)[np.tril_indices(3)].all()


# -- sizes, schemes, covariances -----------------------------------------------------------------


def test_a_response_that_the_size_fixes_has_no_error(svar):
    unit = svar.irf(6, size="unit", cumulative=False)
    own = unit.std_error[0][np.diag_indices(3)]
    assert (own < 1e-9).all()
    ten = svar.irf(6, size={"a": 10}, cumulative=False)
    np.testing.assert_allclose(
        ten.std_error[..., 0], 10 * unit.std_error[..., 0], rtol=1e-6, atol=1e-9
    )


def test_another_scheme_is_differentiated_through_its_own_impact_matrix(data):
    """Under long-run zeros cumulated responses converge to numbers without error."""
    reduced = VAR(1).fit(data)
    svar = reduced.identify(LongRun(), inference=DeltaMethod())
    irf = svar.irf(120, cumulative=True)
    restricted = np.triu_indices(3, 1)
    assert np.abs(irf.point[-1][restricted]).max() < 1e-8
    assert irf.std_error[-1][restricted].max() < 1e-6
    assert irf.std_error[0].min() > 1e-3
    drawn = reduced.identify(LongRun(), inference=ResidualBootstrap(1000)).irf(4, cumulative=False)
    ratio = svar.irf(4, cumulative=False).std_error / drawn.std_error
    assert ratio.min() > 0.75
    assert ratio.max() < 1.25


def test_robust_covariance_of_the_coefficients_is_that_of_white(reduced):
    kind = "HC1" if reduced.divisor == "df" else "HC0"
    width = reduced.coefficient_covariance("classical").shape[0]
    robust = DeltaMethod(errors="robust").covariance(reduced)
    expected = reduced.coefficient_covariance(kind)
    np.testing.assert_allclose(robust[:width, :width], expected, rtol=1e-8, atol=1e-16)
    between = robust[:width, width:]
    assert np.abs(between).max() > 0
    iid = DeltaMethod(errors="iid").covariance(reduced)
    np.testing.assert_allclose(iid[width:, width:], robust[width:, width:], rtol=1e-10)
    assert (iid[:width, width:] == 0).all()


def test_fourth_moments_make_fat_tails_count():
    """Errors with a kurtosis of 9: the variance of s_11 is (9 - 1) sigma^4 / T instead of 2."""
    rng = np.random.default_rng(2)
    draws = rng.standard_t(5, size=(200_000, 1))
    variance = float((draws**2).mean())
    iid = delta.iid_covariance(np.zeros((0, 0)), draws)[0, 0]
    kurtosis = float((draws**4).mean()) / variance**2
    assert iid == pytest.approx((kurtosis - 1) * variance**2 / len(draws), rel=1e-10)
    normal = delta.normal_covariance(np.zeros((0, 0)), np.array([[variance]]), len(draws))[0, 0]
    assert normal == pytest.approx(2 * variance**2 / len(draws), rel=1e-12)


def test_under_normal_errors_the_three_covariances_meet():
    rng = np.random.default_rng(3)
    y = np.zeros((6000, 2))
    for t in range(1, len(y)):
        y[t] = 0.5 * y[t - 1] + rng.standard_normal(2) @ [[1, 0.5], [0, 1]]
    index = pd.period_range("1500-01", periods=len(y), freq="M")
    reduced = VAR(1).fit(pd.DataFrame(y, index=index, columns=["x", "y"]))
    found = [
        reduced.identify(Cholesky(), inference=DeltaMethod(errors=kind)).irf(8).std_error
        for kind in ("gaussian", "iid", "robust")
    ]
    np.testing.assert_allclose(found[1], found[0], rtol=0.05)
    np.testing.assert_allclose(found[2], found[0], rtol=0.10)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), rank=st.integers(1, 6))
def test_a_root_of_any_covariance(seed, rank):
    """Singular ones and rows of zeros included, on scales from 1e-3 to 1e3."""
    rng = np.random.default_rng(seed)
    scale = 10 ** rng.uniform(-3, 3, size=8)
    loadings = scale[:, None] * rng.standard_normal((8, rank))
    loadings[5:7] = 0
    covariance = loadings @ loadings.T
    found = delta.root(covariance)
    assert found.shape == (8, min(rank, 6))
    gap = (found @ found.T - covariance) / np.outer(scale, scale)
    assert np.abs(gap).max() < 1e-10


# -- other estimators ----------------------------------------------------------------------------


def test_a_closed_block_is_known_not_to_react(data):
    """Coefficients that are restricted to zero have no variance, and others a smaller one."""
    closed = VAR(2, restrictions=[BlockExogenous(["a"])]).fit(data)
    for kind in ("gaussian", "iid", "robust"):
        irf = closed.identify(Cholesky(), inference=DeltaMethod(errors=kind)).irf(8)
        assert irf.select(shock=["b", "c"], response="a").std_error.max() < 1e-12
        assert irf.select(shock="a", response="a").std_error.min() > 1e-4
    robust = DeltaMethod(errors="robust").covariance(closed)
    width = len(closed.coefficient_covariance())
    expected = closed.coefficient_covariance("HC0") * closed.nobs / closed.df_resid
    np.testing.assert_allclose(robust[:width, :width], expected, rtol=1e-6, atol=1e-15)


def test_a_vecm_keeps_its_unit_roots_in_every_perturbation():
    """Standard errors, also of permanent effects, are those of a bootstrap with the same rank."""
    rng = np.random.default_rng(3)
    y = np.zeros((400, 3))
    for t in range(1, 400):
        gap = y[t - 1, 0] - y[t - 1, 1]
        y[t] = y[t - 1] + np.array([-0.3, 0.1, 0]) * gap + rng.standard_normal(3)
    index = pd.period_range("1980-01", periods=400, freq="M")
    reduced = VECM(1, rank=1, deterministic="co").fit(pd.DataFrame(y, index=index, columns=NAMES))
    svar = reduced.identify(Cholesky(), inference=DeltaMethod())
    long_run = np.eye(3) - svar.draws.lags.sum(axis=1)
    singular = np.linalg.svd(long_run, compute_uv=False)
    assert singular[:, 1:].max() < 1e-12
    drawn = reduced.identify(Cholesky(), inference=ResidualBootstrap(500)).irf(24, cumulative=False)
    error = svar.irf(24, cumulative=False).std_error
    varying = error > 1e-9
    ratio = error[varying] / drawn.std_error[varying]
    assert 0.8 < ratio.min() < ratio.max() < 1.25


# -- invariance ----------------------------------------------------------------------------------


def test_a_change_of_unit_changes_the_unit_of_the_band(data, svar, reduced):
    factor = np.array([100.0, 1.0, 1e-3])
    scaled = VAR(2, divisor=reduced.divisor).fit(data * factor)
    irf = scaled.identify(Cholesky(), inference=DeltaMethod()).irf(12, cumulative=False)
    base = svar.irf(12, cumulative=False)
    np.testing.assert_allclose(
        irf.std_error, base.std_error * factor[:, None], rtol=1e-6, atol=1e-14
    )


def test_the_order_of_the_columns_does_not_matter(data, svar, reduced):
    moved = VAR(2, divisor=reduced.divisor).fit(data[["c", "a", "b"]])
    other = moved.identify(Cholesky(NAMES), inference=DeltaMethod()).irf(12, cumulative=False)
    base = svar.irf(12, cumulative=False)
    for shock in NAMES:
        for name in NAMES:
            np.testing.assert_allclose(
                other.select(shock=shock, response=name).std_error,
                base.select(shock=shock, response=name).std_error,
                rtol=1e-6,
                atol=1e-13,
            )


# -- what is said and what is refused ------------------------------------------------------------


def test_notes_say_how_and_count_no_draws(svar):
    notes = " ".join(svar.notes())
    assert "Bands: delta method (normal errors), normal bounds." in notes
    assert "kept" not in notes
    assert "seed" not in notes
    assert set(svar.irf(2).tidy()["band"]) == {"delta_method"}


def test_near_a_unit_root_long_run_objects_are_refused():
    rng = np.random.default_rng(1)
    y = rng.standard_normal((200, 2)).cumsum(axis=0)
    frame = pd.DataFrame(
        y, index=pd.period_range("2000-01", periods=200, freq="M"), columns=["x", "y"]
    )
    reduced = VAR(1).fit(frame)
    assert reduced.near_unit_root
    svar = reduced.identify(Cholesky(), inference=DeltaMethod())
    assert svar.irf(12).std_error.shape == (13, 2, 2)  # nothing is cumulated: these are levels
    with pytest.raises(
        InvalidInferenceError, match="unit root.*not normal.*Valid for it: residual"
    ):
        svar.irf(12, cumulative=True)


def test_objects_that_need_a_sample_of_draws_are_refused(svar):
    with pytest.raises(InvalidInferenceError, match="random sample"):
        svar.forecast(3)
    for quantity in ("gain", "pass_through", "claim", "opened_edge"):
        with pytest.raises(InvalidInferenceError, match="random sample"):
            svar.require_valid(quantity)
    with pytest.raises(SpecError, match="no sample from which equal-tailed percentiles"):
        DeltaMethod(interval=PERCENTILE)
    with pytest.raises(SpecError, match="errors = 'hc1'"):
        DeltaMethod(errors="hc1")
