"""Soft evidence in sampled worlds: every world has a weight, the product of its likelihoods.

Weights are kept relative to the largest so far (``sums[0]``, a logarithm): products of many ratios
leave the range of floats, and only ratios between worlds count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from blastradius.engine.kernels.bits import ONE, ZERO, lowest


@njit(cache=True, nogil=True)
def to_weights(logs: Any, n_worlds: Any, sums: Any, weighted: Any, squares: Any) -> None:
    """Turn logarithms into weights of the common scale, and add up what they weigh."""
    top = sums[0]
    for world in range(n_worlds):
        top = max(top, logs[world])
    if top > sums[0]:
        shrink = np.exp(sums[0] - top)
        sums[1] *= shrink
        sums[2] *= shrink * shrink
        for node in range(len(weighted)):
            weighted[node] *= shrink
            squares[node] *= shrink * shrink
        sums[0] = top
    for world in range(n_worlds):
        logs[world] = np.exp(logs[world] - top)
        sums[1] += logs[world]
        sums[2] += logs[world] * logs[world]


@njit(inline="always")
def add_weights(word: Any, base: Any, node: Any, weights: Any, weighted: Any, squares: Any) -> None:
    """Add the weights of the worlds of a word to the sums of a node."""
    while word != ZERO:
        weight = weights[base + lowest(word)]
        weighted[node] += weight
        squares[node] += weight * weight
        word &= word - ONE
