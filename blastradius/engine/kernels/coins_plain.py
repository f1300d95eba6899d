"""The coins of `coins` in plain Python, one world at a time: their readable definition."""

from __future__ import annotations

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
_BITS = 53


def mix(x):
    """Scramble 64 bits."""
    x &= _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def stream(seed, block):
    """Return the state from which the coins of a block of worlds are drawn."""
    return mix(mix(int(seed) + _GAMMA) + _GAMMA * (int(block) + 1))


def is_open(state, arc, threshold, world):
    """Tell whether an arc is open in one of the 64 worlds of a block."""
    number = 0
    for bit in range(_BITS):
        word = mix(state + _GAMMA * (int(arc) * _BITS + bit + 1))
        number |= ((word >> world) & 1) << bit
    return number < int(threshold)


def reached(rows, starts, state, world, closed=-1):
    """Return the nodes that open arcs lead to from the starts in one world.

    By head, arcs lead backward. The arcs of one passer may be closed.
    """
    found = dict.fromkeys(int(node) for node in starts)
    queue = list(found)
    for node in queue:  # grows while it is walked
        for i in range(rows.first[node], rows.first[node + 1]):
            other = int(rows.other[i])
            if other in found or (closed >= 0 and rows.passer[i] == closed):
                continue
            if is_open(state, rows.arc[i], rows.threshold[i], world):
                found[other] = None
                queue.append(other)
    return list(found)
