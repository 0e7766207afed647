"""The wheel holds the package alone, and runs outside the checkout without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the checkout, so that nothing is left in it."""
    folder = tmp_path_factory.mktemp("wheel")
    leave = shutil.ignore_patterns(".*", "build", "dist", "runs", "_build", "*.egg-info")
    source = Path(shutil.copytree(ROOT, folder / "source", ignore=leave))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    return next(folder.glob("yenloop-*.whl"))


def test_nothing_but_yenloop_at_top_level(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"yenloop"}


def test_the_wheel_carries_the_package_data_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "yenloop/py.typed",
        "yenloop/data/catalog.toml",
        "yenloop/data/bundled/japan_loop_monthly.csv",
        "yenloop/data/bundled/SOURCES.csv",
        "yenloop/models/citations.bib",
        "yenloop/models/claims.toml",
        "yenloop/reports/styles/yenloop-paper.mplstyle",
    ):
        assert needed in names
    assert not [n for n in names if n.startswith(("yenloop/tests", "yenloop/reports/runs"))]


def test_every_module_of_the_checkout_is_in_the_wheel(wheel: Path) -> None:
    """A sub-package that pyproject does not list by name would be missing here."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("data", "estimation", "models", "reports"):
        for module in (ROOT / folder).rglob("*.py"):
            if "runs" not in module.parts:
                assert f"yenloop/{module.relative_to(ROOT).as_posix()}" in names


@pytest.mark.slow
def test_the_wheel_runs_the_study_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed with --no-index --no-deps into a fresh environment; libraries are borrowed."""
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    # The libraries that the package depends on are borrowed from this environment, as files on
    # the path: its own .pth files (the editable install of the checkout) are not processed.
    here = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    Path(site, "borrowed.pth").write_text(str(here), encoding="utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [str(environment / "bin" / "yenloop"), "run"],
        cwd=empty,
        env=variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    reports = list(empty.glob("reports/runs/*/index.html"))
    assert len(reports) == 1
    assert str(reports[0].relative_to(empty)) in done.stdout.replace("\n", "")
