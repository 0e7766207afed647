"""Proves that a run killed at any point leaves nothing half-written and nothing running."""

from __future__ import annotations

import os
import sys
from itertools import count
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))  # the audit lies beside the package and is not installed

from audit.killed_runs import (  # noqa: E402
    Point,
    contents,
    count_touches,
    kill_runs,
    look_at,
    random_points,
)
from yenloop.data.sources.files import load_data  # noqa: E402
from yenloop.reports.content import Chart, FrontPage, Report  # noqa: E402
from yenloop.reports.figures.style import new_figure  # noqa: E402
from yenloop.reports.manifest import Manifest  # noqa: E402
from yenloop.reports.report import write_report  # noqa: E402
from yenloop.reports.run_folder import DEFAULT_OUT  # noqa: E402
from yenloop.reports.tables import Table  # noqa: E402


@pytest.mark.slow
def test_killed_while_estimating_and_while_writing(tmp_path: Path) -> None:
    """Earlier runs stay as they were, no process stays, and the next run is whole."""
    earlier = tmp_path / DEFAULT_OUT / "2020-01-01-000000"
    earlier.mkdir(parents=True)
    (earlier / "numbers.csv").write_text("earlier", encoding="utf-8")
    before = contents(tmp_path)
    points = random_points(3, seed=5, seconds=5.0, touches=150)
    killed = kill_runs(tmp_path, points, pictures=False)
    assert [one.finished for one in killed] == [False, False, False]
    assert killed[1].writing
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before


def test_killed_at_every_touch_of_the_disk_while_writing(tmp_path: Path) -> None:
    """No touch is left out: each is the last one of a process that is writing a report."""
    out = tmp_path / DEFAULT_OUT
    report, data = small_report(), load_data()
    write_report(report, out, blank, data)
    before, last = contents(tmp_path), 0
    for at in count(1):
        process = os.fork()
        if process == 0:
            count_touches(at)
            write_report(report, out, blank, data)
            os._exit(0)
        status = os.waitpid(process, 0)[1]
        look_at(tmp_path, before)
        if os.WIFEXITED(status):
            last = at
            break
        before = contents(tmp_path)
    assert last > 40
    assert not list(out.glob(".partial-*"))


def blank(_: Chart) -> dict[str, bytes]:
    return {"svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>', "png": b"", "pdf": b""}


def small_report() -> Report:
    """The least that a report can be."""
    charts = [Chart(name, new_figure(height=1)[0], name, name) for name in ("loop", "curve")]
    claims = Table("claims", "The claims", pd.DataFrame({"Claim": ["C1"], "Verdict": ["open"]}))
    front = FrontPage("2025-11", (), charts[0], "", charts[1], "", "", "", claims)
    return Report("A study", front, (), {}, Manifest(seed=3))


def test_points_are_drawn_up_to_what_a_whole_run_takes() -> None:
    points = random_points(50, seed=1, seconds=20.0, touches=300)
    assert points == random_points(50, seed=1, seconds=20.0, touches=300)
    assert {point.unit for point in points} == {"seconds", "touches"}
    assert all(point.limit <= (20 if point.unit == "seconds" else 300) for point in points)
    assert isinstance(points[0], Point)
