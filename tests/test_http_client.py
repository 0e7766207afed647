"""The HTTP client survives what servers do, keeps what arrived, and never shows a secret."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import runpy
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from yenloop import __version__
from yenloop.data.sources.exchange import Limits
from yenloop.data.sources.http import Client
from yenloop.data.sources.reading import refuse_cut_off, refuse_html
from yenloop.data.sources.staging import Staging
from yenloop.errors import BusySourceError, OutputError, SourceError, SpecError

replay = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "replay" / "server.py")))
Answer, Fault, serve = replay.Answer, replay.Fault, replay.serve

CSV = b"date,value\n2020-01,1\n2020-02,2\n"
KEY = "publisher.test/series.csv"
PACKED = gzip.compress(CSV, mtime=0)
URL = f"https://{KEY}"
SECRET = "k3y+of/mine"


def routes(content=CSV, **options):
    return {KEY: lambda query: Answer(content, **options)}


@pytest.fixture
def pauses():
    """Seconds for which the client wanted to wait."""
    return []


@pytest.fixture
def client(pauses):
    def make(mirror, **options):
        return Client(mirror=mirror, pause=pauses.append, **{"pace": 0.0, **options})

    return make


def complaint(folder, error):
    return OutputError(f"{folder.name}: {error.strerror}.", remedy="Free some space.")


def test_a_body_comes_with_its_address_time_and_type(client):
    seen = []
    with serve(routes(), seen=seen) as mirror:
        body = client(mirror).get(URL, {"id": "DGS10", "from": "2020-01-01 a"})
    assert body.content == CSV
    assert body.url == f"{URL}?id=DGS10&from=2020-01-01%20a"
    assert body.content_type == "text/csv"
    assert abs(datetime.fromisoformat(body.retrieved_at) - datetime.now(UTC)).seconds < 60
    assert dict(seen[0].query) == {"id": "DGS10", "from": "2020-01-01 a"}
    assert f"yenloop/{__version__}" in seen[0].headers["User-Agent"]


def test_a_body_may_come_compressed(client):
    packed = routes(PACKED, headers={"Content-Encoding": "gzip"})
    seen = []
    with serve(packed, {KEY: [Fault(), Fault(chunked=True)]}, seen) as mirror:
        assert client(mirror).get(URL).content == CSV
        assert client(mirror).get(URL).content == CSV
    assert "gzip" in seen[0].headers["Accept-Encoding"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(reset=True),
        Fault(cut=7),
        Fault(cut=0),
        Fault(chunked=True, cut=16),
        Fault(content=b""),
        Fault(content=PACKED[:-9], headers={"Content-Encoding": "gzip"}),
        Fault(headers={"Content-Encoding": "gzip"}),
        Fault(status=500),
        Fault(status=503, content=replay.HTML),
        Fault(status=429),
    ],
    ids=["reset", "cut", "no body", "chunk missing", "empty", "gzip cut", "no gzip", "500", "503",
         "429"],
)  # fmt: skip
def test_what_may_pass_is_tried_again_with_longer_and_longer_waits(client, pauses, fault):
    seen = []
    with serve(routes(), {KEY: [fault] * 3}, seen) as mirror:
        assert client(mirror).get(URL).content == CSV
    assert len(seen) == 4
    assert pauses == [1, 2, 4]


def test_a_cut_that_the_server_does_not_announce_is_found_by_the_adapter(client):
    seen = []
    with serve(routes(), {KEY: [Fault(cut=len(CSV) - 1, unannounced=True)]}, seen) as mirror:
        assert client(mirror).get(URL, check=refuse_cut_off).content == CSV
    assert len(seen) == 2


def test_a_silent_server_is_given_up_after_its_time(client):
    with serve(routes(), {KEY: [Fault(delay=0.6), Fault(), Fault(delay=0.6)]}) as mirror:
        quick = client(mirror, limits=Limits(read=0.2))
        assert quick.get(URL).content == CSV
        with pytest.raises(SourceError, match=r"nothing came for 0\.01 s"):
            client(mirror, limits=Limits(read=0.01), tries=1).get(URL)


def test_a_server_that_dribbles_is_given_up_after_the_whole_time(client):
    began = time.monotonic()
    with serve(routes(), {KEY: itertools.repeat(Fault(trickle=0.05))}) as mirror:
        slow = client(mirror, limits=Limits(read=5.0, total=0.3))
        with pytest.raises(SourceError, match=r"not all there after 0\.3 s"):
            slow.get(URL)
    assert time.monotonic() - began < 1.5


def test_nobody_listens(client, pauses):
    with serve(routes()) as mirror:
        pass
    with pytest.raises(SourceError, match=r"publisher\.test.*connection failed.*Asked 5 times"):
        client(mirror).get(URL)
    assert pauses == [1, 2, 4, 8]


def test_the_server_says_how_long_to_wait(client, pauses):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    faults = [
        Fault(status=429, headers={"Retry-After": "17"}),
        Fault(status=503, headers={"Retry-After": later}),
        Fault(status=429, headers={"Retry-After": "soon"}),
    ]
    with serve(routes(), {KEY: faults}) as mirror:
        assert client(mirror).get(URL).content == CSV
    assert pauses[0] == 17
    assert 55 < pauses[1] <= 60
    assert pauses[2] == 4


def test_a_wait_beyond_all_patience_is_not_begun(client, pauses):
    seen = []
    asks = Fault(status=429, headers={"Retry-After": "86400"})
    with (
        serve(routes(), {KEY: [asks]}, seen) as mirror,
        pytest.raises(SourceError, match=r"HTTP 429.*It asks to wait 86400 s"),
    ):
        client(mirror).get(URL)
    assert len(seen) == 1
    assert pauses == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_final(client, status):
    seen = []
    says = Fault(status=status, content=b"The series does not exist.")
    with (
        serve(routes(), {KEY: itertools.repeat(says)}, seen) as mirror,
        pytest.raises(SourceError, match=f"HTTP {status} .*saying: The series does not"),
    ):
        client(mirror).get(URL)
    assert len(seen) == 1


def test_the_adapter_refuses_or_asks_for_another_try(client):
    seen = []
    with (
        serve(routes(), {KEY: [Fault(content=replay.HTML)]}, seen) as mirror,
        pytest.raises(SourceError, match="a web page came in the place of figures"),
    ):
        client(mirror).get(URL, check=refuse_html)
    assert len(seen) == 1

    def busy(body):
        if body.content == b"busy\n":
            raise BusySourceError("The database is busy.", remedy="Try again.")

    with serve(routes(), {KEY: [Fault(content=b"busy\n")] * 2}, seen) as mirror:
        assert client(mirror).get(URL, check=busy).content == CSV
    assert len(seen) == 4


def test_a_body_without_end_is_refused(client):
    with (
        serve(routes(CSV * 1000)) as mirror,
        pytest.raises(SourceError, match="exceeds 1000 bytes"),
    ):
        client(mirror, limits=Limits(size=1000)).get(URL)
    bomb = routes(gzip.compress(b"0" * 10**8), headers={"Content-Encoding": "gzip"})
    with serve(bomb) as mirror, pytest.raises(SourceError, match="exceeds 1000000 bytes"):
        client(mirror, limits=Limits(size=10**6)).get(URL)


def test_redirects_are_followed_within_the_scheme_only(client):
    def to(target):
        return lambda query: Answer(b"", 302, headers={"Location": target})

    seen = []
    table = {
        **routes(),
        "publisher.test/relative": to("/series.csv"),
        "publisher.test/absolute": to(URL),
        "elsewhere.test/other": to(URL),
        "publisher.test/plain": to("http://publisher.test/series.csv"),
        "publisher.test/file": to("file:///etc/passwd"),
        "publisher.test/round": to("/round"),
    }
    with serve(table, seen=seen) as mirror:
        ours = client(mirror)
        for page in ("relative", "absolute"):
            body = ours.get(f"https://publisher.test/{page}", secrets={"key": SECRET})
            assert body.content == CSV
            assert seen[-1].query["key"] == SECRET
        assert ours.get("https://elsewhere.test/other", secrets={"key": SECRET}).content == CSV
        assert "key" not in seen[-1].query
        for page in ("plain", "file"):
            with pytest.raises(SourceError, match="redirected from https to"):
                ours.get(f"https://publisher.test/{page}")
        with pytest.raises(SourceError, match="redirected more than"):
            ours.get("https://publisher.test/round")


def test_requests_to_one_host_keep_their_distance(pauses):
    table = {f"{host}.test/a": lambda query: Answer(CSV) for host in "ab"}
    with serve(table) as mirror:
        slow = Client(mirror=mirror, pace=30.0, pause=pauses.append)
        for url in ("https://a.test/a", "https://b.test/a", "https://a.test/a", "https://a.test/a"):
            slow.get(url)
    assert [round(pause, -1) for pause in pauses] == [30, 60]


def test_a_host_that_is_down_is_not_asked_for_each_of_its_series(client):
    seen = []
    keys = [f"down.test/{n}" for n in range(8)]
    faults = {key: itertools.repeat(Fault(status=503)) for key in keys}
    with serve(routes(), faults, seen) as mirror:
        ours = client(mirror, tries=2)
        for n, key in enumerate(keys):
            with pytest.raises(SourceError, match="HTTP 503" if n < 3 else "did not answer before"):
                ours.get(f"https://{key}")
        assert ours.get(URL).content == CSV
    assert len(seen) == 7


def test_stop_ends_the_waiting():
    with serve(routes(), {KEY: itertools.repeat(Fault(status=503))}) as mirror:
        patient = Client(mirror=mirror, pace=0.0)
        threading.Timer(0.2, patient.stop).start()
        began = time.monotonic()
        with pytest.raises(SourceError, match="stopped"):
            patient.get(URL)
    assert time.monotonic() - began < 0.9


def test_threads_share_a_client(client):
    table = {f"h{n % 3}.test/{n}": lambda query, n=n: Answer(b"%d\n" % n) for n in range(60)}
    found = {}
    with serve(table) as mirror:
        ours = client(mirror)

        def work(key):
            found[key] = ours.get(f"https://{key}").content

        threads = [threading.Thread(target=work, args=(key,)) for key in table]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {key: b"%d\n" % n for n, key in enumerate(table)}


def test_a_mirror_is_an_address():
    with pytest.raises(SpecError, match="is not an address"):
        Client(mirror="localhost:8000")


# ----------------------------------------------------------------------------- secrets


@pytest.mark.parametrize(
    "fault",
    [
        Fault(reset=True),
        Fault(cut=3),
        Fault(delay=0.3),
        Fault(status=403, content=f"api_key {SECRET} is not registered".encode()),
        Fault(status=500, content=f"api_key={SECRET}".encode()),
        Fault(status=302, headers={"Location": "ftp://publisher.test/?k=k3y%2Bof%2Fmine"}),
        Fault(content=f"error,{SECRET}\n".encode()),
    ],
    ids=["reset", "cut", "silent", "forbidden", "server error", "redirect", "check"],
)
def test_no_error_shows_a_secret(client, fault):
    def check(body):
        if b"error" in body.content:
            raise SourceError(f"The publisher says {body.content.decode()}.", remedy=SECRET)

    seen = []
    with serve(routes(), {KEY: itertools.repeat(fault)}, seen) as mirror:
        quick = client(mirror, tries=2, limits=Limits(read=0.1))
        with pytest.raises(SourceError) as caught:
            quick.get(URL, {"id": "X"}, secrets={"api_key": SECRET, "unset": ""}, check=check)
    assert seen[0].query == {"id": "X", "api_key": SECRET}
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert caught.value.__context__ is None
    for form in (SECRET, "k3y%2Bof%2Fmine", "k3y"):
        assert form not in shown


def test_no_body_and_no_file_shows_a_secret(client, tmp_path):
    secrets = {"api_key": SECRET}
    with serve({**routes(), f"{KEY}/echo": lambda q: Answer(q["api_key"].encode())}) as mirror:
        ours = client(mirror, staging=Staging(tmp_path / "kept", complaint))
        body = ours.get(URL, {"id": "X"}, secrets=secrets)
        assert ours.get(f"{URL}/echo", secrets=secrets).content == SECRET.encode()
    assert body.url == f"{URL}?id=X"
    files = list((tmp_path / "kept").iterdir())
    assert len(files) == 1  # a body that repeats the key is not kept
    assert b"k3y" not in files[0].read_bytes()


# ----------------------------------------------------------------------------- staging


def test_what_arrived_is_not_asked_for_again(client, tmp_path):
    seen = []
    with serve(routes(), seen=seen) as mirror:
        first = client(mirror, staging=Staging(tmp_path / "kept", complaint))
        body = first.get(URL, {"id": "A"})
        first.get(URL, {"id": "B"})
        second = client(mirror, staging=Staging(tmp_path / "kept", complaint))
        assert second.get(URL, {"id": "A"}) == body
    assert [request.query["id"] for request in seen] == ["A", "B"]
    assert all(path.suffix == ".body" for path in (tmp_path / "kept").iterdir())


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "no json", "old", "to come"])
def test_what_is_damaged_or_old_is_asked_for_again(client, tmp_path, damage):
    staging = Staging(tmp_path, complaint)
    seen = []
    with serve(routes(), seen=seen) as mirror:
        client(mirror, staging=staging).get(URL)
        (path,) = tmp_path.iterdir()
        content = bytearray(path.read_bytes())
        hours = {"old": 12.01, "to come": -1.0}.get(damage)
        if hours is not None:
            at = time.time() - hours * 3600
            os.utime(path, (at, at))
        elif damage == "flipped":
            content[-3] ^= 1
            path.write_bytes(content)
        else:
            path.write_bytes({"cut": content[:-1], "empty": b"", "no json": b"{\nx"}[damage])
        assert client(mirror, staging=staging).get(URL).content == CSV
    assert len(seen) == 2
    assert staging.find(URL).content == CSV


def test_old_bodies_are_swept_away(client, tmp_path):
    staging = Staging(tmp_path, complaint)
    with serve(routes()) as mirror:
        for name in "ab":
            client(mirror, staging=staging).get(URL, {"id": name})
    old = sorted(tmp_path.iterdir())[0]
    os.utime(old, (time.time() - 50_000,) * 2)
    staging.sweep()
    assert len(list(tmp_path.iterdir())) == 1
    staging.clear()
    staging.sweep()
    assert not tmp_path.exists()


def test_a_body_that_an_adapter_now_refuses_is_asked_for_again(client, tmp_path):
    staging = Staging(tmp_path, complaint)
    with serve(routes(b"old\n")) as mirror:
        client(mirror, staging=staging).get(URL)

    def check(body):
        if body.content == b"old\n":
            raise SourceError("Old.", remedy="New.")

    with serve(routes()) as mirror:
        assert client(mirror, staging=staging).get(URL, check=check).content == CSV


@pytest.mark.parametrize("step", ["write_bytes", "replace"])
def test_a_full_disk_is_said_and_leaves_nothing_unfinished(client, tmp_path, monkeypatch, step):
    def full(*_):
        raise OSError(28, "No space left on device")

    staging = Staging(tmp_path, complaint)
    with serve(routes()) as mirror:
        client(mirror, staging=staging).get(URL, {"id": "A"})
        monkeypatch.setattr(*((Path, step) if step == "write_bytes" else (os, step)), full)
        with pytest.raises(OutputError, match="No space left on device"):
            client(mirror, staging=staging).get(URL, {"id": "B"})
    monkeypatch.undo()
    (kept,) = tmp_path.iterdir()
    facts = json.loads(kept.read_bytes().partition(b"\n")[0])
    assert facts["url"] == f"{URL}?id=A"
