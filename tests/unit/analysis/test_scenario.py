"""What-if: each change against the graph in which it is written down, and against the oracle."""

from __future__ import annotations

import copy

import oracle
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st
from strategies import INCIDENT, analysis_of, numbers, table_from_package
from test_against_oracle import assert_same, chain_graph
from test_laws import assert_no_lower, flat, priors

import blastradius as br
from blastradius.analysis.scenario import guard
from blastradius.errors import ScenarioError
from blastradius.model.graph import Graph

ROUNDING = 1e-10
EDGES = ("shares", "access", "dependencies")
fractions = st.floats(0, 1, allow_subnormal=False)


def under(graph, *changes, **options):
    return analysis_of(graph, scenario={"changes": list(changes)}, **options)


def assert_equal(one, other):
    """Compare numbers, lists, paths and assumptions: all but what is said of the scenario."""
    first, second = dict(flat(numbers(one))), dict(flat(numbers(other)))
    assert first.keys() == second.keys()
    for path, value in first.items():
        assert second[path] == pytest.approx(value, abs=ROUNDING), path
    assert one.assumptions == other.assumptions
    assert one.engine.uncertain_arcs == other.engine.uncertain_arcs
    assert {p.id for p in one.ranking} == {p.id for p in other.ranking}
    for name, party in one.parties.items():
        twin = other.parties[name]
        assert [p.probability for p in party.paths] == pytest.approx(
            [p.probability for p in twin.paths]
        )
        assert (party.hops, party.verdict, party.certainty) == (
            twin.hops,
            twin.verdict,
            twin.certainty,
        )
        assert (party.score.low, party.score.high) == pytest.approx(
            (twin.score.low, twin.score.high), abs=100 * ROUNDING
        )
        held = {d.id: set(d.holders) for d in party.datasets}
        assert held == {d.id: set(d.holders) for d in twin.datasets}


def named(graph):
    """Return the graph with an id on each edge that its content does not repeat."""
    graph = copy.deepcopy(graph)
    for kind in EDGES:
        kept = {}
        for edge in getattr(Graph.model_validate(graph), kind):
            plain = edge.model_dump(exclude={"id"}, exclude_none=True)
            if "datasets" in plain:
                plain["datasets"] = sorted(plain["datasets"])
            kept.setdefault(repr(sorted(plain.items())), plain)
        graph[kind] = [{**e, "id": f"{kind}-{k}"} for k, e in enumerate(kept.values())]
    return graph


@st.composite
def edges_of(draw, graph):
    """Draw the list, place and id of an edge."""
    kind = draw(st.sampled_from([kind for kind in EDGES if graph[kind]]))
    place = draw(st.integers(0, len(graph[kind]) - 1))
    return kind, place, graph[kind][place]["id"]


@st.composite
def changes_to(draw, graph):
    party = st.sampled_from([party["id"] for party in graph["parties"]])
    edge = st.sampled_from(
        [edge.id for edge in Graph.model_validate(graph).edges]
        + [f"{prefix}{d['id']}" for d in graph["datasets"] for prefix in ("", "pivot:")]
        + [f"outage:{p['id']}" for p in graph["parties"]]
    )
    events = st.sampled_from(["exposed", "compromised", "disrupted", "harmed"])
    states = st.sampled_from(["confirmed", "reported", "could-be-affected", "denied"])
    one = st.one_of(
        st.fixed_dictionaries({"cut": edge}),
        st.fixed_dictionaries({"edge": edge, "probability": fractions}),
        st.fixed_dictionaries({"control": party, "effect": fractions}),
        st.fixed_dictionaries({"observe": party, "state": states}, optional={"event": events}),
    )
    return draw(st.lists(one, max_size=5, unique_by=lambda c: c.get("edge", id(c))))


@given(strategies.graphs())
def test_an_empty_scenario_changes_nothing(graph):
    plain, tried = analysis_of(graph), under(graph)
    assert numbers(tried) == numbers(plain)
    assert tried.ranking == plain.ranking
    assert tried.next_steps == plain.next_steps
    assert tried.scenario.changes == ()


@given(strategies.graphs(), st.data())
def test_a_cut_is_the_graph_without_the_edge(drawn, data):
    graph = named(drawn)
    kind, place, name = data.draw(edges_of(graph))
    without = copy.deepcopy(graph)
    del without[kind][place]
    if not any(without[kind] for kind in EDGES):  # a graph needs an edge: one out of its time
        ends = {"discloser": graph["parties"][0]["id"], "recipient": graph["parties"][1]["id"]}
        past = {"until": "1950", "datasets": [graph["datasets"][0]["id"]], "retention_days": 0}
        without["shares"] = [{**ends, **past, "probability": 0}]
        graph["incidents"][0]["window"] = without["incidents"][0]["window"] = "2022"
        without["incidents"] = graph["incidents"]
    assert_equal(under(graph, {"cut": name}), analysis_of(without))


@given(strategies.graphs(), st.data(), fractions)
def test_a_probability_is_the_graph_with_that_number(drawn, data, p):
    graph = named(drawn)
    kind, place, name = data.draw(edges_of(graph))
    written = copy.deepcopy(graph)
    written[kind][place]["probability"] = p
    assert_equal(under(graph, {"edge": name, "probability": p}), analysis_of(written))


def shares_two(*, first=0.5, second=0.5):
    """Return a graph in which the holder has two datasets of the owner, with these chances."""
    share = {"discloser": "owner", "recipient": "holder"}
    one, two = {"probability": first}, {"probability": second}
    return Graph.model_validate(
        {
            "name": "two",
            "parties": [{"id": "owner", "name": "Owner"}, {"id": "holder", "name": "Holder"}],
            "datasets": [
                {"id": "a", "owner": "owner", "varieties": ["Secrets"]},
                {"id": "b", "owner": "owner", "varieties": ["Personal"]},
            ],
            "shares": [
                {**share, **one, "id": "both", "datasets": ["a", "b"]}
                if first == second
                else {**share, **one, "id": "one", "datasets": ["a"]},
                *([] if first == second else [{**share, **two, "id": "two", "datasets": ["b"]}]),
            ],
        }
    )


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({"cut": "both", "dataset": "a"}, 0.0),
        ({"edge": "both", "dataset": "a", "probability": 0.2}, 0.2),
    ],
)
def test_a_change_of_one_dataset_leaves_the_others(change, first):
    as_it_is = br.analyze(shares_two(), "holder", scenario={"changes": [change]})
    written = br.analyze(shares_two(first=first), "holder")
    score = as_it_is.parties["owner"].score.prior
    assert score == pytest.approx(written.parties["owner"].score.prior, abs=ROUNDING)
    (note,) = as_it_is.scenario.changes
    assert note.coins == 1
    assert note.text.endswith("(only a)")


def test_what_is_said_of_a_dataset_goes_before_what_is_said_of_its_share():
    changes = [
        {"edge": "both", "probability": 0.9},
        {"edge": "both", "dataset": "a", "probability": 0.2},
    ]
    found = br.analyze(shares_two(), "holder", scenario={"changes": changes})
    written = br.analyze(shares_two(first=0.2, second=0.9), "holder")
    assert found.parties["owner"].score.prior == pytest.approx(
        written.parties["owner"].score.prior, abs=ROUNDING
    )


@given(strategies.graphs(), st.data())
def test_a_control_without_effect_changes_nothing(graph, data):
    party = data.draw(st.sampled_from(graph["parties"]))["id"]
    assert_equal(under(graph, {"control": party, "effect": 0.0}), analysis_of(graph))


@given(strategies.graphs(), st.data())
def test_a_full_control_cuts_all_that_the_party_guards(graph, data):
    party = data.draw(st.sampled_from(graph["parties"]))["id"]
    arcs = analysis_of(graph)._breach.reader.harm.arcs
    cuts = [{"cut": arc.edge} for arc in arcs if guard(arc) == party]
    # An id that stands for two edges would cut more than the control.
    if any(arc.edge == cut["cut"] and guard(arc) != party for arc in arcs for cut in cuts):
        return
    assert_equal(under(graph, {"control": party, "effect": 1.0}), under(graph, *cuts))


@given(strategies.graphs(), st.data())
def test_the_order_of_changes_does_not_matter(graph, data):
    changes = data.draw(changes_to(graph))
    shuffled = data.draw(st.permutations(changes))
    one, other = under(graph, *changes), under(graph, *shuffled)
    assert dict(flat(numbers(other))) == pytest.approx(dict(flat(numbers(one))), abs=ROUNDING)


@given(strategies.graphs(), st.data())
def test_cuts_and_controls_never_raise_a_prior(graph, data):
    changes = [c for c in data.draw(changes_to(graph)) if "cut" in c or "control" in c]
    assert_no_lower(priors(under(graph, *changes)), priors(analysis_of(graph)))


@given(strategies.graphs(observed=False), st.data())
def test_observations_join_those_of_the_incident(graph, data):
    said = [c for c in data.draw(changes_to(graph)) if "observe" in c and "event" in c]
    written = copy.deepcopy(graph)
    written["incidents"][0]["observations"] = [
        {"party": c["observe"], "state": c["state"], "event": c["event"]} for c in said
    ]
    assert_equal(under(graph, *said), analysis_of(written))


@given(strategies.graphs(), st.data())
def test_every_number_against_the_oracle(drawn, data):
    """The oracle knows graphs only: what can be written into one is."""
    graph = named(drawn)
    unwritable = {guard(a) for a in arcs_of(graph) if a.kind in ("pivot", "outage")}
    changes = [
        c
        for c in data.draw(changes_to(graph))
        if not str(c.get("cut", c.get("edge"))).count(":") and c.get("control") not in unwritable
    ]
    written = written_out(graph, changes)
    tried = under(graph, *changes)
    coins = oracle.harm_arcs(written, written["incidents"][0], table_from_package(written))
    if sum(0 < p < 1 for _, _, p in coins) > oracle.MAX_COINS - 4:
        return
    assert_same(tried, oracle.analyze(written, INCIDENT, None, table_from_package(written)))


def arcs_of(graph):
    return analysis_of(graph)._breach.reader.harm.arcs


def written_out(graph, changes):
    """Return the graph that says what a scenario changes."""
    written = copy.deepcopy(graph)
    guards = {"shares": "recipient", "access": "grantor", "dependencies": "customer"}
    for kind, guarding in guards.items():
        for edge in written[kind]:
            edge["probability"] = changed(edge["probability"], edge["id"], edge[guarding], changes)
    for dataset in written["datasets"]:
        if "own_probability" in dataset:
            dataset["own_probability"] = changed(
                dataset["own_probability"], dataset["id"], dataset["owner"], changes
            )
    exposable = {a.target for a in arcs_of(graph) if a.kind in ("own", "custody")}
    for c in changes:
        if "observe" in c:
            event = c.get("event") or ("exposed" if c["observe"] in exposable else "harmed")
            seen = {"party": c["observe"], "state": c["state"], "event": event}
            if seen not in written["incidents"][0]["observations"]:
                written["incidents"][0]["observations"].append(seen)
    return written


def changed(probability, name, guarding, changes):
    p = probability["mode"] if isinstance(probability, dict) else probability
    for c in changes:
        if c.get("edge") == name:
            p = c["probability"]
    if any(c.get("cut") == name for c in changes):
        p = 0.0
    for c in changes:
        if c.get("control") == guarding:
            p *= 1 - c["effect"]
    return p


# By hand


def test_which_party_guards_which_coin():
    graph = chain_graph()
    guards = {(arc.edge, arc.dataset): guard(arc) for arc in arcs_of(graph)}
    assert guards == {
        ("breach", None): "",
        ("keys", "keys"): "b",
        ("share:s>f:keys+plans", "plans"): "f",
        ("share:s>f:keys+plans", "keys"): "f",
        ("share:a>s:plans", "plans"): "s",
        ("share:a>t:plans", "plans"): "t",
        ("access:s>f:vpn", None): "s",
        ("access:t>f:vpn", None): "t",
        ("access:f>s:portal", None): "f",
        ("pivot:keys", "keys"): "b",
        **{(f"outage:{p}", None): p for p in "bfst"},
        ("dependency:a>s", None): "a",
        ("dependency:a>t", None): "a",
    }


def test_cut_wins_over_probability_and_controls_multiply_after_both():
    graph = chain_graph(origins=["s"], actions=["social"])
    graph["access"], graph["dependencies"] = [], []
    share = "share:a>s:plans"
    halved = {"control": "s", "effect": 0.5}
    for changes, exposed in [
        ([], 0.5),
        ([{"edge": share, "probability": 0.8}], 0.8),
        ([{"edge": share, "probability": 0.8}, halved], 0.4),
        ([halved, {"edge": share, "probability": 0.8}, halved], 0.2),
        ([{"edge": share, "probability": 0.8}, {"cut": share}], 0.0),
        ([{"cut": share}, {"edge": share, "probability": 0.8}], 0.0),
        ([{"control": "a", "effect": 1}], 0.5),
    ]:
        result = under(graph, *changes)
        assert result.parties["a"].probability["exposed"].prior == pytest.approx(exposed)


def test_the_origin_is_never_changed():
    graph = chain_graph(status="alleged")
    origin = analysis_of(graph).parties["f"].probability["compromised"]
    tried = under(graph, {"control": "f", "effect": 1})
    found = tried.parties["f"].probability["compromised"]
    assert (found.prior, found.posterior) == pytest.approx((origin.prior, origin.posterior))
    with pytest.raises(ScenarioError, match="is an incident: where it starts stays as it is"):
        under(graph, {"cut": INCIDENT})


def test_steps_and_assumptions_say_what_was_changed():
    graph = chain_graph()
    del graph["shares"][2]["probability"]
    share = {"edge": "share:s>f:keys+plans", "probability": 0.25}
    before = {a.key for a in analysis_of(graph).assumptions}
    after = {a.key for a in under(graph, share).assumptions}
    assert {key for key in before if key.startswith(("disclosed/", "variety/"))}
    assert not {key for key in after if key.startswith(("disclosed/", "variety/"))}
    step = under(graph, share).parties["b"].paths[0].steps[1]
    assert (step.probability, step.low, step.high, step.basis) == (0.25, 0.25, 0.25, "scenario")
    halved = under(graph, {"control": "f", "effect": 0.5})
    assert {a.key for a in halved.assumptions} == before
    step = halved.parties["b"].paths[0].steps[1]
    assert step.basis == "scenario"
    assert step.basis_note.endswith("; × 0.5 by controls at f")


def test_statements_default_to_the_event_that_can_happen():
    graph = chain_graph(stops_operations=True)
    note = under(graph, {"observe": "a", "state": "denied"}, {"observe": "t", "state": "denied"})
    said = {o.subject: o.event for p in note.parties.values() for o in p.observations}
    assert said == {"a": "exposed", "t": "harmed"}


def test_what_is_out_of_reach_has_no_effect_and_says_so():
    graph = chain_graph(origins=["a"], actions=["social"])
    tried = under(
        graph,
        {"cut": "access:s>f:vpn"},
        {"edge": "outage:b", "probability": 1},
        {"control": "b", "effect": 0.5},
        {"observe": "b", "state": "confirmed"},
        {"cut": "plans"},
    )
    assert [change.coins for change in tried.scenario.changes] == [0, 0, 0, 0, 1]
    assert [change.kind for change in tried.scenario.changes] == [
        "cut",
        "probability",
        "control",
        "observation",
        "cut",
    ]


def test_a_path_that_was_cut_is_no_missing_edge():
    graph = chain_graph(
        origins=["s"], actions=["social"], observations=[{"party": "a", "state": "reported"}]
    )
    graph["access"], graph["dependencies"] = [], []
    tried = under(graph, {"cut": "share:a>s:plans"})
    assert tried.parties["a"].verdict == "no recorded path"
    assert [step for step in tried.next_steps if step.kind == "check"] == []


def test_a_scenario_of_another_graph_or_target_is_applied_and_says_so():
    graph = chain_graph()
    loaded = br.load_graph(Graph.model_validate(graph))

    def notes(**said):
        return br.analyze(loaded, "f", scenario=said).scenario.notes

    assert notes(target="F Cloud", graph={"name": "traps", "sha256": loaded.sha256}) == ()
    assert notes(target=INCIDENT) == ()
    assert notes(target="s") == ("made for s; applied to f",)
    assert notes(target="nobody") == ("made for nobody; applied to f",)
    assert notes(graph={"name": "other"}) == ("made on graph other; applied to traps",)
    (note,) = notes(graph={"name": "traps", "sha256": "0" * 64})
    assert note.startswith("made on another graph traps (sha256 000000000000…); applied to traps")


def test_explanations_follow():
    tried = under(chain_graph(), {"cut": "share:s>f:keys+plans"}, {"control": "s", "effect": 0.5})
    view = tried.explain("a")
    edges = {step.edge for path in view.explanation.paths for step in path.steps}
    assert "share:s>f:keys+plans" not in edges
    assert all(c.step.edge != "share:s>f:keys+plans" for c in view.explanation.counterfactuals)
    assert "changed by the scenario" in view.to_text()
    assert view.to_dict()["scenario"] == tried.to_dict()["scenario"]


def test_the_scenario_is_kept_with_the_result():
    scenario = br.Scenario.model_validate({"name": "n", "changes": [{"cut": "plans"}]})
    data = analysis_of(chain_graph(), scenario=scenario).to_dict()
    assert data["provenance"]["options"]["scenario"] == {
        "schema": "blastradius/scenario/1",
        "name": "n",
        "changes": [{"cut": "plans"}],
    }
    again = analysis_of(chain_graph(), scenario=data["provenance"]["options"]["scenario"])
    assert again.to_dict() == data


def test_sampling_answers_a_scenario_too():
    change = {"edge": "share:s>f:keys+plans", "probability": 0.2}
    exact = under(chain_graph(), change)
    sampled = under(chain_graph(), change, method="monte-carlo")
    for name, party in exact.parties.items():
        assert sampled.parties[name].score.posterior == pytest.approx(
            party.score.posterior, abs=1.5
        )
