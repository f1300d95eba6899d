"""Scenarios in the page: what changes do to numbers, how they travel, how they are undone.

That changes mean the same as in Python is shown by ``test_sampler.py``.
"""

from __future__ import annotations

import base64
import json
import random

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

import blastradius as br
from blastradius.analysis.breach import analyze_breach
from blastradius.model.graph import Graph
from browser.sampling import APPLY, EVENTS, SCENARIO, STATES, draw_scenario, page_data


@pytest.fixture
def page(tab):
    tab.goto("about:blank")
    tab.add_script_tag(content=SCENARIO)
    return tab


@pytest.fixture(scope="module")
def data():
    breach = br.analyze("automotive", "continental")._breach
    return page_data(breach) | {
        "target": "continental",
        "graph": {"name": "automotive", "sha256": "0" * 64},
        "parties": [{"id": "bmw", "name": "BMW"}, {"id": "porsche", "name": "Porsche"}],
        "edges": [{"id": "share:a>b", "from": "bmw", "to": "porsche", "label": ""}],
    }


def call(page, function, *arguments):
    return page.evaluate("([name, args]) => BlastScenario[name](...args)", [function, arguments])


# -- apply ---------------------------------------------------------------------------------------


def test_no_changes_change_nothing(page, data):
    (applied,) = page.evaluate(APPLY, [data, [[]]])
    assert applied["probability"] == data["network"]["probability"]
    assert applied["likelihood"] == data["network"]["likelihood"]


def test_the_order_of_changes_does_not_matter(page):
    @given(strategies.graphs(), st.integers(0, 2**32))
    @settings(max_examples=30)
    def check(graph, seed):
        breach = analyze_breach(Graph.model_validate(graph), strategies.INCIDENT)
        drawn, rng = page_data(breach), random.Random(seed)
        changes = draw_scenario(rng, drawn["network"])
        orders = [rng.sample(changes, len(changes)) for _ in range(4)]
        one, *others = page.evaluate(APPLY, [drawn, orders])
        for other in others:
            assert other["probability"] == one["probability"]
            assert [n for n, _ in other["likelihood"]] == [n for n, _ in one["likelihood"]]
            ratios = [ratio for _, ratio in one["likelihood"]]
            assert [ratio for _, ratio in other["likelihood"]] == pytest.approx(ratios, rel=1e-12)

    check()


def test_cut_wins_controls_multiply_and_origins_stay(page, data):
    network = data["network"]
    arc = network["kind"].index("custody")
    edge, holder = network["edge"][arc], network["guard"][arc]
    half = {"control": holder, "effect": 0.5}
    cases = [
        ([{"edge": edge, "probability": 0.4}], 0.4),
        ([{"edge": edge, "probability": 0.4}, half], 0.2),
        ([half, {"edge": edge, "probability": 0.4}, half | {"note": "again"}], 0.1),
        ([{"cut": edge}, {"edge": edge, "probability": 0.4}], 0.0),
        ([half | {"effect": 1}], 0.0),
        ([{"cut": network["edge"][0]}, {"edge": network["edge"][0], "probability": 0}], 0.5),
    ]
    scenarios, expected = zip(*cases, strict=True)
    for applied, p in zip(page.evaluate(APPLY, [data, scenarios]), expected, strict=True):
        assert applied["probability"][arc] == pytest.approx(p)
        assert applied["probability"][0] == 1.0
    assert network["kind"][0] == "origin"


def test_the_same_statement_twice_is_one_statement(page):
    graph = {
        "schema": "blastradius/graph/1",
        "name": "said",
        "parties": [{"id": "a", "name": "A"}, {"id": "s", "name": "S"}],
        "datasets": [{"id": "d", "owner": "a", "varieties": ["Secrets"], "own_probability": 0.3}],
        "shares": [{"discloser": "a", "recipient": "s", "datasets": ["d"], "probability": 0.5}],
        "incidents": [
            {
                "id": "i",
                "origins": ["s"],
                "observations": [{"party": "a", "state": "reported"}],
            }
        ],
    }
    found = page_data(br.analyze(br.Graph.model_validate(graph), "i")._breach)
    said = {"observe": "a", "state": "reported"}
    confirmed = {"observe": "a", "state": "confirmed"}
    scenarios = [[], [said], [said | {"event": "exposed"}], [confirmed, confirmed]]
    scenarios += [
        [said | {"event": "harmed"}],
        [{"observe": "a", "state": "denied", "event": "disrupted"}],
    ]
    products = [
        [round(ratio, 9) for _, ratio in applied["likelihood"]]
        for applied in page.evaluate(APPLY, [found, scenarios])
    ]
    assert products == [[9], [9], [9], [891], [9, 9], [9]]


def test_changes_that_the_page_does_not_know(page, data):
    known = [{"cut": data["network"]["edge"][1]}, {"observe": "bmw", "state": "denied"}]
    strange = [
        {"cut": "no-such-edge"},
        {"cut": data["network"]["edge"][0]},
        {"observe": "constructor", "state": "denied"},
        {"control": "toString", "effect": 0.5},
    ]
    assert call(page, "unknown", data, [*known, *strange]) == strange
    (applied,) = page.evaluate(APPLY, [data, [strange]])
    assert applied["probability"] == data["network"]["probability"]
    assert applied["likelihood"] == data["network"]["likelihood"]


# -- the fragment --------------------------------------------------------------------------------

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:>+#-]{0,40}", fullmatch=True)
fractions = st.floats(0, 1) | st.sampled_from([0, 1])
notes = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40).filter(
    str.strip
)
changes = st.one_of(
    st.fixed_dictionaries({"cut": ids}),
    st.fixed_dictionaries({"edge": ids, "probability": fractions}),
    st.fixed_dictionaries({"control": ids, "effect": fractions}, optional={"note": notes}),
    st.fixed_dictionaries(
        {"observe": ids, "state": st.sampled_from(STATES)},
        optional={"event": st.sampled_from(EVENTS)},
    ),
)
scenarios = st.lists(changes, max_size=8, unique_by=lambda c: c.get("edge", id(c)))


def fragment(content):
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return "w1." + base64.urlsafe_b64encode(text).decode().rstrip("=")


def test_a_fragment_comes_back_as_it_was(page):
    @given(scenarios)
    def check(wanted):
        text = call(page, "toFragment", wanted)
        assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
        assert call(page, "fromFragment", text) == wanted
        assert call(page, "fromFragment", "#" + text) == wanted

    check()


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        7,
        "x",
        "w1.",
        "w1.!!!!",
        "w1.A",
        "w2." + fragment([["x", "a"]])[3:],
        fragment(b"\xff\xfe"),
        fragment(b"[" * 10_000),
        fragment(b"not json"),
        fragment(None),
        fragment(7),
        fragment({}),
        fragment([]),
        fragment("x"),
        fragment([None]),
        fragment([[]]),
        fragment([["x"]]),
        fragment([["x", None]]),
        fragment([["x", ""]]),
        fragment([["x", "a", "b"]]),
        fragment([["x", ["a"]]]),
        fragment([["x", {"toString": "a"}]]),
        fragment([["x", "<img src=x onerror=alert(1)>"]]),
        fragment([["x", "a" * 300]]),
        fragment([["q", "a"]]),
        fragment([["__proto__", "a"]]),
        fragment([["constructor", "a"]]),
        fragment([["p", "a"]]),
        fragment([["p", "a", "0.5"]]),
        fragment([["p", "a", 1.5]]),
        fragment([["p", "a", -0.1]]),
        fragment(b'[["p", "a", 1e999]]'),
        fragment([["p", "a", 0.1], ["p", "a", 0.2]]),
        fragment([["c", "a", 0.5, ""]]),
        fragment([["c", "a", 0.5, "x" * 301]]),
        fragment([["c", "a", 0.5, "a\u0000b"]]),
        fragment(b'[["c", "a", 0.5, "\\ud800"]]'),
        fragment([["o", "a", "safe"]]),
        fragment([["o", "a", "denied", "__proto__"]]),
        fragment([["x", "a"]] * 101),
        "w1." + "A" * 40_000,
    ],
)
def test_a_hostile_fragment_is_no_scenario(page, hostile):
    assert call(page, "fromFragment", hostile) is None


def test_any_text_is_a_scenario_or_none(page):
    @given(st.text(max_size=60) | st.binary(max_size=60).map(fragment))
    def check(text):
        found = call(page, "fromFragment", text)
        assert found is None or call(page, "areChanges", found)

    check()


def test_no_fragment_is_no_change(page):
    assert call(page, "fromFragment", "") == call(page, "fromFragment", "#") == []
    assert call(page, "toFragment", []) == ""


# -- files and words -----------------------------------------------------------------------------


def test_a_scenario_file(page, data):
    wanted = [{"cut": "share:a>b"}, {"control": "bmw", "effect": 0.8, "note": "Ümläute"}]
    text = call(page, "toFileText", data, wanted, "line\nbreak\ud800 " + "x" * 400)
    assert text.endswith("}\n")
    assert "\\ud800" not in text
    file = json.loads(text)
    assert file.pop("name") == "line break  " + "x" * 288
    assert file == {
        "schema": "blastradius/scenario/1",
        "target": "continental",
        "graph": {"name": "automotive", "sha256": "0" * 64},
        "changes": wanted,
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cut": "share:a>b"}, "no longer: BMW → Porsche"),
        ({"edge": "share:a>b", "probability": 0.1 + 0.2}, "probability 30%: BMW → Porsche"),
        ({"edge": "strange", "probability": 0.0005}, "probability 0.05%: strange"),
        ({"control": "bmw", "effect": 0.8}, "BMW takes 80% off what it guards"),
        ({"control": "bmw", "effect": 1, "note": "MFA"}, "BMW takes 100% off what it guards: MFA"),
        ({"observe": "bmw", "state": "could-be-affected"}, "BMW: could be affected"),
        ({"observe": "x", "state": "denied", "event": "harmed"}, "x harmed: denied"),
    ],
)
def test_a_change_in_words(page, data, change, words):
    assert call(page, "describe", change, data) == words


# -- editing -------------------------------------------------------------------------------------


def test_a_thing_is_changed_in_one_way_at_a_time(page):
    now = []
    for change in (
        {"cut": "a"},
        {"observe": "a", "state": "denied"},
        {"edge": "a", "probability": 0.5},
        {"observe": "a", "state": "confirmed"},
        {"control": "a", "effect": 0.5},
    ):
        now = call(page, "put", now, change)
    assert now == [
        {"edge": "a", "probability": 0.5},
        {"observe": "a", "state": "confirmed"},
        {"control": "a", "effect": 0.5},
    ]
    assert call(page, "drop", now, {"cut": "a"}) == now[1:]


def test_undo_and_redo(page):
    """Against a plain list of states with a place in it."""

    @given(st.lists(st.sampled_from(["push", "undo", "redo", "reset"]), max_size=25))
    @settings(max_examples=30)
    def check(steps):
        state, states, at = call(page, "history"), [[]], 0
        for number, step in enumerate(steps):
            if step == "push" or (step == "reset" and states[at]):
                new = [{"cut": str(number)}] if step == "push" else []
                states = [*states[: at + 1], new]
                at += 1
            elif step != "reset":
                at = max(at - 1, 0) if step == "undo" else min(at + 1, len(states) - 1)
            extra = [states[at]] if step == "push" else []
            state = call(page, step, state, *extra)
            assert state["now"] == states[at]
            assert len(state["past"]) == at
            assert len(state["future"]) == len(states) - 1 - at

    check()


def test_history_does_not_grow_without_end(page):
    length = page.evaluate("""() => {
      let state = BlastScenario.history();
      for (let i = 0; i < 1000; i++) state = BlastScenario.push(state, [{ cut: `e${i}` }]);
      return state.past.length;
    }""")
    assert length == 200
