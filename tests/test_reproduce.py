"""Proves that a run makes itself again from its own folder, and that no difference goes unsaid."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from yenloop import study as study_module
from yenloop.cli import app
from yenloop.data.sources.files import load_bundled
from yenloop.data.store import RECORD
from yenloop.earlier import figures_now, places_now, places_of, study_of
from yenloop.errors import OutputError, SpecError, StorageError
from yenloop.reports.csv_differences import csv_differences
from yenloop.reports.inputs import read_inputs, write_inputs
from yenloop.reports.manifest import Manifest
from yenloop.reports.stored_run import StoredRun
from yenloop.reproduce import Reproduction, reproduce
from yenloop.spec import StudySpec
from yenloop.study import run_study

SMALL = StudySpec.model_validate(
    {
        "seed": 7,
        "var": {"draws": 100},
        "loop": {"draws": 100, "lags": [1, 3], "samples": [{"name": "full sample"}]},
        "regimes": {"bootstrap_draws": 19},
        "spillover": {"draws": 100},
        "identification": {"draws": 100, "lags": [3], "samples": [{"name": "full sample"}]},
    }
)

NUMBERS = """table,model,statistic,shock,response,horizon,estimate,conf_low,conf_high,unit
irf,VAR,irf,yen,cpi,12,0.25,0.1,0.4,%
irf,VAR,irf,yen,cpi,24,1e-17,-3e-17,2e-17,%
gain,VAR,gain,yen,,24,NaN,-inf,inf,pure number
"""
CLAIMS = "Claim,Verdict\nC1,open\n"


def panel_file(folder: Path) -> Path:
    """The embedded panel as a user's file."""
    frame = load_bundled().frame
    frame = frame.set_axis(frame.index.astype(str), axis=0).rename_axis("month")
    folder.mkdir()
    file = folder / "japan_loop_monthly.csv"
    frame.to_csv(file)
    return file


# ------------------------------------------------------------------------- a whole study


@pytest.mark.slow
def test_a_study_made_again_from_its_folder_is_byte_identical(tmp_path: Path) -> None:
    file = panel_file(tmp_path / "data")
    (tmp_path / "boj_mpm_dates.csv").write_text(
        "date,policy_change,direction,day_basis\n2024-03-19,1,tighten,\n", encoding="utf-8"
    )
    places = [file, tmp_path / "boj_mpm_dates.csv"]
    run = run_study(SMALL, places, tmp_path / "runs", pictures=False)
    shutil.rmtree(tmp_path / "data")  # nothing but the folder is needed
    found = reproduce(run)
    assert found.verdict == "byte-identical"
    assert found.succeeded
    assert len(found.files) == len(StoredRun(run).manifest.outputs) > 20
    assert found.numbers.empty
    assert "cannot be read any more" in found.source
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [run.name]


# ------------------------------------------------- the comparison, without a study in between


def written(folder: Path, files: dict[str, str], **facts: object) -> Path:
    """A finished run of the given files, on the embedded panel."""
    from yenloop.data.sources.files import load_data

    (folder / "tables").mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    manifest = Manifest(seed=7, outputs=hashes, inputs=write_inputs(load_data(), folder / "inputs"))
    manifest = replace(manifest, **facts)
    (folder / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    return folder


@pytest.fixture
def made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Reproduction]:
    """Reproduce a run whose study gives other files than then."""

    def reproduced(files: dict[str, str], **facts: object) -> Reproduction:
        run = written(
            tmp_path / "then", {"numbers.csv": NUMBERS, "tables/claims.csv": CLAIMS}, **facts
        )
        monkeypatch.setattr(
            "yenloop.reproduce.run_study", lambda *_, **__: written(tmp_path / "now", files)
        )
        return reproduce(run)

    return reproduced


def test_equal_to_a_hundred_millionth_is_equal(made_again: Callable[..., Reproduction]) -> None:
    """Remains of rounding where zero is meant have no size to be equal to."""
    now = NUMBERS.replace("0.25", "0.2500000001").replace("1e-17", "-4e-16")
    found = made_again({"numbers.csv": now, "tables/claims.csv": CLAIMS})
    assert found.verdict == "equal"
    assert found.succeeded
    assert dict(found.files.to_numpy()) == {
        "numbers.csv": "equal",
        "tables/claims.csv": "byte-identical",
    }
    assert "4.0e-10" in found.in_words()


def test_numbers_that_differ_are_listed_worst_first(
    made_again: Callable[..., Reproduction],
) -> None:
    now = NUMBERS.replace("0.25,0.1", "0.26,0.10001").replace("NaN", "1.5")
    found = made_again({"numbers.csv": now, "tables/claims.csv": CLAIMS.replace("open", "refuted")})
    assert found.verdict == "different"
    assert not found.succeeded
    assert found.numbers["cell"].tolist() == [
        "gain, gain, yen, 24: estimate",
        "C1: Verdict",
        "irf, irf, yen, cpi, 12: estimate",
        "irf, irf, yen, cpi, 12: conf_low",
    ]
    assert found.numbers["difference"].tolist()[2] == pytest.approx(0.01 / 0.26)
    text = str(found.summary())
    assert "2 of 2 CSV files differ" in text
    assert "0.26" in text


def test_files_that_came_or_went_are_a_difference(made_again: Callable[..., Reproduction]) -> None:
    found = made_again({"numbers.csv": NUMBERS, "tables/gain.csv": CLAIMS})
    assert dict(found.files.to_numpy()) == {
        "numbers.csv": "byte-identical",
        "tables/claims.csv": "absent",
        "tables/gain.csv": "new",
    }
    assert found.verdict == "different"


def test_other_software_is_named(made_again: Callable[..., Reproduction]) -> None:
    versions = {**Manifest(seed=1).versions, "numpy": "1.0"}
    found = made_again({"numbers.csv": NUMBERS, "tables/claims.csv": CLAIMS}, versions=versions)
    assert found.versions.to_numpy().tolist() == [
        ["numpy", "1.0", Manifest(seed=1).versions["numpy"]]
    ]
    assert "numpy" in str(found.summary())
    assert "holds the same figures now" in found.source


def test_an_altered_number_is_named_and_the_hash_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = written(tmp_path / "then", {"numbers.csv": NUMBERS})
    (run / "numbers.csv").write_text(NUMBERS.replace("0.25", "0.52"), encoding="utf-8")
    again = written(tmp_path / "now", {"numbers.csv": NUMBERS})
    monkeypatch.setattr("yenloop.reproduce.run_study", lambda *_, **__: again)
    found = reproduce(run)
    assert found.verdict == "byte-identical"
    assert found.altered == ("numbers.csv",)
    assert "Altered since the run was made: numbers.csv." in str(found.summary())


def test_altered_figures_are_refused_before_anything_is_estimated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = written(tmp_path / "then", {"numbers.csv": NUMBERS})
    monkeypatch.setattr("yenloop.reproduce.run_study", lambda *_, **__: pytest.fail("estimated"))
    table = run / "inputs" / "monthly.csv"
    table.write_text(table.read_text().replace("113.14", "113.15"), encoding="utf-8")
    with pytest.raises(StorageError, match=r"monthly.csv.*altered"):
        reproduce(run)


def test_the_study_and_the_seed_are_those_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = SMALL.model_dump(mode="json")
    run = written(tmp_path / "then", {"numbers.csv": NUMBERS}, spec=spec, command="yenloop run")
    given = {}

    def note(spec: StudySpec, data: object, out: Path, **options: object) -> Path:
        given.update(options, spec=spec, data=data, out=out)
        return written(out / "now", {"numbers.csv": NUMBERS})

    monkeypatch.setattr("yenloop.reproduce.run_study", note)
    kept = reproduce(run, tmp_path / "kept")
    assert given["spec"] == SMALL
    assert given["data"].hashes == read_inputs(StoredRun(run)).hashes
    assert given["pictures"]
    assert kept.again == tmp_path / "kept" / "now"
    assert reproduce(run).again is None
    assert not given["pictures"]
    assert not given["out"].exists()


def test_the_command_says_the_verdict_and_exits_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = written(tmp_path / "then", {"numbers.csv": NUMBERS})
    again = written(tmp_path / "same", {"numbers.csv": NUMBERS})
    monkeypatch.setattr("yenloop.reproduce.run_study", lambda *_, **__: again)
    done = CliRunner().invoke(app, ["reproduce", str(run)])
    assert done.exit_code == 0, done.output
    assert "byte-identical" in done.output
    other = written(tmp_path / "other", {"numbers.csv": NUMBERS.replace("0.25", "0.26")})
    monkeypatch.setattr("yenloop.reproduce.run_study", lambda *_, **__: other)
    done = CliRunner().invoke(app, ["reproduce", str(run)])
    assert done.exit_code == 1
    assert "0.26" in done.output
    with pytest.raises(OutputError):
        CliRunner().invoke(app, ["reproduce", "nowhere"], catch_exceptions=False)


def test_cells_are_compared_as_numbers_where_they_are_numbers(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("a,b\nx,1\ny,2.0\nz,\n", encoding="utf-8")
    (tmp_path / "new.csv").write_text("a,b\nx,1.0\ny,2.5\nz,3\n", encoding="utf-8")
    found = csv_differences(tmp_path / "old.csv", tmp_path / "new.csv")
    assert found["cell"].tolist() == ["z: b", "y: b", "x: b"]
    assert found["difference"].tolist() == [float("inf"), pytest.approx(0.2), 0.0]
    (tmp_path / "longer.csv").write_text("a,b\nx,1\n", encoding="utf-8")
    found = csv_differences(tmp_path / "old.csv", tmp_path / "longer.csv")
    assert found.to_numpy().tolist() == [["rows x columns", "3 x 2", "1 x 2", float("inf")]]


# ------------------------------------------------------------------ what an earlier run was


def of_command(command: str, folder: Path) -> StoredRun:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(Manifest(seed=1, command=command).to_json())
    return StoredRun(folder)


def test_the_places_of_a_run_are_read_off_its_command(tmp_path: Path) -> None:
    assert places_of(of_command("yenloop run", tmp_path)) is None
    assert places_now(of_command("yenloop run", tmp_path)) is None
    run = of_command("yenloop run --data 'my data' --data days.csv --known-on 2025-06", tmp_path)
    assert places_of(run) == [Path("my data"), Path("days.csv")]
    assert places_now(run) == places_of(run)


def test_of_a_vintage_the_newest_of_its_store_is_taken(tmp_path: Path) -> None:
    store = tmp_path / "vintages"
    for name in ("2026-10-23T091200Z", "2026-11-23T091200Z"):
        (store / name).mkdir(parents=True)
        (store / name / RECORD).write_text("{}")
    run = of_command(f"yenloop run --data {store / '2026-10-23T091200Z'}", tmp_path / "run")
    assert places_of(run) == [store / "2026-10-23T091200Z"]
    assert places_now(run) == [store / "2026-11-23T091200Z"]


def test_a_source_that_moved_on_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures kept decide; the file has a month more now, and one figure is another one."""
    file = panel_file(tmp_path / "data")
    command = f"yenloop run --data {file}"
    run = written(tmp_path / "then", {"numbers.csv": NUMBERS}, command=command)
    lines = file.read_text().splitlines()
    lines[1] = lines[1].replace("113.14", "113.15")
    file.write_text("\n".join([*lines, "2026-10,150" + "," * 17, ""]))
    again = written(tmp_path / "now", {"numbers.csv": NUMBERS})
    monkeypatch.setattr("yenloop.reproduce.run_study", lambda *_, **__: again)
    assert reproduce(run).source == (
        "The figures' source has changed since: 1 series differ "
        "(1 with new periods, 1 with revisions)."
    )


def test_figures_of_a_date_stay_those_of_the_date(tmp_path: Path) -> None:
    known = figures_now(of_command("yenloop run --known-on 2025-06-30", tmp_path))
    assert known.monthly.span("usdjpy_tokyo")[1] < "2025-07"


def test_a_study_that_this_version_does_not_know_names_the_key(tmp_path: Path) -> None:
    manifest = Manifest(seed=1, spec={"var": {"lagz": 3}}, versions={"yenloop": "0.9"})
    (tmp_path / "manifest.json").write_text(manifest.to_json())
    with pytest.raises(SpecError, match=r"var\.lagz.*yenloop 0\.9"):
        study_of(StoredRun(tmp_path))


# --------------------------------------------------------------------------- run --since


@pytest.fixture
def since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """An earlier run in ``runs/then``; what the command asks of the study and the comparison."""
    spec = SMALL.model_dump(mode="json")
    out = tmp_path / "runs"
    written(out / "then", {"numbers.csv": NUMBERS}, spec=spec, command="yenloop run --data old.csv")
    asked: dict[str, object] = {"out": out}

    def note(spec: StudySpec, where: object, out: Path, **_: object) -> Path:
        asked.update(spec=spec, where=where)
        return written(out / "now", {"numbers.csv": NUMBERS})

    def compare(old: Path, new: Path, out: Path, **_: object) -> str:
        asked.update(old=old, new=new)
        return "How the numbers moved."

    def tell(console: Console, found: str) -> None:
        console.print(found)

    monkeypatch.setattr(study_module, "run_study", note)
    monkeypatch.setattr("yenloop.compare.compare_runs", compare)
    monkeypatch.setattr("yenloop.cli._tell_moves", tell)
    return asked


def test_since_takes_study_and_places_of_the_earlier_run(since: dict[str, object]) -> None:
    out = since["out"]
    done = CliRunner().invoke(app, ["run", "--since", "then", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert since["spec"] == SMALL
    assert since["where"] == [Path("old.csv")]
    assert (since["old"], since["new"]) == (out / "then", out / "now")
    assert "How the numbers moved." in done.output


def test_since_takes_the_study_and_the_data_given(since: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("seed = 5\n", encoding="utf-8")
    given = ["run", str(tmp_path / "study.toml"), "--data", "new.csv", "--since", "then"]
    done = CliRunner().invoke(app, [*given, "--out", str(since["out"])])
    assert done.exit_code == 0, done.output
    assert since["spec"] == StudySpec(seed=5)
    assert since["where"] == [Path("new.csv")]


def test_since_a_run_without_figures_is_refused_before_anything_is_estimated(
    since: dict[str, object],
) -> None:
    out = since["out"]
    (out / "then" / "inputs" / "monthly.csv").unlink()
    with pytest.raises(StorageError, match="absent"):
        CliRunner().invoke(
            app, ["run", "--since", "then", "--out", str(out)], catch_exceptions=False
        )
    assert "spec" not in since
