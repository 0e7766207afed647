"""Proves that a curve over identifications measures what each structural VAR gives by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from yenloop.data.economy import LOOP_NAMES, loop_economy
from yenloop.errors import NotIdentifiedError, SpecError
from yenloop.models.claim_statistics import claim_c2
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.long_run import LongRun
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.scheme_curve import Approach, scheme_curve
from yenloop.models.var import VAR
from yenloop.reports.figures.scheme_curve import draw


@dataclass(frozen=True)
class Hopeless(Cholesky):
    """A scheme that finds nothing."""

    def impact(self, covariance, lags, names):
        raise NotIdentifiedError("The data are of no use.", remedy="Find others.")


BANDS = ResidualBootstrap(120)
#: JGB yields first: nothing that they do within the month is assumed.
OTHER = ("jgb10y", *(name for name in LOOP_NAMES if name != "jgb10y"))
APPROACHES = (
    Approach("base order", "recursive", Cholesky(), BANDS),
    Approach("JGB first", "recursive", Cholesky(OTHER), BANDS),
    Approach("hopeless", "broken", Hopeless(), BANDS),
)
SAMPLES = {"full": (None, None), "late": ("2008-01", None)}


def edges(svar):
    return claim_c2([svar]).components


def refusing(svar):
    raise SpecError("Nothing can be said.", remedy="Ask something else.")


@pytest.fixture(scope="module")
def panel():
    return loop_economy(320, rng=21, path_gain=0.25)[0]


@pytest.fixture(scope="module")
def curve(panel):
    return scheme_curve(
        panel, APPROACHES, [edges, refusing], lags=(1, 2), base_lags=1, samples=SAMPLES, rng=5
    )


def test_each_cell_is_what_its_structural_var_gives(panel, curve):
    reduced = VAR(lags=2).fit(panel, start="2008-01")
    alone = edges(reduced.identify(Cholesky(OTHER), inference=BANDS, rng=5))
    cell = next(
        c
        for c in curve.cells
        if (c.specification.approach, c.specification.lags, c.specification.sample)
        == ("JGB first", 2, "late")
    )
    assert cell.period == reduced.sample
    for mine, theirs in zip(cell.components, alone, strict=True):
        assert (mine.name, mine.estimate) == (theirs.name, theirs.estimate)
        np.testing.assert_array_equal(mine.draws, theirs.draws)


def test_nothing_is_hidden(curve):
    """Failing approaches and refused statistics are listed with their reasons."""
    assert len(curve.cells) == 3 * 2 * 2
    refused = curve.refusals()
    assert refused["hopeless"] == ("The data are of no use.",)
    assert refused["base order"] == ("Nothing can be said.",)
    assert (curve.side_by_side["hopeless"] == "not identified").all()
    assert any("of no use" in note for note in curve.notes())


def test_the_tidy_frame_holds_every_interval_and_marks_what_is_imposed(panel, curve):
    tidy = curve.tidy()
    rows = tidy[tidy["statistic"] == "scheme_curve"]
    assert set(rows["response"]) == {"yen_to_cpi", "cpi_to_jgb", "jgb_to_yen", "gain"}
    assert set(rows["level"]) == {0.68, 0.90}
    assert (rows["conf_low"] <= rows["conf_high"]).all()
    from yenloop.models.claim_statistics import claim_c6

    imposing = scheme_curve(
        panel, APPROACHES[:2], [lambda s: claim_c6([s]).components], lags=(1,), base_lags=1
    )
    imposed = imposing.tidy().query("statistic == 'imposed'")
    assert set(imposed["response"]) == {"us10y_0"}
    assert imposed["model"].str.contains("base order").all()
    assert imposing.side_by_side["base order"].iloc[0] == "imposed"
    assert all(c.specification.approach == "JGB first" for c, _ in imposing.free("us10y_0"))


def test_the_sentence_counts_signs(curve):
    sentence = curve.sentence("gain")
    points = [c.estimate for _, c in curve.free("gain")]
    assert f"of {len(points)} specifications {sum(p > 0 for p in points)} are positive" in sentence
    assert "recursive" in sentence


def test_the_chart_has_a_panel_for_each_statistic_and_a_ring_for_the_base(curve):
    figure, axes = curve.plot()
    assert len([ax for ax in axes.flat if ax.get_title()]) == 4
    assert any("ring: the base" in " ".join(t.get_text().split()) for t in figure.texts)
    assert draw(curve.tidy())[1].shape == (2, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base_lags": 7}, "not among"),
        ({"approaches": ()}, "nothing"),
        ({"approaches": APPROACHES[:1] * 2}, "base order, base order"),
        ({"approaches": (Approach("a=b", "x", LongRun(), BANDS),)}, "a=b"),
    ],
)
def test_what_cannot_be_a_curve_is_refused(panel, change, words):
    options = {"approaches": APPROACHES, "base_lags": 1, "lags": (1,)} | change
    with pytest.raises(SpecError, match=words):
        scheme_curve(panel, options.pop("approaches"), [edges], **options)


def test_the_result_survives_a_file(curve, tmp_path):
    from yenloop.models.storage import load

    path = curve.save(tmp_path / "curve.yenloop")
    assert load(path).sentence("gain") == curve.sentence("gain")
