"""How the package compiles its kernels: one decorator, so that all of them obey one rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numba

_Kernel = TypeVar("_Kernel", bound=Callable[..., object])


def kernel(function: _Kernel) -> _Kernel:
    """Compile with numba: releases the GIL, is kept on disk, divides as IEEE arithmetic does.

    Kernels take flat contiguous arrays and numbers, call neither LAPACK nor numpy's array
    expressions, and report trouble by a status code: an exception inside a thread is easily lost.
    ``fastmath`` stays off, so that results do not depend on how the compiler reorders sums.
    """
    compiled: _Kernel = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    return compiled
