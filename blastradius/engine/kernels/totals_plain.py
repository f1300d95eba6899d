"""The cascades of `totals` in plain Python: their readable definition."""

from __future__ import annotations

from blastradius.engine.kernels.coins_plain import reached, stream
from blastradius.engine.kernels.sketch_plain import members


def sum_totals(rows, asks, origin, own, weights, seed, begin, end, totals):
    """Add up in each world the weights of all questions that an origin reaches, its own left out."""
    for world in range(begin, end):
        nodes = reached(rows, [origin], stream(seed, world // 64), world % 64)
        asked = {question for node in nodes for question in members(asks, node)}
        totals[world - begin] += weights[sorted(asked - set(own.tolist()))].sum(axis=0)
