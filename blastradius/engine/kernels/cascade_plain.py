"""What the kernels of `cascade` compute, in plain Python: one world at a time, no tricks.

Slow on purpose. Tests hold both to the same bits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

_GOLDEN = 0x9E3779B97F4A7C15
_WORD = 2**64


def mix(state: int) -> int:
    """Return 64 random bits for a state.

    >>> hex(mix(0x9E3779B97F4A7C15))  # the first number of SplitMix64 from state 0
    '0xe220a8397b1dcdaf'
    """
    z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % _WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % _WORD
    return z ^ (z >> 31)


def stream(rng_seed: int, number: int) -> int:
    """Return the first state of a stream."""
    return mix(mix(rng_seed) ^ ((number * _GOLDEN + 1) % _WORD))


def survivals(probabilities: Sequence[float]) -> list[list[tuple[int, int]]]:
    """Return the segments of a row: for each arc (its index, survival in units of 2**-32).

    >>> survivals([0.5, 1.0, 0.25])
    [[(0, 2147483648), (2, 1610612736), (1, 0)]]
    """
    sure_last = sorted(range(len(probabilities)), key=lambda i: probabilities[i] >= 1)
    segments: list[list[tuple[int, int]]] = []
    survival, units = 1.0, 2**32
    for i in sure_last:
        full = segments and (len(segments[-1]) >= 64 or survival < 0.2)
        if not segments or (full and units > 0):
            segments.append([])
            survival, units = 1.0, 2**32
        survival *= 1 - probabilities[i]
        if probabilities[i] >= 1:
            units = 0
        else:
            units = max(1, min(int(survival * 2**32 + 0.5), max(units - 1, 0)))
        segments[-1].append((i, units))
    return segments


def sparse_world(
    heads: Sequence[Sequence[int]],
    probabilities: Sequence[Sequence[float]],
    origins: Sequence[int],
    rng_seed: int,
    world: int,
) -> set[int]:
    """Return the nodes that one world of `spread_sparse` reaches.

    Parameters
    ----------
    heads, probabilities : for each node, its arcs
        In the order of the rows.

    >>> sorted(sparse_world([[1], [2], []], [[1.0], [0.0001], []], [0], rng_seed=0, world=0))
    [0, 1]
    """
    state = stream(rng_seed, world)

    def draw() -> int:
        nonlocal state
        state = (state + _GOLDEN) % _WORD
        return mix(state) >> 32

    reached = set()
    queue = deque(origins)
    while queue:
        node = queue.popleft()
        if node in reached:
            continue
        reached.add(node)
        for segment in survivals(probabilities[node]):
            level = draw()
            for i, survival in segment:
                if survival > level:
                    continue
                # Open: with this arc passed, the next level lies below its survival.
                queue.append(heads[node][i])
                if i != segment[-1][0]:
                    level = draw() * survival >> 32 if survival else 0
        if not probabilities[node]:
            draw()  # an empty row is a segment without arcs
    return reached


def dense_world(
    heads: Sequence[Sequence[int]],
    probabilities: Sequence[Sequence[float]],
    origins: Sequence[int],
    rng_seed: int,
    world: int,
) -> set[int]:
    """Return the nodes that one world of `spread_dense` reaches.

    >>> sorted(dense_world([[1], [2], []], [[1.0], [0.0001], []], [0], rng_seed=0, world=0))
    [0, 1]
    """
    lane, bit = divmod(world, 64)
    arcs = [
        (node, i, at)
        for at, (node, i) in enumerate(
            (n, i) for n, row in enumerate(heads) for i in range(len(row))
        )
    ]
    is_open = {
        (node, i): _is_open(probabilities[node][i], stream(rng_seed, lane), at, bit)
        for node, i, at in arcs
    }
    reached = set(origins)
    stack = list(reached)
    while stack:
        node = stack.pop()
        for i, head in enumerate(heads[node]):
            if is_open[node, i] and head not in reached:
                reached.add(head)
                stack.append(head)
    return reached


def _is_open(probability: float, key: int, arc: int, bit: int) -> bool:
    """Compare a uniform number, bit by bit, with the probability."""
    units = -int(-probability * 2**53 // 1)  # rounded up
    if units == 2**53:
        return True
    state = (key + arc * 64 * _GOLDEN) % _WORD
    for place in reversed(range(53)):
        state = (state + _GOLDEN) % _WORD
        drawn, wanted = mix(state) >> bit & 1, units >> place & 1
        if drawn != wanted:
            return wanted > drawn
    return False
