"""Proves that compiled kernels are kept until a file is edited that they are in or call into."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import yenloop.estimation
from yenloop.estimation import cache

SOURCE = Path(yenloop.estimation.__file__).parent

HELPER = """
from .jit import kernel

@kernel
def helper(x):
    return x + {step}
"""
CALLER = """
from .helper import helper
from .jit import kernel

@kernel
def caller(x):
    return 10 * helper(x)
"""
CALL = """
from copied.estimation.caller import caller
print(caller(1), sum(caller.stats.cache_hits.values()))
"""


@pytest.fixture
def copied(tmp_path):
    """A copy of the package's ``estimation`` with one kernel that calls into another file."""
    package = tmp_path / "copied"
    shutil.copytree(SOURCE, package / "estimation", ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").touch()
    (package / "estimation" / "helper.py").write_text(HELPER.format(step=1))
    (package / "estimation" / "caller.py").write_text(CALLER)
    return package


def run(code, folder, **environment):
    """Output of a fresh process whose user has set nothing, except what is given."""
    inherited = {k: v for k, v in os.environ.items() if "NUMBA" not in k}
    settings = {"XDG_CACHE_HOME": str(folder / "user cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**inherited, **settings, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_an_edited_helper_is_seen(copied):
    folder = copied.parent
    assert run(CALL, folder) == "20 0"
    assert run(CALL, folder) == "20 1"
    (copied / "estimation" / "helper.py").write_text(HELPER.format(step=2))
    assert run(CALL, folder) == "30 0"
    assert len(list((folder / "user cache" / "yenloop" / "kernels").iterdir())) == 2


def test_numba_alone_would_not_see_it(copied):
    """The reason for all this; when it fails, numba has learnt to look into what a kernel calls."""
    folder = copied.parent
    fixed = {"NUMBA_CACHE_DIR": str(folder / "fixed")}
    assert run(CALL, folder, **fixed) == "20 0"
    (copied / "estimation" / "helper.py").write_text(HELPER.format(step=2))
    assert run(CALL, folder, **fixed) == "20 1"
    assert not (folder / "user cache").exists()


def test_a_folder_inherited_from_a_parent_process_is_not_the_users_wish(copied):
    folder = copied.parent
    stale = {
        "NUMBA_CACHE_DIR": str(folder / "stale"),
        "YENLOOP_NUMBA_CACHE_DIR": str(folder / "stale"),
    }
    assert run(CALL, folder, **stale) == "20 0"
    assert not (folder / "stale").exists()


def test_numba_loaded_before_is_told(copied):
    folder = copied.parent
    code = "import numba; import copied.estimation; print(numba.config.CACHE_DIR)"
    assert Path(run(code, folder)).parent == folder / "user cache" / "yenloop" / "kernels"
    assert run("import numba" + CALL, folder) == "20 0"
    assert run(CALL, folder) == "20 1"


def test_numba_is_not_loaded(copied):
    code = "import sys, copied.estimation; print('numba' in sys.modules)"
    assert run(code, copied.parent) == "False"


def test_a_cache_folder_that_cannot_be_made_is_replaced_by_a_private_one(copied):
    folder = copied.parent
    (folder / "a file").touch()
    code = "import os, copied.estimation; print(os.environ['NUMBA_CACHE_DIR'])"
    used = Path(run(code, folder, XDG_CACHE_HOME=str(folder / "a file"), TMPDIR=str(folder)))
    assert used.parent == folder
    assert used.name.startswith("yenloop-kernels-")
    assert not used.exists()  # removed with the process that made it


def test_only_recent_folders_are_kept(tmp_path):
    for age in range(12):
        folder = tmp_path / f"state {age}"
        folder.mkdir()
        os.utime(folder, (1e9 - age, 1e9 - age))
    cache._drop_old(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"state {age}" for age in range(8)]


def test_the_key_depends_on_source_and_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "a.py").write_text("x = 1")
    monkeypatch.setattr(cache, "_HERE", tmp_path)
    key = cache._key()
    assert cache._key() == key
    (tmp_path / "notes.txt").write_text("no code")
    assert cache._key() == key
    (tmp_path / "a.py").write_text("x = 2")
    assert cache._key() != key
    monkeypatch.setattr(cache, "_compiler", lambda: ["numba-99.dist-info"])
    assert cache._key() not in (key, "")
