"""The study end to end: every number follows from the figures; the same run, the same bytes."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from yenloop.data.sources.files import load_bundled
from yenloop.spec import StudySpec
from yenloop.study import run_study

#: The study with few draws and few specifications; everything else as users run it.
SMALL = StudySpec.model_validate(
    {
        "var": {"draws": 100},
        "loop": {"draws": 100, "lags": [1, 3], "samples": [{"name": "full sample"}]},
        "regimes": {"bootstrap_draws": 19},
        "spillover": {"draws": 100},
        "identification": {"draws": 100, "lags": [3], "samples": [{"name": "full sample"}]},
    }
)

#: Table -> the rows of it that do not depend on the yen of one month.
INDEPENDENT_TABLES = ("tax-steps",)
ONE_SERIES_AT_A_TIME = ("garch", "gjr", "stationarity")


def panel_file(folder: Path, factor: float = 1.0) -> Path:
    """The embedded panel as a user's file; the yen of 2012-06 times ``factor``."""
    frame = load_bundled().frame
    frame = frame.set_axis(frame.index.astype(str), axis=0).rename_axis("month")
    frame.loc["2012-06", "usdjpy_tokyo"] *= factor
    folder.mkdir()
    file = folder / "japan_loop_monthly.csv"
    frame.to_csv(file)
    return file


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    return run_study(SMALL, panel_file(folder / "data"), folder / "runs")


@pytest.fixture(scope="module")
def perturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("perturbed")
    return run_study(SMALL, panel_file(folder / "data", factor=1.01), folder / "runs")


def numbers(run: Path) -> pd.DataFrame:
    return pd.read_csv(run / "numbers.csv", keep_default_na=False, na_values=["NaN"])


@pytest.mark.slow
def test_a_run_holds_all_that_it_promises(base: Path) -> None:
    assert (base / "index.html").exists()
    figures = {file.stem for file in (base / "figures").iterdir()}
    assert {"loop", "specification-curve", "responses-usdjpy-tokyo", "pass-through"} <= figures
    for stem in figures:
        for kind in ("pdf", "svg", "png"):
            assert (base / "figures" / f"{stem}.{kind}").stat().st_size > 1000
    tables = {file.stem for file in (base / "tables").iterdir()}
    assert all(
        (base / "tables" / f"{stem}.{kind}").exists() for stem in tables for kind in ("csv", "tex")
    )
    manifest = json.loads((base / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == SMALL.seed
    assert manifest["draws"]["VAR of the loop"]["kept"] == 100
    assert manifest["spec"]["var"]["draws"] == 100
    assert set(manifest["samples"]) >= {"VAR of the loop", "regimes", "spillovers"}


@pytest.mark.slow
def test_every_number_says_its_unit_sample_and_method(base: Path) -> None:
    table = numbers(base)
    for column in ("unit", "sample", "method", "statistic", "table"):
        assert (table[column].astype(str) != "").all()
    with_level = table[table["level"].notna()]
    ordered = with_level["conf_low"] <= with_level["conf_high"]
    assert (ordered | with_level["conf_low"].isna()).all()
    of_shocks = table.loc[table["table"] == "responses", "method"]
    assert of_shocks.str.contains("Shock to .* of \\+10 log points .* on impact").all()


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes(base: Path, tmp_path: Path) -> None:
    again = run_study(SMALL, panel_file(tmp_path / "data"), tmp_path / "runs")
    assert (again / "numbers.csv").read_bytes() == (base / "numbers.csv").read_bytes()
    for table in (base / "tables").glob("*.csv"):
        assert (again / "tables" / table.name).read_bytes() == table.read_bytes()


@pytest.mark.slow
def test_nothing_is_painted_on(base: Path, perturbed: Path) -> None:
    """One figure changes, and with it every number that depends on it."""
    before, after = numbers(base), numbers(perturbed)
    assert len(before) == len(after)
    limits = ["estimate", "conf_low", "conf_high"]
    unmoved = (before[limits] == after[limits]) | before[limits].isna()
    same = unmoved["estimate"] & (before["estimate"].notna() | unmoved.all(axis=1))
    left = before[same & ~before.apply(does_not_depend, axis=1)]
    assert left.empty, left[["table", "statistic", "shock", "response", "horizon"]].to_string()


def does_not_depend(row: pd.Series) -> bool:
    """Whether a number is free of the yen of one month, or imposed, or a count of draws."""
    if row["table"] in INDEPENDENT_TABLES:
        return True
    if row["table"] in ONE_SERIES_AT_A_TIME and row["response"] not in ("", "usdjpy_tokyo"):
        return True
    if row["statistic"] == "imposed":
        return True
    if row["statistic"].startswith("region_"):  # written down before estimation
        return True
    if row["statistic"].endswith("_critical"):  # of the tests' tables
        return True
    if row["statistic"].endswith("p_value") or row["statistic"] in ("masked_share", "p_holm"):
        return True  # shares of draws: whole numbers over the number of draws
    if row["statistic"] == "minimum_detectable_effect" and abs(row["estimate"]) == float("inf"):
        return True
    own_size = (
        row["statistic"] == "irf" and row["shock"] == row["response"] and row["horizon"] == "0"
    )
    return own_size or row["estimate"] in (0.0, 1.0)  # imposed by the identification


@pytest.mark.slow
def test_the_page_and_the_tables_follow_the_figures(base: Path, perturbed: Path) -> None:
    assert (base / "index.html").read_bytes() != (perturbed / "index.html").read_bytes()
    unchanged = {
        file.name
        for file in (base / "tables").iterdir()
        if file.read_bytes() == (perturbed / "tables" / file.name).read_bytes()
    }
    free = {f"{name}.{kind}" for name in ("series", "tax-steps") for kind in ("csv", "tex")}
    rounded = {"regime-models-full.tex", "regime-models-masked.tex"}  # whole log-likelihoods
    assert unchanged <= free | rounded


class _Loads(HTMLParser):
    """Collects what a page would load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            inside = (value or "").startswith(("data:", "#", "figures/", "tables/", "numbers.csv"))
            inside = inside or (value or "").startswith("manifest.json")
            if name in ("src", "href", "xlink:href", "srcset", "data") and not inside:
                self.loaded.append(f"{tag} {name}={value}")


@pytest.mark.slow
def test_the_page_loads_nothing_from_elsewhere(base: Path) -> None:
    page = _Loads()
    page.feed((base / "index.html").read_text(encoding="utf-8"))
    assert page.loaded == []


@pytest.mark.slow
def test_daily_figures_are_used_where_there_are_any(shared_data: Path, tmp_path: Path) -> None:
    """The development panels: the daily study in clock order, the verdict on C6 from it."""
    run = run_study(SMALL, shared_data / "real", tmp_path / "runs")
    table = numbers(run)
    net = table[table["table"].str.startswith("net-spillovers") & (table["level"] == 0.9)]
    assert any("clock order" in model for model in net["model"])
    assert {"net_japan", "net_japan_yen", "net_yen_adds"} <= set(net["statistic"])
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert any("usdjpy_h10" in line for line in manifest["mapping"])
