"""Error-correction models agree with JMulTi, R's urca and R's vars to their printed digits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from yenloop.errors import IdentificationWarning, NearUnitRootWarning
from yenloop.estimation.companion import moving_average
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.svec import SVEC
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR
from yenloop.models.vecm import VECM

pytestmark = pytest.mark.golden

NAMES = ["prod", "e", "U", "rw"]


@pytest.fixture(scope="module")
def e6(golden):
    return golden("luetkepohl_e6_vecm")


@pytest.fixture(scope="module")
def germany(e6):
    frame = e6.frame().drop(columns="quarter")
    return frame.set_axis(pd.period_range("1972Q2", periods=len(frame), freq="Q"), axis=0)


@pytest.fixture(scope="module")
def vecm(germany):
    return VECM(3, 1, "co", divisor="T").fit(germany)


@pytest.fixture(scope="module")
def tests(vecm):
    with pytest.warns(NearUnitRootWarning, match="beside the imposed unit roots 0.9906"):
        found = vecm.diagnostics(portmanteau_lags=16, lm_lags=5, arch_lags=5)
    return {test.name.split(" (")[0]: test for test in found.tests}


def close(found, target, tolerance):
    np.testing.assert_allclose(found, target, rtol=0, atol=tolerance)


def test_coefficients_and_standard_errors(e6, vecm):
    lagged = [name for name in vecm.coefficients.index if name.startswith("d.")]
    values, errors = vecm.coefficients, vecm.coefficient_errors
    close(values.loc[lagged].T, e6.target("Gamma (rows"), 6e-4)
    close(errors.loc[lagged].T, e6.target("se Gamma"), 6e-4)
    close(values.loc["const"], e6.target("const"), 6e-4)
    close(values.loc["ec1"], e6.target("alpha"), 6e-4)
    close(errors.loc["ec1"], e6.target("se alpha"), 6e-4)


def test_long_run_relation(e6, vecm):
    close(vecm.relations["ec1"], e6.target("beta (normalised on Dp)"), 6e-4)
    assert vecm.relation_errors.loc["R", "ec1"] == pytest.approx(e6.target("se beta[R]"), abs=6e-4)
    t = vecm.relations.loc["R", "ec1"] / vecm.relation_errors.loc["R", "ec1"]
    assert t == pytest.approx(e6.target("t beta[R]"), abs=6e-4)


def test_fit(e6, vecm):
    assert vecm.nobs == 103
    assert vecm.sample == "1973Q2 to 1998Q4"
    assert vecm.loglik == pytest.approx(e6.target("Gaussian loglik"), abs=6e-5)
    # JMulTi multiplies by (T - 1) / T.
    printed = e6.target("loglik as printed")
    assert vecm.loglik * 102 / 103 == pytest.approx(printed, abs=6e-5)
    close(vecm.covariance, e6.target("Sigma_u (ML)"), 6e-12)


def test_roots_of_the_reverse_characteristic_polynomial(vecm):
    printed = [1.0000, 1.0095, 1.0117, 1.0117, 1.3347, 1.3347, 1.7356, 1.7356]
    close(np.sort(1 / np.abs(vecm.roots)), printed, 6e-5)


def test_variants_with_seasons_and_trends(germany):
    # JMulTi: 3 seasonal dummies, which shift the constant only; a trend outside the relation.
    seasonal = VECM(3, 1, "co", seasonal=True, divisor="T").fit(germany)
    close(seasonal.alpha.T, [[-0.625, 0.408]], 6e-4)
    close(seasonal.relations["ec1"], [1, -0.252], 6e-4)
    close(seasonal.coefficients.loc["d.Dp.l1"], [-0.339, -0.210], 6e-4)
    both = VECM(3, 1, "colo", seasonal=True, divisor="T").fit(germany)
    close(both.alpha.T, [[-0.675, 0.385]], 6e-4)
    close(both.relations["ec1"], [1, -0.232], 6e-4)
    trend = VECM(3, 1, "colo", divisor="T").fit(germany)
    close(trend.alpha.T, [[-0.635, 0.419]], 6e-4)
    close(trend.relations["ec1"], [1, -0.276], 6e-4)


def test_forecasts(e6, vecm):
    svar = vecm.identify(Cholesky(), inference=ResidualBootstrap(100))
    point = svar.forecast(5).point
    close(point[:, 0], e6.target("forecasts Dp 1..5"), 6e-5)
    close(point[:, 1], e6.target("forecasts R 1..5"), 6e-5)
    # Without estimation uncertainty: MSE(h) = sum of Phi_i Sigma Phi_i'.
    phi = moving_average(vecm.lag_coefficients, 4)
    mse = np.cumsum(phi @ vecm.covariance @ phi.transpose(0, 2, 1), axis=0)
    reach = 1.959964 * np.sqrt(np.diagonal(mse, axis1=1, axis2=2))
    close((point - reach)[:, 0], e6.target("lower 95% Dp"), 6e-5)
    close((point + reach)[:, 1], e6.target("upper 95% R"), 6e-5)


def test_forecast_error_responses(e6, vecm):
    phi = moving_average(vecm.lag_coefficients, 20)
    found = np.stack([phi[:, 0, 0], phi[:, 0, 1], phi[:, 1, 0], phi[:, 1, 1]], axis=1)
    close(found, e6.target("forecast-error IRF"), 6e-5)


def test_causality(e6, germany):
    # Among levels, so the VAR has one lag more than is tested; divisor T.
    longer = VAR(5, divisor="T").fit(germany)
    place = [longer.regressors.index(f"R.l{lag}") for lag in range(1, 5)]
    b = longer.params["Dp"].to_numpy()[place]
    wald = b @ np.linalg.solve(longer.coefficient_covariance()[np.ix_(place, place)], b)
    assert wald / 4 == pytest.approx(e6.target("Granger F"), abs=6e-5)
    p_value = scipy.stats.f.sf(wald / 4, 4, 2 * longer.df_resid)
    assert p_value == pytest.approx(e6.target("Granger p"), abs=6e-5)
    s = VAR(4, divisor="T").fit(germany).covariance
    wald = 103 * s[0, 1] ** 2 / (s[0, 0] * s[1, 1] + s[0, 1] ** 2)
    assert wald == pytest.approx(e6.target("instantaneous causality"), abs=6e-5)


@pytest.mark.parametrize(
    ("name", "target", "df", "p_value"),
    [
        ("Portmanteau", "Portmanteau(16)", (50,), 0.5712),
        ("Adjusted portmanteau", "adjusted Portmanteau(16)", (50,), 0.3771),
        ("Breusch-Godfrey LM", "LM-type autocorrelation test", (20,), 0.2929),
        ("Jarque-Bera", "Luetkepohl normality joint", (4,), 0.9684),
        ("ARCH-LM", "VARCH-LM(5)", (45,), 0.0049),
    ],
)
def test_residual_tests(e6, tests, name, target, df, p_value):
    assert tests[name].statistic == pytest.approx(e6.target(target), abs=6e-5)
    assert tests[name].df == df
    assert tests[name].p_value == pytest.approx(p_value, abs=6e-5)


def test_residuals_one_by_one(e6, vecm):
    from statsmodels.stats.diagnostic import het_arch

    u = vecm.residuals.to_numpy()
    close([scipy.stats.jarque_bera(x)[0] for x in u.T], e6.target("Jarque-Bera u1,u2"), 6e-5)
    found = [het_arch(x, 16, result_object=False)[0] for x in u.T]
    close(found, e6.target("ARCH-LM(16) u1,u2"), 6e-5)


def test_normality_by_the_symmetric_root(e6, vecm):
    # What JMulTi calls Doornik-Hansen: moments of residuals times Sigma^(-1/2).
    u = vecm.residuals.to_numpy()
    roots, vectors = np.linalg.eigh(u.T @ u / len(u))
    w = u @ vectors / np.sqrt(roots) @ vectors.T
    third, fourth = (w**3).mean(axis=0), (w**4).mean(axis=0) - 3
    statistic = len(u) * (third @ third / 6 + fourth @ fourth / 24)
    assert statistic == pytest.approx(e6.target("Doornik-Hansen"), abs=6e-5)


@pytest.fixture(scope="module")
def case(golden):
    return golden("canada_vars")


@pytest.fixture(scope="module")
def canada(case):
    frame = case.frame()[NAMES]
    return frame.set_axis(pd.period_range("1980Q1", periods=len(frame), freq="Q"), axis=0)


@pytest.fixture(scope="module")
def labour(canada):
    return VECM(2, 1, "coli", divisor="T").fit(canada)


@pytest.mark.parametrize("lags", [1, 2])
def test_trace_statistics(case, canada, lags):
    test = VECM(lags, deterministic="coli").rank_test(canada)
    target = case.target(f"trace K={lags + 1} full precision")
    close(test.table["trace"], target, 1e-6)
    assert test.rank == test.rank_trace == 1
    assert [f"{value:.2f}" for value in test.table["trace"]] == [
        f"{value:.2f}" for value in case.target(f"Johansen trace statistics r=0..3, K={lags + 1}")
    ]
    # The critical values that urca prints are those of Osterwald-Lenum (1992), two per cent lower.
    printed = [62.99, 42.44, 25.32, 12.25]
    np.testing.assert_allclose(test.table["trace_95"], printed, rtol=0.02)


def test_relation_reaction_and_short_run_of_canada(case, labour):
    close(labour.relations["ec1"], case.target("beta (prod,e,U,rw,trend)"), 1e-7)
    close(labour.alpha[:, 0], case.target("alpha"), 1e-8)
    short_run = labour.coefficients.drop(index="ec1")
    close(short_run, case.target("VECM constants and short-run coefficients"), 1e-6)


@pytest.fixture(scope="module")
def svar(labour):
    zeros = {"prod": ["e", "U", "rw"], "e": "rw", "U": "rw", "rw": "rw"}
    with pytest.warns(IdentificationWarning, match="shock of U moves its own variable by 0.02"):
        return labour.identify(
            SVEC(long_run=zeros, short_run={"rw": "e"}), inference=ResidualBootstrap(100)
        )


def test_svec_matrices(case, svar):
    close(svar.impact, case.target("SVEC contemporaneous matrix B"), 2e-8)
    effects = svar.long_run_effects()
    close(effects.point, case.target("SVEC long-run matrix Xi B"), 1e-9)
    assert (effects.point[case.target("SVEC long-run matrix Xi B") == 0] == 0).all()


def test_svec_responses_and_shares(case, svar):
    close(svar.irf(12).point[:, 2], case.target("SVEC IRF of U"), 1e-8)
    shares = svar.fevd(48).shares("U").loc[[1, 4, 8, 12, 24, 48]]
    close(shares, case.target("SVEC FEVD of U"), 1e-8)


def test_over_identified_svec(case, labour):
    pairs = [("prod", "e"), ("prod", "U"), ("U", "U"), *((name, "rw") for name in NAMES)]
    scheme = SVEC(long_run=pairs, short_run=[("rw", "e")])
    svar = labour.identify(scheme)
    test = scheme.overidentification(svar, draws=0)
    close([test.statistic, test.p_value], case.target("SVEC over-identified"), 1e-8)
    assert test.df == (1,)
