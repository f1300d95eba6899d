"""Worlds that begin alone; those that grow go on together. `dense_plain` says what they reach."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from blastradius.engine.kernels.bits import ALL, ONE, ZERO
from blastradius.engine.kernels.dense import WORLDS, put
from blastradius.engine.kernels.sparse import spread_sparse, tally_sparse, tally_sparse_weighted


@njit(cache=True, nogil=True)
def _move(
    state: Any,
    queue: Any,
    at: Any,
    tail: Any,
    slot: Any,
    block: Any,
) -> None:
    """Move a world that `spread_sparse` ended early into a slot of a dense block; forget it here."""
    lane, bit = slot >> 6, ONE << np.uint64(slot & 63)
    for k in range(at):
        node = queue[k] >> 6
        put(block, node, lane, bit, ZERO)
        state[2 * node] = 0
    for k in range(at, tail):
        node = queue[k] >> 6
        put(block, node, lane, bit, ALL)


@njit(cache=True, nogil=True)
def gather(
    rows: Any,
    state: Any,
    queue: Any,
    keys: Any,
    block: Any,
    origins: Any,
    rng_seed: Any,
    first_world: Any,
    n_worlds: Any,
    most: Any,
    counts: Any,
    evidence: Any,
    log_if_reached: Any,
    log_if_not: Any,
    sums: Any,
    weighted: Any,
    squares: Any,
) -> Any:
    """Sample worlds one by one until those that grow beyond ``most`` entries fill a block.

    The others are counted here; what grows goes on in `dense.spread`. ``weighted`` is empty where
    worlds have no weights. Returns (worlds begun, worlds in the block).
    """
    weights = np.empty(1)
    done, slot = 0, 0
    while done < n_worlds and slot < WORLDS:
        tail, at = spread_sparse(
            rows, state, queue, keys, origins, rng_seed, first_world + done, 1, most
        )
        if at < tail:
            _move(state, queue, at, tail, slot, block)
            slot += 1
        elif len(weighted) > 0:
            tally_sparse_weighted(
                state, queue, tail, 1, weights, counts, evidence, log_if_reached, log_if_not, sums,
                weighted, squares,
            )  # fmt: skip
        else:
            tally_sparse(state, queue, tail, counts)
        done += 1
    return done, slot
