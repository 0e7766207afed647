"""Kills runs (SIGKILL) at random points, and looks at what they leave.

``python -m audit.killed_runs`` kills ``yenloop run`` at 50 points and prints one line for each. A
point is a moment of its processor time, which does not depend on what else the machine does, or a
touch of the folder of runs: half of the points lie where a run is being written.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yenloop.reports.run_folder import DEFAULT_OUT
from yenloop.reports.stored_run import StoredRun

#: The default study with few draws, which is all that a run needs to be to be killed.
STUDY = """
var = { draws = 100 }
loop = { draws = 100, lags = [1, 3], samples = [{ name = "full sample" }] }
regimes = { bootstrap_draws = 19 }
spillover = { draws = 100 }
identification = { draws = 100, lags = [3], samples = [{ name = "full sample" }] }
"""

#: Seconds after which the processes that a killed run had begun are gone.
ORPHANS = 10.0


@dataclass(frozen=True)
class Point:
    """Where a run is killed: after so many seconds of its own, or touches of the folder of runs."""

    unit: str
    limit: float


@dataclass(frozen=True)
class Killed:
    """A run that was killed at a point: whether that was too late, and whether it was writing."""

    point: Point
    finished: bool
    writing: bool


def random_points(count: int, seed: int, *, seconds: float, touches: int) -> list[Point]:
    """Points of both kinds in turn, each drawn up to what a whole run takes."""
    draw = random.Random(seed)
    most = (("seconds", seconds), ("touches", touches))
    return [Point(most[at % 2][0], draw.uniform(1, most[at % 2][1])) for at in range(count)]


def kill_runs(
    folder: Path,
    points: Sequence[Point],
    *,
    pictures: bool = True,
    tell: Callable[[Killed], None] = lambda _: None,
) -> list[Killed]:
    """Kill a run at each point, all in one folder of runs, then let one finish.

    Raises ``AssertionError`` where an earlier run was touched, a half-written one is to be seen, a
    process is left, or the last run does not give what a whole run gives.

    Parameters
    ----------
    folder : Path
        Its ``reports/runs`` may hold earlier runs.
    points : sequence of Point
    pictures : bool
        Run the command; otherwise the same study without pictures, in half the time.
    tell : callable
        Told of each run when it was looked at.
    """
    killed = []
    for point in points:
        before, unfinished = contents(folder), _unfinished(folder)
        process = start(folder, point, pictures=pictures)
        said = process.communicate(timeout=3600)[1]
        assert process.returncode in (-signal.SIGKILL, 0), said
        assert not left_of(process.pid), "processes are left"
        look_at(folder, before)
        writing = bool(_unfinished(folder) - unfinished)
        killed.append(Killed(point, process.returncode == 0, writing))
        tell(killed[-1])
    _finish(folder, pictures)
    return killed


def look_at(folder: Path, before: Mapping[str, str]) -> None:
    """Raise ``AssertionError`` where an earlier run was touched or a half-written one is seen."""
    after = contents(folder)
    assert {name: after.get(name) for name in before} == before, "earlier runs were touched"
    new = {Path(name).parts[0] for name in after if name not in before}
    assert new <= _whole_runs(folder), f"half-written: {new - _whole_runs(folder)}"


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file that is to be seen in the folder of runs, by path."""
    out = folder / DEFAULT_OUT
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.glob("[!.]*/**/*"))
        if path.is_file()
    }


def start(folder: Path, point: Point | None, *, pictures: bool) -> subprocess.Popen[str]:
    """A run in a process group of its own, killed at a point; a whole one says what it took."""
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    limit = [] if point is None else [point.unit, f"{point.limit:.3f}"]
    command = [sys.executable, __file__, "--run", "run" if pictures else "plain", *limit]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def left_of(group: int) -> list[str]:
    """Processes of a group that still run when it was time to end."""
    until = time.monotonic() + ORPHANS
    while True:
        listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True)
        rows = (line.split(maxsplit=2) for line in listed.stdout.splitlines())
        # Those that ended and were not yet asked for their exit code (Z) are gone.
        running = [row[2] for row in rows if row[0] == str(group) and row[1][0] != "Z"]
        if not running or time.monotonic() > until:
            return running
        time.sleep(0.2)


def _unfinished(folder: Path) -> set[str]:
    return {path.name for path in (folder / DEFAULT_OUT).glob(".partial-*")}


def _whole_runs(folder: Path) -> set[str]:
    """Runs whose every file is there and as it was written."""
    return {
        path.parent.name
        for path in (folder / DEFAULT_OUT).glob("[!.]*/manifest.json")
        if _is_whole(StoredRun(path.parent))
    }


def _is_whole(run: StoredRun) -> bool:
    hashes = {**run.manifest.outputs, **run.manifest.inputs}
    return bool(hashes) and all(
        hashlib.sha256((run.path / file).read_bytes()).hexdigest() == digest
        for file, digest in hashes.items()
    )


def _finish(folder: Path, pictures: bool) -> None:
    """The next run works, and takes away what the killed ones left."""
    before = _whole_runs(folder)
    process = start(folder, None, pictures=pictures)
    said = process.communicate(timeout=3600)[1]
    assert process.returncode == 0, said
    out = folder / DEFAULT_OUT
    assert not _unfinished(folder), "unfinished folders are left"
    assert len(_whole_runs(folder)) == len(before) + 1, "the next run is not whole"
    numbers = {
        StoredRun(out / name).manifest.outputs["numbers.csv"] for name in _whole_runs(folder)
    }
    assert len(numbers) == 1, "runs of one study differ"


# ------------------------------------------------------------- in the process that is killed


def _run(how: str, unit: str = "", limit: str = "0") -> None:
    touches = count_touches(round(float(limit)) if unit == "touches" else 0)
    if unit == "seconds":
        threading.Thread(target=_die_after, args=(float(limit),), daemon=True).start()
    if how == "run":
        from yenloop.cli import app

        app(["run", "study.toml"], standalone_mode=False)
    else:
        from yenloop.spec import read_spec
        from yenloop.study import run_study

        run_study(read_spec("study.toml"), None, DEFAULT_OUT, pictures=False)
    print(time.process_time(), touches[0])


def _die_after(seconds: float) -> None:
    while time.process_time() < seconds:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)


def count_touches(limit: int) -> list[int]:
    """Count openings, renamings and removals below the folder of runs; die at that number."""
    count = [0]

    def hook(event: str, about: tuple[object, ...]) -> None:
        if event != "open" and not event.startswith(("os.", "shutil.")):
            return
        if any(str(DEFAULT_OUT) in str(part) for part in about):
            count[0] += 1
            if count[0] == limit:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return count


def main() -> None:
    """Kill ``yenloop run`` at random points and print what happened."""
    parser = argparse.ArgumentParser(prog="python -m audit.killed_runs", description=__doc__)
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--run", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        _run(*options.run)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = start(folder, None, pictures=True)
        taken = whole.communicate(timeout=3600)[0].split()[-2:]
        seconds, touches = float(taken[0]), int(taken[1])
        print(f"A whole run: {seconds:.1f} s of its own, {touches} touches of the folder of runs.")
        points = random_points(options.points, options.seed, seconds=seconds, touches=touches)
        killed = kill_runs(folder, points, tell=_say)
    print(
        f"{len(killed)} points: no run half-written, none lost, none altered, the next one whole."
    )


def _say(one: Killed) -> None:
    when = "too late" if one.finished else "while writing" if one.writing else "before writing"
    print(f"{one.point.unit:<8} {one.point.limit:8.2f}  {when}", flush=True)


if __name__ == "__main__":
    main()
