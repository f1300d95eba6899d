"""Coins that the graph does not state, recomputed from the rows of the shipped table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ACTIONS, INCIDENT, analysis_of

import blastradius
import blastradius as br
from blastradius.analysis.priors import default_priors
from blastradius.model.vocabulary import DATA_VARIETIES

TABLE = Path(blastradius.__file__).parent / "io" / "data" / "priors.csv"
ROWS = {
    row["key"]: tuple(float(row[end]) for end in ("low", "value", "high"))
    for row in csv.DictReader(
        line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    )
}
ROUNDING = 1e-12

varieties = st.lists(st.sampled_from(DATA_VARIETIES), min_size=1, max_size=3, unique=True)
actions = st.lists(st.sampled_from((*ACTIONS, "unknown")), max_size=3, unique=True)


def product(*keys):
    """Return (low, value, high) of several rows that must all come true."""
    coin = (1.0, 1.0, 1.0)
    for key in keys:
        coin = tuple(a * b for a, b in zip(coin, ROWS[key], strict=True))
    return coin


def measured(kinds, how):
    """P(disclosed | action) x P(variety | action, disclosed); the likeliest pair decides."""
    found = []
    for stated in how or ["any"]:
        action = stated if f"disclosed/{stated}" in ROWS else "any"
        for kind in kinds:
            variety = f"variety/{action}/{kind}"
            if kind == "Unknown":
                variety = "variety/unstated"
            elif variety not in ROWS:
                variety = f"variety/{action}/unseen"
            found.append(product(f"disclosed/{action}", variety))
    return max(found, key=lambda coin: coin[1])


def breach(kinds, *, origin, incident=None, held=True, how=()):
    """Return the answer on the owner of one dataset, held by a supplier or kept by itself."""
    graph = {
        "schema": "blastradius/graph/1",
        "name": "priors",
        "parties": [{"id": name, "name": name.upper()} for name in ("owner", "holder")],
        "datasets": [{"id": "d", "owner": "owner", "varieties": kinds, "kept_by_owner": not held}],
        "shares": [{"discloser": "owner", "recipient": "holder", "datasets": ["d"]}],
        "incidents": [] if incident is None else [{"id": INCIDENT, **incident}],
    }
    target = origin if incident is None else INCIDENT
    return analysis_of(graph, target, actions=how).parties["owner"]


def assert_coin(party, coin):
    """Read the coin off the last step of the way to the data."""
    (path,) = party.paths
    step = path.steps[-1]
    assert (step.low, step.probability, step.high) == pytest.approx(coin, abs=ROUNDING)
    assert party.probability["exposed"].prior == pytest.approx(coin[1], abs=ROUNDING)


@given(varieties, actions)
def test_hypothetical_breach_takes_measured_frequencies(kinds, how):
    assert_coin(breach(kinds, origin="holder", how=how), measured(kinds, how))


def stated(kinds, taken, key):
    return product(key, *([] if set(kinds) & set(taken) else ["stated/off-list"]))


@given(varieties, actions, varieties)
def test_stated_haul_takes_the_chance_that_the_owner_is_in_it(kinds, how, taken):
    incident = {"origins": ["holder"], "actions": how, "varieties": taken}
    party = breach(kinds, origin="holder", incident=incident)
    assert_coin(party, stated(kinds, taken, "stated/owner"))


@given(varieties, varieties)
def test_stated_haul_takes_another_chance_for_the_own_data_of_the_origin(kinds, taken):
    party = breach(
        kinds, origin="owner", incident={"origins": ["owner"], "varieties": taken}, held=False
    )
    _, value, _ = stated(kinds, taken, "stated/own-data")
    assert party.probability["exposed"].prior == pytest.approx(value, abs=ROUNDING)


@given(actions)
def test_outage_takes_the_likeliest_action_that_can_stop_operations(how):
    party = breach(["Other"], origin="owner", how=how, held=False)
    able = [ROWS[f"outage/{action}"] for action in how or ["unknown"] if f"outage/{action}" in ROWS]
    expected = max((coin[1] for coin in able), default=0.0)
    assert party.probability["disrupted"].prior == pytest.approx(expected, abs=ROUNDING)


def test_range_of_a_score_is_the_range_of_its_priors():
    party = breach(["Secrets"], origin="holder", how=["social"])
    low, value, high = measured(["Secrets"], ["social"])
    severity = 100 * ROWS["severity/Secrets"][1]
    score = (party.score.low, party.score.prior, party.score.high)
    assert score == pytest.approx((severity * low, severity * value, severity * high), abs=1e-9)


def test_every_row_that_was_used_is_listed_with_the_number_of_its_coins():
    graph = {
        "schema": "blastradius/graph/1",
        "name": "listed",
        "parties": [{"id": name, "name": name.upper()} for name in ("a", "b", "s")],
        "datasets": [
            {"id": name, "owner": name, "varieties": ["Secrets"], "kept_by_owner": False}
            for name in ("a", "b")
        ],
        "shares": [
            {"discloser": name, "recipient": "s", "datasets": [name]} for name in ("a", "b")
        ],
        "access": [
            {"grantor": "a", "grantee": "s", "via": "vpn"},
            {"grantor": "b", "grantee": "s", "via": "vpn", "probability": 0.5},
        ],
    }
    listed = {row.key: row.arcs for row in analysis_of(graph, "s", actions=["social"]).assumptions}
    assert listed == {"disclosed/social": 2, "variety/social/Secrets": 2, "access/vpn": 1}


def test_changed_priors_are_kept_with_the_result():
    mine = default_priors().replace({"severity/Secrets": 0.5})
    result = br.analyze("automotive", "continental", priors=mine)
    assert result.provenance.options["priors"] == {
        "severity/Secrets": {"low": 0.5, "value": 0.5, "high": 0.5}
    }
    assert "priors" not in br.analyze("automotive", "continental").provenance.options
    with pytest.raises(br.BlastRadiusError, match="ratio/denied"):
        default_priors().replace({"ratio/denied": 0})
