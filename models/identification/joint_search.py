"""Reduced forms and rotations drawn together from their posterior given the restrictions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...errors import EffectiveSampleWarning, NoRotationError
from ...estimation.importance import resample
from ...estimation.posterior import NormalInverseWishart, draw_posterior
from ...estimation.posterior_rotations import JointDraws, draw_jointly, draws_in_one
from ...estimation.rotations import draw_rotations
from ...estimation.streams import BLOCK, seed_for
from ..structural_draws import StructuralDraws
from .rotation_record import RotationRecord
from .rotation_search import FEWEST, SMALL, Search

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Reduced forms that are drawn at a time where the rotation needs the coefficients.
TOGETHER = 4096


def joint_draws(search: Search, posterior: NormalInverseWishart, draws: int) -> StructuralDraws:
    """Draws of the posterior given the restrictions: one rotation is tried for each reduced form.

    Raises
    ------
    NoRotationError
        If more than ``search.max_attempts`` attempts are needed for a draw.
    """
    wanted = draws * (search.candidates if search.weighted else 1)
    kept: list[JointDraws] = []
    have = attempts = 0
    for batch in _batches(search, posterior, wanted):
        held = np.ones(len(batch), dtype=bool)
        if search.narrative.rows:
            held = search.holds(batch.lags, batch.deterministic, batch.impact)
        kept.append(batch.at(held))
        have, attempts = have + int(held.sum()), attempts + int(batch.tried.sum())
        if have >= wanted:
            break
        if attempts >= search.max_attempts * max(have, BLOCK):
            raise NoRotationError(
                f"Of {attempts:,} draws of reduced form and rotation {have:,} satisfied the "
                "restrictions.",
                remedy="Drop or change some restrictions, raise max_attempts, or use "
                "weighting='conditional', which tries many rotations of each reduced form.",
            )
    pool = [np.concatenate(parts)[:wanted] for parts in zip(*(b.arrays for b in kept), strict=True)]
    chosen, effective, duplicates = np.arange(wanted), None, 0
    if search.weighted:
        chosen, effective, duplicates = _by_weight(search, pool, draws)
    record = RotationRecord(
        weighting="joint",
        attempts=attempts,
        accepted=have,
        reduced_forms=attempts,
        without=0,
        max_attempts=search.max_attempts,
        candidates=wanted if search.weighted else None,
        effective=effective,
        duplicates=duplicates,
    )
    lags, deterministic, covariance, impact = (array[chosen] for array in pool)
    return StructuralDraws(
        lags,
        deterministic,
        covariance,
        search.exact(impact),
        failed=0,
        refitted=0,
        rotations=record,
        remarks=record.remarks(),
    )


def _by_weight(
    search: Search, pool: Sequence[np.ndarray], draws: int
) -> tuple[np.ndarray, float, int]:
    """Draws of equal weight from the pool: their places, its effective size, duplicates."""
    lags, _, _, impact = pool
    weights = search.log_weights(lags, impact, "draws")
    found = resample(weights, draws, seed_for(search.seed, "choice"))
    if found.effective < max(SMALL * draws, FEWEST):
        warnings.warn(
            f"The importance weights leave {found.effective:.0f} effective draws of "
            f"{len(impact):,} accepted ones; {found.duplicates} of {draws} draws repeat another "
            "one. Raise candidates, or restrict less.",
            EffectiveSampleWarning,
            stacklevel=5,
        )
    return found.index, found.effective, found.duplicates


def _batches(search: Search, posterior: NormalInverseWishart, wanted: int) -> Iterator[JointDraws]:
    """Accepted draws in batches without end; the first is small, to see whether there are any."""
    if not draws_in_one(search.restrictions):
        yield from _one_by_one(search, posterior)
    first, size = 0, BLOCK
    while True:
        yield draw_jointly(
            posterior,
            search.reduced.p,
            search.restrictions,
            draws=size,
            max_attempts=search.max_attempts,
            seed=seed_for(search.seed, "joint"),
            first=first,
            threads=search.threads,
        )
        first, size = first + -(-size // BLOCK), wanted


def _one_by_one(search: Search, posterior: NormalInverseWishart) -> Iterator[JointDraws]:
    """The same where zeros after impact need the coefficients before the rotation."""
    number = 0
    while True:
        seed = seed_for(search.seed, f"joint {number}")
        drawn = draw_posterior(posterior, search.reduced.p, draws=TOGETHER, seed=seed)
        factor = np.linalg.cholesky(drawn.covariance)
        rotations = draw_rotations(
            search.restrictions.rows(drawn.lags, factor),
            max_attempts=1,
            seed=seed_for(seed, "rotations"),
            order=search.order,
            threads=search.threads,
        )
        found = rotations.found[:, 0]
        yield JointDraws(
            drawn.lags[found],
            drawn.deterministic[found],
            drawn.covariance[found],
            factor[found] @ rotations.rotation[found, 0],
            rotations.attempts[:, 0],
        )
        number += 1
