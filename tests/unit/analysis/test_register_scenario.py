"""What-if on columns against what-if on records."""

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import INCIDENT, graphs
from test_scenario import changes_to, named

import blastradius as br
from blastradius.analysis import register_breach
from blastradius.analysis.breach import analyze_breach, choose_scope
from blastradius.analysis.harm import compile_harm
from blastradius.analysis.priors import default_priors
from blastradius.analysis.question import Question
from blastradius.analysis.register_breach import RegisterAnalysis, analyze_register
from blastradius.analysis.register_scenario import apply_to_columns
from blastradius.analysis.scenario import apply_scenario
from blastradius.analysis.whole import ARC_KINDS, harm_arrays
from blastradius.analysis.whole_register import register_harm
from blastradius.errors import CostsError, GraphFileError, ScenarioError
from blastradius.io.catalog import find_graph
from blastradius.io.tables import register_of_graph
from blastradius.model.graph import Graph
from blastradius.model.scenario import Scenario


def automotive():
    """The shipped graph, and changes of each kind to relations that the breach reaches."""
    graph = find_graph("automotive").graph
    shares = [share for share in graph.shares if share.recipient == "continental"]
    several = next(share for share in shares if len(share.datasets) > 1)
    changes = [
        {"cut": shares[0].id},
        {"cut": several.id, "dataset": several.datasets[0]},
        {"edge": several.id, "probability": 0.25},
        {"edge": several.id, "dataset": several.datasets[1], "probability": 0.75},
        {"control": "continental", "effect": 0.5, "note": "segmented"},
        {"control": "continental", "effect": 0.1},
        {"observe": "porsche", "state": "denied"},
        # Out of reach of the breach.
        {"control": "level-one-robotics", "effect": 1},
        {"observe": "level-one-robotics", "state": "reported"},
    ]
    return graph, Scenario.model_validate({"name": "tried", "changes": changes})


@settings(deadline=None)
@given(graphs(), st.data())
def test_columns_change_as_records_do(drawn, data):
    content = named(drawn)
    graph = Graph.model_validate(content)
    changes = data.draw(changes_to(content))
    if content["shares"]:
        share = data.draw(st.sampled_from(content["shares"]))
        part = {"dataset": data.draw(st.sampled_from(sorted(share["datasets"])))}
        changes.append({"edge": share["id"], "probability": data.draw(st.floats(0, 1))} | part)
        if data.draw(st.booleans()):
            changes.append({"cut": share["id"]} | part)
    scenario = Scenario.model_validate({"changes": changes})
    priors, scope = default_priors(), choose_scope(graph, INCIDENT, Question())
    register = register_of_graph(graph)
    want = apply_scenario(compile_harm(graph, scope, priors), scenario)
    origins = np.array([register.parties.ids.row_of(o) for o in sorted(set(scope.origins))])
    found = apply_to_columns(register, register_harm(register, priors, scope), scenario, origins)
    assert found.coins == want.coins
    assert found.observations == want.observations
    assert found.excused == want.excused
    records = harm_arrays(want.harm, graph)
    starts = [list(records.party_ids).index(o) for o in sorted(set(scope.origins))]
    assert coins_of(found.harm.whole, origins) == coins_of(records, starts)


def coins_of(whole, origins):
    """Coins that can open and that harm can get to, with all that they mean."""
    seen, stack = set(), whole.compromised[origins].tolist()
    possible = np.flatnonzero(whole.high > 0).tolist()
    heads = {}
    for arc in possible:
        heads.setdefault(int(whole.tail[arc]), []).append(int(whole.head[arc]))
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += heads.get(node, ())
    return sorted(
        (
            ARC_KINDS[whole.kind[i]],
            whole.edge_ids[int(whole.edge[i])],
            whole.party_ids[whole.origin[i]],
            whole.party_ids[whole.target[i]],
            whole.dataset_ids[int(whole.dataset[i])] if whole.dataset[i] >= 0 else None,
            float(whole.low[i]),
            float(whole.value[i]),
            float(whole.high[i]),
            tuple(whole.prior_keys[whole.prior[i]]),
        )
        for i in possible
        if i < whole.n_coins and int(whole.tail[i]) in seen
    )


def test_scenario_where_records_fit_is_that_of_the_graph():
    graph, scenario = automotive()
    want = br.analyze(graph, "continental", scenario=scenario).analysis
    found = br.analyze(register_of_graph(graph), "continental", scenario=scenario).analysis
    assert found.scenario.changes == want.scenario.changes
    assert all(c.coins for c in found.scenario.changes[:7])
    assert [c.coins for c in found.scenario.changes[7:]] == [0, 0]
    assert found.next_steps == want.next_steps
    assert found.provenance.options == want.provenance.options
    for name, party in want.parties.items():
        other = found.parties[name].score
        assert (other.prior, other.posterior) == pytest.approx(
            (party.score.prior, party.score.posterior), abs=1e-9
        )


def test_sampled_scenario_agrees_with_the_exact_graph(monkeypatch):
    monkeypatch.setattr(register_breach, "MOST_COINS", -1)
    graph, scenario = automotive()
    want = analyze_breach(graph, "continental", Question(scenario=scenario)).analysis
    question = Question(n_worlds=200_000, scenario=scenario)
    breach = analyze_register(register_of_graph(graph), "continental", question)
    assert isinstance(breach, RegisterAnalysis)
    found = breach.analysis
    # 2.5 of the 95 % half-widths are 4.9 standard errors.
    margin = 2.5 * found.engine.half_width
    assert margin < 0.1
    for party in want.parties.values():
        other = found.parties[party.id]
        assert (other.hops, other.observations) == (party.hops, party.observations), party.id
        for field in ("prior", "posterior", "low", "high"):
            difference = getattr(other.score, field) - getattr(party.score, field)
            assert abs(difference) <= 100 * margin, (party.id, field)
        assert [p.probability for p in other.paths] == pytest.approx(
            [p.probability for p in party.paths[:1]]
        )
    assert found.scenario.changes == want.scenario.changes
    assert {a.key: a.arcs for a in found.assumptions} == {a.key: a.arcs for a in want.assumptions}
    assert found.engine.uncertain_arcs == want.engine.uncertain_arcs
    checks = [s.text for s in want.next_steps if s.kind == "check"]
    assert [s.text for s in found.next_steps if s.kind == "check"] == checks
    monkeypatch.setattr(register_breach, "MOST_COINS", 5_000)
    explained = breach.explain("volkswagen").party.score.posterior
    assert explained == pytest.approx(want.parties["volkswagen"].score.posterior, abs=1e-9)


def test_costs_on_columns_are_those_of_the_graph(tmp_path):
    graph, scenario = automotive()
    share, several = scenario.changes[0].cut, scenario.changes[1]
    costs = {
        "default": 2,
        "kinds": {"access": 3, "outage": "impossible"},
        "parties": {"volkswagen": 5},
        "edges": {share: 1, f"{several.cut}#{several.dataset}": 0.5},
    }
    file = tmp_path / "costs.yaml"
    file.write_text(yaml.safe_dump(costs), encoding="utf-8")
    register = register_of_graph(graph)
    for target in ("continental", None):
        found, want = (
            br.harden(g, target, budget=4, costs=given_as).hardening
            for g, given_as in ((register, file), (graph, costs))
        )
        assert found.plan.residual.value == pytest.approx(want.plan.residual.value, abs=1e-9)
        assert {(a.action.edge, a.action.dataset, a.cost) for a in found.actions} == {
            (a.action.edge, a.action.dataset, a.cost) for a in want.actions
        }


def test_what_costs_and_scenarios_name_wrongly_is_told_with_the_nearest_name(tmp_path):
    graph, _ = automotive()
    register = register_of_graph(graph)
    share = next(s.id for s in graph.shares if s.recipient == "continental")
    with pytest.raises(CostsError, match=r"unknown party 'volkswagn' \(did you mean 'volkswagen'"):
        br.harden(register, "continental", costs={"parties": {"volkswagn": 1}})
    with pytest.raises(CostsError, match=r"unknown edge .*did you mean"):
        br.harden(register, "continental", costs={"edges": {share + "x": 1, "pivot:no": 1}})
    with pytest.raises(ScenarioError, match=r"unknown party 'volkswagn' \(did you mean"):
        br.analyze(
            register,
            "continental",
            scenario={"changes": [{"observe": "volkswagn", "state": "denied"}]},
        )
    file = tmp_path / "scenario.yaml"
    file.write_text("schema: blastradius/scenario/1\nchanges:\n- cut: nothing\n", encoding="utf-8")
    with pytest.raises(GraphFileError, match=r"scenario.yaml"):
        br.analyze(register, "continental", scenario=file)
