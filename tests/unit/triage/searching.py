"""Searches lines for patterns with the compiled kernels."""

from __future__ import annotations

import numpy as np

from blastradius.triage.classify import prepare
from blastradius.triage.matching import Matcher
from blastradius.triage.room import Room
from blastradius.triage.vocabulary import WORD, Entries, Vocabulary, _Entry, packed


def vocabulary_of(patterns):
    """Return a vocabulary of some patterns, each a word of its own."""
    entries = [
        _Entry(pattern, WORD, number) for number, each in enumerate(patterns) for pattern in each
    ]
    literals = sorted({entry.pattern.literal for entry in entries})
    entries.sort(key=lambda entry: literals.index(entry.pattern.literal))
    counts = np.bincount([literals.index(e.pattern.literal) for e in entries])
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    codes = np.array([packed(entry) for entry in entries], dtype=np.int64)
    found = Entries(first, codes, *(np.full(len(codes), -1, np.int32) for _ in range(2)))
    return Vocabulary(tuple(literals), found, None, (), (), (), len(patterns)), entries


def search(patterns, lines):
    """Return {(line, place in it, pattern)} that the kernels find."""
    vocabulary, entries = vocabulary_of(patterns)
    ready = prepare("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    entry, start = Matcher(vocabulary).find(ready.text, ready.line_start, ready.shared, Room())
    line = np.searchsorted(ready.line_start, start, side="right") - 1
    return {
        (int(row), int(place - ready.line_start[row]), entries[each].value)
        for row, place, each in zip(line, start, entry.tolist(), strict=True)
    }
