"""The laws that every analysis obeys, whatever the graph (docs/explanation, the model).

``tests/README.md`` names, for each law, the planted bugs that make its tests fail;
``tests/verification/test_planted_bugs.py`` plants them.
"""

from __future__ import annotations

import copy
import math

import networkx as nx
import oracle
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import INCIDENT, analysis_of, numbers, table_from_package

ROUNDING = 1e-10
EDGES = ("shares", "access", "dependencies")


def priors(result):
    """Return every number that must not fall when something is added: (party, name) -> value."""
    values = {}
    for name, row in numbers(result)["parties"].items():
        for key in ("score", "exposed", "compromised", "disrupted", "harmed"):
            values[name, key] = row[key][0]
        for variety, pair in row["varieties"].items():
            values[name, variety] = pair[0]
    for key, figure in numbers(result)["blast_radius"].items():
        values["all", key] = figure[0] if isinstance(figure, tuple) else figure
    return values


def assert_no_lower(before, after):
    for key, value in before.items():
        assert after.get(key, 0.0) >= value - ROUNDING * max(1.0, abs(value)), key


def flat(tree, path=()):
    """Yield (path, number) of nested dicts and tuples."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from flat(value, (*path, key))
    elif isinstance(tree, tuple):
        for index, value in enumerate(tree):
            yield from flat(value, (*path, index))
    else:
        yield path, tree


# A party with no path gets exactly 0


@given(strategies.graphs())
def test_party_with_no_path_gets_exactly_zero(graph):
    result = analysis_of(graph)
    arcs = oracle.harm_arcs(graph, graph["incidents"][0], table_from_package(graph))
    world = nx.DiGraph([(tail, head) for tail, head, p in arcs if p > 0])
    world.add_node("root")
    reached = nx.descendants(world, "root")
    owners = {dataset["id"]: dataset["owner"] for dataset in graph["datasets"]}
    harmed = {owners[name] if kind == "disclosed" else name for kind, name in reached}
    for name, party in result.parties.items():
        values = [value for _, value in flat(numbers(result)["parties"][name])]
        if name in harmed:
            assert party.probability["harmed"].prior > 0
            assert party.hops is not None
        else:
            assert not any(values)
            assert (party.score.low, party.score.high) == (0.0, 0.0)
            said = {observation.state for observation in party.observations}
            verdict = "confirmed" if "confirmed" in said else "no recorded path"
            assert (party.verdict, party.band, party.hops) == (verdict, "none", None)
            assert party.paths == ()


# Adding an edge or raising a probability never lowers a prior probability


ENDS = {
    "shares": ("discloser", "recipient"),
    "access": ("grantor", "grantee"),
    "dependencies": ("customer", "supplier"),
}


def another_edge(data, graph):
    """Draw (kind, edge), half of the time beside one that there is."""
    kind = data.draw(st.sampled_from(EDGES))
    ids = [party["id"] for party in graph["parties"]]
    pair = st.permutations(ids).map(lambda order: order[:2])
    known = [[edge[end] for end in ENDS[kind]] for edge in graph[kind]]
    ends = data.draw(st.sampled_from(known) | pair if known else pair)
    edge = dict(zip(ENDS[kind], ends, strict=True))
    if kind == "shares":
        names = st.sampled_from([dataset["id"] for dataset in graph["datasets"]])
        edge["datasets"] = data.draw(st.lists(names, min_size=1, max_size=2, unique=True))
    elif kind == "access":
        edge["via"] = "on-site"
    else:
        edge["what"] = "parts"
    return kind, edge | {"probability": data.draw(strategies.probabilities)}


@given(strategies.graphs(), st.data())
def test_adding_an_edge_never_lowers_a_prior(graph, data):
    before = priors(analysis_of(graph))
    for _ in range(3):
        kind, edge = another_edge(data, graph)
        graph = {**graph, kind: [*graph[kind], edge]}
        after = priors(analysis_of(graph))
        assert_no_lower(before, after)
        before = after


@given(strategies.graphs(), st.data())
def test_raising_a_probability_never_lowers_a_prior(graph, data):
    graph = copy.deepcopy(graph)
    written = [edge for kind in EDGES for edge in graph[kind]]
    written += [dataset for dataset in graph["datasets"] if "own_probability" in dataset]
    before = priors(analysis_of(graph))
    for record in data.draw(st.permutations(written))[:3]:
        key = "probability" if "probability" in record else "own_probability"
        now = record[key]["mode"] if isinstance(record[key], dict) else record[key]
        record[key] = data.draw(st.floats(now, 1))
        after = priors(analysis_of(graph))
        assert_no_lower(before, after)
        before = after


# Ids, order of input and duplicates of an edge's description change nothing else


def renamed(graph, new):
    """Give every party, dataset and edge another id."""
    graph = copy.deepcopy(graph)
    for party in graph["parties"]:
        party["id"] = new[party["id"]]
        if "parent" in party:
            party["parent"]["party"] = new[party["parent"]["party"]]
    for dataset in graph["datasets"]:
        dataset["id"], dataset["owner"] = new[dataset["id"]], new[dataset["owner"]]
    for kind, ends in ENDS.items():
        for place, edge in enumerate(graph[kind]):
            edge["id"] = f"{kind}-{len(graph[kind]) - place}"
            edge.update({end: new[edge[end]] for end in ends})
            if kind == "shares":
                edge["datasets"] = [new[name] for name in edge["datasets"]]
    incident = graph["incidents"][0]
    incident["origins"] = [new[name] for name in incident["origins"]]
    for seen in incident["observations"]:
        seen.update({key: new[seen[key]] for key in ("party", "dataset") if key in seen})
    return graph


def without_repeats(graph):
    """Drop repeated descriptions, which may not carry ids of their own."""
    kept = {kind: oracle._distinct(graph[kind]) for kind in EDGES}
    return {**graph, **kept}


@given(strategies.graphs(), st.data())
def test_ids_change_nothing_else(graph, data):
    names = [record["id"] for kind in ("parties", "datasets") for record in graph[kind]]
    others = data.draw(st.permutations([f"x{k}" for k in range(len(names))]))
    new = dict(zip(names, others, strict=True))
    before = numbers(analysis_of(graph))
    after = numbers(analysis_of(renamed(without_repeats(graph), new)))
    for name, row in before["parties"].items():
        expected = dict(flat(row))
        assert dict(flat(after["parties"][new[name]])) == pytest.approx(expected, abs=ROUNDING)
    assert dict(flat(after["blast_radius"])) == pytest.approx(
        dict(flat(before["blast_radius"])), abs=ROUNDING
    )


@given(strategies.graphs(), st.data())
def test_order_of_input_changes_nothing(graph, data):
    shuffled = copy.deepcopy(graph)
    for kind in ("parties", "datasets", *EDGES):
        shuffled[kind] = data.draw(st.permutations(shuffled[kind]))
    for share in shuffled["shares"]:
        share["datasets"].reverse()
    for dataset in shuffled["datasets"]:
        dataset["varieties"].reverse()
    incident = shuffled["incidents"][0]
    for key in ("origins", "observations", "actions"):
        incident[key] = data.draw(st.permutations(incident[key]))
    before, after = numbers(analysis_of(graph)), numbers(analysis_of(shuffled))
    assert dict(flat(after)) == pytest.approx(dict(flat(before)), abs=ROUNDING)


@given(strategies.graphs(), st.data())
def test_duplicate_descriptions_change_nothing(graph, data):
    repeated = copy.deepcopy(graph)
    for kind in EDGES:
        for place, edge in enumerate(graph[kind]):
            if data.draw(st.booleans()):
                copied = copy.deepcopy(edge)
                copied["id"] = f"again-{kind}-{place}"
                copied["evidence"] = {"certainty": "reported", "note": "said again"}
                if kind == "shares":
                    copied["datasets"].reverse()
                if "note" in data.draw(st.sampled_from([["note"], []])) and kind != "dependencies":
                    copied["note"] = "the same again"
                repeated[kind].insert(data.draw(st.integers(0, len(repeated[kind]))), copied)
    before, after = numbers(analysis_of(graph)), numbers(analysis_of(repeated))
    assert dict(flat(after)) == pytest.approx(dict(flat(before)), abs=ROUNDING)


# Two parallel paths never count twice


SUPPLIERS = ("s0", "s1", "s2")
DATA = ("plans", "source")
a_copy = st.tuples(
    st.sampled_from(SUPPLIERS), st.sampled_from(DATA), strategies.inner_probabilities
)


@given(strategies.inner_probabilities, st.lists(a_copy, min_size=2, max_size=5))
def test_parallel_paths_never_count_twice(common, copies):
    """A fourth party with a way into the suppliers that hold the copies: 1 - prod(1 - p).

    Copies lie with several suppliers, or with one under several contracts, and are of one
    dataset or of two: the way through the hub is common to them all.
    """
    graph = {
        "schema": "blastradius/graph/1",
        "name": "parallel",
        "parties": [
            {"id": name, "name": name.upper()} for name in ("owner", "hub", "fourth", *SUPPLIERS)
        ],
        "datasets": [
            {"id": name, "owner": "owner", "varieties": ["Secrets"], "own_probability": 0.0}
            for name in DATA
        ],
        "shares": [
            {"discloser": "owner", "recipient": supplier, "datasets": [name], "probability": p}
            | {"since": str(2010 + contract)}
            for contract, (supplier, name, p) in enumerate(copies)
        ],
        "access": [{"grantor": "hub", "grantee": "fourth", "via": "vpn", "probability": common}]
        + [
            {"grantor": name, "grantee": "hub", "via": "managed-service", "probability": 1.0}
            for name in SUPPLIERS
        ],
        "incidents": [{"id": INCIDENT, "origins": ["fourth"], "actions": ["social"]}],
    }
    spared = 1.0
    for _, _, p in copies:
        spared *= 1 - p
    owner = analysis_of(graph).parties["owner"]
    severity = table_from_package(graph)["severity"]["Secrets"]
    assert owner.probability["exposed"].prior == pytest.approx(common * (1 - spared), abs=1e-12)
    assert owner.score.prior == pytest.approx(100 * severity * common * (1 - spared), abs=1e-9)


@given(strategies.graphs())
def test_events_overlap_and_never_add_up(graph):
    """Harmed is at least each of its causes and at most their sum; so for varieties, and scores."""
    severity = table_from_package(graph)["severity"]
    for row in numbers(analysis_of(graph))["parties"].values():
        for view in (0, 1):
            causes = [row[key][view] for key in ("exposed", "compromised", "disrupted")]
            kinds = [pair[view] for pair in row["varieties"].values()] or [0.0]
            assert max(causes) - ROUNDING <= row["harmed"][view] <= sum(causes) + ROUNDING
            assert max(kinds) - ROUNDING <= row["exposed"][view] <= sum(kinds) + ROUNDING
            worst = max(
                severity[v] * p[view] for v, p in [*row["varieties"].items(), ("Other", (0, 0))]
            )
            assert 100 * worst - ROUNDING <= row["score"][view] <= 100 * row["harmed"][view] + 1e-8


# Exact and sampled agree within the stated interval


def hoeffding(n_worlds):
    """Return a bound on |frequency - probability| that is broken with probability 1e-12."""
    return math.sqrt(math.log(2 / 1e-12) / (2 * n_worlds))


@given(strategies.graphs(observed=False), st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_exact_and_sampled_agree(graph, rng_seed):
    """Scores are means over worlds of a number in [0, 100], counts of one in [0, parties]."""
    n_worlds = 20_000
    exact = analysis_of(graph)
    sampled = analysis_of(graph, method="monte-carlo", n_worlds=n_worlds, rng_seed=rng_seed)
    assert (exact.engine.method, sampled.engine.method) == ("exact", "monte-carlo")
    bound = hoeffding(n_worlds)
    for name, party in exact.parties.items():
        other = sampled.parties[name]
        for key, estimate in party.probability.items():
            assert other.probability[key].prior == pytest.approx(estimate.prior, abs=bound)
            assert other.probability[key].prior == 0 or estimate.prior > 0
        for end in ("prior", "low", "high"):
            score = getattr(party.score, end)
            assert getattr(other.score, end) == pytest.approx(score, abs=100 * bound)
        assert other.score.low <= other.score.prior <= other.score.high
    assert sampled.blast_radius.expected_harmed_parties.prior == pytest.approx(
        exact.blast_radius.expected_harmed_parties.prior, abs=len(exact.parties) * bound
    )


# No observation: posterior = prior


@given(strategies.graphs(observed=False))
def test_no_observation_no_difference(graph):
    result = analysis_of(graph)
    for path, value in flat(numbers(result)):
        if path[-1] == 1:
            before = numbers(result)
            for key in (*path[:-1], 0):
                before = before[key]
            assert value == before
    for party in result.parties.values():
        assert party.score.low <= party.score.prior <= party.score.high


@given(strategies.graphs(observed=False), st.data())
def test_observation_of_even_odds_says_nothing(graph, data):
    seen = copy.deepcopy(graph)
    party = data.draw(st.sampled_from([party["id"] for party in graph["parties"]]))
    event = data.draw(st.sampled_from(["exposed", "compromised", "disrupted", "harmed"]))
    seen["incidents"][0]["observations"] = [
        {"party": party, "state": "reported", "event": event, "likelihood_ratio": 1.0}
    ]
    before, after = numbers(analysis_of(graph)), numbers(analysis_of(seen))
    assert dict(flat(after)) == pytest.approx(dict(flat(before)), abs=ROUNDING)


@given(strategies.graphs())
def test_observations_never_touch_the_prior(graph):
    silent = copy.deepcopy(graph)
    silent["incidents"][0]["observations"] = []
    before, after = priors(analysis_of(silent)), priors(analysis_of(graph))
    assert after == pytest.approx(before, abs=ROUNDING)
