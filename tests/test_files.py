"""Proves that files are read exactly, mapped by id, and refused with series, date and remedy."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Panel
from yenloop.data.quality import staleness
from yenloop.data.sources.files import load_bundled, load_data
from yenloop.data.transforms import apply, catalogue_recipe
from yenloop.errors import DataError, GapError, MissingSeriesError, SpecError, YenloopError

MAPPING = """
[file]
date = "month"
frequency = "monthly"
[columns]
yen = "usdjpy_tokyo"
prices = "cpi_core"
"""
FIGURES = "month,yen,prices\n2020-01,109.3,100.2\n2020-02,110.0,100.1\n2020-03,107.3,100.0\n"


def write(folder: Path, figures: str = FIGURES, mapping: str | None = MAPPING) -> Path:
    path = folder / "mine.csv"
    path.write_text(figures, encoding="utf-8")
    if mapping is not None:
        path.with_suffix(".toml").write_text(mapping, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "month", "value"),
    [
        ("usdjpy_tokyo", "2026-09", 156.23),
        ("neer", "2026-08", 68.46),
        ("import_price_yen", "2026-08", 193.7),
        ("import_price_contract", "2026-08", 142.0),
        ("cpi_core", "2026-08", 113.6),
        ("jgb10y", "2026-06", 2.6541),
        ("us10y", "2026-05", 4.48),
        ("brent", "2025-11", 63.8),
        ("m2", "2026-08", 12963895.0),
    ],
)
def test_known_figures_of_the_bundled_panel(name: str, month: str, value: float) -> None:
    assert load_bundled().frame.loc[month, name] == value


def test_the_bundled_panel_is_whole() -> None:
    panel = load_bundled()
    assert panel.frame.shape == (333, 18)
    assert panel.sample == "1999-01 to 2026-09"
    assert panel.source == "bundled panel"
    assert panel.span("jgb30y") == ("1999-09", "2026-06")
    for name in panel.names:
        panel.select([name])  # no gap inside any series


def test_the_report_names_publisher_clock_observed_and_span() -> None:
    data = load_data()
    assert data.daily is None
    assert data.unused == ()
    assert data.report[0] == "bundled panel: 18 monthly series, 1999-01 to 2026-09"
    assert data.lines["usdjpy_tokyo"].split(" -> ")[1] == (
        "usdjpy_tokyo: Yen per US dollar (Tokyo 17:00); Bank of Japan; month mean, "
        "struck 17:00 Asia/Tokyo; 1999-01 to 2026-09, 333 values"
    )
    assert len(data.report) == 19
    assert set(data.entries) == set(data.monthly.names)


def test_the_bundled_file_is_the_published_one(shared_data: Path) -> None:
    published = pd.read_csv(shared_data / "bundled" / "japan_loop_monthly.csv", index_col="month")
    np.testing.assert_array_equal(published.to_numpy(), load_bundled().frame.to_numpy())


@pytest.mark.slow
def test_the_real_folder_is_mapped_column_by_column(shared_data: Path) -> None:
    data = load_data(shared_data / "real")
    assert isinstance(data.daily, Panel)
    assert data.unused == ("usdjpy_eom_bis", "gold_datahub", "jp_unemployment_fred")
    monthly, daily = data.monthly, data.daily
    assert monthly.describe("usdjpy_h10").observed == "mean"
    assert monthly.describe("usdjpy_h10_eom").observed == "end"
    assert monthly.describe("jgb10y").observed == "mean"
    assert monthly.describe("jgb10y_eom").observed == "end"
    assert monthly.span("usdjpy_tokyo") == ("2025-01", "2026-09")
    assert daily.describe("usdjpy_h10_daily").clock == "12:00 America/New_York"
    assert daily.describe("usdjpy_ecb").clock == "14:15 Europe/Berlin"
    assert daily.frame.loc["1971-01-04", "usdjpy_h10_daily"] == 357.73
    assert daily.frame.loc["2026-03-05", "usdjpy_ecb"] == 157.54
    assert monthly.frame.loc["2026-06", "jgb10y_eom"] == 2.69
    assert any("not used: usdjpy_eom_bis" in line for line in data.report)


def test_the_example_of_the_documentation_runs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    figures = re.search(r"```csv\n(.*?)```", page, re.DOTALL)
    mappings = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert figures is not None
    data = load_data(write(tmp_path, figures[1], mappings[0]))
    assert data.monthly.names == ["usdjpy_tokyo", "import_price_yen", "cpi_core", "jgb10y", "wages"]
    wages = data.monthly.describe("wages")
    assert (wages.publisher, wages.observed, wages.unit) == ("user", "survey", "index, 2020 = 100")
    assert catalogue_recipe(["wages"], data.entries).transforms == {"wages": "dlog100"}
    assert data.monthly.span("jgb10y") == ("2020-01", "2020-02")


def test_the_python_of_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert code is not None
    exec(code[1], {})
    assert capsys.readouterr().out.startswith("2000-02 to 2026-06 ('usdjpy_tokyo: 100 x log")


@pytest.mark.parametrize("cell", ["", "NA", "-", ".", "ND", " NaN "])
def test_signs_for_a_missing_figure(tmp_path: Path, cell: str) -> None:
    panel = load_data(write(tmp_path, FIGURES.replace("107.3", cell))).monthly
    assert panel.span("usdjpy_tokyo") == ("2020-01", "2020-02")


def test_full_dates_a_byte_order_mark_and_blank_lines_are_read(tmp_path: Path) -> None:
    figures = "\ufeff" + FIGURES.replace("-01,1", "-01-31,1").replace("-02,", "-02-29,") + "\n,,\n"
    panel = load_data(write(tmp_path, figures)).monthly
    assert panel.sample == "2020-01 to 2020-03"
    assert panel.frame["usdjpy_tokyo"].tolist() == [109.3, 110.0, 107.3]


def test_columns_that_the_mapping_does_not_name_are_listed_and_not_guessed(tmp_path: Path) -> None:
    figures = FIGURES.replace("prices\n", "prices,jgb10y\n").replace(".2\n", ".2,x\n")
    figures = figures.replace(".1\n", ".1,x\n").replace(",100.0\n", ",100.0,x\n")
    data = load_data(write(tmp_path, figures))
    assert data.unused == ("jgb10y",)
    assert data.report[-1] == "  not used: jgb10y"
    assert data.monthly.names == ["usdjpy_tokyo", "cpi_core"]


@pytest.mark.parametrize(
    ("old", "new", "error", "message", "remedy"),
    [
        ("109.3", '"1,109.3"', DataError, "'yen', 2020-01: '1,109.3' has a thousands", "1109.3"),
        ("109.3", '"109,3"', DataError, "'yen', 2020-01: '109,3' has a decimal comma", "109.3"),
        ("110.0", "inf", DataError, "'yen', 2020-02: 'inf' is infinite", "empty"),
        ("110.0", "1e999", DataError, "'yen', 2020-02: '1e999' is infinite", "empty"),
        ("110.0", "n.a.", DataError, "'yen', 2020-02: 'n.a.' is not a number", "empty"),
        ("110.0", "1_1", DataError, "'yen', 2020-02: '1_1' is not a number", "empty"),
        ("2020-02", "2020-01", GapError, "2020-01 occurs twice", "one row"),
        ("2020-02", "2019-12", GapError, "2019-12 stands after 2020-01", "Sort"),
        ("2020-03", "2020-04", GapError, "between 2020-02 and 2020-04", "missing periods"),
        ("2020-02", "02/2020", DataError, "line 3: '02/2020' is not a date", "YYYY-MM"),
        ("2020-02", "2020-13", DataError, "'2020-13' is not a date", "YYYY-MM"),
        ("month,", "date,", DataError, "no date column 'month'", "date, yen"),
        ("yen,", "yens,", MissingSeriesError, "no column 'yen'.*'usdjpy_tokyo'", "yens"),
        ("yen,prices", "yen,yen", DataError, "2 columns 'yen'", "own name"),
        ("110.0", "1,110.0", DataError, "line 3: 4 cells under 3 column names", "one cell"),
    ],
)
def test_each_fault_of_a_file_is_named(
    tmp_path: Path, old: str, new: str, error: type[YenloopError], message: str, remedy: str
) -> None:
    with pytest.raises(error, match=message) as raised:
        load_data(write(tmp_path, FIGURES.replace(old, new)))
    assert "mine.csv" in raised.value.problem
    assert remedy in raised.value.remedy


@pytest.mark.parametrize("figures", ["", "month,yen,prices\n", "\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, figures: str) -> None:
    with pytest.raises(DataError, match="mine.csv holds no figures"):
        load_data(write(tmp_path, figures))


def test_a_series_without_figures_is_refused(tmp_path: Path) -> None:
    figures = re.sub(r"100\.\d", "", FIGURES)
    with pytest.raises(DataError, match=r"'prices' \(cpi_core\) has no figures"):
        load_data(write(tmp_path, figures))


def test_another_encoding_is_named_and_can_be_stated(tmp_path: Path) -> None:
    path = write(tmp_path, mapping=MAPPING.replace("yen =", '"円" ='))
    path.write_bytes(FIGURES.replace("yen", "円").encode("shift_jis"))
    with pytest.raises(DataError, match="not in utf-8-sig") as raised:
        load_data(path)
    assert 'encoding = "shift_jis"' in raised.value.remedy
    stated = MAPPING.replace("yen =", '"円" =').replace("[file]", '[file]\nencoding = "shift_jis"')
    path.with_suffix(".toml").write_text(stated, encoding="utf-8")
    assert load_data(path).monthly.frame["usdjpy_tokyo"].iloc[0] == 109.3


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ('"usdjpy_tokyo"', '"usdjpy"', MissingSeriesError, "no series 'usdjpy'"),
        ('"cpi_core"', '"usdjpy_tokyo"', SpecError, "both 'yen' and 'prices'"),
        ('"usdjpy_tokyo"', '"usdjpy_ecb"', SpecError, "'usdjpy_ecb', which is daily"),
        ('"cpi_core"', "7", SpecError, "which series the column 'prices' is"),
        ('"cpi_core"', '{ id = "cpi_core", label = "x" }', SpecError, "unknown key 'label'"),
        ('"cpi_core"', '{ id = "mine", label = "x" }', SpecError, "unit, observed"),
        ("[file]", "[fiel]", SpecError, "unknown key 'fiel'"),
        ("date =", "dat =", SpecError, "unknown key 'dat'"),
        ('"monthly"', '"yearly"', SpecError, "how frequent"),
        ("[columns]", "[columns", SpecError, "cannot be read"),
    ],
)
def test_each_fault_of_a_mapping_is_named(
    tmp_path: Path, old: str, new: str, error: type[YenloopError], message: str
) -> None:
    with pytest.raises(error, match=message):
        load_data(write(tmp_path, mapping=MAPPING.replace(old, new)))


def test_a_file_without_a_mapping_is_not_guessed_unless_its_layout_is_known(tmp_path: Path) -> None:
    path = write(tmp_path, mapping=None)
    with pytest.raises(SpecError, match="Nothing says what the columns of mine.csv are"):
        load_data(path)
    known = tmp_path / "monthly_panel.csv"
    known.write_text(FIGURES.replace("yen,prices", "usdjpy,cpi_core"), encoding="utf-8")
    assert load_data(known).monthly.names == ["usdjpy_h10", "cpi_core"]
    elsewhere = tmp_path / "m.toml"
    elsewhere.write_text(MAPPING, encoding="utf-8")
    assert load_data(path, mapping=elsewhere).monthly.names == ["usdjpy_tokyo", "cpi_core"]


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file or folder"):
        load_data(tmp_path / "absent")
    with pytest.raises(DataError, match="holds no monthly_panel.csv"):
        load_data(tmp_path)
    with pytest.raises(SpecError, match="no mapping file"):
        load_data(write(tmp_path), mapping=tmp_path / "absent.toml")
    with pytest.raises(SpecError, match="without the data"):
        load_data(mapping=tmp_path / "absent.toml")


def test_a_folder_with_its_own_mapping(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    mapping = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[1]
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
    monthly = FIGURES.replace("yen,prices", "usdjpy,jgb10y")
    (tmp_path / "monthly_panel.csv").write_text(monthly, encoding="utf-8")
    daily = "date,ecb_usdjpy,jgb10y\n2020-01-06,108.1,-0.02\n2020-01-08,109.0,-0.01\n"
    (tmp_path / "daily_panel.csv").write_text(daily, encoding="utf-8")
    data = load_data(tmp_path)
    assert data.monthly.names == ["usdjpy_h10", "jgb10y"]
    assert data.daily is not None
    assert data.daily.names == ["usdjpy_ecb", "jgb10y_daily"]
    with pytest.raises(DataError, match="daily figures"):
        load_data(tmp_path / "daily_panel.csv")


def test_excel_is_read_like_csv(tmp_path: Path) -> None:
    from openpyxl import Workbook

    path = tmp_path / "mine.xlsx"
    path.with_suffix(".toml").write_text(MAPPING, encoding="utf-8")
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["month", "yen", "prices"],
        [pd.Timestamp("2020-01-01").to_pydatetime(), 109.3, None],
        ["2020-02", 110, 100.1],
    ):
        sheet.append(row)
    book.save(path)
    assert load_data(path).monthly.frame["usdjpy_tokyo"].tolist() == [109.3, 110.0]
    assert load_data(path).monthly.span("cpi_core") == ("2020-02", "2020-02")
    book.create_sheet("second")
    book.save(path)
    with pytest.raises(DataError, match="several sheets: Sheet, second"):
        load_data(path)
    path.write_text("not a workbook", encoding="utf-8")
    with pytest.raises(DataError, match="not an Excel workbook"):
        load_data(path)
    with pytest.raises(DataError, match="before 2007"):
        load_data(write(tmp_path).rename(tmp_path / "mine.xls"))


def test_staleness_is_counted_in_months(tmp_path: Path) -> None:
    ages = {age.id: age for age in staleness(load_bundled(), "2026-09")}
    assert ages["usdjpy_tokyo"] == ("usdjpy_tokyo", "2026-09", 0)
    assert (ages["jgb10y"].months_behind, ages["jgb10y"].stale) == (3, False)
    assert (ages["us10y"].months_behind, ages["us10y"].stale) == (4, True)
    assert ages["brent"].months_behind == 10
    assert staleness(load_bundled(), "2020-01-15")[0].months_behind == 0
    with pytest.raises(SpecError, match="'soon' is not a date"):
        staleness(load_bundled(), "soon")


def test_one_changed_figure_changes_the_panel(tmp_path: Path) -> None:
    before = load_data(write(tmp_path)).monthly
    after = load_data(write(tmp_path, FIGURES.replace("110.0", "110.1"))).monthly
    assert before.sha256 != after.sha256
    recipe = catalogue_recipe(["usdjpy_tokyo"])
    changed = apply(after, *recipe).panel.frame - apply(before, *recipe).panel.frame
    assert np.isclose(changed.iloc[1, 0], 100 * np.log(110.1 / 110.0))
