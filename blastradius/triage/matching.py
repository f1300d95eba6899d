"""Finding many literals at once: the tree of their letters, as arrays.

Libraries for this hand over each occurrence as an object of Python, and in listings of customers'
files every line has several: making the objects takes longer than finding them, and only one thread
at a time can. Here occurrences go from the search to the next kernel as arrays, without the
interpreter. ``tests/benchmarks/triage.py`` runs ripgrep beside it.

The automaton of Aho and Corasick looks at every letter once, but at each in another part of a large
table. As almost all literals begin where a word does, it is faster to begin anew there, and to look
first whether any literal has these three letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.triage.fold import FOLDED
from blastradius.triage.letters import kind_of
from blastradius.triage.patterns import Edge
from blastradius.triage.room import Room
from blastradius.triage.vocabulary import LEFT, Entries, Vocabulary

CLASS_BITS: Final = 6
KIND_BITS: Final = 2
NO_CHILD: Final = (1 << CLASS_BITS) - 1
"""In the number of a state: no letter goes on to the next state."""
ENDS: Final = 1 << CLASS_BITS
"""In the number of a state: a literal ends here."""
FORKS: Final = 1 << CLASS_BITS + 1
"""In the number of a state: it has further children."""
MORE: Final = CLASS_BITS + 2
"""First bit of the place of what else is known of such a state."""
NO_STATE: Final = -1

_N_SHARED: Final = 4
_FIRST_SHARED: Final = NO_CHILD - _N_SHARED
"""Classes from this one on are shared, by bytes of other scripts and those for which none is left."""
_ASCII: Final = 0x80
_HALF: Final = 32
_LOW: Final = (1 << _HALF) - 1


class Tree(NamedTuple):
    """The tree of all literals, laid out for the cache.

    States lie along the literals: the next letter of a word is mostly the next place in memory.
    """

    sign: NDArray[np.uint8]
    """Class of each byte in its folded form, and its kind in the last bits, shape (256,). Class 0 is
    all that no literal has."""
    at_edge: NDArray[np.uint64]
    """Third letters, as bits, of the literals that begin with each two, shape (4,096,)."""
    anywhere: NDArray[np.uint64]
    """The same of the literals that may begin within a word."""
    crossing: NDArray[np.uint64]
    """The same of the literals that have a slash inside."""
    second: NDArray[np.int32]
    """State after each two letters where a literal ends there, else `NO_STATE`, shape (4,096,)."""
    third_first: NDArray[np.int32]
    """Place in ``third`` of the first third letter after each two, shape (4,096,)."""
    third: NDArray[np.int32]
    """State after three letters, or `NO_STATE`, for each bit of ``at_edge``."""
    node: NDArray[np.uint32]
    """All about a state in one number: class of the letter that leads to the next one, `ENDS`,
    `FORKS`, and where more is told of it, shape (n_states,)."""
    more: NDArray[np.int32]
    """Of a state where literals end: how many, and of each its number times two, its first entry and
    how many it has. A literal with bytes that share classes has one added to that: it is compared
    where it seems to end. Of a state with further children: their classes, as bits of two numbers, and
    their states."""
    letters_first: NDArray[np.int64]
    """Place of each literal in ``letters``."""
    letters: NDArray[np.uint8]
    """Of all literals."""


class Matcher:
    """Finds every occurrence of the literals of a vocabulary that has the edges it needs."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._tree = build(vocabulary.literals, vocabulary.entries)
        self._code = vocabulary.entries.code

    def find(
        self,
        text: NDArray[np.uint8],
        line_start: NDArray[np.int64],
        shared: NDArray[np.int32],
        room: Room,
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return (entry, start) of each occurrence, line by line.

        What ends in the folders that a line shares with the one before it is not found again.

        Parameters
        ----------
        text : uint8 array
            Lines, each ended by a line feed.
        line_start : shape (n_lines + 1,)
        shared : shape (n_lines,)
            Length of the folders that each line shares with the one before it [bytes].
        room : Room
            Where the answer is, until the next one.
        """
        # Imported here, so that reading a lexicon needs no compiler.
        from blastradius.triage.kernels import find as kernels  # noqa: PLC0415

        tree, code = self._tree, self._code
        begin, beyond, kinds_at = room.filled(
            "openings",
            (np.int32, np.int32, np.uint8),
            len(text) // 8,
            lambda rows: kernels.openings(text, line_start, shared, tree, *rows),
        )
        found = room.filled(
            "ends",
            (np.int32, np.int32, np.int32),
            len(begin),
            lambda rows: kernels.follow(text, begin, beyond, tree, *rows),
        )
        entry, start = room.filled(
            "found",
            (np.int32, np.int32),
            len(found[0]),
            lambda rows: kernels.at_edges(text, begin, kinds_at, found, tree, code, *rows),
        )
        return entry, start


def build(literals: Sequence[bytes], entries: Entries) -> Tree:
    """Build the tree of some literals."""
    sign = _signs(literals)
    classes = bytes(sign >> KIND_BITS)
    spelt = sorted((literal.translate(classes), row) for row, literal in enumerate(literals))
    states = _States()
    for word, row in spelt:
        states.add(word, row)
    at_edge, anywhere, crossing = _openings(literals, spelt, entries)
    second, third_first, third = states.openings(at_edge)
    node, more = states.packed(entries.first)
    return Tree(
        sign=sign,
        at_edge=at_edge,
        anywhere=anywhere,
        crossing=crossing,
        second=second,
        third_first=third_first,
        third=third,
        node=node,
        more=more,
        letters_first=_starts([len(each) for each in literals]),
        letters=np.frombuffer(b"".join(literals), dtype=np.uint8),
    )


def _starts(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _signs(literals: Sequence[bytes]) -> NDArray[np.uint8]:
    """Return class and kind of each byte."""
    counts = Counter(byte for literal in literals for byte in literal if byte < _ASCII)
    used = [byte for byte, _ in counts.most_common()]
    classes = np.zeros(256, dtype=np.int64)
    classes[_ASCII:] = _FIRST_SHARED + np.arange(256 - _ASCII) % _N_SHARED
    classes[used] = _FIRST_SHARED + np.arange(len(used)) % _N_SHARED
    own = sorted(used[: _FIRST_SHARED - 1])
    classes[own] = np.arange(1, len(own) + 1)
    kinds = np.array([kind_of(byte) for byte in range(256)])
    folded = classes[FOLDED]
    return np.asarray(folded << KIND_BITS | kinds, dtype=np.uint8)


def _openings(
    literals: Sequence[bytes], spelt: Sequence[tuple[bytes, int]], entries: Entries
) -> Iterator[NDArray[np.uint64]]:
    """Yield the third letters that may follow two, of all literals and of two kinds of them."""
    begin_anywhere = np.maximum.reduceat((entries.code >> LEFT) & 3 == Edge.ANY, entries.first[:-1])
    cross = [b"/" in literal for literal in literals]
    for chosen in ([True] * len(literals), begin_anywhere.tolist(), cross):
        bits = [0] * (1 << 2 * CLASS_BITS)
        for word, row in spelt:
            if chosen[row]:
                any_letter = (1 << (1 << CLASS_BITS)) - 1
                third = 1 << word[2] if len(word) > 2 else any_letter
                bits[word[0] << CLASS_BITS | word[1]] |= third
        yield np.array(bits, dtype=np.uint64)


class _States:
    """The tree of all literals; words are added in the order of their letters."""

    def __init__(self) -> None:
        self._letter: list[int] = []
        """Class that leads to each state."""
        self._goes_on: list[bool] = []
        """Whether the next state is a child."""
        self._openings: list[tuple[bytes, int]] = []
        """Two and three letters, and the state after them."""
        self._ending: dict[int, list[int]] = {}
        """State -> literals that end there, times two, plus one where they share classes."""
        self._forks: dict[int, list[tuple[int, int]]] = {}
        """State -> class and state of its further children."""
        self._path: list[int] = []
        """States of the last word."""
        self._word = b""

    def add(self, word: bytes, row: int) -> None:
        """Add a literal."""
        alike = (a == b for a, b in zip(word, self._word, strict=False))
        same = sum(takewhile(bool, alike))
        del self._path[same:]
        for depth in range(same, len(word)):
            state = len(self._letter)
            if self._path and self._path[-1] == state - 1:
                self._goes_on[-1] = True
            elif self._path:
                self._forks.setdefault(self._path[-1], []).append((word[depth], state))
            self._letter.append(word[depth])
            self._goes_on.append(False)
            if depth in (1, 2):
                self._openings.append((word[: depth + 1], state))
            self._path.append(state)
        is_shared = max(word) >= _FIRST_SHARED
        self._ending.setdefault(self._path[-1], []).append(2 * row + is_shared)
        self._word = word

    def openings(
        self, at_edge: NDArray[np.uint64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Return the states after two letters, and those after three and where to find them."""
        second = np.full(1 << 2 * CLASS_BITS, NO_STATE, dtype=np.int32)
        first = _starts([bits.bit_count() for bits in at_edge.tolist()]).astype(np.int32)
        third = np.full(int(first[-1]), NO_STATE, dtype=np.int32)
        for word, state in self._openings:
            two = word[0] << CLASS_BITS | word[1]
            if len(word) > 2:
                before = int(at_edge[two]) & ((1 << word[2]) - 1)
                third[first[two] + before.bit_count()] = state
            elif state in self._ending:
                second[two] = state
        return second, first[:-1], third

    def packed(self, first: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
        """Return the number of each state, and what more is told of some."""
        node = np.full(len(self._letter), NO_CHILD, dtype=np.uint32)
        goes_on = np.flatnonzero(self._goes_on)
        node[goes_on] = np.array(self._letter)[goes_on + 1]
        starts, more = first.tolist(), list[int]()
        for state in sorted(self._ending.keys() | self._forks.keys()):
            node[state] |= len(more) << MORE
            if ending := self._ending.get(state):
                node[state] |= ENDS
                more.append(len(ending))
                for number in ending:
                    begin, end = starts[number >> 1], starts[(number >> 1) + 1]
                    more += (number, begin, end - begin)
            if forks := self._forks.get(state):
                node[state] |= FORKS
                bits = sum(1 << letter for letter, _ in forks)
                more += (bits & _LOW, bits >> _HALF, *(child for _, child in sorted(forks)))
        return node, np.array(more, dtype=np.uint32).view(np.int32)
