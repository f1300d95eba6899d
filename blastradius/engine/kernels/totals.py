"""Forward cascades of single origins, for a check of sketches that shares no search with them."""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.engine.kernels.coins import open_in, stream

_ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def sum_totals(rows, asks, origin, own, weights, seed, begin, end, totals):
    """Add up in each world the weights of all questions that an origin reaches, its own left out.

    ``asks`` are sure arcs from nodes to questions. ``totals`` has shape (worlds, q). Returns the
    arcs looked at.
    """
    n = len(rows.first) - 1
    seen = np.zeros(n, dtype=np.int64)
    stack = np.empty(n, dtype=np.int32)
    looked = 0
    for world in range(begin, end):
        state = stream(seed, world // 64)
        bit = _ONE << np.uint64(world % 64)
        stamp = world - begin + 1
        for k in range(len(own)):
            seen[own[k]] = stamp
        seen[origin] = stamp
        stack[0] = origin
        size, done = 1, 0
        while done < size:
            node = stack[done]
            done += 1
            for i in range(asks.first[node], asks.first[node + 1]):
                question = asks.other[i]
                if seen[question] != stamp:
                    seen[question] = stamp
                    for q in range(weights.shape[1]):
                        totals[world - begin, q] += weights[question, q]
            for i in range(rows.first[node], rows.first[node + 1]):
                looked += 1
                other = rows.other[i]
                if seen[other] == stamp:
                    continue
                if open_in(state, rows.arc[i], rows.threshold[i], bit):
                    seen[other] = stamp
                    stack[size] = other
                    size += 1
    return looked
