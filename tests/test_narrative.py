"""Narrative restrictions: known probabilities, brute force, dates of the sample, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr, ndtri

from yenloop.data.panel import Column
from yenloop.errors import NumericalError, SpecError
from yenloop.estimation.narrative import (
    ContributionOf,
    Narrative,
    SignOf,
    log_inverse_probability,
    narrative_holds,
    residuals_at,
    shock_sign_rows,
)
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.narrative import (
    LargestContribution,
    ShockSign,
    narrative_of,
    require_resolved,
)

K, P, T, R = 3, 2, 60, 12
NAMES = ("yen", "cpi", "jgb")
COLUMNS = {name: Column(name, name, "%", differenced=name == "cpi") for name in NAMES}
DATES = pd.period_range("2000-03", periods=T, freq="M")


@pytest.fixture(scope="module")
def economy():
    rng = np.random.default_rng(0)
    y, z = rng.standard_normal((T + P, K)).cumsum(axis=0), np.ones((T, 1))
    lags = 0.3 * rng.standard_normal((R, P, K, K))
    deterministic = rng.standard_normal((R, K, 1))
    impact = rng.uniform(0.4, 1.2, (R, K, K)) * rng.choice([-1.0, 1.0], (R, K, K))
    return y, z, lags, deterministic, impact


def simulated(narrative, lags, impact, count: int, seed: int, spread=None) -> float:
    """Share of histories that satisfy the restrictions, period by period and shock by shock."""
    rng = np.random.default_rng(seed)
    psi = [np.eye(K)]
    for h in range(1, narrative.horizon + 1):
        psi.append(sum(lags[i] @ psi[h - 1 - i] for i in range(min(h, P))))
    e = {t: rng.standard_normal((count, K)) for t in narrative.rows}
    if spread is not None:
        e = {t: e[t] * spread[t] for t in e}
    held = np.ones(count, dtype=bool)
    for s in narrative.signs:
        held &= s.sign * e[s.row][:, s.shock] > 0
    for c in narrative.contributions:
        parts = np.zeros((count, K))
        for end in range(c.first, c.last + 1) if c.cumulative else [c.last]:
            for t in range(c.first, end + 1):
                parts += (psi[end - t] @ impact)[c.variable] * e[t]
        size = np.abs(parts)
        others = np.delete(size, c.shock, axis=1)
        ranks = {
            "most": size[:, c.shock] > others.max(axis=1),
            "least": size[:, c.shock] < others.min(axis=1),
            "overwhelming": size[:, c.shock] > others.sum(axis=1),
        }
        held &= ranks[c.kind]
    return float(held.mean())


def test_signs_of_distinct_shocks_and_dates_have_a_known_probability(economy) -> None:
    """omega = 2^-n, without simulation; a sign said twice counts once."""
    _, _, lags, _, impact = economy
    signs = (SignOf(0, 5, 1), SignOf(0, 9, -1), SignOf(2, 9, 1), SignOf(0, 5, 1))
    found = log_inverse_probability(Narrative(signs), lags, impact, seed=0)
    np.testing.assert_allclose(np.exp(found.log_weights), 8, rtol=1e-14)
    assert not found.simulated.any()


def test_a_sign_in_a_window_is_simulated_to_the_same_number(economy) -> None:
    """At one date the sign is independent of the sizes: half the probability of the rank."""
    _, _, lags, _, impact = economy
    rank = ContributionOf(0, 1, 7, 7)
    options = {"seed": 1, "successes": 20_000}
    alone = log_inverse_probability(Narrative((), (rank,)), lags[:3], impact[:3], **options)
    both = log_inverse_probability(
        Narrative((SignOf(0, 7, 1),), (rank,)), lags[:3], impact[:3], **options
    )
    error = 3.5 * np.sqrt(2 / 20_000)
    np.testing.assert_allclose(both.log_weights - alone.log_weights, np.log(2), rtol=0, atol=error)


@pytest.mark.parametrize(("last", "summed"), [(7, False), (10, False), (10, True)])
def test_rank_of_one_shock_has_the_probability_of_independent_normals(
    economy, last, summed
) -> None:
    """Contributions are independent N(0, s_k^2): one integral over the size of the shock's own."""
    _, _, lags, _, impact = economy
    one = ContributionOf(1, 2, 7, last, "most", summed)
    theta = impulse_responses(lags, impact, last - 7)[:, :, 2]
    theta = theta.cumsum(axis=1) if summed else theta[:, : last - 7 + 1]
    s = np.sqrt((theta**2).sum(axis=1))
    nodes, weights = np.polynomial.legendre.leggauss(400)
    x = ndtri((1 + (nodes + 1) / 2) / 2)
    others = 2 * ndtr(s[:, 1, None] * x / s[:, [0, 2], None].transpose(1, 0, 2)) - 1
    omega = others.prod(axis=0) @ weights / 2
    found = log_inverse_probability(Narrative((), (one,)), lags, impact, seed=2, successes=10_000)
    z = (np.exp(found.log_weights) * omega - 1) / np.sqrt((1 - omega) / 10_000)
    assert np.abs(z).max() < 3.8
    assert (found.simulated * omega).mean() == pytest.approx(10_000, rel=0.02)


@pytest.mark.parametrize("kind", ["most", "least", "overwhelming"])
def test_probabilities_are_those_of_brute_force(economy, kind) -> None:
    _, _, lags, _, impact = economy
    narrative = Narrative(
        (SignOf(0, 4, 1), SignOf(2, 30, -1)),
        (ContributionOf(0, 1, 3, 5, kind, True), ContributionOf(2, 0, 5, 6, "most")),
    )
    spread = np.ones(T)
    spread[4] = 5.0
    for scales in (None, spread):
        found = log_inverse_probability(
            narrative, lags[:2], impact[:2], seed=3, successes=4000, scales=scales
        )
        for r in range(2):
            share = simulated(narrative, lags[r], impact[r], 400_000, 5 + r, scales)
            error = np.hypot(4000**-0.5, (400_000 * share) ** -0.5)
            assert abs(np.exp(found.log_weights[r]) * share - 1) < 3.5 * error


def test_weights_are_right_on_average_with_few_successes(economy) -> None:
    """The inverse of an estimated probability is not: 1 / omega is overstated."""
    _, _, lags, _, impact = economy
    narrative = Narrative((), (ContributionOf(0, 1, 7, 7, "overwhelming"),))
    count = 3000
    repeated = np.repeat(lags[:1], count, axis=0), np.repeat(impact[:1], count, axis=0)
    found = np.exp(log_inverse_probability(narrative, *repeated, seed=6, successes=3).log_weights)
    exact = np.exp(
        log_inverse_probability(
            narrative, lags[:1], impact[:1], seed=7, successes=200_000
        ).log_weights[0]
    )
    assert abs(found.mean() / exact - 1) < 3.5 * (found.std() / count**0.5 / exact + 200_000**-0.5)


def test_windows_that_share_a_period_belong_together() -> None:
    a, b = ContributionOf(0, 0, 2, 4), ContributionOf(1, 0, 4, 6)
    c, sign = ContributionOf(2, 0, 9, 9), SignOf(0, 6, 1)
    parts = Narrative((sign, SignOf(1, 20, 1)), (a, b, c)).independent_parts()
    found = {(part.rows, part.signs, frozenset(part.contributions)) for part in parts}
    assert found == {
        ((2, 3, 4, 5, 6), (sign,), frozenset({a, b})),
        ((9,), (), frozenset({c})),
        ((20,), (SignOf(1, 20, 1),), frozenset()),
    }


def test_draws_are_judged_by_their_own_shocks_of_the_data(economy) -> None:
    """Against the residuals of all periods, and the sums of contributions by definition."""
    y, z, lags, deterministic, impact = economy
    narrative = Narrative((SignOf(1, 0, 1), SignOf(2, 40, -1)), (ContributionOf(0, 1, 39, 41),))
    found = narrative_holds(narrative, y, z, lags, deterministic, impact)
    for r in range(R):
        u = (
            y[P:]
            - z @ deterministic[r].T
            - sum(y[P - i - 1 : T + P - i - 1] @ lags[r, i].T for i in range(P))
        )
        rows = residuals_at((0, 40), y, z, lags[r], deterministic[r])
        np.testing.assert_allclose(rows, u[[0, 40]], atol=1e-10)
        e = u @ np.linalg.inv(impact[r]).T
        psi = [np.eye(K), lags[r, 0], lags[r, 0] @ lags[r, 0] + lags[r, 1]]
        moved = np.abs(sum((psi[h] @ impact[r])[1] * e[41 - h] for h in range(3)))
        expected = e[0, 1] > 0 and e[40, 2] < 0 and moved.argmax() == 0
        assert found[r] == expected
    assert 0 < found.sum() < R


def test_signs_of_shocks_are_inequalities_in_a_column(economy) -> None:
    y, z, lags, deterministic, impact = economy
    covariance = impact @ np.swapaxes(impact, -1, -2)
    factor = np.linalg.cholesky(covariance)
    rotation = np.linalg.solve(factor, impact)
    signs = (SignOf(1, 3, 1), SignOf(2, 8, -1))
    rows = shock_sign_rows(signs, y, z, lags, deterministic, factor)
    for n, sign in enumerate(signs):
        value = np.einsum("rk,rk->r", rows[:, n], rotation[:, :, sign.shock])
        held = narrative_holds(Narrative((sign,)), y, z, lags, deterministic, impact)
        np.testing.assert_array_equal(value > 0, held)


def test_draws_do_not_depend_on_what_is_simulated_beside_them(economy) -> None:
    _, _, lags, _, impact = economy
    narrative = Narrative((), (ContributionOf(0, 1, 7, 8),))
    whole = log_inverse_probability(narrative, lags, impact, seed=4)
    part = log_inverse_probability(narrative, lags[5:], impact[5:], seed=4, first=5)
    np.testing.assert_array_equal(part.log_weights, whole.log_weights[5:])


def test_a_probability_that_cannot_be_told_is_an_error(economy) -> None:
    """Not zero, not dropped: the draw would have the largest weight of all."""
    _, _, lags, _, impact = economy
    impact = impact.copy()
    impact[3, 1, 0] = 1e-7
    narrative = Narrative((), (ContributionOf(0, 1, 7, 7),))
    found = log_inverse_probability(narrative, lags, impact, seed=0, limit=20_000)
    np.testing.assert_array_equal(np.flatnonzero(found.unresolved), [3])
    with pytest.raises(NumericalError, match="1 of 12 draws"):
        require_resolved(found, 20_000)
    fine = log_inverse_probability(narrative, lags[:2], impact[:2], seed=0)
    assert require_resolved(fine, 20_000) is fine.log_weights


def test_restrictions_find_their_places_in_the_sample() -> None:
    found = narrative_of(
        [
            ShockSign("yen", "2000-03", "-"),
            LargestContribution("monetary", "cpi", "2001-01", "2001-04", "overwhelming"),
            LargestContribution("yen", "yen", "2002-01", cumulative=True),
        ],
        ("yen", "cpi", "monetary"),
        NAMES,
        COLUMNS,
        DATES,
    )
    assert found.signs == (SignOf(0, 0, -1),)
    assert found.contributions == (
        ContributionOf(2, 1, 10, 13, "overwhelming", True),  # enters as a change: summed
        ContributionOf(0, 0, 22, 22, "most", True),
    )
    quarters = pd.period_range("2000Q1", periods=8, freq="Q")
    one = [ShockSign("yen", "2001Q2", "+")]
    assert narrative_of(one, NAMES, NAMES, COLUMNS, quarters).signs == (SignOf(0, 5, 1),)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([ShockSign("oil", "2001-01", "+")], "No shock is called 'oil'"),
        ([LargestContribution("yen", "oil", "2001-01")], "No variable is called 'oil'"),
        ([ShockSign("yen", "2000-02", "+")], "2000-03 to 2005-02"),
        ([ShockSign("yen", "2001Q1", "+")], "not one of the periods"),
        ([LargestContribution("yen", "cpi", "2002-01", "2001-01")], "before it starts"),
        ([ShockSign("yen", "2001-01", "+"), ShockSign("yen", "2001-01", "-")], "contradict"),
        (
            [LargestContribution(shock, "cpi", "2001-01") for shock in ("yen", "jgb")],
            "yen shock the most important contributor to the surprise in cpi in 2001-01",
        ),
        (
            [LargestContribution("yen", "cpi", "2001-01", kind=kind) for kind in ("least", "most")],
            "contradict",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_sample_is_refused(wrong, message) -> None:
    with pytest.raises(SpecError, match=message):
        narrative_of(wrong, NAMES, NAMES, COLUMNS, DATES)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ShockSign("yen", "September", "+"),
        lambda: ShockSign("yen", "2001-01", 1),
        lambda: LargestContribution("yen", "cpi", "2001-01", kind="largest"),
        lambda: LargestContribution("yen", "cpi", "2001-01", "2001-13"),
    ],
)
def test_restrictions_without_meaning_are_refused(make) -> None:
    with pytest.raises(SpecError):
        make()
