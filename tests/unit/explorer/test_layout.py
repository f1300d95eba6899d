"""Nothing overlaps, nothing is left out, and the picture depends on the answer alone."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastradius.explorer.layout import CARD_HEIGHT, CARD_WIDTH, Place, lay_out

CHANNELS = ("custody", "access", "dependency")


@st.composite
def some_places(draw):
    n = draw(st.integers(0, 40))
    others = [
        Place(
            f"p{i}",
            draw(st.one_of(st.none(), st.integers(1, 4))),
            draw(st.sampled_from(CHANNELS)),
            draw(st.floats(0, 100)),
            draw(st.sampled_from(("oem", "tier1", "other"))),
        )
        for i in range(n)
    ]
    return [Place("origin", 0, "origin", 100.0, "tier1", is_origin=True), *others]


def overlap(a, b):
    return abs(a.x - b.x) < CARD_WIDTH and abs(a.y - b.y) < CARD_HEIGHT


@given(some_places(), st.integers(1, 50))
def test_no_two_cards_overlap_folded_or_not(places, max_nodes):
    position = lay_out(places, max_nodes).position
    for one, other in combinations(position, 2):
        assert not overlap(position[one], position[other]), (one, other)


@given(some_places(), st.integers(1, 50))
def test_every_party_is_drawn_or_folded_once(places, max_nodes):
    layout = lay_out(places, max_nodes)
    assert {place.id for place in places} <= set(layout.position)
    folded = [member for fold in layout.folds for member in fold.members]
    assert len(folded) == len(set(folded))
    scores = {place.id: place.score for place in places if not place.is_origin}
    kept = [scores[id_] for id_ in scores if id_ not in folded]
    assert len(kept) >= min(max_nodes, len(scores))
    highest = sorted(scores.values(), reverse=True)[:max_nodes]
    assert all(scores[id_] <= min(highest) for id_ in folded)


@given(some_places(), st.randoms(use_true_random=False))
def test_the_order_of_input_changes_nothing(places, rng):
    shuffled = list(places)
    rng.shuffle(shuffled)
    assert lay_out(places, 10) == lay_out(shuffled, 10)


def test_columns_by_hop_and_rows_by_channel_and_score():
    places = [
        Place("far", 2, "access", 90, "oem"),
        Place("low", 1, "custody", 10, "oem"),
        Place("origin", 0, "origin", 100, "tier1", is_origin=True),
        Place("grant", 1, "access", 99, "oem"),
        Place("high", 1, "custody", 60, "oem"),
    ]
    at = lay_out(places, 10).position
    assert at["origin"].x < at["high"].x == at["low"].x == at["grant"].x < at["far"].x
    assert at["high"].y < at["low"].y < at["grant"].y


def test_a_fold_says_role_and_hop():
    rng = random.Random(1)
    places = [Place("o", 0, "origin", 100, "oem", is_origin=True)]
    places += [Place(f"p{i}", 1, "custody", rng.random(), "tier2") for i in range(9)]
    (fold,) = lay_out(places, 4).folds
    assert (fold.id, fold.hop, fold.role, len(fold.members)) == ("fold/1/tier2", 1, "tier2", 5)
    scores = {place.id: place.score for place in places}
    assert [scores[m] for m in fold.members] == sorted(scores[m] for m in fold.members)[::-1]


@pytest.mark.parametrize("n", [9, 30, 100, 400])
def test_the_picture_has_about_the_shape_of_its_pane(n):
    places = [Place("o", 0, "origin", 100, "oem", is_origin=True)]
    places += [Place(f"p{i}", 1, "custody", float(i), "oem") for i in range(n)]
    at = lay_out(places, 1000).position.values()
    width = max(p.x for p in at) - min(p.x for p in at) + CARD_WIDTH
    height = max(p.y for p in at) - min(p.y for p in at) + CARD_HEIGHT
    assert 0.4 < width / height < 2.5
