"""Sign restrictions with a new draw of the reduced form for every rotation that is tried.

The restrictions and the data are those of ``sign_rotations``; 1,000 draws of coefficients,
covariance and rotation are accepted. The NumPy peer is staged as ours: covariance and rotation in
batches, coefficients only where the signs on impact hold; it is timed on fewer draws.
"""

from __future__ import annotations

import os
import time

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.sign_rotations import (
    ACCEPTED,
    BATCH,
    HORIZON,
    LAGS,
    NAMES,
    OWN,
    REPEATS,
    SCHEME,
    SIGNS,
    VARIABLES,
    estimated,
    haar,
    median_seconds,
)
from yenloop.estimation.posterior import as_reduced_form, bartlett
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.inference.posterior import Posterior
from yenloop.models.reduced_form.var_results import VARResults

WORKLOAD = "sign_posterior"
JOINT = SignRestrictions(SCHEME.restrictions, own=OWN, weighting="joint", rotations=8)
#: Accepted draws on which the peer is timed.
PEER_ACCEPTED = 100


def run() -> list[dict[str, object]]:
    reduced = estimated()
    cores = os.cpu_count() or 1
    with threadpool_limits(limits=1, user_api="blas"):
        ours = median_seconds(lambda seed: draws(reduced, seed), REPEATS)
        threaded = median_seconds(lambda seed: draws(reduced, seed, cores), REPEATS)
        start = time.perf_counter()
        theirs = staged(reduced, 1)
        peer = (time.perf_counter() - start) * ACCEPTED / PEER_ACCEPTED
    found = draws(reduced, 1)
    columns = [NAMES.index(name) for name in OWN.values()]
    mine = found.impact[:, :, columns]
    gap = mine.mean(axis=0) - theirs[:, :, columns].mean(axis=0)
    error = np.sqrt(mine.var(axis=0) / ACCEPTED + theirs[:, :, columns].var(axis=0) / len(theirs))
    record = found.rotations
    note = (
        f"{ACCEPTED:,} accepted draws of (A, Sigma, Q), {record.acceptance:.1e} of the attempts up "
        f"to the signs of columns; one thread ({threaded:.3f} s on {cores}); peer timed on "
        f"{PEER_ACCEPTED} draws and extrapolated; difference of the mean impact responses, at most "
        f"{np.abs(gap / error).max():.1f} standard errors of either sample"
    )
    shared = {"workload": WORKLOAD, "ours_seconds": ours}
    absent = "not run: R is not installed here; its prior is Minnesota's, ours diffuse"
    return [
        {
            **shared,
            "peer": "numpy, batched",
            "peer_seconds": peer,
            "ratio": peer / ours,
            "max_abs_difference": float(np.abs(gap).max()),
            "note": note,
        },
        {
            **shared,
            "peer": "bsvarSIGNs (R)",
            "peer_seconds": None,
            "ratio": None,
            "max_abs_difference": None,
            "note": absent,
        },
    ]


def draws(reduced: VARResults, seed: int, threads: int = 1):
    """Joint draws as a user gets them, estimate of the point included."""
    return reduced.identify(JOINT, inference=Posterior(ACCEPTED, threads), rng=seed).draws


def staged(reduced: VARResults, seed: int) -> np.ndarray:
    """Impact matrices of accepted draws, in NumPy."""
    rng = np.random.default_rng(seed)
    moments = Posterior().moments(reduced)
    shocks = {name: NAMES.index(own) for name, own in OWN.items()}
    cells = [(shocks[s], NAMES.index(n), v) for s, ns in SIGNS.items() for n, v in ns.items()]
    shock, response = (np.array([cell[i] for cell in cells]) for i in (0, 1))
    sign = np.array([1 if cell[2] == "+" else -1 for cell in cells])
    accepted: list[np.ndarray] = []
    while len(accepted) < PEER_ACCEPTED:
        triangle = bartlett(moments.degrees, VARIABLES, BATCH, rng)
        factor = np.swapaxes(np.linalg.solve(triangle, moments.factor.T), 1, 2)
        impact = factor @ haar(rng, BATCH)
        held = (sign * impact[:, response, shock] >= 0).all(axis=1)
        factor, impact = factor[held], impact[held]
        normal = rng.standard_normal((len(impact), *moments.coefficients.shape))
        drawn = moments.coefficients + moments.root @ normal @ np.swapaxes(factor, 1, 2)
        theta = impulse_responses(as_reduced_form(drawn, LAGS)[0], impact, HORIZON)
        later = (sign * theta[:, :, response, shock] >= 0).all(axis=(1, 2))
        accepted += list(impact[later])
    return np.array(accepted[:PEER_ACCEPTED])
