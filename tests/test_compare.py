"""Two runs compared: inputs, stages, parts that add up, page and command.

Two runs of the embedded panel, one of them made before its last months and with other figures for
earlier ones.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from yenloop import compare as compare_module
from yenloop import load, open_run
from yenloop.cli import app
from yenloop.compare import KEPT, compare_runs
from yenloop.data.sources.files import load_bundled, load_data
from yenloop.models.comparison import Comparison
from yenloop.models.moves import PARTS
from yenloop.spec import StudySpec
from yenloop.study import run_study

SMALL = StudySpec.model_validate(
    {
        "var": {"draws": 100},
        "loop": {
            "draws": 100,
            "lags": [3],
            "sensitivity_lags": [],
            "samples": [{"name": "full sample"}],
        },
        "regimes": {"bootstrap_draws": 19},
        "spillover": {"draws": 100},
        "identification": {"draws": 100, "lags": [3], "samples": [{"name": "full sample"}]},
    }
)
LAST, REVISED = "2025-08", "2025-01"


def panel_file(folder: Path, *, earlier: bool) -> Path:
    """The embedded panel; an earlier state of it ends earlier and has other import prices."""
    frame = load_bundled().frame.copy()
    if earlier:
        frame = frame.loc[:LAST]
        frame.loc[REVISED:, "import_price_yen"] *= 1.004
    frame = frame.set_axis(frame.index.astype(str), axis=0).rename_axis("month")
    folder.mkdir()
    file = folder / "japan_loop_monthly.csv"
    frame.to_csv(file)
    return file


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("compared") / "runs"


@pytest.fixture(scope="module")
def runs(out, tmp_path_factory) -> tuple[Path, Path]:
    """The earlier and the later run."""
    folder = tmp_path_factory.mktemp("figures")
    files = [panel_file(folder / name, earlier=name == "old") for name in ("old", "new")]
    earlier, later = (run_study(SMALL, load_data(file), out, pictures=False) for file in files)
    return earlier, later


@pytest.fixture(scope="module")
def found(runs, out) -> Comparison:
    return compare_runs(*runs, out)


@pytest.mark.slow
def test_inputs_that_changed_are_found(found):
    assert found.parts == ("revision", "new_months")
    assert found.months == 3
    assert found.samples == ("1999-05 to 2025-08", "1999-05 to 2025-11")
    series = found.series.set_index("series")
    assert series.loc["import_price_yen", "revised_first"] == REVISED
    assert (series["revised"] > 0).sum() == 1
    assert series.loc["brent", "new"] == 3
    assert found.settings.empty
    assert found.software.empty


@pytest.mark.slow
def test_headline_numbers_are_there_with_both_intervals_and_their_origin(found):
    groups = {one.group.split(" ")[0] for one in found.moves}
    assert groups == {"Gain", "Responses", "Pass-through", "Statistics", "Spillovers", "Regimes"}
    for one in found.moves:
        assert np.isfinite([one.old.value, one.new.value]).all() or "pass" in one.table
        assert one.unit
        assert all(one.samples)
        assert all(one.methods)
    assert {one.statistic for one in found.tested} == {
        "gain",
        "domestic_gain",
        "path_gain",
        "irf",
        "pass_through",
        "pass_through_per_import_price_yen",
    }
    assert {one.response for one in found.tested} >= {"import_price_contract", "jgb10y"}


@pytest.mark.slow
def test_headline_numbers_add_up_from_revisions_and_new_months(found):
    for one in found.moves:
        if not np.isnan(one.total):
            assert one.revision + one.new_months == pytest.approx(one.total, abs=1e-10)
            assert one.study_file == 0
            assert one.software == 0
    every = found.numbers[found.numbers["held_by"] == "both"]
    finite = every[np.isfinite(every[["old", "revised", "extended", "new"]]).all(axis=1)]
    parts = finite[list(PARTS)].sum(axis=1)
    np.testing.assert_allclose(parts, finite["move"], rtol=1e-9, atol=1e-9)
    ordered = every["move_over_half_interval"].dropna()
    assert ordered.is_monotonic_decreasing


@pytest.mark.slow
def test_revision_alone_and_new_months_alone_are_the_two_legs(found, runs, out):
    """What lies between is a run too: compared with either end, one part is left."""
    between = next((out / KEPT).glob("*/[!.]*/manifest.json")).parent
    revision, months = compare_runs(runs[0], between, out), compare_runs(between, runs[1], out)
    assert (revision.parts, months.parts) == (("revision",), ("new_months",))
    assert not revision.tested  # no month is new: nothing to test
    assert revision.months == 0
    assert "no new months" in " ".join(revision.remarks)
    for whole, first, second in zip(found.moves, revision.moves, months.moves, strict=True):
        np.testing.assert_equal(first.total, whole.revision)
        np.testing.assert_equal(second.total, whole.new_months)
        assert second.noise == whole.noise


@pytest.mark.slow
def test_a_run_beside_itself_has_not_moved(runs, out):
    found = compare_runs(runs[1], runs[1], out)
    assert found.parts == ()
    assert not found.tested
    assert all(one.total == 0 for one in found.moves if not np.isnan(one.total))
    assert (found.numbers["move"].dropna() == 0).all()


@pytest.mark.slow
def test_the_test_is_of_the_number_that_is_printed(found, runs):
    """G(24) of both samples, once more from the stored models."""
    one = next(one for one in found.moves if one.label.startswith("G(24), all"))
    svar = open_run(runs[1]).load("structural-var")
    tidy = open_run(runs[1]).load("loop-gain").tidy()
    row = tidy[(tidy["statistic"] == "gain") & (tidy["horizon"] == 24) & (tidy["level"] == 0.9)]
    assert one.new.value == row["estimate"].iloc[0]
    assert one.noise is not None
    assert one.noise.draws == SMALL.var.draws
    assert one.noise.low < 0 < one.noise.high
    assert one.noise.std_error < float(row["std_error"].iloc[0])
    assert svar.reduced.sample == found.samples[1]


@pytest.mark.slow
def test_the_page_holds_everything_and_loads_nothing(found):
    folder = Path(found.folder)
    page = (folder / "index.html").read_text(encoding="utf-8")
    for text in ("G(24), all feedback", "Spillovers", "C1", "all_numbers.csv", "not tested"):
        assert text in page
    assert "http" not in page.replace("http://www.w3.org", "")
    moves = pd.read_csv(folder / "moves.csv")
    assert len(moves) == len(found.moves)
    facts = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    assert facts["new_months"] == 3
    again = load(folder / "results" / "comparison.yenloop")
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())


@pytest.mark.slow
def test_the_newest_run_stays_a_run(found, runs, out):
    """Neither a comparison nor what lies between is taken for a run."""
    assert open_run(out=out).path == runs[1]


@pytest.mark.slow
def test_other_settings_and_other_software_are_stages_of_their_own(found, runs, out, monkeypatch):
    """Which estimations are asked for, without making them."""
    asked = []

    def noted(spec, data, folder, **_):
        asked.append((spec.var.lags, data.monthly.span("brent")[1], Path(folder).parent.name))
        return out / "made"

    old, new = (compare_module._open(run, out) for run in runs)
    other = replace(new, spec=new.spec.model_copy(update={"seed": 1}))
    cut = compare_module.with_old_periods(new.data, old.data)
    monkeypatch.setattr(compare_module, "run_study", noted)

    between = compare_module._Between(old, other, out, lambda _: None)
    stages = between.runs(cut, old.spec)
    assert asked == [(3, "2025-11", KEPT)]  # all months by the old settings
    assert (stages["repeated"].path, stages["respecified"].path) == runs
    assert compare_module._parts(stages) == ("revision", "new_months", "study_file")

    asked.clear()
    versions = {**compare_module.software_versions(), "numpy": "3"}
    monkeypatch.setattr(compare_module, "software_versions", lambda: versions)
    compare_module._Between(old, new, out, lambda _: None).runs(cut, old.spec)
    assert [last for _, last, _ in asked] == ["2025-08", "2025-08", "2025-11"]


@pytest.mark.slow
def test_an_interrupted_comparison_leaves_nothing(runs, out):
    before = set(out.iterdir())

    def stop(name: str) -> None:
        if name.startswith("Writing"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_runs(*runs, out, step=stop)
    assert set(out.iterdir()) == before


@pytest.mark.slow
def test_the_command_compares_with_the_newest_run_and_prints_the_short_list(found, runs, out):
    done = CliRunner().invoke(app, ["compare", runs[0].name, "--out", str(out)])
    assert done.exit_code == 0, done.output
    for text in ("new months", "revisions", "all at once p =", "C1: not distinguishable", "index"):
        assert text in done.output
