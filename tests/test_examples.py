"""Each example runs as a script in an empty folder and writes what it says; the simulated figures
and the picture of the README are what the code makes of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

import yenloop as yl
from yenloop.data.economy import loop_economy
from yenloop.models.results import TIDY_COLUMNS

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"


def run(script: str, folder: Path) -> str:
    """Run an example from an empty folder; every file that it says it wrote is there."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / script), str(folder / "out")],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    written = [line.removeprefix("Wrote ") for line in done.stdout.splitlines() if "Wrote" in line]
    assert {Path(name) for name in written} == set((folder / "out").iterdir())
    assert not [path for path in folder.iterdir() if path.name != "out"]
    return done.stdout


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("irf")
    run("irf_chart.py", folder)
    return folder / "out"


def test_the_chart_comes_as_pdf_png_and_numbers(chart: Path) -> None:
    assert (chart / "irf_yen.pdf").read_bytes().startswith(b"%PDF")
    assert np.ptp(imread(chart / "irf_yen.png")) > 0.5  # something is drawn
    tidy = pd.read_csv(chart / "irf_yen.csv")
    assert tuple(tidy.columns) == TIDY_COLUMNS
    shocked = tidy[(tidy["response"] == "usdjpy_tokyo") & (tidy["shock"] == "usdjpy_tokyo")]
    np.testing.assert_allclose(shocked.loc[shocked["horizon"] == 0, "estimate"], 10.0)


def test_the_picture_of_the_readme_is_this_chart(chart: Path) -> None:
    """Copy irf_yen.png to docs/images when the figures or the code have moved it."""
    kept = ROOT / "docs" / "images" / "irf_yen.png"
    assert kept.stat().st_size < 150_000
    shown, drawn = imread(kept), imread(chart / "irf_yen.png")
    assert shown.shape == drawn.shape
    # Other versions of the drawing library smooth edges differently.
    assert np.abs(shown - drawn).mean() < 0.005


def test_own_figures_are_read_fitted_and_drawn(tmp_path: Path) -> None:
    printed = run("own_csv.py", tmp_path)
    assert "simulated" in printed.splitlines()[0]
    assert "yen -> sim_yen: Yen per dollar (simulated)" in printed
    assert "Shock to Yen per dollar (simulated) of +10 log points" in printed
    tidy = pd.read_csv(tmp_path / "out" / "own_irf.csv")
    assert tuple(tidy.columns) == TIDY_COLUMNS
    assert tidy["shock"].nunique() == tidy["response"].nunique() == 6
    assert np.ptp(imread(tmp_path / "out" / "own_irf.png")) > 0.5


def test_the_simulated_figures_are_those_of_the_simulated_economy() -> None:
    """own_data.csv is loop_economy(240, rng=1) in levels, rounded; its columns say so."""
    changes = loop_economy(240, rng=1)[0].frame
    walk = np.vstack([np.zeros(6), changes.to_numpy().cumsum(axis=0)])
    yields = [name.endswith("10y") for name in changes.columns]
    levels = np.where(yields, 4 + walk, 100 * np.exp(walk / 100))
    data = yl.load_data(EXAMPLES / "own_data.csv")
    assert data.monthly.sample == "1999-01 to 2019-01"
    np.testing.assert_allclose(data.monthly.frame.to_numpy(), levels, rtol=0, atol=6e-4)
    for column in data.monthly.columns.values():
        assert "simulated" in column.label
        assert column.publisher == "user"


def test_the_table_of_pass_through_comes_as_csv_and_latex(tmp_path: Path) -> None:
    run("pass_through_table.py", tmp_path)
    table = pd.read_csv(tmp_path / "out" / "pass_through.csv")
    assert list(table.columns) == [
        *("approach", "price", "unit", "horizon", "estimate", "std_error"),
        *("low 68%", "high 68%", "low 90%", "high 90%", "sample", "method"),
    ]
    assert table["approach"].nunique() == 2
    assert table["price"].nunique() == 3
    assert set(table["horizon"]) == {0, 1, 3, 6, 12, 24}
    latex = (tmp_path / "out" / "pass_through.tex").read_text(encoding="utf-8")
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert latex.count(rule) == 1
    twelve = table[(table["horizon"] == 12) & (table["price"] == "Import prices (yen)")]
    for estimate in twelve["estimate"]:
        assert f" & {estimate:.3f} & " in latex


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("structural")
    return folder / "out", run("structural_var.py", folder)


def test_the_figures_of_the_structural_paper_come_as_pdf_png_and_numbers(
    paper: tuple[Path, str],
) -> None:
    folder, printed = paper
    figures = sorted(path.stem for path in folder.glob("*.png"))
    assert figures == [
        *("forecasts", "identifications", "joint_bands", "variance_shares", "without_yen_shocks"),
    ]
    for name in figures:
        assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert np.ptp(imread(folder / f"{name}.png")) > 0.5
        assert tuple(pd.read_csv(folder / f"{name}.csv").columns) == TIDY_COLUMNS
    assert (folder / "ab_model.tex").read_text(encoding="utf-8").count(r"\toprule") >= 2
    assert "6 degrees of freedom" in printed


def test_the_three_identifications_see_the_same_shock(paper: tuple[Path, str]) -> None:
    """They differ in what follows from it: the long-run one leaves the month of the shock free."""
    tidy = pd.read_csv(paper[0] / "identifications.csv")
    at_once = tidy[(tidy["shock"] == "usdjpy_tokyo") & (tidy["horizon"] == 0)]
    own = at_once[at_once["response"] == "usdjpy_tokyo"]
    np.testing.assert_allclose(own["estimate"], 10.0)
    assert set(own["model"]) == {"Recursive", "AB", "Long run"}
    oil = at_once[at_once["response"] == "brent"].groupby("model")["estimate"].first()
    assert oil["Recursive"] == oil["AB"] == 0
    assert abs(oil["Long run"]) > 1


def test_joint_bands_are_wider_and_yet_of_the_same_responses(paper: tuple[Path, str]) -> None:
    joint = pd.read_csv(paper[0] / "joint_bands.csv")
    pointwise = pd.read_csv(paper[0] / "identifications.csv").query("model == 'Recursive'")
    keys = ["shock", "response", "horizon", "level"]
    both = joint.merge(pointwise, on=keys, suffixes=("", "_pointwise"))
    assert len(both) == len(joint)
    np.testing.assert_allclose(both["estimate"], both["estimate_pointwise"])
    width = both["conf_high"] - both["conf_low"]
    assert (width >= both["conf_high_pointwise"] - both["conf_low_pointwise"] - 1e-9).all()
    assert width.sum() > 1.2 * (both["conf_high_pointwise"] - both["conf_low_pointwise"]).sum()


@pytest.fixture(scope="module")
def without_an_order(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("identification")
    return folder / "out", run("identification.py", folder)


def test_the_figures_without_an_order_come_as_pdf_png_and_numbers(
    without_an_order: tuple[Path, str],
) -> None:
    folder, printed = without_an_order
    figures = sorted(path.stem for path in folder.glob("*.png"))
    assert figures == ["identifications", "prior_and_posterior", "robust_bounds", "variances"]
    for name in figures:
        assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert np.ptp(imread(folder / f"{name}.png")) > 0.5
        assert tuple(pd.read_csv(folder / f"{name}.csv").columns) == TIDY_COLUMNS
    assert "1,000 of" in printed
    assert "'jgb10y'" in printed


def test_only_the_order_says_that_us_yields_do_not_react(
    without_an_order: tuple[Path, str],
) -> None:
    tidy = pd.read_csv(without_an_order[0] / "identifications.csv")
    at_once = tidy[(tidy["response"] == "us10y") & (tidy["horizon"] == 0)]
    estimates = at_once.groupby("model")["estimate"].first()
    assert set(estimates.index) == {"Recursive", "Signs", "Variances"}
    assert estimates["Recursive"] == 0
    assert (estimates.drop("Recursive").abs() > 0.1).all()  # bp


def test_robust_regions_hold_the_credible_intervals(without_an_order: tuple[Path, str]) -> None:
    tidy = pd.read_csv(without_an_order[0] / "robust_bounds.csv")
    keys = ["response", "horizon", "level"]
    kept = {kind: tidy[tidy["statistic"] == kind] for kind in ("robust_region", "irf")}
    both = kept["robust_region"].merge(kept["irf"], on=keys, suffixes=("", "_one_prior"))
    assert len(both) == 4 * 25 * 2
    width = both["conf_high"] - both["conf_low"]
    narrow = both["conf_high_one_prior"] - both["conf_low_one_prior"]
    assert (width > 0.999 * narrow).all()
    assert narrow.sum() < 0.8 * width.sum()


def test_two_vintages_differ_by_new_months_and_first_estimates(tmp_path: Path) -> None:
    run("two_vintages.py", tmp_path)
    old, new = yl.vintages(tmp_path / "out")
    changed = yl.diff_vintages(old, new).frame.set_index("series")
    assert changed.loc["cpi_core", "new"] == 13
    assert changed.loc["import_price_yen", "revised"] > 0
    assert (changed["revised"] > 0).sum() == 2
