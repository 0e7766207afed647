"""A small world of publishers for pulls, a pull in a process of its own, and killing it.

Run as ``pulls.py STORE MIRROR``, it pulls the world from a mirror and prints the seconds and the
events that this took; with ``seconds S`` or ``events N`` behind, it is killed (SIGKILL) after so
many of them. An event is one that touches a file or a socket.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import runpy
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from yenloop.data.pull import STAGING, pull
from yenloop.data.snapshots import Vintage, verify, vintages
from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Missed
from yenloop.data.sources.reading import (
    csv_rows,
    date_of,
    dated,
    number,
    refuse_cut_off,
    refuse_html,
    text_of,
)
from yenloop.errors import SourceError

_server = runpy.run_path(str(Path(__file__).with_name("server.py")))
Answer, Fault, serve = _server["Answer"], _server["Fault"], _server["serve"]

#: Series of the catalogue, and whether their codes are days (True) or months.
NAMES = ("jgb10y", "jgb10y_eom", "jgb10y_daily", "us10y", "us10y_daily", "us10y_eom", "cgpi",
         "neer", "mof_yen_bought", "vix", "brent")  # fmt: skip
CODES = {
    ("mof", "10Y"): True,
    ("fred", "GS10"): False,
    ("fred", "DGS10"): True,
    ("boj", "PR01'PRCG20_2200000000"): False,
    ("boj", "FM09'FX180110001"): False,
    ("mof_interventions", "net_yen"): True,
    ("cboe", "VIX"): True,
    ("eia", "RBRTE/M"): False,
}
NOW = datetime(2020, 7, 20, 9, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Plain:
    """Each code is a file of ``date,value`` at a host of the source's name."""

    key: str

    @property
    def notice(self) -> str:
        return f"Thank {self.key}."

    def fetch(self, codes, fetcher):
        for code in codes:
            try:
                yield self._one(code, fetcher)
            except SourceError as error:
                yield Missed(code, error)

    def _one(self, code, fetcher):
        def check(body):
            refuse_html(body)
            refuse_cut_off(body)

        body = fetcher.get(f"https://{address(self.key, code)}", check=check)
        days = CODES[self.key, code]
        pairs = []
        for line, row in csv_rows(text_of(body))[1:]:
            where = f"{self.key} {code}, line {line}"
            day = date_of(row[0], "%Y-%m-%d", where)
            pairs.append((day, number(row[1], f"{where}, {row[0]}")))
        values, notes = dated(pairs, "daily" if days else "monthly", f"{self.key} {code}")
        return Arrived(code, values, (body,), unit="", notes=notes)


def address(source: str, code: str) -> str:
    name = re.sub(r"\W", "_", code)
    return f"{source}.test/{name}.csv"


def figures(source: str, code: str) -> pd.Series:
    """What the publisher has: a walk that depends on the code."""
    days = CODES[source, code]
    index = (
        pd.bdate_range("2020-01-02", "2020-07-17")
        if days
        else pd.period_range("2019-01", "2020-06", freq="M")
    )
    steps = np.random.default_rng(sum(code.encode())).normal(0, 0.05, len(index))
    return pd.Series(np.round(5 + steps.cumsum(), 3), index=index)


def routes(changed=()):
    """The world's addresses; ``changed`` replaces the figures of some of them."""

    def page(item):
        values = dict(changed).get(item, figures(*item))
        days = values.index if CODES[item] else values.index.to_timestamp()
        lines = (f"{day:%Y-%m-%d},{value!r}\n" for day, value in zip(days, values.tolist()))
        content = ("date,value\n" + "".join(lines)).encode()
        return lambda query: Answer(content)

    return {address(*item): page(item) for item in CODES}


def pull_world(store, mirror, **options) -> Vintage:
    """Pull the world without courtesy to its hosts, and without waiting."""
    client = Client(pace=0.0, pause=lambda seconds: None, tries=3)
    settings = {"names": NAMES, "now": NOW, "source": Plain, "client": client}
    return pull(store, mirror=mirror, **{**settings, **options})


def contents(vintage: Vintage) -> dict[str, pd.Series]:
    return {name: vintage.read(name) for name in vintage.series}


def equal(one: dict[str, pd.Series], other: dict[str, pd.Series]) -> bool:
    return one.keys() == other.keys() and all(one[name].equals(other[name]) for name in one)


# ----------------------------------------------------------------------------- killing


@dataclass(frozen=True)
class Killed:
    """A pull that was killed after so many seconds or events: whether that was too late, and how
    many bodies it left."""

    unit: str
    limit: float
    finished: bool
    kept: int


def kill_points(folder: Path, points: int, seed: int, delay: float = 0.03) -> list[Killed]:
    """Kill a pull at random points, each in a store of its own; go on, and check all that is there.

    Half of the points are moments, half are events. Raises ``AssertionError`` where a vintage is
    half there or altered, where the next pull does not give the same figures, asks again for what
    had arrived, or leaves something behind.
    """
    draw = random.Random(seed)
    slow = {
        address(*item): itertools.repeat(Fault(delay=delay * at))
        for at, item in enumerate(CODES, start=1)
    }
    killed, seen = [], []
    with serve(routes(), slow, seen) as mirror:
        whole = start(folder / "whole", mirror)
        seconds, events = map(float, whole.communicate(timeout=60)[0].split())
        expected = contents(vintages(folder / "whole")[-1])
        for at in range(points):
            store = folder / f"killed-{at}"
            unit, most = (("seconds", 1.05 * seconds), ("events", events + 0.5))[at % 2]
            limit = draw.uniform(0, most)
            run = start(store, mirror, unit, f"{limit:.3f}")
            said = run.communicate(timeout=60)[1]
            assert run.returncode in (-signal.SIGKILL, 0), said
            time.sleep(0.05)  # requests that it made arrive
            kept, before = len(list((store / STAGING).glob("*.body"))), len(seen)
            _go_on(store, mirror, expected)
            asked = len(seen) - before
            assert asked == len(CODES) - kept, f"{kept} bodies were there, {asked} asked for"
            killed.append(Killed(unit, limit, run.returncode == 0, kept))
    return killed


def start(store: Path, mirror: str, *limit: str) -> subprocess.Popen[str]:
    """A pull in a process of its own."""
    command = [sys.executable, __file__, str(store), mirror, *limit]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _go_on(store: Path, mirror: str, expected: dict[str, pd.Series]) -> None:
    """Look at what the killed pull left, pull again, and look at what that leaves."""
    for vintage in vintages(store):
        verify(vintage)
        assert equal(contents(vintage), expected), f"{vintage.path} is not whole"
    vintage = pull_world(store, mirror, now=NOW.replace(hour=12))
    verify(vintage)
    assert equal(contents(vintage), expected), f"{vintage.path} differs"
    others = {path.name for path in store.iterdir()} - {found.id for found in vintages(store)}
    assert others <= {".pull.lock"}, f"{others} left behind"


def _count_events(limit: int) -> list[int]:
    """Count events of files and sockets; die at the one of that number."""
    count = [0]

    def hook(event: str, _: object) -> None:
        if event == "open" or event.startswith(("os.", "socket.", "shutil.")):
            count[0] += 1
            if count[0] == limit:  # the kill is an event itself
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return count


def main(store: str, mirror: str, limit: str = "", value: str = "0") -> None:
    began = time.perf_counter()
    count = _count_events(round(float(value)) if limit == "events" else 0)
    if limit == "seconds":
        killer = threading.Timer(float(value), os.kill, (os.getpid(), signal.SIGKILL))
        killer.daemon = True
        killer.start()
    pull_world(Path(store), mirror)
    print(time.perf_counter() - began, count[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
