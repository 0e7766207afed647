"""The manifest: what is needed to make a run again, and what happened in it."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Self

import numpy as np

from ..version import __version__

#: Packages whose version can change a number or a picture.
SOFTWARE = (
    "numpy",
    "scipy",
    "pandas",
    "numba",
    "statsmodels",
    "arch",
    "linearmodels",
    "matplotlib",
)


def software_versions() -> dict[str, str]:
    """Versions of Python, yenloop and the packages in ``SOFTWARE``, without importing them."""
    found = {"python": platform.python_version(), "yenloop": __version__}
    for name in SOFTWARE:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def now() -> str:
    """Local time to the second with its offset, in ISO 8601."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a run was made of.

    Attributes
    ----------
    seed : int
        Seed of all random streams.
    command : str
        The command that makes the run again.
    data : mapping of source to SHA-256
        Identity of the figures used.
    mapping : sequence of str
        Catalogue ids to columns, one line each, as printed on the terminal.
    spec : mapping
        The study file, in full, with its defaults filled in.
    samples : mapping of model to sample
    draws : mapping of model to {"kept": int, "failed": int}
        Draws of the bootstrap; other counts (rejected, shrunk) under their own names.
    seconds : mapping of step to float
    warnings : sequence of str
        Warnings raised, in order.
    outputs : mapping of file to SHA-256
        The run's CSV files; filled in when the report is written.
    inputs : mapping of file to SHA-256
        The figures that the run was given, as they are kept with it; likewise.
    run_at : str
        Date and time of the run, ISO 8601.
    versions : mapping of package to version
    platform : str
    """

    seed: int
    command: str = "yenloop run"
    data: Mapping[str, str] = field(default_factory=dict)
    mapping: tuple[str, ...] = ()
    spec: Mapping[str, Any] = field(default_factory=dict)
    samples: Mapping[str, str] = field(default_factory=dict)
    draws: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    run_at: str = field(default_factory=now)
    versions: Mapping[str, str] = field(default_factory=software_versions)
    platform: str = field(default_factory=platform.platform)

    def __post_init__(self) -> None:
        # Plain JSON values throughout, so that what is read back equals what was written.
        mappings = ("data", "spec", "samples", "draws", "seconds", "outputs", "inputs", "versions")
        for name in mappings:
            object.__setattr__(self, name, _plain(getattr(self, name)))
        for name in ("mapping", "warnings"):
            object.__setattr__(self, name, tuple(map(str, getattr(self, name))))

    def to_json(self) -> str:
        """Indented JSON with sorted keys."""
        fields = asdict(self)
        return (
            json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The manifest that ``to_json`` wrote."""
        return cls(**json.loads(text))


def _plain(value: object) -> Any:
    """The value in JSON's own types; what has no number there (NaN, infinity) in words."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [_plain(v) for v in items]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
