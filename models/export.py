"""Results for spreadsheets and for Stata, with labels, units and notes."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from ..data.whole_file import write_whole
from ..errors import SpecError
from .results import Result, Summary

#: What each column of a tidy frame holds; Stata shows it beside the variable's name.
LABELS = {
    "model": "Model",
    "statistic": "What the number is",
    "shock": "Shock, or what acts",
    "response": "Variable that responds",
    "horizon": "Periods after the shock, or ahead; missing: in the long run",
    "estimate": "Estimate, in the unit of the row",
    "std_error": "Standard error",
    "level": "Coverage of the interval",
    "conf_low": "Lower bound of the interval; missing: unbounded",
    "conf_high": "Upper bound of the interval; missing: unbounded",
    "band": "How the interval was made",
    "cumulative": "1 if summed over periods",
    "unit": "Unit of the estimate",
    "shock_id": "Catalogue id of the shock's variable, or name of the shock",
    "response_id": "Catalogue id of the variable that responds",
    "table": "Table of the report",
    "sample": "First and last period used",
    "method": "Model, identification and inference",
}

#: Longest label of a data set that Stata takes.
_LABEL = 80


def export_result(result: Result, path: str | Path) -> Path:
    """Write a result's numbers with their labels, as a workbook or for Stata by the file's ending.

    A workbook (``.xlsx``) holds every number, each table of the summary and the notes. In a Stata
    data set (``.dta``, Stata 14 and later) variables carry labels, shocks and responses are
    numbers whose value labels say what they are, and their catalogue ids stand in ``shock_id`` and
    ``response_id``.

    Raises
    ------
    SpecError, OutputError
    """
    summary = result.summary()
    about = Summary(summary.title, summary.tables, _once(*summary.notes, *result.notes()))
    return export_frame(result.tidy(), about, path, _labels_of(result))


def export_frame(
    tidy: pd.DataFrame, about: Summary, path: str | Path, names: Mapping[str, str] | None = None
) -> Path:
    """Write tidy numbers, which may hold further columns of text; see ``export_result``.

    Parameters
    ----------
    tidy : DataFrame
    about : Summary
        Title, tables and notes.
    path : str or Path
        Ends in ``.xlsx`` or ``.dta``.
    names : mapping, optional
        Labels of the ids among the shocks and responses.
    """
    target = Path(path)
    if target.suffix not in _WRITERS:
        endings = " or ".join(_WRITERS)
        raise SpecError(f"'{target}' does not end in {endings}.", remedy=f"Use {endings}.")
    known = names or {}
    labelled = {
        key: pd.Series([known.get(name, name) for name in tidy[key]], tidy.index, dtype=object)
        for key in ("shock", "response")
    }
    return write_whole(target, _WRITERS[target.suffix](tidy, about, labelled))


def _workbook(tidy: pd.DataFrame, about: Summary, labelled: Mapping[str, pd.Series]) -> bytes:
    content = BytesIO()
    with pd.ExcelWriter(content, engine="openpyxl") as book:
        notes = pd.DataFrame({"About": [about.title, *about.notes]})
        notes.to_excel(book, sheet_name="About", index=False)
        numbers = tidy.assign(**{f"{key}_label": values for key, values in labelled.items()})
        numbers.to_excel(book, sheet_name="Numbers", index=False)
        for n, (caption, table) in enumerate(about.tables, start=1):
            sheet = f"Table {n}"
            pd.DataFrame({caption: []}).to_excel(book, sheet_name=sheet, index=False)
            table.to_excel(book, sheet_name=sheet, startrow=2)
        _widen(book)
    return content.getvalue()


def _data_set(tidy: pd.DataFrame, about: Summary, labelled: Mapping[str, pd.Series]) -> bytes:
    content = BytesIO()
    frame = tidy.assign(
        **{key: pd.Categorical(values) for key, values in labelled.items()},
        shock_id=tidy["shock"],
        response_id=tidy["response"],
        horizon=pd.to_numeric(tidy["horizon"]).astype(float),
        cumulative=tidy["cumulative"].astype(str).eq("True").astype("int8"),
    )
    # Stata has no infinity: an infinite horizon and an open bound are missing, as the labels say.
    numbers = frame.select_dtypes(float).columns
    frame[numbers] = frame[numbers].replace([np.inf, -np.inf], np.nan)
    frame.to_stata(
        content,
        write_index=False,
        version=118,
        data_label=about.title[:_LABEL],
        variable_labels={name: LABELS.get(str(name), str(name)) for name in frame},
    )
    return content.getvalue()


def _labels_of(result: Result) -> dict[str, str]:
    """Labels of the panel's columns, where the result knows them."""
    columns = getattr(result, "columns", None)
    named = columns if isinstance(columns, Mapping) else {}
    return {name: column.label for name, column in named.items()}


def _once(*notes: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notes))


def _widen(book: pd.ExcelWriter) -> None:
    """Columns as wide as their longest entry, within reason."""
    for sheet in book.sheets.values():
        for cells in sheet.columns:
            longest = max(len(str(cell.value)) for cell in cells if cell.value is not None)
            sheet.column_dimensions[cells[0].column_letter].width = min(longest + 2, 60)


_WRITERS = {".xlsx": _workbook, ".dta": _data_set}
