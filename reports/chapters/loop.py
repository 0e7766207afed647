"""The gain of the loop: total, domestic, along the cycle, and over all specifications."""

from __future__ import annotations

from ...models.loop import LoopGain
from ...models.specification_curve import SpecificationCurve
from ..content import Chart, Section
from ..figures.loop_diagram import draw as draw_diagram
from ..interval_tables import interval_table
from ..numbers import Numbers
from . import Chapter

_STATISTICS = {
    "gain": "All feedback",
    "long_run_gain": "All feedback, at z = 1",
    "domestic_gain": "Domestic block alone",
    "path_gain": "Along the cycle",
    "amplification": "Modulus |1/(1 - G)|",
    "phase": "Phase",
}


def loop_chapter(gain: LoopGain, beside: LoopGain, curve: SpecificationCurve) -> Chapter:
    """Gain by horizon and by period of the cycle, edges, roots of the opened loop."""
    figure, _ = gain.plot()
    tidy = gain.tidy()
    label = {name: column.label for name, column in gain.columns.items()} | _STATISTICS
    gains = tidy[
        tidy["statistic"].isin(["gain", "domestic_gain", "path_gain", "long_run_gain"])
        & (tidy["horizon"].isin(gain.horizons) | tidy["horizon"].isna())
    ]
    section = Section(
        "loop-gain",
        "The gain of the loop",
        [
            *gain.notes()[: -len(gain.setting)],
            f"For comparison, another bootstrap ({beside.band.replace('_', ' ')}): "
            f"{beside.in_words()}",
            curve.sentence(),
            "Opening an edge or holding a variable is a thought experiment on estimated reactions: "
            "people who knew of it would react differently (the Lucas critique).",
        ],
        [
            Chart(
                "gain",
                figure,
                "The gain of the loop at the yen node, by horizon",
                "Total and domestic gain over months with 68% and 90% bands.",
            )
        ],
        [
            interval_table("gain", "Gain of the loop (ratio)", gains, labels=label),
            interval_table(
                "edges",
                "Edges of the cycle, all other variables held",
                tidy[tidy["statistic"] == "edge"],
                labels=label,
                notes=["An edge is the response to a sustained change of its source."],
            ),
            interval_table(
                "amplification",
                "Amplification |1/(1 - G)| and phase, by period of the cycle in months",
                tidy[tidy["statistic"].isin(["amplification", "phase"])],
                labels=label,
            ),
        ],
    )
    numbers = {
        "loop-gain": _numbers(gain),
        "loop-gain-beside": _numbers(beside),
        **_curve_numbers(curve),
    }
    return Chapter(section, numbers)


def _numbers(gain: LoopGain) -> Numbers:
    method = f"Bode's return ratio from joint draws. {' '.join(gain.setting)}"
    return Numbers(gain.tidy(), gain.sample, method)


def _curve_numbers(curve: SpecificationCurve) -> dict[str, Numbers]:
    """The curve by lags and sample, which share their months."""
    tidy = curve.tidy()
    found = {}
    for cell in curve.cells:
        which = f"lags={cell.specification.lags}, sample={cell.specification.sample}"
        name = f"specification-curve, {which}"
        if name not in found:
            rows = tidy[tidy["model"].str.endswith(which)]
            found[name] = Numbers(rows, cell.period, " ".join(curve.setting))
    return found


def diagram_chart(gain: LoopGain) -> Chart:
    """The loop as a diagram, each edge with its elasticity and interval."""
    labels = {name: column.label for name, column in gain.columns.items()}
    notes = gain.edges.notes() if gain.edges else gain.notes()
    figure, _ = draw_diagram(gain.tidy(), notes=notes, labels=labels, horizon=gain.headline)
    alt = "A cycle of four nodes - yen, import prices, CPI, JGB yield - with the edges' values."
    return Chart("loop", figure, "The loop, each edge with its elasticity and 90% interval", alt)


def curve_chart(curve: SpecificationCurve) -> Chart:
    """The specification curve of the gain."""
    figure, _ = curve.plot()
    caption = f"The gain G({curve.horizon}) over orders, lags and samples"
    alt = "Sorted estimates of the gain with intervals; dots beneath show each specification."
    return Chart("specification-curve", figure, caption, alt)
