"""Identification and joint draws: Cholesky in any order, refusals, reproducible draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yenloop.errors import (
    DrawError,
    InvalidInferenceError,
    MissingSeriesError,
    NotIdentifiedError,
    NumericalError,
    SpecError,
)
from yenloop.estimation.var_bootstrap import ReducedFormDraws
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.inference.validity import require_valid
from yenloop.models.structural import StructuralVAR
from yenloop.models.var import VAR

NAMES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(7)
    mix = np.array([[1.0, 0, 0], [0.4, 0.8, 0], [-0.3, 0.5, 0.6]])
    e = rng.standard_normal((300, 3)) @ mix.T
    y = np.zeros_like(e)
    for t in range(1, 300):
        y[t] = 0.5 * y[t - 1] + 0.1 * y[t - 1, ::-1] + e[t]
    return pd.DataFrame(y, index=pd.period_range("1995-01", periods=300, freq="M"), columns=NAMES)


@pytest.fixture(scope="module")
def reduced(data):
    return VAR(2).fit(data)


def test_cholesky_reproduces_the_covariance_with_a_positive_diagonal(reduced):
    for order in (None, ["c", "a", "b"], ["b", "c", "a"]):
        svar = reduced.identify(Cholesky(order))
        np.testing.assert_allclose(svar.impact @ svar.impact.T, reduced.covariance)
        assert (np.diag(svar.impact) > 0).all()
        for response, shock in Cholesky(order).imposed_zeros(NAMES):
            assert svar.impact[NAMES.index(response), NAMES.index(shock)] == 0
    assert len(Cholesky().imposed_zeros(NAMES)) == 3
    assert Cholesky(["c", "a", "b"]).imposed_zeros(NAMES) == {("c", "a"), ("c", "b"), ("a", "b")}


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(NAMES))
def test_an_order_of_the_identification_is_an_order_of_the_columns(data, order):
    svar = VAR(2).fit(data).identify(Cholesky(order), inference=ResidualBootstrap(100))
    moved = VAR(2).fit(data[order]).identify(Cholesky(), inference=ResidualBootstrap(100))
    for name in order:
        np.testing.assert_allclose(
            svar.fevd(8).shares(name)[order], moved.fevd(8).shares(name), atol=1e-10
        )
    first = svar.irf(8).select(shock=order[0], response=order[1]).point
    second = moved.irf(8).select(shock=order[0], response=order[1]).point
    np.testing.assert_allclose(first, second, atol=1e-10)


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        (["a", "b"], "missing: c"),
        (["a", "b", "x"], "not in the VAR: x; missing: c"),
        (["a", "b", "b"], "named twice: b"),
    ],
)
def test_orders_that_do_not_fit_are_refused_with_the_names(reduced, order, fault):
    with pytest.raises(SpecError, match=f"{fault}.*a, b, c"):
        reduced.identify(Cholesky(order))


def test_a_singular_covariance_is_refused():
    with pytest.raises(NumericalError, match="singular"):
        Cholesky().impact(np.ones((2, 2)) - 2 * np.eye(2), np.zeros((1, 2, 2)), ["a", "b"])


def test_draws_are_joint_cached_and_reproducible(reduced):
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(200), rng=3)
    draws = svar.draws
    assert draws is svar.draws
    assert len(draws) == 200
    assert draws.lags.shape == (200, 2, 3, 3)
    products = draws.impact @ draws.impact.transpose(0, 2, 1)
    np.testing.assert_allclose(products, draws.covariance, atol=1e-12)
    again = reduced.identify(Cholesky(), inference=ResidualBootstrap(200), rng=3).draws
    np.testing.assert_array_equal(draws.lags, again.lags)
    np.testing.assert_array_equal(draws.impact, again.impact)
    other = reduced.identify(Cholesky(), inference=ResidualBootstrap(200), rng=4).draws
    assert not np.array_equal(draws.lags, other.lags)


def test_a_generator_is_used_once(reduced):
    generator = np.random.default_rng(11)
    first = reduced.identify(Cholesky(), rng=generator)
    second = reduced.identify(Cholesky(), rng=generator)
    assert first.seed != second.seed
    assert first.seed == reduced.identify(Cholesky(), rng=np.random.default_rng(11)).seed
    with pytest.raises(SpecError, match="rng = -1"):
        reduced.identify(Cholesky(), rng=-1)


def test_draws_centre_on_the_estimate_and_spread_like_it(reduced):
    draws = reduced.identify(Cholesky(), inference=ResidualBootstrap(1000)).draws
    spread = draws.lags.std(axis=0).transpose(0, 2, 1).reshape(6, 3)
    errors = reduced.std_errors.loc[[f"{n}.l{p}" for p in (1, 2) for n in NAMES]]
    np.testing.assert_allclose(spread, errors, rtol=0.15)
    gap = draws.covariance.mean(axis=0) - reduced.covariance
    assert np.abs(gap).max() < 0.03


def test_exogenous_and_seasonal_terms_are_in_the_draws(data):
    rng = np.random.default_rng(1)
    news = 5 * rng.standard_normal(len(data))
    data = data.assign(a=data["a"] + 2 * news, news=news)
    reduced = VAR(1, seasonal=True, exog=["news"]).fit(data)
    draws = reduced.identify(Cholesky(), inference=ResidualBootstrap(400)).draws
    assert draws.deterministic.shape == (400, 3, 13)
    found = draws.deterministic[:, 0, -1]
    assert found.mean() == pytest.approx(reduced.params.loc["news", "a"], abs=0.02)
    assert found.std() == pytest.approx(reduced.std_errors.loc["news", "a"], rel=0.2)


def test_shocks_have_unit_variance_and_dates(reduced):
    svar = reduced.identify(Cholesky())
    shocks = svar.shocks()
    assert list(shocks.columns) == NAMES
    assert shocks.index.equals(reduced.dates)
    moments = shocks.T @ shocks / reduced.df_resid
    np.testing.assert_allclose(moments, np.eye(3), atol=1e-10)


def test_too_many_failed_draws_are_an_error(reduced, monkeypatch):
    import yenloop.estimation.var_bootstrap as kernel

    def mostly_failed(y, z, lags, deterministic, residuals, *, draws, **options):
        few = draws - draws // 10
        return ReducedFormDraws(
            np.repeat(lags[None], few, 0),
            np.repeat(deterministic[None], few, 0),
            np.repeat(np.eye(3)[None], few, 0),
            draws // 10,
            0,
        )

    monkeypatch.setattr(kernel, "bootstrap_reduced_form", mostly_failed)
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(200))
    with pytest.raises(DrawError, match="20 of 200"):
        _ = svar.draws
    with pytest.raises(SpecError, match="10 bootstrap draws"):
        ResidualBootstrap(10)


@dataclass(frozen=True)
class OneShock(Cholesky):
    """Identifies the first shock only, in a scheme that the validity table does not know."""

    @property
    def name(self) -> str:
        return "unheard of"


def test_a_band_outside_the_table_is_refused(reduced):
    svar = reduced.identify(OneShock())
    for ask in (svar.irf, svar.fevd, svar.historical_decomposition, svar.forecast):
        with pytest.raises(InvalidInferenceError, match="no entry in the validity table"):
            ask()
    in_blocks = reduced.identify(Cholesky(), inference=BlockBootstrap(100))
    assert in_blocks.irf(2).band == "block_bootstrap"
    with pytest.raises(InvalidInferenceError, match="Valid for it: residual_bootstrap"):
        in_blocks.forecast()
    assert require_valid("cholesky", "residual_bootstrap", "gain").valid


def test_variance_shares_need_shocks_that_exhaust_the_covariance(reduced):
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(100))
    partial = StructuralVAR(reduced, svar.scheme, svar.inference, svar.seed, svar.impact * 0.9)
    with pytest.raises(NotIdentifiedError, match="B B' is not Sigma"):
        partial.fevd()


def test_exogenous_columns_must_exist(data):
    with pytest.raises(MissingSeriesError, match="'news'"):
        VAR(1, exog=["news"]).fit(data)


@pytest.mark.parametrize("levels", [(90,), 0.9, (), (0.0, 0.9)])
def test_coverage_is_a_share(reduced, levels):
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(100))
    asks = [svar.irf(2).tidy, svar.irf(2).bands, svar.fevd(2).tidy, svar.fevd(2).null_limits]
    for ask in asks:
        with pytest.raises(SpecError, match=r"shares such as \(0.68, 0.90\)"):
            ask(levels)
    with pytest.raises(SpecError, match="shares such as"):
        svar.irf(2, levels=levels)


def test_what_is_not_an_identification_is_refused(reduced):
    for scheme in ("cholesky", Cholesky):
        with pytest.raises(SpecError, match=r"such as Cholesky\(\)"):
            reduced.identify(scheme)
    with pytest.raises(SpecError, match="inference = 'bootstrap'"):
        reduced.identify(Cholesky(), inference="bootstrap")


def test_a_size_needs_its_shock(reduced):
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(100))
    with pytest.raises(SpecError, match="of which shock"):
        svar.irf(2, size=10)


def test_the_length_of_blocks_is_said(reduced):
    inference = BlockBootstrap(100)
    length = inference.length(reduced.nobs)
    notes = reduced.identify(Cholesky(), inference=inference).notes()
    assert f"blocks of {length} periods" in " ".join(notes)
    alone = reduced.identify(Cholesky(), inference=BlockBootstrap(100, block_length=1)).notes()
    assert "blocks of" not in " ".join(alone)
