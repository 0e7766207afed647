"""On Gertler and Karadi's data the bands have the order that their validity leads one to expect."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.models.identification.instruments import Instruments
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.var import VAR

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the audit is not installed

from audit.wild_proxy import wild_bounds

pytestmark = pytest.mark.golden

NAMES = ["gs1", "logcpi", "logip", "ebp"]
#: Horizons 0 to 48.
HORIZON, LEVEL = 48, 0.95


@pytest.fixture(scope="module")
def svar(golden):
    frame = golden("gertler_karadi_2015").frame(index_col="date")
    frame.index = pd.PeriodIndex(frame.index, freq="M")
    reduced = VAR(12).fit(frame[NAMES])
    scheme = Instruments(frame["ff4_tc"], "gs1")
    return reduced.identify(scheme, inference=BlockBootstrap(1000), rng=1)


@pytest.fixture(scope="module")
def sets(svar):
    return svar.anderson_rubin(HORIZON, cumulative=False, levels=(0.68, LEVEL))


def negative(high: np.ndarray) -> int:
    """In how many of 49 horizons industrial production is significantly negative."""
    return int((high[:, NAMES.index("logip")] < 0).sum())


def test_the_point_is_the_published_one_at_impact(sets):
    expected = [1.0, -0.00199953, 0.00237047, 0.57931832]
    np.testing.assert_allclose(sets.point[0], expected, rtol=0, atol=5e-9)
    assert sets.effective_f == pytest.approx(17.582988584668612, rel=1e-9)


def test_industrial_production_never_falls_significantly_in_the_sets(sets):
    """0 of 49 horizons at 95% (Anderson-Rubin), although most of the path is negative."""
    assert sets.bounded(LEVEL)
    assert negative(sets.sets[LEVEL].hull[1]) == 0
    assert (sets.point[:, 2] < 0).mean() > 0.8
    assert negative(sets.sets[0.68].hull[1]) > 25


def test_moving_blocks_find_it_seldom_and_the_wild_bootstrap_nearly_everywhere(svar, sets):
    blocks = svar.irf(HORIZON, size="unit", cumulative=False, levels=[LEVEL]).bands()[LEVEL]
    wild = wild_bounds(svar, HORIZON, 1000, LEVEL, cumulative=False)
    found = [negative(high) for high in (sets.sets[LEVEL].hull[1], blocks[1][..., 0], wild[1])]
    assert found[0] <= found[1] <= 6
    assert found[2] >= 20
    on_impact = [high[0, 3] - low[0, 3] for low, high in (sets.sets[LEVEL].hull, wild)]
    assert on_impact[1] < on_impact[0] / 3  # the excess bond premium


def test_delta_method_limits_are_shorter_than_the_sets(sets):
    low, high = (end[1:] for end in sets.sets[LEVEL].hull)
    assert np.median((high - low) / (2 * 1.96 * sets.std_error[1:])) > 1.05
