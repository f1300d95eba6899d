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


def occurrences(vocabulary, ready):
    """Return [(start, end, entry)] of each line, those of the folders that lines share included."""
    entry, start = Matcher(vocabulary).find(ready.text, ready.line_start, ready.shared, Room())
    first, lines = vocabulary.entries.first, []
    for low, high, shared in zip(
        ready.line_start[:-1], ready.line_start[1:], ready.shared, strict=True
    ):
        found = [each for each in lines[-1] if each[1] <= shared] if lines else []
        for place in np.flatnonzero((start >= low) & (start < high)):
            row = int(np.searchsorted(first, entry[place], side="right")) - 1
            begin = int(start[place] - low)
            found.append((begin, begin + len(vocabulary.literals[row]), int(entry[place])))
        lines.append(sorted(found))
    return lines


def search(patterns, lines):
    """Return {(line, place in it, pattern)} that the kernels find."""
    vocabulary, entries = vocabulary_of(patterns)
    ready = prepare("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    found = [
        (row, begin, entries[each].value)
        for row, line in enumerate(occurrences(vocabulary, ready))
        for begin, _, each in line
    ]
    assert len(found) == len(set(found))
    return set(found)
