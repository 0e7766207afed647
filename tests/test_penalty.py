"""The penalty function is minimised exactly, shock after shock, and serves as a scheme."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import lsq_linear, minimize

from yenloop.data.economy import simulate_var
from yenloop.errors import InvalidInferenceError, NoRotationError, SpecError
from yenloop.estimation.penalty import penalised_columns
from yenloop.estimation.response_restrictions import RestrictionRows
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.penalty import UhligPenalty
from yenloop.models.identification.sign_restrictions import Sign, ZeroResponse
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.posterior import Posterior
from yenloop.models.storage import load, save
from yenloop.models.var import VAR

NAMES = ["output", "prices", "rate"]
SIGNS = (
    Sign("monetary", "rate", "+", range(6)),
    Sign("monetary", "prices", "-", range(6)),
    Sign("demand", "output", "+", range(3)),
    Sign("demand", "prices", "+", range(3)),
)
SCHEME = UhligPenalty(SIGNS, own={"monetary": "rate", "demand": "output"})


@pytest.fixture(scope="module")
def reduced():
    return VAR(2).fit(data())


def data(scale=1.0) -> pd.DataFrame:
    impact = np.array([[0.8, -0.5, -0.4], [0.5, 0.7, -0.4], [0.4, 0.2, 0.6]])
    y = simulate_var(np.array([[[0.6, 0, -0.1], [0.1, 0.5, 0], [0.1, 0.1, 0.5]]]), impact, 250, 1)
    return pd.DataFrame(y * scale, pd.period_range("1990-01", periods=250, freq="M"), NAMES)


def penalty(signs: np.ndarray, q: np.ndarray, weight: float = 100.0) -> float:
    x = signs @ q
    return float(np.where(x >= 0, -x, -weight * x).sum())


def rows(signs: np.ndarray, zeros: np.ndarray | None = None) -> RestrictionRows:
    """Restrictions on shock 0 of many reduced forms."""
    forms, count, k = signs.shape
    zeros = np.zeros((forms, 0, k)) if zeros is None else zeros
    after = np.ones(k, dtype=int)
    return RestrictionRows(signs, np.r_[0, count * after], zeros, np.r_[0, zeros.shape[1] * after])


@pytest.mark.parametrize("count", [2, 6, 15, 40])
def test_the_minimum_is_that_of_least_squares_in_a_box(count):
    """And no search over the sphere does better."""
    rng = np.random.default_rng(count)
    signs = rng.standard_normal((40, count, 5)) + 0.6
    found = penalised_columns(rows(signs), np.array([0]), 100.0)[:, :, 0]
    for n, (m, q) in enumerate(zip(signs, found)):
        p = m.T @ lsq_linear(m.T, np.zeros(5), bounds=(1, 100), method="bvls", tol=1e-14).x
        if np.linalg.norm(p) < 1e-8:
            assert np.isnan(q).all()
            continue
        assert_allclose(q, p / np.linalg.norm(p), rtol=0, atol=1e-10)
        for start in rng.standard_normal((3 if n < 5 else 0, 5)):
            other = minimize(
                lambda x, m=m: penalty(m, x / np.linalg.norm(x)), start, method="Nelder-Mead"
            )
            assert other.fun > penalty(m, q) - 1e-8


def test_zeros_hold_and_shocks_are_solved_in_turn():
    rng = np.random.default_rng(3)
    signs = np.concatenate([rng.standard_normal((30, 4, 4)) + 0.8] * 2, axis=1)
    zeros = rng.standard_normal((30, 1, 4))
    both = RestrictionRows(signs, np.array([0, 4, 8, 8, 8]), zeros, np.array([0, 0, 1, 1, 1]))
    q = penalised_columns(both, np.array([1, 0]), 50.0)
    assert np.isnan(q[:, :, 2:]).all()
    kept = np.isfinite(q[:, 0, 0])
    assert kept.sum() > 15
    first, second = q[kept, :, 1], q[kept, :, 0]
    assert np.abs(np.einsum("rk,rk->r", first, second)).max() < 1e-12
    assert np.abs(np.einsum("rk,rk->r", first, zeros[kept, 0])).max() < 1e-12
    alone = penalised_columns(rows(signs[:, :4], zeros), np.array([0]), 50.0)[:, :, 0]
    assert_allclose(first, alone[kept], rtol=0, atol=1e-12)


def test_where_a_violation_weighs_no_more_the_responses_are_summed():
    """w = 1: the shock that maximises the sum of its signed responses."""
    signs = np.random.default_rng(5).standard_normal((20, 6, 3))
    q = penalised_columns(rows(signs), np.array([0]), 1.0)[:, :, 0]
    total = signs.sum(axis=1)
    assert_allclose(q, total / np.linalg.norm(total, axis=1, keepdims=True), atol=1e-12)


def test_no_shock_is_better_than_a_bad_one():
    against = np.array([[[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]])
    assert np.isnan(penalised_columns(rows(against), np.array([0]), 100.0)).all()


def test_it_is_a_scheme_like_others(reduced, tmp_path):
    svar = reduced.identify(SCHEME, rng=1)
    assert svar.inference == Posterior()
    assert svar.identified == ("demand", "monetary")
    theta = impulse_responses(reduced.lag_coefficients, svar.impact, 5)
    assert (theta[:, 2, 2] > 0).all()
    assert (theta[:, 1, 2] < 0).all()
    inverse = np.linalg.inv(reduced.covariance)
    product = svar.impact.T @ inverse @ svar.impact
    assert_allclose(product[[0, 0, 2], [0, 2, 2]], [1, 0, 1], atol=1e-12)
    irf = svar.irf(6)
    assert len(svar.draws) + svar.draws.failed == 1000
    assert any("violated signs weigh 100 times" in note for note in irf.notes())
    again = load(save(irf, tmp_path / "irf"))
    pd.testing.assert_frame_equal(again.tidy(), irf.tidy(), check_exact=True)
    assert load(save(svar, tmp_path / "svar")).scheme == SCHEME
    with pytest.raises(InvalidInferenceError, match="kinks"):
        reduced.identify(SCHEME, inference=DeltaMethod()).irf(2)


def test_responses_are_weighed_in_standard_deviations(reduced):
    scale = np.array([1000.0, 1.0, 1e-3])
    scaled = VAR(2).fit(data(scale)).identify(SCHEME)
    assert_allclose(scaled.impact, reduced.identify(SCHEME).impact * scale[:, None], rtol=1e-7)


def test_zeros_on_impact_are_exact_and_come_first(reduced):
    own = {"monetary": "rate", "demand": "output"}
    few = [Sign(sign.shock, sign.response, sign.sign) for sign in SIGNS]
    scheme = UhligPenalty((*few, ZeroResponse("demand", "rate")), own=own)
    svar = reduced.identify(scheme, inference=Posterior(100))
    assert svar.impact[2, 0] == 0
    assert (svar.draws.impact[:, 2, 0] == 0).all()
    assert scheme.imposed_zeros(NAMES) == {("rate", "demand")}
    assert ("prices", "monetary", 0) in scheme.imposed_signs(NAMES)
    lasting = UhligPenalty((*SIGNS, ZeroResponse("monetary", "output", "long_run")), own=own)
    assert lasting.imposed_long_run_zeros(NAMES) == {("output", "monetary")}


def test_what_it_cannot_use_is_refused(reduced):
    with pytest.raises(SpecError, match="Add Sign\\('rate', 'rate', '\\+'\\)"):
        reduced.identify(UhligPenalty([Sign("rate", "prices", "-")]))
    with pytest.raises(SpecError, match="1 or more"):
        UhligPenalty(SIGNS, penalty=0.5)
    against = [
        *(Sign("rate", n, "+") for n in NAMES),
        *(Sign("rate", n, "-", range(1, 4), cumulative=True) for n in NAMES),
    ]
    with pytest.raises(NoRotationError, match="more that the signs ask for"):
        reduced.identify(UhligPenalty(against))
