"""Proves that the audit of sign restrictions knows the truth, and counts what users see."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from yenloop.errors import NumericalError
from yenloop.estimation.response_restrictions import Cells, ResponseRestrictions
from yenloop.estimation.responses import impulse_responses
from yenloop.models.inference.posterior import Posterior

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))  # the audit lies beside the package and is not installed

from audit import sign_sets  # noqa: E402
from audit.cells import HORIZON, Cell  # noqa: E402
from audit.economies import STATIONARY  # noqa: E402
from audit.replicate import Held  # noqa: E402
from audit.report import as_page, table  # noqa: E402
from audit.run import WAYS  # noqa: E402
from audit.sign_sets import ONE_PRIOR, ROBUST, SCHEME, SIGN_ECONOMIES, SIGNS  # noqa: E402


@pytest.mark.parametrize("name", SIGN_ECONOMIES)
def test_the_truth_is_in_the_set_of_one_reduced_form(name: str) -> None:
    economy = SIGN_ECONOMIES[name]
    covariance = STATIONARY.impact @ STATIONARY.impact.T
    np.testing.assert_allclose(economy.impact @ economy.impact.T, covariance, atol=1e-12)
    signs = [(0, 0, h, False, 1, 0) for h in range(2)] + [(0, 1, h, False, 1, 1) for h in range(3)]
    rows = ResponseRestrictions(3, Cells.of(signs), Cells.of([])).rows(
        economy.lags[None], economy.impact[None]
    )
    assert (rows.signs[0, :, 0] > 0).all()  # the first column of B = F I


def test_one_truth_is_at_the_edge_and_one_is_not() -> None:
    """By the share of admissible rotations whose responses on impact are lower."""
    rng = np.random.default_rng(0)
    factor = np.linalg.cholesky(STATIONARY.impact @ STATIONARY.impact.T)
    q = rng.standard_normal((100_000, 3))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    found = impulse_responses(STATIONARY.lags, factor, 2)
    admissible = q[(q @ found[:2, 0].T >= 0).all(axis=1) & (q @ found[:3, 1].T >= 0).all(axis=1)]
    ranks = {
        name: ((admissible @ factor.T) < economy.impact[:, 0]).mean(axis=0)
        for name, economy in SIGN_ECONOMIES.items()
    }
    assert ((ranks["middle_of_the_set"] > 0.15) & (ranks["middle_of_the_set"] < 0.85)).all()
    assert (ranks["edge_of_the_set"] < 0.05).all()


def test_a_sample_is_counted_by_what_its_bands_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_sets, "INFERENCE", Posterior(100))
    assert WAYS[SCHEME] is sign_sets.replicate
    cells = [cell for cell in SIGNS if (cell.economy, cell.nobs) == ("edge_of_the_set", 160)]
    found = sign_sets.replicate("edge_of_the_set", 160, cells, range(3))
    assert set(found) == set(cells)
    assert all(held.samples == 3 and len(held.by_response) == 3 for held in found.values())
    on_impact = {
        band: found[Cell("edge_of_the_set", 160, SCHEME, band, "irf", 0)].coverage
        for band in (ROBUST, ONE_PRIOR)
    }
    assert on_impact[ROBUST] > on_impact[ONE_PRIOR]
    again = sign_sets.replicate("edge_of_the_set", 160, cells[:1], range(1, 3))
    first = sign_sets.replicate("edge_of_the_set", 160, cells[:1], range(1))
    assert first[cells[0]] + again[cells[0]] == found[cells[0]]


def test_samples_without_bounds_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise NumericalError("No rotation.", remedy="None.")

    monkeypatch.setattr(sign_sets, "_identified", refused)
    cell = Cell("middle_of_the_set", 160, SCHEME, ROBUST, "irf", 0)
    found = sign_sets.replicate(cell.economy, 160, [cell], range(2))
    assert found == {cell: Held(0, 2, (0, 0, 0), 0)}


def test_the_page_says_what_was_simulated() -> None:
    found = {cell: Held(10, 0, (9, 10, 10), 282) for cell in SIGNS}
    frame, page = table(found), as_page(found, "signs")
    assert len(frame) == len(SIGNS)
    assert set(frame["draws"]) == {sign_sets.SIGN_DRAWS}
    assert f"robust_bounds({HORIZON})" in page
    assert "| signs | robust region | response | 0 | 96.7 (90)" in page
