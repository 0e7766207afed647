"""Proves that a finished run can be looked at, continued from and exported without a new one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from yenloop import VAR, Cholesky, Panel, ResidualBootstrap
from yenloop.cli import app
from yenloop.errors import OutputError
from yenloop.reports.content import Chart, FrontPage, Report
from yenloop.reports.figures.style import new_figure
from yenloop.reports.manifest import Manifest
from yenloop.reports.numbers import Numbers
from yenloop.reports.report import write_report
from yenloop.reports.stored_run import open_run
from yenloop.reports.tables import Table


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        rng.standard_normal((90, 2)),
        index=pd.period_range("2010-01", periods=90, freq="M"),
        columns=["yen", "cpi"],
    )
    svar = (
        VAR(lags=1)
        .fit(Panel.from_frame(frame))
        .identify(Cholesky(), inference=ResidualBootstrap(100), rng=2)
    )
    write_report(report({"structural-var": svar, "irf": svar.irf(4)}), out)
    return out


def report(results: dict) -> Report:
    """The least that a report can be, with results stored."""
    charts = [Chart(name, new_figure(height=1)[0], name, name) for name in ("loop", "curve")]
    claims = Table("claims", "The claims", pd.DataFrame({"Claim": ["C1"], "Verdict": ["open"]}))
    front = FrontPage("2025-11", (), charts[0], "", charts[1], "", "", "", claims)
    numbers = {"irf": Numbers(results["irf"].tidy(), "2010-02 to 2017-06", "VAR(1)")}
    manifest = Manifest(seed=3, spec={"title": "A study"}, draws={"VAR": {"kept": 100}})
    return Report("A study", front, (), numbers, manifest, results=results)


def test_the_newest_run_is_opened_by_default(runs):
    assert open_run(out=runs).path == open_run(next(runs.iterdir())).path
    assert open_run(next(runs.iterdir()).name, out=runs).results == ("irf", "structural-var")


def test_a_stored_model_continues_with_the_same_draws(runs):
    run = open_run(out=runs)
    again = run.load("structural-var").irf(4)
    pd.testing.assert_frame_equal(again.tidy(), run.load("irf").tidy(), check_exact=True)


def test_show_prints_the_run_and_what_is_asked_for(runs):
    brief = CliRunner().invoke(app, ["show", "--out", str(runs)])
    assert brief.exit_code == 0
    for words in ("Made", "Seed", "Stored results: irf, structural-var"):
        assert words in brief.output
    name = next(runs.iterdir()).name
    irf = CliRunner().invoke(app, ["show", name, "irf", "--out", str(runs)])
    assert "Impulse responses" in irf.output
    table = CliRunner().invoke(app, ["show", name, "claims", "--out", str(runs)])
    assert "open" in table.output


def test_what_is_not_there_is_named_with_what_is(runs):
    with pytest.raises(OutputError, match="There are: irf"):
        open_run(out=runs).shown("gain")
    with pytest.raises(OutputError, match="manifest"):
        open_run("elsewhere", out=runs)
    with pytest.raises(OutputError, match="no run"):
        open_run(out=runs / "empty")


def test_numbers_and_results_are_exported(runs, tmp_path):
    run = open_run(out=runs)
    book = run.export(tmp_path / "run.xlsx")
    assert len(pd.read_excel(book, sheet_name="Numbers")) == len(run.numbers)
    data = run.export(tmp_path / "irf.dta", "irf")
    assert len(pd.read_stata(data)) == len(run.load("irf").tidy())
    stata = pd.read_stata(run.export(tmp_path / "run.dta"))
    np.testing.assert_array_equal(stata["estimate"], run.numbers["estimate"])
