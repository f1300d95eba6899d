"""Coins as a pure function of (seed, block, arc), so that any search may look at any of them.

A block is 64 worlds, one in each bit of a machine word, drawn from one stream of the generator
SplitMix64 in which every arc has places of its own. Forward and backward searches, in any order and
in any thread, see the same coins. `coins_plain` says the same in plain Python.

References
----------
Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA '14,
doi:10.1145/2660193.2660195.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.engine.kernels.bits import GOLDEN, mix

_ZERO, _ONE, _BITS = np.uint64(0), np.uint64(1), np.uint64(53)
_SURE = np.uint64(1 << 53)


@njit(cache=True, nogil=True)
def stream(seed, block):
    """Return the state from which the coins of a block of worlds are drawn."""
    return mix(mix(seed + GOLDEN) + GOLDEN * (np.uint64(block) + _ONE))


@njit(cache=True, nogil=True)
def open_in(state, arc, threshold, worlds):
    """Return those of some worlds in which an arc is open.

    In each world a number of 53 bits is drawn, from its highest bit down, and the arc is open if the
    number is below the threshold: the first bit that differs decides, mostly one of the first.
    """
    if threshold >= _SURE:
        return worlds
    opened, undecided = _ZERO, worlds
    place = np.uint64(arc) * _BITS
    bit = _BITS
    while bit != _ZERO:
        bit -= _ONE
        below = threshold & ((_ONE << (bit + _ONE)) - _ONE)
        if below == _ZERO:
            break  # what is left of the threshold is 0, and no number is below that
        if undecided == _ZERO:
            break
        word = mix(state + GOLDEN * (place + bit + _ONE))
        if below >> bit:
            opened |= undecided & ~word
            undecided &= word
        else:
            undecided &= ~word
    return opened


@njit(cache=True, nogil=True)
def n_bits(word):
    """Count the bits that are set."""
    word = word - ((word >> _ONE) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
