"""Proves the rule of the verdicts: intervals against regions, Holm, equivalence, composites."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from yenloop.errors import SpecError
from yenloop.estimation.fieller import fieller
from yenloop.estimation.multiplicity import holm
from yenloop.models.claim_components import (
    Component,
    RatioComponent,
    Region,
    minimum_detectable_effect,
)
from yenloop.models.claim_statements import load_claims
from yenloop.models.claims import Evidence, decide, find, judge

POSITIVE = Region(low=0.0)
WITHIN_2 = Region(low=-2.0, high=2.0)
C1 = load_claims()["C1"]


def component(
    mean: float,
    sd: float = 1.0,
    region: Region = POSITIVE,
    name: str = "x",
    draws: int = 1999,
    **more,
) -> Component:
    """Draws at the exact quantiles of a normal distribution."""
    values = mean + sd * norm.ppf(np.arange(1, draws + 1) / (draws + 1))
    return Component(
        name, name, f"statistic {name}", mean, values, region, "bp", "a scheme", **more
    )


def verdict(*components: Component):
    return judge(Evidence(C1, components, "2000-01 to 2020-12", "2020-12"))


# -- the rule for one statistic --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (1.65, "supported"),  # 5% quantile just above zero
        (1.64, "not distinguishable"),
        (0.0, "not distinguishable"),
        (-1.64, "not distinguishable"),
        (-1.65, "contradicted"),
    ],
)
def test_interval_against_a_one_sided_region(mean, expected):
    assert verdict(component(mean)).verdict == expected


@pytest.mark.parametrize(
    ("mean", "sd", "expected"),
    [
        (0.0, 1.2, "supported"),
        (0.0, 1.3, "not distinguishable"),  # an imprecise zero is no evidence of no effect
        (1.0, 1.0, "not distinguishable"),
        (4.0, 1.0, "contradicted"),
        (-4.0, 1.0, "contradicted"),
    ],
)
def test_equivalence_is_two_one_sided_tests(mean, sd, expected):
    found = find([component(mean, sd, WITHIN_2)], 0.90, 0.80)
    assert found.verdict == expected
    tost = max(norm.sf((mean + 2) / sd), norm.sf((2 - mean) / sd))
    assert found.p_support == pytest.approx(tost, abs=1e-3)


@pytest.mark.parametrize("draws", [199, 500, 1999, 2000])
@pytest.mark.parametrize("region", [POSITIVE, Region(high=0.0), WITHIN_2])
def test_p_value_and_interval_always_agree(draws, region):
    rng = np.random.default_rng(5)
    for _ in range(300):
        values = rng.normal(rng.normal(0, 2), 1, draws)
        one = replace(component(0, region=region), draws=values)
        low, high = one.interval(0.90)
        inside = region.low < low and high < region.high
        outside = low >= region.high or high <= region.low
        found = find([one], 0.90, 0.80)
        assert (found.p_support <= 0.05) == inside
        assert (found.p_contradict <= 0.05) == outside


def test_ratio_agrees_with_fieller_at_every_boundary():
    rng = np.random.default_rng(6)
    for _ in range(300):
        top, bottom = rng.normal(0, 3, 2)
        root = rng.normal(size=(2, 2))
        V = root @ root.T
        one = RatioComponent(
            "x",
            "x",
            "",
            top / bottom,
            np.empty(0),
            POSITIVE,
            "%",
            "",
            numerator=top,
            denominator=bottom,
            covariance=V,
        )
        low, high = fieller(np.array(top), np.array(bottom), V, 0.90).hull
        for bound in (-1.0, 0.0, 0.5, 2.0):
            assert (one.p_at_most(bound) <= 0.05) == (low > bound)
            assert (one.p_at_least(bound) <= 0.05) == (high < bound)


def test_a_ratio_with_a_weak_denominator_shows_nothing():
    weak = RatioComponent(
        "x",
        "x",
        "",
        9.0,
        np.empty(0),
        POSITIVE,
        "%",
        "",
        numerator=9.0,
        denominator=1.0,
        covariance=np.eye(2),
    )
    found = find([weak], 0.90, 0.80)
    assert found.verdict == "not distinguishable"
    assert (found.conf_low, found.conf_high, found.mde) == (-np.inf, np.inf, np.inf)


def test_draws_without_the_statistic_count_against_it():
    certain = component(5.0)
    values = certain.draws.copy()
    values[:120] = np.nan  # 6% of the draws
    assert verdict(certain).verdict == "supported"
    assert verdict(replace(certain, draws=values)).verdict == "not distinguishable"


# -- composites ------------------------------------------------------------------------------------


def test_composite_is_supported_only_if_every_part_is():
    strong, weak = component(4.0, name="a"), component(1.0, name="b")
    both = verdict(strong, component(3.0, name="b"))
    assert both.verdict == "supported"
    assert both.p_value == max(f.p_support for f in both.findings)
    one = verdict(strong, weak)
    assert one.verdict == "not distinguishable"
    assert one.statistic == "statistic b"
    assert one.p_value == find([weak], 0.90, 0.80).p_support


def test_contradiction_by_one_of_many_parts_is_corrected_for_their_number():
    parts = [component(4.0, name=str(i)) for i in range(4)]
    just = component(-1.8, name="bad")  # contradicted alone (p = 0.036), not among five
    clear = component(-2.6, name="bad")
    assert verdict(just).verdict == "contradicted"
    assert verdict(*parts, just).verdict == "not distinguishable"
    assert verdict(*parts, clear).verdict == "contradicted"


def test_the_least_favourable_scheme_counts():
    good, bad = component(3.0), component(0.5)
    found = verdict(good, bad).findings[0]
    assert found.schemes == 2
    assert found.conf_low == bad.interval(0.90)[0]
    assert found.conf_high == good.interval(0.90)[1]
    assert found.verdict == "not distinguishable"
    across = find([component(-5.0, region=WITHIN_2), component(5.0, region=WITHIN_2)], 0.9, 0.8)
    assert across.verdict == "not distinguishable"  # their envelope covers the region


def test_the_least_favourable_scheme_is_the_farthest_where_all_p_values_are_one():
    schemes = [component(mean, region=WITHIN_2) for mean in (12.0, 20.0, 15.0)]
    found = find(schemes, 0.9, 0.8)
    assert found.p_support == 1.0
    assert found.component.estimate == 20.0


def test_what_a_scheme_imposes_is_left_out_and_named():
    imposed = component(0.0, sd=1e-9, region=WITHIN_2, restricted=True)
    found = verdict(imposed, component(0.0, 3.0, WITHIN_2))
    assert found.verdict == "not distinguishable"
    assert found.findings[0].schemes == 1
    assert found.left_out == ("x: imposed in 1 of 2 schemes",)
    nothing = verdict(imposed)
    assert nothing.verdict == "no data"
    assert np.isnan(nothing.p_value)
    assert verdict(imposed, component(4.0, name="other")).verdict == "no data"
    assert verdict(imposed, component(-4.0, name="other")).verdict == "contradicted"


def test_leaving_out_an_imposed_value_does_not_refute():
    """With JGB yields first shared movements look like a response, with US yields first it is 0."""
    imposed = component(0.0, sd=1e-9, region=WITHIN_2, restricted=True)
    assert verdict(component(9.0, region=WITHIN_2)).verdict == "contradicted"
    assert verdict(component(9.0, region=WITHIN_2), imposed).verdict == "not distinguishable"
    assert verdict(component(0.0, 0.5, WITHIN_2), imposed).verdict == "supported"
    shown = verdict(component(9.0, region=WITHIN_2), imposed).findings[0]
    assert (shown.conf_low, shown.verdict) == (0.0, "not distinguishable")


def test_a_zero_on_impact_needs_a_scheme_without_it():
    zero = component(4.0, restricted_before=True)
    assert verdict(zero).verdict == "no data"
    assert verdict(zero, component(4.0)).verdict == "supported"
    assert (
        verdict(component(0.5, restricted_before=True), component(4.0)).verdict
        == "not distinguishable"
    )


# -- several claims --------------------------------------------------------------------------------


def test_holm_by_hand():
    found = holm(np.array([0.03, 0.01, np.nan, 0.04, 0.005]))
    np.testing.assert_allclose(found, [0.06, 0.03, np.nan, 0.06, 0.02])
    np.testing.assert_allclose(holm(np.array([0.6, 0.7])), [1.0, 1.0])


def test_holm_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(1).uniform(0, 0.2, 11)
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])


def test_support_is_told_apart_from_support_after_holm():
    claims = load_claims()
    evidence = [
        Evidence(claims["C1"], (component(1.8),), "s", "2020-12"),
        Evidence(claims["C2"], (component(1.0),), "s", "2020-12"),
        Evidence(claims["C6"], (component(4.0),), "s", "2020-12"),
    ]
    found = decide(evidence)
    assert [v.verdict for v in found.verdicts] == ["supported", "not distinguishable", "supported"]
    assert [v.survives_holm for v in found.verdicts] == [False, False, True]
    assert found["C1"].p_holm == pytest.approx(2 * found["C1"].p_value)


def test_minimum_detectable_effect_has_the_stated_power():
    rng = np.random.default_rng(2)
    estimates = rng.normal(0, 1, 200_000)
    z = norm.ppf(0.95)
    effect = minimum_detectable_effect(1.0, POSITIVE, 0.90, 0.80)
    assert (estimates + effect - z > 0).mean() == pytest.approx(0.80, abs=0.005)
    margin = minimum_detectable_effect(1.0, WITHIN_2, 0.90, 0.80)
    assert (np.abs(estimates) + z < margin).mean() == pytest.approx(0.80, abs=0.005)


def test_same_draws_same_verdict():
    evidence = Evidence(C1, (component(1.7), component(2.0, name="b")), "s", "2020-12")
    a, b = decide([evidence]), decide([evidence])
    assert a.table.equals(b.table)
    assert a.tidy().equals(b.tidy())


# -- what is fixed beforehand ----------------------------------------------------------------------


def test_the_claims_are_complete_and_fixed():
    claims = load_claims()
    assert list(claims) == ["C1", "C2", "C6"]
    for claim in claims.values():
        assert (claim.level, claim.power) == (0.90, 0.80)
        assert claim.statement
        assert claim.scheme
        for part in claim.parts:
            assert np.isfinite(part.region.low) or np.isfinite(part.region.high)
            assert part.horizons
    margin = claims["C6"].part("us10y")
    assert (margin.region, margin.horizons) == (WITHIN_2, (0, 1, 3, 6, 12))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[claim.part]]\nname='x'", "has no region"),
        ("[[claim.part]]\nlow=0.0\nnonsense=1", "nonsense"),
        ("colour='red'", "colour"),
    ],
)
def test_a_faulty_claims_file_is_refused(text, message):
    with pytest.raises(SpecError, match=message):
        load_claims(f"level=0.9\npower=0.8\n[[claim]]\nid='X'\n{text}")


def test_results_print_and_cite():
    found = decide([Evidence(C1, (component(4.0),), "2000-01 to 2020-12", "2020-12")])
    text = str(found.summary())
    for word in ("supported", "above 0", "2020-12", "C1", "minimum detectable"):
        assert word in text
    assert "Holm" in found.cite()
    assert found.summary().to_latex().count("toprule") == 2
