"""Tables of text with a path in each row: CSV and TSV, with a heading or without.

Every line is a row of its own: a quote that is never closed must not swallow what follows.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.triage.block import NO_DAY, Block
from blastradius.triage.formats.fields import Calendar, sizes_of
from blastradius.triage.formats.parser import Found, Parser, pieces

# Bytes are read as Latin-1 and written back as such: one character each, so nothing is lost.
_BYTES: Final = "latin-1"

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_ROWS: Final = 200
_SAMPLE_BYTES: Final = 2**18
_MOST_COLUMNS: Final = 128
"""Columns that are looked at; what stands further right is never used."""
_SHARE: Final = 0.8
"""Share of rows of a sample that must agree."""

_NOTE: Final = re.compile(rb"(?:#TYPE |sep=).*\n", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_PATH: Final = re.compile(r"[/\\]|\.\w{1,5}$")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Words of headings without blanks and signs; what is further left is preferred.
_FULL_PATHS: Final = _words(
    "fullname fullpath fullfilename filepath pspath pfad dateipfad vollerpfad absolutepath path "
    "key objectkey cheminacces ruta percorso location url"
)
_NAMES: Final = _words(
    "name filename file dateiname datei pschildname nom nomdufichier fichier nombre archivo nome"
)
_FOLDERS: Final = _words(
    "directory directoryname folder folderpath foldername dirname dir ordner ordnerpfad verzeichnis "
    "parent parentpath parentfolder dossier carpeta cartella path pfad location ruta"
)
_SIZES: Final = _words(
    "length size filesize bytes sizebytes sizeinbytes bytesize groesse grosse dateigroesse "
    "dateigrosse groessebytes laenge lange taille tamano dimensione grootte contentlength"
)
_DATES: Final = _words(
    "lastwritetime lastwritetimeutc modified lastmodified datemodified modifieddate modificationtime "
    "modificationdate mtime modtime geandert geaendert geandertam geaendertam anderungsdatum "
    "aenderungsdatum letzteanderung modifiziert date datum fecha data creationtime created"
)
_KINDS: Final = _words(
    "psiscontainer isdirectory isdir isfolder mode attributes attribute type typ"
)
_FOLDER_KINDS: Final = re.compile(
    r"true|d|dir\w*|folder|file folder|ordner|dateiordner|verz\w*|d[-arhsl]{4,5}|.*\bdirectory\b.*"
)
_DIRECTORY: Final = 0x10
"""Bit of a folder in the attributes of Windows."""
_NO_FILE: Final = ("", "/", "\\")
"""Last characters of paths that are none, or those of folders."""
_UNIT: Final = re.compile(r"(?:in)?(kb|mb|gb|kib|mib|gib)$")


@dataclass(frozen=True, slots=True)
class Table:
    """Where things stand in the rows of a table."""

    delimiter: str
    n_columns: int
    name: int
    """Column of the path or, if there is a column of folders, of the name in the folder."""
    folder: int | None = None
    size: int | None = None
    date: int | None = None
    date_length: int | None = None
    """Characters of a date that tell the day, None if that differs."""
    kind: int | None = None
    """Column that tells files and folders apart."""
    unit: str = ""
    """What sizes are counted in."""
    heading: tuple[str, ...] = ()
    """The row of headings, empty if there is none."""

    @property
    def n_used(self) -> int:
        """Columns up to the last one that is used."""
        columns = (self.name, self.folder, self.size, self.date, self.kind)
        return 1 + max(column for column in columns if column is not None)


class DelimitedParser(Parser):
    """Reads tables; the columns are found by their headings, or by what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self._table: Table | None = None

    def _parse(self, lines: bytes) -> Iterator[Block]:
        n_bytes = len(lines)
        if self._table is None:
            lines = self._begin(lines)
        found = Found(folders=[(0, b"")])
        for piece in pieces(lines):
            self._read(piece, found)
        self.counts.paths += len(found.names)
        yield from self._blocks(found, n_bytes)

    def _begin(self, lines: bytes) -> bytes:
        """Find out where things stand; return the lines without notes for other programs."""
        table = find_table(lines) or Table(",", 1, 0)
        self._table = table
        self.has_sizes = table.size is not None
        self.has_dates = table.date is not None
        if table.date is not None and re.search(rb"\d [AP]M\b", lines[:100_000]):
            self.calendar.prefer_month_first()
        while match := _NOTE.match(lines):
            lines = lines[match.end() :]
            self.counts.other += 1
        return lines

    def _read(self, lines: bytes, found: Found) -> None:
        table = self._table
        assert table is not None
        rows = _rows(lines, table.delimiter)
        if set(map(len, rows)) != {table.n_columns}:
            rows = self._fit(rows, table)
        if table.heading:
            heading = list(table.heading)
            n_rows = len(rows)
            rows = [row for row in rows if row != heading]
            self.counts.other += n_rows - len(rows)
        paths = [row[table.name] for row in rows]
        if table.folder is not None:
            paths = [
                _inside(row[table.folder], path) for row, path in zip(rows, paths, strict=True)
            ]
        kept = self._files(rows, paths, table)
        rows, paths = list(compress(rows, kept)), list(compress(paths, kept))
        found.names += _encoded(paths)
        if table.size is not None:
            found.sizes += _encoded([row[table.size] + table.unit for row in rows])
        if table.date is not None:
            # Without the time of day there are few different ones.
            found.dates += _encoded([row[table.date][: table.date_length] for row in rows])

    def _fit(self, rows: list[list[str]], table: Table) -> list[list[str]]:
        """Return rows with all fields that are used; count those that cannot be rows."""
        fitted = []
        for row in rows:
            fit = row if len(row) == table.n_columns else _fitted(row, table)
            if fit is None:
                self._no_row(row, table.delimiter)
            else:
                fitted.append(fit)
        return fitted

    def _files(self, rows: list[list[str]], paths: list[str], table: Table) -> list[bool]:
        """Tell which rows are files; count the others."""
        kept = [path[-1:] not in _NO_FILE for path in paths]
        if table.kind is not None:
            kinds = {kind: not _is_folder(kind) for kind in {row[table.kind] for row in rows}}
            kept = [keep and kinds[row[table.kind]] for keep, row in zip(kept, rows, strict=True)]
        for row, path, keep in zip(rows, paths, kept, strict=True) if not all(kept) else ():
            if keep:
                continue
            if not path:
                self._no_row(row, table.delimiter)
            else:
                self.counts.folders += 1
        return kept

    def _no_row(self, row: Sequence[str], delimiter: str) -> None:
        line = delimiter.join(row).encode(_BYTES)
        if not line.strip():
            self.counts.other += 1
        else:
            self.counts.add_unread(line)


def _is_folder(kind: str) -> bool:
    """Tell whether a kind, mode or number of attributes is that of a folder.

    >>> _is_folder("True"), _is_folder("d-----"), _is_folder("Hidden, Directory"), _is_folder("16")
    (True, True, True, True)
    >>> _is_folder("False"), _is_folder("-a----"), _is_folder("32"), _is_folder("PDF")
    (False, False, False, False)
    """
    if kind.isdecimal() and len(kind) < 10:
        return kind == "1" or int(kind) & _DIRECTORY != 0
    return _FOLDER_KINDS.fullmatch(kind.lower()) is not None


def _encoded(texts: list[str]) -> list[bytes]:
    return "\n".join(texts).encode(_BYTES).split(b"\n") if texts else []


def _inside(folder: str, name: str) -> str:
    if not folder or not name:
        return name
    if folder.endswith(("/", "\\")):
        return folder + name
    return folder + ("\\" if "\\" in folder or "/" not in folder else "/") + name


def _rows(lines: bytes, delimiter: str) -> list[list[str]]:
    r"""Split lines into fields, each line for itself.

    >>> _rows(b'"a;b";1\n"c;2\nd;3\n', ";")
    [['a;b', '1'], ['c;2'], ['d', '3']]
    """
    if b'", "' in lines and delimiter == ",":
        lines = lines.replace(b'", "', b'","')  # a blank would make the quotes part of the field
    texts = lines.decode(_BYTES).replace("\r", " ").split("\n")[:-1]
    try:
        rows = list(csv.reader(texts, delimiter=delimiter))
    except csv.Error:
        rows = []
    if len(rows) != len(texts):
        rows = [_row(text, delimiter) for text in texts]
    return rows


def _row(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return [text]


def _fitted(row: list[str], table: Table) -> list[str] | None:
    """Return a row with all fields that are used, None if it cannot be one.

    Fields that are missing at the end are empty; too many are delimiters in a path without quotes.
    """
    missing = table.n_columns - len(row)
    if missing > 0:
        if len(row) <= max(table.name, 0 if table.folder is None else table.folder):
            return None
        return row + [""] * (table.n_used - len(row))
    last = table.name - missing + 1
    path = table.delimiter.join(row[table.name : last])
    return [*row[: table.name], path, *row[last:]]


def find_table(lines: bytes) -> Table | None:
    r"""Recognise a table by its first rows, None if they are none.

    >>> table = find_table("Pfad;Größe (KB);Datum".encode() + b"\na/b.pdf;12;01.02.2023\n")
    >>> table.delimiter, table.name, table.size, table.unit, table.date
    (';', 0, 1, 'kb', 2)
    """
    sample = _sample(lines)
    candidates = [(rows, d) for d in _DELIMITERS if (rows := _rows(sample, d))]
    for find in (_by_headings, _by_content):
        tables = [table for rows, delimiter in candidates if (table := find(rows, delimiter))]
        if tables:
            return max(tables, key=lambda table: table.n_columns)
    return None


def _sample(lines: bytes) -> bytes:
    start = lines[: lines.rfind(b"\n", 0, _SAMPLE_BYTES) + 1 or len(lines)]
    sample = [line for line in start.split(b"\n") if line]
    sample = [line + b"\n" for line in sample[:_SAMPLE_ROWS]]
    return b"".join([line for line in sample if not _NOTE.match(line)])


def _by_headings(rows: list[list[str]], delimiter: str) -> Table | None:
    """Find the columns of a table by the words in its first row."""
    first, whole = rows[0], _with_columns(rows, len(rows[0]))
    if 2 * len(whole) < len(rows) - 1 or any(_PATH.search(cell) for cell in first):
        return None
    words = [_word(cell) for cell in first[:_MOST_COLUMNS]]
    name, path, folder = (_first(words, each) for each in (_NAMES, _FULL_PATHS, _FOLDERS))
    if path is not None and (name is None or path != folder or _ends_with(whole, path, name)):
        name, folder = path, None
    size, unit = _size_column(words)
    date = _first(words, _DATES)
    if name is None or (len(words) == 1 and words[0] not in _FULL_PATHS):
        return None
    return Table(
        delimiter=delimiter,
        n_columns=len(first),
        name=name,
        folder=None if folder == name else folder,
        size=size,
        date=None if date == name else date,
        date_length=_date_length(whole, date),
        kind=_first(words, _KINDS),
        unit=unit,
        heading=tuple(first),
    )


def _with_columns(rows: list[list[str]], n_columns: int) -> list[list[str]]:
    """Return the rows after the first one that have so many fields."""
    return [row for row in rows[1:] if len(row) == n_columns]


def _size_column(words: Sequence[str]) -> tuple[int | None, str]:
    """Return the column of sizes, and what they are counted in."""
    place = _first(words, _SIZES)
    if place is not None:
        return place, ""
    for place, word in enumerate(words):
        match = _UNIT.search(word)
        if match and word[: match.start()] in _SIZES:
            return place, match[1]
    return None, ""


def _ends_with(rows: list[list[str]], path: int, name: int) -> bool:
    """Tell whether the paths hold the names, and not only the folders."""
    return bool(rows) and 2 * sum(row[path].endswith(row[name]) for row in rows) >= len(rows)


def _first(words: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Return the column of the first wanted word that is there."""
    return next((words.index(word) for word in wanted if word in words), None)


def _word(cell: str) -> str:
    """Return a heading without accents, blanks and signs.

    >>> _word("Größe (KB)".encode().decode("latin-1"))
    'grossekb'
    """
    text = cell.encode(_BYTES).decode("utf-8", "replace").lower().replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if c.isalnum())


def _by_content(rows: list[list[str]], delimiter: str) -> Table | None:
    """Find the columns of a table without headings: there must be paths, and sizes or dates."""
    n_columns = Counter(map(len, rows)).most_common(1)[0][0]
    whole = [row[:_MOST_COLUMNS] for row in _with_columns([[], *rows], n_columns)]
    columns = [[cell.encode(_BYTES) for cell in column] for column in zip(*whole, strict=True)]
    if n_columns < 2 or len(whole) < _SHARE * len(rows):
        return None
    paths = [sum(bool(_PATH.search(row[n])) for row in whole) for n in range(len(columns))]
    name = paths.index(max(paths))
    size = _agreeing([sizes_of(column) >= 0 for column in columns], (name,))
    date = _agreeing([Calendar().days(column) != NO_DAY for column in columns], (name, size))
    if paths[name] < _SHARE * len(whole) or (size is None and date is None):
        return None
    length = _date_length(whole, date)
    return Table(delimiter, n_columns, name, size=size, date=date, date_length=length)


def _date_length(rows: list[list[str]], column: int | None) -> int | None:
    """Return 10 for dates of digits, such as ``2023-02-01T10:15:00`` and ``1.2.2023 10:15``."""
    if column is None or not all(_DIGITS.match(row[column]) for row in rows if row[column]):
        return None
    return 10


def _agreeing(columns: list[NDArray[np.bool_]], taken: tuple[int | None, ...]) -> int | None:
    """Return the first column in which most are true."""
    shares = [float(flags.mean()) for flags in columns]
    return next((n for n, share in enumerate(shares) if share >= _SHARE and n not in taken), None)
