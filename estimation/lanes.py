"""Eight numbers side by side in one SIMD register: a value type for numba kernels.

A bootstrap repeats one recursion thousands of times. Written over *lanes*, eight replications go
through it together, each in its own slot of a register: every operation below acts on eight
doubles at once and never mixes them. Numba does not find this by itself (it vectorises along a
loop, not across replications), hence the type.

Arrays that hold lanes are flat, contiguous ``float64`` arrays; element ``8 i + w`` belongs to lane
``w`` of the ``i``-th group. An operation that LLVM contracts (``fma``) rounds once instead of
twice where the processor can; nothing else departs from IEEE arithmetic.

Nothing here is checked at run time: an index outside its array is undefined behaviour, as in C.
"""

# ruff: noqa: ARG001 - numba takes the operands of an operation from its parameters, the code
# generator takes them as values.

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

#: Lanes of a register. Narrower processors split it into two or four registers by themselves.
WIDTH = 8

#: A value of eight doubles, as it appears in annotations of kernels.
Lanes: TypeAlias = Any


def lane_array(groups: int) -> np.ndarray:
    """A flat array of zeros for ``groups`` groups of eight that begins on a line of the cache.

    A register that straddles two lines takes two reads; numpy aligns to 16 bytes only.
    """
    line = WIDTH * 8
    raw = np.zeros(groups * WIDTH + WIDTH)
    skip = -raw.ctypes.data % line // 8
    return raw[skip : skip + groups * WIDTH]


_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_UNDEFINED = ir.Constant(_VECTOR, ir.Undefined)


class V8Type(types.Type):  # type: ignore[misc]
    """Numba's type of eight doubles in one register."""

    def __init__(self) -> None:
        super().__init__("V8")


V8 = V8Type()


@register_model(V8Type)
class _V8Model(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _operation(function: Callable[..., Any]) -> Any:
    """Numba's ``intrinsic``: the function gives the signature and the code of one operation."""
    return intrinsic(function)


# --- Memory -----------------------------------------------------------------------------------


@_operation
def load(_typing: Any, array: Any, index: Any) -> Any:
    """``array[8 index : 8 index + 8]`` as lanes."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _group(context, builder, signature.args[0], *arguments)
        return builder.load(address, align=8, typ=_VECTOR)

    return V8(array, types.intp), code


@_operation
def store(_typing: Any, array: Any, index: Any, value: Any) -> Any:
    """``array[8 index : 8 index + 8] = value``."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _group(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], address, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, V8), code


@_operation
def broadcast(_typing: Any, array: Any, element: Any) -> Any:
    """``array[element]`` in every lane, without numba's test for negative subscripts."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return _repeat(builder, builder.load(builder.gep(data, [arguments[1]])))

    return V8(array, types.intp), code


@_operation
def load_strided(_typing: Any, array: Any, start: Any, stride: Any) -> Any:
    """Lane ``w`` is ``array[start + w stride]``: packs eight rows of an ordinary array."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        elements = _strided(context, builder, signature.args[0], *arguments)
        return _pack(builder, [builder.load(element) for element in elements])

    return V8(array, types.intp, types.intp), code


@_operation
def store_strided(_typing: Any, array: Any, start: Any, stride: Any, value: Any) -> Any:
    """``array[start + w stride] = lane w``: unpacks into eight rows of an ordinary array."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        elements = _strided(context, builder, signature.args[0], *arguments[:3])
        for lane, element in enumerate(elements):
            builder.store(builder.extract_element(arguments[3], _int32(lane)), element)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, V8), code


@_operation
def gather(_typing: Any, array: Any, offset: Any, positions: Any, start: Any) -> Any:
    """Lane ``w`` is ``array[offset + positions[start + w]]``: each lane its own element."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        _, _, indices, first = arguments
        one = ir.Constant(first.type, 1)
        values = []
        for where in _strided(context, builder, signature.args[2], indices, first, one):
            position = builder.add(arguments[1], builder.load(where))
            values.append(builder.load(builder.gep(source, [position])))
        return _pack(builder, values)

    return V8(array, types.intp, positions, types.intp), code


def _group(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Address of the ``index``-th group of eight."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(builder.bitcast(data, _VECTOR.as_pointer()), [index])


def _strided(
    context: Any, builder: Any, kind: Any, array: Any, start: Any, stride: Any
) -> list[Any]:
    """Addresses of the eight elements ``start``, ``start + stride``, ..."""
    data = context.make_array(kind)(context, builder, array).data
    addresses = []
    for _ in range(WIDTH):
        addresses.append(builder.gep(data, [start]))
        start = builder.add(start, stride)
    return addresses


def _pack(builder: Any, values: list[Any]) -> Any:
    vector = _UNDEFINED
    for lane, value in enumerate(values):
        vector = builder.insert_element(vector, value, _int32(lane))
    return vector


def _repeat(builder: Any, value: Any) -> Any:
    first = builder.insert_element(_UNDEFINED, value, _int32(0))
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, _UNDEFINED, everywhere)


def _int32(value: int) -> Any:
    return ir.Constant(ir.IntType(32), value)


# --- Arithmetic -------------------------------------------------------------------------------


@_operation
def splat(_typing: Any, x: Any) -> Any:
    """The number ``x`` in every lane."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _repeat(builder, arguments[0])

    return V8(types.float64), code


@_operation
def fma(_typing: Any, x: Any, y: Any, z: Any) -> Any:
    """``x y + z``, fused where the processor has the instruction."""
    return V8(V8, V8, V8), _llvm("fmuladd", 3)


@_operation
def sqrt(_typing: Any, x: Any) -> Any:
    """Square root; NaN in a lane whose number is negative."""
    return V8(V8), _llvm("sqrt", 1)


@_operation
def lesser(_typing: Any, x: Any, y: Any) -> Any:
    """``x if x < y else y`` in each lane."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", *arguments), *arguments)

    return V8(V8, V8), code


def _llvm(name: str, operands: int) -> Callable[..., Any]:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * operands)
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{WIDTH}f64")
        return builder.call(function, arguments)

    return code


def _define_operator(symbol: Callable[..., Any], instruction: str) -> None:
    """Let ``+``, ``-``, ``*`` or ``/`` work between two values of lanes."""

    @_operation
    def apply(_typing: Any, x: Any, y: Any) -> Any:
        def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments)

        return V8(V8, V8), code

    # Numba compares parameters, annotations included, with those of the lambda.
    @overload(symbol)
    def _implementation(x, y):  # type: ignore[no-untyped-def]
        if isinstance(x, V8Type) and isinstance(y, V8Type):
            return lambda x, y: apply(x, y)
        return None


for _symbol, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _define_operator(_symbol, _instruction)
