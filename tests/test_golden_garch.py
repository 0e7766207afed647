"""The DM/GBP benchmark of Fiorentini, Calzolari and Panattoni: estimates and three kinds of
standard errors; and the arch package's own optimum under its own presample.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from yenloop.estimation.garch import mean_hessian
from yenloop.models.volatility import Garch, GarchSeries

pytestmark = pytest.mark.golden
Golden = Callable[[str], Any]

PARAMETERS = ("mu", "omega", "alpha", "beta")


@pytest.fixture(scope="module")
def case(golden: Golden) -> Any:
    return golden("bollerslev_ghysels_garch")


@pytest.fixture(scope="module")
def returns(case: Any) -> pd.DataFrame:
    frame = case.frame()[["dm_gbp_return"]]
    return frame.set_axis(pd.bdate_range("1984-01-03", periods=len(frame)), axis=0)


@pytest.fixture(scope="module")
def fitted(returns: pd.DataFrame) -> GarchSeries:
    return Garch(presample="mean_square").fit(returns)["dm_gbp_return"]


@pytest.mark.parametrize(
    ("parameter", "tolerance"), [("mu", 6e-8), ("omega", 6e-7), ("alpha", 6e-7), ("beta", 6e-7)]
)
def test_estimates(case: Any, fitted: GarchSeries, parameter: str, tolerance: float) -> None:
    """The benchmark prints six digits; we agree to the last one."""
    found = fitted.theta[PARAMETERS.index(parameter)]
    assert found == pytest.approx(case.target(parameter), abs=tolerance)


def test_log_likelihood(case: Any, fitted: GarchSeries) -> None:
    assert fitted.loglik == pytest.approx(-1106.6078508, abs=5e-5)
    assert fitted.loglik == pytest.approx(case.target("log-likelihood at the optimum"), abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "tolerance"), [("Hessian", 3e-6), ("OPG", 3e-6), ("QML sandwich", 1e-5)]
)
def test_standard_errors(case: Any, fitted: GarchSeries, kind: str, tolerance: float) -> None:
    """The three kinds differ by a factor of two, so none passes for another."""
    errors = standard_errors(fitted)[kind]
    expected = [case.target(f"{parameter} s.e. ({kind})") for parameter in PARAMETERS]
    np.testing.assert_allclose(errors, expected, rtol=0, atol=tolerance)


def standard_errors(fitted: GarchSeries) -> dict[str, np.ndarray]:
    y = fitted.y.to_numpy()
    hessian = -mean_hessian(fitted.theta, y, fitted.shape) * len(y)
    products = fitted.path.score.T @ fitted.path.score
    return {
        "Hessian": np.sqrt(np.diag(np.linalg.inv(hessian))),
        "OPG": np.sqrt(np.diag(np.linalg.inv(products))),
        "QML sandwich": np.sqrt(np.diag(fitted.covariance)),
    }


def test_presample_of_the_arch_package(returns: pd.DataFrame) -> None:
    """arch's optimiser stops at about four digits of the parameters."""
    from arch import arch_model

    peer = arch_model(returns["dm_gbp_return"], rescale=False).fit(disp="off")
    ours = Garch(presample="backcast").fit(returns)["dm_gbp_return"]
    np.testing.assert_allclose(ours.theta, peer.params, rtol=0, atol=2e-4)
    assert ours.loglik == pytest.approx(peer.loglikelihood, abs=1e-5)
    assert ours.loglik >= peer.loglikelihood - 1e-9
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), peer.std_err, rtol=0.02)
