"""Numerics: arrays in, arrays out; the leading axis holds draws.

No pandas, no plots, no state. Kernels are compiled by numba when they are first called and kept on
disk (``cache``).
"""

from .cache import use_own_folder as _use_own_folder

_use_own_folder()
