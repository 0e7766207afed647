"""Moves add up from their parts, and the test of them has its size and power."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yenloop import VAR, Cholesky, Panel, load
from yenloop.errors import SampleError, SpecError
from yenloop.models.comparison import Comparison, VerdictMove
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.moves import PARTS, STAGES, Estimate, Move, sampling_noise, together
from yenloop.models.paired_samples import (
    drawn_gains,
    drawn_pass_through,
    drawn_responses,
    paired_samples,
)
from yenloop.models.results import TIDY_COLUMNS
from yenloop.reports.comparison import write_comparison
from yenloop.reports.comparison_numbers import all_numbers, find_number

# --- one number ---------------------------------------------------------------------------------


def move(values, noise=None, **changes) -> Move:
    """A move through the six stages, with intervals of 0.4 on either side."""
    stages = {s: Estimate(v, v - 0.4, v + 0.4) for s, v in zip(STAGES, values, strict=True)}
    fields = {
        "table": "loop-gain",
        "statistic": "gain",
        "shock": "yen",
        "response": "yen",
        "horizon": "24",
        "group": "Gain of the loop",
        "label": "G(24)",
        "unit": "ratio",
        "leads": True,
        "noise": noise,
        "samples": ("1999-05 to 2025-05", "1999-05 to 2025-08"),
        "methods": ("old method", "new method"),
    }
    return Move(**{**fields, **stages, **changes})


numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.tuples(*[numbers] * 6))
def test_the_parts_add_up_to_the_move(values):
    found = move(values)
    parts = sum(getattr(found, part) for part in PARTS)
    assert parts == pytest.approx(found.total, abs=1e-9 * max(1, *map(abs, values)))
    assert found.total == values[-1] - values[0]


def test_each_part_is_the_step_between_its_stages():
    found = move([1.0, 1.5, 3.5, 7.5, 15.5, 16.5])
    assert (found.revision, found.new_months, found.study_file) == (2.0, 4.0, 8.0)
    assert found.software == 0.5 + 1.0
    assert found.relative == pytest.approx(15.5 / 0.4)


def test_a_move_in_words():
    draws = np.linspace(-0.05, 0.05, 101)
    noise = sampling_noise(np.zeros(101), draws, 0.02)
    found = move([0.22, 0.22, 0.23, 0.25, 0.25, 0.25], noise)
    assert found.sentence(3, ("revision", "new_months")) == (
        "G(24) (gain of the loop) moved from 0.220 to 0.250: +0.010 by revisions, +0.020 by 3 new "
        "months; sampling alone gives -0.045 to +0.045 in 90 of 100 samples (p = 0.63)."
    )
    untested = move([0.22, 0.22, 0.23, 0.25, 0.25, 0.25])
    assert "by new months" in untested.sentence(3)
    assert "p =" not in untested.sentence(3)
    assert move([0.2] * 6).sentence(0, ()).endswith("did not move: 0.20.")
    gone = move([0.2, 0.2, 0.2, 0.2, 0.2, np.nan])
    assert gone.sentence(3) == "G(24) (gain of the loop): 0.20, now no estimate."


# --- noise --------------------------------------------------------------------------------------


def test_the_p_value_is_two_sided_and_never_zero():
    before, after = np.zeros(199), np.linspace(-1, 1, 199)
    assert sampling_noise(before, after, 0.0).p_value == 1.0
    assert sampling_noise(before, after, 9.0).p_value == 2 / 200
    assert sampling_noise(before, after, -9.0).p_value == 2 / 200
    found = sampling_noise(before, after, 0.9)
    assert found.low == pytest.approx(-0.9)
    assert found.high == pytest.approx(0.9)
    assert 0.09 < found.p_value < 0.13


def test_a_number_that_cannot_move_has_no_small_p_value():
    found = sampling_noise(np.full(99, 10.0), np.full(99, 10.0), 0.0)
    assert (found.low, found.high, found.p_value) == (0.0, 0.0, 1.0)


def test_missing_draws_are_left_out_and_many_leave_nothing():
    after = np.where(np.arange(100) < 40, np.nan, np.linspace(0, 1, 100))
    assert sampling_noise(np.zeros(100), after, 0.5).draws == 60
    after[:60] = np.nan
    assert sampling_noise(np.zeros(100), after, 0.5) is None
    assert sampling_noise(np.zeros(100), np.ones(100), np.nan) is None


def test_all_moves_at_once():
    rng = np.random.default_rng(1)
    drawn = rng.standard_normal((999, 5)) * [1, 10, 100, 1, 1]
    assert together(drawn, np.zeros(5)) > 0.9
    assert together(drawn, np.array([0, 0, 0, 6.0, 0])) < 0.01
    # 2 standard deviations of one in five are nothing unusual; of one alone they are.
    assert together(drawn, np.array([2.0, 0, 0, 0, 0])) > 0.1
    assert together(drawn[:, :1], np.array([2.0])) < 0.1
    assert np.isnan(together(np.zeros((99, 2)), np.zeros(2)))
    assert np.isnan(together(np.full((99, 1), np.nan), np.zeros(1)))


# --- two samples of one model -------------------------------------------------------------------


def autoregression(rng, nobs, late=0, jump=0.0) -> pd.DataFrame:
    """A VAR(1) of two changes; in the last ``late`` periods the second answers by ``jump`` more."""
    shocks = rng.standard_normal((nobs + 30, 2))
    y = np.zeros_like(shocks)
    for t in range(1, len(y)):
        own = 0.5 + (jump if t >= len(y) - late else 0.0)
        y[t] = 0.3 * y[t - 1] + [shocks[t, 0], own * shocks[t, 0] + shocks[t, 1]]
    index = pd.period_range("1999-01", periods=nobs, freq="M")
    return pd.DataFrame(y[30:], index, ["yen", "cpi"])


def model(frame, inference=None, lags=1, **options):
    chosen = inference or ResidualBootstrap(100)
    return (
        VAR(lags=lags, **options)
        .fit(Panel.from_frame(frame))
        .identify(Cholesky(), inference=chosen, rng=3)
    )


@pytest.fixture(scope="module")
def frame():
    return autoregression(np.random.default_rng(5), 120)


@pytest.mark.parametrize(
    "inference",
    [
        ResidualBootstrap(200),
        BlockBootstrap(200),
        BiasCorrectedBootstrap(200, block_length=None),
    ],
)
def test_pairs_keep_the_points_and_share_their_paths(frame, inference):
    short, long = model(frame.iloc[:-10], inference), model(frame, inference)
    before, after = paired_samples(short, long)
    for alone, paired in ((short, before), (long, after)):
        np.testing.assert_array_equal(alone.irf(6).point, paired.irf(6).point)
    drawn = [one.irf(6).draws[:, 1, 1, 0] for one in (before, after)]
    assert np.corrcoef(*drawn)[0, 1] > 0.9
    hausman = drawn[0].var() - drawn[1].var()
    assert np.var(drawn[0] - drawn[1]) == pytest.approx(hausman, rel=0.6)


def test_draws_are_those_of_the_models_own_answers(frame):
    svar = model(frame)
    irf = svar.irf(12, size={"yen": 10.0}).select(shock="yen")
    found = drawn_responses(svar, "yen", 10.0, ["cpi"], [0, 12])
    np.testing.assert_array_equal(found["irf", "yen", "cpi", 12], irf.draws[:, 12, 1, 0])
    gains = drawn_gains(svar, "yen", ("yen", "cpi"), (6, 12))
    assert set(gains) == {
        (statistic, "yen", "yen", h)
        for statistic in ("gain", "domestic_gain", "path_gain")
        for h in (6, 12)
    }
    ratio = drawn_pass_through(svar, "yen", [("pass_through", "cpi", "yen")], [6])
    sums = svar.irf(6, cumulative=True).select(shock="yen").draws[:, 6]
    np.testing.assert_allclose(
        ratio["pass_through", "yen", "cpi", 6], sums[:, 1, 0] / sums[:, 0, 0]
    )


def test_samples_that_are_not_nested_are_refused(frame):
    long = model(frame)
    for other in (frame, frame.iloc[5:-5], frame.iloc[:-10].set_axis(frame.index[3:-7])):
        with pytest.raises(SampleError, match="periods added to its end"):
            paired_samples(model(other), long)


def test_other_models_are_refused(frame):
    long = model(frame)
    with pytest.raises(SpecError, match="not the same VAR"):
        paired_samples(model(frame.iloc[:-10], lags=2), long)
    with pytest.raises(SpecError, match="not the same VAR"):
        paired_samples(model(frame.iloc[:-10], seasonal=True), long)
    delta = model(frame, DeltaMethod())
    with pytest.raises(SpecError, match="bootstrap"):
        paired_samples(model(frame.iloc[:-10]), delta)


def p_values(repetitions, **economy) -> np.ndarray:
    """Of the moves of a response on impact and of a ratio of sums, by simulated data set."""
    found = []
    for seed in range(repetitions):
        frame = autoregression(np.random.default_rng([seed, 7]), 100, **economy)
        pair = [model(part) for part in (frame.iloc[:-10], frame)]
        points, drawn = [], []
        for alone, paired in zip(pair, paired_samples(*pair), strict=True):
            sums = alone.irf(6, cumulative=True).point[6, :, 0]
            points.append([alone.irf(0, size={"yen": 1.0}).point[0, 1, 0], sums[1] / sums[0]])
            impact = drawn_responses(paired, "yen", 1.0, ["cpi"], [0])
            ratio = drawn_pass_through(paired, "yen", [("ratio", "cpi", "yen")], [6])
            drawn.append([*impact.values(), *ratio.values()])
        found.append(
            [
                sampling_noise(before, after, new - old).p_value
                for before, after, old, new in zip(*drawn, *points, strict=True)
            ]
        )
    return np.array(found)


def test_size_under_no_change():
    """At 10% about one in ten; of 100 samples between 3 and 18 but for one time in a hundred."""
    rejected = (p_values(100) < 0.10).mean(axis=0)
    assert (rejected >= 0.03).all()
    assert (rejected <= 0.18).all()


def test_power_under_a_break_in_the_new_periods():
    """The response on impact is five times as large in the new periods: both numbers say so."""
    rejected = (p_values(30, late=10, jump=2.0) < 0.10).mean(axis=0)
    assert (rejected > [0.8, 0.5]).all()


# --- numbers of two runs side by side -----------------------------------------------------------

COLUMNS = ["table", "model", "statistic", "shock", "response", "horizon", "level"]


def rows(*cells, table="responses", model="VAR(3)") -> pd.DataFrame:
    """Rows of numbers.csv: response, horizon, level, estimate and half the interval's width."""
    found = [
        {
            **dict(zip(COLUMNS, (table, model, "irf", "yen", response, horizon, level))),
            "estimate": estimate,
            "conf_low": estimate - half,
            "conf_high": estimate + half,
            "unit": "%",
            "band": band,
            "sample": "1999-05 to 2025-05",
            "method": "VAR",
        }
        for response, horizon, level, estimate, half, band in cells
    ]
    return pd.DataFrame(found)


def same(frame: pd.DataFrame, **others: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {stage: others.get(stage, frame) for stage in STAGES}


def test_numbers_are_joined_and_the_largest_moves_come_first():
    old = rows(
        ("cpi", "0", 0.68, 1.0, 0.1, ""),
        ("cpi", "0", 0.9, 1.0, 0.2, ""),
        ("cpi", "1", 0.9, 2.0, 4.0, ""),
        ("gone", "1", 0.9, 5.0, 1.0, ""),
    )
    new = rows(
        ("cpi", "0", 0.68, 1.3, 0.1, ""),
        ("cpi", "0", 0.9, 1.3, 0.2, ""),
        ("cpi", "1", 0.9, 4.0, 4.0, ""),
        ("come", "1", 0.9, 5.0, 1.0, ""),
        model="VAR(4)",  # the name of a table's only model may change
    )
    found = all_numbers(same(new, old=old, repeated=old, revised=old))
    assert list(found["response"]) == ["cpi", "cpi", "gone", "come"] or list(found["response"]) == [
        "cpi",
        "cpi",
        "come",
        "gone",
    ]
    first = found.iloc[0]
    assert (first["horizon"], first["old"], first["new"]) == ("0", 1.0, 1.3)
    assert first["old_high"] == 1.2  # of the widest interval
    assert first["move_over_half_interval"] == pytest.approx(0.3 / 0.2)
    held = found.set_index("response")["held_by"]
    assert (held["gone"], held["come"], set(held["cpi"])) == ("old", "new", {"both"})
    parts = found[list(PARTS)].sum(axis=1)
    both = found["held_by"] == "both"
    np.testing.assert_allclose(parts[both], found["move"][both])
    assert (found["new_months"][both] == found["move"][both]).all()


def test_two_kinds_of_interval_of_one_number_stay_apart():
    frame = rows(
        ("cpi", "0", 0.9, 1.0, 0.1, "Fieller"),
        ("cpi", "0", 0.9, 1.0, 0.3, "percentile of the ratio (diagnostic)"),
    )
    other = rows(
        ("cpi", "0", 0.9, 1.0, 0.2, "Fieller (whole line)"),
        ("cpi", "0", 0.9, 1.0, 0.4, "percentile of the ratio (diagnostic)"),
    )
    found = all_numbers(same(frame, new=other))
    assert len(found) == 2
    assert (found["move"] == 0).all()
    assert found.sort_values("occurrence")["new_high"].tolist() == [1.2, 1.4]
    row = find_number(other, ("responses", "irf", "yen", "cpi", "0"))
    assert row is not None
    assert row["band"] == "Fieller (whole line)"


def test_models_of_one_table_stay_apart():
    frames = [
        pd.concat([rows(("cpi", "", 0.9, value + i, 1.0, ""), model=f"order {i}") for i in (1, 2)])
        for value in (0.0, 0.5)
    ]
    found = all_numbers(same(frames[0], new=frames[1]))
    assert len(found) == 2
    assert (found["move"] == 0.5).all()


def test_infinite_numbers_that_stay_do_not_move():
    frame = rows(("cpi", "", 0.9, np.inf, 0.0, ""))
    assert all_numbers(same(frame))["move"].tolist() == [0.0]
    assert find_number(frame, ("responses", "irf", "yen", "cpi", "7")) is None


# --- the result ---------------------------------------------------------------------------------


@pytest.fixture
def comparison() -> Comparison:
    noise = sampling_noise(np.zeros(199), np.linspace(-0.1, 0.1, 199), 0.09)
    verdict = VerdictMove("C1", "Prices follow.", dict.fromkeys(STAGES, "supported"))
    turned = {s: "supported" if s in ("old", "repeated") else "no data" for s in STAGES}
    empty = pd.DataFrame(columns=["key", "old", "new"], dtype=object)
    return Comparison(
        old="run-a",
        new="run-b",
        level=0.9,
        moves=(
            move([0.2, 0.2, 0.21, 0.3, 0.3, 0.3], noise),
            move([1.0, 1.0, 1.1, 1.3, 1.3, 1.3], label="Net", unit="pp", statistic="net"),
            move([1.0, 1.0, 1.1, 1.3, 1.3, 1.3], horizon="60", label="G(60)", leads=False),
        ),
        verdicts=(verdict, VerdictMove("C2", "A loop.", turned)),
        parts=("revision", "new_months"),
        series=pd.DataFrame({"series": ["yen"], "new": [3], "revised": [0]}),
        series_in_words=("yen (monthly): 3 new (2025-06 to 2025-08).",),
        settings=pd.DataFrame([("var.lags", "3", "2")], columns=["key", "old", "new"]),
        software=empty.rename(columns={"key": "package"}),
        numbers=pd.DataFrame({"table": ["gain"], "move": [0.1]}),
        samples=("1999-05 to 2025-05", "1999-05 to 2025-08"),
        months=3,
        together=0.1,
    )


def test_a_comparison_tells_what_moved_and_what_did_not(comparison):
    assert [one.label for one in comparison.tested] == ["G(24)"]
    said = "\n".join(comparison.notes())
    assert "1 series changed: 1 with new periods, 0 revised." in said
    assert "Settings changed: var.lags." in said
    assert "+0.01 by revisions, +0.09 by 3 new months" in said
    assert "Of 1 tested moves 0 have p < 0.1" in said
    assert "C1: supported, as before." in said
    assert (
        "C2: supported, now no data (it turns with the old months, with the new figures)." in said
    )
    short = comparison.short()
    assert list(short.index.get_level_values("number")) == ["G(24)", "Net"]
    assert short["by sampling (90%)"].tolist() == ["-0.09 to +0.09", "not tested"]
    assert "study file" not in " ".join(short.columns)


def test_a_comparison_is_tidy_prints_cites_and_is_stored(comparison, tmp_path):
    tidy = comparison.tidy()
    assert tuple(tidy.columns) == TIDY_COLUMNS
    assert set(STAGES) < set(tidy["statistic"])
    gain = tidy[(tidy["model"] == "loop-gain: gain") & (tidy["horizon"] == 24)]
    assert gain.set_index("statistic").loc["move_p_value", "estimate"] == pytest.approx(0.11)
    assert r"\toprule" in comparison.to_latex()
    assert "Hausman" in comparison.cite()
    again = load(comparison.save(tmp_path / "comparison.yenloop"))
    assert again.moves == comparison.moves
    assert again.notes() == comparison.notes()


def test_the_chart_has_a_row_for_each_number_of_the_short_list(comparison):
    figure, axes = comparison.plot()
    assert [ax.get_yticklabels()[0].get_text() for ax in axes[:, 0]] == ["G(24)", "Net\npp"]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert set(names) == {"old", "revised", "new", "by sampling alone (90%)"}
    _, every = comparison.plot(every=True)
    assert len(every) == 3


def test_without_revisions_the_chart_shows_two_estimates(comparison):
    figure, _ = replace(comparison, parts=("new_months",)).plot()
    assert "revised" not in [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_comparison_is_written_whole_or_not_at_all(comparison, tmp_path, monkeypatch):
    series = pd.DataFrame(
        {name: [""] for name in ("kind", "status", "new_first", "new_last", "revised_first")}
        | {name: [0] for name in ("new", "revised", "largest_revision")}
        | {"series": ["yen"], "largest_at": [""], "unit": ["yen"]}
    )
    whole = replace(comparison, series=series)
    folder = write_comparison(whole, series, tmp_path)
    assert folder.name == "compare-run-a-run-b"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"index.html", "moves.csv", "all_numbers.csv", "inputs.csv", "comparison.json"} <= names
    assert {f"figures/moves.{kind}" for kind in ("pdf", "svg", "png")} <= names
    assert write_comparison(whole, series, tmp_path).name == "compare-run-a-run-b-2"

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("yenloop.reports.comparison.save", fail)
    with pytest.raises(Exception, match="disk full"):
        write_comparison(whole, series, tmp_path / "other")
    assert not list((tmp_path / "other").iterdir())
