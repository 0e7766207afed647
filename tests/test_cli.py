"""The command line: one clear line with the remedy, an exit code, and nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

YENLOOP = [sys.executable, "-m", "yenloop"]


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*YENLOOP, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def one_line_of(done: subprocess.CompletedProcess[str]) -> str:
    """The error's line; it is the only one and no traceback stands above it."""
    assert done.returncode == 2
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("yenloop: ")
    return lines[0]


def bundled(folder: Path) -> pd.DataFrame:
    from yenloop.data.sources.files import load_bundled

    frame = load_bundled().frame
    return frame.set_axis(frame.index.astype(str), axis=0).rename_axis("month")


def write_panel(frame: pd.DataFrame, folder: Path) -> Path:
    """A file of the embedded panel's layout, so that its mapping is known."""
    file = folder / "japan_loop_monthly.csv"
    frame.to_csv(file)
    return file


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    file = write_panel(bundled(tmp_path).drop(columns="jgb10y"), tmp_path)
    assert "jgb10y" in one_line_of(run("run", "--data", str(file), folder=tmp_path))


def test_an_interior_gap_is_named_with_series_and_month(tmp_path: Path) -> None:
    frame = bundled(tmp_path)
    frame.loc["2010-05", "us10y"] = float("nan")
    line = one_line_of(run("run", "--data", str(write_panel(frame, tmp_path)), folder=tmp_path))
    assert "us10y" in line
    assert "2010-05" in line


def test_too_few_observations_are_refused_with_the_numbers(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('[data]\nstart = "2022-01"\n', encoding="utf-8")
    line = one_line_of(run("run", "study.toml", folder=tmp_path))
    assert "observations" in line
    assert "longer sample" in line


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("[var]\nlagz = 3\n", encoding="utf-8")
    assert "var.lagz" in one_line_of(run("run", "study.toml", folder=tmp_path))


def test_data_that_do_not_exist_are_named(tmp_path: Path) -> None:
    assert "nowhere" in one_line_of(run("run", "--data", "nowhere", folder=tmp_path))


def test_a_place_that_cannot_be_written_to_is_named_before_anything_is_computed(
    tmp_path: Path,
) -> None:
    (tmp_path / "taken").write_text("a file, not a folder", encoding="utf-8")
    started = time.perf_counter()
    assert "taken" in one_line_of(run("run", "--out", "taken", folder=tmp_path))
    assert time.perf_counter() - started < 10


def test_init_writes_a_study_that_runs_and_never_overwrites(tmp_path: Path) -> None:
    assert run("init", folder=tmp_path).returncode == 0
    before = (tmp_path / "study.toml").read_text(encoding="utf-8")
    assert "study.toml" in one_line_of(run("init", folder=tmp_path))
    assert (tmp_path / "study.toml").read_text(encoding="utf-8") == before


def test_several_places_are_laid_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "boj_mpm_dates.csv").write_text(
        "date,policy_change,direction,day_basis\n2024-03-19,1,tighten,\n", encoding="utf-8"
    )
    file = write_panel(bundled(tmp_path), tmp_path)
    done = run("data", "show", str(file), "boj_mpm_dates.csv", folder=tmp_path)
    assert done.returncode == 0
    assert "17:00 Asia/Tokyo" in done.stdout
    assert "days of Bank of Japan decisions: 1, 2024-03-19 to 2024-03-19" in done.stdout
    line = one_line_of(run("run", "--data", str(file), "--data", "nowhere", folder=tmp_path))
    assert "nowhere" in line


@pytest.mark.slow
def test_ctrl_c_midway_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*YENLOOP, "run", "--out", "runs"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Reading the figures" in line:
            break
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it too
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip().splitlines()[-1].startswith("yenloop: Stopped")
    assert "Traceback" not in errors
    assert not list(tmp_path.glob("runs/*"))
