"""From a tidy frame to a table of estimates with one interval a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from .formats import Interval, cell_text, is_missing
from .tables import NO_VALUE, Table

#: What identifies an estimate in a tidy frame, and its head in a table.
KEYS = {
    "model": "Model",
    "statistic": "Statistic",
    "shock": "Shock",
    "response": "Response",
    "horizon": "Horizon",
    "band": "Band",
    "cumulative": "Cumulated",
    "unit": "Unit",
}


def interval_table(
    name: str,
    caption: str,
    tidy: pd.DataFrame,
    *,
    horizons: Sequence[int] | None = None,
    labels: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    period: str = "months",
    missing: str = NO_VALUE,
) -> Table:
    """The estimates of a tidy frame with their intervals, one row a horizon.

    What varies becomes a column or, for shock and response, a block of rows; what is the same in
    all rows is said in a note.

    Parameters
    ----------
    name, caption, notes, missing
        As in ``Table``.
    tidy : DataFrame
        In ``TIDY_COLUMNS``.
    horizons : sequence of int, optional
        Rows shown; all by default.
    labels : mapping of str to str, optional
        What to print for the names of shocks, responses, models and statistics.
    period : str
        Unit of the horizons.
    """
    wide = display_intervals(tidy, horizons=horizons)
    for head in ("Shock", "Response", "Model", "Statistic"):
        wide[head] = [(labels or {}).get(value, value) for value in wide[head]]
    values = wide.columns.difference(list(KEYS.values()), sort=False)
    wide, same = _take_constants(wide)
    wide, group = _take_blocks(wide)
    units = {"Horizon": period, **dict.fromkeys(values, str(same.get("Unit", "")))}
    return Table(name, caption, wide, [*_said(same, period), *notes], units, group, missing)


def statistics_with_units(tidy: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Rows named ``names`` with their unit behind, for tables whose rows differ in unit."""
    units = tidy["unit"].map(lambda unit: f" ({unit})" if unit else "")
    return tidy.assign(statistic=names + units, unit="")


def display_intervals(tidy: pd.DataFrame, *, horizons: Sequence[int] | None = None) -> pd.DataFrame:
    """Estimates with one interval a level: what ``interval_table`` prints, as a frame.

    Returns
    -------
    DataFrame
        The heads of ``KEYS``, ``Estimate`` and for each level a column such as ``90% interval``
        of ``Interval``; rows in the order of the tidy frame.

    Raises
    ------
    ValueError
        When two rows claim the same estimate and level.
    """
    rows = tidy if horizons is None else tidy[tidy["horizon"].isin(list(horizons))]
    rows = rows.assign(band=_band_names(rows["band"]))
    keys = list(KEYS)
    twice = rows[rows.duplicated([*keys, "level"])]
    if len(twice):
        raise ValueError(f"two rows of the tidy frame for {dict(twice[[*keys, 'level']].iloc[0])}")
    table = []
    for key, cells in rows.groupby(keys, sort=False, dropna=False):
        row: dict[str, object] = dict(zip(KEYS.values(), key, strict=True))
        row["Estimate"] = cells["estimate"].iloc[0]
        for level, low, high in zip(cells["level"], cells["conf_low"], cells["conf_high"]):
            if not is_missing(level):
                row[_interval_head(level)] = Interval(float(low), float(high))
        table.append(row)
    levels = sorted(rows["level"].dropna().unique())
    wide = pd.DataFrame(table, columns=[*KEYS.values(), "Estimate", *map(_interval_head, levels)])
    wide["Band"] = [band.replace("_", " ") for band in wide["Band"]]
    wide["Horizon"] = pd.Series([_whole(h) for h in wide["Horizon"]], dtype=object)
    return wide


def _take_constants(wide: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, object]]:
    """Without the keys that are the same in all rows; those of them that say something."""
    constant = [head for head in KEYS.values() if len(wide[head].drop_duplicates()) <= 1]
    same = {head: value for head in constant for value in wide[head].iloc[:1]}
    said = {head: v for head, v in same.items() if not is_missing(v) and v != ""}
    return wide.drop(columns=constant), said


def _said(same: Mapping[str, object], period: str) -> list[str]:
    """What is the same in all rows as a note; the heads say the unit, the caption the statistic."""
    parts = {head: cell_text(v) for head, v in same.items() if head not in ("Unit", "Statistic")}
    if "Horizon" in parts:
        parts["Horizon"] += f" {period}"
    note = "; ".join(f"{head.lower()}: {text}" for head, text in parts.items())
    return [f"{note[0].upper()}{note[1:]}."] if note else []


def _take_blocks(wide: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
    """Shock, response and unit as the heading of a block, where blocks have several rows."""
    parts = [head for head in ("Shock", "Response", "Unit") if head in wide]
    if not parts or not wide.duplicated(parts).any():
        return wide, None
    labels = [_block_label(dict(zip(parts, row))) for row in wide[parts].itertuples(index=False)]
    blocks = wide.drop(columns=parts)
    blocks.insert(0, "Response", labels)
    return blocks, "Response"


def _block_label(parts: Mapping[str, object]) -> str:
    names = " → ".join(str(parts[head]) for head in ("Shock", "Response") if head in parts)
    unit = str(parts.get("Unit", ""))
    return f"{names} ({unit})" if names and unit else names or unit


def _band_names(bands: pd.Series) -> list[str]:
    """The bands' names without remarks in brackets that differ from row to row."""
    texts: dict[str, set[str]] = {}
    for text in bands:
        texts.setdefault(_stem(text), set()).add(text)
    return [text if len(texts[_stem(text)]) == 1 else _stem(text) for text in bands]


def _stem(band: str) -> str:
    return band.split(" (")[0]


def _interval_head(level: float) -> str:
    return f"{100 * level:g}% interval"


def _whole(horizon: object) -> object:
    return int(horizon) if isinstance(horizon, float) and horizon.is_integer() else horizon
