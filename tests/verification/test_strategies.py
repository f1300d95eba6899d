"""What the strategies draw. A law that only ever saw two unconnected nodes proves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import networkx as nx
import oracle
import strategies
from hypothesis import given, settings

EXAMPLES = 200
ROOT = Path(__file__).resolve().parents[2]
TABLE = {
    "p_alleged": 0.5,
    "pivot": 0.3,
    "outage": 0.4,
    "severity": dict.fromkeys((*strategies.VARIETIES, "compromised", "disrupted"), 0.5),
    "likelihood_ratio": {"confirmed": 99, "reported": 9, "could-be-affected": 2, "denied": 1 / 9},
}


def drawn(strategy):
    """Return the examples that the deterministic profile draws."""
    examples = []

    @settings(max_examples=EXAMPLES, derandomize=True)
    @given(strategy)
    def collect(example):
        examples.append(example)

    collect()
    return examples


def drawn_alone(name):
    """Return the examples that a process of its own draws.

    Hypothesis mixes in constants of the modules that happen to be loaded: what is drawn here would
    hang on which tests ran before.
    """
    here = str(Path(__file__).parent)
    code = f"import json, strategies, test_strategies as t; print(json.dumps(t.drawn(strategies.{name}())))"
    folders = os.pathsep.join([here, str(Path(strategies.__file__).parent), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=os.environ | {"PYTHONPATH": folders},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_networks_are_not_trivial():
    seen, examples = Counter(), drawn(strategies.networks())
    for n, arcs, origins in examples:
        pairs = [(tail, head) for tail, head, _ in arcs]
        open_pairs = [(tail, head) for tail, head, p in arcs if p > 0 and tail != head]
        world = nx.DiGraph(open_pairs)
        world.add_nodes_from(range(n))
        reach = oracle.reach_probability(n, arcs, origins)
        uncertain = [p for p in reach if 0 < p < 1]
        two_way = [(p, q) for t, h, p in arcs for u, v, q in arcs if (t, h) == (v, u) and t != h]
        seen["five nodes or more"] += n >= 5
        seen["six uncertain arcs or more"] += sum(0 < p < 1 for _, _, p in arcs) >= 6
        seen["loop"] += any(tail == head for tail, head in pairs)
        seen["parallel arcs"] += len(set(pairs)) < len(pairs)
        seen["cycle"] += not nx.is_directed_acyclic_graph(world)
        seen["cycle of three or more"] += any(
            len(part) > 2 for part in nx.strongly_connected_components(world)
        )
        seen["two-way, equal"] += any(0 < p == q < 1 for p, q in two_way)
        seen["two-way, unequal"] += any(0 < p != q < 1 for p, q in two_way)
        sinks = set(range(n)) - {tail for tail, _, _ in arcs}
        seen["sink that reads off"] += any(
            p == 1 and head in sinks and 0 < reach[head] < 1 for _, head, p in arcs
        )
        seen["impossible arc"] += any(p == 0 for _, _, p in arcs)
        seen["sure arc"] += any(p == 1 for _, _, p in arcs)
        seen["several origins"] += len(set(origins)) > 1
        seen["repeated origin"] += len(set(origins)) < len(origins)
        seen["origin is not the first node"] += origins[0] != 0
        seen["node out of reach"] += 0.0 in reach
        seen["two or more uncertain nodes"] += len(uncertain) > 1
        seen["several paths"] += any(
            len(list(nx.all_simple_paths(world, origins[0], v))) > 1 for v in range(n)
        )
    rare = {name: count for name, count in seen.items() if count < 0.05 * EXAMPLES}
    assert len(examples) == EXAMPLES
    assert not rare


def test_graphs_are_not_trivial():
    seen, examples = Counter(), drawn_alone("graphs")
    for graph in examples:
        incident = graph["incidents"][0]
        arcs = oracle.harm_arcs(graph, incident, TABLE)
        result = oracle.analyze(graph, strategies.INCIDENT, None, TABLE)
        rows = result["parties"]
        others = [row for name, row in rows.items() if name not in incident["origins"]]
        kinds = {(tail[0], head[0]) for tail, head, p in arcs if p > 0 and tail != "root" and head}
        owners = {dataset["id"]: dataset["owner"] for dataset in graph["datasets"]}
        live = oracle._live(graph, "shares", oracle.parse_window(incident.get("window")))
        world = nx.DiGraph([(tail, head) for tail, head, p in arcs if p > 0])
        world = world.subgraph({"root"} | nx.descendants(world, "root"))
        seen["four parties or more"] += len(rows) >= 4
        seen["other party exposed"] += any(row["exposed"][0] > 0 for row in others)
        seen["other party compromised"] += any(row["compromised"][0] > 0 for row in others)
        seen["other party disrupted"] += any(row["disrupted"][0] > 0 for row in others)
        seen["two uncertain scores"] += sum(0 < row["score"][0] < 100 for row in others) > 1
        seen["party out of reach"] += any(row["harmed"][0] == 0 for row in others)
        seen["evidence moves a score"] += any(
            abs(row["score"][0] - row["score"][1]) > 0.1 for row in others
        )
        seen["pivot"] += ("disclosed", "compromised") in {
            (tail[0], head[0]) for tail, head in world.edges if tail != "root"
        }
        seen["cycle within reach"] += not nx.is_directed_acyclic_graph(world)
        seen["onward share"] += any(
            owners[name] != share["discloser"] for share in live for name in share["datasets"]
        )
        seen["edge out of its time"] += len(live) < len(graph["shares"])
        seen["two origins"] += len(set(incident["origins"])) > 1
        seen["alleged"] += incident["status"] == "alleged"
        seen["no outage possible"] += ("compromised", "disrupted") not in kinds
        seen["no observation"] += not incident["observations"]
        subjects = [
            said.get("dataset") or (said["party"], said["event"])
            for said in incident["observations"]
        ]
        seen["two words on one event"] += len(set(subjects)) < len(subjects)
        seen["two harmed parties of one group"] += any(
            party.get("parent", {"stake": 0}).get("stake", 1) > 0.5
            and party["id"] not in incident["origins"]
            and party["parent"]["party"] not in incident["origins"]
            and rows[party["id"]]["harmed"][0] > 0
            and rows[party["parent"]["party"]]["harmed"][0] > 0
            for party in graph["parties"]
        )
        seen["range"] += any(isinstance(share["probability"], dict) for share in graph["shares"])
    rare = {name: count for name, count in seen.items() if count < 0.05 * EXAMPLES}
    assert len(examples) == EXAMPLES
    assert not rare
