"""The lexicon: what file names say about what is in the files, and which names are also words.

It is data, read with the same care as a graph. The shipped one is in ``data/``; users add theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from blastradius.errors import PatternError
from blastradius.io.files import Source, read_bytes, validated
from blastradius.model.check import Fault
from blastradius.model.graph import Identifier, Name, Record, Text
from blastradius.model.text import did_you_mean, quoted
from blastradius.model.vocabulary import DataVariety
from blastradius.triage.definition import finds, line_of
from blastradius.triage.patterns import Pattern, parse_pattern

SCHEMA: Final = "blastradius/lexicon/1"

_SHIPPED: Final = Path(__file__).parent / "data"

Confidence = Literal["high", "medium"]

Location = tuple[str | int, ...]
"""Keys and numbers that lead to a value."""


class Words(Record):
    """Patterns that rules share: ``<name>`` among those of a rule stands for all of them."""

    name: Name
    """Name."""
    patterns: Annotated[tuple[Name, ...], Field(min_length=1)]
    """What it stands for; lists do not nest."""


class Rule(Record):
    """Words and endings that give a kind of file away."""

    model_config = ConfigDict(populate_by_name=True)

    id: Identifier
    """Short stable name; a later lexicon replaces the rule of the same name."""
    variety: DataVariety
    """What such files hold, VERIS spelling."""
    subject: Text
    """The kind of file in a few words."""
    any: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Patterns; one of them is on the line."""
    with_: Annotated[tuple[Name, ...], Field(alias="with")] = ()
    """And one of these, if there are any."""
    without: tuple[Name, ...] = ()
    """And none of these."""
    confidence: Confidence
    """How often a line that fires is really of that kind: at least 95 % or at least 75 %."""
    examples: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Paths that fire."""
    counter_examples: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Paths that look similar and do not."""


class Ordinary(Record):
    """A name that is also a word, a surname or an abbreviation: alone it names nobody."""

    term: Name
    """The pattern."""
    because: Text
    """What else it means."""
    capitals: bool = False
    """Whether it counts where it stands in capitals."""


class Weak(Ordinary):
    """A pattern for one party that counts only in context."""

    party: Identifier
    """The party."""


class Phrase(Record):
    """Words in which a name does not mean its party."""

    text: Name
    """The pattern; all inside it is ignored."""
    because: Text
    """What it means."""


class Outside(Record):
    """An organisation that listings name and a graph may lack."""

    name: Name
    """Name, proposed for a new party."""
    terms: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Its patterns."""


class Lexicon(Record):
    """All of it; every part may be empty in a file of one's own."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["blastradius/lexicon/1"], Field(alias="schema")]
    """Version of the format."""
    name: Name
    """Name, shown in results."""
    lists: tuple[Words, ...] = ()
    """Lists for the rules of this file."""
    never: tuple[Name, ...] = ()
    """Patterns of files that hold nothing of their own, such as shortcuts: there no rule fires, of
    whatever lexicon."""
    rules: tuple[Rule, ...] = ()
    """Kinds of files."""
    ordinary: tuple[Ordinary, ...] = ()
    """Names that are also words."""
    weak: tuple[Weak, ...] = ()
    """Patterns that count in context."""
    programs: tuple[Name, ...] = ()
    """Folders of systems and programs: below them a name counts only in context."""
    homes: tuple[Name, ...] = ()
    """Folders in which people have folders of their own, ..."""
    surnames: tuple[Name, ...] = ()
    """... and names that people bear too: there, such a name counts only in context."""
    context: tuple[Name, ...] = ()
    """Words that make an ordinary word believable as a name."""
    phrases: tuple[Phrase, ...] = ()
    """Words in which a name does not mean its party."""
    outside: tuple[Outside, ...] = ()
    """Organisations that a graph may lack."""

    def extended(self, other: Lexicon) -> Lexicon:
        """Return both together; rules, words and patterns of the other replace those of this one."""
        return Lexicon(
            schema_=SCHEMA,
            name=f"{self.name} + {other.name}",
            lists=_merged(self.lists, other.lists, "name"),
            never=tuple(dict.fromkeys((*self.never, *other.never))),
            rules=_merged(self.rules, other.rules, "id"),
            ordinary=_merged(self.ordinary, other.ordinary, "term"),
            weak=(*self.weak, *other.weak),
            programs=tuple(dict.fromkeys((*self.programs, *other.programs))),
            homes=tuple(dict.fromkeys((*self.homes, *other.homes))),
            surnames=tuple(dict.fromkeys((*self.surnames, *other.surnames))),
            context=tuple(dict.fromkeys((*self.context, *other.context))),
            phrases=_merged(self.phrases, other.phrases, "text"),
            outside=_merged(self.outside, other.outside, "name"),
        ).spelled_out()

    def spelled_out(self) -> Lexicon:
        """Return it with all patterns of a rule in the rule: those of lists, and what is never."""
        lists = {f"<{words.name}>": words.patterns for words in self.lists}
        rules = tuple(
            rule.model_copy(
                update={
                    "any": _spelled(rule.any, lists),
                    "with_": _spelled(rule.with_, lists),
                    "without": _spelled((*rule.without, *self.never), lists),
                }
            )
            for rule in self.rules
        )
        return self.model_copy(update={"rules": rules})


def _spelled(texts: Iterable[str], lists: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return patterns with those of lists in the place of the lists, each once."""
    return tuple(dict.fromkeys(each for text in texts for each in lists.get(text, (text,))))


def _merged(ours: tuple[Any, ...], theirs: tuple[Any, ...], key: str) -> tuple[Any, ...]:
    found = {getattr(item, key): item for item in ours}
    return tuple((found | {getattr(item, key): item for item in theirs}).values())


@dataclass(frozen=True, slots=True)
class LexiconFile:
    """The lexicon of one file, and what tells it from others."""

    name: str
    """Path as it was given; of a shipped one, its last part."""
    sha256: str
    is_shipped: bool
    lexicon: Lexicon


def read_lexicon(path: str | Path) -> Lexicon:
    """Return the lexicon in a file, read as :func:`read_lexicon_file` does."""
    return read_lexicon_file(path).lexicon


def read_lexicon_file(path: str | Path) -> LexiconFile:
    """Read a lexicon from a YAML or JSON file, and try its rules on their examples.

    Raises
    ------
    GraphFileError
        With every problem of the file, each with its place.
    """
    return _read(path, tries_examples=True)


def _read(path: str | Path, *, tries_examples: bool) -> LexiconFile:
    content = read_bytes(Path(path))
    source = Source(content, str(path))
    data = source.document.data
    faults, lexicon = validated(data, Lexicon.model_validate, Lexicon)
    parsed: dict[str, tuple[Pattern, ...]] = {}
    faults += [*_pattern_faults(data, parsed), *_twins(data)]
    if tries_examples:
        faults += _example_faults(data, parsed)
    if lexicon is None or faults or source.document.problems:
        raise source.failure(faults)
    sha256 = hashlib.sha256(content).hexdigest()
    return LexiconFile(str(path), sha256, is_shipped=False, lexicon=lexicon.spelled_out())


@cache
def shipped_lexicon_files() -> tuple[LexiconFile, ...]:
    """Return the files that ship with the package, in the order in which they are joined."""
    # Their examples are tried by the tests.
    read = (_read(path, tries_examples=False) for path in sorted(_SHIPPED.glob("*.yaml")))
    return tuple(replace(file, name=Path(file.name).name, is_shipped=True) for file in read)


@cache
def shipped_lexicon() -> Lexicon:
    """Return the lexicon that ships with the package.

    >>> len(shipped_lexicon().rules) > 50
    True
    """
    return joined_lexicon(shipped_lexicon_files())


def joined_lexicon(files: Iterable[LexiconFile]) -> Lexicon:
    """Return the lexicons of some files together; later ones replace what earlier ones say."""
    first, *others = (file.lexicon for file in files)
    for other in others:
        first = first.extended(other)
    return first


_PATTERNS: Final = {
    "lists": ("patterns",),
    "rules": ("any", "with", "without"),
    "ordinary": ("term",),
    "weak": ("term",),
    "phrases": ("text",),
    "outside": ("terms",),
}
"""Fields that hold a pattern or a list of them, by section."""


def _pattern_faults(data: object, parsed: dict[str, tuple[Pattern, ...]]) -> Iterator[Fault]:
    """Find patterns that mean nothing, in data that may have other faults; fill in the others."""
    lists = _lists(data)
    for location, text in _patterns(data):
        if _is_list(text):
            if location[0] != "rules":
                yield Fault(location, f"{quoted(text)} names a list, which only rules can")
            elif text not in lists:
                hint = did_you_mean(text, lists)
                yield Fault(location, f"unknown list {quoted(text)}{hint}")
            continue
        try:
            # That a name is longer than 300 characters was said already.
            parsed[text] = parsed.get(text) or parse_pattern(text[:300])
        except PatternError as error:
            yield Fault(location, str(error))


def _is_list(text: str) -> bool:
    return text.startswith("<") and text.endswith(">")


def _lists(data: object) -> dict[str, list[str]]:
    """Return the lists by the form in which rules name them."""
    found = {}
    for _, record in _items(data, "lists"):
        name = record.get("name") if isinstance(record, dict) else None
        if isinstance(name, str):
            found[f"<{name}>"] = [text for _, text in _texts(record, "patterns", ())]
    return found


def _example_faults(data: object, parsed: Mapping[str, tuple[Pattern, ...]]) -> Iterator[Fault]:
    """Find examples on which their rule does not fire, and counter-examples on which it does."""
    lists = _lists(data)
    # Also what the shipped lexicon says of all rules: the file extends it.
    shipped = shipped_lexicon().never
    never = [*(text for _, text in _texts(data, "never", ())), *shipped]
    parsed = {text: parse_pattern(text) for text in shipped} | dict(parsed)
    for location, record in _items(data, "rules"):
        texts = {key: [text for _, text in _texts(record, key, ())] for key in _PATTERNS["rules"]}
        written = {key: record.get(key, []) for key in texts} if isinstance(record, dict) else {}
        words = {key: _spelled(some, lists) for key, some in texts.items()}
        words["without"] += tuple(never)
        is_sound = texts == written and parsed.keys() >= set().union(*words.values())
        if not is_sound or not words["any"]:
            continue  # that was said already
        for place, path in _texts(record, "examples", location):
            reason = _objection(words, parsed, path)
            if reason is not None:
                yield Fault(place, f"the rule does not fire: {reason}")
        for place, path in _texts(record, "counter_examples", location):
            if _objection(words, parsed, path) is None:
                yield Fault(place, "the rule fires, and must not on a counter-example")


def _objection(
    words: Mapping[str, tuple[str, ...]], parsed: Mapping[str, tuple[Pattern, ...]], path: str
) -> str | None:
    """Return why a rule does not fire on a path, None if it does."""
    line = line_of(path)
    found = {
        key: next((text for text in some if finds(parsed[text], line)), None)
        for key, some in words.items()
    }
    if found["without"] is not None:
        return f"{quoted(found['without'])} rules it out"
    lacking = [key for key in ("any", "with") if words[key] and found[key] is None]
    return f"no pattern of {' or '.join(map(quoted, lacking))} is there" if lacking else None


def _patterns(data: object) -> Iterator[tuple[Location, str]]:
    for section, keys in _PATTERNS.items():
        for location, record in _items(data, section):
            for key in keys:
                text = record.get(key) if isinstance(record, dict) else None
                if isinstance(text, str):
                    yield (*location, key), text
                yield from _texts(record, key, location)
    for section in ("never", "programs", "homes", "context"):
        yield from _texts(data, section, ())


def _texts(data: object, key: str, location: Location) -> Iterator[tuple[Location, str]]:
    for place, text in _items(data, key):
        if isinstance(text, str):
            yield (*location, *place), text


def _items(data: object, key: str) -> Iterator[tuple[Location, object]]:
    """Yield what a list holds, nothing where there is none."""
    items = data.get(key) if isinstance(data, dict) else None
    if isinstance(items, list):
        yield from (((key, number), item) for number, item in enumerate(items))


def _twins(data: object) -> Iterator[Fault]:
    """Find rules and lists of the same name."""
    seen: dict[tuple[str, str], Location] = {}
    for section, noun, key in (("lists", "list", "name"), ("rules", "rule", "id")):
        for location, record in _items(data, section):
            name = record.get(key) if isinstance(record, dict) else None
            if not isinstance(name, str):
                continue
            place = (*location, key)
            earlier = seen.setdefault((section, name), place)
            if earlier != place:
                yield Fault(place, f"{noun} {quoted(name)} is there twice", earlier=earlier)
