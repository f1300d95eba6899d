"""Counts do not depend on blocks or threads, are whole numbers, and take bounded memory."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from triage_world import World, graph_of, lexicon_of

from blastradius import api
from blastradius.model.vocabulary import DATA_VARIETIES
from blastradius.triage import folders, lines
from blastradius.triage.block import NO_DAY, NO_SIZE
from blastradius.triage.counts import MISSED, SAMPLES, UNTOLD, Tally

WORLD = World(
    graph_of({"id": "audi", "name": "Audi", "role": "oem"}, "Bosch", "Seat"),
    lexicon_of(
        ("prices", "Secrets", ["preis"], [], []),
        ("minutes", "Internal", ["protokoll"], [], []),
        ("plans", "Secrets", ["plan"], [], ["protokoll"]),
        ordinary=[{"term": "seat", "because": "a chair"}],
    ),
)
SECRETS, INTERNAL = (DATA_VARIETIES.index(name) for name in ("Secrets", "Internal"))

WORDS = st.sampled_from(["audi", "bosch", "seat", "preis", "protokoll", "plan", "x", "y"])
ROWS = st.lists(
    st.tuples(
        st.lists(WORDS, min_size=1, max_size=5).map("/".join),
        st.one_of(st.just(NO_SIZE), st.integers(0, 2**50), st.just(2**57 + 1)),
        st.one_of(st.just(NO_DAY), st.integers(-(10**6), 10**6)),
    ),
    min_size=1,
    max_size=25,
)


def tally_of(rows, cuts=(), world=WORLD):
    """Count rows of (path, size, day), cut into blocks before the rows of the given numbers."""
    tally = Tally.empty(world.vocabulary)
    borders = [0, *sorted({cut for cut in cuts if 0 < cut < len(rows)}), len(rows)]
    for begin, end in pairwise(borders):
        paths, sizes, days = zip(*rows[begin:end], strict=True)
        tally.add(world.classified(paths, sizes, days))
    return tally


def plain(tally):
    """Return all that was counted, comparable."""
    return {
        "totals": (tally.lines, tally.size, tally.sized, tally.named, tally.told),
        "cells": [column.tolist() for column in tally.cells],
        "levels": tally.levels.tolist(),
        "parties": (tally.party_files.tolist(), tally.party_bytes.tolist()),
        "terms": tally.terms.tolist(),
        "rules": (tally.rules.tolist(), tally.party_rules.tolist()),
        "days": (tally.first_day.tolist(), tally.last_day.tolist()),
        "folders": (dict(tally.folders.counts()), tally.folders.dropped),
        "samples": tally.samples,
    }


def rows_of(paths):
    return [(path, NO_SIZE, NO_DAY) for path in paths]


# Blocks and threads


@given(ROWS, st.lists(st.integers(0, 25), max_size=8))
def test_blocks_do_not_matter(rows, cuts):
    assert plain(tally_of(rows, cuts)) == plain(tally_of(rows))


def test_threads_do_not_matter(monkeypatch, tmp_path):
    monkeypatch.setattr(lines.line_blocks, "__defaults__", (512,))
    rng = np.random.default_rng(7)
    words = ["Audi", "Bosch", "BMW", "Lastenheft", "Protokoll", "Rechnung", "x", "Kunden", "y.pdf"]
    listing = tmp_path / "listing.txt"
    listing.write_text("".join("/".join(rng.choice(words, 5)) + "\n" for _ in range(2000)))
    seen = []

    def told(_, number, path, *__):
        seen.append((number, path))

    answers = []
    for n_threads in (1, 2, 5):
        found = api.triage("automotive", [listing], n_threads=n_threads, party="audi", on_path=told)
        answers.append((found.to_json(), seen.copy()))
        seen.clear()
    assert answers[0] == answers[1] == answers[2]
    texts = listing.read_text().splitlines()
    assert answers[0][1]
    assert answers[0][1] == sorted(answers[0][1])
    assert all(texts[number - 1] == path for number, path in answers[0][1])


# Sums


@given(ROWS, st.lists(st.integers(0, 25), max_size=3))
def test_counts_are_those_of_plain_python(rows, cuts):
    tally = tally_of(rows, cuts)
    levels, files, sizes, days, rules = Counter(), Counter(), Counter(), {}, Counter()
    cells, party_rules = Counter(), Counter()
    told = named = 0
    for path, size, day in rows:
        (names,), (fired,) = WORLD.levels([path]), WORLD.fired([path])
        varieties = {
            DATA_VARIETIES.index(rule.variety) for rule in WORLD.lexicon.rules if rule.id in fired
        }
        told += bool(varieties)
        rules.update(fired)
        counted = {id_ for id_, level in names.items() if level != "near miss"}
        named += bool(counted)
        for id_, level in names.items():
            levels[id_, level] += 1
            cells[id_, MISSED] += level == "near miss"
        for id_ in counted:
            files[id_] += 1
            party_rules.update((id_, rule) for rule in fired)
            sizes[id_] += max(size, 0)
            cells.update((id_, column) for column in varieties or {UNTOLD})
            if day != NO_DAY:
                days.setdefault(id_, []).append(day)
    assert (tally.lines, tally.named, tally.told) == (len(rows), named, told)
    assert tally.size == sum(max(size, 0) for _, size, _ in rows)
    assert tally.sized == sum(size != NO_SIZE for _, size, _ in rows)
    for row, searched in enumerate(WORLD.vocabulary.parties):
        id_ = searched.id
        assert tally.levels[row].tolist() == [
            levels[id_, name] for name in ("near miss", "medium", "high")
        ]
        assert tally.party_files[row] == files[id_]
        assert tally.party_bytes[row] == sizes[id_]
        assert {c: n for c, n in enumerate(tally.cells.files[row].tolist()) if n} == {
            column: n for (who, column), n in cells.items() if who == id_ and n
        }
        if id_ in days:
            assert (tally.first_day[row], tally.last_day[row]) == (min(days[id_]), max(days[id_]))
        else:
            assert tally.first_day[row] > tally.last_day[row]
    assert tally.rules.tolist() == [rules[rule.id] for rule in WORLD.lexicon.rules]
    for row, searched in enumerate(WORLD.vocabulary.parties):
        assert tally.party_rules[row].tolist() == [
            party_rules[searched.id, rule.id] for rule in WORLD.lexicon.rules
        ]


def test_sums_of_sizes_are_not_rounded():
    sizes = [2**53, 1, 1, 2**53 + 1, 3]
    rows = [("audi/preis", size, NO_DAY) for size in sizes]
    tally = tally_of(rows, cuts=(2,))
    row = [searched.id for searched in WORLD.vocabulary.parties].index("audi")
    assert tally.size == tally.party_bytes[row] == tally.cells.bytes[row, SECRETS] == sum(sizes)
    ((_, folder),) = tally.folders.counts()
    assert folder.size == sum(sizes)


def test_files_of_nobody_stand_in_the_last_row():
    tally = tally_of(rows_of(["preis", "audi/preis", "seat/preis", "protokoll/preis", "x"]))
    assert tally.cells.files[-1, [SECRETS, INTERNAL, UNTOLD, MISSED]].tolist() == [3, 1, 0, 0]
    assert tally.told == 4
    assert tally.named == 1


# Folders


def folder_counts(paths):
    """Return {(party, folder that bears its name): files} by hand."""
    return Counter(
        (id_, path[: path.index(id_) + len(id_)]) for path in paths for id_ in WORLD.named(path)
    )


def kept_folders(tally):
    parties = [searched.id for searched in WORLD.vocabulary.parties]
    return {(parties[f.party], f.text.decode()): f.files for _, f in tally.folders.counts()}


def test_folders_are_counted_for_each_party():
    paths = ["a/audi/x", "a/audi/y", "b/audi/x", "audi/bosch/x", "x/a/y", "seat/a/x"]
    assert kept_folders(tally_of(rows_of(paths))) == folder_counts(paths)


@given(
    st.lists(st.integers(0, 14), min_size=1, max_size=80),
    st.lists(st.integers(0, 80), max_size=12),
    st.integers(2, 8),
)
@settings(max_examples=100)
def test_dropped_bounds_what_is_missing(numbers, cuts, limit):
    paths = [f"{number:02}/audi/x" for number in numbers]
    truth = folder_counts(paths)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folders, "MAX_FOLDERS", limit)
        tally = tally_of(rows_of(paths), cuts)
    kept = kept_folders(tally)
    assert len(kept) <= limit
    for folder, files in truth.items():
        # A folder that was dropped may come back and be dropped again.
        assert files - tally.folders.dropped <= kept.get(folder, 0) <= files
    if tally.folders.dropped == 0:
        assert kept == truth


def test_a_folder_that_is_dropped_twice_is_bounded_too(monkeypatch):
    monkeypatch.setattr(folders, "MAX_FOLDERS", 2)
    paths = [f"{name}/audi/x" for name in "aaabbc" + "abbc"]
    tally = tally_of(rows_of(paths), cuts=[6])
    assert kept_folders(tally) == {("audi", "a/audi"): 4}
    assert tally.folders.dropped == folder_counts(paths)["audi", "b/audi"] == 4


def test_folders_with_most_files_are_kept(monkeypatch):
    monkeypatch.setattr(folders, "MAX_FOLDERS", 4)
    paths = [f"{name}/audi/x" for name in "aaaabbbbbcccdef"]
    tally = tally_of(rows_of(paths))
    assert kept_folders(tally) == {("audi", "b/audi"): 5, ("audi", "a/audi"): 4}
    assert tally.folders.dropped == 3


# Samples


def scrambled(numbers):
    """Hash numbers: the finalizer of SplitMix64."""
    z = numbers * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def test_samples_are_the_least_hashes():
    paths = ["audi/preis", "bosch/preis", "audi/preis"] * 200
    tally = tally_of(rows_of(paths), cuts=range(0, 600, 37))
    row = [searched.id for searched in WORLD.vocabulary.parties].index("audi")
    numbers = np.array([n for n, path in enumerate(paths) if "audi" in path], dtype=np.uint64)
    hashes = scrambled(numbers)
    least = np.argsort(hashes)[:SAMPLES]
    kept = tally.samples[row, SECRETS]
    assert [sample.line for sample in kept] == (numbers[least] + 1).tolist()
    assert [sample.hash for sample in kept] == hashes[least].tolist()
    assert {sample.path for sample in kept} == {b"audi/preis"}


def test_samples_are_not_the_beginning():
    tally = tally_of(rows_of(["audi/x"] * 1000))
    (kept,) = tally.samples.values()
    numbers = [sample.line for sample in kept]
    assert len(set(numbers)) == SAMPLES
    assert max(numbers) > 100


# Memory


def test_memory_does_not_grow_with_the_listing():
    """Ten blocks of 20,000 lines, 200,000 in all: what is kept after the first is all that is."""
    rows = rows_of([f"audi/{n % 300}/preis_{n}.pdf" for n in range(20_000)])
    paths, sizes, days = zip(*rows, strict=True)
    tally = Tally.empty(WORLD.vocabulary)
    tally.add(WORLD.classified(paths, sizes, days))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(9):
            tally.add(WORLD.classified(paths, sizes, days))
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert tally.lines == 200_000
    assert tally.party_files.max() == 200_000
    assert grown < 200_000
