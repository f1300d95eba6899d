"""Sampled reach: possible worlds in blocks, reproducible on any machine and in any order.

A world opens every arc independently with its probability; a node is reached if open arcs lead
to it from an origin. Worlds are the bits of machine words, so one pass over the arcs serves a
whole block. The randomness of a block is a pure function of (rng_seed, block): blocks can run
anywhere, in any order, and integer counts add up to the same bits.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.network import (
    HarmNetwork,
    check_likelihood,
    check_origins,
    check_whole,
)
from blastradius.engine.sample import Sample

_WORD: Final = 64
_COIN_BITS: Final = 2**26
"""Coins held at a time; bounds the memory of a block to about 8 MiB."""


def worlds_per_block(n_arcs: int) -> int:
    """Return the size of a block: a power of two that depends on the network alone.

    >>> worlds_per_block(100), worlds_per_block(10**7)
    (65536, 64)
    """
    room = _COIN_BITS // max(n_arcs, 1)
    return int(min(65536, max(_WORD, 1 << max(room.bit_length() - 1, 0))))


@dataclass(frozen=True, slots=True)
class _Arcs:
    """Arcs that can matter, sorted by tail."""

    first: NDArray[np.int64]
    head: NDArray[np.int64]
    probability: NDArray[np.float64]

    @classmethod
    def of(cls, network: HarmNetwork) -> _Arcs:
        tail = np.array(network.tail, dtype=np.int64)
        head = np.array(network.head, dtype=np.int64)
        probability = np.array(network.probability, dtype=np.float64)
        order = np.argsort(tail, kind="stable")
        first = np.searchsorted(tail[order], np.arange(network.n_nodes + 1))
        return cls(first, head[order], probability[order])


def _coins(arcs: _Arcs, n_worlds: int, rng_seed: int, block: int) -> NDArray[np.uint64]:
    """Draw every coin of a block; bit w of row a says whether arc a is open in world w."""
    rng = np.random.default_rng(np.random.SeedSequence(rng_seed, spawn_key=(block,)))
    words = np.empty((len(arcs.probability), n_worlds // _WORD), dtype=np.uint64)
    for arc, p in enumerate(arcs.probability):
        if p in (0.0, 1.0):
            # Passed over as if drawn, so that the coins of all other arcs stay what they were.
            rng.bit_generator.advance(n_worlds)  # type: ignore[attr-defined]
            words[arc] = ~np.uint64(0) if p else np.uint64(0)
            continue
        is_open = rng.random(n_worlds) < p
        words[arc] = np.packbits(is_open, bitorder="little").view(np.uint64)
    return words


def _reach(arcs: _Arcs, coins: NDArray[np.uint64], origins: tuple[int, ...]) -> NDArray[np.uint64]:
    """Close the origins under open arcs, in all worlds of a block at once."""
    n_nodes = len(arcs.first) - 1
    reached = np.zeros((n_nodes, coins.shape[1]), dtype=np.uint64)
    reached[list(origins)] = ~np.uint64(0)
    # First in, first out: a node then mostly waits until all that reaches it early has arrived.
    queue = deque(origins)
    queued = set(queue)
    while queue:
        node = queue.popleft()
        queued.discard(node)
        for arc in range(arcs.first[node], arcs.first[node + 1]):
            head = int(arcs.head[arc])
            new = reached[node] & coins[arc] & ~reached[head]
            if new.any():
                reached[head] |= new
                if head not in queued:
                    queued.add(head)
                    queue.append(head)
    return reached


def _bits(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    return np.unpackbits(words.view(np.uint8), bitorder="little", axis=-1)


def _blocks(
    network: HarmNetwork, origins: tuple[int, ...], n_worlds: int, rng_seed: int
) -> Iterator[tuple[NDArray[np.uint64], int]]:
    """Yield (reached words, worlds that count) for each block."""
    check_whole("n_worlds", n_worlds, 1)
    check_whole("rng_seed", rng_seed, 0)
    arcs = _Arcs.of(network)
    size = worlds_per_block(network.n_arcs)
    for block in range(math.ceil(n_worlds / size)):
        used = min(size, n_worlds - block * size)
        reached = _reach(arcs, _coins(arcs, size, int(rng_seed), block), origins)
        if used < size:
            # Worlds beyond n_worlds are drawn, so that the first ones never change, but not used.
            mask = np.packbits(np.arange(size) < used, bitorder="little").view(np.uint64)
            reached &= mask
        yield reached, used


def reach_monte_carlo(
    network: HarmNetwork, origins: Iterable[int], n_worlds: int, rng_seed: int = 0
) -> NDArray[np.int64]:
    """Count, for each node, the sampled worlds in which it is reached.

    Parameters
    ----------
    network : HarmNetwork
        n nodes, m arcs.
    origins : nodes
        Reached in every world; at least one, repeats are harmless.
    n_worlds : int
        Worlds to sample, >= 1.
    rng_seed : int
        Same seed, same counts; a longer run repeats the worlds of a shorter one.

    Returns
    -------
    int64 array, shape (n_nodes,)
        Worlds [count] in which each node is reached. Origins score ``n_worlds``.

    Raises
    ------
    EngineInputError
        If ``origins`` is empty or out of range, or ``n_worlds`` < 1.

    References
    ----------
    Kempe, Kleinberg and Tardos (2003), KDD '03, doi:10.1145/956750.956769
    (independent cascade as reachability over independently open arcs).

    Examples
    --------
    A sure arc 0 -> 1 and an impossible arc 1 -> 2:

    >>> chain = HarmNetwork.from_arcs(3, [0, 1], [1, 2], [1.0, 0.0])
    >>> reach_monte_carlo(chain, [0], n_worlds=5).tolist()
    [5, 5, 0]
    """
    rows = check_origins(network.n_nodes, origins)
    counts = np.zeros(network.n_nodes, dtype=np.int64)
    for reached, _ in _blocks(network, rows, n_worlds, rng_seed):
        counts += np.bitwise_count(reached).sum(axis=1, dtype=np.int64)
    return counts


def sample_reach(
    network: HarmNetwork,
    origins: Iterable[int],
    n_worlds: int,
    rng_seed: int = 0,
    *,
    likelihood: Mapping[int, tuple[float, float]] | None = None,
) -> Sample:
    """Sample worlds and weigh each by the soft evidence, all of it jointly.

    Returns
    -------
    Sample
        Block sums are added in the order of the blocks, so the floating-point sums are
        reproducible as well.

    Examples
    --------
    >>> coin = HarmNetwork.from_arcs(2, [0], [1], [0.5])
    >>> sample = sample_reach(coin, [0], 4096, likelihood={1: (9.0, 1.0)})
    >>> abs(float(sample.posterior()[1]) - 0.9) < 0.02
    True
    """
    rows = check_origins(network.n_nodes, origins)
    evidence = check_likelihood(network.n_nodes, likelihood)
    n = network.n_nodes
    if not evidence:
        counts = reach_monte_carlo(network, rows, n_worlds, rng_seed)
        sums = counts.astype(np.float64)
        return Sample(n_worlds, counts, float(n_worlds), float(n_worlds), sums, sums)
    counts = np.zeros(n, dtype=np.int64)
    weighted, weighted_squares = np.zeros(n), np.zeros(n)
    weight = weight_squares = 0.0
    # Weights are kept relative to the largest so far: products of many ratios leave the range
    # of floats, and only ratios between worlds count.
    scale = -math.inf
    for reached, used in _blocks(network, rows, n_worlds, rng_seed):
        counts += np.bitwise_count(reached).sum(axis=1, dtype=np.int64)
        logs = _log_weights(reached, evidence)[:used]
        rescaled = max(scale, float(logs.max()))
        shrink = math.exp(scale - rescaled)
        scale = rescaled
        weights = np.exp(logs - scale)
        weight = weight * shrink + float(weights.sum())
        weight_squares = weight_squares * shrink**2 + float((weights**2).sum())
        weighted *= shrink
        weighted_squares *= shrink**2
        for node in np.flatnonzero(reached.any(axis=1)):
            # Selecting before summing, because a dot product may add in another order
            # with another number of threads.
            chosen = weights[_bits(reached[node])[:used].astype(bool)]
            weighted[node] += chosen.sum()
            weighted_squares[node] += (chosen**2).sum()
    return Sample(n_worlds, counts, weight, weight_squares, weighted, weighted_squares)


def _log_weights(
    reached: NDArray[np.uint64], evidence: Mapping[int, tuple[float, float]]
) -> NDArray[np.float64]:
    logs = np.zeros(reached.shape[1] * _WORD)
    for node, (if_reached, if_not) in sorted(evidence.items()):
        happened = _bits(reached[node]).astype(bool)
        logs += np.where(happened, math.log(if_reached), math.log(if_not))
    return logs
