"""Proves that a vintage is on disk whole and unaltered or not at all, and that what changed from
one to another is counted."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data import catalog
from yenloop.data.arrival import Finding
from yenloop.data.snapshot_diff import diff
from yenloop.data.snapshots import (
    StoredSeries,
    Vintage,
    open_vintage,
    verify,
    vintages,
    write_vintage,
)
from yenloop.data.sources.files import load_data
from yenloop.data.sources.protocol import Body
from yenloop.data.vintage_export import export, restricted
from yenloop.errors import DataError, OutputError, SnapshotError, SpecError

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BODY = Body("https://example.org/file.csv", b"body", "2026-11-23T11:59:00Z")


def months(start: str, *figures: float) -> pd.Series:
    index = pd.period_range(start, periods=len(figures), freq="M")
    return pd.Series(figures, index=index, dtype=float)


def days(start: str, *figures: float) -> pd.Series:
    return pd.Series(figures, index=pd.bdate_range(start, periods=len(figures)), dtype=float)


def small() -> dict[str, pd.Series]:
    return {
        "cpi_core": months("2026-06", 112.1, 112.3, float("nan"), 112.9),
        "jgb10y_daily": days("2026-10-01", 2.69, 2.7, 2.68),
    }


def store_in(
    store: Path,
    figures: dict[str, pd.Series],
    at: datetime = NOON,
    *,
    missed: dict[str, str] | None = None,
    made: str = "as published",
    findings: tuple[Finding, ...] = (),
) -> Vintage:
    series = {
        name: StoredSeries(catalog.entry(name), values, made, (BODY,), "Index", "2026-11-20")
        for name, values in figures.items()
    }
    return write_vintage(
        store,
        series,
        missed=missed or {},
        findings=findings,
        notices=("This service uses the API.",),
        command="yenloop data pull",
        made_at=at,
    )


def test_what_is_stored_is_read_back_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    found = Finding("cpi_core", "gap", "2026-07", "no figure between 2026-07 and 2026-09.")
    reason = "fred GS10: the server did not answer. Try again later."
    vintage = store_in(tmp_path, small(), missed={"us10y": reason}, findings=(found,))
    assert vintage.path == tmp_path / "2026-11-23T120000Z"
    assert (vintage.id, vintage.made_at) == ("2026-11-23T120000Z", NOON)
    assert vintage.series == ("cpi_core", "jgb10y_daily")
    assert vintage.missed == {"us10y": reason}
    assert vintage.findings == (found,)
    assert vintage.notices == ("This service uses the API.",)
    for name, values in small().items():
        pd.testing.assert_series_equal(
            vintage.read(name), values, check_names=False, check_freq=False, check_index_type=False
        )
    facts = vintage.sidecar("jgb10y_daily")
    assert facts["terms"].startswith("Public Data License")
    assert facts["bodies"] == [
        {"url": BODY.url, "sha256": BODY.sha256, "retrieved_at": BODY.retrieved_at}
    ]
    assert (facts["source"], facts["fetched"], facts["clock"]) == ("mof", "10Y", "15:00 Asia/Tokyo")
    assert (facts["retrieved_at"], facts["updated"]) == (BODY.retrieved_at, "2026-11-20")
    assert verify(vintage) == 6
    with pytest.raises(SnapshotError, match="no series 'us10y': fred GS10"):
        vintage.read("us10y")
    with pytest.raises(SnapshotError, match="no series 'cpi'.*--only cpi"):
        vintage.sidecar("cpi")


def test_figures_read_back_to_the_last_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    bits = rng.integers(0, 2**63, size=4000, dtype=np.uint64).view("float64")
    figures = np.concatenate([bits[np.isfinite(bits)], [0.0, -0.0, 5e-324, 0.1 + 0.2, np.nan]])
    given = {"nikkei_daily": days("1990-01-01", *figures)}
    read = store_in(tmp_path, given).read("nikkei_daily")
    assert read.to_numpy().tobytes() == given["nikkei_daily"].to_numpy().tobytes()


@pytest.mark.parametrize(
    ("figures", "fault"),
    [
        (months("2026-06", 1.0, float("inf")), "infinite"),
        (months("2026-06", 1.0, 2.0).iloc[::-1], "not in order"),
        (pd.concat([months("2026-06", 1.0), months("2026-06", 2.0)]), "each once"),
    ],
)
def test_figures_that_cannot_be_stored_are_refused(
    tmp_path: Path, figures: pd.Series, fault: str
) -> None:
    with pytest.raises(SnapshotError, match=f"'cpi_core' cannot be stored: .*{fault}"):
        store_in(tmp_path, {"cpi_core": figures})
    assert list(tmp_path.iterdir()) == []


def test_a_bit_flipped_anywhere_is_found(tmp_path: Path) -> None:
    """Each byte of each file in turn, one of its bits at random."""
    vintage = store_in(tmp_path, small())
    rng = np.random.default_rng(11)
    flipped = 0
    for file in sorted(path for path in vintage.path.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        for at in range(len(whole)):
            altered = bytearray(whole)
            altered[at] ^= 1 << int(rng.integers(8))
            file.write_bytes(altered)
            named = "vintage.json" if file.name == "vintage.sha256" else file.name
            with pytest.raises(SnapshotError, match=f"{named}' was altered") as caught:
                verify(Vintage(vintage.path))
            flipped += 1
        file.write_bytes(whole)
    assert "Restore" in caught.value.remedy
    assert flipped > 2000
    assert verify(Vintage(vintage.path)) == 6


def test_a_file_that_is_missing_cut_off_or_strange_is_named(tmp_path: Path) -> None:
    for damage, message in (
        (lambda at: (at / "series" / "cpi_core.csv").unlink(), "cpi_core.csv' is missing"),
        (lambda at: (at / "series" / "cpi_core.json").unlink(), "cpi_core.json' is missing"),
        (lambda at: (at / "vintage.json").unlink(), "vintage.json' is missing"),
        (lambda at: (at / "vintage.sha256").unlink(), "vintage.sha256' is missing"),
        (lambda at: (at / "series" / "x.csv").touch(), "x.csv' does not belong there"),
        (lambda at: os.truncate(at / "series" / "cpi_core.csv", 9), "cpi_core.csv' was altered"),
        (lambda at: os.truncate(at / "vintage.json", 9), "vintage.json' was altered"),
    ):
        vintage = store_in(tmp_path / "store", small())
        damage(vintage.path)
        with pytest.raises(SnapshotError, match=message):
            verify(Vintage(vintage.path))
        shutil.rmtree(tmp_path / "store")


def test_altered_figures_are_never_read(tmp_path: Path) -> None:
    vintage = store_in(tmp_path, small())
    file = vintage.path / "series" / "jgb10y_daily.csv"
    file.write_bytes(file.read_bytes().replace(b"2.69", b"2.79"))
    for read in (
        lambda: vintage.read("jgb10y_daily"),
        lambda: vintage.panels(),
        lambda: load_data(vintage.path),
        lambda: diff(vintage, vintage),
        lambda: export(vintage, tmp_path / "out"),
    ):
        with pytest.raises(SnapshotError, match=r"jgb10y_daily\.csv' was altered"):
            read()
    assert not (tmp_path / "out").exists()


def test_hidden_files_of_a_desktop_do_no_harm(tmp_path: Path) -> None:
    vintage = store_in(tmp_path, small())
    (vintage.path / ".DS_Store").touch()
    assert verify(vintage) == 6


def test_the_seal_is_readable_by_sha256sum(tmp_path: Path) -> None:
    vintage = store_in(tmp_path, small())
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    command = ["sha256sum", "--check", "vintage.sha256"]
    assert subprocess.run(command, cwd=vintage.path, capture_output=True).returncode == 0


def test_vintages_are_found_by_id_by_folder_and_as_the_latest(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="no vintage in .*yenloop data pull"):
        open_vintage("latest", tmp_path)
    made = [store_in(tmp_path, small(), NOON + timedelta(seconds=s)) for s in (0, 5)]
    made += [store_in(tmp_path, small(), NOON + timedelta(seconds=5)) for _ in range(10)]
    (tmp_path / ".pull").mkdir()
    (tmp_path / "notes").mkdir()
    assert [vintage.path for vintage in vintages(tmp_path)] == [vintage.path for vintage in made]
    assert [vintage.id for vintage in made[1:4]] == [
        "2026-11-23T120005Z",
        "2026-11-23T120005Z-2",
        "2026-11-23T120005Z-3",
    ]
    assert open_vintage("latest", tmp_path).path == made[-1].path
    assert open_vintage("2026-11-23T120000Z", tmp_path).path == made[0].path
    assert open_vintage(made[1].path, tmp_path / "elsewhere").id == made[1].id
    copy = Path(shutil.copytree(made[1].path, tmp_path / "elsewhere" / "copy"))
    assert verify(open_vintage(copy)) == 6
    with pytest.raises(SnapshotError, match="no vintage '2020'.*newest there: .*120005Z-11"):
        open_vintage("2020", tmp_path)


def test_a_vintage_of_a_newer_version_says_so(tmp_path: Path) -> None:
    import hashlib

    vintage = store_in(tmp_path, small())
    record = json.loads((vintage.path / "vintage.json").read_bytes())
    content = json.dumps({**record, "format": 2}).encode()
    (vintage.path / "vintage.json").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (vintage.path / "vintage.sha256").write_text(f"{digest}  vintage.json\n")
    with pytest.raises(SnapshotError, match="newer format.*Update"):
        verify(Vintage(vintage.path))


def test_a_disk_that_fills_up_at_any_file_leaves_no_vintage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_in(tmp_path, small())
    write = Path.write_bytes
    for full_at in range(6):
        written = []

        def until_full(
            self: Path, content: bytes, written: list[Path] = written, full_at: int = full_at
        ) -> int:
            if len(written) == full_at:
                write(self, content[: len(content) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written.append(self)
            return write(self, content)

        monkeypatch.setattr(Path, "write_bytes", until_full)
        with pytest.raises(SnapshotError, match=r"No space left.*Make room .*--store DIR"):
            store_in(tmp_path, small(), NOON + timedelta(days=1))
        monkeypatch.undo()
        assert [path.name for path in tmp_path.iterdir()] == ["2026-11-23T120000Z"]


KILLED = """
import os, random, signal, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
import pandas as pd
from yenloop.data import catalog
from yenloop.data.snapshots import StoredSeries, verify, vintages, write_vintage

store, random = Path(sys.argv[1]), random.Random(7)
values = pd.Series(range(600), index=pd.period_range("1970-01", periods=600, freq="M"), dtype=float)
names = [name for name, entry in catalog.entries().items() if entry.column.frequency == "monthly"]
series = {n: StoredSeries(catalog.entry(n), values, "as published", ()) for n in names[:40]}

def write(second):
    about = dict(missed={}, findings=[], notices=[], command="", made_at=second)
    return write_vintage(store, series, **about)

begin = datetime(2026, 1, 1, tzinfo=UTC)
since = time.perf_counter()
write(begin)
whole = time.perf_counter() - since
cut = 0
for i in range(50):
    before = len(vintages(store))
    child = os.fork()
    if child == 0:
        write(begin + timedelta(days=i + 1))
        os._exit(0)
    time.sleep(random.uniform(0, 1.2 * whole))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    cut += len(vintages(store)) == before
for vintage in vintages(store):
    assert verify(vintage) == 2 + 2 * len(series)
    assert len(vintage.series) == len(series)
write(begin + timedelta(days=99))
assert all(path in {v.path for v in vintages(store)} for path in store.iterdir()), "left behind"
print(cut, len(vintages(store)))
"""


@pytest.mark.slow
def test_killed_at_fifty_random_moments_no_vintage_is_half_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    cut, whole = map(int, done.stdout.split())
    assert cut >= 10  # the kills did come in the middle
    assert whole == 52 - cut


def test_a_vintage_is_a_place_like_others(tmp_path: Path) -> None:
    vintage = store_in(tmp_path, small(), missed={"us10y": "No answer. Try again."})
    data = load_data(vintage.path)
    assert data.monthly.names == ["cpi_core"]
    assert data.daily is not None
    assert data.daily.names == ["jgb10y_daily"]
    assert data.monthly.describe("cpi_core") == catalog.entry("cpi_core").column
    assert data.entries["cpi_core"] == catalog.entry("cpi_core")
    assert data.headlines == (
        "vintage 2026-11-23T120000Z (made 2026-11-23 12:00 UTC): 1 monthly series, "
        "2026-06 to 2026-09",
        "vintage 2026-11-23T120000Z (made 2026-11-23 12:00 UTC): 1 daily series, "
        "2026-10-01 to 2026-10-05",
        "vintage 2026-11-23T120000Z (made 2026-11-23 12:00 UTC): did not arrive: us10y",
    )
    assert "  us10y: No answer. Try again." in data.report
    assert "stat cpi/0161 -> cpi_core: " in data.lines["cpi_core"]
    assert "1 months missing inside" in data.lines["cpi_core"]
    assert set(data.hashes) == {
        "vintage 2026-11-23T120000Z, monthly",
        "vintage 2026-11-23T120000Z, daily",
    }
    own = tmp_path / "monthly_panel.csv"
    own.write_text("month,brent\n2026-07,70\n2026-08,71\n", encoding="utf-8")
    beside = load_data([vintage.path, own])
    assert beside.monthly.names == ["cpi_core", "brent"]
    assert beside.stored_on == dict.fromkeys(("cpi_core", "jgb10y_daily"), "2026-11-23")
    own.write_text("month,cpi_core\n2026-06,112.1\n2026-07,112.4\n", encoding="utf-8")
    with pytest.raises(
        DataError, match="'cpi_core' stands in vintage .*and they differ in 2026-07"
    ):
        load_data([vintage.path, own])
    with pytest.raises(SpecError, match="needs none"):
        load_data(vintage.path, mapping=own)
    days_only = store_in(tmp_path / "d", {"jgb10y_daily": small()["jgb10y_daily"]})
    with pytest.raises(DataError, match="daily figures"):
        load_data(days_only.path)


def test_units_stay_those_of_the_day_on_which_figures_were_stored(tmp_path: Path) -> None:
    entry = catalog.entry("cpi_core")
    old = replace(entry, column=replace(entry.column, unit="index, 2015 = 100", terms="Old terms."))
    gone = replace(entry, column=replace(entry.column, id="cpi_gone", label="Gone"))
    figures = small()["cpi_core"]
    series = {
        "cpi_core": StoredSeries(old, figures, "as published", ()),
        "cpi_gone": StoredSeries(gone, figures, "as published", ()),
    }
    about = {"missed": {}, "findings": (), "notices": (), "command": "", "made_at": NOON}
    vintage = write_vintage(tmp_path, series, **about)
    assert vintage.entry("cpi_core") == old
    assert vintage.entry("cpi_gone").column.label == "Gone"
    assert vintage.entry("cpi_gone").column.publisher == entry.column.publisher
    assert load_data(vintage.path).monthly.describe("cpi_core").unit == "index, 2015 = 100"


def test_what_changed_from_one_vintage_to_another_is_counted(tmp_path: Path) -> None:
    level = 100 + 0.3 * np.arange(40)
    old = store_in(
        tmp_path,
        {
            "import_price_yen": months("2023-01", *level),
            "us10y": months("2023-01", *(4 + 0.01 * np.arange(40))),
            "cpi_core": months("2023-01", *level.round(1)),
            "cgpi": months("2023-01", *level),
            "m2": months("2023-01", *level),
            "brent": months("2023-01", *level),
            "jgb10y_daily": days("2026-01-05", 1.0, 1.1),
        },
    )
    revised = level.copy()
    revised[[36, 38]] *= 1.01, 0.99
    new = store_in(
        tmp_path,
        {
            "import_price_yen": months("2023-01", *revised, 113.0, 114.0),
            "us10y": months("2023-01", *(4 + 0.01 * np.arange(39)), 4.5, 4.4),
            "cpi_core": months("2023-01", *(0.95 * level).round(1)),
            "cgpi": months("2023-01", *level[:-2]),
            "m2": months("2023-01", *level),
            "jgb10y_daily": days("2026-01-05", 1.0, 1.1, 1.2),
            "neer": months("2023-01", *level),
        },
        NOON + timedelta(days=30),
        missed={"brent": "No answer. Try again."},
    )
    changes = diff(old, new)
    row = changes.frame.set_index("series").T
    assert row["import_price_yen"][["new", "new_first", "new_last"]].tolist() == [
        2,
        "2026-05",
        "2026-06",
    ]
    assert row["import_price_yen"][["revised", "revised_first"]].tolist() == [2, "2026-01"]
    assert row["import_price_yen"]["largest_revision"] == pytest.approx(1.114)
    assert row["import_price_yen"][["revised_in", "largest"]].tolist() == ["%", pytest.approx(1.0)]
    assert row["import_price_yen"]["mean"] == pytest.approx(0.0, abs=1e-10)
    assert row["us10y"]["revised_in"] == "points"
    assert row["us10y"]["mean"] == pytest.approx(0.11)
    assert row["cpi_core"]["rebased"] == pytest.approx(0.95, rel=1e-3)
    assert row["cgpi"][["withdrawn", "withdrawn_first"]].tolist() == [2, "2026-03"]
    assert row["m2"]["status"] == "same"
    assert changes.lines()[0] == (
        "2026-11-23T120000Z -> 2026-12-23T120000Z: 1 added, 1 removed, 5 changed, 1 same."
    )
    told = "\n".join(changes.lines())
    assert "It did not arrive: No answer. Try again." in told
    assert "Rebased: all figures times 0.95" in told
    assert "At most 0.11 points, on average +0.11 points." in told
    assert "m2" not in told


def test_another_way_of_having_the_same_figures_is_a_change(tmp_path: Path) -> None:
    old = store_in(tmp_path, small(), made="month mean of DEXJPUS")
    new = store_in(tmp_path, small(), NOON + timedelta(days=1))
    changes = diff(old, new)
    assert set(changes.frame["status"]) == {"same"}
    assert len(changes.changed) == 2
    assert "Made: month mean of DEXJPUS -> as published." in changes.lines()[1]
    assert diff(new, new).lines() == (f"{new.id} -> {new.id}: 2 same.",)


def test_vintages_of_days_alone_are_compared(tmp_path: Path) -> None:
    one = store_in(tmp_path, {"jgb10y_daily": days("2026-01-05", 1.0, 1.1)})
    two = store_in(tmp_path, {"jgb10y_daily": days("2026-01-05", 1.0, 1.3)}, NOON + timedelta(1))
    assert diff(one, two).frame["revised"].tolist() == [1]


def test_an_export_is_readable_and_names_the_publishers_terms(tmp_path: Path) -> None:
    figures = {**small(), "nikkei_daily": days("2026-10-01", 50_000.5, 50_100.0)}
    vintage = store_in(tmp_path / "store", figures)
    folder = export(vintage, tmp_path / "paper")
    again, stored = load_data(folder), load_data(vintage.path)
    assert again.monthly.sha256 == stored.monthly.sha256
    assert again.daily is not None
    assert stored.daily is not None
    assert again.daily.sha256 == stored.daily.sha256
    sources = pd.read_csv(folder / "sources.csv", keep_default_na=False, index_col="id")
    assert sources.loc["nikkei_daily", "terms"] == "No redistribution."
    assert sources.loc["cpi_core", "credit"].startswith("Source: Consumer Price Index")
    assert restricted(vintage) == {"Nikkei Inc.": "No redistribution."}
    with pytest.raises(OutputError, match="exists"):
        export(vintage, folder)
    with pytest.raises(SpecError, match=r"\.xlsx"):
        export(vintage, tmp_path / "paper.csv")


def test_a_workbook_has_a_sheet_of_sources_and_terms(tmp_path: Path) -> None:
    vintage = store_in(tmp_path, small())
    book = export(vintage, tmp_path / "vintage.xlsx")
    sheets = pd.read_excel(book, sheet_name=None)
    assert list(sheets) == ["monthly", "daily", "sources"]
    assert sheets["monthly"]["date"].tolist() == ["2026-06", "2026-07", "2026-08", "2026-09"]
    np.testing.assert_array_equal(sheets["monthly"]["cpi_core"], small()["cpi_core"].to_numpy())
    assert "terms" in sheets["sources"]


def test_the_real_panels_are_stored_and_read_back_cell_by_cell(
    shared_data: Path, tmp_path: Path
) -> None:
    data = load_data(shared_data / "real")
    assert data.daily is not None
    frames = {
        name: panel.frame[name].dropna()
        for panel in (data.monthly, data.daily)
        for name in panel.names
    }
    vintage = store_in(tmp_path, frames)
    assert verify(vintage) == 2 + 2 * len(frames)
    for panel, stored in zip((data.monthly, data.daily), vintage.panels(), strict=True):
        assert stored is not None
        frame = panel.frame.dropna(how="all")[stored.names]
        pd.testing.assert_frame_equal(
            stored.frame.dropna(how="all"), frame, check_exact=True, check_freq=False
        )
