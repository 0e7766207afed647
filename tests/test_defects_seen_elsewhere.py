"""Proves that defects verified in other packages are not ours; each test names what went wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import yenloop as yl
from yenloop.errors import GapError, IdentificationWarning, NotIdentifiedError
from yenloop.estimation.companion import companion_roots

NAMES = ["a", "b", "c"]
LAGS = np.array([[0.5, 0.1, 0.0], [0.2, 0.4, 0.1], [-0.1, 0.1, 0.3]])
IMPACT = np.array([[1.0, 0.0, 0.3], [0.5, 0.8, 0.0], [0.0, -0.4, 1.2]])  # not triangular


def frame(periods: int = 240, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    y = np.zeros((periods + 50, 3))
    for t in range(1, len(y)):
        y[t] = 0.2 + LAGS @ y[t - 1] + IMPACT @ rng.standard_normal(3)
    index = pd.period_range("2004-01", periods=periods, freq="M")
    return pd.DataFrame(y[50:], index=index, columns=NAMES)


@pytest.fixture(scope="module")
def reduced():
    return yl.VAR(lags=1).fit(frame())


def draws(scheme, data, **options):
    bands = yl.ResidualBootstrap(200)
    return yl.VAR(lags=1, **options).fit(data).identify(scheme, inference=bands, rng=5)


def test_the_likelihood_of_a_cyclic_impact_matrix_takes_its_determinant(reduced):
    """The determinant of B squared element by element is right for triangular B alone."""
    pattern = pd.DataFrame(np.where(IMPACT != 0, np.nan, 0.0), index=NAMES, columns=NAMES)
    with pytest.warns(IdentificationWarning, match="2 impact matrices"):  # not elsewhere either
        svar = reduced.identify(yl.AB(b=pattern))
    np.testing.assert_allclose(svar.impact @ svar.impact.T, reduced.covariance, atol=1e-9)
    found = svar.structural_coefficients()
    # Exactly identified: the likelihood is that of the reduced form, which no B can exceed.
    assert found.loglik == pytest.approx(found.loglik_unrestricted, abs=1e-8)
    k, t = 3, reduced.nobs
    sign, log_det = np.linalg.slogdet(svar.impact)
    assert sign != 0
    assert found.loglik == pytest.approx(-t / 2 * (k * np.log(2 * np.pi) + 2 * log_det + k))


@pytest.mark.parametrize("factor", [100.0, 1e4])
def test_units_scale_responses_and_leave_tests_alone(factor):
    one, other = frame(), frame() * [1.0, factor, 1.0]
    first, second = (draws(yl.Cholesky(), data).irf(8) for data in (one, other))
    scale = np.array([1.0, factor, 1.0])[:, None]
    np.testing.assert_allclose(second.point, first.point * scale, rtol=1e-9, atol=1e-12)
    for bound, scaled in zip(first.bands()[0.9], second.bands()[0.9], strict=True):
        np.testing.assert_allclose(scaled, bound * scale, rtol=1e-7, atol=1e-10)
    p_values = [
        yl.VAR(lags=1).fit(data).granger("a", "b", errors="HC3").p_value for data in (one, other)
    ]
    assert p_values[1] == pytest.approx(p_values[0], rel=1e-8)


def test_labels_follow_a_change_of_the_order():
    """Responses matched a refit, while variance shares kept the labels of the old order."""
    order = ["c", "a", "b"]
    straight = draws(yl.Cholesky(order), frame())
    turned = draws(yl.Cholesky(order), frame()[order])
    for name in NAMES:
        pd.testing.assert_frame_equal(
            straight.fevd(6).shares(name)[NAMES], turned.fevd(6).shares(name)[NAMES], rtol=1e-9
        )
    keys = ["shock", "response", "horizon", "level"]
    one, other = (s.irf(6).tidy().sort_values(keys, ignore_index=True) for s in (straight, turned))
    columns = ["estimate"]
    pd.testing.assert_frame_equal(one[columns], other[columns], rtol=1e-9, atol=1e-12)


def test_samples_are_simulated_with_the_terms_that_are_estimated():
    """Simulated without exogenous columns and trend, estimated with them: their draws were zero."""
    data = frame()
    data["x"] = np.sin(np.arange(len(data)))
    data[NAMES] += 5.0 * data[["x"]].to_numpy()
    svar = draws(yl.Cholesky(), data, exog=["x"], trend="ct")
    reduced, place = svar.reduced, svar.reduced.z_names.index("x")
    drawn = svar.draws.deterministic[..., place]
    np.testing.assert_allclose(drawn.mean(axis=0), reduced.deterministic[:, place], atol=0.1)
    assert (drawn.std(axis=0) < 0.5).all()


def test_standard_errors_of_cumulated_responses_have_one_over_t_on_both_parts(reduced):
    """Without it on the part of the covariance they were six times too large at h = 40."""
    delta = reduced.identify(yl.Cholesky(), inference=yl.DeltaMethod())
    sampled = reduced.identify(yl.Cholesky(), inference=yl.ResidualBootstrap(1000), rng=2)
    one, other = (svar.irf(40, cumulative=True).std_error[40] for svar in (delta, sampled))
    np.testing.assert_allclose(one, other, rtol=0.35, atol=0.02)


def test_bands_of_sums_are_not_sums_of_bounds():
    svar = draws(yl.Cholesky(), frame())
    low, _ = svar.irf(12, cumulative=True).bands()[0.9]
    summed = svar.irf(12, cumulative=False).bands()[0.9][0].cumsum(axis=0)
    assert (low[6:] > summed[6:] + 1e-6).mean() > 0.8


def test_a_gap_inside_a_series_is_refused_with_its_date():
    """Neighbours in the file were taken for neighbours in time."""
    data = frame()
    data.iloc[100, 1] = np.nan
    with pytest.raises(GapError, match=r"b.*2012-05|2012-05.*b"):
        yl.VAR(lags=1).fit(data)


def test_an_exact_unit_root_is_not_stable(reduced):
    """A modulus of one counted as inside the circle."""
    assert reduced.is_stable
    walk = companion_roots(np.eye(2)[None])
    assert np.abs(walk).max() == pytest.approx(1.0)
    data = frame()
    data["a"] = np.arange(len(data)) * 1.0 + np.cos(np.arange(len(data)))
    found = yl.VAR(lags=1, trend="n").fit(data[["a"]])
    assert found.max_root > 1
    assert not found.is_stable


def test_lags_are_chosen_with_the_terms_that_were_asked_for():
    """A trend of the user's choice was dropped while lags were compared."""
    data = frame() + 40.0
    for trend in ("n", "c", "ct"):
        model = yl.VAR(lags="bic", max_lags=4, trend=trend)
        table = model.select_lags(data)
        assert model.fit(data).p == table.best("bic")
        again = [yl.VAR(lags=p, trend=trend).fit(data[4 - p :]).bic for p in (1, 2, 3, 4)]
        assert table.best("bic") == 1 + int(np.argmin(again))


def test_shocks_have_their_structural_size():
    """A reduced-form standard deviation made the last shock too large by what others explain."""
    svar = draws(yl.Cholesky(), frame())
    own = svar.irf(0).point[0, 2, 2]
    assert own == pytest.approx(np.linalg.cholesky(svar.reduced.covariance)[2, 2])
    assert own < np.sqrt(svar.reduced.covariance[2, 2])


def test_variance_shares_need_shocks_that_exhaust_the_covariance():
    """Any matrix was accepted in place of a root of Sigma: shares of 17,508."""

    class TwiceTooLarge(yl.Cholesky):
        __slots__ = ()

        def impact(self, covariance, lags, names):
            return 2.0 * super().impact(covariance, lags, names)

    with pytest.raises(NotIdentifiedError, match="exhaust"):
        draws(TwiceTooLarge(), frame()).fevd(4)
    rows = draws(yl.Cholesky(), frame()).fevd(4).point.sum(axis=-1)
    np.testing.assert_allclose(rows, 1.0, atol=1e-12)


def test_a_historical_decomposition_adds_up_with_exogenous_columns():
    data = frame()
    data["x"], data["w"] = np.sin(np.arange(len(data))), np.cos(0.3 * np.arange(len(data)))
    history = draws(yl.Cholesky(), data, exog=["x", "w"]).historical_decomposition()
    actual = data[NAMES].to_numpy()[1:]
    np.testing.assert_allclose(history.point.sum(axis=-1), actual, atol=1e-10)


def test_draws_differ_from_one_another_and_return_with_their_seed(reduced):
    """Every draw was made from the same seed."""
    one, again, other = (
        reduced.identify(yl.Cholesky(), inference=yl.ResidualBootstrap(100), rng=seed).draws.lags
        for seed in (1, 1, 2)
    )
    assert len(np.unique(one[:, 0, 0, 0])) == 100
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
