"""Proves that a run's folder has its own name and error, and is whole as any such folder is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from yenloop.data import whole_folder
from yenloop.errors import OutputError
from yenloop.reports.run_folder import RunFolder, require_writable

NAME = "2026-11-22-153012"


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
    monkeypatch.setattr(whole_folder.tempfile, "TemporaryDirectory", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        require_writable(tmp_path)
