"""Proves that a table prints the values it holds: digits, intervals, dashes, CSV and LaTeX."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yenloop.models.results import tidy_frame
from yenloop.reports.formats import Interval, cell_text, decimals_for, interval_text, number_text
from yenloop.reports.interval_tables import display_intervals, interval_table
from yenloop.reports.latex import escape, table_latex
from yenloop.reports.tables import Table, lay_out, table_csv

INF = math.inf
AWKWARD = r"50% of $10_000 & #1 {a} ~ ^ \ | – — … −1 → × ± ≤ ≥ ≈ ∞ σ Ω < > [x] * é"


def tidy(responses: dict[str, str], levels: tuple[float, ...] = (0.68, 0.90)) -> pd.DataFrame:
    """Responses (name -> unit) to a yen shock at 0, 12 and 24 months."""
    rows = [
        {
            "model": "VAR(3)", "statistic": "irf", "shock": "yen", "response": response,
            "horizon": h, "estimate": 0.1 * h + 1 / 3, "std_error": 0.1, "level": level,
            "conf_low": 0.1 * h - level, "conf_high": 0.1 * h + level, "band": "percentile",
            "cumulative": True, "unit": unit,
        }
        for response, unit in responses.items() for h in (0, 12, 24) for level in levels
    ]  # fmt: skip
    return tidy_frame(rows)


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([1234.5, 900.25], 0),
        ([12.34, 45.6], 1),
        ([1.234], 2),
        ([0.2173, 0.5, 12.0], 3),
        ([0.043, Interval(0.01, 0.08)], 3),  # not 0.0430
        ([0.0043], 4),
        ([0.00043], 5),
        ([1e-17, -1e-16, 12.3], 1),  # rounding errors do not count
        ([2000.0, 12.0, 0.0], 0),  # counts
        ([], 0),
        ([math.nan, INF, "words", None], 0),
        ([Interval(-INF, 0.25), 0.31], 3),
    ],
)
def test_digits_suit_the_typical_value(values: list[object], decimals: int) -> None:
    assert decimals_for(values) == decimals


def test_numbers_never_vanish_and_carry_a_true_minus() -> None:
    assert number_text(-0.5, 2) == "−0.50"
    assert number_text(0.0, 2) == "0.00"
    assert number_text(-0.0, 2) == "0.00"
    assert number_text(0.0002, 2) == "0.0002"
    assert number_text(-2.4e-8, 2) == "−2.4e−08"
    assert number_text(-1e-17, 2) == "0.00"  # rounding error of a zero
    assert number_text(math.nan, 2) == "–"


@given(st.floats(-1e9, 1e9).filter(lambda x: abs(x) > 1e-5), st.integers(0, 4))
def test_a_printed_number_is_the_number_to_its_last_digit(value: float, decimals: int) -> None:
    text = number_text(value, decimals).replace("−", "-")
    places = len(text.partition(".")[2])
    assert abs(float(text) - value) <= 0.5000001 * 10.0**-places
    assert float(text) != 0


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(-0.25, 0.5), "[−0.25, 0.50]"),
        (Interval(-INF, 0.5), "(unbounded, 0.50]"),
        (Interval(0.5, INF), "[0.50, unbounded)"),
        (Interval(-INF, INF), "unbounded"),
        (Interval(0.5, -0.25), "outside (−0.25, 0.50)"),
        (Interval(math.nan, 0.5), "–"),
    ],
)
def test_intervals_in_words(interval: Interval, text: str) -> None:
    assert interval_text(interval, 2) == text


def test_other_cells() -> None:
    assert cell_text(True) == "yes"
    assert cell_text(np.bool_(False)) == "no"
    assert cell_text(np.int64(-3)) == "−3"
    assert cell_text(pd.Period("2025-11", "M")) == "2025-11"
    assert cell_text(pd.Timestamp("2025-11-28")) == "2025-11-28"
    assert cell_text(None) == cell_text(pd.NaT) == cell_text(pd.NA) == "–"


def test_a_dash_and_an_open_interval_are_explained_and_only_then() -> None:
    frame = pd.DataFrame({"Claim": ["C1", "C2"], "Estimate": [0.25, 0.5]})
    assert lay_out(Table("t", "c", frame, ["Sample."])).notes == ("Sample.",)
    frame = frame.assign(Estimate=[0.25, None], Set=[Interval(-INF, INF), Interval(2, 1)])
    notes = lay_out(Table("t", "c", frame, missing="no data after 2018")).notes
    assert notes[0] == "–: no data after 2018."
    assert notes[1].startswith("Unbounded:")
    assert notes[2].startswith("Outside (a, b):")


def test_columns_of_one_unit_share_their_decimals_within_a_block() -> None:
    frame = pd.DataFrame(
        {
            "Response": ["CPI (%)", "JGB (bp)"],
            "Horizon": [12, 12],
            "Estimate": [0.043, 12.345],
            "90% interval": [Interval(0.01, 0.08), Interval(-101.0, 222.0)],
        }
    )
    table = Table("t", "c", frame, units={"Estimate": "", "90% interval": ""}, group="Response")
    blocks = lay_out(table).blocks
    assert [b.label for b in blocks] == ["CPI (%)", "JGB (bp)"]
    assert blocks[0].rows == (("12", "0.043", "[0.010, 0.080]"),)
    assert blocks[1].rows == (("12", "12", "[−101, 222]"),)


def test_units_stand_in_the_heads_and_an_index_becomes_columns() -> None:
    index = pd.Index(["Oil", "Yen"], name="Series")
    frame = pd.DataFrame({"Volatility": [3.21, 1.5]}, index=index)
    layout = lay_out(Table("t", "c", frame, units={"Volatility": "% a month"}))
    assert layout.heads == ("Series", "Volatility (% a month)")
    assert layout.kinds == ("word", "number")
    assert layout.blocks[0].rows == (("Oil", "3.21"), ("Yen", "1.50"))


def test_a_single_response_is_one_block_and_says_what_is_constant() -> None:
    table = interval_table("irf", "Responses", tidy({"cpi": "%"}), labels={"cpi": "Core CPI"})
    layout = lay_out(table)
    assert layout.heads == (
        "Horizon (months)", "Estimate (%)", "68% interval (%)", "90% interval (%)",
    )  # fmt: skip
    assert layout.blocks[0].rows[1] == ("12", "1.53", "[0.52, 1.88]", "[0.30, 2.10]")
    assert layout.notes == (
        "Model: VAR(3); shock: yen; response: Core CPI; band: percentile; cumulated: yes.",
    )


def test_several_responses_become_blocks_with_their_units() -> None:
    table = interval_table("irf", "c", tidy({"cpi": "%", "jgb10y": "bp"}), horizons=[0, 24])
    layout = lay_out(table)
    assert [b.label for b in layout.blocks] == ["cpi (%)", "jgb10y (bp)"]
    assert [len(b.rows) for b in layout.blocks] == [2, 2]
    assert layout.heads[0] == "Horizon (months)"


def test_one_row_a_response_stays_a_plain_table() -> None:
    table = interval_table("irf", "c", tidy({"cpi": "%", "jgb10y": "bp"}), horizons=[24])
    layout = lay_out(table)
    assert layout.heads[:3] == ("Response", "Unit", "Estimate")
    assert "horizon: 24 months" in layout.notes[0]


def test_remarks_in_a_band_do_not_split_an_estimate() -> None:
    rows = tidy({"cpi": "%"})
    rows["band"] = np.where(rows["horizon"] == 24, "Fieller (whole line)", "Fieller")
    rows.loc[rows["horizon"] == 24, ["conf_low", "conf_high"]] = [-INF, INF]
    rows.loc[rows["horizon"] == 24, "estimate"] = math.nan
    layout = lay_out(interval_table("pt", "c", rows))
    assert layout.blocks[0].rows[-1] == ("24", "–", "unbounded", "unbounded")
    assert "band: Fieller" in layout.notes[0]


def test_two_rows_for_one_estimate_are_refused() -> None:
    rows = tidy({"cpi": "%"})
    with pytest.raises(ValueError, match="two rows"):
        display_intervals(pd.concat([rows, rows]))


def test_csv_reads_back_exactly_with_both_ends_of_every_interval() -> None:
    rows = tidy({"cpi": "%"})
    read = pd.read_csv(StringIO(table_csv(interval_table("irf", "c", rows))))
    wanted = rows[rows["level"] == 0.90]
    np.testing.assert_array_equal(read["Estimate (%)"], wanted["estimate"])
    np.testing.assert_array_equal(read["90% interval low (%)"], wanted["conf_low"])
    np.testing.assert_array_equal(read["90% interval high (%)"], wanted["conf_high"])


def test_csv_keeps_infinite_and_missing_apart() -> None:
    frame = pd.DataFrame({"Claim": ["C1", "C2"], "Set": [Interval(-INF, 0.1), None]})
    assert table_csv(Table("t", "c", frame)) == "Claim,Set low,Set high\nC1,-inf,0.1\nC2,NaN,NaN\n"


def test_duplicate_columns_are_refused() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(ValueError, match="same name"):
        lay_out(Table("t", "c", frame))


def awkward_tables() -> list[Table]:
    long = "A weaker yen imports inflation, which lifts long yields: " + AWKWARD
    frame = pd.DataFrame(
        {
            "[Set]": [Interval(-1, 2), Interval(-INF, INF), Interval(math.nan, math.nan)],
            "Words": [long, AWKWARD, "*"],
            "Share": [0.1234, -0.2, 3.0],
        }
    )
    return [
        Table("awkward", AWKWARD, frame, [AWKWARD], units={"Share": "% & $"}),
        interval_table("blocks", "Two blocks", tidy({"cpi": "%", "jgb10y": "bp"}), notes=["N."]),
        Table("bare", "No notes", pd.DataFrame({"a": ["x"], "b": [1.5]})),
    ]


@pytest.mark.parametrize("table", awkward_tables(), ids=lambda t: t.name)
def test_latex_is_balanced_booktabs(table: Table) -> None:
    text = table_latex(table)
    opened = re.findall(r"\\begin\{(\w+)\}", text)
    assert opened == list(reversed(re.findall(r"\\end\{(\w+)\}", text)))
    for rule in ("toprule", "midrule", "bottomrule"):
        assert text.count(rf"\{rule}") == 1
    bare = re.sub(r"\\[\\{}]", "", text)
    assert bare.count("{") == bare.count("}")
    columns = len(lay_out(table).heads)
    rows = re.findall(r"^(?!\\multicolumn)(.*) (?:\\\\|\\tabularnewline.*)$", text, flags=re.M)
    assert len(rows) == 1 + len(table.frame)
    for row in rows:
        assert len(re.findall(r"(?<!\\)&", row)) == columns - 1
        assert not row.startswith(("[", "*"))
    assert rf"\label{{tab:{table.name}}}" in text


def test_latex_escapes_every_special_character() -> None:
    escaped = escape(AWKWARD)
    assert not re.search(r"(?<!\\)[%&#_]", escaped)
    assert escape("a_b & 5%") == r"a\_b \& 5\%"
    assert escape("−1.2 → σ") == r"$-$1.2 $\rightarrow$ $\sigma$"
    assert escape("é") == "é"


def test_latex_compiles_with_booktabs_alone(tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("not verified here: pdflatex is not installed")
    body = "\n".join(table_latex(table) for table in awkward_tables())
    source = "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n"
    (tmp_path / "t.tex").write_text(f"{source}{body}\\end{{document}}\n", encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "t.pdf").stat().st_size > 0
