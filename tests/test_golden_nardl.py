"""Proves the asymmetric ARDL on stored cases (R lm), and that it refuses where nothing adjusts.

Tolerances are those of the stored targets.
"""

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import NumericalError
from yenloop.models.nardl import NARDL

pytestmark = pytest.mark.golden

FULL, PUBLISHED = (None, None), ("1982-02", "2003-11")


@pytest.fixture(scope="module")
def case(golden):
    return golden("nardl_fod_syg")


def panel(frame: pd.DataFrame, frequency: str) -> Panel:
    columns = {name: Column(id=name, label=name, unit="log", frequency=frequency) for name in frame}
    return Panel.from_frame(frame.astype(float), columns)


def unemployment(case, country: str, sample: tuple[str | None, str | None]):
    frame = case.frame("data_syg.csv", index_col="time", parse_dates=True)
    frame.index = frame.index.to_period("M")
    spec = NARDL(lags=(3, 4), seasonal=False)
    data = panel(frame, "monthly")
    return spec.fit(data, f"{country}_u", f"{country}_ip", start=sample[0], end=sample[1])


def stored_form(found) -> list[float]:
    """n; const, y(-1), x+(-1), x-(-1); t_BDM; F_PSS; L+; L-; W_LR; W_SR; R2; s."""
    table, rate = found.coefficients["estimate"], found.exchange_rate.id
    names = ["const", *(f"{name}, lag 1" for name in (found.price.id, f"{rate}+", f"{rate}-"))]
    return [
        found.nobs,
        *table[names],
        found.bounds_t,
        found.bounds_f,
        *found.long_run["estimate"].iloc[:2],
        *found.symmetry_tests().loc[["long run", "short run"], "chi2"],
        found.r_squared,
        found.residual_std_error,
    ]


@pytest.mark.parametrize(
    ("sample", "words", "tolerance"),
    [(FULL, "full sample", 4.95e-5), (PUBLISHED, "1982M02-2003M11", 2.58e-5)],
)
@pytest.mark.parametrize("country", ["us", "jp", "ca"])
def test_unemployment_on_production(case, country, sample, words, tolerance):
    found = stored_form(unemployment(case, country, sample))
    target = case.target(f"{country} unemployment on log IP, p=3, q=4, {words}")
    np.testing.assert_allclose(found, target, rtol=0, atol=tolerance)


def test_food_on_inflation(case):
    frame = case.frame()
    frame.index = pd.period_range("1962", periods=len(frame), freq="Y")
    data = panel(frame.drop(columns="year"), "annual")
    found = NARDL(lags=(2, 2), seasonal=False).fit(data, "food", "inf")
    np.testing.assert_allclose(
        stored_form(found), case.target("fod food on inf, p=2,q=2"), rtol=0, atol=1e-5
    )


def test_a_price_that_does_not_return_has_no_multipliers(case):
    # 1981-2022 holds April 2020; the coefficient of the lagged level is positive for Japan.
    trap = unemployment(case, "jp", FULL)
    assert trap.error_correction[0] > 0
    with pytest.raises(
        NumericalError, match=r"0\.0002 .* not negative\. Multipliers do not converge"
    ):
        trap.pass_through()
    with pytest.raises(NumericalError, match="do not converge"):
        trap.speed()
    assert "there is no long run" in str(trap.summary())


def test_no_adjustment_is_found_in_the_united_states_with_april_2020(case):
    # F alone would find a relation; the price's own level does not adjust to it.
    test = unemployment(case, "us", FULL).bounds_test(level=0.10, replications=4000)
    assert "degenerate" in test.verdicts or "inconclusive" in test.verdicts
    assert "found" not in test.verdicts
