"""What an earlier run was made of: its study, and the places of its figures."""

from __future__ import annotations

import shlex
from itertools import pairwise
from pathlib import Path

from pydantic import ValidationError

from .data.real_time import as_known_on
from .data.sources.files import Data, load_data
from .data.store import RECORD, vintage_folders
from .errors import SpecError
from .reports.stored_run import StoredRun
from .spec import StudySpec


def study_of(run: StoredRun) -> StudySpec:
    """The study of a run, with its seed.

    Raises
    ------
    SpecError
        This version knows a key no longer, or does not allow its value.
    """
    try:
        return StudySpec.model_validate({**run.manifest.spec, "seed": run.manifest.seed})
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        made_by = run.manifest.versions.get("yenloop", "of then")
        raise SpecError(
            f"The study of the run {run.path.name} is not valid in this version: '{key}' "
            f"({fault['msg']}).",
            remedy=f"Install yenloop {made_by}, or make the run again with a study file of now.",
        ) from None


def places_of(run: StoredRun) -> list[Path] | None:
    """Where a run's figures came from, as its command says; None for the embedded panel."""
    return [Path(place) for place in _values(run, "--data")] or None


def places_now(run: StoredRun) -> list[Path] | None:
    """The same places for a run of today: of stored vintages, the newest of their store."""
    places = places_of(run)
    return [_newest(place) for place in places] if places is not None else None


def figures_now(run: StoredRun) -> Data:
    """What the places of a run hold today, known by the same date where it named one.

    Raises
    ------
    YenloopError
        As ``load_data``: a place is gone, or cannot be read any more.
    """
    data = load_data(places_of(run))
    for day in _values(run, "--known-on"):
        data = as_known_on(data, day)
    return data


def _values(run: StoredRun, option: str) -> list[str]:
    """What stands behind an option in the run's command."""
    words = shlex.split(run.manifest.command)
    return [value for word, value in pairwise(words) if word == option]


def _newest(place: Path) -> Path:
    stored = vintage_folders(place.parent) if (place / RECORD).exists() else ()
    return stored[-1] if stored else place
