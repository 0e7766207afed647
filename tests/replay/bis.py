"""The SDMX service of the BIS on this machine: real figures in the forms that it was seen to give.

The figures are those of the two exports of the Data Portal (``exports``, byte for byte), and of a
table of 29 currencies that was made of the BIS's bulk files in August 2026.
"""

from __future__ import annotations

import csv
import runpy
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

HOST = "stats.bis.org"

#: Files that the portal exported.
EXPORTS = {
    "WS_EER/M.R.B.JP": "bis_reer_broad_JP_1994_2026-01.csv",
    "WS_CBPOL/M.JP": "bis_policy_rate_JP_2020_2025.csv",
}
TABLE = "bis_panel29_spot_reer_policyrate_1995_2026-07.csv"

#: Dimensions; what else a series says of itself, in the columns of the CSV; and its unit's code.
_FLOWS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "WS_EER": (
        ("FREQ", "EER_TYPE", "EER_BASKET", "REF_AREA"),
        ("UNIT_MEASURE", "TIME_FORMAT", "COLLECTION", "TITLE_TS"),
        "882",
    ),
    "WS_CBPOL": (
        ("FREQ", "REF_AREA"),
        (
            "UNIT_MEASURE", "UNIT_MULT", "TIME_FORMAT", "COMPILATION", "DECIMALS", "SOURCE_REF",
            "SUPP_INFO_BREAKS", "TITLE",
        ),
        "368",
    ),
}  # fmt: skip

Observations = Sequence[tuple[str, str]]


def routes(
    raw: Path, extra: Mapping[str, Observations] | None = None
) -> dict[str, Callable[[dict[str, str]], Any]]:
    """The service over the raw figures: real effective exchange rates and policy rates, monthly.

    The Japanese real exchange rate is that of the export, which begins earlier.
    """
    found = {**in_table(raw), "WS_EER/M.R.B.JP": in_export(raw, "WS_EER/M.R.B.JP"), **(extra or {})}
    return {f"{HOST}/api/v1/data/{code}": _route(code, rows) for code, rows in found.items()}


def exports(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    """A mirror that holds files which the portal exported, in the place of the service."""

    def route(content: bytes) -> Callable[[dict[str, str]], Any]:
        return lambda query: Answer(content)

    return {
        f"{HOST}/api/v1/data/{code}": route((raw / file).read_bytes())
        for code, file in EXPORTS.items()
    }


def in_export(raw: Path, code: str) -> Observations:
    """Months and figures of an exported file, as texts."""
    text = (raw / EXPORTS[code]).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(StringIO(text)))[4:]
    return [(row[-5][:7], row[-1]) for row in rows]


def in_table(raw: Path) -> dict[str, Observations]:
    """Months and figures of the table of currencies; ``NaN`` where it has none."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in csv.DictReader(StringIO((raw / TABLE).read_text(encoding="utf-8"))):
        area = "XM" if row["currency"] == "EUR" else row["currency"][:2]
        for code, column in (
            (f"WS_EER/M.R.B.{area}", "reer"),
            (f"WS_CBPOL/M.{area}", "policy_rate"),
        ):
            found.setdefault(code, []).append((row["date"][:7], row[column] or "NaN"))
    return {code: rows for code, rows in found.items() if any(v != "NaN" for _, v in rows)}


def as_csv(code: str, rows: Observations) -> bytes:
    """A series in the CSV of the service."""
    flow, key, facts = _facts(code)
    dimensions, attributes, _ = _FLOWS[flow]
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*dimensions, *attributes, "TIME_PERIOD", "OBS_VALUE", *_OF_A_FIGURE])
    for period, figure in rows:
        status = "M" if figure == "NaN" else "A"
        told = [facts.get(name, "") for name in attributes]
        writer.writerow([*key.split("."), *told, period, figure, status, "F", ""])
    return out.getvalue().encode()


_OF_A_FIGURE = ("OBS_STATUS", "OBS_CONF", "OBS_PRE_BREAK")


def as_xml(code: str, rows: Observations) -> bytes:
    """A series in the SDMX-ML 2.1 of the service."""
    flow, key, facts = _facts(code)
    dimensions = dict(zip(_FLOWS[flow][0], key.split("."), strict=True))
    unit = facts.pop("UNIT_MEASURE")
    told = {name: value for name, value in facts.items() if value and name != "UNIT_MULT"}
    message = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
    dataflow = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow"
    namespace = f"{dataflow}=BIS:{flow}(1.0):ObsLevelDim:TIME_PERIOD"
    of_data_set, group = "", ""
    if flow == "WS_CBPOL":
        of_data_set = f' UNIT_MULT="0" UNIT_MEASURE="{unit}"'
    else:
        siblings = {name: value for name, value in dimensions.items() if name != "FREQ"}
        group = (
            f'<Group xsi:type="ns1:Sibling"{_attributes(siblings)} UNIT_MEASURE="{unit}"></Group>'
        )
    observations = "".join(
        f'<Obs TIME_PERIOD="{period}" OBS_VALUE="{figure}" '
        f'OBS_STATUS="{"M" if figure == "NaN" else "A"}" OBS_CONF="F"></Obs>'
        for period, figure in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><message:StructureSpecificData '
        f'xmlns:ss="{message}/data/structurespecific" xmlns:footer="{message}/message/footer" '
        f'xmlns:ns1="{namespace}" xmlns:message="{message}/message" '
        f'xmlns:common="{message}/common" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><message:Header>'
        "<message:ID>IDREF1</message:ID><message:Test>false</message:Test>"
        "<message:Prepared>2026-08-13T08:00:38Z</message:Prepared>"
        '<message:Sender id="UNKNOWN"></message:Sender><message:Receiver id="guest">'
        f'</message:Receiver><message:Structure structureID="BIS_{flow}_1_0" '
        f'namespace="{namespace}" dimensionAtObservation="TIME_PERIOD"><common:StructureUsage>'
        f'<Ref agencyID="BIS" id="{flow}" version="1.0"></Ref></common:StructureUsage>'
        "</message:Structure><message:DataSetAction>Information</message:DataSetAction>"
        f"</message:Header><message:DataSet{of_data_set} "
        f'ss:dataScope="DataStructure" xsi:type="ns1:DataSetType" ss:structureRef="BIS_{flow}_1_0">'
        f"{group}<Series{_attributes({**dimensions, **told})}>{observations}</Series>"
        "</message:DataSet></message:StructureSpecificData>"
    ).encode()


def _route(code: str, rows: Observations) -> Callable[[dict[str, str]], Any]:
    def route(query: dict[str, str]) -> Any:
        if query.get("format") == "csv":
            return Answer(as_csv(code, rows))
        return Answer(as_xml(code, rows), content_type="application/xml")

    return route


def _facts(code: str) -> tuple[str, str, dict[str, str]]:
    flow, _, key = code.partition("/")
    area = key.rpartition(".")[2]
    if flow == "WS_EER":
        title = f"{area} - Real - Broad (64 economies)"
        return flow, key, {"UNIT_MEASURE": "882", "COLLECTION": "A", "TITLE_TS": title}
    return flow, key, {
        "UNIT_MEASURE": "368",
        "UNIT_MULT": "0",
        "COMPILATION": 'From 17 Jun 2026, "around" 1 per cent; before, 0.75 & less.',
        "DECIMALS": "4",
        "SOURCE_REF": "The central bank",
        "TITLE": f" Central bank policy rates - {area} - End of period",
    }  # fmt: skip


def _attributes(facts: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in facts.items())
