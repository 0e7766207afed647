"""Restrictions that no rotation satisfies are named: one shock's exactly, others by search."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from yenloop.data.economy import simulate_var
from yenloop.errors import NoRotationError, NotIdentifiedError
from yenloop.estimation.sign_feasibility import largest_margin, smallest_conflict
from yenloop.models.identification.narrative import ShockSign
from yenloop.models.identification.sign_conflicts import none_in_draws
from yenloop.models.identification.sign_restrictions import Sign, ZeroResponse
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.storage import load
from yenloop.models.var import VAR

NOTHING = np.zeros((0, 2))
#: y pushes x up a period later, and surprises in the two go in opposite directions.
SLOPE, IMPACT = np.array([[0.6, 0.5], [0.0, 0.6]]), np.array([[1.0, 0.0], [-0.9, 0.3]])

#: If x is to rise and then to fall, y must fall.
ALMOST = (Sign("x", "x", "+"), Sign("x", "x", "-", 1), Sign("x", "y", "+"))


def estimated(slope: np.ndarray):
    y = simulate_var(slope[None], IMPACT, 1000, 2)
    index = pd.period_range("1900-01", periods=1000, freq="M")
    return VAR(1).fit(pd.DataFrame(y, index, ["x", "y"]))


@pytest.fixture(scope="module")
def reduced():
    return estimated(SLOPE)


def refused(reduced, restrictions, **options) -> str:
    scheme = SignRestrictions(restrictions, max_attempts=5000, rotations=20, **options)
    with pytest.raises(NoRotationError) as error:
        reduced.identify(scheme)
    return str(error.value)


def conflicts(reduced, restrictions, **options):
    return SignRestrictions(restrictions, max_attempts=5000, **options).conflicts(reduced)


# -- one shock: exact ----------------------------------------------------------------------------


def test_feasibility_is_exact_where_the_set_is_a_sliver():
    """Half-planes that leave an angle, a line or nothing of the plane."""
    for angle, feasible in ((1e-4, True), (0.0, False), (-1e-4, False)):
        low = np.array([[np.sin(0.3), -np.cos(0.3)]]) * -1  # above the direction 0.3
        high = np.array([[np.sin(0.3 + angle), -np.cos(0.3 + angle)]])  # below 0.3 + angle
        ahead = np.array([[1.0, 0.0]])
        margin = largest_margin(np.vstack([low, high, ahead]), NOTHING)
        assert (margin > 1e-9) == feasible
    assert largest_margin(np.eye(2), np.array([[1.0, 1.0]])) <= 1e-9  # the zero leaves (1, -1)
    assert largest_margin(np.eye(2)[:1], np.array([[1.0, 1.0]])) > 0.5


def test_the_smallest_conflict_leaves_out_what_does_not_take_part():
    signs = np.array([[1.0, 0, 0], [0, 1.0, 0], [-1.0, -1.0, 0], [0, 0, 1.0], [1.0, 0.1, 0.2]])
    origins = np.array([4, 1, 7, 2, 9])
    none = np.zeros((0, 3)), np.zeros(0, dtype=int)
    assert smallest_conflict(signs, origins, *none) == (1, 4, 7)
    assert smallest_conflict(signs[:2], origins[:2], *none) == ()
    zero = np.array([[0.0, 1.0, 0.0]]), np.array([3])
    assert smallest_conflict(signs[[0, 2, 3]], origins[[0, 2, 3]], *zero) == (3, 4, 7)


def test_restrictions_on_one_shock_that_contradict_one_another_are_named(reduced):
    other = Sign("y", "y", "+", 1)
    found = conflicts(reduced, (*ALMOST, other))
    assert found.acceptance == 0
    assert found.contradictory == ((0, 1, 2),)
    assert found.rival_shocks == found.without_pairs == ()
    assert (found.without[:3] > 0).all()
    message = refused(reduced, (*ALMOST, other))
    named = "x: x + (h = 0) | x: x - (h = 1) | x: y + (h = 0)"
    assert f"No shock can satisfy at once: {named}." in message
    assert message.endswith(f"Drop or shorten one of: {named}.")


def test_a_normalisation_in_conflict_is_called_one(reduced):
    found = conflicts(reduced, ALMOST[1:])
    assert "x: x + (h = 0), by normalisation" in next(iter(found.sentences()))


def test_a_zero_can_be_part_of_the_conflict(reduced):
    """With y unmoved on impact x goes on as it began."""
    found = conflicts(reduced, (ZeroResponse("x", "y"), Sign("x", "x", "-", 1)))
    assert found.contradictory == ((0, 1, 2),)
    assert "x: y 0 (h = 0) | x: x - (h = 1) | x: x + (h = 0), by" in " ".join(found.sentences())


# -- several shocks ------------------------------------------------------------------------------


def test_shocks_that_cannot_be_orthogonal_are_named(reduced):
    """Each can raise both variables, but only within an angle of less than ninety degrees."""
    both = [Sign(s, n, "+") for s in ("x", "y") for n in ("x", "y")]
    found = conflicts(reduced, both)
    assert found.acceptance == 0
    assert found.contradictory == ()
    assert found.rival_shocks == (("x", "y"),)
    assert (found.without > 0).all()
    message = refused(reduced, both)
    assert "satisfy the restrictions on 'x' and those on 'y'" in message
    assert f"Drop or shorten {found.restrictions[found.most_binding]}." in message


def test_where_no_single_restriction_makes_the_difference_pairs_do():
    """Every sign is asked for twice, at horizons that say nearly the same."""
    reduced = estimated(0.6 * np.eye(2))
    twice = [Sign(s, n, "+", h) for s in ("x", "y") for n in ("y", "x") for h in (0, 1)]
    found = conflicts(reduced, twice)
    assert not found.without.any()
    pairs = {pair[:2] for pair in found.without_pairs}
    assert {(0, 1), (2, 3), (4, 5), (6, 7)} <= pairs
    message = refused(reduced, twice)
    assert "Without both " in message
    assert "Drop or shorten both " in message


def test_what_binds_most_is_found_where_rotations_exist(reduced):
    found = conflicts(reduced, [Sign("x", "x", "+"), Sign("x", "y", "+"), Sign("y", "y", "+")])
    assert (found.without[:2] > 2 * found.acceptance).all()
    assert found.acceptance > 0
    assert found.most_binding in (0, 1)
    table = found.tidy()
    assert list(table["statistic"]) == ["acceptance"] + ["acceptance_without"] * 3
    assert table["estimate"].between(0, 1).all()
    named = f"most binding restriction is {found.restrictions[found.most_binding]}: without it"
    assert named in str(found.summary())


def test_a_narrative_can_be_what_is_in_the_way(reduced):
    told = [ShockSign("x", str(date), "+") for date in reduced.dates[:60]]
    message = refused(reduced, [Sign("x", "x", "+")], narrative=told)
    assert "none of them the narrative" in message
    assert "narrative restriction that you trust least" in message


# -- the error -----------------------------------------------------------------------------------


def test_the_error_is_one_of_identification_and_says_what_to_do(reduced):
    message = refused(reduced, ALMOST)
    assert "No rotation of the estimated VAR(1) satisfied the restrictions in 5,000" in message
    assert "Drop or shorten one of" in message
    error = none_in_draws(SignRestrictions(ALMOST).search(reduced, 0))
    assert isinstance(error, NotIdentifiedError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_what_was_found_is_stored_and_read_again(reduced, tmp_path):
    found = conflicts(reduced, ALMOST)
    again = load(found.save(tmp_path / "conflicts"))
    assert again.contradictory == found.contradictory
    pd.testing.assert_frame_equal(again.tidy(), found.tidy(), check_exact=True)
    assert str(again.summary()) == str(found.summary())
