"""What the pages say is what the code does: code blocks run, tables agree with the code, links
lead somewhere."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shlex
import tempfile
import unicodedata
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest

import yenloop as yl
from yenloop import models
from yenloop.models.citations import bibtex
from yenloop.models.results import TIDY_COLUMNS, Result

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "data" / "bundled" / "README.md",
]


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, *languages: str) -> list[str]:
    """Code blocks of these languages (an empty one: without a language), in their order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text_of(page), flags=re.M | re.S)
    return [code for language, code in found if language in languages]


def run_block(code: str, names: dict[str, object] | None = None) -> dict[str, object]:
    """The names that a block leaves behind, those given included."""
    found = {} if names is None else names
    with mpl.rc_context():
        exec(compile(code, "block of a page", "exec"), found)
    return found


# -- code ----------------------------------------------------------------------------------------


def test_the_three_lines_of_the_readme_give_a_labelled_response() -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    lines = [line for line in code.splitlines() if line and not line.startswith("import")]
    assert len(lines) == 3
    found = run_block(code)
    irf = found["irf"]
    tidy = irf.tidy()
    assert tuple(tidy.columns) == TIDY_COLUMNS
    assert {"usdjpy_tokyo", "cpi_core", "jgb10y"} <= set(tidy["response"])
    assert not (tidy["unit"] == "").any()
    own = tidy[(tidy["shock"] == "usdjpy_tokyo") & (tidy["response"] == "usdjpy_tokyo")]
    assert own.loc[own["horizon"] == 0, "estimate"].tolist() == pytest.approx([10, 10])
    assert len(found["figure"].axes) >= 6
    assert "Yen per US dollar" in str(irf.summary())
    assert irf.cite().startswith("@")


@pytest.mark.parametrize("page", ["index.md", "data.md", "methods.md"])
def test_every_python_block_of_a_page_runs(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    for code in blocks(ROOT / "docs" / page, "python"):
        run_block(code)
    capsys.readouterr()


def run_guide(page: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Its blocks share their names; a block of text is what the block before it prints."""
    text, names, shown = text_of(ROOT / "docs" / page), {}, 0
    for language, code in re.findall(r"^```(\w+)\n(.*?)^```$", text, flags=re.M | re.S):
        if language == "python":
            capsys.readouterr()
            run_block(code, names)
        elif language == "text":
            printed = capsys.readouterr().out.splitlines()
            expected = [line.split() for line in code.splitlines()]
            assert expected == [line.split() for line in printed if line.strip()]
            shown += 1
    assert shown >= 5
    return names


def test_the_guide_runs_in_its_order_and_prints_what_it_shows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = run_guide("structural.md", capsys)
    saved, again = names["irf"], names["again"]
    assert (saved.draws == again.draws).all()


def test_the_guide_to_identification_runs_and_prints_what_it_shows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = run_guide("identification.md", capsys)
    assert set(names["svar"].identified) == set(names["own"])
    truth = (
        names["truth"].impact[:, 5] / names["truth"].impact[5, 5]
    )  # to one unit of the JGB yield
    scale = names["sets"].point[0, 5] / truth[5]
    assert names["sets"].contains(scale * truth, 0.90)[0].all()
    low, high = names["decisions"].sets[0.90].hull
    assert (low < 3).all()  # bp per 10 bp, as simulated
    assert (high > 3).all()


def test_the_way_without_make_is_three_lines_that_end_in_a_run() -> None:
    without_make = blocks(ROOT / "README.md", "sh")[1].splitlines()
    venv, install, run = (shlex.split(line) for line in without_make)
    assert {"venv", "--without-pip", ".venv"} <= set(venv)  # ensurepip is not needed
    assert {"pip", "--python", "install", "--editable", "."} <= set(install)
    assert (ROOT / install[install.index("--constraint") + 1]).is_file()
    assert run[-2:] == ["yenloop", "run"]


def test_the_commands_that_the_pages_name_exist() -> None:
    from typer.main import get_command

    from yenloop.cli import app

    known = set(get_command(app).commands)
    named = {
        found
        for page in PAGES
        for code in blocks(page, "sh", "")
        for found in re.findall(r"^(?:\.venv/bin/)?yenloop (\w+)", code, flags=re.M)
    }
    assert {"run", "data", "init"} <= named <= known


# -- figures and tables --------------------------------------------------------------------------


def test_the_size_of_the_embedded_panel_is_as_stated() -> None:
    panel = yl.load_bundled()
    stated = f"{len(panel.names)} official monthly series from {panel.sample[:7]} on"
    assert stated in text_of(ROOT / "README.md").replace("\n", " ")
    assert stated in text_of(ROOT / "docs" / "data.md").replace("\n", " ")


def test_every_method_of_every_result_can_be_cited() -> None:
    for module in pkgutil.walk_packages(models.__path__, f"{models.__name__}."):
        importlib.import_module(module.name)
    results, unseen = [], [Result]
    while unseen:
        unseen += (kind := unseen.pop()).__subclasses__()
        results.append(kind)
    assert len(results) > 15
    for kind in results:
        assert bibtex(kind.methods).count("@") == len(kind.methods), kind.__name__


def plain(latex: str) -> str:
    """A name with its accents, such as ``Lütkepohl`` of ``L{\\"u}tkepohl``."""
    marks = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "v": "\u030c", "c": "\u0327"}
    accented = re.sub(r"\{\\([\"'`vc])\{?\\?(\w)\}+", lambda m: m[2] + marks[m[1]], latex)
    return unicodedata.normalize("NFC", accented.replace(r"{\o}", "ø"))


def test_the_page_on_methods_names_every_paper_that_a_result_cites() -> None:
    page = text_of(ROOT / "docs" / "methods.md")
    bibliography = text_of(ROOT / "models" / "citations.bib")
    for entry in re.split(r"^(?=@)", bibliography, flags=re.M)[1:]:
        year = re.search(r"year = \{(\d{4})\}", entry)[1]
        author = re.search(r"author = \{(.+?)(?:,| and )", entry)[1]
        assert plain(author).split()[-1] in page, entry
        assert year in page, entry


def test_the_coverage_with_an_instrument_is_as_audited() -> None:
    page = text_of(ROOT / "docs" / "identification.md").replace("\n", " ")
    table = pd.read_csv(ROOT / "docs" / "audit" / "proxy.csv")
    table["coverage"] = (100 * table["coverage"]).round().astype(int)

    def audited(economy: str, band: str, horizon: int, nobs: int) -> int:
        which = (table["dgp"] == economy) & (table["band"] == band) & (table["T"] == nobs)
        which &= (table["object"] == "unit_irf") & (table["horizon"] == horizon)
        return int(table.loc[which, "coverage"].item())

    strong, persistent = "strong_instrument", "strong_instrument_near_unit_root"
    wild = [audited(strong, "wild_bootstrap (refused)", 0, nobs) for nobs in (160, 300)]
    assert f"holds them in {wild[0]}% (T = 160) and {wild[1]}% (T = 300)" in page
    bands = ("anderson_rubin", "anderson_rubin, bias-corrected", "bias_corrected_bootstrap, blocks")
    held = [audited(persistent, band, 12, 160) for band in bands]
    said = "in {}% of samples, with `bias_corrected=True` in {}%, and the default bands in {}%"
    assert said.format(*held) in page


# -- links and paths -----------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_of_the_repository(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text_of(page)):
        if not re.match(r"https?://|mailto:", target):
            assert not target.startswith("/"), target
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_knows_the_machine_that_it_was_written_on(page: Path) -> None:
    found = re.findall(r"(?:^|[\s(`\"'])((?:/[a-z]+|~|[A-Z]:\\)/?[\w/.\\-]+)", text_of(page))
    assert not [path for path in found if path.startswith(("/", "~", "C:"))], found


def test_the_pages_load_nothing_from_elsewhere() -> None:
    """The theme would fetch its highlighter from a network; nothing else is configured to."""
    settings = text_of(ROOT / "mkdocs.yml")
    assert "highlightjs: false" in settings
    assert "http" not in settings


def test_the_navigation_holds_every_page() -> None:
    navigation = text_of(ROOT / "mkdocs.yml")
    for page in (ROOT / "docs").glob("*.md"):
        assert f": {page.name}\n" in navigation


def test_the_reference_holds_every_public_name() -> None:
    reference = text_of(ROOT / "docs" / "reference.md")
    promised = set(yl.__all__) - {"__version__", "errors"}
    assert {name for name in promised if f"::: yenloop.{name}\n" not in reference} == set()


def test_the_mapping_of_events_in_the_page_on_data_is_read() -> None:
    from yenloop.data.sources.event_mapping import EventMapping
    from yenloop.data.sources.mapping import read_mapping

    page = ROOT / "docs" / "data.md"
    found = [text for text in blocks(page, "toml") if 'kind = "events"' in text]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.toml"
        path.write_text(found[0], encoding="utf-8")
        mapping = read_mapping(path)
    assert isinstance(mapping, EventMapping)
    assert mapping.directions["1"] == "tightening"


def test_the_table_of_ids_in_the_page_on_data_is_of_the_catalogue() -> None:
    from yenloop.data.catalog import entries

    page = text_of(ROOT / "docs" / "data.md").split("## One file")[0]
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    named = {found for row in rows for found in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named
    assert named <= set(entries())
