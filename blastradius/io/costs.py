"""Costs of actions from files and from Python: checked against the graph."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blastradius.errors import CostsError, GraphFileError, Problem
from blastradius.io.files import Source, read_bytes
from blastradius.io.subjects import graph_about
from blastradius.model.check import Fault, spell
from blastradius.model.costs import SECTIONS, find_cost_faults
from blastradius.model.text import printable, quoted

if TYPE_CHECKING:
    from blastradius.io.tables.register import Register
    from blastradius.model.graph import Graph

_COLUMNS = ("what", "name", "cost")
_SECTION_OF = {"kind": "kinds", "party": "parties", "edge": "edges"}


def load_costs(source: str | Path | Mapping[str, Any], graph: Graph | Register) -> dict[str, Any]:
    """Read costs from a file, or check those given in Python; as plain data.

    Parameters
    ----------
    source : str, Path or mapping
        A YAML or JSON file with ``default``, ``kinds``, ``parties`` and ``edges``, a CSV file with
        the columns what, name and cost, or the content of such a file.
    graph : Graph or Register
        Holds the parties and edges that the costs are of.

    Raises
    ------
    GraphFileError
        If the file cannot be read or is not valid; lists every problem with its place.
    CostsError
        If costs given in Python are not valid.
    """
    if isinstance(source, Mapping):
        faults = find_cost_faults(graph_about(graph, source), source)
        if faults:
            raise CostsError(tuple(map(_in_words, faults)))
        return dict(source)
    content = read_bytes(Path(source))
    if str(source).lower().endswith(".csv"):
        return _from_csv(content, str(source), graph)
    file = Source(content, str(source))
    faults = find_cost_faults(graph_about(graph, file.document.data), file.document.data)
    if faults or file.document.problems:
        raise file.failure(faults)
    data: dict[str, Any] = file.document.data
    return data


def _in_words(fault: Fault) -> str:
    where = spell(fault.location[:-1] if fault.of_key else fault.location)
    return f"{where}: {fault.message}" if where else fault.message


def _from_csv(content: bytes, name: str, graph: Graph | Register) -> dict[str, Any]:
    shown = printable(name, 200)
    try:
        text = content.decode("utf-8-sig")
        header = text.partition("\n")[0]
        delimiter = max(",;\t", key=header.count)  # as spreadsheets write them, by country
        rows = list(csv.reader(io.StringIO(text), strict=True, delimiter=delimiter))
    except (UnicodeDecodeError, csv.Error) as error:
        problem = Problem(0, 0, "", f"not readable as CSV in UTF-8: {printable(str(error), 200)}")
        raise GraphFileError(shown, (problem,)) from None
    if not rows or tuple(cell.strip() for cell in rows[0]) != _COLUMNS:
        message = f"the first line must name the columns {','.join(_COLUMNS)}"
        raise GraphFileError(shown, (Problem(1, 1, "", message),))
    table = _CsvTable()
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            table.add(number, [cell.strip() for cell in row])
    for fault in find_cost_faults(graph_about(graph, table.data), table.data):
        table.problems.append(Problem(table.lines.get(fault.location, 0), 1, "", fault.message))
    if table.problems:
        raise GraphFileError(shown, tuple(sorted(table.problems)[:100]))
    return table.data


class _CsvTable:
    """Costs gathered line by line, with the line of each."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {section: {} for section in SECTIONS}
        self.lines: dict[tuple[str | int, ...], int] = {}
        self.problems: list[Problem] = []

    def add(self, line: int, row: list[str]) -> None:
        if len(row) != len(_COLUMNS):
            self._complain(line, f"must have {len(_COLUMNS)} cells, got {len(row)}")
            return
        what, name, cost = row
        if what == "default":
            self._put(line, self.data, ("default",), cost)
        elif what in _SECTION_OF:
            section = _SECTION_OF[what]
            self._put(line, self.data[section], (section, name), cost)
        else:
            choices = ", ".join(("default", *_SECTION_OF))
            self._complain(line, f"what must be one of {choices}, got {quoted(what)}")

    def _put(
        self, line: int, place: dict[str, Any], location: tuple[str | int, ...], cost: str
    ) -> None:
        if location in self.lines:
            earlier = self.lines[location]
            self._complain(
                line, f"{quoted(str(location[-1]))} has a cost in line {earlier} already"
            )
            return
        self.lines[location] = line
        try:
            place[str(location[-1])] = float(cost)
        except ValueError:
            place[str(location[-1])] = cost

    def _complain(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, 1, "", message))
