"""What the kernels of `sparse` compute, in plain Python: one world at a time, no tricks.

Slow on purpose. Tests hold both to the same bits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

GOLDEN = 0x9E3779B97F4A7C15
WORD = 2**64


def mix(state: int) -> int:
    """Return 64 random bits for a state.

    >>> hex(mix(0x9E3779B97F4A7C15))  # the first number of SplitMix64 from state 0
    '0xe220a8397b1dcdaf'
    """
    z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
    return z ^ (z >> 31)


def stream(rng_seed: int, number: int) -> int:
    """Return the first state of a stream."""
    return mix(mix(rng_seed) ^ ((number * GOLDEN + 1) % WORD))


def survivals(probabilities: Sequence[float]) -> list[list[tuple[int, int]]]:
    """Return the segments of a row: for each arc (its index, survival in units of 2**-32).

    The likeliest arcs come first, but those that are sure last.

    >>> survivals([0.25, 1.0, 0.5])
    [[(2, 2147483648), (0, 1610612736), (1, 0)]]
    """
    sure_last = sorted(
        range(len(probabilities)), key=lambda i: (probabilities[i] >= 1, -probabilities[i])
    )
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
    return alone(heads, probabilities, origins, rng_seed, world)[0]


def alone(
    heads: Sequence[Sequence[int]],
    probabilities: Sequence[Sequence[float]],
    origins: Sequence[int],
    rng_seed: int,
    world: int,
    most: int | None = None,
) -> tuple[set[int], list[int]]:
    """Return the nodes that one world reaches and passed on, and those still in its queue.

    It ends early once there were more than ``most`` entries in the queue, after the origins.
    """
    state = stream(rng_seed, world)

    def draw() -> int:
        nonlocal state
        state = (state + GOLDEN) % WORD
        return mix(state) >> 32

    reached: set[int] = set()
    queue, passed_on = deque(origins), 0
    while queue:
        if passed_on >= len(origins) and most is not None and passed_on + len(queue) > most:
            break
        node = queue.popleft()
        passed_on += 1
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
    return reached, list(queue)
