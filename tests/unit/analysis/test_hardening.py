"""Hardening against brute force: edges removed from the graph, all sets tried, scenarios applied."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import INCIDENT, graphs

import blastradius as br
from blastradius.analysis.breach import analyze_breach
from blastradius.analysis.hardening import exact
from blastradius.analysis.hardening.ask import harden_graph
from blastradius.analysis.hardening.costs import Costs
from blastradius.analysis.hardening.question import HardenQuestion
from blastradius.analysis.hardening.search import largest_sets
from blastradius.analysis.priors import default_priors
from blastradius.analysis.question import Question
from blastradius.analysis.whole import whole_harm
from blastradius.api import HardeningView
from blastradius.errors import ExactBudgetError, QuestionError
from blastradius.model.graph import Graph

EXACT = pytest.approx
EVERYTHING = 1_000
"""Lists longer than any that is drawn."""


def model(data):
    return Graph.model_validate(data)


def total_of(graph, target, *, protect=None, scenario=None, **options):
    """Return the total score before observations, by the analysis itself."""
    question = Question(scenario=scenario, **({"hypothetical": True} | options))
    found = analyze_breach(graph, target, question).analysis
    if protect is not None:
        return found.parties[protect].score.prior
    return found.blast_radius.total_score.prior


def said(edge):
    """Return what makes two edges one: all but id, evidence and note."""
    content = edge.model_copy(update={"id": None, "evidence": None, "note": None})
    if hasattr(content, "datasets"):
        content = content.model_copy(update={"datasets": tuple(sorted(set(content.datasets)))})
    return repr(content)


def without(graph, action):
    """Return the graph without a relation, or without a dataset of a share."""
    (edge,) = {e.id: e for e in graph.edges if e.id == action.edge}.values()
    copies = said(edge)

    def kept(edges):
        for e in edges:
            if said(e) != copies:
                yield e
            elif action.kind == "dataset":
                left = tuple(d for d in e.datasets if d != action.dataset)
                yield e.model_copy(update={"datasets": left, "id": e.id})

    fields = ("shares", "access", "dependencies")
    return graph.model_copy(update={f: tuple(kept(getattr(graph, f))) for f in fields})


def harden(graph, target, **options):
    breach = {k: options.pop(k) for k in ("method", "n_worlds", "incident") if k in options}
    question = HardenQuestion(breach=Question(**breach), listed=EVERYTHING, **options)
    return harden_graph(graph, target, question)


CHEAP_DATASETS = Costs(kinds={"dataset": 0.5})


@given(graphs(observed=False))
@settings(max_examples=30)
def test_effects_are_those_of_a_graph_without_the_relation(data):
    graph = model(data)
    for target in (p.id for p in graph.parties[:2]):
        found = harden(graph, target, costs=CHEAP_DATASETS).hardening
        before = total_of(graph, target)
        assert found.total.value == EXACT(before, abs=1e-9)
        told = {item.action.id: item for item in found.actions}
        for item in told.values():
            after = total_of(without(graph, item.action), target)
            assert item.effect.value == EXACT(before - after, abs=1e-9)
            assert item.share == EXACT(item.effect.value / before)
        for edge in graph.edges:
            if edge.id not in told:
                action = _whole(edge)
                after = total_of(without(graph, action), target)
                assert after == EXACT(before, abs=1e-9)


class _whole:  # noqa: N801 - stands for an action on all of an edge
    kind, dataset = "share", None

    def __init__(self, edge):
        self.edge = edge.id


@given(graphs(observed=False))
@settings(max_examples=20)
def test_effects_on_one_party_are_those_on_its_score(data):
    graph = model(data)
    target, protect = (p.id for p in graph.parties[:2])
    found = harden(graph, target, protect=protect).hardening
    before = total_of(graph, target, protect=protect)
    assert found.total.value == EXACT(before, abs=1e-9)
    for item in found.actions:
        after = total_of(without(graph, item.action), target, protect=protect)
        assert item.effect.value == EXACT(before - after, abs=1e-9)
        # Of effects that floats lose beside the score, nobody is told.
        assert [party.id for party in item.parties] == [protect] or item.effect.value < 1e-9


@given(graphs(observed=False))
@settings(max_examples=30)
def test_anywhere_is_the_mean_over_all_parties(data):
    graph = model(data)
    found = harden(graph, None).hardening
    each = [harden(graph, p.id).hardening for p in graph.parties]
    assert found.total.value == EXACT(sum(h.total.value for h in each) / len(each), abs=1e-9)
    alone = [{a.action.id: a.effect.value for a in h.actions} for h in each]
    for item in found.actions:
        mean = sum(effects.get(item.action.id, 0.0) for effects in alone) / len(each)
        assert item.effect.value == EXACT(mean, abs=1e-9)
    assert {item.action.id for item in found.actions} == set().union(*alone)


@given(graphs(observed=False))
@settings(max_examples=30)
def test_an_incident_is_taken_as_it_is_recorded(data):
    graph = model(data)
    found = harden(graph, INCIDENT).hardening
    assert found.incident == INCIDENT
    before = total_of(graph, INCIDENT, hypothetical=False)
    assert found.total.value == EXACT(before, abs=1e-9)
    for item in found.actions[:3]:
        after = total_of(without(graph, item.action), INCIDENT, hypothetical=False)
        assert item.effect.value == EXACT(before - after, abs=1e-9)


@given(graphs(observed=False), st.sampled_from([0.0, 0.5]), st.integers(0, 3))
@settings(max_examples=40)
def test_a_plan_as_a_scenario_leaves_what_it_says(data, lower_to, budget):
    graph = model(data)
    target = graph.parties[0].id
    answer = harden(
        graph, target, budget=budget, lower_to=lower_to, costs=CHEAP_DATASETS, controls=True
    )
    plan = answer.hardening.plan
    scenario = HardeningView(answer).to_scenario()
    left = total_of(graph, target, scenario=scenario)
    assert plan.residual.value == EXACT(left, abs=1e-9)
    assert plan.reduction.value == EXACT(answer.hardening.total.value - left, abs=1e-9)
    assert plan.cost == EXACT(sum(step.cost for step in plan.steps))
    assert plan.cost <= budget
    residuals = [step.residual.value for step in plan.steps]
    assert residuals == sorted(residuals, reverse=True)
    assert all(step.effect.value > 0 or step is not plan.steps[-1] for step in plan.steps)


def best_of_all_sets(graph, target, actions, budget):
    """Return the largest reduction of any set of actions within the budget, by analyses."""
    before, best = total_of(graph, target), 0.0
    for size in range(len(actions) + 1):
        for chosen in itertools.combinations(actions, size):
            if sum(item.cost for item in chosen) <= budget:
                left = graph
                for item in chosen:
                    left = without(left, item.action)
                best = max(best, before - total_of(left, target))
    return best


class _Relation:
    def __init__(self, edge, cost):
        self.action, self.cost = _whole(edge), cost


@given(graphs(observed=False), st.integers(1, 2))
@settings(max_examples=20)
def test_where_all_sets_are_tried_the_plan_is_the_best(data, budget):
    graph = model(data)
    target = graph.parties[0].id
    plan = harden(graph, target, budget=budget).hardening.plan
    assert plan.guarantee.is_optimal
    distinct = list({said(e): e for e in graph.edges}.values())
    items = [_Relation(edge, 1.0) for edge in distinct]
    best = best_of_all_sets(graph, target, items, budget)
    assert plan.reduction.value == EXACT(best, abs=1e-9)


@given(graphs(observed=False), st.integers(1, 2))
@settings(max_examples=20)
def test_the_bound_is_kept_by_every_set(not_all_sets, data, budget):
    graph = model(data)
    target = graph.parties[0].id
    plan = harden(graph, target, budget=budget).hardening.plan
    guarantee = plan.guarantee
    assert not guarantee.is_optimal
    distinct = list({said(e): e for e in graph.edges}.values())
    best = best_of_all_sets(graph, target, [_Relation(e, 1.0) for e in distinct], budget)
    # Sampled, one in some dozens may miss by a little: 95 %, and errors lean upwards.
    slack = 1e-9 if guarantee.basis == "everything" else 0.05 * best
    assert best <= guarantee.bound + slack + 1e-9
    if guarantee.ratio is not None:
        assert plan.reduction.value >= guarantee.ratio * best - slack - 1e-9
    else:
        assert best == EXACT(0.0, abs=1e-9)


@pytest.fixture(scope="module")
def not_all_sets():
    kept = exact.ExactObjective.most_sets
    exact.ExactObjective.most_sets = 0
    yield
    exact.ExactObjective.most_sets = kept


def parallel(n_ways, p=1.0):
    """Return a graph in which n parties hold the same data and enter nothing else."""
    middle = [f"m{k}" for k in range(n_ways)]
    return model(
        {
            "schema": "blastradius/graph/1",
            "name": "parallel",
            "parties": [{"id": x, "name": x} for x in ("root", "owner", *middle)],
            "datasets": [
                {"id": "d", "owner": "owner", "varieties": ["Secrets"], "own_probability": 0.0}
            ],
            "shares": [
                {"id": f"s-{m}", "discloser": "owner", "recipient": m, "datasets": ["d"],
                 "probability": p}
                for m in middle
            ],
            "access": [
                {"id": f"a-{m}", "grantor": m, "grantee": "root", "via": "vpn", "probability": 1.0}
                for m in middle
            ],
        }
    )  # fmt: skip


@pytest.mark.usefixtures("not_all_sets")
def test_greedy_sees_two_ways_that_only_help_together():
    graph = parallel(2)
    found = harden(graph, "root", budget=2, protect="owner").hardening
    assert found.actions == ()  # each way stands in for the other
    assert len(found.plan.steps) == 2
    assert found.plan.reduction.value == EXACT(found.total.value)
    assert found.plan.residual.value == EXACT(0.0, abs=1e-12)
    assert found.plan.guarantee.ratio == EXACT(1.0)
    assert harden(graph, "root", budget=1, protect="owner").hardening.plan.steps == ()


def test_nothing_to_do_and_more_budget_than_everything():
    graph = parallel(3, 0.5)
    nothing = harden(graph, "root", budget=0).hardening.plan
    assert (nothing.steps, nothing.cost, nothing.reduction.value) == ((), 0.0, 0.0)
    assert nothing.guarantee.ratio is None
    all_of_it = harden(graph, "root", budget=100).hardening
    assert all_of_it.plan.residual.value == EXACT(0.0, abs=1e-12)
    # Cutting the access of the root is all that is needed.
    assert [step.action.id for step in all_of_it.plan.steps] == ["a-m0", "a-m1", "a-m2"]
    lonely = harden(graph, "owner", budget=5).hardening
    assert (lonely.actions, lonely.total.value, lonely.plan.steps) == ((), 0.0, ())


def test_costs_decide():
    graph = parallel(2, 0.5)
    costs = Costs(default=2.0, kinds={"access": math.inf}, parties={"m0": 5.0}, edges={"s-m1": 0.0})
    found = harden(graph, "root", budget=4, costs=costs).hardening
    told = {item.action.id: (item.cost, item.per_cost) for item in found.actions}
    assert told["s-m1"] == (0.0, None)
    assert told["s-m0"][0] == 5.0
    assert told["a-m1"] == (2.0 if "a-m1" in costs.edges else None, None)
    assert [step.action.id for step in found.plan.steps] == ["s-m1"]
    # What a party says goes before what its kind says.
    assert told["a-m0"][0] == 5.0


def test_free_actions_are_taken_and_idle_ones_left_out():
    graph = parallel(2, 0.5)
    found = harden(graph, "root", budget=0, costs=Costs(default=0.0), protect="owner").hardening
    assert found.plan.residual.value == EXACT(0.0, abs=1e-12)
    assert len(found.plan.steps) == 2
    assert found.plan.cost == 0.0


def test_lowering_one_coin_takes_its_part_of_the_cut():
    graph = parallel(1, 0.5)
    cut, half = (harden(graph, "root", lower_to=x).hardening.actions for x in (0.0, 0.5))
    for one, other in zip(cut, half, strict=True):
        assert other.effect.value == EXACT(one.effect.value / 2)


@given(graphs(observed=False), st.sampled_from([0.0, 0.5]))
@settings(max_examples=25)
def test_sampled_effects_are_the_exact_ones_within_their_intervals(data, lower_to):
    graph = model(data)
    target = graph.parties[0].id
    truth = harden(graph, target, lower_to=lower_to, costs=CHEAP_DATASETS).hardening
    n_worlds = 4_000
    found = harden(
        graph, target, lower_to=lower_to, costs=CHEAP_DATASETS, method="monte-carlo",
        n_worlds=n_worlds,
    ).hardening  # fmt: skip
    assert found.engine.n_worlds == n_worlds
    # Hoeffding: each loss lies in [0, all points]; one of some hundreds misses below 1e-6.
    most = 100.0 * len(graph.parties)
    tolerance = most * math.sqrt(math.log(2 / 1e-9) / (2 * n_worlds))
    assert found.total.value == EXACT(truth.total.value, abs=tolerance)
    sampled = {item.action.id: item for item in (*found.actions, *found.controls)}
    for item in (*truth.actions, *truth.controls):
        other = sampled.get(item.action.id)
        value = other.effect.value if other is not None else 0.0
        assert value == EXACT(item.effect.value, abs=tolerance)
        if other is not None and len(item.parties) < 3:
            points = sum(party.points for party in other.parties)
            assert points == EXACT(value, abs=1e-3)


def test_a_sampled_plan_is_measured_in_other_worlds_and_stays_below_its_bound():
    graph = parallel(3, 0.5)
    found = harden(graph, "root", budget=2, method="monte-carlo", n_worlds=3_000).hardening
    plan = found.plan
    assert plan.reduction.half_width > 0
    assert plan.reduction.value != sum(item.effect.value for item in found.actions[:2])
    assert 0 < plan.guarantee.ratio <= 1
    truth = harden(graph, "root", budget=2).hardening.plan
    assert plan.guarantee.bound >= truth.reduction.value * 0.98
    assert plan.reduction.value == EXACT(truth.reduction.value, abs=5 * plan.reduction.half_width)


def test_the_whole_network_answers_for_each_breach():
    graph = br.load_graph("automotive").graph
    whole = whole_harm(graph, default_priors())
    for target in ("continental", "tekion"):
        total = harden(graph, target).hardening.total.value
        assert total == EXACT(total_of(graph, target), abs=1e-9)
        assert target in whole.party_ids


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": -1}, "budget must be a number of at least 0, got -1"),
        ({"budget": math.nan}, "budget must be a number"),
        ({"lower_to": 1.0}, "lower_to must be at least 0 and less than 1, got 1"),
        ({"protect": "root"}, "'root' is where the breach starts"),
    ],
)
def test_questions_out_of_range(options, message):
    with pytest.raises(QuestionError, match=message):
        harden(parallel(2), "root", **options)


def test_an_incident_does_not_go_with_anywhere():
    with pytest.raises(QuestionError, match="does not go with a breach that may start anywhere"):
        harden(parallel(2), None, incident="x")


def test_no_plan_no_scenario():
    with pytest.raises(QuestionError, match="no plan was made"):
        HardeningView(harden(parallel(2), "root")).to_scenario()


def test_exact_or_not_at_all(monkeypatch):
    monkeypatch.setattr(exact, "LARGEST", 1)
    with pytest.raises(ExactBudgetError):
        harden(parallel(2), "root", method="exact")
    assert harden(parallel(2), "root", n_worlds=100).hardening.engine.method == "monte-carlo"


@given(st.lists(st.sampled_from([0, 0.5, 1, 2, 7]), max_size=6), st.sampled_from([0, 1, 2.5, 20]))
def test_largest_sets_are_those_that_nothing_fits_into(costs, budget):
    fits = [
        set(s)
        for k in range(len(costs) + 1)
        for s in itertools.combinations(range(len(costs)), k)
        if sum(costs[p] for p in s) <= budget
    ]
    largest = {frozenset(s) for s in fits if not any(s < other for other in fits)}
    assert {frozenset(s) for s in largest_sets(costs, budget)} == largest
