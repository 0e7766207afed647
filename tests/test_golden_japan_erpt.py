"""Proves pass-through on the Japanese data of Yoshida and Zhai (2025) against R and numpy.

Tolerances: 1e-9 and 1e-8 are those of the stored targets; rows printed with three decimals are
compared to one unit of the last of them.
"""

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import SpecError
from yenloop.models.distributed_lag import distributed_lag
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.passthrough import pass_through
from yenloop.models.var import VAR

pytestmark = pytest.mark.golden

ORDER = ["epi", "eri", "ipi", "cpi", "ip", "ssr_a"]
AT = [0, 3, 6, 12, 24, 36]
PRINTED = 1e-3
BOOTSTRAP = ResidualBootstrap(draws=100)


@pytest.fixture(scope="module")
def case(golden):
    return golden("japan_erpt_yoshida_zhai_2025")


@pytest.fixture(scope="module")
def logs(case) -> pd.DataFrame:
    """Logs as published; the nominal effective exchange rate rises when the yen strengthens."""
    frame = case.frame(index_col="Date")
    return frame.set_axis(pd.PeriodIndex(frame.index, freq="M"), axis=0)


def panel(frame: pd.DataFrame, *, differenced: bool) -> Panel:
    unit = "100 x dlog" if differenced else "HP cycle of the log"
    columns = {
        name: Column(id=name, label=name, unit=unit, differenced=differenced) for name in frame
    }
    return Panel.from_frame(frame, columns)


def log_changes(logs: pd.DataFrame) -> pd.DataFrame:
    return 100 * logs.diff().iloc[1:]


def cycles(logs: pd.DataFrame) -> pd.DataFrame:
    from statsmodels.tsa.filters.hp_filter import hpfilter

    return pd.DataFrame({name: hpfilter(logs[name], 14400)[0] for name in logs}, index=logs.index)


# -- distributed-lag regressions (R: lm, sandwich::NeweyWest with six lags, no correction) ---------


def regression(logs: pd.DataFrame, price: str):
    return distributed_lag(
        panel(log_changes(logs), differenced=True),
        price,
        exchange_rate="eri",
        lags=6,
        controls=["epi"],
        seasonal=False,
        hac_lags=6,
        small_sample=False,
        horizons=[0, 6],
    )


def test_import_price_regression(case, logs):
    found = regression(logs, "ipi")
    target = case.target("import-price pass-through (dlog ipi")
    np.testing.assert_allclose(found.estimate, target, atol=1e-9)
    target = case.target("Newey-West(6) s.e. of impact and sum")
    np.testing.assert_allclose(found.std_error, target, atol=1e-9)
    assert found.r_squared == pytest.approx(case.target("R2"), abs=1e-8)


def test_cpi_regression(case, logs):
    found = regression(logs, "cpi")
    target = case.target("CPI pass-through: impact, sum")
    np.testing.assert_allclose(found.estimate, target, atol=1e-9)
    np.testing.assert_allclose(found.std_error, case.target("CPI pass-through s.e."), atol=1e-9)


@pytest.mark.parametrize(
    ("rows", "name"), [(slice(0, 168), "rows 1-168"), (slice(168, 343), "rows 169-343")]
)
def test_import_price_regression_by_period(case, logs, rows, name):
    # The stored sub-samples are rows of the level data, differenced inside each of them.
    found = regression(logs.iloc[rows], "ipi")
    target = case.target(f"import-price pass-through sub-sample {name}")
    np.testing.assert_allclose(found.estimate, target, atol=1e-9)


# -- recursive VAR(6) in Hodrick-Prescott cycles: the benchmark, and why its ratio is refused ------


def cycle_responses(logs: pd.DataFrame, order: list[str]):
    frame = panel(cycles(logs)[order], differenced=False)
    svar = VAR(lags=6).fit(frame).identify(Cholesky(order), inference=BOOTSTRAP)
    irf = svar.irf(36, size="1sd", cumulative=False).select(shock="eri")
    return svar, {name: irf.point[:, i, 0] for i, name in enumerate(irf.names)}


def test_cholesky_responses_in_cycles(case, logs):
    order = ["cpi", "ssr_a", "eri", "ip", "epi", "ipi"]
    svar, responses = cycle_responses(logs, order)
    covariance = case.target("VAR(6)+const on HP cycles")
    np.testing.assert_allclose(svar.reduced.covariance, covariance, atol=1e-8)
    target = case.target("Cholesky (order cpi")
    for i, name in enumerate(["ipi", "cpi", "eri"]):
        np.testing.assert_allclose(responses[name][:25], target[:, i], atol=1e-8)
    summed = {name: path.cumsum() for name, path in responses.items()}
    ratio = (summed["ipi"] / summed["eri"])[[0, 6, 12]]
    np.testing.assert_allclose(ratio, case.target("cumulative pass-through ratio"), atol=1e-7)


def test_the_ratio_of_cycles_explodes_and_is_refused(logs):
    svar, responses = cycle_responses(logs, ORDER)
    levels = -(responses["ipi"] / responses["eri"])[AT]  # eri rises when the yen strengthens
    np.testing.assert_allclose(levels, [0.764, 0.778, -0.041, -2.988, 1.972, 5.955], atol=PRINTED)
    summed = -(responses["ipi"].cumsum() / responses["eri"].cumsum())[AT]
    np.testing.assert_allclose(summed, [0.764, 0.791, 0.713, 0.544, 0.074, 0.087], atol=PRINTED)
    with pytest.raises(SpecError, match="explodes where the exchange rate's response crosses zero"):
        pass_through(svar, "eri", exchange_rate="eri", prices=["ipi"])


# -- recursive VAR(6) in log differences: the definition of this package ---------------------------


def test_pass_through_in_log_differences(logs):
    changes = log_changes(logs)
    changes["eri"] *= -1  # up = weaker yen
    changes["ssr_a"] /= 100  # the shadow rate is in per cent already
    changes -= changes.groupby(changes.index.month).transform("mean")
    model = VAR(lags=6).fit(panel(changes[ORDER], differenced=True))
    svar = model.identify(Cholesky(ORDER), inference=BOOTSTRAP)
    found = pass_through(svar, "eri", exchange_rate="eri", prices=["ipi", "cpi"], horizons=AT)
    import_price, cpi = (path.estimate for path in found.paths)
    np.testing.assert_allclose(
        import_price, [0.780, 0.810, 0.661, 0.476, 0.462, 0.471], atol=PRINTED
    )
    np.testing.assert_allclose(cpi, [0.001, 0.021, 0.039, 0.038, 0.036, 0.036], atol=PRINTED)
