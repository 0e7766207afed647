"""The same questions under every identification: what does not hang on a recursive order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ...models.claims import Verdicts
from ...models.instrument_strength import InstrumentStrength
from ...models.prior_impact import PriorImpact
from ...models.rigobon_results import RigobonEstimate
from ...models.robust_bounds import RobustBounds
from ...models.scheme_curve import SchemeCurve
from ..content import Chart, Section
from ..formats import Interval
from ..numbers import Numbers
from ..tables import Table
from . import Chapter

#: What to do where the data hold no instruments.
HOW_TO_GIVE = (
    "No instruments were given. 'yenloop run --data FOLDER --data INSTRUMENTS' reads a folder with "
    "monthly instruments, and days of events from which they are made of daily figures."
)


@dataclass(frozen=True, eq=False)
class Schemes:
    """What the identifications beside the recursive ones say.

    Attributes
    ----------
    curve : SchemeCurve
    robust : RobustBounds or None
        Of a sign-restricted shock: the bounds that no prior over rotations narrows.
    prior : PriorImpact or None
        What the uniform distribution of rotations says by itself.
    strengths : Mapping of approach to InstrumentStrength
    decision_days : RigobonEstimate or None
        Daily answers to the JGB yield from its variance on decision days.
    variances : str
        What the test of constant effects says, empty where there is none.
    recursive, every : Verdicts
        By recursive schemes alone, and by all.
    remarks : tuple of str
        What could not be done, and why.
    """

    curve: SchemeCurve
    robust: RobustBounds | None
    prior: PriorImpact | None
    strengths: Mapping[str, InstrumentStrength]
    decision_days: RigobonEstimate | None
    variances: str
    recursive: Verdicts
    every: Verdicts
    remarks: tuple[str, ...] = ()


def identification_chapter(schemes: Schemes) -> Chapter:
    """Side by side, the curve, sign restrictions with robust bounds, strength of instruments."""
    curve = schemes.curve
    section = Section(
        "identification",
        "Without assuming the answer",
        [
            "A recursive order assumes which markets cannot react within the month. Here the same "
            "statistics are asked of schemes that do not: signs of responses, changes of the "
            "shocks' variances in 2008-09 and 2013-04, and external instruments. A value or sign "
            "that a scheme imposes at the horizon is left out; where it imposes one before, it "
            "counts only beside schemes that do not.",
            "Under signs many models fit: estimates are medians over draws, and the shock called "
            "monetary may be news from abroad, since nothing is assumed of US yields. Changes of "
            "variances need effects that stay: where bond purchases muted the answer of JGB yields "
            f"they mislead. {schemes.variances}",
            instruments_in_words(schemes.strengths),
            *schemes.remarks,
            *(curve.sentence(name) for name in curve.statistics),
        ],
        [_curve_chart(curve), *_sign_charts(schemes), *_decision_charts(schemes.decision_days)],
        [
            _side_by_side(curve),
            _verdicts(schemes),
            *_strengths(schemes.strengths),
            *_decision_tables(schemes.decision_days),
        ],
    )
    return Chapter(section, dict(_numbers(schemes)))


def instruments_in_words(strengths: Mapping[str, InstrumentStrength]) -> str:
    """Which instruments are strong; that none is, is a full answer."""
    if not strengths:
        return HOW_TO_GIVE
    strong = [name for name, found in strengths.items() if found.strong]
    values = ", ".join(f"{name} {found.effective_f:.1f}" for name, found in strengths.items())
    said = f"strong (effective F of at least 10): {', '.join(strong)}" if strong else "none strong"
    return (
        f"Of {len(strengths)} instruments {said}. Effective F: {values}. Whatever the strength, "
        "Anderson-Rubin sets hold; where an instrument is weak they are wide or without end, and "
        "it does not count in the verdicts. Days of the Federal Reserve and of interventions move "
        "US yields too: that they move the yen alone is doubtful."
    )


def _curve_chart(curve: SchemeCurve) -> Chart:
    figure, _ = curve.plot()
    return Chart(
        "scheme-curve",
        figure,
        "The gain, the edges and pass-through under every identification, lag length and sample",
        "One panel a statistic with its sorted estimates and 68% and 90% intervals, coloured by "
        "kind of identification.",
    )


def _sign_charts(schemes: Schemes) -> Iterator[Chart]:
    bounds = schemes.robust
    if bounds is not None:
        figure, _ = bounds.plot()
        yield Chart(
            "signs",
            figure,
            f"Responses to the {bounds.shock} shock under sign restrictions, with robust bounds",
            "The credible band that rests on a uniform prior over rotations inside the wider "
            "region that holds for every such prior.",
        )
    if schemes.prior is not None:
        figure, _ = schemes.prior.plot()
        yield Chart(
            "signs-prior",
            figure,
            "What uniform rotations say of impact responses by themselves, and the posterior",
            "Two densities in each panel; where they coincide the data have said nothing.",
        )


def _side_by_side(curve: SchemeCurve) -> Table:
    """Statistics in blocks, one row an approach that measures or imposes it."""
    level, rows = max(curve.levels), []
    for statistic in curve.statistics:
        for cell in curve.base_cells():
            for component in cell.components:
                if component.name == statistic:
                    imposed = component.restricted
                    rows.append(
                        {
                            "Statistic": f"{component.title} ({component.unit})",
                            "Identification": cell.specification.approach,
                            "Kind": cell.specification.family,
                            "Estimate": component.estimate,
                            f"{level:.0%} interval": Interval(*component.interval(level)),
                            "Imposed": "yes" if imposed else "no",
                        }
                    )
    return Table(
        "schemes",
        "The same statistics under every identification",
        pd.DataFrame(rows),
        [
            f"{curve.base.lags} lags, {curve.base.sample}. Schemes that do not identify the shock "
            "are left out of a block.",
            *(f"{name}: {words}." for name, words in curve.schemes.items()),
            *curve.setting,
        ],
        units={"Estimate": "", f"{level:.0%} interval": ""},
        group="Statistic",
        missing="masked: the denominator may be zero, or the opened system is unstable",
    )


def _verdicts(schemes: Schemes) -> Table:
    """Each verdict by recursive schemes alone and by all."""
    rows = []
    for claim in schemes.every.verdicts:
        before = schemes.recursive[claim.claim]
        for which, verdict in (("recursive alone", before), ("all schemes", claim)):
            rows.append(
                {
                    "Claim": claim.claim,
                    "Schemes": which,
                    "Verdict": verdict.verdict,
                    "Turns on": f"{verdict.statistic} ({verdict.hinge.component.unit})",
                    "Estimate": verdict.estimate,
                    "90% interval": Interval(*verdict.interval),
                    "Least favourable": verdict.hinge.component.scheme,
                }
            )
    return Table(
        "verdicts-by-scheme",
        "Verdicts by recursive schemes alone and by all",
        pd.DataFrame(rows),
        ["Of all admissible schemes the least favourable decides; see the verdicts for the rule."],
        units={"Estimate": "", "90% interval": ""},
        group="Claim",
    )


def _strengths(strengths: Mapping[str, InstrumentStrength]) -> Sequence[Table]:
    if not strengths:
        return ()
    rows = []
    for name, found in strengths.items():
        for shock, stage in found.stages.items():
            rows.append(
                {
                    "Instrument": name,
                    "Shock": shock,
                    "Months": stage.nobs,
                    "Effective F": stage.effective_f,
                    "Critical, 10% bias": stage.critical_values[0.10],
                    "R2 (%)": 100 * stage.r2,
                }
            )
    return (
        Table(
            "instruments",
            "Strength of the instruments",
            pd.DataFrame(rows),
            [
                "First stage: residual of the shock's own variable on the instrument, by month. "
                "Effective F and critical values (worst-case bias of 10%, 5% level) of Montiel "
                "Olea and Pflueger (2013).",
                next(iter(strengths.values())).setting[-1],
            ],
        ),
    )


def _decision_charts(found: RigobonEstimate | None) -> Iterator[Chart]:
    if found is not None:
        figure, _ = found.plot()
        yield Chart(
            "decision-days",
            figure,
            f"Answers to {found.columns[found.cause].label} by its variance on decision days",
            "Estimates with Anderson-Rubin sets, and the slope on decision days alone below each.",
        )


def _decision_tables(found: RigobonEstimate | None) -> Iterator[Table]:
    """The estimate with its set beside the slope on decision days alone."""
    if found is None:
        return
    level, rows = max(found.sets), []
    low, high = found.sets[level].hull
    below, above = found.slope_bounds[level]
    for j, name in enumerate(found.effects):
        answer, unit = found.columns[name].label, found.units[name]
        limits = {
            "By the change of variance": (found.estimate[j], low[j], high[j]),
            "Slope on decision days": (found.slope[j], below[j], above[j]),
        }
        for method, (estimate, least, most) in limits.items():
            rows.append(
                {
                    "Answer": f"{answer} ({unit})",
                    "Method": method,
                    "Estimate": estimate,
                    f"{level:.0%} interval": Interval(float(least), float(most)),
                }
            )
    yield Table(
        "decision-days",
        f"Answers on the same date to {found.columns[found.cause].label}",
        pd.DataFrame(rows),
        found.notes(),
        units={"Estimate": "", f"{level:.0%} interval": ""},
        group="Answer",
    )


def _numbers(schemes: Schemes) -> Iterator[tuple[str, Numbers]]:
    """The curve by lags and sample, the bounds, the strengths."""
    curve, tidy = schemes.curve, schemes.curve.tidy()
    method = " ".join((*curve.schemes.values(), *curve.setting))
    for cell in curve.cells:
        which = f"lags={cell.specification.lags}, sample={cell.specification.sample}"
        rows = tidy[tidy["model"].str.endswith(which)]
        yield f"scheme-curve, {which}", Numbers(rows, cell.period, method)
    bounds = schemes.robust
    if bounds is not None:
        yield "signs", Numbers(bounds.tidy(), bounds.sample, " ".join(bounds.notes()))
    days = schemes.decision_days
    if days is not None:
        yield "decision-days", Numbers(days.tidy(), days.sample, " ".join(days.notes()))
    for name, found in schemes.strengths.items():
        words = " ".join(found.setting)
        yield f"instrument, {name}", Numbers(found.tidy(), found.sample, words)
