"""`yenloop data ...`: what arrived, what did not and why, and one clear line for each error."""

from __future__ import annotations

import os
import pty
import runpy
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from typer.testing import CliRunner

from yenloop import study
from yenloop.cli import app
from yenloop.data import catalog
from yenloop.data.snapshots import StoredSeries, Vintage, vintages, write_vintage
from yenloop.data.sources.files import load_bundled, load_data
from yenloop.errors import YenloopError

YENLOOP = [sys.executable, "-m", "yenloop"]
REPLAY = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(REPLAY / "server.py")))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    """What a command prints."""
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def refused(*arguments: str) -> str:
    """The one line of an error."""
    with pytest.raises(YenloopError) as caught:
        CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def store(at: str, end: str, *, revision: float = 0.0, **about: object) -> Vintage:
    """The embedded panel up to a month, as a vintage."""
    panel = load_bundled()
    series = {}
    for name in panel.names:
        values = panel.frame[name].loc[:end].dropna()
        if name == "import_price_yen":
            values = values.copy()
            values.iloc[-3:] += revision
        series[name] = StoredSeries(catalog.entry(name), values, "as published", ())
    facts = {"missed": {}, "findings": (), "notices": (), "command": "test", **about}
    made_at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return write_vintage(Path("data") / "vintages", series, made_at=made_at, **facts)


def test_show_lists_ids_clocks_and_how_they_were_observed(folder: Path) -> None:
    shown = run("data", "show")
    assert "usdjpy_tokyo: " in shown
    assert "17:00 Asia/Tokyo" in shown
    assert "month mean" in shown
    vintage = store("2026-06-20", "2026-05", missed={"us30y": "No answer. Try again."})
    shown = run("data", "show", str(vintage.path))
    assert "vintage 2026-06-20T000000Z (made 2026-06-20 00:00 UTC): 18 monthly series" in shown
    assert "did not arrive: us30y" in shown


def test_there_is_no_data_without_a_command(folder: Path) -> None:
    assert CliRunner().invoke(app, ["data", "mine.csv"]).exit_code == 2


def test_vintages_are_listed_verified_and_damage_is_named(folder: Path) -> None:
    assert "There is no vintage" in run("data", "list")
    store("2026-06-20", "2026-05")
    second = store("2026-07-20", "2026-06", missed={"us30y": "No answer. Try again."})
    assert run("data", "list").splitlines() == [
        "2026-06-20T000000Z  18 series",
        "2026-07-20T000000Z  18 series, 1 did not arrive",
    ]
    assert run("data", "verify").count("38 files, all as they were written") == 2
    file = second.path / "series" / "cgpi.csv"
    file.write_bytes(file.read_bytes()[:-1] + b" ")
    (second.path / "vintage.sha256").unlink()
    done = CliRunner().invoke(app, ["data", "verify"])
    assert done.exit_code == 2
    assert "2026-06-20T000000Z  38 files" in done.stdout
    assert "vintage.sha256' is missing. Restore" in done.stderr
    assert "vintage.sha256' is missing. Restore" in run("data", "list")
    assert run("data", "verify", "2026-06-20T000000Z").startswith("2026-06-20T000000Z  38 files")
    assert "There is no vintage '2020'" in refused("data", "verify", "2020")


def test_what_changed_is_shown_and_written(folder: Path) -> None:
    store("2026-06-20", "2026-05")
    store("2026-07-20", "2026-06", revision=0.5)
    shown = run("data", "diff", "2026-06-20T000000Z", "--to", "changes.csv")
    assert "2026-06-20T000000Z -> 2026-07-20T000000Z" in shown
    assert "import_price_yen (monthly): 1 new (2026-06); 2 revised (2026-04 to 2026-05)" in shown
    assert "Written: changes.csv" in shown
    numbers = pd.read_csv("changes.csv", index_col="series")
    assert numbers.loc["import_price_yen", "revised"] == 2
    assert "no vintage 'x'" in refused("data", "diff", "x")


def test_a_vintage_is_exported_and_read_again(folder: Path) -> None:
    vintage = store("2026-06-20", "2026-05")
    assert "US EIA" in run("data", "export", "latest", "paper")
    assert load_data("paper").monthly.sha256 == load_data(vintage.path).monthly.sha256
    assert "Written: v.xlsx" in run("data", "export", vintage.id, "v.xlsx")
    assert "exists" in refused("data", "export", "latest", "paper")


def test_what_was_known_on_a_date(folder: Path) -> None:
    shown = run("data", "known", "2026-06-26")
    assert "There" not in shown
    assert "No vintage in 'data/vintages' was made by 2026-06-26." in shown
    assert "bundled panel: 18 monthly series" in shown
    assert "final figures, periods that had been published by then" in shown
    assert any(
        line.startswith("  to 2026-04: ") and "cpi_core" in line for line in shown.split("\n")
    )
    store("2026-06-20", "2026-05")
    shown = run("data", "known", "2026-06-26")
    assert "Newest vintage made by 2026-06-26: 2026-06-20T000000Z" in shown
    assert "  not cut, of a vintage made by then: " in shown
    assert "not a date" in refused("data", "known", "soon")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What ``run`` hands to the study."""
    seen: dict[str, object] = {}

    def note(spec: object, where: object, out: Path, **more: object) -> Path:
        seen.update(where=where, known_on=more["known_on"])
        seen["command"] = study._command(where, more["known_on"])
        return out

    monkeypatch.setattr(study, "run_study", note)
    return seen


def test_run_takes_a_vintage_beside_other_places(folder: Path, given: dict[str, object]) -> None:
    first, latest = store("2026-06-20", "2026-05"), store("2026-07-20", "2026-06")
    run("run", "--vintage", "latest")
    assert given["where"] == [latest.path]
    assert given["command"] == f"yenloop run --data {latest.path}"  # not "latest": that moves on
    run("run", "--vintage", first.id, "--data", "mine.csv")
    assert given["where"] == [Path("mine.csv"), first.path]
    run("run")
    assert given["where"] is None
    assert "There is no vintage in 'elsewhere'" in refused(
        "run", "--vintage", "latest", "--store", "elsewhere"
    )


def test_run_as_of_a_date_takes_the_newest_vintage_made_by_then(
    folder: Path, given: dict[str, object]
) -> None:
    first, latest = store("2026-06-20", "2026-05"), store("2026-07-20", "2026-06")
    run("run", "--vintage", "latest", "--known-on", "2026-07-01")
    assert (given["where"], given["known_on"]) == ([first.path], "2026-07-01")
    run("run", "--vintage", latest.id, "--known-on", "2026-07-01")
    assert given["where"] == [latest.path]  # final figures, cut by their release lags
    assert given["command"] == f"yenloop run --data {latest.path} --known-on 2026-07-01"
    told = refused("run", "--vintage", "latest", "--known-on", "2026-01-01")
    assert "the first is 2026-06-20T000000Z" in told


def test_the_study_itself_is_given_what_was_known(folder: Path) -> None:
    vintage = store("2026-06-20", "2026-05")
    shown: list[str] = []
    spec = study.StudySpec.model_validate({"data": {"start": "2025-01"}})
    with pytest.raises(YenloopError, match="observations"):  # it ends before anything is estimated
        study.run_study(
            spec, vintage.path, folder / "out", known_on="2026-02", announce=shown.append
        )
    assert any(line.startswith("vintage 2026-06-20T000000Z") for line in shown)
    assert any(line.startswith("as known on 2026-02-28: final figures") for line in shown)


def routes(raw: Path, *names: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in names:
        found |= runpy.run_path(str(REPLAY / f"{name}.py"))["routes"](raw)
    return found


def test_a_pull_says_what_arrived_what_did_not_and_under_which_terms(
    folder: Path, raw: Path
) -> None:
    with server.serve(routes(raw, "ecb", "cboe")) as mirror:
        pull = ("data", "pull", "--mirror", mirror)
        told = run(*pull, "--only", "usdjpy_ecb", "--only", "vix_daily")
        assert "2 of 2 series arrived." in told
        assert "usdjpy_ecb: it ends 2026-03-05" in told  # the replayed file is old
        assert "  Cboe: No redistribution without permission." in told
        told = run(*pull, "--only", "usdjpy_ecb", "--only", "jgb10y_daily", code=1)
        assert "1 of 2 series arrived." in told
        assert "  jgb10y_daily: https://www.mof.go.jp/" in told
        assert "None of 1 series arrived" in refused(*pull, "--only", "jgb10y_daily")
        assert "Did you mean us10y" in refused(*pull, "--only", "us10")
    stored = vintages("data/vintages")
    assert [vintage.series for vintage in stored] == [("usdjpy_ecb", "vix_daily"), ("usdjpy_ecb",)]
    assert len(stored[0].read("usdjpy_ecb")) > 6000
    assert run("data", "verify").count("all as they were written") == 2


def test_ctrl_c_in_a_pull_is_one_line_and_makes_no_vintage(tmp_path: Path, raw: Path) -> None:
    """On a terminal, with its progress bar, while the publisher does not answer."""
    found = routes(raw, "ecb")
    silent = {path: [server.Fault(delay=5.0)] for path in found}
    with server.serve(found, silent) as mirror:
        ours, terminal = pty.openpty()
        process = subprocess.Popen(
            [*YENLOOP, "data", "pull", "--only", "usdjpy_ecb", "--mirror", mirror],
            cwd=tmp_path,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm"},
        )
        os.close(terminal)
        shown = b""
        while b"0/1" not in shown:
            shown += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        shown += os.read(ours, 65536)
        os.close(ours)
    assert b"yenloop: Stopped; no vintage was made." in shown
    assert b"Traceback" not in shown
    assert vintages(tmp_path / "data" / "vintages") == ()
