"""Proves that workbooks and Stata files hold every number, with labels, units and notes."""

import numpy as np
import pandas as pd
import pytest

from yenloop import VAR, Cholesky, Column, Panel, ResidualBootstrap
from yenloop.errors import OutputError, SpecError
from yenloop.models.export import LABELS
from yenloop.models.results import TIDY_COLUMNS


@pytest.fixture(scope="module")
def irf():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        rng.standard_normal((150, 2)),
        index=pd.period_range("2005-01", periods=150, freq="M"),
        columns=["yen", "cpi"],
    )
    columns = {
        "yen": Column(id="yen", label="Yen per dollar", unit="%"),
        "cpi": Column(id="cpi", label="Consumer prices", unit="%"),
    }
    panel = Panel.from_frame(frame, columns)
    return VAR(lags=1).fit(panel).identify(Cholesky(), inference=ResidualBootstrap(100)).irf(5)


def test_a_workbook_holds_all_numbers_tables_and_notes(irf, tmp_path):
    path = irf.export(tmp_path / "irf.xlsx")
    numbers = pd.read_excel(path, sheet_name="Numbers", keep_default_na=False)
    tidy = irf.tidy()
    np.testing.assert_allclose(numbers["estimate"], tidy["estimate"], rtol=1e-14)
    np.testing.assert_allclose(numbers["conf_high"], tidy["conf_high"], rtol=1e-14)
    assert set(numbers["response_label"]) == {"Yen per dollar", "Consumer prices"}
    about = " ".join(pd.read_excel(path, sheet_name="About")["About"])
    for words in ("Impulse responses", "Cholesky", "T = 149", "seed 0"):
        assert words in about
    with pd.ExcelFile(path) as book:
        assert "Table 1" in book.sheet_names


def test_a_stata_file_holds_all_numbers_and_labels(irf, tmp_path):
    path = irf.export(tmp_path / "irf.dta")
    with pd.io.stata.StataReader(path) as reader:
        frame, labels = reader.read(), reader.variable_labels()
        values = reader.value_labels()
        assert reader.data_label.startswith("Impulse responses")
    tidy = irf.tidy()
    np.testing.assert_array_equal(frame["estimate"], tidy["estimate"])
    np.testing.assert_array_equal(frame["horizon"], tidy["horizon"].astype(float))
    assert set(TIDY_COLUMNS) <= set(labels)
    assert labels["conf_low"] == LABELS["conf_low"]
    assert sorted(values["response"].values()) == ["Consumer prices", "Yen per dollar"]
    assert list(frame["response_id"]) == list(tidy["response"])
    assert max(map(len, labels.values())) <= 80


def test_refusals_name_the_way_out(irf, tmp_path):
    with pytest.raises(SpecError, match=r"\.xlsx"):
        irf.export(tmp_path / "irf.xls")
    with pytest.raises(OutputError, match="cannot be written"):
        irf.export(tmp_path / "none" / "irf.dta")
    assert list(tmp_path.iterdir()) == []


def test_infinity_is_missing_in_stata(tmp_path):
    """Long-run effects stand at an infinite horizon, which Stata has no number for."""
    rng = np.random.default_rng(5)
    index = pd.period_range("2005-01", periods=150, freq="M")
    frame = pd.DataFrame(rng.standard_normal((150, 2)), index=index, columns=["yen", "cpi"])
    svar = VAR(lags=1).fit(frame).identify(Cholesky(), inference=ResidualBootstrap(100))
    effects = svar.long_run_effects(cumulative=True)
    read = pd.read_stata(effects.export(tmp_path / "effects.dta"))
    assert read["horizon"].isna().all()
    np.testing.assert_allclose(read["estimate"], effects.tidy()["estimate"], rtol=1e-14)


def test_a_result_without_a_chart_says_so():
    frame = pd.DataFrame(
        np.random.default_rng(5).standard_normal((150, 2)),
        index=pd.period_range("2005-01", periods=150, freq="M"),
        columns=["yen", "cpi"],
    )
    svar = VAR(lags=1).fit(frame).identify(Cholesky(), inference=ResidualBootstrap(100))
    with pytest.raises(SpecError, match="StructuralCoefficients has no chart"):
        svar.structural_coefficients().plot()
