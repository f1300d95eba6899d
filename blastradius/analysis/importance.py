"""What would change the answer: counterfactuals, further statements, and what to do first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from blastradius.analysis.blast import Reader, severity_weights
from blastradius.analysis.harm import CompiledHarm, HarmArc
from blastradius.analysis.results import Counterfactual, NextStep, PartyResult
from blastradius.analysis.solve import Likelihood, Solver

STEPS_SHOWN = 5
"""Next steps listed with a result."""

_NEGLIGIBLE = 0.05
"""Smaller changes of a score than this are not worth a line [points]."""

_BUDGET_ARCS = 400
"""Arcs above which counterfactuals by repeated evaluation would take too long."""


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
    """Return the posterior score of a party without each edge, largest change first."""
    weights = severity_weights(reader.harm, party)
    now = reader.score(party).posterior
    slopes = solver.posterior_slopes(likelihood, weights)
    found = []
    for arcs in edge_arcs(reader.harm).values():
        if slopes is not None and all(abs(slopes[i]) < 1e-12 for i in arcs):
            continue
        if slopes is None and len(reader.harm.arcs) > _BUDGET_ARCS:
            break
        without = solver.posterior_with(dict.fromkeys(arcs, 0.0), likelihood)
        score = sum(weight * without[node] for node, weight in weights.items())
        if abs(score - now) >= _NEGLIGIBLE:
            best = max(arcs, key=lambda i: reader.harm.arcs[i].coin.value)
            found.append(Counterfactual(reader.step(reader.harm.arcs[best]), now, score))
    return tuple(sorted(found, key=lambda c: (c.score_without - c.score, c.step.edge)))


def edge_importance(
    harm: CompiledHarm, solver: Solver, party_node: int | None
) -> Mapping[str, float]:
    """Return the Birnbaum importance of each edge for one node, prior; largest first [1].

    For an edge with several coins, the sum of their derivatives.
    """
    slopes = solver.posterior_slopes({}, {party_node: 1.0}) if party_node is not None else None
    if slopes is None:
        return {}
    sums = {edge: sum(slopes[i] for i in arcs) for edge, arcs in edge_arcs(harm).items()}
    kept = {edge: value for edge, value in sums.items() if value > 0}
    return dict(sorted(kept.items(), key=lambda kv: (-kv[1], kv[0])))


def next_steps(
    reader: Reader,
    solver: Solver,
    likelihood: Likelihood,
    ranking: Sequence[PartyResult],
    names: Mapping[str, str],
) -> tuple[NextStep, ...]:
    """Order open questions and containment by how much they can move the total score."""
    weights: dict[int, float] = {}
    for party in ranking:
        weights.update(severity_weights(reader.harm, party.id))
    steps = list(_missing_edges(ranking))
    slopes = solver.posterior_slopes(likelihood, weights) if weights else None
    if slopes is not None:
        settled = {p.id for p in ranking if _is_settled(p)}
        for arcs in edge_arcs(reader.harm).values():
            steps.extend(
                _for_edge([(reader.harm.arcs[i], slopes[i]) for i in arcs], settled, names)
            )
    steps.sort(key=lambda s: (s.kind != "check", -s.swing, s.text))
    return tuple(steps[:STEPS_SHOWN])


def _is_settled(party: PartyResult) -> bool:
    return any(o.state == "confirmed" and o.event == "exposed" for o in party.observations)


def _missing_edges(ranking: Iterable[PartyResult]) -> Iterable[NextStep]:
    for party in ranking:
        if party.probability["harmed"].posterior > 0:
            continue
        if any(o.likelihood_ratio > 1 for o in party.observations):
            text = (
                f"{party.name} was spoken of, but the graph records no path to it: "
                "find out which edge is missing"
            )
            yield NextStep("check", text, party.id, None, 0.0)


def _for_edge(
    arcs: list[tuple[HarmArc, float]], settled: set[str], names: Mapping[str, str]
) -> Iterable[NextStep]:
    arc = max(arcs, key=lambda pair: abs(pair[1]))[0]
    source, target = (names.get(p, p) for p in (arc.origin, arc.target))
    if arc.kind == "access":
        cut = sum(slope * a.coin.value for a, slope in arcs)
        if cut >= _NEGLIGIBLE:
            text = f"suspend the access of {source} to the systems of {target}"
            yield NextStep("contain", text, arc.target, arc.edge, cut)
        return
    swing = sum(abs(slope) * (a.coin.high - a.coin.low) for a, slope in arcs)
    if swing < _NEGLIGIBLE or arc.target in settled:
        return
    if arc.kind == "custody":
        text = f"ask {source} whether data of {target} was taken{_what(arc)}"
        yield NextStep("ask", text, arc.target, arc.edge, swing)
    elif arc.kind == "dependency":
        text = f"ask {target} how long it can do without {source}{_what(arc)}"
        yield NextStep("ask", text, arc.target, arc.edge, swing)
    elif arc.kind == "pivot":
        text = f"rotate the credentials and keys of {target} in {arc.dataset}"
        yield NextStep("contain", text, arc.target, arc.edge, swing)


def _what(arc: HarmArc) -> str:
    return f" ({arc.note})" if arc.note else ""
