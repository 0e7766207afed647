"""Whatever goes wrong in a pull, no vintage is half there, and what arrived is not lost."""

from __future__ import annotations

import errno
import itertools
import os
import runpy
import shutil
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from yenloop.data.pull import STAGING
from yenloop.data.pull_lock import only_pull
from yenloop.data.snapshots import verify, vintages
from yenloop.data.sources.exchange import Limits
from yenloop.data.sources.http import Client
from yenloop.errors import BusyStoreError, SnapshotError

replay = Path(__file__).parent / "replay"
world = SimpleNamespace(**runpy.run_path(str(replay / "pulls.py")))
server = SimpleNamespace(**runpy.run_path(str(replay / "server.py")))
Fault = world.Fault

CGPI = ("boj", "PR01'PRCG20_2200000000")
CGPI_PAGE = world.address(*CGPI)
LATER = datetime(2020, 7, 20, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    return tmp_path / "vintages"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A vintage that nothing disturbed."""
    with world.serve(world.routes()) as mirror:
        return world.pull_world(tmp_path_factory.mktemp("whole"), mirror)


def same(vintage, other):
    return world.equal(world.contents(vintage), world.contents(other))


# ----------------------------------------------------------------------------- publishers


@pytest.mark.parametrize(
    "fault",
    [
        Fault(reset=True),
        Fault(cut=100),
        Fault(cut=100, unannounced=True),
        Fault(status=429, headers={"Retry-After": "1"}),
        Fault(status=503, content=server.HTML),
        Fault(content=b""),
    ],
    ids=["reset", "cut", "cut unannounced", "429", "503", "empty"],
)
def test_what_passes_leaves_no_trace(store, whole, fault):
    with world.serve(world.routes(), {CGPI_PAGE: [fault] * 2}) as mirror:
        assert same(world.pull_world(store, mirror), whole)


@pytest.mark.parametrize(
    ("fault", "tries", "reason"),
    [
        (Fault(reset=True), 3, "the connection failed"),
        (Fault(cut=100), 3, "cut off"),
        (Fault(cut=100, unannounced=True), 3, "cut off"),
        (Fault(status=503), 3, "HTTP 503"),
        (Fault(status=404), 1, "HTTP 404"),
        (Fault(content=server.HTML), 1, "a web page came in the place of figures"),
        (Fault(content=b"date,value\n2020-01-01,n/a\n"), 1, "'n/a' is not a number"),
        (Fault(content=b"date,value\n2020-01-01,1\n2020-01-01,2\n"), 1, "listed twice"),
        (Fault(content="date,value\n2020-01-01,１\n".encode("cp932")), 1, "not in utf-8"),
        (Fault(content=b"date,value\n"), 1, "no figures"),
    ],
    ids=["reset", "cut", "cut unannounced", "503", "404", "html", "no number", "twice", "encoding",
         "no rows"],
)  # fmt: skip
def test_what_does_not_pass_costs_one_series_and_the_next_pull_asks_for_it_alone(
    store, whole, fault, tries, reason
):
    seen = []
    with world.serve(world.routes(), {CGPI_PAGE: [fault] * tries}, seen) as mirror:
        first = world.pull_world(store, mirror)
        assert set(first.missed) == {"cgpi"}
        assert reason in first.missed["cgpi"]
        assert len(first.series) == len(world.NAMES) - 1
        seen.clear()
        second = world.pull_world(store, mirror, now=LATER)
    assert [request.key for request in seen] == [CGPI_PAGE]
    assert same(second, whole)
    verify(first)
    assert not (store / STAGING).exists()


def test_a_silent_publisher_costs_its_own_series(store):
    silent = {CGPI_PAGE: itertools.repeat(Fault(delay=0.5))}
    client = Client(pace=0.0, pause=lambda seconds: None, tries=2, limits=Limits(read=0.1))
    with world.serve(world.routes(), silent) as mirror:
        vintage = world.pull_world(store, mirror, client=client)
    assert set(vintage.missed) == {"cgpi"}
    assert "nothing came for 0.1 s" in vintage.missed["cgpi"]


def test_what_is_there_is_asked_for_again_when_it_should_be_fresh_or_comes_from_elsewhere(store):
    seen = []
    faults = {CGPI_PAGE: itertools.repeat(Fault(status=404))}
    with world.serve(world.routes(), faults, seen) as mirror:
        world.pull_world(store, mirror)
        world.pull_world(store, mirror, now=LATER)
        assert len(seen) == 8 + 1
        world.pull_world(store, mirror, now=LATER, fresh=True)
        assert len(seen) == 9 + 8
    seen.clear()
    with world.serve(world.routes(), seen=seen) as mirror:
        world.pull_world(store, mirror, now=LATER)
    assert len(seen) == 8


# ----------------------------------------------------------------------------- two pulls at once


def test_a_second_pull_is_refused_at_once_and_told_since_when_the_first_runs(store):
    slow = {CGPI_PAGE: itertools.repeat(Fault(delay=30.0))}
    with world.serve(world.routes(), slow) as mirror:
        first = world.start(store, mirror)
        try:
            _wait_for(store / ".pull.json")
            began = time.monotonic()
            with pytest.raises(BusyStoreError, match=rf"since 20.* UTC \(process {first.pid}\)"):
                world.pull_world(store, mirror)
            assert time.monotonic() - began < 1.0
        finally:
            first.kill()
            first.communicate()
    with world.serve(world.routes()) as mirror:
        assert not world.pull_world(store, mirror).missed


def test_two_pulls_of_one_process_exclude_each_other_too(store):
    with only_pull(store), pytest.raises(BusyStoreError, match="since 20"), only_pull(store):
        pass
    with only_pull(store):
        (store / ".pull.json").unlink()
        with pytest.raises(BusyStoreError, match="since a moment ago"), only_pull(store):
            pass
    assert [path.name for path in store.iterdir()] in ([], [".pull.lock"])


# ----------------------------------------------------------------------------- kills


def test_kill_at_random_points_loses_nothing(tmp_path):
    killed = world.kill_points(tmp_path, 5, seed=20261123)
    assert len(killed) == 5
    assert sum(not point.finished for point in killed) >= 2


def test_ctrl_c_ends_a_pull_at_once_and_the_next_goes_on(store, whole):
    slow = {CGPI_PAGE: [Fault(delay=30.0)]}
    seen = []
    with world.serve(world.routes(), slow, seen) as mirror:
        run = world.start(store, mirror)
        while len(list((store / STAGING).glob("*.body"))) < 6:  # all but the two of one source
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        began = time.monotonic()
        run.communicate(timeout=10)
        assert time.monotonic() - began < 3.0
        assert run.returncode != 0
        assert vintages(store) == ()
        seen.clear()
        vintage = world.pull_world(store, mirror)
        assert len(seen) == 2
    assert same(vintage, whole)


def test_an_exception_of_the_caller_leaves_no_vintage(store):
    def stop(done, total, what):
        if done == 3:
            raise KeyboardInterrupt

    with world.serve(world.routes()) as mirror:
        with pytest.raises(KeyboardInterrupt):
            world.pull_world(store, mirror, progress=stop)
        assert vintages(store) == ()
        assert not world.pull_world(store, mirror).missed


# ----------------------------------------------------------------------------- a full disk


class Disk:
    """A disk on which the write of a number, and all after it, finds no room."""

    def __init__(self, monkeypatch, room):
        self.room, self.full = room, False
        for owner, name in (
            (Path, "write_bytes"), (Path, "write_text"), (Path, "mkdir"), (Path, "rename"),
            (os, "replace"), (os, "fsync"), (os, "open"),
        ):  # fmt: skip
            monkeypatch.setattr(owner, name, self.limited(getattr(owner, name), name))

    def limited(self, write, name):
        def limited(*arguments, **options):
            if name == "open" and not arguments[1] & os.O_CREAT:
                return write(*arguments, **options)  # opened for reading, or to be put on the disk
            self.room -= 1
            if self.room >= 0:
                return write(*arguments, **options)
            self.full = True
            if name.startswith("write_"):  # half of it still fits
                path, content = arguments[:2]
                write(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return limited


def test_a_disk_that_fills_up_at_any_write_loses_nothing(tmp_path, monkeypatch):
    names = ["cgpi", "brent"]
    with world.serve(world.routes()) as mirror:
        before = world.pull_world(tmp_path / "before", mirror, names=["cgpi", "jgb10y", "brent"])
        expected = {name: before.read(name) for name in names}
        for room in itertools.count():
            store = tmp_path / f"room-{room}"
            shutil.copytree(tmp_path / "before", store)
            with monkeypatch.context() as patch:
                disk = Disk(patch, room)
                error = _error(lambda store=store: world.pull_world(store, mirror, names=names))
            if not disk.full:
                break
            assert "cannot be stored" in error
            assert "No space left on device" in error
            # The last of all writes puts the folder's name on the disk: the vintage is there.
            assert len(vintages(store)) in (1, 2)
            vintage = world.pull_world(store, mirror, names=names, now=LATER)
            assert world.equal(world.contents(vintage), expected)
            for stored in vintages(store):
                verify(stored)
            assert not list(store.glob(".partial*"))
    assert error == ""
    assert room > 20


def _error(action):
    try:
        action()
    except SnapshotError as error:
        return str(error)
    return ""


def test_a_store_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with world.serve(world.routes()) as mirror:
        with pytest.raises(SnapshotError, match="cannot be stored in .*file"):
            world.pull_world(tmp_path / "file" / "store", mirror)
        with pytest.raises(SnapshotError, match="cannot be stored in .*file"):
            world.pull_world(tmp_path / "file", mirror)


def _wait_for(path):
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
