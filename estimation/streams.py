"""Random streams keyed by block, so that results do not depend on threads, chunks or hosts."""

from __future__ import annotations

import numpy as np

#: Replications that one block draws together; also the width of a SIMD lane.
BLOCK = 8


def seed_from(rng: int | np.random.Generator | None) -> int:
    """An integer seed from what the user passed.

    An integer is itself; a Generator gives (and advances by) one draw; ``None`` draws fresh
    entropy, which the caller records.
    """
    if rng is None:
        rng = np.random.default_rng()
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(0, 2**63 - 1))
    return int(rng)


def block_generator(seed: int, block: int) -> np.random.Generator:
    """The generator of one block: Philox with key = seed and counter = block.

    The block number is the top word of the counter, so blocks never overlap.
    """
    return np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, block]))


def seed_for(seed: int, purpose: str) -> int:
    """Another seed for another use, so that the two uses share no random numbers.

    Such as rotations beside the reduced forms that they are drawn for.
    """
    words = np.random.SeedSequence([seed, *purpose.encode()]).generate_state(1, np.uint64)
    return int(words[0] >> np.uint64(1))
