"""The study file: defaults, round trip, and errors that name the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from yenloop.errors import SpecError
from yenloop.spec import StudySpec, read_spec, to_toml


def write(folder: Path, text: str) -> Path:
    file = folder / "study.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_no_file_is_the_default_study() -> None:
    assert read_spec(None) == StudySpec()


def test_defaults_written_out_read_back_as_the_same_study(tmp_path: Path) -> None:
    assert read_spec(write(tmp_path, to_toml(StudySpec()))) == StudySpec()


def test_an_empty_file_is_the_default_study(tmp_path: Path) -> None:
    assert read_spec(write(tmp_path, "")) == StudySpec()


def test_one_role_changed_keeps_the_others(tmp_path: Path) -> None:
    spec = read_spec(write(tmp_path, '[roles]\noil = "wti"\n'))
    assert spec.roles["oil"] == ("wti",)
    assert spec.roles["jgb10y"] == ("jgb10y",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1", "'colour'"),
        ("[var]\nlagz = 3", "'var.lagz'"),
        ("[var]\nlags = 0", "'var.lags"),
        ("[var]\norder = ['yen', 'cpi']", "'var.order'"),
        ("[loop]\nheadline = 7", "'loop'"),
        ("[regimes]\nbootstrap_draws = 100", "'regimes.bootstrap_draws'"),
        ("[data]\nstart = 'January'", "'data.start'"),
        ("[data\n", "cannot be read"),
    ],
)
def test_a_fault_names_its_key_and_a_remedy(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_spec(write(tmp_path, text))
    assert named in caught.value.problem
    assert caught.value.remedy


def test_an_unknown_key_lists_the_keys_there_are(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="max_lags"):
        read_spec(write(tmp_path, "[var]\nlagz = 3"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="nowhere.toml"):
        read_spec(tmp_path / "nowhere.toml")
