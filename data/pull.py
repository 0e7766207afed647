"""A pull: the catalogue's series from their publishers, as a new vintage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from ..errors import SnapshotError, SourceError
from .arrival import Finding, check_arrival
from .gathering import Outcome, Progress, gather
from .pull_lock import only_pull
from .pull_made import make
from .pull_plan import Item, Plan, plan_of, recipe_of
from .snapshots import DEFAULT_STORE, Vintage, not_stored, vintages, write_vintage
from .sources.exchange import LATER
from .sources.http import Client
from .sources.protocol import Missed, Source
from .sources.registry import adapter
from .sources.staging import Staging
from .stored_series import StoredSeries

#: Folder of the store for the bodies that arrived.
STAGING = ".pull"


def silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""


def pull(
    store: Path | str = DEFAULT_STORE,
    *,
    names: Iterable[str] | None = None,
    mirror: str = "",
    fresh: bool = False,
    command: str = "",
    progress: Progress = silent,
    now: datetime | None = None,
    client: Client | None = None,
    source: Callable[[str], Source] = adapter,
) -> Vintage:
    """Get series from their publishers and store them as a new vintage.

    What does not arrive is named in the vintage with the reason. What arrives is kept for some
    hours below the store until a pull is complete, so that one that failed in part, or was
    interrupted, goes on where it was: only the rest is asked for.

    Parameters
    ----------
    store : path
        Folder that holds the vintages; made if absent.
    names : iterable of str, optional
        Catalogue ids; by default all that have a publisher to ask.
    mirror : str
        ``https://HOST/PATH`` is asked for at ``MIRROR/HOST/PATH``; empty for the publishers.
    fresh : bool
        Whether to ask again for what an earlier pull left behind.
    command : str
        What the vintage says made it.
    progress : callable
        Told how many of how many codes are done, and which was the last.
    now : datetime, optional
        Moment of the vintage, with its zone; by default that at which this is called.
    client : Client, optional
        With other limits than the usual ones.
    source : callable
        The adapter of a key of the catalogue.

    Returns
    -------
    Vintage
        Its ``missed`` and ``findings`` say what to look at.

    Raises
    ------
    SourceError
        Nothing arrived at all; no vintage is made.
    BusyStoreError
        Another pull writes to the store.
    SnapshotError
        The disk is full, or the store cannot be written.
    MissingSeriesError, SpecError
        A name is unknown or has no publisher to ask.
    """
    plan, store, made_at = plan_of(names), Path(store), now or datetime.now(UTC)
    with only_pull(store):
        staging = Staging(store / STAGING, not_stored, mirror)
        if fresh:
            staging.clear()
        staging.sweep()
        client = replace(client or Client(), mirror=mirror, staging=staging)
        outcomes = gather(plan.codes, client, source, progress)
        stored, missed = _made(plan, outcomes, made_at.date())
        # What was read in vain is asked for again the next time.
        staging.keep_only(body.url for series in stored.values() for body in series.bodies)
        if not stored:
            raise _nothing(missed)
        vintage = write_vintage(
            store,
            stored,
            missed=missed,
            findings=_findings(store, stored, made_at.date()),
            notices=_notices(plan, stored, source),
            command=command or "yenloop.pull()",
            made_at=made_at,
        )
        if not missed:
            staging.clear()
    return vintage


def _made(
    plan: Plan, outcomes: Mapping[Item, Outcome], today: date
) -> tuple[dict[str, StoredSeries], dict[str, str]]:
    """Series that can be made of what arrived, and why the others cannot."""
    stored: dict[str, StoredSeries] = {}
    missed: dict[str, str] = {}
    for name, entry in plan.entries.items():
        recipe = recipe_of(name, entry)
        outcome = outcomes[recipe.source, recipe.code]
        if isinstance(outcome, Missed):
            missed[name] = str(outcome.error)
            continue
        try:
            stored[name] = make(entry, recipe, outcome, today)
        except SourceError as error:
            missed[name] = str(error)
    return stored, missed


def _nothing(missed: Mapping[str, str]) -> SourceError:
    reasons = list(dict.fromkeys(missed.values()))
    more = f" There are {len(reasons) - 1} more reasons." if len(reasons) > 1 else ""
    return SourceError(
        f"None of {len(missed)} series arrived, so no vintage is made. {reasons[0]}{more}",
        remedy=LATER,
    )


def _findings(store: Path, stored: Mapping[str, StoredSeries], today: date) -> list[Finding]:
    found, newest_first = [], vintages(store)[::-1]
    for name, series in stored.items():
        earlier, unit = _earlier(newest_first, name)
        found += check_arrival(
            name,
            series.entry,
            series.values,
            earlier=earlier,
            published_unit=series.published_unit,
            earlier_unit=unit,
            today=today,
        )
    return found


def _earlier(newest_first: Iterable[Vintage], name: str) -> tuple[pd.Series | None, str]:
    """A series as the newest vintage holds it that has it, and its published unit then."""
    for vintage in newest_first:
        try:
            if name in vintage.series:
                return vintage.read(name), str(vintage.sidecar(name)["published_unit"])
        except SnapshotError:
            continue  # damaged; `verify` says so
    return None, ""


def _notices(
    plan: Plan, stored: Mapping[str, StoredSeries], source: Callable[[str], Source]
) -> list[str]:
    """What the publishers of the stored series ask their users to print."""
    used = dict.fromkeys(recipe_of(name, plan.entries[name]).source for name in stored)
    return list(dict.fromkeys(notice for key in used if (notice := source(key).notice)))
