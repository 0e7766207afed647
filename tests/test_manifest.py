"""Proves that the manifest reads back as it was written and depends on nothing but the run."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yenloop
from yenloop.reports.manifest import SOFTWARE, Manifest, software_versions


def full() -> Manifest:
    return Manifest(
        seed=7,
        command="yenloop run study.toml",
        data={"bundled": "ab" * 32},
        mapping=["yen: usdjpy_tokyo"],
        spec={"var": {"lags": np.int64(3), "order": ("oil", "yen")}, "data": Path("x.csv"),
              "start": pd.Period("1999-01", "M"), "levels": np.array([0.68, 0.9]), "end": None,
              "limit": np.inf, "names": {"b", "a"}},
        samples={"VAR(3)": "1999-02 to 2025-11"},
        draws={"VAR(3)": {"kept": np.int64(1998), "failed": 2}},
        seconds={"estimation": np.float64(1.25)},
        warnings=["a warning"],
    )  # fmt: skip


def test_round_trip() -> None:
    manifest = full()
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert Manifest.from_json(manifest.to_json()).to_json() == manifest.to_json()


def test_json_is_strict_sorted_and_plain() -> None:
    text = full().to_json()
    read = json.loads(text, parse_constant=lambda c: pytest.fail(f"not JSON: {c}"))
    assert text == json.dumps(read, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert read["spec"]["var"] == {"lags": 3, "order": ["oil", "yen"]}
    assert read["spec"]["levels"] == [0.68, 0.9]
    assert read["spec"]["limit"] == "inf"
    assert read["spec"]["names"] == ["a", "b"]
    assert read["draws"]["VAR(3)"] == {"kept": 1998, "failed": 2}


def test_two_manifests_share_nothing() -> None:
    spec = {"lags": 3}
    manifest = Manifest(seed=1, spec=spec)
    spec["lags"] = 12
    assert manifest.spec["lags"] == 3


def test_versions_name_everything_that_can_change_a_number() -> None:
    versions = software_versions()
    assert set(versions) == {"python", "yenloop", *SOFTWARE}
    assert versions["numpy"] == np.__version__
    assert versions["yenloop"] == yenloop.__version__


def test_the_date_has_its_offset() -> None:
    assert datetime.fromisoformat(Manifest(seed=1).run_at).utcoffset() is not None


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(TypeError, match="surprise"):
        Manifest.from_json('{"seed": 1, "surprise": 2}')
