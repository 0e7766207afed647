"""The paired bootstrap, one path after the other: simulate it once, regress on both samples."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from yenloop.estimation.streams import BLOCK, block_generator

var = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "var_bootstrap.py")))


def bootstrap_pairs(y, z, lags, deterministic, residuals, *, short, draws, seed, rule):
    """Two lists, short and long, of lags, deterministic terms and covariance (divisor T - n)."""
    p, k, _ = lags.shape
    nobs, m = z.shape
    shocks = residuals * np.sqrt(nobs / (nobs - k * p - m))
    found = {short: [], nobs: []}
    for draw in range(draws):
        errors = rule(shocks, block_generator(seed, draw // BLOCK), draw % BLOCK)
        path = var.simulate(y[:p], z @ deterministic.T, lags, errors)
        for rows, estimates in found.items():
            estimates.append(estimate(path[: p + rows], z[:rows], p))
    return found[short], found[nobs]


def estimate(series, z, p):
    rows, m = z.shape
    k = series.shape[1]
    design = np.hstack([z, *(series[p - lag : rows + p - lag] for lag in range(1, p + 1))])
    coefficients, errors = var.regress(design, series[p:])
    return (
        coefficients[m:].reshape(p, k, k).transpose(0, 2, 1),
        coefficients[:m].T,
        errors.T @ errors / (rows - k * p - m),
    )
