"""``import yenloop`` costs nothing, and every name that it promises is there and documented."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import yenloop

ROOT = Path(__file__).resolve().parents[1]
PROMISED = sorted(set(yenloop.__all__) - {"__version__", "errors"})
HEAVY = ("pandas", "pydantic", "typer", "numba", "scipy", "numpy", "matplotlib", "statsmodels")


def test_a_fresh_import_loads_nothing_heavy() -> None:
    """Seen from a new interpreter: this one has long loaded all of them."""
    code = f"import sys, yenloop; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", PROMISED)
def test_every_name_resolves_and_is_documented(name: str) -> None:
    found = getattr(yenloop, name)
    assert callable(found)
    assert found.__doc__, f"{name} has no docstring"
    assert not found.__doc__.startswith(f"{name}("), f"{name} has only its generated signature"


def test_the_list_and_the_table_of_names_agree() -> None:
    assert set(yenloop._PUBLIC) == set(PROMISED)
    assert dir(yenloop) == sorted(yenloop.__all__)


def test_the_type_checker_sees_the_same_names() -> None:
    """The imports under TYPE_CHECKING name what the table loads, from the same modules."""
    tree = ast.parse(Path(yenloop.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == yenloop._PUBLIC


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'irf'"):
        yenloop.irf  # noqa: B018


def test_errors_are_at_hand_and_carry_their_remedy() -> None:
    with pytest.raises(yenloop.errors.SpecError) as caught:
        yenloop.VAR(lags=0)
    assert caught.value.remedy


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert yenloop.__version__ == project["version"]
    assert f"version: {project['version']}\n" in citation
