"""Dynamic multipliers: a perturbed simulation, known formulas, equivariance, bands from draws."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import InvalidInferenceError, SpecError
from yenloop.estimation.dynamic_multipliers import dynamic_multipliers
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR

mpl.use("agg")

LAG = np.array([[0.5, 0.1], [-0.2, 0.6]])
EXOGENOUS = np.array([[[1.0, 0.0], [0.5, -1.0]], [[0.3, 0.2], [0.0, 0.4]]])  # lag, response, x
INFERENCE = ResidualBootstrap(200)


def simulate(periods=250, *, seed=0):
    """A VAR(1) of price and output driven by brent and dollar now and a month ago."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((periods, 2))
    y = np.zeros((periods, 2))
    for t in range(1, periods):
        y[t] = LAG @ y[t - 1] + EXOGENOUS[0] @ x[t] + EXOGENOUS[1] @ x[t - 1]
        y[t] += rng.standard_normal(2)
    index = pd.period_range("1998-01", periods=periods, freq="M")
    columns = ["price", "output", "brent", "dollar"]
    return pd.DataFrame(np.column_stack([y, x]), index=index, columns=columns)


@pytest.fixture(scope="module")
def varx():
    return VAR(2, exog=["brent", "dollar"], exog_lags=2).fit(simulate())


@pytest.fixture(scope="module")
def svar(varx):
    return varx.identify(Cholesky(), inference=INFERENCE)


def test_they_are_what_a_change_in_one_period_does():
    rng = np.random.default_rng(1)
    lags = 0.2 * rng.standard_normal((2, 3, 3))
    exogenous = rng.standard_normal((4, 3, 2))  # three lags

    def path(x):
        y = np.zeros((20, 3))
        for t in range(4, 20):
            y[t] = sum(lags[i] @ y[t - 1 - i] for i in range(2))
            y[t] += sum(exogenous[i] @ x[t - i] for i in range(4))
        return y

    calm = rng.standard_normal((20, 2))
    found = dynamic_multipliers(lags, exogenous, 10)
    for j in range(2):
        pulse, step = calm.copy(), calm.copy()
        pulse[6, j] += 1
        step[6:, j] += 1
        np.testing.assert_allclose((path(pulse) - path(calm))[6:17], found[..., j], atol=1e-13)
        lasting = np.cumsum(found[..., j], axis=0)
        np.testing.assert_allclose((path(step) - path(calm))[6:17], lasting, atol=1e-13)


def test_the_long_run_is_the_static_multiplier():
    found = dynamic_multipliers(LAG[None], EXOGENOUS, 200).sum(axis=0)
    target = np.linalg.solve(np.eye(2) - LAG, EXOGENOUS.sum(axis=0))
    np.testing.assert_allclose(found, target, rtol=1e-12)


def test_many_draws_are_one_after_the_other():
    rng = np.random.default_rng(2)
    lags = 0.2 * rng.standard_normal((70, 2, 3, 3))
    exogenous = rng.standard_normal((70, 2, 3, 5))  # more exogenous than endogenous variables
    found = dynamic_multipliers(lags, exogenous, 6)
    for run in (0, 33, 69):
        alone = dynamic_multipliers(lags[run], exogenous[run], 6)
        np.testing.assert_allclose(found[run], alone, atol=1e-13)
    assert dynamic_multipliers(lags, exogenous, 0).shape == (70, 1, 3, 5)


def test_a_known_truth_is_found():
    data = simulate(30_000)
    var = VAR(1, exog=["brent", "dollar"], exog_lags=1).fit(data)
    found = var.dynamic_multipliers(6, inference=ResidualBootstrap(100)).point
    truth = dynamic_multipliers(LAG[None], EXOGENOUS, 6)
    np.testing.assert_allclose(found, truth, atol=0.05)


def test_bands_cover_the_truth_and_come_from_joint_draws(varx, svar):
    found = svar.dynamic_multipliers(12)
    lasting = svar.dynamic_multipliers(12, permanent=True)
    np.testing.assert_allclose(lasting.point, np.cumsum(found.point, axis=0), atol=1e-12)
    np.testing.assert_allclose(lasting.draws, np.cumsum(found.draws, axis=1), atol=1e-12)
    low, high = found.bands([0.99])[0.99]
    truth = dynamic_multipliers(LAG[None], EXOGENOUS, 12)
    assert ((low[:4] < truth[:4]) & (truth[:4] < high[:4])).mean() > 0.9
    # On impact they are coefficients, whose standard errors are known.
    error = varx.std_errors.loc[["brent", "dollar"]].to_numpy().T
    np.testing.assert_allclose(found.std_error[0], error, rtol=0.25)
    drawn = varx.draws(INFERENCE, 0)
    np.testing.assert_array_equal(found.draws[:, 0], drawn.deterministic[:, :, [1, 2]])


def test_no_identification_enters(varx, svar):
    direct = varx.dynamic_multipliers(5, inference=INFERENCE)
    other = varx.identify(Cholesky(["output", "price"]), inference=INFERENCE)
    for found in (direct, other.dynamic_multipliers(5)):
        np.testing.assert_array_equal(found.draws, svar.dynamic_multipliers(5).draws)
        assert "Cholesky" not in " ".join(found.notes())


def test_sizes_scale_the_responses(varx, svar):
    unit = svar.dynamic_multipliers(4)
    sized = svar.dynamic_multipliers(4, size={"brent": 10})
    np.testing.assert_allclose(sized.draws[..., 0], 10 * unit.draws[..., 0])
    np.testing.assert_array_equal(sized.draws[..., 1], unit.draws[..., 1])
    assert sized.sized == ("brent",)
    assert sized.sizes["brent"] == "brent: +10 unit in one period"
    one_sd = svar.dynamic_multipliers(4, size="1sd")
    np.testing.assert_allclose(one_sd.point, unit.point * varx.z[:, 1:3].std(axis=0, ddof=1))


def test_units_do_not_matter(svar):
    data = simulate()
    moved = data.assign(brent=data["brent"] / 100, price=100 * data["price"])
    other = VAR(2, exog=["brent", "dollar"], exog_lags=2).fit(moved)
    found = other.dynamic_multipliers(6, inference=INFERENCE).draws
    target = svar.dynamic_multipliers(6).draws * [[1e4, 100.0], [100.0, 1.0]]
    np.testing.assert_allclose(found, target, rtol=1e-6, atol=1e-8)


def test_changes_are_cumulated_and_said_so():
    described = {
        "price": Column("price", "Price", "%", differenced=True),
        "output": Column("output", "Output", "pp", response_unit="bp", response_scale=100.0),
        "brent": Column("brent", "Brent", "%", differenced=True, transform="100 x log"),
        "dollar": Column("dollar", "Dollar", "%"),
    }
    panel = Panel.from_frame(simulate(), described)
    var = VAR(2, exog=["brent", "dollar"], exog_lags=2).fit(panel)
    plain = var.dynamic_multipliers(5, cumulative=False, inference=INFERENCE)
    found = var.dynamic_multipliers(5, size={"brent": 10}, inference=INFERENCE)
    np.testing.assert_allclose(
        found.draws[:, :, 0, 0], 10 * np.cumsum(plain.draws[:, :, 0, 0], axis=1), atol=1e-12
    )
    np.testing.assert_allclose(found.draws[:, :, 1], plain.draws[:, :, 1] * [10, 1], atol=1e-12)
    on_impact = 100 * var.deterministic[1, var.z_names.index("brent")]
    assert plain.point[0, 1, 0] == pytest.approx(on_impact)
    text = "Brent: +10 log points (+10.5%) in one period, its level stays changed"
    assert found.sizes["brent"] == text
    lasting = var.dynamic_multipliers(5, permanent=True, inference=INFERENCE)
    assert lasting.sizes["dollar"] == "Dollar: +1 % in every period from then on"
    assert found.units == {"price": "%", "output": "bp"}


def test_table_summary_and_chart(svar):
    found = svar.dynamic_multipliers(6, size={"brent": 1})
    tidy = found.tidy()
    assert set(tidy["statistic"]) == {"dynamic_multiplier"}
    assert len(tidy) == 2 * 2 * 7 * 2
    assert "Dynamic multipliers, VAR(2)" in str(found.summary())
    assert "Shock:" not in str(found.summary())
    figure, axes = found.plot()
    assert axes.size == 2
    figure, _ = found.plot(shock="dollar", response="price")
    assert "dollar" in figure.legends[0].get_title().get_text()
    mpl.pyplot.close("all")


def test_refusals(svar):
    with pytest.raises(SpecError, match="no exogenous columns"):
        VAR(1).fit(simulate()).dynamic_multipliers(inference=INFERENCE)
    with pytest.raises(SpecError, match="No exogenous variable is called 'gold'"):
        svar.dynamic_multipliers(size={"gold": 1})
    with pytest.raises(SpecError, match="size = '2sd'"):
        svar.dynamic_multipliers(size="2sd")
    with pytest.raises(SpecError, match="horizon = -1"):
        svar.dynamic_multipliers(-1)


def test_the_band_is_checked_against_the_validity_table(varx):
    class Unknown(ResidualBootstrap):
        name = "unknown"

    with pytest.raises(InvalidInferenceError, match="dynamic multiplier"):
        varx.dynamic_multipliers(inference=Unknown(100))
