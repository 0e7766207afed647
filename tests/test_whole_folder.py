"""Proves that a folder is complete or absent: under errors, Ctrl-C, kills, races, full disks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from yenloop.data import whole_folder
from yenloop.data.whole_folder import WholeFolder, remove_stale, require_writable
from yenloop.errors import SnapshotError

NAME = "2026-11-22T153012Z"


def complaint(path: Path, error: OSError) -> SnapshotError:
    return SnapshotError(f"No {path}: {error.strerror or error}.", remedy="Use another.")


def begin(out: Path, name: str = NAME, *, numbered: bool = True) -> WholeFolder:
    return WholeFolder(out, name, complaint=complaint, numbered=numbered)


def test_the_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    out = tmp_path / "reports" / "runs"
    with begin(out) as run:
        (run.path / "index.html").write_text("page")
        assert not (out / NAME).exists()
    assert run.path == out / NAME
    assert (run.path / "index.html").read_text() == "page"
    assert [p.name for p in out.iterdir()] == [NAME]


def test_readable_as_any_new_folder_is(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with begin(tmp_path) as run:
        pass
    assert run.path.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_stays_of_a_block_that_failed(tmp_path: Path, failure: type[BaseException]) -> None:
    with begin(tmp_path) as earlier:
        (earlier.path / "index.html").write_text("earlier")

    def write_half() -> None:
        with begin(tmp_path) as run:
            (run.path / "index.html").write_text("half")
            raise failure

    with pytest.raises(failure):
        write_half()
    assert [p.name for p in tmp_path.iterdir()] == [NAME]
    assert (earlier.path / "index.html").read_text() == "earlier"


def test_earlier_folders_are_never_overwritten(tmp_path: Path) -> None:
    for i in range(3):
        with begin(tmp_path) as run:
            (run.path / "n").write_text(str(i))
    names = [NAME, f"{NAME}-2", f"{NAME}-3"]
    assert sorted(p.name for p in tmp_path.iterdir()) == names
    assert [(tmp_path / n / "n").read_text() for n in names] == ["0", "1", "2"]


def test_a_race_for_one_name_loses_no_folder(tmp_path: Path) -> None:
    def write(i: int) -> Path:
        with begin(tmp_path) as run:
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
    with begin(tmp_path) as run:
        (run.path / "ours").write_text("ours")
    assert run.path.name == f"{NAME}-2"
    assert [p.name for p in (tmp_path / NAME).iterdir()] == ["theirs"]


def test_a_failed_rename_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(SnapshotError, match="cross-device"), begin(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name_is_refused_where_names_are_not_numbered(tmp_path: Path) -> None:
    with begin(tmp_path) as earlier:
        (earlier.path / "n").write_text("earlier")
    with (
        pytest.raises(SnapshotError, match="exists"),
        begin(tmp_path, numbered=False) as run,
    ):
        (run.path / "n").write_text("later")
    assert [p.name for p in tmp_path.iterdir()] == [NAME]
    assert (earlier.path / "n").read_text() == "earlier"


def test_files_are_on_the_disk_before_the_folder_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync, rename = whole_folder._sync, Path.rename

    def note_sync(path: Path) -> None:
        synced.append(path.name)
        sync(path)

    def note_rename(self: Path, target: Path) -> Path:
        synced.append("renamed")
        return rename(self, target)

    monkeypatch.setattr(whole_folder, "_sync", note_sync)
    monkeypatch.setattr(Path, "rename", note_rename)
    with begin(tmp_path / "out") as run:
        (run.path / "deep").mkdir()
        (run.path / "deep" / "a").write_text("a")
        (run.path / "b").write_text("b")
        hidden = run.path.name
    at = synced.index("renamed")
    assert set(synced[:at]) == {"a", "b", "deep", hidden}
    assert max(synced.index("a"), synced.index("b")) < synced.index("deep")
    assert synced[at + 1 :] == ["out"]


def test_a_disk_that_is_full_at_the_last_moment_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(SnapshotError, match="No space left"), begin(tmp_path) as run:
        (run.path / "half").write_text("half")
    assert list(tmp_path.iterdir()) == []


def test_looking_whether_a_folder_is_writable_leaves_no_trace(tmp_path: Path) -> None:
    require_writable(tmp_path / "reports" / "runs", complaint)
    require_writable(tmp_path, complaint)
    assert list(tmp_path.iterdir()) == []


def stuck_run(out: Path) -> subprocess.Popen[str]:
    """Another process in the middle of writing a folder."""
    script = (
        "import sys, time; from yenloop.data.whole_folder import WholeFolder\n"
        "with WholeFolder(sys.argv[1], 'run', complaint=None) as run:\n"
        "    (run.path / 'half').write_text('half'); print('in', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(out)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    child = subprocess.Popen(command, **pipes)
    assert child.stdout is not None
    assert child.stdout.readline() == "in\n"
    return child


def test_what_a_killed_process_left_goes_with_the_next_folder(tmp_path: Path) -> None:
    with stuck_run(tmp_path) as child:
        remove_stale(tmp_path)  # its process runs: untouched
        (left,) = tmp_path.iterdir()
        assert (left / "half").exists()
        child.send_signal(signal.SIGKILL)
    with begin(tmp_path):
        pass
    assert [p.name for p in tmp_path.iterdir()] == [NAME]


def test_ctrl_c_in_a_real_process_leaves_nothing(tmp_path: Path) -> None:
    with stuck_run(tmp_path) as child:
        child.send_signal(signal.SIGINT)
    assert child.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_unfinished_folders_of_others_stay_for_a_day(tmp_path: Path) -> None:
    elsewhere = tmp_path / ".partial-elsewhere-1-abcdef01"  # another machine, shared disk
    ours = tmp_path / f".partial-{whole_folder._host()}-{os.getpid()}-abcdef01"
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
