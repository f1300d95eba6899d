"""YAML text to plain data, safely.

Only what YAML and JSON have in common is read: mappings with plain keys, lists, text, numbers,
true, false and null. There are no tags, no merge keys and no dates; ``NO`` stays text and so does
``010``. One loop without recursion turns the events of the parser into data, and the limits on
depth and on the growth through aliases hold while it reads, so hostile text costs little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from blastradius.errors import Problem
from blastradius.io.document import MAX_DEPTH, MAX_DIGITS, Document, Place, UnreadableTextError
from blastradius.model.text import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet

    from blastradius.model.check import Location


class _Mark(Protocol):
    """A place in the text, counted from 0."""

    line: int
    column: int


class _Event(Protocol):
    """What the C and the Python parser tell of a value; each kind of event has a part of it."""

    start_mark: _Mark
    anchor: str
    tag: str | None
    value: str
    implicit: tuple[bool, bool]


FREE_REPEATS = 100_000
REPEATS_PER_VALUE = 5
"""Aliases may repeat so many values, plus so many for each value written out.

Programs write a shared source or evidence as an alias, so large files need many.
"""

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NUMBER_STARTS = frozenset("-+.0123456789")


def read_yaml(text: str, wanted: AbstractSet[Location] = frozenset()) -> Document:
    """Read one YAML document.

    Parameters
    ----------
    text : str
        Without byte order mark and without control characters.
    wanted : set of locations
        Values whose places in the text are asked for.

    Raises
    ------
    UnreadableTextError
        If the text is not YAML, or breaks a limit.

    Examples
    --------
    >>> read_yaml("{country: NO, since: 2015-01, covers: 010, records: 12}").data
    {'country': 'NO', 'since': '2015-01', 'covers': '010', 'records': 12}
    """
    return _Builder(wanted).build(text)


def yaml_text(data: Any) -> str:  # noqa: ANN401 - plain data
    """Write plain data as YAML that :func:`read_yaml` reads back as it was.

    >>> print(yaml_text({"name": "1e5", "sources": [{"id": "a"}]}), end="")
    name: "1e5"
    sources:
    - {id: a}
    """
    import yaml  # noqa: PLC0415

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc] # chosen when it is known
        """Writes every value out, and quotes what this reader would not take for text."""

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
            return True

    def represent(dumper: Any, text: str) -> Any:  # noqa: ANN401
        style = '"' if text in _WORDS or _NUMBER.fullmatch(text) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, represent)
    written: str = yaml.dump(
        data, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )
    return written


class _Anchor(NamedTuple):
    """A value that aliases may repeat, with the size and height of its tree."""

    value: Any
    size: int
    height: int


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is still being filled; ``key`` awaits its value."""

    container: Any
    location: Location
    mark: _Mark | None
    anchor: str | None = None
    key: str | None = None
    key_mark: _Mark | None = None
    key_lines: dict[str, int] = field(default_factory=dict)
    size: int = 1
    height: int = 1

    def awaits_key(self) -> bool:
        return self.key is None and type(self.container) is dict


class _Builder:
    """Turns parser events into data; the stack of open containers is explicit."""

    def __init__(self, wanted: AbstractSet[Location]) -> None:
        self._wanted = wanted
        self._document = Document()
        self._anchors: dict[str, _Anchor] = {}
        self._written = 0
        self._repeated = 0
        # The top frame is the list of documents: its one item is the data.
        self._stack = [_Frame([], (), None)]

    def build(self, text: str) -> Document:
        import yaml  # noqa: PLC0415 - the shipped graphs are read without it

        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: self._open_list,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._start_document,
        }
        for event in _events(text):
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)
        documents = self._stack[0].container
        self._document.data = documents[0] if documents else None
        return self._document

    def _start_document(self, event: _Event) -> None:
        if self._stack[0].container:
            message = "a second document starts here; a file holds one"
            raise _unreadable(event.start_mark, message)

    def _scalar(self, event: _Event) -> None:
        frame = self._stack[-1]
        if event.tag is not None:
            self._refuse_tag(event)
        if frame.awaits_key():
            self._take_key(frame, event)
            return
        value = self._resolve(event) if event.implicit[0] else event.value
        self._written += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(value, 1, 0)
        self._put(frame, value, event.start_mark)

    def _take_key(self, frame: _Frame, event: _Event) -> None:
        """Keys are text as written: ``no:`` is the key 'no', never False."""
        key, mark = event.value, event.start_mark
        first = frame.key_lines.setdefault(key, mark.line)
        if key in frame.container:
            message = f"duplicate key {quoted(key)}, first used in line {first + 1}"
            self._note(mark, frame.location, message)
        frame.key, frame.key_mark = key, mark

    def _resolve(self, event: _Event) -> Any:  # noqa: ANN401 - plain data
        text: str = event.value
        if text[:1] not in _NUMBER_STARTS or text in _WORDS:
            return _WORDS.get(text, text)
        if _NUMBER.fullmatch(text) is None:
            return text
        if len(text) > MAX_DIGITS:
            message = f"a number of {len(text):,} digits is too long"
            self._note(event.start_mark, self._next_location(), message)
            return 0
        return int(text) if _WHOLE.fullmatch(text) else float(text)

    def _open_list(self, event: _Event) -> None:
        self._open([], event)

    def _open_mapping(self, event: _Event) -> None:
        self._open({}, event)

    def _open(self, container: object, event: _Event) -> None:
        mark = event.start_mark
        if self._stack[-1].awaits_key():
            raise _unreadable(mark, "a key must be plain text, not a list or mapping")
        if len(self._stack) > MAX_DEPTH:
            raise _unreadable(mark, f"nested more than {MAX_DEPTH} levels deep")
        if event.tag is not None:
            self._refuse_tag(event)
        self._written += 1
        self._stack.append(_Frame(container, self._next_location(), mark, event.anchor))

    def _close(self, _event: object) -> None:
        frame = self._stack.pop()
        if frame.anchor is not None:
            self._anchors[frame.anchor] = _Anchor(frame.container, frame.size, frame.height)
        self._put(self._stack[-1], frame.container, frame.mark, frame.size, frame.height)

    def _alias(self, event: _Event) -> None:
        frame, mark = self._stack[-1], event.start_mark
        if frame.awaits_key():
            raise _unreadable(mark, "a key must be plain text, not an alias")
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            name = quoted(f"*{event.anchor}")
            raise _unreadable(mark, f"alias {name} does not follow a complete anchor of that name")
        self._repeated += anchor.size
        if self._repeated > FREE_REPEATS + REPEATS_PER_VALUE * self._written:
            message = f"aliases repeat too much: {self._repeated:,} values up to here"
            raise _unreadable(mark, message)
        if len(self._stack) - 1 + anchor.height > MAX_DEPTH:
            raise _unreadable(mark, f"nested more than {MAX_DEPTH} levels deep")
        self._put(frame, anchor.value, mark, anchor.size, anchor.height)

    def _put(
        self, frame: _Frame, value: object, mark: _Mark | None, size: int = 1, height: int = 0
    ) -> None:
        """Add a value to the container that is open; of two equal keys the first wins."""
        if self._wanted and mark is not None:
            self._note_place(frame, mark)
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if frame.key is None:
            frame.container.append(value)
        else:
            frame.container.setdefault(frame.key, value)
            frame.key = None

    def _note_place(self, frame: _Frame, mark: _Mark) -> None:
        location = self._next_location()
        if location in self._wanted:
            key = mark if frame.key is None or frame.key_mark is None else frame.key_mark
            place = Place(mark.line + 1, mark.column + 1, key.line + 1, key.column + 1)
            self._document.places.setdefault(location, place)

    def _next_location(self) -> Location:
        """Return the location of the value that comes next."""
        frame = self._stack[-1]
        if len(self._stack) == 1:
            return ()
        return (*frame.location, len(frame.container) if frame.key is None else frame.key)

    def _refuse_tag(self, event: _Event) -> None:
        tag = str(event.tag).replace("tag:yaml.org,2002:", "!!", 1)
        message = f"tag {quoted(tag)} is not supported; write the plain value"
        self._note(event.start_mark, self._next_location(), message)

    def _note(self, mark: _Mark, location: Location, message: str) -> None:
        self._document.add_problem(mark.line + 1, mark.column + 1, location, message)


def _events(text: str) -> Iterator[Any]:
    """Yield parser events, from the C library where it is there; its faults in our words."""
    import yaml  # noqa: PLC0415

    try:
        parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        while (event := parser.get_event()) is not None:
            yield event
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text) from None
    except yaml.YAMLError as error:
        message = f"not valid YAML: {printable(str(error), 200)}"
        raise UnreadableTextError(Problem(0, 0, "", message)) from None


def _syntax_error(error: Any, text: str) -> UnreadableTextError:  # noqa: ANN401 - lazy import
    message = ", ".join(part for part in (error.context, error.problem) if part)
    message = f"not valid YAML: {printable(message, 200)}"
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return UnreadableTextError(Problem(0, 0, "", message))
    lines = text.split("\n", mark.line + 1)
    line = lines[mark.line] if mark.line < len(lines) else ""
    if line[mark.column : mark.column + 1] == "\t":
        message += " (indent with spaces, not with tabs)"
    return _unreadable(mark, message)


def _unreadable(mark: _Mark, message: str) -> UnreadableTextError:
    return UnreadableTextError(Problem(mark.line + 1, mark.column + 1, "", message))
