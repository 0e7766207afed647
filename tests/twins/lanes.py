"""The operations of ``yenloop.estimation.lanes`` on numpy arrays of eight numbers.

Kernels run on them as ordinary Python: what they compute can be stepped through and compared.
"""

from types import FunctionType

import numpy as np


def load(array, index):
    return array[8 * index : 8 * index + 8].copy()


def store(array, index, value):
    array[8 * index : 8 * index + 8] = value


def broadcast(array, element):
    return np.full(8, array[element])


def load_strided(array, start, stride):
    return array[start + stride * np.arange(8)]


def store_strided(array, start, stride, value):
    array[start + stride * np.arange(8)] = value


def gather(array, offset, positions, start):
    return array[offset + positions[start : start + 8]]


def splat(x):
    return np.full(8, float(x))


def fma(x, y, z):
    return x * y + z


sqrt = np.sqrt


def lesser(x, y):
    return np.where(x < y, x, y)


def as_python(*modules):
    """The kernels of these modules as plain functions on the operations above, by name."""
    functions = {}
    for module in modules:
        for name, value in vars(module).items():
            code = getattr(getattr(value, "py_func", None), "__code__", None)
            functions[name] = FunctionType(code, functions, name) if code else value
    functions.update({name: value for name, value in globals().items() if name in OPERATIONS})
    return functions


OPERATIONS = (
    "load",
    "store",
    "broadcast",
    "load_strided",
    "store_strided",
    "gather",
    "splat",
    "fma",
    "sqrt",
    "lesser",
)
