"""Coins of possible worlds: each a pure function of (rng seed, world, arc), by hashing counters.

So worlds can be drawn anywhere, in any order and by any number of threads, and an arc may be
looked at once, twice or not at all. `dominators_plain` has the same functions in plain Python.
"""

from __future__ import annotations

import numpy as np
from numba import njit

STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _1, _32 = (np.uint64(n) for n in (30, 27, 31, 1, 32))
SURE = np.uint64(2**63)
"""End of the draws: an arc that is open below this is open in every world."""


@njit(cache=True, nogil=True)
def mixed(x):
    """Scramble 64 bits (the finalizer of splitmix64)."""
    x = (x ^ (x >> _30)) * _FIRST
    x = (x ^ (x >> _27)) * _SECOND
    return x ^ (x >> _31)


@njit(cache=True, nogil=True)
def world_key(rng_seed, world):
    """Return the number from which all randomness of a world comes."""
    return mixed(mixed(np.uint64(rng_seed) + STEP) + np.uint64(world) * STEP)


@njit(cache=True, nogil=True)
def is_open(key, coin, low, high):
    """Tell whether the draw of a coin lies in [low, high)."""
    if high >= SURE and low == 0:
        return True
    draw = mixed(key + (np.uint64(coin) + _1) * STEP) >> _1
    return low <= draw < high


@njit(cache=True, nogil=True)
def start_of(key, n_starts):
    """Return which of n starts a world has, each equally likely."""
    return np.int64(((mixed(key ^ STEP) >> _32) * np.uint64(n_starts)) >> _32)
