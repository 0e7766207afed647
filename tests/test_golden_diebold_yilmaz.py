"""Connectedness tables of Diebold and Yilmaz (2012) and of two R packages, cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from yenloop.estimation.connectedness import rolling_shares, variance_shares
from yenloop.models.connectedness import Connectedness, ConnectednessResults

pytestmark = pytest.mark.golden
Golden = Callable[[str], Any]

#: Total index of Diebold and Yilmaz (2012) recomputed by R's ConnectednessApproach 1.0.4.
TOTAL_2012 = 12.592113


def fitted(data: Any, **options: Any) -> ConnectednessResults:
    return Connectedness(**options).fit(data)


@pytest.fixture(scope="module")
def dy2012(golden: Golden) -> tuple[Any, ConnectednessResults]:
    case = golden("diebold_yilmaz_2012")
    data = case.frame(index_col="date", parse_dates=True)
    return case, fitted(data, lags=4, horizon=10)


def test_the_sixteen_cells_of_2012(dy2012: tuple[Any, ConnectednessResults]) -> None:
    """1e-6: the package's output is stored with twelve digits; we agree to its last."""
    case, results = dy2012
    expected = case.target("gFEVD table, full precision")
    np.testing.assert_allclose(results.table, expected, rtol=0, atol=1e-6)
    published = case.target("table rows")
    # Two cells of the printed table differ by 0.01 from any recomputation on this file.
    np.testing.assert_allclose(results.table, published, rtol=0, atol=0.0151)


def test_index_to_from_and_net_of_2012(dy2012: tuple[Any, ConnectednessResults]) -> None:
    """1e-6 on the index; the package prints the others with two decimals."""
    case, results = dy2012
    assert results.total == pytest.approx(TOTAL_2012, abs=1e-6)
    assert results.total == pytest.approx(case.target("TCI"), abs=1e-6)
    assert results.measures.corrected == pytest.approx(TOTAL_2012 * 4 / 3, abs=2e-6)
    for name, value in (
        ("TO", results.measures.to),
        ("FROM", results.measures.from_others),
        ("NET", results.measures.net),
    ):
        np.testing.assert_allclose(value, case.target(name), rtol=0, atol=0.0051)


def test_rolling_index_of_2012(dy2012: tuple[Any, ConnectednessResults]) -> None:
    """2,572 windows of 200 rows; the reference values are printed with four decimals."""
    rolling = dy2012[1].rolling(200).total
    assert len(rolling) == 2572
    found = [rolling.iloc[0], rolling.iloc[-1], rolling.mean(), rolling.max()]
    np.testing.assert_allclose(found, [13.5062, 17.3683, 16.4127, 33.7393], rtol=0, atol=5.1e-5)


@pytest.mark.parametrize(
    ("target", "scheme"),
    [("spilloverDY09 n.ahead=100", "recursive"), ("spilloverDY12 n.ahead=100", "generalised")],
)
def test_both_schemes_of_frequency_connectedness(golden: Golden, target: str, scheme: str) -> None:
    """That package's n.ahead = 100 sums 101 terms; its README prints two decimals."""
    case = golden("frequency_connectedness_readme")
    results = fitted(indexed(case.frame().iloc[:600]), lags=2, horizon=101, scheme=scheme)
    np.testing.assert_allclose(results.table, case.target(target), rtol=0, atol=0.0051)


def test_without_correlation_the_table_and_its_pairs(golden: Golden) -> None:
    """Off-diagonal covariances at zero; the README's TO, FROM and pairs are divided by K = 3."""
    case = golden("frequency_connectedness_readme")
    results = fitted(indexed(case.frame().iloc[:600]), lags=2, horizon=101)
    reduced = results.reduced
    diagonal = np.diag(np.diag(reduced.covariance))
    table = 100 * variance_shares(reduced.lag_coefficients, diagonal, 101, scheme="generalised")
    np.testing.assert_allclose(table, case.target("DY12 no.corr"), rtol=0, atol=0.0051)
    off = table - np.diag(np.diag(table))
    assert off.sum() / 3 == pytest.approx(case.target("overall"), abs=6e-6)
    np.testing.assert_allclose(off.sum(axis=0) / 3, case.target("to"), rtol=0, atol=6e-8)
    np.testing.assert_allclose(off.sum(axis=1) / 3, case.target("from"), rtol=0, atol=6e-8)
    upper = np.triu_indices(3, 1)
    pairs = (table.T - table)[upper] / 3
    np.testing.assert_allclose(
        np.abs(pairs), case.target("pairwise V1-V2, V1-V3"), rtol=0, atol=6e-7
    )


def test_the_stored_table_of_the_simulated_file(golden: Golden) -> None:
    """Stored by that package as its own test value, with four to six digits."""
    case = golden("frequency_connectedness_readme")
    data = case.frame("simul_data.csv", header=None)
    results = fitted(indexed(data), lags=2, horizon=101)
    expected = case.target('"trusted" DY12 table')
    np.testing.assert_allclose(results.table, expected, rtol=0, atol=5e-4)


def test_the_last_window_is_a_regression_of_its_own(dy2012: tuple[Any, Any]) -> None:
    """Accuracy of the cumulated moments on 2,771 rows."""
    y = dy2012[1].reduced.y
    table = 100 * rolling_shares(y, 200, 4, 10, scheme="generalised")[-1]
    alone = fitted(indexed_array(y[-200:]), lags=4, horizon=10)
    np.testing.assert_allclose(table, alone.shares, atol=1e-9)


def indexed(frame: Any) -> Any:
    import pandas as pd

    return frame.set_axis(pd.bdate_range("2000-01-03", periods=len(frame)), axis=0)


def indexed_array(values: np.ndarray) -> Any:
    import pandas as pd

    return indexed(pd.DataFrame(values, columns=[f"x{i}" for i in range(values.shape[1])]))
