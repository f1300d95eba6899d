"""By which words a party is found: its names and aliases, its domain, and the terms of the graph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from blastradius.errors import PatternError
from blastradius.model.graph import Graph, Party
from blastradius.triage.fold import fold_text
from blastradius.triage.lexicon import Lexicon
from blastradius.triage.patterns import Pattern, parse_pattern

Origin = Literal["name", "identifier", "term", "lexicon"]

_LEGAL: Final = frozenset(
    "ag gmbh se kg kgaa inc corp corporation company co ltd limited llc plc sa spa ab nv bv oy as".split()  # noqa: SIM905 - a list of twenty short strings reads worse
)
_GENERAL: Final = frozenset(
    ("motor", "motors", "group", "automotive", "technologies", "industries", "industry", "cars")
)
_REMARK: Final = re.compile(r"\s*\([^)]*\)")
_SHORT: Final = 2
"""Letters up to which a name alone must stand in capitals."""


@dataclass(frozen=True, slots=True)
class Term:
    """One pattern of one party or dataset."""

    patterns: tuple[Pattern, ...]
    text: str
    """As it is shown."""
    party: str
    """Party id; of a term of a dataset, its owner."""
    dataset: str | None
    origin: Origin
    needs_context: bool
    """Whether it counts only beside words that make it believable, ..."""
    capitals_suffice: bool
    """... or where it stands in capitals."""
    because: str | None
    """What else the word means, if it needs context."""
    is_surname: bool
    """Whether people bear it too: in folders of their own it needs context."""


def graph_terms(graph: Graph, lexicon: Lexicon) -> tuple[Term, ...]:
    """Return the terms of all parties and datasets of a graph.

    Groups of people, and parties that stand for organisations nobody named, are not searched by
    name: no file name says so.

    Raises
    ------
    PatternError
        If a term of the graph means nothing.
    """
    ordinary = {_key(item.term): item for item in lexicon.ordinary}
    surnames = {_key(text) for text in lexicon.surnames}
    found: dict[tuple[str, tuple[Pattern, ...]], Term] = {}
    for term in (*_own_terms(graph), *_names(graph.parties), *_weak(graph, lexicon)):
        item = ordinary.get(_key(term.text)) if term.origin != "term" else None
        if item is not None:
            term = _doubted(term, item.because, capitals=item.capitals)  # noqa: PLW2901
        if _key(term.text) in surnames:
            term = replace(term, is_surname=True)  # noqa: PLW2901
        found.setdefault((term.party, term.patterns), term)
    return tuple(found.values())


def _own_terms(graph: Graph) -> Iterator[Term]:
    for party in graph.parties:
        for text in party.terms:
            yield _term(text, party.id, "term")
    for dataset in graph.datasets:
        for text in dataset.terms:
            yield _term(text, dataset.owner, "term", dataset=dataset.id)


def _weak(graph: Graph, lexicon: Lexicon) -> Iterator[Term]:
    known = {party.id for party in graph.parties}
    for item in lexicon.weak:
        if item.party in known:
            term = _term(item.term, item.party, "lexicon")
            yield _doubted(term, item.because, capitals=item.capitals)


def _names(parties: Iterable[Party]) -> Iterator[Term]:
    written = {party.id: _written(party) for party in parties}
    cores = {id_: {name: _core(name) for name in names} for id_, names in written.items()}
    bearers = Counter(core for names in cores.values() for core in set(names.values()))
    for party in parties:
        for name in written[party.id]:
            core = cores[party.id][name]
            texts = [name] if bearers[core] > 1 else [core, name]
            yield from _readable(dict.fromkeys(filter(None, texts)), party.id)
        domain = party.identifiers.domain
        if domain is not None:
            yield from _readable([f"{domain}*"], party.id, "identifier")
        for number in (party.identifiers.bpn, party.identifiers.lei, party.identifiers.duns):
            if number is not None:
                yield from _readable([f"={number}"], party.id, "identifier")


def _written(party: Party) -> list[str]:
    """Return name and aliases without legal forms; none where no file name would say so."""
    if (
        party.role == "data-subjects"
        or "unnamed" in party.name.lower()
        or "(collective)" in party.name
    ):
        return []
    names = (_REMARK.sub("", name) for name in (party.name, *party.aliases))
    return [_without_last(name, _LEGAL) for name in names]


def _core(name: str) -> str:
    """Take general words off the end of a name.

    >>> _core("Hyundai Motor"), _core("Tata Technologies"), _core("Group")
    ('Hyundai', 'Tata', 'Group')
    """
    return _without_last(name, _GENERAL)


def _without_last(name: str, general: frozenset[str]) -> str:
    """Take some words off the end of a name; a name that is nothing else stays.

    >>> [_without_last(name, _LEGAL) for name in ("AB Volvo", "Bosch GmbH & Co. KG", "SEAT, S.A.")]
    ['AB Volvo', 'Bosch', 'SEAT']
    """
    words = name.split()
    while len(words) > 1 and (_plain(words[-1]) in general or words[-1] == "&"):
        words.pop()
    return " ".join(words).rstrip(",")


def _plain(word: str) -> str:
    return word.lower().replace(".", "").strip(",")


def _readable(texts: Iterable[str], party: str, origin: Origin = "name") -> Iterator[Term]:
    """Make terms of names; those that are no pattern, such as a single letter, find nothing."""
    for text in texts:
        try:
            term = _term(_escaped(text) if origin == "name" else text, party, origin)
        except PatternError:
            continue
        short = len(term.patterns[0].literal) <= _SHORT
        yield _doubted(term, "a short word", capitals=True) if short else term


def _escaped(name: str) -> str:
    """Turn a name into a pattern: signs of the language are separators in a name."""
    return re.sub(r"[*=!/]", " ", name).strip(". ")


def _term(text: str, party: str, origin: Origin, dataset: str | None = None) -> Term:
    return Term(
        patterns=parse_pattern(text),
        text=text,
        party=party,
        dataset=dataset,
        origin=origin,
        needs_context=False,
        capitals_suffice=False,
        because=None,
        is_surname=False,
    )


def _doubted(term: Term, because: str, *, capitals: bool) -> Term:
    return replace(term, needs_context=True, capitals_suffice=capitals, because=because)


def _key(text: str) -> bytes:
    return b" ".join(fold_text(text.strip("*=!/")).split())
