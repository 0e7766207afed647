"""Proves that a run is written whole or not at all, offline, escaped, and moves with its input."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import OutputError
from yenloop.models.results import tidy_frame
from yenloop.reports import report as writer
from yenloop.reports.charts import picture_html, render_chart
from yenloop.reports.content import Chart, FrontPage, Report, Section
from yenloop.reports.figures.style import add_note, draw_bands, new_figure, paper_style
from yenloop.reports.formats import Interval
from yenloop.reports.interval_tables import interval_table
from yenloop.reports.manifest import Manifest
from yenloop.reports.numbers import NUMBERS_COLUMNS, Numbers, numbers_csv
from yenloop.reports.report import write_report
from yenloop.reports.staleness import staleness_note
from yenloop.reports.tables import Table

SAMPLE = "1999-02 to 2025-11"
METHOD = "VAR(3), recursive; residual bootstrap, 2,000 draws, percentile"
LABELS = {"yen": "Yen per dollar", "cpi": "Core CPI", "jgb10y": "JGB 10-year yield"}
HOSTILE = "<script>alert('x')</script> & 5% of \"it\""


def responses(gain: float) -> pd.DataFrame:
    """Responses of three variables to a yen shock, on two levels, scaled by ``gain``."""
    rows = []
    for response, unit, size in (("yen", "%", 10.0), ("cpi", "%", 0.4), ("jgb10y", "bp", 6.0)):
        for h in range(25):
            estimate = gain * size * (1 - np.exp(-(h + 1) / 6))
            for level, width in ((0.68, 0.4), (0.90, 0.8)):
                rows.append(
                    {
                        "model": "VAR(3)", "statistic": "irf", "shock": "yen",
                        "response": response, "horizon": h, "estimate": estimate,
                        "std_error": 0.4 * size, "level": level,
                        "conf_low": estimate - width * size, "conf_high": estimate + width * size,
                        "band": "residual bootstrap, percentile", "cumulative": True, "unit": unit,
                    }
                )  # fmt: skip
    return tidy_frame(rows)


def line_chart(name: str, tidy: pd.DataFrame, label: str) -> Chart:
    with paper_style():
        figure, axes = new_figure(height=2.4)
        draw_bands(axes[0, 0], tidy[tidy["response"] == "cpi"])
        axes[0, 0].set_xlabel("Months after the shock")
        axes[0, 0].set_ylabel(label)
        add_note(figure, ["10% fall of the yen on impact; sample " + SAMPLE + "."])
    return Chart(name, figure, f"{label} after a fall of the yen, in %", f"{label} rises.")


def verdicts(gain: float) -> Table:
    frame = pd.DataFrame(
        {
            "Claim": ["C1", "C2", "C6"],
            "Statement": [
                "The currency moves domestic inflation more than elsewhere: the Japanese part",
                "A loop has formed: a weaker yen imports inflation and lifts long yields",
                "Higher JGB yields do not push US yields up",
            ],
            "Estimate": [0.043, gain, 1.4],
            "90% interval": [Interval(0.01, 0.08), Interval(gain - 0.3, gain + 0.3),
                             Interval(-np.inf, np.inf)],
            "Unit": ["% per 10%", "gain", "bp"],
            "p, Holm": [0.03, 0.4, np.nan],
            "Verdict": ["supported", "not distinguishable", "not distinguishable"],
        }
    )  # fmt: skip
    return Table(
        "verdicts", "The claims and what became of them", frame,
        notes=["Supported: the whole 90% interval inside the region fixed beforehand.",
               f"Sample {SAMPLE}."],
        units={"Estimate": "", "90% interval": "", "p, Holm": ""},
        missing="an equivalence test has no such p-value here",
    )  # fmt: skip


def fake_report(gain: float = 0.2173, *, text: str = HOSTILE) -> Report:
    tidy = responses(gain)
    front = FrontPage(
        as_of=staleness_note("2025-11", "2026-11-22"),
        headlines=[f"The loop's gain at 24 months is {gain:.3f}, sample {SAMPLE}.", text],
        diagram=line_chart("loop", tidy, "Core CPI"),
        gain=f"G(24) at the yen node is {gain:.3f} (90% interval −0.08 to 0.52).",
        curve=line_chart("specification-curve", tidy, text),
        curve_sentence="The curve crosses zero, so the sign of the gain depends on the ordering.",
        regime="In 2025-11 the filtered probability of the sensitive regime was 0.83.",
        spillover="Net of what they receive, yen and JGB sent 8.7% of their variance (2025-11).",
        verdicts=verdicts(gain),
    )
    table = interval_table(
        "responses-yen", "Responses to a fall of the yen by 10% on impact, cumulated", tidy,
        horizons=[0, 3, 6, 12, 24], labels=LABELS, notes=[f"Sample {SAMPLE}; {METHOD}."],
    )  # fmt: skip
    section = Section(
        "responses", "What a weaker yen does", ["Consumer prices rise slowly.", text],
        [line_chart("irf-yen", tidy, "Core CPI")], [table],
    )  # fmt: skip
    manifest = Manifest(
        seed=20261122, run_at="2026-11-22T15:30:12+09:00", data={"bundled panel": "3f2a" * 16},
        mapping=["cpi_core: all items less fresh food (Statistics Bureau of Japan)"],
        samples={"VAR(3)": SAMPLE}, draws={"VAR(3)": {"kept": 1998, "failed": 2}},
        seconds={"estimation": 1.25}, warnings=[text],
    )  # fmt: skip
    numbers = {"responses": Numbers(tidy, SAMPLE, METHOD)}
    return Report("The yen loop", front, [section], numbers, manifest, ["Bank of Japan", text])


class Page(HTMLParser):
    """Collects what a browser would load or run, the ids, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for key, value in attrs:
            if key == "id":
                self.ids.append(value or "")
            elif key in ("src", "srcset", "data", "poster", "action") or key.endswith("href"):
                (self.links if tag == "a" else self.loads).append(value or "")

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(fake_report(), tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def html(run: Path) -> str:
    return (run / "index.html").read_text(encoding="utf-8")


def test_the_run_holds_every_file(run: Path) -> None:
    found = {p.relative_to(run).as_posix() for p in run.rglob("*") if p.is_file()}
    charts = ("loop", "specification-curve", "irf-yen")
    expected = {f"figures/{c}.{kind}" for c in charts for kind in ("pdf", "svg", "png")}
    expected |= {
        f"tables/{t}.{kind}" for t in ("verdicts", "responses-yen") for kind in ("csv", "tex")
    }
    assert found == expected | {"index.html", "numbers.csv", "manifest.json"}
    assert run.name == "2026-11-22-153012"


def test_the_page_loads_nothing_and_runs_nothing(html: str, run: Path) -> None:
    page = Page(html)
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert not re.search(r"@import|@font-face|url\((?!#)", html)
    assert all(target.startswith(("#", "data:")) for target in page.loads)
    for target in page.links:  # within the page or to a file of the run
        assert target[1:] in page.ids if target.startswith("#") else (run / target).is_file()
    assert len(page.ids) == len(set(page.ids))
    assert len(html) < 6_000_000


def test_text_is_escaped_and_stays_text(html: str) -> None:
    page = Page(html)
    said = "".join(page.text)
    assert said.count(HOSTILE) >= 5  # headline, curve, paragraph, warning, credit
    assert "Months after the shock" in said  # in the drawings too


def test_the_page_is_accessible(html: str) -> None:
    page = Page(html)
    assert '<html lang="en">' in html
    assert html.count('role="img" aria-label="') == 3
    assert page.tags.count("caption") == page.tags.count("table") == 2
    assert html.count('scope="col"') == 7 + 4
    assert html.count('scope="rowgroup"') == 3
    assert "<title>The yen loop</title>" in html


def test_the_page_shows_front_page_samples_and_provenance(html: str) -> None:
    for words in (
        "stale, 12 months before the run",
        "Chart 2.",
        "Table 2.",
        "JGB 10-year yield (bp)",
        "kept: 1998, failed: 2",
        "3f2a" * 16,
        "20261122",
        "yenloop run",
        METHOD,
        "–: an equivalence test has no such p-value here.",
        "Unbounded:",
    ):
        assert words in html, words


def test_numbers_csv_has_every_number_with_unit_sample_and_method(run: Path) -> None:
    read = pd.read_csv(run / "numbers.csv")
    assert tuple(read.columns) == NUMBERS_COLUMNS
    tidy = responses(0.2173)
    np.testing.assert_array_equal(read["estimate"], tidy["estimate"])  # to the last bit
    np.testing.assert_array_equal(read["conf_low"], tidy["conf_low"])
    assert set(read["sample"]) == {SAMPLE}
    assert set(read["method"]) == {METHOD}
    assert read["horizon"].tolist() == tidy["horizon"].tolist()


def test_numbers_order_does_not_depend_on_who_finished_first() -> None:
    one, two = Numbers(responses(0.1), SAMPLE, METHOD), Numbers(responses(0.2), SAMPLE, METHOD)
    assert numbers_csv({"a": one, "b": two}) == numbers_csv({"b": two, "a": one})


def test_a_number_without_unit_says_so_and_one_without_sample_is_refused() -> None:
    bare = tidy_frame([{"statistic": "p", "estimate": 0.04}])
    assert "pure number" in numbers_csv({"t": Numbers(bare, SAMPLE, METHOD)})
    with pytest.raises(ValueError, match="sample"):
        Numbers(bare, "", METHOD)


def test_a_changed_input_changes_every_place_where_it_stands(run: Path, tmp_path: Path) -> None:
    changed = write_report(fake_report(0.9173), tmp_path)
    for name, old, new in (
        ("index.html", ">2.14<", ">9.03<"),
        ("tables/responses-yen.tex", "& 2.14 &", "& 9.03 &"),
        ("tables/responses-yen.csv", ",2.139", ",9.030"),
        ("tables/verdicts.csv", ",0.2173,", ",0.9173,"),
        ("tables/verdicts.tex", "& 0.217 &", "& 0.917 &"),
    ):
        before, after = (r.joinpath(name).read_text(encoding="utf-8") for r in (run, changed))
        assert (old in before, new in before) == (True, False), name
        assert (old in after, new in after) == (False, True), name
    for kind in ("svg", "pdf", "png"):
        before, after = (r.joinpath(f"figures/irf-yen.{kind}").read_bytes() for r in (run, changed))
        assert before != after, kind
    old_numbers, new_numbers = (pd.read_csv(r / "numbers.csv") for r in (run, changed))
    assert (old_numbers["estimate"] != new_numbers["estimate"]).all()


def test_two_writes_give_the_same_bytes(run: Path, tmp_path: Path) -> None:
    again = write_report(fake_report(), tmp_path)
    for path in run.rglob("*"):
        if path.is_file() and path.name != "manifest.json":  # which holds the seconds
            assert path.read_bytes() == (again / path.relative_to(run)).read_bytes(), path
    first, second = (Manifest.from_json((r / "manifest.json").read_text()) for r in (run, again))
    assert first.outputs == second.outputs
    assert set(first.outputs) == {"numbers.csv", "tables/responses-yen.csv", "tables/verdicts.csv"}


@pytest.mark.parametrize("failure", [RuntimeError("midway"), KeyboardInterrupt()])
def test_a_failure_midway_leaves_earlier_runs_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    earlier = tmp_path / "2026-10-01-090000"
    earlier.mkdir()
    (earlier / "index.html").write_text("earlier")

    def fail(*_: object) -> str:
        raise failure

    monkeypatch.setattr(writer, "render_page", fail)  # after figures and numbers were written
    with pytest.raises(type(failure)):
        write_report(fake_report(), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [earlier.name]
    assert (earlier / "index.html").read_text() == "earlier"


def test_a_full_disk_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "_write", full)
    with pytest.raises(OutputError, match="No space left on device.*--out") as caught:
        write_report(fake_report(), tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_second_report_of_the_same_second_gets_its_own_folder(tmp_path: Path) -> None:
    first, second = (write_report(fake_report(), tmp_path) for _ in range(2))
    assert second.name == f"{first.name}-2"


def test_charts_may_be_drawn_elsewhere(tmp_path: Path) -> None:
    asked: list[str] = []

    def drawn_elsewhere(chart):
        asked.append(chart.name)
        return writer.draw_here(chart)

    write_report(fake_report(), tmp_path, draw=drawn_elsewhere)
    assert asked == [chart.name for chart in fake_report().charts()]


@pytest.mark.parametrize("name", ["Big", "../up", "", "loop"])
def test_names_must_be_distinct_file_stems(name: str, tmp_path: Path) -> None:
    report = fake_report()
    chart = Chart(name, report.front.diagram.figure, "A chart", "A line")
    section = Section("extra", "Extra", charts=[chart])
    crooked = Report("t", report.front, [section], {}, report.manifest)
    with pytest.raises(ValueError, match="name|file stem"):
        write_report(crooked, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_heavy_drawing_stands_in_the_page_as_a_picture() -> None:
    with paper_style():
        figure, axes = new_figure()
        axes[0, 0].scatter(*np.random.default_rng(1).normal(size=(2, 5_000)))
    html = picture_html(render_chart(figure), "cloud", 'a "cloud" & more', 6.5)
    assert html.startswith('<img alt="a &quot;cloud&quot; &amp; more"')
    assert 'src="data:image/png;base64,' in html


def test_the_picture_has_the_dots_that_print_needs() -> None:
    with paper_style():
        figure, _ = new_figure(width=6.5, height=3.0)
    header = render_chart(figure)["png"][16:24]  # width and height of a PNG
    assert [int.from_bytes(header[:4]), int.from_bytes(header[4:])] == [1300, 600]


@pytest.mark.parametrize(
    ("last", "run_date", "said"),
    [
        ("2026-08", "2026-11-22", "Last common month: 2026-08."),
        ("2026-07", "2026-11-01", "Last common month: 2026-07; stale, 4 months before the run."),
        (pd.Timestamp("2025-11-28"), "2026-11-22T15:30:12+09:00", "2025-11; stale, 12 months"),
    ],
)
def test_statements_about_now_say_when_now_was(last: object, run_date: str, said: str) -> None:
    assert said in staleness_note(last, run_date)
