"""Each verdict in the report says its statistic, sample and schemes, and what was left out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from yenloop.models.claim_components import Component, Region
from yenloop.models.claim_statements import load_claims
from yenloop.models.claims import Evidence, Verdicts, decide
from yenloop.reports.chapters.verdicts import verdicts_chapter, verdicts_table

CLAIMS = load_claims()


def component(mean: float, scheme: str, **more: bool) -> Component:
    draws = mean + norm.ppf(np.arange(1, 1000) / 1000)
    region = Region(low=-2.0, high=2.0)
    return Component("x", "X", "statistic x", mean, draws, region, "bp", scheme, **more)


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    monthly = (
        component(1.0, "order a"),
        component(3.0, "order b"),
        component(0.0, "order c", restricted=True),
    )
    return decide(
        [
            Evidence(CLAIMS["C2"], monthly, "1999-05 to 2025-11", "2025-11"),
            Evidence(CLAIMS["C6"], (component(0.0, "by clock"),), "1999-01-07 to 2026-02-27", "x"),
        ]
    )


def test_notes_name_sample_schemes_and_what_is_left_out(verdicts: Verdicts) -> None:
    _, monthly, daily = verdicts_table(verdicts).notes
    assert "1999-05 to 2025-11, last common month 2025-11." in monthly
    assert f"Schemes: {CLAIMS['C2'].scheme}; the least favourable of 2: order b." in monthly
    assert "Left out: X: imposed in 1 of 3 schemes." in monthly
    assert daily.endswith(f"Schemes: {CLAIMS['C6'].scheme}: by clock.")


def test_numbers_of_each_claim_have_its_own_sample_and_schemes(verdicts: Verdicts) -> None:
    numbers = verdicts_chapter(verdicts).numbers
    assert numbers["verdict-c2"].sample == "1999-05 to 2025-11"
    assert numbers["verdict-c6"].sample == "1999-01-07 to 2026-02-27"
    assert "by clock" in numbers["verdict-c6"].method
    assert sum(len(one.tidy) for one in numbers.values()) == len(verdicts.tidy())
    for claim, one in zip(("C2", "C6"), numbers.values(), strict=True):
        assert set(one.tidy["model"]) == {claim}
