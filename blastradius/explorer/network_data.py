"""The harm network of an answer as plain data, for the sampler and the scenarios of the page."""

from __future__ import annotations

from typing import Any

from blastradius.analysis.blast import severity_weights
from blastradius.analysis.breach import BreachAnalysis
from blastradius.analysis.harm import CompiledHarm, Event
from blastradius.analysis.priors import PriorTable
from blastradius.analysis.results import EVENTS
from blastradius.analysis.scenario import guard
from blastradius.model.graph import Observation
from blastradius.model.vocabulary import OBSERVATION_STATES


def network_data(breach: BreachAnalysis) -> dict[str, Any]:
    """Return nodes, coins, readouts, evidence and parties of the network that was asked.

    Node 0 is the root, reached in every world. Lists with an entry for each coin are in the order
    of ``CompiledHarm.arcs``.
    """
    harm = breach.reader.harm
    return {
        "n_nodes": harm.n_nodes,
        "n_arcs": len(harm.arcs),
        "tail": [arc.tail for arc in harm.arcs],
        "head": [arc.head for arc in harm.arcs],
        "probability": [arc.coin.value for arc in harm.arcs],
        "sure": [arc.sure for arc in harm.arcs],
        "readouts": [[tail, head] for tail, head in harm.readouts],
        "edge": [arc.edge for arc in harm.arcs],
        "kind": [arc.kind for arc in harm.arcs],
        "guard": [guard(arc) for arc in harm.arcs],
        "dataset": [arc.dataset for arc in harm.arcs],
        "likelihood": [
            [node, happened / not_happened]
            for node, (happened, not_happened) in sorted(breach.likelihood.items())
        ],
        "said": _said(breach),
        "subjects": {
            party: _subject(harm, party)
            for party in sorted(harm.levels)
            if not party.startswith("group/")
        },
    }


def ratio_data(priors: PriorTable) -> dict[str, float]:
    """Return the likelihood ratio of every observation state [1]."""
    return {state: priors.ratio(state) for state in OBSERVATION_STATES}


def _said(breach: BreachAnalysis) -> list[list[str]]:
    """List the [party, state, event] that the evidence holds in just these words.

    The same statement twice is one statement, so a scenario that repeats one adds nothing.
    """
    found = []
    for item in breach.reader.weighed:
        seen = item.observation
        bare = Observation.model_validate(
            {"party": seen.party, "dataset": seen.dataset, "state": seen.state, "event": seen.event}
        )
        if seen.party is not None and seen == bare:
            found.append([seen.party, seen.state, seen.event])
    return found


def _subject(harm: CompiledHarm, party: str) -> dict[str, Any]:
    """Return the nodes that answer for a party; the score is the sum of points x P(level)."""
    nodes: dict[str, Any] = {event: harm.node.get(Event(event, party)) for event in EVENTS}
    nodes["levels"] = [[node, points] for node, points in severity_weights(harm, party).items()]
    return nodes
