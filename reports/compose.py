"""From what a study found to the report: chapters, front page, manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..data.loop_panel import LoopPanel
from ..data.sources.files import Data
from ..models.claims import Verdicts
from ..models.loop import LoopGain
from ..models.passthrough_table import PassThroughTable
from ..models.specification_curve import SpecificationCurve
from .chapters import Chapter
from .chapters.data import data_chapter
from .chapters.dynamics import Dynamics, dynamics_chapter, stationarity_chapter
from .chapters.events import Decisions, events_chapter
from .chapters.identification import Schemes, identification_chapter
from .chapters.loop import curve_chart, diagram_chart, loop_chapter
from .chapters.markets import Markets, markets_chapter
from .chapters.passthrough import pass_through_in_words, passthrough_chapter
from .chapters.regimes import Regimes, last_month, now_in_words, regimes_chapter
from .chapters.verdicts import in_brief, verdicts_chapter, verdicts_table
from .content import Chart, FrontPage, Report
from .manifest import Manifest
from .staleness import staleness_note


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that a study estimates, in the order of the report."""

    dynamics: Dynamics
    pass_through: PassThroughTable
    gain: LoopGain
    gain_beside: LoopGain
    curve: SpecificationCurve
    regimes: Regimes
    masked_regimes: Regimes
    markets: Markets
    schemes: Schemes
    decisions: Decisions

    @property
    def verdicts(self) -> Verdicts:
        """By all admissible schemes."""
        return self.schemes.every


def compose(
    title: str,
    data: Data,
    loop: LoopPanel,
    findings: Findings,
    manifest: Manifest,
    begin: Callable[[Chart], None] = lambda _: None,
) -> Report:
    """Put the report together.

    Parameters
    ----------
    title : str
    data : Data
    loop : LoopPanel
    findings : Findings
    manifest : Manifest
        With what the run knows of itself; samples and draws are added here.
    begin : callable
        Given each chart as soon as it is there, so that it can be drawn meanwhile.
    """
    front = _front_page(findings, manifest.run_at)
    begin(front.diagram)
    begin(front.curve)
    chapters = []
    for chapter in _chapters(data, loop, findings):
        chapters.append(chapter)
        for chart in chapter.section.charts:
            begin(chart)
    return Report(
        title=title,
        front=front,
        sections=[chapter.section for chapter in chapters],
        numbers={name: one for chapter in chapters for name, one in chapter.numbers.items()},
        manifest=with_findings(manifest, findings),
        credits=_credits(data, loop),
        results=_stored(findings),
    )


def _stored(findings: Findings) -> dict[str, object]:
    """Results to continue from; the structural VAR makes its own draws again from its seed."""
    study = findings.decisions.study
    return {
        "structural-var": findings.dynamics.svar,
        "loop-gain": findings.gain,
        "pass-through": findings.pass_through,
        "specification-curve": findings.curve,
        "regimes": findings.regimes.result,
        "regimes-masked": findings.masked_regimes.result,
        "verdicts": findings.verdicts,
        "scheme-curve": findings.schemes.curve,
        **({"event-study": study} if study is not None else {}),
    }


def _chapters(data: Data, loop: LoopPanel, findings: Findings) -> Iterator[Chapter]:
    """The chapters in the order of the report."""
    yen, jgb, cpi = loop.ids(["yen", "jgb10y", "cpi"])
    yield verdicts_chapter(findings.verdicts)
    yield loop_chapter(findings.gain, findings.gain_beside, findings.curve)
    yield identification_chapter(findings.schemes)
    yield passthrough_chapter(findings.pass_through)
    yield dynamics_chapter(findings.dynamics, yen=yen, jgb=jgb, cpi=cpi)
    yield regimes_chapter(findings.regimes, findings.masked_regimes)
    yield events_chapter(findings.decisions)
    yield markets_chapter(findings.markets)
    yield stationarity_chapter(findings.dynamics.stationarity)
    yield data_chapter(data, loop)


def with_findings(manifest: Manifest, findings: Findings) -> Manifest:
    """The manifest with the samples and the draws of each model."""
    dynamics, markets, study = findings.dynamics, findings.markets, findings.decisions.study
    draws = dynamics.svar.draws
    bootstrap = {
        "kept": len(draws),
        "failed": draws.failed,
        "refitted": draws.refitted,
        "shrunk": draws.adjusted,
    }
    spread = markets.spillover.changes.draws
    return replace(
        manifest,
        samples={
            "VAR of the loop": dynamics.svar.reduced.sample,
            "regimes": findings.regimes.result.sample,
            "regimes, masked": findings.masked_regimes.result.sample,
            "spillovers": markets.spillover.sample,
            **({"event study": study.sample} if study is not None else {}),
            **{f"verdict {v.claim}": v.sample for v in findings.verdicts.verdicts},
        },
        draws={
            "VAR of the loop": bootstrap,
            "spillovers": {"kept": len(spread.lags), "failed": spread.failed},
            "regime test": {
                "kept": len(findings.regimes.against_one.draws),
                "failed": findings.regimes.against_one.failed,
            },
            **({"event study": {"kept": study.draws, "failed": 0}} if study is not None else {}),
        },
    )


def _front_page(findings: Findings, run_at: str) -> FrontPage:
    """One page that an economist can read by itself."""
    gain, regimes, spillover = findings.gain, findings.regimes.result, findings.markets.spillover
    return FrontPage(
        as_of=staleness_note(findings.dynamics.svar.reduced.dates[-1], run_at),
        headlines=[pass_through_in_words(findings.pass_through), in_brief(findings.verdicts)],
        diagram=diagram_chart(gain),
        gain=f"{gain.in_words()} Sample {gain.sample}; {gain.setting[0]}",
        curve=curve_chart(findings.curve),
        curve_sentence=findings.curve.sentence(),
        regime=f"{now_in_words(regimes)} {staleness_note(last_month(regimes), run_at)}",
        spillover=f"{spillover.sentence()} {staleness_note(spillover.last_common, run_at)}",
        verdicts=verdicts_table(findings.verdicts),
    )


def _credits(data: Data, loop: LoopPanel) -> list[str]:
    """The credit that each publisher asks for, once."""
    credits = (data.entries[name].credit for name in data.entries)
    used = {data.entries[name].credit for name in loop.roles.values()}
    return [credit for credit in dict.fromkeys(credits) if credit and credit in used]
