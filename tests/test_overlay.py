"""Overlay: what differs is computed from the results, unlike units are refused, sizes are said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.overlay import overlay
from yenloop.models.provenance import common, differing, facts_of, in_words
from yenloop.models.storage import load
from yenloop.models.structural_result import StructuralResult
from yenloop.models.var import VAR

COLUMNS = {
    "fx": Column(
        "fx", "Yen", "%", transform="100 x log difference", differenced=True, response_unit="%"
    ),
    "jgb": Column(
        "jgb", "JGB yield", "pp", differenced=True, response_unit="bp", response_scale=100
    ),
    "gap": Column("gap", "Output gap", "%"),
}
FEW = ResidualBootstrap(120)


def data() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    y = rng.standard_normal((240, 3)) @ np.array([[2, 0.1, 0.3], [0, 0.2, 0.1], [0, 0, 1.0]])
    for t in range(1, 240):
        y[t] += 0.4 * y[t - 1]
    index = pd.period_range("2000-01", periods=240, freq="M")
    return pd.DataFrame(y, index=index, columns=list(COLUMNS))


def responses(
    frame=None, *, lags=2, start=None, order=None, inference=FEW, rng=0, columns=COLUMNS, **options
):
    panel = Panel.from_frame(data() if frame is None else frame, columns, source="test")
    spec = VAR(lags, **{k: options.pop(k) for k in ("trend", "divisor") if k in options})
    svar = spec.fit(panel, start=start).identify(Cholesky(order), inference=inference, rng=rng)
    return svar.irf(12, **({"size": {"fx": 10}} | options))


@pytest.fixture(scope="module")
def base():
    return responses()


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        ({"lags": 4}, {"sample", "model"}),
        ({"start": "2005-01"}, {"sample", "data"}),
        ({"order": ["gap", "fx", "jgb"]}, {"identification"}),
        ({"inference": BlockBootstrap(120)}, {"bands"}),
        ({"rng": 9}, {"seed"}),
        ({"trend": "ct"}, {"terms"}),
        ({"divisor": "T"}, {"covariance"}),
        ({"size": {"fx": 5}}, {"shock"}),
        ({"levels": (0.5, 0.9)}, {"levels"}),
        ({"frame": data() * [1, 1, 1.0001]}, {"data"}),
        ({}, set()),
    ],
)
def test_each_ingredient_that_differs_is_found_and_nothing_else(base, changed, facts) -> None:
    found = base.overlay(responses(**changed), labels=["base", "other"])
    assert set(found.differences()) == facts
    said = next(note for note in found.notes() if note.startswith(("What differs", "Nothing")))
    assert all(fact in said for fact in facts)
    for values in found.differences().values():
        assert all(value in said for value in values.values())


def test_variables_that_only_one_has_are_named_and_left_out(base) -> None:
    fewer = responses(data()[["fx", "gap"]])
    found = base.overlay(fewer)
    assert found.names == ("fx", "gap")
    assert found.differences()["variables"] == {"A": "JGB yield", "B": ""}
    assert "variables (A: JGB yield; B: none)" in found.notes()[2]
    other = {**COLUMNS, "gap": replace(COLUMNS["gap"], transform="seasonally adjusted")}
    values = base.overlay(responses(columns=other)).differences()["variables"]
    assert values == {"A": "Output gap", "B": "Output gap (seasonally adjusted)"}


def test_joint_bands_differ_from_pointwise_ones(base) -> None:
    found = base.overlay(base.joint())
    assert set(found.differences()) == {"bands hold"}
    assert found.differences()["bands hold"]["A"] == "each response at each horizon"


def test_unlike_units_are_refused(base) -> None:
    with pytest.raises(SpecError, match=r"fx are not in the same unit \(A: %, cumulated; B: %\)"):
        base.overlay(responses(cumulative=False))
    other = {**COLUMNS, "jgb": replace(COLUMNS["jgb"], response_unit="pp", response_scale=1.0)}
    with pytest.raises(SpecError, match="jgb are not in the same unit.*bp.*pp"):
        base.overlay(responses(columns=other))


def test_shocks_of_different_sizes_are_said(base) -> None:
    found = base.overlay(responses(size="1sd"))
    assert "shock" in found.differences("fx")
    figure, _ = found.plot(shock="fx")
    title = figure.legends[0].get_title().get_text()
    assert title == "Shock to Yen: sizes differ, see the note"
    note = figure.texts[0].get_text().replace("\n", " ")
    assert "A: Shock to Yen of +10 log points" in note
    assert "B: One-standard-deviation shock to Yen" in note
    # Whatever the size of the yen shock, the gap shock is one standard deviation in both.
    assert "shock" not in found.differences("gap")


def test_labels(base) -> None:
    assert list(base.overlay(responses(lags=4)).irfs) == ["VAR(2)", "VAR(4)"]
    assert list(base.overlay(responses(start="2005-01")).irfs) == [
        "2000-03 to 2019-12, T = 238",
        "2005-03 to 2019-12, T = 178",
    ]
    assert list(base.overlay(responses(lags=4, rng=3)).irfs) == ["A", "B"]
    assert list(overlay({"old": base, "new": responses(rng=1)}).irfs) == ["old", "new"]
    with pytest.raises(SpecError, match="labels same"):
        base.overlay(base, labels=["same", "same"])
    with pytest.raises(SpecError, match="labels one"):
        base.overlay(base, labels=["one"])
    with pytest.raises(SpecError, match="1 results"):
        overlay([base])
    with pytest.raises(SpecError, match="5 results"):
        overlay([base] * 5)


def test_nothing_in_common_is_refused(base) -> None:
    with pytest.raises(SpecError, match="no shock in common"):
        base.select(shock="fx").overlay(responses().select(shock="gap"))
    with pytest.raises(SpecError, match="no variable in common"):
        base.select(response="fx").overlay(responses().select(response="gap"))


def test_tidy_frame_and_summary(base) -> None:
    other = responses(rng=4)
    found = base.overlay(other, labels=["first", "second"])
    tidy = found.tidy()
    assert set(tidy["model"]) == {"first", "second"}
    pd.testing.assert_frame_equal(
        tidy[tidy["model"] == "second"].reset_index(drop=True).assign(model=""),
        other.tidy().assign(model=""),
    )
    text = str(found.summary())
    assert "first: Yen (%, cumulated)" in text
    assert "What differs" in text
    assert "sims1980" in found.cite()


def test_a_comparison_can_be_stored(base, tmp_path) -> None:
    found = base.overlay(responses(rng=4))
    again = load(found.save(tmp_path / "overlay.yenloop"))
    assert again.differences() == found.differences()
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())


def test_chart(base) -> None:
    found = overlay({"a": base, "b": responses(lags=4), "c": responses(start="2005-01")})
    figure, axes = found.plot()
    assert axes.shape == (2, 2)
    lines = {line.get_label(): line for line in axes[0, 0].lines}
    assert {"a", "b", "c"} <= set(lines)
    assert len({lines[label].get_linestyle() for label in "abc"}) == 3
    assert len({lines[label].get_color() for label in "abc"}) == 3
    np.testing.assert_allclose(lines["b"].get_ydata(), found.irfs["b"].point[:, 0, 0])
    assert axes[0, 1].get_ylabel() == "bp"
    assert axes[1, 0].get_xlabel() == "Months after the shock"
    assert axes[0, 0].get_xticks().tolist() == [0, 2, 4, 6, 8, 10, 12]
    note = figure.texts[0].get_text().replace("\n", " ")
    assert "Shaded: 68% and 90% bands of a; thin lines: widest band of b, c." in note
    assert "model (a, c: VAR(2); b: VAR(4))" in note
    assert "In common: variables Yen (100 x log difference); JGB yield; Output gap" in note


def test_every_structural_result_carries_its_facts() -> None:
    svar = VAR(2).fit(Panel.from_frame(data(), COLUMNS)).identify(Cholesky(), inference=FEW)
    for result in (svar.irf(4), svar.fevd(4), svar.historical_decomposition(), svar.forecast(3)):
        assert isinstance(result, StructuralResult)
        assert result.facts == facts_of(svar)
    assert result.facts["seed"] == "0"
    assert result.facts["sample"] == "2000-03 to 2019-12, T = 238"


def test_lists_are_compared_item_by_item() -> None:
    facts = {"x": {"list": "a; b; c", "one": "1"}, "y": {"list": "b; c; d", "one": "1"}}
    assert differing(facts) == {"list": {"x": "a", "y": "d"}}
    assert common(facts) == {"one": "1"}
    swapped = {"x": {"list": "a; b"}, "y": {"list": "b; a"}}
    assert differing(swapped) == {"list": {"x": "a; b", "y": "b; a"}}
    assert in_words({"x": "1", "y": "2", "z": "1"}) == "x, z: 1; y: 2"
    assert in_words({"1": "1", "2": "2"}) == ""


def test_only_responses_are_laid_over_one_another():
    svar = VAR(1).fit(data()).identify(Cholesky(), inference=FEW)
    with pytest.raises(SpecError, match="A result is FEVD, not IRF"):
        overlay({"a": svar.irf(2), "b": svar.fevd(2)})
