"""How much each relation carries: counterfactual scores and importance."""

from __future__ import annotations

from collections.abc import Mapping

from blastradius.analysis.blast import Reader, severity_weights
from blastradius.analysis.harm import CompiledHarm
from blastradius.analysis.results import Counterfactual
from blastradius.analysis.solve import Likelihood, Solver

_NEGLIGIBLE = 0.05
"""Smaller changes of a score than this are not worth a line [points]."""

PATHS_EXPLAINED = 5
"""Paths listed in an explanation."""


def edge_arcs(harm: CompiledHarm) -> dict[str, list[int]]:
    """Group arcs by the edge behind them; an edge may stand for several coins."""
    groups: dict[str, list[int]] = {}
    for i, arc in enumerate(harm.arcs):
        if not arc.sure:
            groups.setdefault(arc.edge, []).append(i)
    return groups


def counterfactuals(
    reader: Reader, solver: Solver, likelihood: Likelihood, party: str
) -> tuple[Counterfactual, ...]:
    """Return the posterior score of a party without each edge, largest change first.

    Where worlds are sampled, without each edge on the most probable paths.
    """
    weights = severity_weights(reader.harm, party)
    now = reader.score(party).posterior
    slopes = solver.posterior_slopes(likelihood, weights)
    # Sampling once more for each edge takes long: only those on the shown paths are tried then.
    tried = {step.edge for path in reader.paths(party, PATHS_EXPLAINED) for step in path.steps}
    found = []
    for arcs in edge_arcs(reader.harm).values():
        # Of one coin the slope tells all; of several coins, each may stand in for the others.
        if slopes is not None and len(arcs) == 1 and abs(slopes[arcs[0]]) < 1e-12:
            continue
        if slopes is None and not tried & {reader.harm.arcs[i].edge for i in arcs}:
            continue
        without = solver.posterior_with(dict.fromkeys(arcs, 0.0), likelihood)
        score = sum(weight * without[node] for node, weight in weights.items())
        if abs(score - now) >= _NEGLIGIBLE:
            best = max(arcs, key=lambda i: reader.harm.arcs[i].coin.value)
            found.append(Counterfactual(reader.step(reader.harm.arcs[best]), len(arcs), now, score))
    return tuple(sorted(found, key=lambda c: (c.score_without - c.score, c.step.edge)))


def edge_importance(
    harm: CompiledHarm, solver: Solver, party_node: int | None
) -> Mapping[str, float]:
    """Return P(node reached | edge open) - P(node reached | edge closed), prior; largest first [1].

    For an edge with one coin that is its Birnbaum importance; one with several is opened and
    closed as a whole. Empty where the engine has no derivatives.
    """
    slopes = solver.posterior_slopes({}, {party_node: 1.0}) if party_node is not None else None
    if slopes is None or party_node is None:
        return {}
    found = {}
    for edge, arcs in edge_arcs(harm).items():
        if len(arcs) == 1:
            found[edge] = slopes[arcs[0]]
        else:
            is_open, is_closed = (
                solver.posterior_with(dict.fromkeys(arcs, value), {})[party_node]
                for value in (1.0, 0.0)
            )
            found[edge] = is_open - is_closed
    kept = {edge: value for edge, value in found.items() if value > 0}
    return dict(sorted(kept.items(), key=lambda kv: (-kv[1], kv[0])))
