"""Analyses on columns against the same analyses on records."""

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import INCIDENT, graphs

import blastradius as br
from blastradius.analysis import register_breach
from blastradius.analysis.breach import analyze_breach
from blastradius.analysis.question import Question
from blastradius.analysis.register_breach import RegisterAnalysis, analyze_register
from blastradius.errors import ExactBudgetError, QuestionError, UnknownNameError
from blastradius.io.catalog import find_graph
from blastradius.io.tables import register_of_graph
from blastradius.model.graph import Graph


@pytest.fixture
def on_columns(monkeypatch):
    """Sample whatever the size of the breach."""
    monkeypatch.setattr(register_breach, "MOST_COINS", -1)


def same_words(party, other):
    for field in ("id", "name", "role", "is_origin", "hops", "certainty", "observations"):
        assert getattr(party, field) == getattr(other, field), (party.id, field)


@settings(deadline=None)
@given(graphs())
def test_small_breach_of_a_register_is_that_of_the_graph(content):
    graph = Graph.model_validate(content)
    found = analyze_register(register_of_graph(graph), INCIDENT).analysis
    want = analyze_breach(graph, INCIDENT).analysis
    assert found.parties.keys() == want.parties.keys()
    for name, party in want.parties.items():
        other = found.parties[name]
        same_words(party, other)
        assert other.score.posterior == pytest.approx(party.score.posterior, abs=1e-9)
        assert other.verdict == party.verdict
    assert found.unobserved_edges_note == want.unobserved_edges_note
    assert found.incident == want.incident


@pytest.mark.usefixtures("on_columns")
@pytest.mark.parametrize(
    ("name", "target", "hypothetical"),
    [
        ("automotive", "continental", False),
        ("automotive", "kojima-industries-2022", False),
        ("automotive", "level-one-robotics", True),
        ("cross-industry", "snowflake", True),
        # Its many statements of 99 to 1 leave too few worlds as they come: they are moved.
        ("cross-industry", "snowflake", False),
    ],
)
def test_sampled_register_agrees_with_the_exact_graph(name, target, hypothetical):
    graph = find_graph(name).graph
    options = {"hypothetical": hypothetical}
    want = analyze_breach(graph, target, Question(**options)).analysis
    question = Question(n_worlds=200_000, **options)
    breach = analyze_register(register_of_graph(graph), target, question)
    assert isinstance(breach, RegisterAnalysis)
    found = breach.analysis
    assert found.engine.method == "monte-carlo"
    if (target, hypothetical) == ("snowflake", False):
        assert "worlds were moved to what is said" in found.engine.reason
    # 2.5 of the 95 % half-widths are 4.9 standard errors.
    margin = 2.5 * found.engine.half_width
    assert found.engine.half_width < 0.05
    assert found.parties.keys() == want.parties.keys()
    for party in want.parties.values():
        other = found.parties[party.id]
        same_words(party, other)
        for field in ("prior", "posterior", "low", "high"):
            difference = getattr(other.score, field) - getattr(party.score, field)
            assert abs(difference) <= 100 * margin, (party.id, field)
        for event, chance in party.probability.items():
            assert abs(other.probability[event].posterior - chance.posterior) <= margin
        assert other.varieties.keys() == party.varieties.keys()
        assert [d.id for d in other.datasets] == [d.id for d in party.datasets]
        assert [set(d.holders) for d in other.datasets] == [set(d.holders) for d in party.datasets]
        assert [p.probability for p in other.paths] == pytest.approx(
            [p.probability for p in party.paths[:1]]
        )
    assert {a.key: a.arcs for a in found.assumptions} == {a.key: a.arcs for a in want.assumptions}
    assert found.blast_radius.reachable_parties == want.blast_radius.reachable_parties
    assert found.engine.uncertain_arcs == want.engine.uncertain_arcs
    assert found.incident == want.incident


@pytest.mark.usefixtures("on_columns")
def test_explanation_comes_from_the_relations_that_lead_to_the_party(monkeypatch):
    graph = find_graph("automotive").graph
    breach = analyze_register(register_of_graph(graph), "continental")
    monkeypatch.setattr(register_breach, "MOST_COINS", 5_000)
    found = breach.explain("volkswagen")
    want = analyze_breach(graph, "continental").explain("volkswagen")
    assert [p.steps for p in found.paths] == [p.steps for p in want.paths]
    # Evidence on others that share the cause counts too.
    assert found.party.score.posterior == pytest.approx(want.party.score.posterior, abs=1e-9)
    assert {c.step.edge for c in found.counterfactuals} == {
        c.step.edge for c in want.counterfactuals
    }
    monkeypatch.setattr(register_breach, "MOST_COINS", 0)
    with pytest.raises(QuestionError, match="relations bear on 'volkswagen'; at most 0"):
        breach.explain("volkswagen")


@pytest.mark.usefixtures("on_columns")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": True}, r"the breach reaches [\d,]+ relations; groups are answered for at most"),
        ({"observations": ("nobody",)}, "unknown party 'nobody'"),
    ],
)
def test_what_columns_do_not_answer_is_refused(options, message):
    if "observations" in options:
        said = br.Observation.model_validate({"party": "nobody", "state": "denied"})
        options = {"observations": (said,)}
    register = register_of_graph(find_graph("automotive").graph)
    with pytest.raises((QuestionError, UnknownNameError), match=message):
        analyze_register(register, "continental", Question(**options))


@pytest.mark.usefixtures("on_columns")
def test_same_seed_same_bytes_and_no_page():
    register = register_of_graph(find_graph("automotive").graph)
    one, other = (br.analyze(register, "continental", n_worlds=5000, rng_seed=3) for _ in "ab")
    assert one.to_json() == other.to_json()
    assert one.to_json() != br.analyze(register, "continental", n_worlds=5000).to_json()
    with pytest.raises(QuestionError, match="too many relations for a page"):
        one.to_html()


def test_names_on_a_register():
    register = register_of_graph(find_graph("automotive").graph)
    assert br.analyze(register, "VW").origins[0].id == "volkswagen"
    with pytest.raises(UnknownNameError, match="did you mean 'continental'"):
        br.analyze(register, "continetal")
    assert np.isfinite(
        br.analyze(register, "continental-lockbit-2022").blast_radius.total_score.prior
    )


def small(**more):
    """A register: b and c have data at s, which a may enter; z stands apart."""
    content = {
        "name": "small",
        "parties": [{"id": p, "name": p.upper()} for p in ("a", "b", "c", "s", "z")],
        "datasets": [
            {"id": f"d{owner}", "owner": owner, "varieties": ["Secrets"], "records": 1_000_000}
            for owner in ("b", "c")
        ],
        "shares": [
            {"discloser": owner, "recipient": "s", "datasets": [f"d{owner}"], "probability": 0.9}
            for owner in ("b", "c")
        ],
        "access": [{"grantor": "s", "grantee": "a", "via": "vpn", "probability": 0.1}],
        "incidents": [
            {
                "id": "inc",
                "name": "Z hack",
                "origins": ["a"],
                "observations": [{"party": "c", "state": "confirmed"}],
            }
        ],
    } | more
    return Graph.model_validate(content)


def sampled(graph, monkeypatch, target="a", **options):
    """Analyse on columns, and let explanations work on records."""
    monkeypatch.setattr(register_breach, "MOST_COINS", -1)
    priors = options.pop("priors", None)
    question = Question(n_worlds=50_000, **options)
    breach = analyze_register(register_of_graph(graph), target, question, priors=priors)
    monkeypatch.setattr(register_breach, "MOST_COINS", 5_000)
    return breach


def test_explanation_weighs_what_was_said_of_others(monkeypatch):
    want = analyze_breach(small(), "a").explain("b").party.score.posterior
    assert want > 60  # 7 without what was said of c
    found = sampled(small(), monkeypatch).explain("b").party.score.posterior
    assert found == pytest.approx(want, abs=1e-9)
    said = br.Observation.model_validate({"party": "z", "state": "denied"})
    more = sampled(small(), monkeypatch, observations=(said,)).explain("b")
    assert more.party.score.posterior == pytest.approx(want, abs=1e-9)


def test_explanations_resolve_names_like_any_other(monkeypatch):
    breach = sampled(small(), monkeypatch)
    assert breach.explain("B").party.id == "b"
    with pytest.raises(UnknownNameError):
        breach.explain("Z hack")
    exact = analyze_register(register_of_graph(small()), "a")
    assert exact.explain("z").party.verdict == "no recorded path"
    with pytest.raises(UnknownNameError):
        exact.explain("Z hack")


def test_result_on_columns_says_what_one_on_records_says(monkeypatch):
    alleged = {"id": "inc", "origins": ["a"], "status": "alleged"}
    said = [{"party": "z", "state": "confirmed"}]
    graph = small(incidents=[alleged | {"observations": said}])
    priors = br_priors().replace({"alleged": 0.5})
    want = analyze_breach(graph, "a", priors=priors).analysis
    found = sampled(graph, monkeypatch, priors=priors).analysis
    assert {a.key for a in found.assumptions} == {a.key for a in want.assumptions}
    assert "alleged" in {a.key for a in found.assumptions}
    assert found.engine.uncertain_arcs == want.engine.uncertain_arcs
    assert found.provenance.options["priors"] == want.provenance.options["priors"]
    checks = [s.text for s in want.next_steps if s.kind == "check"]
    assert checks
    assert [s.text for s in found.next_steps if s.kind == "check"] == checks


def br_priors():
    from blastradius.analysis.priors import default_priors  # noqa: PLC0415

    return default_priors()


def test_rare_amounts_and_ranges_from_zero_are_kept(monkeypatch):
    rare = [
        {
            "discloser": "b",
            "recipient": "a",
            "datasets": ["db"],
            "probability": {"low": 0, "mode": 0, "high": 0.5},
        },
        {"discloser": "c", "recipient": "a", "datasets": ["dc"], "probability": 1e-9},
    ]
    found = sampled(small(shares=rare, incidents=[]), monkeypatch).analysis
    assert found.parties["b"].score.high > 30
    assert found.parties["b"].hops is None
    assert found.parties["c"].expected.records == 0


def test_precision_on_columns(monkeypatch):
    monkeypatch.setattr(register_breach, "MOST_COINS", -1)
    register = register_of_graph(small())
    missed = analyze_register(register, "a", Question(n_worlds=8192, precision=0.001))
    assert missed.analysis.engine.n_worlds == 8192
    assert "8,192 worlds do not reach the wanted precision" in missed.analysis.engine.reason


def test_exact_answer_that_is_too_large_is_refused_before_records_are_made(monkeypatch):
    monkeypatch.setattr(register_breach, "LARGE", 2)
    with pytest.raises(ExactBudgetError):
        analyze_register(register_of_graph(small()), "a", Question(method="exact"))


@pytest.mark.parametrize("seed", [2**63, 2**64 + 5])
def test_seeds_of_any_size(monkeypatch, seed):
    assert sampled(small(), monkeypatch, rng_seed=seed).analysis.engine.rng_seed == seed
    register = register_of_graph(small())
    br.harden(register, "a", method="monte-carlo", n_worlds=100, rng_seed=seed)


@pytest.mark.parametrize("source", [{"name": "x"}, None, 3])
def test_what_is_no_graph_is_refused(source):
    with pytest.raises(QuestionError, match="a graph is a name, a path, a Graph or a register"):
        br.analyze(source, "a")


def test_unknown_source_of_an_observation_is_named():
    evidence = {"certainty": "reported", "sources": ["nope"]}
    said = br.Observation.model_validate({"party": "b", "state": "reported", "evidence": evidence})
    for graph in (small(), register_of_graph(small())):
        with pytest.raises(UnknownNameError, match="unknown source 'nope'"):
            br.analyze(graph, "a", observations=[said])
