"""Sign restrictions on one reduced form: 1,000 accepted rotations, 5 variables, 4 lags.

Nine responses of three shocks are restricted at horizons 0 to 3; about one Haar matrix in 5,000
satisfies all of them. The peer draws whole Haar matrices by batched QR in NumPy and checks all
restrictions at once, which is what a careful user writes.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from itertools import count

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from yenloop import VAR
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.sign_restrictions import Sign
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.reduced_form.var_results import VARResults

VARIABLES, LAGS, ROWS, HORIZON, ACCEPTED = 5, 4, 300, 3, 1000
NAMES = list("abcde")
SIGNS = {
    "demand": {"e": "+", "d": "-", "c": "+"},
    "supply": {"d": "+", "e": "-", "b": "+"},
    "monetary": {"c": "-", "e": "-", "a": "-"},
}
OWN = {"demand": "e", "supply": "d", "monetary": "a"}
SCHEME = SignRestrictions(
    [
        Sign(shock, name, sign, range(HORIZON + 1))
        for shock, signs in SIGNS.items()
        for name, sign in signs.items()
    ],
    own=OWN,
)
BATCH, REPEATS, PEER_REPEATS = 20_000, 9, 3


def run() -> list[dict[str, object]]:
    reduced = estimated()
    cores = os.cpu_count() or 1
    with threadpool_limits(limits=1, user_api="blas"):
        ours = median_seconds(lambda seed: rotations(reduced, seed), REPEATS)
        threaded = median_seconds(lambda seed: rotations(reduced, seed, cores), REPEATS)
        peer = median_seconds(lambda seed: by_rejection(reduced, seed), PEER_REPEATS)
    mine, attempts = rotations(reduced, 1)
    theirs, tried = by_rejection(reduced, 1)
    columns = [NAMES.index(name) for name in OWN.values()]
    gap = mine[:, :, columns].mean(axis=0) - theirs[:, :, columns].mean(axis=0)
    error = np.sqrt((mine.var(axis=0) + theirs.var(axis=0)) / ACCEPTED)[:, columns]
    return [
        {
            "workload": "sign_rotations",
            "ours_seconds": ours,
            "peer": "numpy, batched QR",
            "peer_seconds": peer,
            "ratio": peer / ours,
            "max_abs_difference": float(np.abs(gap).max()),
            "note": (
                f"{ACCEPTED:,} accepted rotations of a {VARIABLES}-variable VAR({LAGS}), 9 signs "
                f"at horizons 0-{HORIZON}; {ACCEPTED / tried:.1e} of Haar matrices are accepted, "
                f"{ACCEPTED / attempts:.1e} up to the signs of columns; one thread ({threaded:.3f} "
                f"s on {cores}); difference of the mean impact responses, at most "
                f"{np.abs(gap / error).max():.1f} standard errors of either sample"
            ),
        }
    ]


def rotations(reduced: VARResults, seed: int, threads: int = 1) -> tuple[np.ndarray, int]:
    """Impact matrices of accepted rotations, and the attempts that they took."""
    found = SCHEME.search(reduced, seed, threads).of_estimate(ACCEPTED)
    return found.impact[0], int(found.attempts.sum())


def by_rejection(reduced: VARResults, seed: int) -> tuple[np.ndarray, int]:
    """The same by whole Haar matrices."""
    rng = np.random.default_rng(seed)
    factor = np.linalg.cholesky(reduced.covariance)
    rows, shock = restriction_rows(impulse_responses(reduced.lag_coefficients, factor, HORIZON))
    accepted, tried = [], 0
    while sum(map(len, accepted)) < ACCEPTED:
        q = haar(rng, BATCH)
        held = (np.einsum("rk,nkr->nr", rows, q[:, :, shock]) >= 0).all(axis=1)
        accepted.append(factor @ q[held])
        tried += BATCH
    found = np.concatenate(accepted)
    return found[:ACCEPTED], round(tried * ACCEPTED / len(found))


def haar(rng: np.random.Generator, size: int) -> np.ndarray:
    """Haar matrices: QR of Gaussian ones with a positive diagonal of R."""
    q, r = np.linalg.qr(rng.standard_normal((size, VARIABLES, VARIABLES)))
    return q * np.sign(np.einsum("nii->ni", r))[:, None, :]


def restriction_rows(responses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that must be positive, and the shock that each belongs to."""
    cells = [
        ((1 if sign == "+" else -1) * responses[h, NAMES.index(name)], NAMES.index(OWN[shock]))
        for shock, signs in SIGNS.items()
        for name, sign in signs.items()
        for h in range(HORIZON + 1)
    ]
    rows, shocks = zip(*cells, strict=True)
    return np.array(rows), np.array(shocks)


def estimated() -> VARResults:
    """A VAR(4) of a stationary simulated economy."""
    rng = np.random.default_rng(2)
    while True:
        lags = [
            rng.normal(0, 0.5 / lag / np.sqrt(VARIABLES), (VARIABLES, VARIABLES))
            for lag in range(1, LAGS + 1)
        ]
        lags[0] += 0.55 * np.eye(VARIABLES)
        companion = np.eye(VARIABLES * LAGS, k=-VARIABLES)
        companion[:VARIABLES] = np.hstack(lags)
        if np.abs(np.linalg.eigvals(companion)).max() < 0.97:
            break
    mixing = np.tril(rng.normal(0, 0.4, (VARIABLES, VARIABLES)), -1)
    mixing += np.diag(rng.uniform(0.5, 1.5, VARIABLES))
    burn = 200
    shocks = rng.standard_normal((ROWS + burn, VARIABLES)) @ mixing.T
    y = np.zeros((ROWS + burn, VARIABLES))
    for t in range(LAGS, ROWS + burn):
        y[t] = 0.1 + shocks[t] + sum(a @ y[t - 1 - i] for i, a in enumerate(lags))
    index = pd.period_range("2000-01", periods=ROWS, freq="M")
    return VAR(lags=LAGS).fit(pd.DataFrame(y[burn:], index=index, columns=NAMES))


def median_seconds(work: Callable[[int], object], repeats: int) -> float:
    """Median over repeats with a seed of their own each, after a first call that compiles."""
    seeds = count(1)
    work(next(seeds))
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work(next(seeds))
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
