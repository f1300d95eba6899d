"""What the kernels of `dense` and `mixed` compute, in plain Python: worlds as bits of long integers.

Slow on purpose. Tests hold both to the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from blastradius.engine.kernels.sparse_plain import GOLDEN, WORD, alone, mix, stream

WORLDS = 256
ALL: int = 2**WORLDS - 1


class Stream:
    """Random numbers of 64 bits, one after the other.

    >>> hex(Stream(0).draw())
    '0xe220a8397b1dcdaf'
    """

    def __init__(self, state: int) -> None:
        self.state = state

    def draw(self) -> int:
        """Return the next number."""
        self.state = (self.state + GOLDEN) % WORD
        return mix(self.state)


def aliases(shares: Sequence[float]) -> list[tuple[int, int]]:
    """Return for each of n slots (threshold in units of 2**-32, other slot), Vose's way.

    Slot k is k below its threshold and the other one above; a slot drawn with even chances is then
    each k in proportion to its share.

    >>> aliases([3.0, 1.0])
    [(4294967295, 0), (2147483648, 0)]
    """
    n, total = len(shares), 0.0
    for share in shares:
        total += share
    left = [share * (n / total) for share in shares]
    below = [k for k in range(n) if left[k] < 1]
    above = [k for k in range(n) if left[k] >= 1]
    slots = [(2**32 - 1, k) for k in range(n)]
    while below and above:
        poor, rich = below.pop(), above[-1]
        threshold = max(1, min(math.floor(left[poor] * 2**32 + 0.5), 2**32 - 1))
        slots[poor] = (threshold, rich)
        left[rich] -= 1 - left[poor]
        if left[rich] < 1:
            below.append(above.pop())
    return slots


def go_on(
    heads: Sequence[Sequence[int]],
    probabilities: Sequence[Sequence[float]],
    reached: list[int],
    waiting: list[int],
    state: int,
) -> None:
    """Spread harm in a block, as `dense.spread` does, until nothing waits.

    ``reached`` has for each node the worlds that reached it, ``waiting`` those not yet passed on.
    """
    numbers, node = Stream(state), -1
    while any(waiting):
        later = [other for other in range(node + 1, len(heads)) if waiting[other]]
        node = later[0] if later else next(o for o in range(len(heads)) if waiting[o])
        worlds, waiting[node] = waiting[node], 0
        for head, opened in _toss(heads[node], probabilities[node], worlds, reached, numbers):
            new = opened & ~reached[head]
            reached[head] |= new
            waiting[head] |= new


def _toss(
    heads: Sequence[int],
    probabilities: Sequence[float],
    worlds: int,
    reached: Sequence[int],
    numbers: Stream,
) -> Iterator[tuple[int, int]]:
    """Yield heads and worlds in which arcs that lead there are open."""
    for head, p in zip(heads, probabilities, strict=True):
        if p == 1:
            yield head, worlds
    coins = [(head, p) for head, p in zip(heads, probabilities, strict=True) if p < 1]
    hazards = [-math.log1p(-p) for _, p in coins]
    total = 0.0
    for hazard in hazards:
        total += hazard
    if not coins:
        return
    if worlds.bit_count() <= int(min(5.0 * len(coins) / total, WORLDS)):
        yield from _few([head for head, _ in coins], hazards, total, worlds, numbers)
        return
    for head, p in coins:
        asked = worlds & ~reached[head]
        if asked:
            yield head, compare(min(math.ceil(p * 2**32), 2**32 - 1), asked, numbers)


def _few(
    heads: Sequence[int], hazards: Sequence[float], total: float, worlds: int, numbers: Stream
) -> Iterator[tuple[int, int]]:
    """Yield where the events of a Poisson process fall, over arcs and worlds."""
    slots, n = aliases(hazards), len(heads)
    places = [place for place in range(WORLDS) if worlds >> place & 1]
    left = total * len(places)
    while left > 0:
        part = min(left, 500.0)
        left -= part
        product = 1.0
        while True:
            product *= ((numbers.draw() >> 11) + 0.5) * 2.0**-53
            if product <= math.exp(-part):
                break
            slot, draw = divmod(numbers.draw() * n, WORD)
            place, draw = divmod(draw * len(places), WORD)
            threshold, other = slots[slot]
            head = heads[slot if draw >> 32 < threshold else other]
            yield head, 1 << places[place]


def compare(coin: int, asked: int, numbers: Stream) -> int:
    """Return the worlds, of those asked, in which a random number is below the coin."""
    opened = 0
    for place in reversed(range(32)):
        if not asked:
            break
        drawn = sum(numbers.draw() << 64 * lane for lane in range(WORLDS // 64))
        if coin >> place & 1:
            opened |= asked & ~drawn
            asked &= drawn
        else:
            asked &= ~drawn
    return opened


def dense_worlds(
    heads: Sequence[Sequence[int]],
    probabilities: Sequence[Sequence[float]],
    origins: Sequence[int],
    rng_seed: int,
    block: int,
) -> list[int]:
    """Return for each node the worlds of a block that reach it.

    >>> [n.bit_count() for n in dense_worlds([[1], [2], []], [[1.0], [0.0001], []], [0], 0, 0)]
    [256, 256, 0]
    """
    reached = [ALL * (node in origins) for node in range(len(heads))]
    go_on(heads, probabilities, reached, list(reached), stream(rng_seed, block))
    return reached


def mixed_worlds(
    heads: Sequence[Sequence[int]],
    probabilities: Sequence[Sequence[float]],
    origins: Sequence[int],
    rng_seed: int,
    worlds: range,
    most: int,
) -> list[int]:
    """Return how many of the worlds of one piece of work reach each node.

    Those with more than ``most`` entries go on in blocks of 256, with coins of another seed
    and of the number of the world with which the block was begun.

    >>> mixed_worlds([[1], [2], []], [[1.0], [0.0001], []], [0], 0, range(2), 1)
    [2, 2, 0]
    """
    n, counts = len(heads), [0] * len(heads)
    begun, slot, reached, waiting = worlds.start, 0, [0] * n, [0] * n
    for world in worlds:
        found, queue = alone(heads, probabilities, origins, rng_seed, world, most)
        if queue:
            for node in found:
                reached[node] |= 1 << slot
            for node in set(queue) - found:
                reached[node] |= 1 << slot
                waiting[node] |= 1 << slot
            slot += 1
        else:
            for node in found:
                counts[node] += 1
        if slot == WORLDS or (slot and world == worlds[-1]):
            state = stream(rng_seed ^ 0x5DEECE66D5DEECE6, begun)
            go_on(heads, probabilities, reached, waiting, state)
            counts = [count + bits.bit_count() for count, bits in zip(counts, reached, strict=True)]
            begun, slot, reached, waiting = world + 1, 0, [0] * n, [0] * n
    return counts
