"""Which numbers of a study are its headline numbers: those of its front page and brief tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from .reports.comparison_numbers import IDENTITY
from .reports.stored_run import StoredRun
from .spec import StudySpec

#: Table, statistic, shock, response and horizon: what identifies a row of ``numbers.csv``.
Identity = tuple[str, str, str, str, str]

#: Months after a yen shock at which responses are compared.
RESPONSE_HORIZONS = (1, 3, 6, 12, 24)

#: Months at which responses and pass-through stand in the short list.
SHORT = 12

#: The version of the spillover table that the front page shows, daily before monthly.
_SPILLOVERS = ("net-spillovers, changes, clock order", "net-spillovers, changes, generalised")

#: The front page's regimes: those of all months.
_REGIME = "regime-now-full"

_NETS = {
    "net_japan": "Net of Japan towards the United States, without the yen",
    "net_japan_yen": "Net of Japan towards the United States, with the yen",
    "net_yen_adds": "What the yen adds",
}


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline number.

    Attributes
    ----------
    identity : Identity
    group, label : str
        In words.
    leads : bool
        Whether it belongs to the short list.
    """

    identity: Identity
    group: str
    label: str
    leads: bool


def headlines(
    spec: StudySpec, roles: Mapping[str, str], labels: Mapping[str, str], run: StoredRun
) -> list[Headline]:
    """The headline numbers of a run, in the order of the report.

    Parameters
    ----------
    spec : StudySpec
    roles : mapping of part to id
    labels : mapping of id to str
    run : StoredRun
        Its tables name the statistics of the claims and the version of the spillovers.
    """
    return [
        *_gains(spec, roles["yen"]),
        *_responses(spec, roles, labels),
        *_pass_through(spec, roles, labels),
        *_claims(run),
        *_markets(run.numbers),
    ]


def _gains(spec: StudySpec, yen: str) -> Iterator[Headline]:
    group = "Gain of the loop at the yen node"
    for statistic, words in (
        ("gain", "all feedback"),
        ("domestic_gain", "domestic block alone"),
        ("path_gain", "along the cycle"),
    ):
        for h in spec.loop.horizons:
            leads = h == spec.loop.headline
            if leads or statistic == "gain":
                identity = ("loop-gain", statistic, yen, yen, str(h))
                yield Headline(identity, group, f"G({h}), {words}", leads)


def _responses(
    spec: StudySpec, roles: Mapping[str, str], labels: Mapping[str, str]
) -> Iterator[Headline]:
    group = f"Responses to a yen shock of +{spec.var.yen_shock:g} log points"
    for role in ("import_price", "cpi", "jgb10y"):
        for h in RESPONSE_HORIZONS:
            if h <= spec.var.horizon:
                identity = ("responses", "irf", roles["yen"], roles[role], str(h))
                yield Headline(identity, group, _after(labels[roles[role]], h), h == SHORT)


def _pass_through(
    spec: StudySpec, roles: Mapping[str, str], labels: Mapping[str, str]
) -> Iterator[Headline]:
    per_yen = [roles[r] for r in ("import_price", "import_price_contract", "cpi") if r in roles]
    ratios = [("pass_through", price, labels[price]) for price in per_yen]
    per_import = f"pass_through_per_{roles['import_price']}"
    ratios.append((per_import, roles["cpi"], f"{labels[roles['cpi']]} per import price"))
    group = "Pass-through to prices after a yen shock"
    for statistic, price, label in ratios:
        for h in spec.pass_through.horizons:
            identity = ("pass-through", statistic, roles["yen"], price, str(h))
            yield Headline(identity, group, _after(label, h), h == SHORT)


def _claims(run: StoredRun) -> Iterator[Headline]:
    """The parts of each claim, named as in the table of statistics behind the verdicts."""
    parts = run.numbers[run.numbers["statistic"] == "claim_part"]
    names = run.table("claim-statistics")
    for claim, rows in parts.groupby("model", sort=False):
        of_claim = names.loc[names["Claim"] == claim, "Statistic"]
        for name, (_, row) in zip(of_claim, rows.iterrows(), strict=True):
            unit = f" ({row['unit']})"
            label = f"{claim}: {str(name).removesuffix(unit)}"
            yield Headline(_identity(row), "Statistics behind the verdicts", label, leads=False)


def _markets(numbers: pd.DataFrame) -> Iterator[Headline]:
    """Net spillovers, and the probability of the regime in the last month."""
    shown = next((name for name in _SPILLOVERS if name in set(numbers["table"])), "")
    for _, row in numbers[numbers["table"] == shown].drop_duplicates("statistic").iterrows():
        leads = row["statistic"] != "net_yen_adds"
        yield Headline(_identity(row), "Spillovers", _NETS[row["statistic"]], leads)
    for _, row in numbers[numbers["table"] == _REGIME].iterrows():
        regime = str(row["response"]).partition(" | ")[2]
        label = f"Probability of the {regime} regime in the last month"
        yield Headline(_identity(row), "Regimes of JGB sensitivity", label, leads=True)


def _identity(row: pd.Series) -> Identity:
    table, statistic, shock, response, horizon = (str(row[name]) for name in IDENTITY)
    return table, statistic, shock, response, horizon


def _after(label: str, months: int) -> str:
    when = {0: "on impact", 1: "after 1 month"}.get(months, f"after {months} months")
    return f"{label} {when}"
