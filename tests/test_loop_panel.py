"""The loop's panel: who plays which part, said openly; changes and levels that agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.loop_panel import LOOP, load_loop_panel, loop_panel
from yenloop.data.panel import Panel
from yenloop.data.sources.files import Data, load_data
from yenloop.errors import MissingSeriesError


@pytest.fixture(scope="module")
def data() -> Data:
    return load_data()


def with_frame(data: Data, frame: pd.DataFrame) -> Data:
    columns = {name: data.monthly.columns[name] for name in frame.columns}
    return replace(data, monthly=Panel(frame, columns, "test"))


def test_the_base_order_on_the_common_sample_of_the_six() -> None:
    panel = load_loop_panel()
    assert panel.names == [
        "brent",
        "us10y",
        "usdjpy_tokyo",
        "import_price_yen",
        "cpi_core",
        "jgb10y",
    ]
    assert panel.sample == "1999-02 to 2025-11"
    assert "brent" in " ".join(panel.trimmed)  # the series that ends the sample is named


def test_changes_are_those_of_the_levels(data: Data) -> None:
    loop = loop_panel(data)
    for name in loop.ids(LOOP):
        changes, levels = loop.panel.frame[name], loop.levels.frame[name]
        np.testing.assert_allclose(levels.diff(), changes, atol=1e-9)


def test_a_series_of_few_months_does_not_play_the_part(data: Data) -> None:
    """Seventeen months of the preferred oil price must not cut the sample to seventeen months."""
    frame = data.monthly.frame.copy()
    frame.loc[:"2024-06", "brent"] = np.nan
    loop = loop_panel(with_frame(data, frame))
    assert loop.roles["oil"] == "wti"
    said = next(line for line in loop.choices if line.startswith("oil"))
    assert "brent has only 2024-07" in said


def test_a_preferred_series_that_is_absent_is_said_to_be(data: Data) -> None:
    loop = loop_panel(with_frame(data, data.monthly.frame.drop(columns="brent")))
    assert "brent is not in the data" in next(c for c in loop.choices if c.startswith("oil"))


def test_a_part_that_nobody_can_play_is_refused_with_the_candidates(data: Data) -> None:
    with pytest.raises(MissingSeriesError, match="us10y") as caught:
        loop_panel(with_frame(data, data.monthly.frame.drop(columns="us10y")))
    assert "[roles]" in caught.value.remedy


def test_parts_outside_the_loop_may_be_missing(data: Data) -> None:
    loop = loop_panel(with_frame(data, data.monthly.frame.drop(columns="import_price_contract")))
    assert "import_price_contract" not in loop.roles


def test_tax_steps_outside_the_window_are_not_looked_for(data: Data) -> None:
    loop = loop_panel(data, start="2015-01")
    assert {step.date for step in loop.tax_steps} == {"2019-10"}
