"""Proves that a run's folder holds exactly the figures that the run was given, or says so."""

from __future__ import annotations

import gzip
import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data.catalog import Entry
from yenloop.data.events import Events
from yenloop.data.panel import Column, Panel
from yenloop.data.sources.files import Data, load_data
from yenloop.errors import StorageError
from yenloop.reports import inputs
from yenloop.reports.inputs import read_inputs, write_inputs
from yenloop.reports.manifest import Manifest
from yenloop.reports.stored_run import StoredRun


def stored(data: Data, folder: Path) -> StoredRun:
    """A run's folder with nothing but figures and manifest."""
    folder.mkdir(exist_ok=True)
    hashes = write_inputs(data, folder / "inputs")
    manifest = Manifest(seed=1, data=data.hashes, inputs=hashes)
    (folder / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    return StoredRun(folder)


def same_panel(one: Panel | None, other: Panel | None) -> None:
    if one is None or other is None:
        assert one is other
        return
    pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True, check_freq=True)
    assert one.frame.to_numpy().tobytes() == other.frame.to_numpy().tobytes()
    # Sums depend in the last digit on the order in which numbers lie in memory.
    assert one.frame.to_numpy().strides == other.frame.to_numpy().strides
    assert dict(one.columns) == dict(other.columns)
    assert (one.source, one.trimmed, one.sha256) == (other.source, other.trimmed, other.sha256)


def same_events(one: Events, other: Events) -> None:
    for name in ("days", "announced"):
        pd.testing.assert_index_equal(getattr(one, name), getattr(other, name), exact=True)
    for name in ("directions", "sizes"):
        if getattr(one, name) is None:
            assert getattr(other, name) is None
        else:
            pd.testing.assert_series_equal(
                getattr(one, name), getattr(other, name), check_exact=True
            )
    plain = {field.name for field in fields(Events)} - {"days", "announced", "directions", "sizes"}
    for name in plain:
        assert getattr(one, name) == getattr(other, name)
    assert one.sha256 == other.sha256


def same(one: Data, other: Data) -> None:
    for kind in ("monthly", "daily", "instruments", "countries"):
        same_panel(getattr(one, kind), getattr(other, kind))
    assert list(one.events) == list(other.events)
    for name in one.events:
        same_events(one.events[name], other.events[name])
    assert list(one.entries) == list(other.entries)
    for name, entry in one.entries.items():  # where a series is had from is no part of a study
        assert replace(entry, recipe=None) == other.entries[name]
    compared = {"monthly", "daily", "instruments", "countries", "events", "entries"}
    for name in {field.name for field in fields(Data)} - compared:
        assert getattr(one, name) == getattr(other, name)


def test_the_embedded_panel_reads_back_bit_for_bit(tmp_path: Path) -> None:
    data = load_data()
    run = stored(data, tmp_path / "run")
    same(data, read_inputs(run))
    assert set(run.manifest.inputs) == {"inputs/monthly.csv", "inputs/inputs.json"}


def test_daily_figures_instruments_and_events_read_back_bit_for_bit(
    shared_data: Path, tmp_path: Path
) -> None:
    data = load_data([shared_data / "real", shared_data / "instruments"])
    run = stored(data, tmp_path / "run")
    same(data, read_inputs(run))
    assert {"inputs/daily.csv.gz", "inputs/instruments.csv"} <= set(run.manifest.inputs)
    assert "inputs/events-boj_decisions.csv" in run.manifest.inputs


def awkward() -> Data:
    """Numbers, names and hours that a careless writer would lose."""
    numbers = [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, float("nan"), 1 / 3, 1e22, 100.0]
    months = pd.period_range("2020-01", periods=len(numbers), freq="M")
    frame = pd.DataFrame({"date": numbers, '円, "x"\ny': numbers[::-1]}, index=months)
    columns = {name: Column(name, f"label of {name}", "円") for name in map(str, frame.columns)}
    days = ["2020-03-06", "2020-03-09", "2020-11-02"]  # either side of the hour that is skipped
    events = Events.from_days(
        "fomc",
        days,
        clock="14:00 America/New_York",
        directions=["NaN", "", "a, b"],
        sizes=[0.1 + 0.2, float("nan"), -1e-17],
        unit="bp",
    )
    bare = Events.from_days("bare", days, clock="12:00 Asia/Tokyo")
    monthly = Panel(frame, columns, "memory", ("starts 2020-01: all",))
    entries = {"date": Entry(columns["date"], "dlog100", flip=True, note="a note")}
    return Data(
        monthly, None, ("a line", "  円"), entries, ("left",), {"date": "  line"},
        {"fomc": events, "bare": bare}, stored_on={"date": "2026-11-23"},
    )  # fmt: skip


def test_awkward_numbers_names_and_hours_survive(tmp_path: Path) -> None:
    same(awkward(), read_inputs(stored(awkward(), tmp_path / "run")))


def test_tables_can_be_read_by_anyone(tmp_path: Path) -> None:
    stored(load_data(), tmp_path / "run")
    table = pd.read_csv(tmp_path / "run" / "inputs" / "monthly.csv", index_col="date")
    np.testing.assert_allclose(table.to_numpy(), load_data().monthly.frame.to_numpy(), rtol=1e-15)
    assert table.index[0] == "1999-01"


def test_a_large_table_is_compressed_and_the_same_figures_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "LARGE", 1000)
    one = stored(load_data(), tmp_path / "one")
    monkeypatch.setattr("time.time", lambda: 1.0)
    other = stored(load_data(), tmp_path / "other")
    assert one.manifest.inputs == other.manifest.inputs
    assert "inputs/monthly.csv.gz" in one.manifest.inputs
    same(load_data(), read_inputs(one))
    packed = (tmp_path / "one" / "inputs" / "monthly.csv.gz").read_bytes()
    assert gzip.decompress(packed).startswith(b"date,usdjpy_tokyo")


@pytest.mark.parametrize("name", ["monthly.csv", "inputs.json"])
def test_one_flipped_byte_is_found(name: str, tmp_path: Path) -> None:
    run = stored(load_data(), tmp_path / "run")
    file = tmp_path / "run" / "inputs" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(StorageError, match=f"{name}.*altered.*Restore"):
        read_inputs(run)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    run = stored(load_data(), tmp_path / "run")
    (tmp_path / "run" / "inputs" / "monthly.csv").unlink()
    with pytest.raises(StorageError, match="monthly.csv' is absent"):
        read_inputs(run)


def test_a_run_from_before_figures_were_kept_says_so(tmp_path: Path) -> None:
    manifest = Manifest(seed=1, versions={"yenloop": "0.4.0"})
    (tmp_path / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    with pytest.raises(StorageError, match="yenloop 0.4.0.*once more"):
        read_inputs(StoredRun(tmp_path))


def test_a_newer_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "FORMAT", 2)
    run = stored(load_data(), tmp_path / "run")
    monkeypatch.setattr(inputs, "FORMAT", 1)
    with pytest.raises(StorageError, match="newer"):
        read_inputs(run)


def test_an_older_manifest_is_read(tmp_path: Path) -> None:
    content = json.loads(Manifest(seed=1).to_json())
    del content["inputs"]
    assert Manifest.from_json(json.dumps(content)).inputs == {}
