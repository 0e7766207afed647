"""Instruments give what Gertler and Karadi (2015) published and the VAR-Toolbox computes."""

import numpy as np
import pandas as pd
import pytest

from yenloop.estimation.first_stage import first_stage
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.instruments import Instruments
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.wild_bootstrap import WildBootstrap
from yenloop.models.var import VAR

pytestmark = pytest.mark.golden

SETS = (
    ["mp1_tc"],
    ["ff4_tc"],
    ["ed4_tc"],
    ["ff4_tc", "ed4_tc"],
    ["mp1_tc", "ff4_tc", "ed2_tc", "ed3_tc", "ed4_tc"],
)
DRAWS = BlockBootstrap(100)


@pytest.fixture(scope="module")
def case(golden):
    found = golden("gertler_karadi_2015")
    frame = found.frame()
    frame.index = pd.PeriodIndex(frame["date"], freq="M")
    return found, frame


def fitted(frame, rate="gs1"):
    return VAR(12).fit(frame[[rate, "logcpi", "logip", "ebp"]])


@pytest.fixture(scope="module")
def one_year(case):
    return fitted(case[1])


@pytest.fixture(scope="module")
def two_years(case):
    return fitted(case[1], "gs2")


def of_paper(frame, names):
    """The instruments from 1991 on, as in the paper."""
    return frame.loc[frame.index >= "1991-01", names]


@pytest.mark.parametrize("column", range(1, 11))
def test_table_3(case, one_year, two_years, column):
    found, frame = case
    rate, reduced = ("gs1", one_year) if column <= 5 else ("gs2", two_years)
    names = SETS[(column - 1) % 5]
    scheme = Instruments(of_paper(frame, names), rate)
    stage = reduced.identify(scheme, inference=DRAWS).instrument_strength().stages[rate]
    assert stage.nobs == 258

    def target(what):
        label = f" ({'1' if column <= 5 else '2'} year)" if what == "coefficients" else ""
        return found.target(f"Table 3 col {column}{label}: {what}")

    np.testing.assert_allclose(stage.slopes, target("coefficients"), rtol=0, atol=0.00051)
    assert stage.r2 == pytest.approx(target("R2"), abs=0.00051)
    assert stage.f_hc1 == pytest.approx(target("robust F"), abs=0.0051)
    if column < 10:  # one of the t values of column 10 cannot be read in the article
        np.testing.assert_allclose(stage.t, target("robust t"), rtol=0, atol=0.00051)
    if len(names) == 1:
        assert stage.effective_f == pytest.approx(stage.f_hc1)


def test_note_of_figure_1(case, one_year):
    found, frame = case
    instrument = Instruments(of_paper(frame, ["ff4_tc"]), "gs1").values(one_year)
    stage = first_stage(one_year.residuals["gs1"].to_numpy(), instrument)
    for number, name in (
        (stage.f, "Fig.1 first-stage F"),
        (stage.f_hc0, "Fig.1 robust F"),
        (100 * stage.r2, "Fig.1 R2"),
        (100 * stage.adj_r2, "Fig.1 adj. R2"),
    ):
        assert number == pytest.approx(found.target(name), abs=0.0051)


def test_first_stage_of_all_months(case, one_year):
    found, frame = case
    svar = one_year.identify(Instruments(frame["ff4_tc"], "gs1"), inference=DRAWS)
    stage = svar.instrument_strength().stages["gs1"]
    target = found.target("toolbox first stage: const, slope")
    np.testing.assert_allclose([stage.intercept, stage.slopes[0]], target, rtol=0, atol=1e-8)
    assert stage.nobs == 270
    # The toolbox inverts the moments of 49 collinear regressors, which leaves it eight digits.
    assert stage.f == pytest.approx(21.51700441, rel=1e-8)
    assert stage.r2 == pytest.approx(0.0743203476, rel=1e-8)
    assert stage.effective_f == pytest.approx(17.582988584668612, rel=1e-9)


def test_impact_and_responses_by_the_covariance_of_the_instrument_months(case, one_year):
    found, frame = case
    scheme = Instruments(frame["ff4_tc"], "gs1", covariance="instrument")
    svar = one_year.identify(scheme, inference=DRAWS)
    impact = found.target("toolbox proxy impact column")
    np.testing.assert_allclose(svar.impact[:, 0], impact, rtol=0, atol=1e-8)
    responses = svar.irf(49, cumulative=False).select(shock="gs1").point[..., 0]
    np.testing.assert_allclose(responses, found.target("toolbox proxy-SVAR IRF"), rtol=0, atol=1e-8)
    assert np.isnan(svar.impact[:, 1:]).all()


def test_impact_by_the_covariance_of_the_full_sample(case, one_year):
    _, frame = case
    svar = one_year.identify(Instruments(frame["ff4_tc"], "gs1"), inference=DRAWS)
    assert svar.impact[0, 0] == pytest.approx(0.24575220, abs=5e-9)
    relative = svar.impact[1:, 0] / svar.impact[0, 0]
    np.testing.assert_allclose(relative, [-0.00199953, 0.00237047, 0.57931832], atol=5e-9)


def test_impact_in_the_sample_of_the_paper(case, one_year):
    found, frame = case
    scheme = Instruments(of_paper(frame, "ff4_tc"), "gs1", covariance="instrument")
    svar = one_year.identify(scheme, inference=DRAWS)
    own = found.target("implied 1 s.d. impact on gs1")
    assert svar.impact[0, 0] == pytest.approx(own, abs=1e-7)
    relative = found.target("proxy relative impact")
    np.testing.assert_allclose(svar.impact[:, 0] / svar.impact[0, 0], relative, atol=1e-7)


def test_recursive_responses_beside_them(case, one_year):
    svar = one_year.identify(Cholesky(), inference=DRAWS)
    responses = svar.irf(49, cumulative=False).select(shock="gs1").point[..., 0]
    target = case[0].target("toolbox Cholesky IRF")
    np.testing.assert_allclose(responses, target, rtol=0, atol=1e-8)


def test_months_in_which_production_is_significantly_lower(case, one_year):
    """At 95 per cent: many by the wild bootstrap, which is refused, few in blocks, no set."""
    _, frame = case
    scheme = Instruments(of_paper(frame, "ff4_tc"), "gs1")

    def below_zero(bands):
        draws = one_year.identify(scheme, inference=bands).draws
        unit = draws.impact[..., [0]] / draws.impact[:, [0]][..., [0]]
        production = impulse_responses(draws.lags, unit, 48)[:, :, 2, 0]
        return (np.quantile(production, 0.975, axis=0) < 0).sum()

    sets = one_year.identify(scheme, inference=DRAWS).anderson_rubin(48, levels=[0.95])
    assert below_zero(WildBootstrap(1000)) > 30
    assert below_zero(BlockBootstrap(1000)) < 20
    assert sets.excludes_zero(0.95)["logip"].sum() == 0
