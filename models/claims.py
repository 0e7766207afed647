"""The rule by which a statement gets its verdict: an interval against a region fixed beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ..estimation.multiplicity import holm
from .claim_components import Component, Region, minimum_detectable_effect
from .claim_statements import Claim
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Word = Literal["supported", "contradicted", "not distinguishable", "no data"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured for a claim.

    Attributes
    ----------
    claim : Claim
    components : tuple of Component
        Several of one name where several schemes are admissible.
    sample, last_month : str
        Sample, and last common month of the series behind it.
    notes : tuple of str
        What the reader must know beside the claim's own note.
    """

    claim: Claim
    components: tuple[Component, ...]
    sample: str
    last_month: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One statistic over all admissible schemes, of which the least favourable counts.

    Attributes
    ----------
    component : Component
        Under the scheme with the largest p-value.
    conf_low, conf_high : float
        Envelope of the schemes' intervals, and of values in the region that others impose (for a
        restricted sign, of its estimate).
    p_support, p_contradict : float
        P-values of "outside the region" and of "inside the region".
    mde : float
        Minimum detectable effect: the distance from the region's limit (for an equivalence: the
        margin) that would be shown with the claim's power.
    schemes : int
        Number of admissible schemes in which the statistic is measured.
    verdict : str
    """

    component: Component
    conf_low: float
    conf_high: float
    level: float
    p_support: float
    p_contradict: float
    mde: float
    schemes: int
    verdict: Word


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim's verdict and what it rests on.

    Attributes
    ----------
    claim, statement : str
    verdict : str
    hinge : Finding
        The part with the largest p-value, on which the support turns.
    p_value, p_holm : float
        Of "the statement is false"; the second adjusted for the number of claims. NaN without
        data.
    level : float
    scheme : str
        Identifications that are admitted.
    left_out : tuple of str
        Statistics that some schemes impose, and how many do.
    sample, last_month : str
    notes : tuple of str
    findings : tuple of Finding
        All parts.
    """

    claim: str
    statement: str
    verdict: Word
    hinge: Finding
    p_value: float
    p_holm: float
    level: float
    scheme: str
    left_out: tuple[str, ...]
    sample: str
    last_month: str
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def statistic(self) -> str:
        """What decides, in words."""
        return self.hinge.component.statistic

    @property
    def estimate(self) -> float:
        """Its estimate under the least favourable scheme."""
        return self.hinge.component.estimate

    @property
    def interval(self) -> tuple[float, float]:
        """Its interval, the envelope over schemes."""
        return self.hinge.conf_low, self.hinge.conf_high

    @property
    def region(self) -> Region:
        """Where the statement has it."""
        return self.hinge.component.region

    @property
    def mde(self) -> float:
        """Its minimum detectable effect."""
        return self.hinge.mde

    @property
    def survives_holm(self) -> bool:
        """Whether the support also holds after the adjustment for the number of claims."""
        return self.verdict == "supported" and self.p_holm <= (1 - self.level) / 2


@dataclass(frozen=True, eq=False)
class Verdicts(Result):
    """The verdicts of a study, in order.

    References
    ----------
    Holm (1979); Berger (1982) for the intersection-union test; Schuirmann (1987) for equivalence.
    """

    verdicts: tuple[Verdict, ...]

    methods: ClassVar[tuple[str, ...]] = ("holm1979", "berger1982", "schuirmann1987")
    figure: ClassVar[str] = "claims"

    def __getitem__(self, claim: str) -> Verdict:
        return next(v for v in self.verdicts if v.claim == claim)

    @property
    def table(self) -> pd.DataFrame:
        """One row per claim, with the part that decides."""
        rows = {
            v.claim: {
                "verdict": v.verdict,
                "decided by": v.statistic,
                "estimate": v.estimate,
                "conf_low": v.interval[0],
                "conf_high": v.interval[1],
                "region": str(v.region),
                "unit": v.hinge.component.unit,
                "p": v.p_value,
                "p (Holm)": v.p_holm,
                "min. detectable effect": v.mde,
                "sample": v.sample,
                "last month": v.last_month,
                "scheme": v.scheme,
                "left out": "; ".join(v.left_out),
            }
            for v in self.verdicts
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("claim")

    @property
    def parts(self) -> pd.DataFrame:
        """One row per statistic of each claim."""
        rows = [
            {
                "claim": v.claim,
                "part": f.component.title,
                "statistic": f.component.statistic,
                "verdict": f.verdict,
                "estimate": f.component.estimate,
                "conf_low": f.conf_low,
                "conf_high": f.conf_high,
                "region": str(f.component.region),
                "unit": f.component.unit,
                "interval": f.component.method,
                "p": f.p_support,
                "min. detectable effect": f.mde,
                "schemes": f.schemes,
                "least favourable scheme": f.component.scheme,
            }
            for v in self.verdicts
            for f in v.findings
        ]
        return pd.DataFrame(rows).set_index("claim")

    def tidy(self) -> pd.DataFrame:
        """Per claim (``model``) and part (``response``): value, region, p-value, power.

        The claim's own p-values have no ``response``.
        """
        rows: list[dict[str, Any]] = []
        for v in self.verdicts:
            for f in v.findings:
                rows += _finding_rows(v.claim, f)
            for name, value in (("p_value", v.p_value), ("p_holm", v.p_holm)):
                rows.append({"model": v.claim, "shock": "", "statistic": name, "estimate": value})
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Verdicts, then the statistics behind them."""
        tables = [("Verdicts", self.table), ("Statistics behind the verdicts", self.parts)]
        return Summary("Verdicts on the claims", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """The rule, then what each claim is to be read with."""
        level = self.verdicts[0].level
        rule = (
            f"Supported: the whole {level:.0%} interval of every part lies inside its region; "
            "contradicted: that of a part lies outside (Bonferroni over the parts); otherwise not "
            "distinguishable. Intervals are envelopes over the admissible schemes."
        )
        power = (
            "The minimum detectable effect is the distance from the region's limit (for an "
            "equivalence: the margin) that would be shown with the stated power."
        )
        said_of: dict[str, list[str]] = {}
        for v in self.verdicts:
            for note in v.notes:
                said_of.setdefault(note, []).append(v.claim)
        return (rule, power, *(f"{', '.join(of)}: {note}" for note, of in said_of.items()))

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Each part's estimate and interval against the region that supports the claim."""
        labels = {
            (v.claim, f.component.name): f.component.title
            for v in self.verdicts
            for f in v.findings
        }
        titles = {v.claim: f"{v.claim}: {v.verdict}" for v in self.verdicts}
        return super().plot(**{"labels": labels, "titles": titles, **options})


def decide(evidence: Iterable[Evidence]) -> Verdicts:
    """Judge each claim by itself, then adjust the p-values for the number of claims."""
    single = [judge(one) for one in evidence]
    adjusted = holm(np.array([verdict.p_value for verdict in single]))
    return Verdicts(tuple(replace(v, p_holm=float(p)) for v, p in zip(single, adjusted)))


def judge(evidence: Evidence) -> Verdict:
    """The verdict on one claim.

    Supported only if every part is (intersection-union: the claim's p-value is the largest of
    its parts', without correction). One part is enough to contradict it, so the smallest p-value
    is multiplied by their number. A part for which every scheme assumes a zero leaves the claim
    without data, unless another part contradicts it.
    """
    claim, alpha = evidence.claim, (1 - evidence.claim.level) / 2
    groups: dict[str, list[Component]] = {}
    for component in evidence.components:
        groups.setdefault(component.name, []).append(component)
    free = [g for g in groups.values() if any(not (c.restricted or c.restricted_before) for c in g)]
    findings = tuple(find(group, claim.level, claim.power) for group in free)
    verdict: Word = "not distinguishable"
    if any(f.p_contradict * len(findings) <= alpha for f in findings):
        verdict = "contradicted"
    elif len(findings) < max(len(groups), 1):
        verdict = "no data"
    elif all(f.p_support <= alpha for f in findings):
        verdict = "supported"
    hinge = max(findings, key=lambda f: f.p_support, default=_NOTHING)
    return Verdict(
        claim=claim.id,
        statement=claim.statement,
        verdict=verdict,
        hinge=hinge,
        p_value=np.nan if verdict == "no data" else hinge.p_support,
        p_holm=np.nan,
        level=claim.level,
        scheme=claim.scheme,
        left_out=_left_out(groups.values()),
        sample=evidence.sample,
        last_month=evidence.last_month,
        notes=(claim.note, *evidence.notes),
        findings=findings,
    )


def find(group: Sequence[Component], level: float, power: float) -> Finding:
    """One statistic over its admissible schemes: the envelope of intervals, the largest p-values.

    A scheme that imposes the value or its sign cannot help to show the claim. Neither may leaving
    it out help to refute it: where its value lies in the region, the statistic cannot be
    contradicted.

    Parameters
    ----------
    group : sequence of Component
        The same statistic under different schemes, at least one of them not restricted.
    level, power : float
    """
    measured = [c for c in group if not c.restricted]
    region = group[0].region
    below = max(c.p_at_most(region.low) for c in measured)
    above = max(c.p_at_least(region.high) for c in measured)
    beyond = max(c.p_at_most(region.high) for c in measured)
    short = max(c.p_at_least(region.low) for c in measured)
    imposed = [c.estimate for c in group if c.restricted]
    inside = [value for value in imposed if region.low < value < region.high]
    p_support, p_contradict = max(below, above), 1.0 if inside else min(beyond, short)
    intervals = [*(c.interval(level) for c in measured), *((value, value) for value in inside)]
    least = max(measured, key=_against)
    return Finding(
        component=least,
        conf_low=min(low for low, _ in intervals),
        conf_high=max(high for _, high in intervals),
        level=level,
        p_support=p_support,
        p_contradict=p_contradict,
        mde=minimum_detectable_effect(least.std_error(level), region, level, power),
        schemes=len(measured),
        verdict=_word(p_support, p_contradict, (1 - level) / 2),
    )


def _against(component: Component) -> tuple[float, float]:
    """How much speaks against a statement: the p-value; where all draws do, the estimate."""
    region = component.region
    p_value = max(component.p_at_most(region.low), component.p_at_least(region.high))
    return p_value, max(region.low - component.estimate, component.estimate - region.high)


def _word(p_support: float, p_contradict: float, alpha: float) -> Word:
    if p_support <= alpha:
        return "supported"
    return "contradicted" if p_contradict <= alpha else "not distinguishable"


def _left_out(groups: Iterable[Sequence[Component]]) -> tuple[str, ...]:
    """The statistics that some schemes impose, and in how many of them."""
    found = []
    for group in groups:
        count = sum(c.restricted for c in group)
        if count:
            found.append(f"{group[0].title}: imposed in {count} of {len(group)} schemes")
    return tuple(found)


def _finding_rows(claim: str, finding: Finding) -> list[dict[str, Any]]:
    component, schemes = finding.component, finding.schemes
    envelope = f", envelope of {schemes} schemes" if schemes > 1 else ""
    same = {"model": claim, "shock": "", "response": component.name, "unit": component.unit}
    value = {
        **same,
        "statistic": "claim_part",
        "estimate": component.estimate,
        "std_error": component.std_error(finding.level),
        "level": finding.level,
        "conf_low": finding.conf_low,
        "conf_high": finding.conf_high,
        "band": f"{component.method}{envelope}",
    }
    others = {
        "region_low": component.region.low,
        "region_high": component.region.high,
        "minimum_detectable_effect": finding.mde,
    }
    rows = [value, *({**same, "statistic": k, "estimate": v} for k, v in others.items())]
    return [*rows, {**same, "statistic": "p_value", "estimate": finding.p_support, "unit": ""}]


#: What a claim rests on when every scheme imposes its statistics.
_NOTHING = Finding(
    component=Component("", "", "none", np.nan, np.empty(0), Region(), "", ""),
    conf_low=np.nan,
    conf_high=np.nan,
    level=np.nan,
    p_support=np.nan,
    p_contradict=np.nan,
    mde=np.nan,
    schemes=0,
    verdict="no data",
)
