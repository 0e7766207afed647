"""Proves that a run's folder is complete or absent, under errors, Ctrl-C, kills and races."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from yenloop.errors import OutputError
from yenloop.reports import run_folder
from yenloop.reports.run_folder import RunFolder, remove_stale, require_writable

NAME = "2026-11-22-153012"


def test_the_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    out = tmp_path / "reports" / "runs"
    with RunFolder(out, NAME) as run:
        (run.path / "index.html").write_text("page")
        assert not (out / NAME).exists()
    assert run.path == out / NAME
    assert (run.path / "index.html").read_text() == "page"
    assert [p.name for p in out.iterdir()] == [NAME]


def test_readable_as_any_new_folder_is(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with RunFolder(tmp_path, NAME) as run:
        pass
    assert run.path.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_stays_of_a_run_that_failed(tmp_path: Path, failure: type[BaseException]) -> None:
    with RunFolder(tmp_path, NAME) as earlier:
        (earlier.path / "index.html").write_text("earlier")

    def write_half() -> None:
        with RunFolder(tmp_path, NAME) as run:
            (run.path / "index.html").write_text("half")
            raise failure

    with pytest.raises(failure):
        write_half()
    assert [p.name for p in tmp_path.iterdir()] == [NAME]
    assert (earlier.path / "index.html").read_text() == "earlier"


def test_a_default_name_is_the_date_and_time(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as run:
        pass
    assert time.strptime(run.path.name, "%Y-%m-%d-%H%M%S")


def test_earlier_runs_are_never_overwritten(tmp_path: Path) -> None:
    for i in range(3):
        with RunFolder(tmp_path, NAME) as run:
            (run.path / "n").write_text(str(i))
    names = [NAME, f"{NAME}-2", f"{NAME}-3"]
    assert sorted(p.name for p in tmp_path.iterdir()) == names
    assert [(tmp_path / n / "n").read_text() for n in names] == ["0", "1", "2"]


def test_a_race_for_one_name_loses_no_run(tmp_path: Path) -> None:
    def write(i: int) -> Path:
        with RunFolder(tmp_path, NAME) as run:
            (run.path / "n").write_text(str(i))
        return run.path

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(write, range(40)))
    assert len(set(paths)) == 40
    assert [p.joinpath("n").read_text() for p in paths] == [str(i) for i in range(40)]
    assert len(list(tmp_path.iterdir())) == 40


def test_a_name_taken_between_look_and_rename_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def late(self: Path, target: Path) -> Path:
        if target.name == NAME:  # another process finishes first
            target.mkdir()
            (target / "theirs").write_text("theirs")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    with RunFolder(tmp_path, NAME) as run:
        (run.path / "ours").write_text("ours")
    assert run.path.name == f"{NAME}-2"
    assert [p.name for p in (tmp_path / NAME).iterdir()] == ["theirs"]


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_file_in_the_way_is_one_clear_line(tmp_path: Path, below: str) -> None:
    out = tmp_path / "file" / below
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="--out") as caught, RunFolder(out):
        pytest.fail("entered")
    assert str(out) in str(caught.value)
    with pytest.raises(OutputError, match="--out"):
        require_writable(out)


def test_no_permission_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match="Permission denied.*--out"), RunFolder(tmp_path):
        pytest.fail("entered")
    monkeypatch.setattr(run_folder.tempfile, "TemporaryDirectory", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        require_writable(tmp_path)


def test_a_failed_rename_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="cross-device"), RunFolder(tmp_path, NAME):
        pass
    assert list(tmp_path.iterdir()) == []


def test_looking_whether_a_folder_is_writable_leaves_no_trace(tmp_path: Path) -> None:
    require_writable(tmp_path / "reports" / "runs")
    require_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


def stuck_run(out: Path) -> subprocess.Popen[str]:
    """Another process in the middle of writing a run."""
    script = (
        "import sys, time; from yenloop.reports.run_folder import RunFolder\n"
        "with RunFolder(sys.argv[1]) as run:\n"
        "    (run.path / 'half').write_text('half'); print('in', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(out)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    child = subprocess.Popen(command, **pipes)
    assert child.stdout is not None
    assert child.stdout.readline() == "in\n"
    return child


def test_what_a_killed_process_left_goes_with_the_next_run(tmp_path: Path) -> None:
    with stuck_run(tmp_path) as child:
        remove_stale(tmp_path)  # its process runs: untouched
        (left,) = tmp_path.iterdir()
        assert (left / "half").exists()
        child.send_signal(signal.SIGKILL)
    with RunFolder(tmp_path, NAME):
        pass
    assert [p.name for p in tmp_path.iterdir()] == [NAME]


def test_ctrl_c_in_a_real_process_leaves_nothing(tmp_path: Path) -> None:
    with stuck_run(tmp_path) as child:
        child.send_signal(signal.SIGINT)
    assert child.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_unfinished_folders_of_others_stay_for_a_day(tmp_path: Path) -> None:
    elsewhere = tmp_path / ".partial-elsewhere-1-abcdef01"  # another machine, shared disk
    ours = tmp_path / f".partial-{run_folder._host()}-{os.getpid()}-abcdef01"
    unknown = tmp_path / ".partial-something"
    not_ours = tmp_path / "2026-01-01-000000"
    for folder in (elsewhere, ours, unknown, not_ours):
        folder.mkdir()
    remove_stale(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
    for folder in (elsewhere, ours, unknown, not_ours):
        os.utime(folder, (time.time() - 90_000,) * 2)
    remove_stale(tmp_path)
    assert list(tmp_path.iterdir()) == [not_ours]
