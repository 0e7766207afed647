"""Names short enough for a node, a row label or a legend."""

from __future__ import annotations

from collections.abc import Mapping

#: By catalogue id, without what marks a daily series. A column that is not here keeps its label,
#: without what stands in brackets.
SHORT_NAMES = {
    "brent": "Oil",
    "wti": "Oil",
    "us10y": "US 10y",
    "us2y": "US 2y",
    "usdjpy_tokyo": "Yen",
    "usdjpy_ecb": "Yen",
    "usdjpy_h10": "Yen",
    "neer": "Yen (NEER)",
    "import_price_yen": "Import prices",
    "import_price_contract": "Import prices (contract)",
    "cpi_all": "CPI",
    "cpi_core": "Core CPI",
    "cpi_corecore": "Core-core CPI",
    "jgb2y": "JGB 2y",
    "jgb10y": "JGB 10y",
    "jgb30y": "JGB 30y",
}


def short_name(name: str, labels: Mapping[str, str]) -> str:
    """The short name of a column."""
    known = SHORT_NAMES.get(name.removesuffix("_daily"))
    return known or labels.get(name, name).split(" (")[0]
