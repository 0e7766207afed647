"""Ends of identified sets against brute force, sampling and closed forms; regions of sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from yenloop.estimation.cone import irredundant_rows, project_on_cone
from yenloop.estimation.cone_bounds import range_over_cone
from yenloop.estimation.response_restrictions import RestrictionRows
from yenloop.estimation.robust_bounds import robust_region, set_bounds, starting_rotations
from yenloop.estimation.rotations import draw_rotations, drawing_order


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def on_active_sets(signs, zeros, targets) -> tuple[np.ndarray, np.ndarray]:
    """Gafarov, Meier and Montiel Olea: the best feasible solution over all sets of active rows."""
    k = signs.shape[1]
    lower, upper = np.full(len(targets), np.inf), np.full(len(targets), -np.inf)
    for count in range(k):
        for active in combinations(range(len(signs)), count):
            rows = np.vstack([zeros, signs[list(active)]])
            singular = np.linalg.svd(rows)[1] if len(rows) else np.empty(0)
            basis = np.linalg.svd(rows)[2][(singular > 1e-9).sum() :].T if len(rows) else np.eye(k)
            for i, c in enumerate(targets):
                q = basis @ (basis.T @ c)
                if np.linalg.norm(q) < 1e-12:
                    continue
                for one in (unit(q), -unit(q)):
                    if (signs @ one >= -1e-9).all():
                        lower[i], upper[i] = min(lower[i], c @ one), max(upper[i], c @ one)
    return lower, upper


def bounds_of(signs, zeros, targets, size=None):
    bounds, columns = np.empty((2, len(targets))), np.empty((2, *targets.shape))
    size = np.zeros(signs.shape[1]) if size is None else size
    found = range_over_cone(signs, zeros, targets, size, bounds, columns)
    for side in range(2 if found else 0):
        for c, q, bound in zip(targets, columns[side], bounds[side]):
            if q.any():  # the bound is attained by an admissible column
                assert np.linalg.norm(q) == pytest.approx(1)
                assert (signs @ q >= -1e-9).all()
                assert np.abs(zeros @ q).max(initial=0) < 1e-9
                own = size @ q if size.any() else 1
                assert c @ q / own == pytest.approx(bound, abs=1e-9)
    return found, *bounds


@pytest.mark.parametrize("seed", range(60))
def test_bounds_of_one_shock_are_those_of_all_active_sets(seed) -> None:
    """Cones with and without lines, empty ones, repeated and implied rows, rows on zeros."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 6))
    signs = rng.standard_normal((rng.integers(1, 8), k))
    zeros = rng.standard_normal((rng.integers(0, k - 1), k))
    if seed % 3 == 0:
        implied = 0.3 * signs[:1] + signs[-1:]
        signs = np.vstack([signs, 2 * signs[:1], implied, *([zeros[:1]] if len(zeros) else [])])
    targets = rng.standard_normal((5, k))
    found, lower, upper = bounds_of(signs, zeros, targets)
    low, high = on_active_sets(signs, zeros, targets)
    assert found == np.isfinite(low).any()
    if found:
        np.testing.assert_allclose(lower, low, rtol=0, atol=1e-9)
        np.testing.assert_allclose(upper, high, rtol=0, atol=1e-9)


def test_two_variables_have_bounds_on_paper() -> None:
    """Impact signs ++ with Sigma = P P': angles between two half-planes."""
    factor = np.linalg.cholesky(np.array([[4.0, 1.2], [1.2, 1.0]]))
    found, lower, upper = bounds_of(factor, np.empty((0, 2)), factor)
    assert found
    correlation = 1.2 / 2
    # b_1 >= 0 and b_2 >= 0: from the column that leaves one unmoved to its full standard deviation
    np.testing.assert_allclose(lower, 0, atol=1e-12)
    np.testing.assert_allclose(upper, [2, 1], rtol=1e-12)
    found, lower, upper = bounds_of(factor * [[1], [-1]], np.empty((0, 2)), factor)
    np.testing.assert_allclose(upper[0], 2 * np.sqrt(1 - correlation**2), rtol=1e-12)
    np.testing.assert_allclose(lower[1], -np.sqrt(1 - correlation**2), rtol=1e-12)


def test_zeros_that_identify_give_a_point() -> None:
    """K - 1 zeros and a sign: the last column of the Cholesky factor."""
    root = np.random.default_rng(0).standard_normal((4, 9))
    factor = np.linalg.cholesky(root @ root.T)
    found, lower, upper = bounds_of(factor[3:], factor[:3], factor)
    assert found
    np.testing.assert_allclose(lower, factor[:, 3], rtol=0, atol=1e-12)
    np.testing.assert_allclose(upper, factor[:, 3], rtol=0, atol=1e-12)


def test_sized_responses_are_bounded_by_the_edges_or_not_at_all() -> None:
    """Against the ratio over many vectors; unbounded where the own response can be zero."""
    rng, none = np.random.default_rng(3), np.empty((0, 3))
    own = np.array([1.0, 0, 0])
    away = np.array([[1.0, 1, 0], [1, -1, 0], [1, 0.3, 1], [1, 0.2, -1]])  # own'q is not zero
    targets = np.vstack([own, rng.standard_normal((3, 3))])
    found, lower, upper = bounds_of(np.vstack([own, away]), none, targets, 2 * own)
    assert found
    q = rng.standard_normal((400_000, 3)) + 2 * own
    q = q[(q @ np.vstack([own, away]).T >= 0).all(axis=1)]
    ratio = q @ targets.T / (2 * q[:, :1])
    assert lower[0] == upper[0] == 0.5
    assert (ratio >= lower - 1e-12).all()
    assert (ratio <= upper + 1e-12).all()
    np.testing.assert_allclose(ratio.min(axis=0), lower, rtol=0, atol=0.02)
    np.testing.assert_allclose(ratio.max(axis=0), upper, rtol=0, atol=0.02)
    found, lower, upper = bounds_of(np.array([own, [0, 1, 0]]), none, np.eye(3), own)
    np.testing.assert_array_equal(lower, [1, 0, -np.inf])
    np.testing.assert_array_equal(upper, [1, np.inf, np.inf])


def test_projections_satisfy_the_conditions_of_optimality() -> None:
    """x in the cone, c - x in its polar and orthogonal to x (Moreau)."""
    rng = np.random.default_rng(4)
    for _ in range(50):
        rows, c, x = rng.standard_normal((9, 5)), rng.standard_normal(5), np.empty(5)
        length = project_on_cone(c, 1.0, rows, 9, x)
        assert length == pytest.approx(np.linalg.norm(x))
        assert (rows @ x >= -1e-10).all()
        assert abs((c - x) @ x) < 1e-10
        weights = np.linalg.lstsq(rows[np.abs(rows @ x) < 1e-9].T, x - c)[0]
        assert (weights >= -1e-8).all() or len(weights) > 5


def test_rows_that_others_imply_are_left_out() -> None:
    rows = np.array([[1.0, 0, 0], [0, 1, 0], [1, 1, 0], [3, 0, 0], [0, 0, 0], [0, 0, 1]])
    kept, count = irredundant_rows(rows, np.eye(3), 3)
    assert count == 3
    np.testing.assert_allclose(kept[:3].sum(axis=0), [1, 1, 1])


def restricted(rng, k: int, shocks: int, rows: int, zeros: int = 0, forms: int = 1):
    signs = rng.standard_normal((forms, shocks * rows, k))
    sign_bounds = np.minimum(np.arange(k + 1), shocks) * rows
    zero_rows = rng.standard_normal((forms, zeros, k))
    zero_bounds = np.minimum(np.arange(k + 1), zeros)  # one for each of the first shocks
    return RestrictionRows(signs, sign_bounds, zero_rows, zero_bounds)


def searched(rows, targets, shock, *, rotations=100, max_attempts=100_000, seed=0, **options):
    order = drawing_order(rows.sign_bounds, rows.zero_bounds)
    looked = {"count": rotations, "max_attempts": max_attempts, "seed": seed}
    starts = starting_rotations(rows, order, **looked, threads=options.get("threads", 1))
    return set_bounds(rows, targets, shock, starts, order, **options)


@pytest.mark.parametrize("zeros", [0, 2])
def test_bounds_of_several_shocks_hold_all_rotations_and_are_nearly_reached(zeros) -> None:
    rng = np.random.default_rng(5)
    rows = restricted(rng, 4, 3, 2, zeros, forms=4)
    order = drawing_order(rows.sign_bounds, rows.zero_bounds)
    targets = unit(rng.standard_normal((4, 6, 4)))
    found = searched(rows, targets, 1, rotations=400, seed=1)
    assert not found.exact
    assert found.nonempty.all()
    many = draw_rotations(rows, count=20_000, max_attempts=1000, seed=9, order=order).rotation
    values = np.einsum("rnk,rsk->rsn", targets, many[..., 1])
    below, above = found.lower - np.nanmin(values, 1), np.nanmax(values, 1) - found.upper
    assert max(below.max(), above.max()) < 1e-6  # no rotation lies outside
    assert min(below.min(), above.min()) > -0.1  # and the ends are near some
    assert (found.lower >= found.outer[:, 0] - 1e-8).all()
    assert (found.upper <= found.outer[:, 1] + 1e-8).all()


def test_searches_reach_the_exact_ends_where_other_shocks_do_not_matter() -> None:
    """A restriction on another shock that always holds for one of its signs."""
    rng = np.random.default_rng(6)
    alone = restricted(rng, 5, 1, 3, forms=6)
    bounds = np.array([0, 3, 4, 4, 4, 4])
    other = RestrictionRows(
        np.concatenate([alone.signs, rng.standard_normal((6, 1, 5))], axis=1),
        bounds,
        alone.zeros,
        alone.zero_bounds,
    )
    targets = unit(rng.standard_normal((6, 8, 5)))
    exact = searched(alone, targets, 0)
    found = searched(other, targets, 0, rotations=30, seed=2)
    assert exact.exact
    np.testing.assert_allclose(found.lower, exact.lower, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.upper, exact.upper, rtol=0, atol=1e-6)
    assert found.at_outer == 1.0


def test_sized_responses_with_several_shocks() -> None:
    """Unbounded where the own response can vanish; else no rotation lies outside."""
    rng = np.random.default_rng(7)
    own = np.eye(3)[0]
    tight = unit(np.array([[1.0, 1, 0], [1, -1, 0], [1, 0.3, 1], [1, 0.2, -1]]))
    other = rng.standard_normal((2, 3))
    bounds, none = np.array([0, 5, 7, 7]), np.empty((1, 0, 3))
    rows = RestrictionRows(np.vstack([own, tight, other])[None], bounds, none, np.zeros(4, int))
    targets = np.vstack([own, rng.standard_normal((2, 3))])[None]
    options = {"size": own[None], "rotations": 40}
    found = searched(rows, targets, 0, **options)
    many = draw_rotations(rows, count=20_000, max_attempts=1000, seed=3).rotation[0, :, :, 0]
    ratio = many @ targets[0].T / many[:, :1]
    assert (ratio >= found.lower - 1e-8).all()
    assert (ratio <= found.upper + 1e-8).all()
    assert np.isfinite(found.upper).all()
    loose = RestrictionRows(
        np.vstack([own, other])[None], np.array([0, 1, 3, 3]), none, np.zeros(4, int)
    )
    found = searched(loose, targets, 0, **options)
    assert found.lower[0, 0] == pytest.approx(1)
    assert np.isinf([found.lower[0, 1:], found.upper[0, 1:]]).all()


def test_bounds_do_not_depend_on_threads_and_empty_sets_are_marked() -> None:
    rng = np.random.default_rng(8)
    rows = restricted(rng, 4, 2, 3, forms=9)
    rows.signs[3, 1] = -rows.signs[3, 0]
    rows.signs[3, 2] = rows.signs[3, 0] * 0
    rows.signs[5, 1:3] = -rows.signs[5, :1]  # only equality is left: no rotation is found
    rows.signs[6, 4] = np.nan
    targets = rng.standard_normal((9, 3, 4))
    one, two = (
        searched(rows, targets, 0, rotations=9, max_attempts=3000, threads=threads)
        for threads in (1, 2)
    )
    np.testing.assert_array_equal(one.lower, two.lower)
    np.testing.assert_array_equal(one.upper, two.upper)
    np.testing.assert_array_equal(np.flatnonzero(~one.nonempty), [3, 5, 6])
    assert np.isnan(one.lower[[3, 5, 6]]).all()


def held(lower, upper, a: float, b: float) -> int:
    """How many sets lie in [a, b]."""
    return ((lower >= a) & (upper <= b)).sum()


@pytest.mark.parametrize("level", [0.5, 0.68, 0.9])
def test_robust_region_is_the_shortest_of_all_intervals(level) -> None:
    rng = np.random.default_rng(9)
    lower = rng.standard_normal((31, 4, 2))
    upper = lower + rng.exponential(size=lower.shape)
    low, high = robust_region(lower, upper, level)
    needed = int(np.ceil(level * 31))
    for cell in np.ndindex(4, 2):
        ends = lower[(slice(None), *cell)], upper[(slice(None), *cell)]
        widths = [b - a for a in ends[0] for b in ends[1] if held(*ends, a, b) >= needed]
        assert (high - low)[cell] == min(widths)
        assert held(*ends, low[cell], high[cell]) >= needed


def test_regions_of_points_are_shortest_credible_intervals() -> None:
    """And a set that is not bounded in too many draws has a region that is not."""
    draws = np.random.default_rng(0).standard_normal((20_000, 1))
    low, high = robust_region(draws, draws, 0.9)
    assert high[0] - low[0] == pytest.approx(2 * 1.645, rel=0.03)
    lower, upper = np.zeros((10, 3)), np.ones((10, 3))
    upper[:2, :2], lower[:2, 1] = np.inf, -np.inf
    low, high = robust_region(lower, upper, 0.8)
    np.testing.assert_array_equal([low, high], [[0, 0, 0], [1, 1, 1]])
    low, high = robust_region(lower, upper, 0.9)
    np.testing.assert_array_equal([low, high], [[0, -np.inf, 0], [np.inf, np.inf, 1]])
