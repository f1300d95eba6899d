"""What the kernels of `cascade` compute, in plain Python: one world at a time, no tricks.

Slow on purpose. Tests hold both to the same bits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

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
        state = (state + _GOLDEN) % _WORD
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
    return set(origins) | _together(heads, probabilities, origins, set(), rng_seed, world)


def _together(
    heads: Sequence[Sequence[int]],
    probabilities: Sequence[Sequence[float]],
    starts: Sequence[int],
    before: set[int],
    rng_seed: int,
    number: int,
) -> set[int]:
    """Return the nodes that the starts and the nodes of ``before`` reach, these passed on already.

    ``number`` is the place of the world: 64 times the number of its word, and its bit in it.
    """
    lane, bit = divmod(number, 64)
    key = stream(rng_seed, lane)
    place = 0
    first = []
    for row in heads:
        first.append(place)
        place += len(row)
    reached = before | set(starts)
    stack = [node for node in dict.fromkeys(starts) if node not in before]
    while stack:
        node = stack.pop()
        for i, head in enumerate(heads[node]):
            is_open = _is_open(probabilities[node][i], key, first[node] + i, bit)
            if is_open and head not in reached:
                reached.add(head)
                stack.append(head)
    return reached


def mixed_worlds(
    heads: Sequence[Sequence[int]],
    probabilities: Sequence[Sequence[float]],
    origins: Sequence[int],
    rng_seed: int,
    worlds: range,
    most: int,
) -> Iterator[set[int]]:
    """Yield the nodes that each of the worlds of one piece of work reaches.

    Those with more than ``most`` entries go on in blocks of 256, with coins of another seed
    and of the number of the world with which the block was begun.

    >>> [sorted(x) for x in mixed_worlds([[1], [2], []], [[1.0], [0.0001], []], [0], 0, range(2), 1)]
    [[0, 1], [0, 1]]
    """
    begun, slot = worlds.start, 0
    for world in worlds:
        reached, queue = alone(heads, probabilities, origins, rng_seed, world, most)
        if queue:
            number = 256 * begun + slot
            seed = rng_seed ^ 0x5DEECE66D5DEECE6
            reached = _together(heads, probabilities, queue, reached, seed, number)
            slot += 1
        if slot == 256:
            begun, slot = world + 1, 0
        yield reached


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
