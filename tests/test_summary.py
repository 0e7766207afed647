"""A summary prints the same numbers as text, HTML and LaTeX, and its LaTeX compiles whatever the
words hold."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from yenloop.models.results import Summary

TABLE = pd.DataFrame(
    {"90% low": [0.25, np.nan], "method_name": ["68% set & more", "b_i"]}, index=["a_1", "b"]
)
SUMMARY = Summary("Title", [("CPI, % per 1% rise of a_b", TABLE)], ["Sample: 90% of it."])


def test_no_character_that_latex_reads_as_its_own_is_left_bare() -> None:
    latex = SUMMARY.to_latex()
    table, notes = latex.split(r"\end{table}")
    body = re.sub(r"\\[a-z]+(\{[a-zA-Z]+\})?", "", table)  # commands aside
    assert not re.search(r"(?<!\\)[%#_]", body)
    assert r"\caption{CPI, \% per 1\% rise of a\_b}" in latex
    assert r"68\% set \& more" in latex
    assert all(line.startswith("% ") for line in notes.split("\n") if line)


def test_a_missing_number_is_an_empty_cell_in_every_form() -> None:
    assert "nan" not in (str(SUMMARY) + SUMMARY.to_latex() + SUMMARY._repr_html_()).lower()
    for text in (str(SUMMARY), SUMMARY.to_latex(), SUMMARY._repr_html_()):
        assert "0.25" in text
