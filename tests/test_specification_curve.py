"""Proves that every cell of the curve is the gain of that order, those lags and that sample."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from yenloop.data.economy import LOOP_NAMES, loop_economy
from yenloop.errors import SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.loop import loop_gain
from yenloop.models.specification_curve import (
    Specification,
    orders_in_places,
    orders_side_by_side,
    specification_curve,
)
from yenloop.models.var import VAR

YEN = "usdjpy_tokyo"
MOVABLE = ("us10y", "usdjpy_tokyo", "jgb10y")
SAMPLES = {"full": (None, None), "late": ("2008-01", None)}


@pytest.fixture(scope="module")
def panel():
    return loop_economy(320, rng=21, path_gain=0.25)[0]


@pytest.fixture(scope="module")
def curve(panel):
    return specification_curve(
        panel,
        YEN,
        order=LOOP_NAMES,
        movable=MOVABLE,
        lags=(1, 2, 6),
        base_lags=1,
        sensitivity_lags=(6,),
        samples=SAMPLES,
        inference=ResidualBootstrap(200),
        rng=5,
    )


def test_there_is_one_cell_for_each_order_lag_and_sample(curve):
    keys = {cell.specification for cell in curve.cells}
    assert keys == {
        Specification(order, lags, sample)
        for order in permutations(MOVABLE)
        for lags in (1, 2, 6)
        for sample in SAMPLES
    }
    assert len(curve.cells) == len(keys) == 36


@pytest.mark.parametrize("order", list(permutations(MOVABLE)))
def test_a_cell_is_the_gain_computed_directly(curve, panel, order):
    """Estimated anew with that order, lags and sample, and its own bootstrap of the same seed."""
    full = list(LOOP_NAMES)
    for place, name in zip((1, 2, 5), order):
        full[place] = name
    svar = (
        VAR(2)
        .fit(panel, start="2008-01")
        .identify(Cholesky(full), inference=ResidualBootstrap(200), rng=5)
    )
    direct = loop_gain(svar, YEN, horizons=(24,)).total
    cell = curve[Specification(order, 2, "late")]
    assert_allclose(cell.gain.point[0], direct.point[24], rtol=1e-9)
    assert_allclose(cell.gain.draws[:, 0], direct.draws[:, 24], rtol=1e-7, atol=1e-9)
    assert (cell.period, cell.nobs) == (svar.reduced.sample, svar.reduced.nobs)


def test_orders_share_one_bootstrap(panel, monkeypatch):
    calls = []
    draw = ResidualBootstrap.draw

    def counted(self, reduced, seed):
        calls.append((reduced.p, reduced.sample, seed))
        return draw(self, reduced, seed)

    monkeypatch.setattr(ResidualBootstrap, "draw", counted)
    specification_curve(
        panel, YEN, order=LOOP_NAMES, movable=MOVABLE, lags=(1, 2), base_lags=1,
        samples=SAMPLES, inference=ResidualBootstrap(100), rng=3,
    )  # fmt: skip
    assert len(calls) == len(set(calls)) == 4
    assert {seed for _, _, seed in calls} == {3}


def test_orders_that_agree_in_what_comes_before_the_node_share_their_gain(curve):
    first = curve[Specification(("usdjpy_tokyo", "us10y", "jgb10y"), 1, "full")]
    second = curve[Specification(("usdjpy_tokyo", "jgb10y", "us10y"), 1, "full")]
    assert first.gain is second.gain


def test_orders_exchange_places_or_stand_side_by_side():
    order = ("a", "x", "b", "y")
    assert set(orders_in_places(order, ("x", "y"))) == {("a", "x", "b", "y"), ("a", "y", "b", "x")}
    assert orders_side_by_side(order, ("x", "y")) == [
        ("a", "x", "y", "b"),
        ("a", "y", "x", "b"),
    ]


def test_the_base_is_the_one_that_the_study_uses(curve):
    assert curve.base == Specification(MOVABLE, 1, "full")
    assert str(curve.base) == "order=us10y>usdjpy_tokyo>jgb10y, lags=1, sample=full"


def test_counts_leave_out_the_sensitivity_and_name_what_turns_the_sign(curve):
    cells = [cell for cell in curve.cells if cell.specification.lags != 6]
    points = np.array([cell.gain.point[0] for cell in cells])
    above = sum(cell.gain.interval(0.90)[0] > 0 for cell in cells)
    below = sum(cell.gain.interval(0.90)[1] < 0 for cell in cells)
    text = curve.sentence()
    assert f"of {len(cells)} specifications {(points > 0).sum()} are positive" in text
    assert f"{(points < 0).sum()} negative" in text
    assert f"above zero in {above} and below zero in {below}" in text
    by_order = {}
    for cell in cells:
        which = cell.specification
        by_order.setdefault((which.lags, which.sample), set()).add(cell.gain.point[0] > 0)
    crosses = any(len(signs) == 2 for signs in by_order.values())
    assert ("depends on the order" in text) == crosses


def test_a_curve_that_does_not_cross_zero_says_so(panel):
    curve = specification_curve(
        panel, YEN, order=LOOP_NAMES, movable=("us10y", "jgb10y"), lags=(1,), base_lags=1,
        inference=ResidualBootstrap(100),
    )  # fmt: skip
    assert curve.sentence().startswith("The sign of the gain is the same in all specifications")


def test_tidy_rows_can_be_read_back(curve):
    tidy = curve.tidy()
    gain = tidy[tidy["statistic"] == "gain"]
    assert len(gain) == 36 * 2
    assert gain["horizon"].eq(24).all()
    assert gain["unit"].eq("ratio").all()
    row = gain[(gain["model"] == str(curve.base)) & (gain["level"] == 0.90)].iloc[0]
    assert (row["conf_low"], row["conf_high"]) == curve[curve.base].gain.interval(0.90)
    summary = str(curve.summary())
    assert "Recursive identification" in summary
    assert "full (1999-01 to 2025-08)" in summary


def test_the_curve_is_the_same_with_the_same_seed(panel, curve):
    again = specification_curve(
        panel, YEN, order=LOOP_NAMES, movable=MOVABLE, lags=(1,), base_lags=1,
        samples=SAMPLES, inference=ResidualBootstrap(200), rng=5,
    )  # fmt: skip
    assert (again[again.base].gain.draws == curve[curve.base].gain.draws).all()


def test_figure_highlights_the_base_and_shows_every_estimate(curve, tmp_path):
    figure, axes = curve.plot()
    drawn = sum(len(c.get_offsets()) for c in axes[0, 0].collections if len(c.get_offsets()) > 1)
    assert drawn == len(curve.cells)
    assert f"base {curve[curve.base].gain.point[0]:.2f}" in [
        text.get_text() for text in axes[0, 0].texts
    ]
    names = [label.get_text() for label in axes[1, 0].get_yticklabels()]
    assert names[0] == "US 10y, Yen, JGB 10y"
    assert names[-2:] == ["full", "late"]
    figure.savefig(tmp_path / "curve.png")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"movable": ("us10y", "wrong")}, "Not in the order"),
        ({"base_lags": 9}, "9 lags"),
        ({"samples": {"a=b": (None, None)}}, "called 'a=b'"),
        ({"orders": [LOOP_NAMES, LOOP_NAMES]}, "repeat one"),
    ],
)
def test_what_cannot_be_a_curve_is_refused(panel, change, words):
    options = {"order": LOOP_NAMES, "movable": MOVABLE, "lags": (1,), "base_lags": 1} | change
    with pytest.raises(SpecError, match=words):
        specification_curve(panel, YEN, **options)
