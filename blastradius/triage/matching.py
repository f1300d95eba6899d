"""Finding many literals at once: the automaton of Aho and Corasick, as arrays.

Libraries for this hand over each occurrence as an object of Python, and in listings of customers'
files every line has several: making the objects takes longer than finding them, and only one thread
at a time can. Here occurrences go from the automaton to the next kernel as arrays, without the
interpreter. ``tests/benchmarks/triage.py`` runs both side by side.

References
----------
Aho and Corasick (1975), "Efficient string matching: an aid to bibliographic search",
doi:10.1145/360825.360855.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.triage.vocabulary import Vocabulary

_ASCII = 0x80
_FOREIGN = 4
"""Classes of the bytes of other scripts."""
_ROWS_TO = 2
"""Letters up to which every state has a row."""
_MANY = 4
"""Children from which a state has a row."""


class Automaton(NamedTuple):
    """The automaton, laid out for the cache.

    States near the root and those with many children have a row of next states each. All others,
    tens of thousands, lie one after the other along the literals: the next letter of a word is
    mostly the next place in memory. Where it is another letter, the search goes on in the state of
    the longest suffix.
    """

    letter: NDArray[np.uint8]
    """Class of each byte; all ASCII that no literal has is class 0, shape (256,)."""
    go: NDArray[np.int32]
    """Next state, by state with a row and class, shape (n_rows * 2 ** shift,)."""
    shift: int
    n_rows: int
    """States with a row; they come first."""
    node: NDArray[np.int64]
    """All about a state in one number: see `_packed`, shape (n_states,)."""
    branch_first: NDArray[np.int32]
    """Place of the first further child of each branching state, shape (n_branching + 1,)."""
    branch: NDArray[np.int32]
    """Class and state of each further child, shape (n, 2)."""
    end_of: NDArray[np.int32]
    """Which ending state a state is, -1 for none, shape (n_states,)."""
    end_first: NDArray[np.int32]
    """Place of the first literal that ends in each ending state, shape (n_ending + 1,)."""
    ends: NDArray[np.int32]
    """Literals, longest first in each state."""
    code: NDArray[np.int64]
    """Of each of them: place of its first entry, how many, and its length; see `_codes`."""
    letters_first: NDArray[np.int64]
    """Place of each literal in ``letters``."""
    letters: NDArray[np.uint8]
    """Of all literals: those with bytes that share classes are compared where they seem to end."""


FAIL: Final = 32
BRANCH: Final = 9
ENDS: Final = 8
"""First bits of the parts of a state's number; the class of its child has the bits before."""
NO_CHILD: Final = 0xFF


class Matcher:
    """Finds every occurrence of the literals of a vocabulary that has the edges it needs."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._automaton = build(vocabulary.literals, vocabulary.entries.first)
        self._entries = vocabulary.entries

    def find(
        self,
        text: NDArray[np.uint8],
        folded: NDArray[np.uint8],
        line_start: NDArray[np.int64],
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return (entry, start) of each occurrence, line by line.

        Parameters
        ----------
        text, folded : uint8 arrays
            Lines as they are written and as they are searched, each ended by a line feed.
        line_start : shape (n_lines + 1,)
        """
        # Imported here, so that reading a lexicon needs no compiler.
        from blastradius.triage import kernels  # noqa: PLC0415

        room = len(text) // 6 + 64
        while True:
            entry, start = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int64)
            n = kernels.find(
                text, folded, line_start, self._automaton, self._entries.code, entry, start
            )
            if n >= 0:
                return entry[:n], start[:n]
            room *= 4


def build(literals: Sequence[bytes], first: NDArray[np.int64]) -> Automaton:
    """Build the automaton of some literals; ``first`` is the place of the first entry of each."""
    letter = np.zeros(256, dtype=np.uint8)
    used = sorted({byte for literal in literals for byte in literal if byte < _ASCII})
    letter[used] = np.arange(1, len(used) + 1)
    # Bytes of other scripts share a few classes: shorter rows, and literals compared at the end.
    letter[_ASCII:] = len(used) + 1 + np.arange(256 - _ASCII) % _FOREIGN
    trie = _Trie(literals, letter)
    ends = [number for state in trie.order for number in trie.ending[state]]
    codes = _codes(literals, first)
    sizes = [len(trie.ending[state]) for state in trie.order if trie.ending[state]]
    end_of = np.full(len(trie.order), -1, dtype=np.int32)
    ending = [place for place, state in enumerate(trie.order) if trie.ending[state]]
    end_of[ending] = np.arange(len(ending))
    shift = (len(used) + _FOREIGN).bit_length()
    branches, node = trie.packed()
    return Automaton(
        letter=letter,
        go=trie.rows(1 << shift),
        shift=shift,
        n_rows=trie.n_rows,
        node=node,
        branch_first=np.concatenate([[0], np.cumsum([len(b) for b in branches])]).astype(np.int32),
        branch=np.array([pair for b in branches for pair in b], dtype=np.int32).reshape(-1, 2),
        end_of=end_of,
        end_first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        ends=np.array(ends, dtype=np.int32),
        code=codes[ends],
        letters_first=np.concatenate([[0], np.cumsum([len(each) for each in literals])]).astype(
            np.int64
        ),
        letters=np.frombuffer(b"".join(literals), dtype=np.uint8),
    )


class _Trie:
    """The tree of all literals, the longest suffix of each state, and an order of the states."""

    def __init__(self, literals: Sequence[bytes], letter: NDArray[np.uint8]) -> None:
        self.children: list[dict[int, int]] = [{}]
        self.ending: list[list[int]] = [[]]
        self._depth = [0]
        for number, literal in enumerate(literals):
            state = 0
            for byte in letter[list(literal)].tolist():
                state = self._child(state, byte)
            self.ending[state].append(number)
        self._link()
        self._arrange()

    def _child(self, state: int, byte: int) -> int:
        children = self.children[state]
        if byte not in children:
            children[byte] = len(self.children)
            self.children.append({})
            self.ending.append([])
            self._depth.append(self._depth[state] + 1)
        return children[byte]

    def _link(self) -> None:
        """Find the longest suffix of each state that is a state too, breadth first."""
        self.fail = [0] * len(self.children)
        waiting = deque([0])
        while waiting:
            state = waiting.popleft()
            self.ending[state] += self.ending[self.fail[state]] if state else []
            for byte, child in self.children[state].items():
                self.fail[child] = self._after(self.fail[state], byte) if state else 0
                waiting.append(child)

    def _after(self, state: int, byte: int) -> int:
        """Return the state that follows on a byte."""
        while byte not in self.children[state] and state:
            state = self.fail[state]
        return self.children[state].get(byte, 0)

    def _arrange(self) -> None:
        """Put states with rows first, and the others along the literals."""
        has_row = [
            depth <= _ROWS_TO or len(children) >= _MANY
            for depth, children in zip(self._depth, self.children, strict=True)
        ]
        rows = [state for state, row in enumerate(has_row) if row]
        self.n_rows, self.order = len(rows), list(rows)
        self.next_on_chain: dict[int, tuple[int, int]] = {}
        waiting = deque(
            child for state in rows for child in self.children[state].values() if not has_row[child]
        )
        while waiting:
            state: int | None = waiting.popleft()
            while state is not None:
                self.order.append(state)
                further = [(b, c) for b, c in self.children[state].items() if not has_row[c]]
                if further:
                    self.next_on_chain[state] = further[0]
                    waiting.extend(child for _, child in further[1:])
                state = further[0][1] if further else None
        self.place = np.empty(len(self.order), dtype=np.int64)
        self.place[self.order] = np.arange(len(self.order))

    def rows(self, n_classes: int) -> NDArray[np.int32]:
        """Return the next state of each state with a row, for every class."""
        go = np.zeros((self.n_rows, n_classes), dtype=np.int32)
        # A state comes after its suffix, which is shorter and has a row or leads to one.
        for state in sorted(self.order[: self.n_rows], key=lambda state: self._depth[state]):
            row = int(self.place[state])
            if state:
                suffix = self.fail[state]
                while self.place[suffix] >= self.n_rows:
                    self._overlay(go[row], self.children[suffix], missing_only=True)
                    suffix = self.fail[suffix]
                inherited = go[self.place[suffix]]
                go[row] = np.where(go[row] > 0, go[row], inherited)
            self._overlay(go[row], self.children[state], missing_only=False)
        return go.ravel()

    def _overlay(
        self, row: NDArray[np.int32], children: dict[int, int], *, missing_only: bool
    ) -> None:
        for byte, child in children.items():
            if not missing_only or row[byte] == 0:
                row[byte] = self.place[child]

    def packed(self) -> tuple[list[list[tuple[int, int]]], NDArray[np.int64]]:
        """Return the further children of each branching state, and the number of each state."""
        branches: list[list[tuple[int, int]]] = []
        numbers = []
        for state in self.order:
            byte, follower = self.next_on_chain.get(state, (NO_CHILD, -1))
            others = [
                (b, int(self.place[c])) for b, c in self.children[state].items() if c != follower
            ]
            branch = 0
            if others and self.place[state] >= self.n_rows:
                branches.append(others)
                branch = len(branches)
            numbers.append(
                int(self.place[self.fail[state]]) << FAIL
                | branch << BRANCH
                | bool(self.ending[state]) << ENDS
                | byte
            )
        return branches, np.array(numbers, dtype=np.int64)


def _codes(literals: Sequence[bytes], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pack what is read of a literal that ends: it is read at once."""
    lengths = np.array([len(literal) for literal in literals], dtype=np.int64)
    foreign = np.array([not literal.isascii() for literal in literals], dtype=np.int64)
    return np.asarray((first[:-1] << 24) | (np.diff(first) << 9) | (foreign << 8) | lengths)
