"""Graph files and observation files: read with care, refused with every reason at once."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from blastradius.errors import GraphFileError, Problem
from blastradius.io.document import Document, UnreadableTextError, with_containers
from blastradius.io.json_text import read_json
from blastradius.io.loaded import LoadedGraph
from blastradius.io.validation import schema_faults
from blastradius.io.yaml_text import read_yaml
from blastradius.model.check import (
    Fault,
    find_faults,
    find_observation_faults,
    spell,
)
from blastradius.model.graph import Graph, Name, Observation, Record, Text
from blastradius.model.text import nearest, printable, quoted
from blastradius.model.vocabulary import Tlp, bare_label

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

_T = TypeVar("_T")

MAX_BYTES = 64 * 2**20
"""Largest file that is read [bytes]; read in full it may need twenty times that memory."""

MAX_PROBLEMS = 100
"""Problems that one error lists."""

GRAPH_SUFFIXES = (".yaml", ".yml", ".json")

_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _label(value: object) -> object:
    """Return a label as it is known; what is no text is refused as it is."""
    return bare_label(value) if isinstance(value, str) else value


class _ObservationFile(Record):
    """The mapping form of an observation file."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["blastradius/observations/1"], Field(alias="schema")] = (
        "blastradius/observations/1"
    )
    tlp: Annotated[Tlp, BeforeValidator(_label)] = None  # type: ignore[assignment] # not null
    """How far its content may be passed on."""
    target: Name | None = None
    """Whose breach it speaks of: party or incident; missing says nothing."""
    caveat: Text | None = None
    """What is missing in what it rests on."""
    observations: tuple[Observation, ...]


def read_graph(path: str | Path) -> LoadedGraph:
    """Read a graph from a YAML or JSON file.

    Raises
    ------
    GraphFileError
        With every problem of the file, each with its place.
    """
    return read_file(path, ())


def read_file(path: str | Path, shipped: Collection[str]) -> LoadedGraph:
    """Read a graph file; ``shipped`` are names to suggest if there is no such file."""
    content = read_bytes(Path(path), shipped)
    graph = graph_from_bytes(content, str(path))
    return LoadedGraph(graph, graph.name, Path(path), hashlib.sha256(content).hexdigest())


def graph_from_bytes(content: bytes, name: str) -> Graph:
    """Read a graph from the bytes of a YAML or JSON file; ``name`` says which, in messages.

    Raises
    ------
    GraphFileError
        With every problem, each with its place.

    >>> text = b"{name: two, parties: [], access: [{grantor: a, grantee: b, via: vpn}]}"
    >>> graph_from_bytes(text, "two.yaml")
    Traceback (most recent call last):
    blastradius.errors.GraphFileError: two.yaml: 2 problems
      line 1, column 45, access[0].grantor: unknown party 'a'
      line 1, column 57, access[0].grantee: unknown party 'b'
    """
    source = Source(content, name)
    data = source.document.data
    faults, graph = validated(data, Graph.model_validate, Graph)
    if isinstance(data, dict):
        faults += find_faults(data, validated=graph is not None)
    if graph is None or faults or source.document.problems:
        raise source.failure(faults)
    return graph


@dataclass(frozen=True, slots=True)
class ObservationFile:
    """The statements of one file, and what tells it from others."""

    name: str
    """Path as it was given."""
    sha256: str
    observations: tuple[Observation, ...]
    tlp: Tlp | None = None
    """How far its content may be passed on, if it says so."""
    target: str | None = None
    """Whose breach it speaks of, if it says so: a party or an incident, by any name."""
    caveat: str | None = None
    """What is missing in what it rests on, if it says so."""


def read_observations(path: str | Path, graph: Graph | None = None) -> tuple[Observation, ...]:
    """Return the observations in a file, read as :func:`read_observation_file` does."""
    return read_observation_file(path, graph).observations


def read_observation_file(path: str | Path, graph: Graph | None = None) -> ObservationFile:
    """Read observations: a list of them, or a mapping of ``schema`` and ``observations``.

    Parameters
    ----------
    path : str or Path
        YAML or JSON file.
    graph : Graph, optional
        Holds the parties, datasets and sources that the observations refer to.

    Raises
    ------
    GraphFileError
        With every problem of the file, each with its place.
    """
    content = read_bytes(Path(path))
    source = Source(content, str(path))
    data = source.document.data
    if isinstance(data, dict):
        faults, file = validated(data, _ObservationFile.model_validate, _ObservationFile)
        observations = file.observations if file is not None else None
    else:
        file = None
        items = tuple[Observation, ...]
        faults, observations = validated(data, TypeAdapter(items).validate_python, items)
    if graph is not None:
        faults += find_observation_faults(graph, data)
    if observations is None or faults or source.document.problems:
        raise source.failure(faults)
    digest = hashlib.sha256(content).hexdigest()
    if file is None:
        return ObservationFile(str(path), digest, observations)
    return ObservationFile(str(path), digest, observations, file.tlp, file.target, file.caveat)


def read_bytes(path: Path, shipped: Collection[str] = ()) -> bytes:
    """Read a file of bearable size.

    Raises
    ------
    GraphFileError
        If it is missing (``shipped`` are names to suggest besides files), is not a file, is too
        large or may not be read.
    """
    try:
        with path.open("rb") as stream:
            size = path.stat().st_size
            # Pipes have no size, so the reading itself is bounded too.
            content = stream.read(MAX_BYTES + 1) if size <= MAX_BYTES else b""
    except FileNotFoundError:
        raise _file_error(path, f"no such file{_near_names(path, shipped)}") from None
    except IsADirectoryError:
        raise _file_error(path, "is a folder, not a file") from None
    except PermissionError:
        raise _file_error(path, "may not be read: permission denied") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _file_error(path, f"cannot be read: {printable(reason.lower(), 200)}") from None
    if size > MAX_BYTES or len(content) > MAX_BYTES:
        found = f"{size:,}" if size > MAX_BYTES else "more"
        raise _file_error(path, f"too large: {found} bytes, at most {MAX_BYTES:,} are read")
    return content


def _file_error(path: Path, message: str) -> GraphFileError:
    return GraphFileError(printable(str(path), 200), (Problem(0, 0, "", message),))


def _near_names(path: Path, shipped: Collection[str]) -> str:
    """Hint at the shipped graph or neighbouring file that was probably meant."""
    try:
        files = {f.name for f in path.parent.iterdir() if f.suffix in GRAPH_SUFFIXES}
    except (OSError, ValueError):
        files = set()
    match = nearest(path.name, {*files, *shipped})
    if match is not None:
        known = match if match in shipped else str(path.parent / match)
        return f" (did you mean {quoted(known, 200)}?)"
    return f" (shipped graphs: {', '.join(sorted(shipped))})" if shipped else ""


def validated(
    data: object,
    validate: Callable[[object], _T],
    model: Any,  # noqa: ANN401
) -> tuple[list[Fault], _T | None]:
    """Return the faults or, if there are none, the validated value."""
    try:
        return [], validate(data)
    except ValidationError as error:
        return schema_faults(error, data, model), None


class Source:
    """The bytes of one file on their way to a document, or to an error that tells all."""

    def __init__(self, content: bytes, name: str) -> None:
        self._name = printable(name, 200)
        self._text = self._decode(content)
        self._read, self.document = self._parse(is_json=name.lower().endswith(".json"))
        if self.document.data is None and not self.document.problems:
            raise self._error([Problem(0, 0, "", "the file is empty")])

    def failure(self, faults: list[Fault]) -> GraphFileError:
        """Gather all problems of form and content, in the order of the file."""
        wanted = [fault.location for fault in faults]
        wanted += [fault.earlier for fault in faults if fault.earlier is not None]
        places = self._read(self._text, with_containers(wanted)) if wanted else self.document
        problems: dict[tuple[int, int, str], Problem] = {}
        for problem in (*self.document.problems, *(_problem(fault, places) for fault in faults)):
            # The first word on a place is the most basic one; later ones follow from it.
            problems.setdefault((problem.line, problem.column, problem.where), problem)
        return self._error(sorted(problems.values()))

    def _decode(self, content: bytes) -> str:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self._error([_encoding_problem(error)]) from None
        if _UNPRINTABLE.search(text) is not None:
            raise self._error(list(_control_problems(text)))
        return text

    def _parse(self, *, is_json: bool) -> tuple[Callable[..., Document], Document]:
        """Read as the notation that the name promises; without one, JSON goes before YAML."""
        try:
            if is_json:
                return read_json, read_json(self._text)
            if self._text.lstrip()[:1] in ("{", "["):
                with suppress(UnreadableTextError):
                    return read_json, read_json(self._text)
            return read_yaml, read_yaml(self._text)
        except UnreadableTextError as error:
            raise self._error([error.problem]) from None

    def _error(self, problems: list[Problem]) -> GraphFileError:
        more = len(problems) - MAX_PROBLEMS
        if more > 0:
            problems = [*problems[:MAX_PROBLEMS], Problem(0, 0, "", f"and {more:,} more")]
        return GraphFileError(self._name, tuple(problems))


def _problem(fault: Fault, places: Document) -> Problem:
    place = places.find(fault.location)
    message = fault.message
    if fault.earlier is not None:
        earlier = places.find(fault.earlier)
        message += f", first used in line {earlier.line}" if earlier is not None else ""
    if not fault.location or place is None:
        return Problem(0, 0, spell(fault.location), message)
    if fault.of_key:
        return Problem(place.key_line, place.key_column, spell(fault.location[:-1]), message)
    return Problem(place.line, place.column, spell(fault.location), message)


def _encoding_problem(error: UnicodeDecodeError) -> Problem:
    content, offset = error.object, error.start
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem(0, 0, "", "not UTF-8 but UTF-16; save the file as UTF-8")
    line_start = content.rfind(b"\n", 0, offset) + 1
    line = content.count(b"\n", 0, offset) + 1
    column = len(content[line_start:offset].decode("utf-8-sig")) + 1
    message = f"not UTF-8: byte 0x{content[offset]:02x} at offset {offset:,}"
    return Problem(line, column, "", message)


def _control_problems(text: str) -> Iterator[Problem]:
    line, seen_up_to = 1, 0
    for match in islice(_UNPRINTABLE.finditer(text), MAX_PROBLEMS):
        offset = match.start()
        line += text.count("\n", seen_up_to, offset)
        seen_up_to = offset
        column = offset - text.rfind("\n", 0, offset)
        yield Problem(line, column, "", f"control character {quoted(match.group())} in the text")
