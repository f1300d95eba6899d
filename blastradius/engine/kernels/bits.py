"""Random bits and machine instructions that the kernels share."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

ZERO, ONE, ALL = np.uint64(0), np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""Step between the states of a stream; odd, so a stream visits every 64-bit number once."""

_BYTE_POINTER = ir.IntType(8).as_pointer()
_INT32 = ir.IntType(32)


@njit(inline="always")
def mix(state: Any) -> Any:
    """Turn the state of a stream into 64 random bits (SplitMix64).

    Steele, Lea and Flood (2014), OOPSLA '14, doi:10.1145/2714064.2660195. A pure function of the
    state: kernels that meet coins in another order, or on another thread, toss the same ones.
    """
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(inline="always")
def stream(rng_seed: Any, number: Any) -> Any:
    """Return the first state of one of many streams of a seed."""
    return mix(mix(np.uint64(rng_seed)) ^ (np.uint64(number) * GOLDEN + np.uint64(1)))


@intrinsic
def count_ones(_context: Any, word: Any) -> Any:
    """Return how many bits of a word are set."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return word(word), generate


@njit(inline="always")
def lowest(word: Any) -> Any:
    """Return the place of the lowest set bit of a word that has one."""
    return np.int64(count_ones((word & (ZERO - word)) - ONE))


@intrinsic
def multiply_high(_context: Any, _one: Any, _other: Any) -> Any:
    """Return the upper half of the product of two words."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), generate


@intrinsic
def prefetch(_context: Any, array: Any, place: Any) -> Any:
    """Ask for the cache line of an array element ahead of its use; changes no result.

    Cascades jump through memory. Half of the time of a large network would go into waiting.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        line = builder.bitcast(builder.gep(data, [args[1]]), _BYTE_POINTER)
        kind = ir.FunctionType(ir.VoidType(), [_BYTE_POINTER, _INT32, _INT32, _INT32])
        instruction = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(instruction, [line, _INT32(0), _INT32(3), _INT32(1)])
        return context.get_dummy_value()

    return types.void(array, place), generate
