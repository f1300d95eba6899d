"""From cells as written to cells with a type, each checked by what its column may hold."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
from pydantic import ValidationError

from blastradius.io.tables.layout import LISTS, MAX_JSON, NUMBERS, Column
from blastradius.io.validation import schema_faults, shown
from blastradius.model import dates
from blastradius.model.check import spell
from blastradius.model.graph import Source
from blastradius.model.text import nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blastradius.io.tables.findings import Findings
    from blastradius.io.tables.raw import RawTable

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:>+#-]*$"
_LONGEST_ID = 200
_NOT_AN_ID = "must be an id (letters, digits and . _ : > + # -, a letter or digit first), got {}"
_NOT_SOURCES = "must be ids with | between, or a JSON list, got {}"
_CODES = {
    "country": (r"^[A-Z]{2}$", "must be two capital letters (ISO 3166-1), got {}"),
    "currency": (r"^[A-Z]{3}$", "must be three capital letters (ISO 4217), got {}"),
}
_TEXTS = {
    "name": (300, r"[\x00-\x1f\x7f-\x{9f}]"),
    "text": (4000, r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}]"),
}
_RANGES = {
    "fraction": (0.0, 1.0, "must be in [0, 1], got {}"),
    "count": (0.0, 1e18, "must be a whole number from 0 to 10^18, got {}"),
    "days": (0.0, 36_525.0, "must be a whole number from 0 to 36,525, got {}"),
    "amount": (0.0, float("inf"), "must be a finite number of at least 0, got {}"),
    "ratio": (0.0, 1e6, "must be more than 0 and at most 1,000,000, got {}"),
}
_WHOLE = frozenset({"count", "days"})
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_ITEM_KINDS = {"names": "name", "texts": "text", "words": "word"}

# A spreadsheet takes such a text for a formula. Written CSV has an apostrophe before it.
FORMULA = r"^(?:'*[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]|'')"
_ESCAPED_FORMULA = r"^'(?:'*[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]|'')"


class Reject(NamedTuple):
    """Cells that break one rule."""

    bad: pl.Series
    """Whether each cell breaks it."""
    say: Callable[[Any], str]
    """What to say of a value as written."""


Parsed = tuple[pl.Series, list[Reject]]


def read_cells(raw: RawTable, findings: Findings) -> pl.DataFrame:
    """Give each column of a table its type. A cell at fault is noted and left empty."""
    columns = []
    for column in raw.table.columns:
        if column.name not in raw.frame.columns:
            continue
        written = raw.frame[column.name]
        if _is_refused(written.dtype, column):
            message = f"holds {_type_words(written.dtype)}, not {_kind_words(column)}"
            findings.add(raw.place, message, column=column.name)
            columns.append(pl.Series(column.name, [None] * len(written), type_of(column)))
            continue
        columns.append(_read_column(raw, column, written, findings))
    return pl.DataFrame(columns)


def _read_column(
    raw: RawTable, column: Column, written: pl.Series, findings: Findings
) -> pl.Series:
    if written.dtype in (pl.String, pl.Categorical, pl.Enum):
        written = _plain_text(written.cast(pl.String), column, is_csv=raw.is_csv)
    typed, rejects = _parse(written, column)
    faulty = pl.Series([False]).new_from_index(0, len(written))
    for bad, say in rejects:
        broken = bad.fill_null(value=False)
        rows = broken.arg_true()
        if len(rows):
            values = written.gather(rows.head(100)).to_list()
            findings.add_values(raw.place, column.name, rows.to_list(), values, say)
            faulty |= broken
    if column.required:
        missing = (typed.is_null() & ~faulty).arg_true().to_list()
        findings.add_rows(raw.place, column.name, missing, lambda _: "required, but missing")
    if faulty.any():
        typed = typed.to_frame().select(pl.when(~faulty).then(pl.first())).to_series()
    return typed


def _plain_text(text: pl.Series, column: Column, *, is_csv: bool) -> pl.Series:
    """Leave out surrounding spaces and empty cells, as the graph file does."""
    text = text.str.strip_chars()
    if is_csv and column.kind in ("name", "names", "text", "texts"):
        escaped = text.str.contains(_ESCAPED_FORMULA)
        if escaped.any():
            text = (
                text.to_frame()
                .select(pl.when(escaped).then(pl.first().str.slice(1)).otherwise(pl.first()))
                .to_series()
                .str.strip_chars()
            )
    return text.to_frame().select(pl.when(pl.first() != "").then(pl.first())).to_series()


def _is_refused(dtype: pl.DataType, column: Column) -> bool:
    """Tell whether a column of Parquet has a type that cannot hold what the column means."""
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return False
    if dtype == pl.List(pl.String):
        return column.kind not in LISTS
    if dtype.is_integer():
        return column.kind not in ("id", "date", "flag", *NUMBERS)
    if dtype.is_float() or dtype.is_decimal():
        return column.kind not in NUMBERS
    if dtype == pl.Boolean:
        return column.kind != "flag"
    return not (dtype == pl.Date and column.kind == "date")


def _type_words(dtype: pl.DataType) -> str:
    if dtype.is_numeric():
        return "numbers"
    if dtype.is_temporal():
        return "dates or times"
    return "lists" if isinstance(dtype, pl.List | pl.Array) else f"{dtype}".split("(", 1)[0].lower()


def _kind_words(column: Column) -> str:
    if column.kind in NUMBERS:
        return "numbers"
    return {"date": "dates (or text)", "flag": "true or false"}.get(column.kind, "text")


def type_of(column: Column) -> pl.DataType:
    """Return the type in which checked cells of a column are kept."""
    if column.kind in LISTS:
        return pl.List(pl.String)
    if column.kind in NUMBERS:
        return pl.Int64() if column.kind in _WHOLE else pl.Float64()
    if column.kind == "word":
        return pl.Enum(column.choices)
    return pl.Boolean() if column.kind == "flag" else pl.String()


def _parse(written: pl.Series, column: Column) -> Parsed:
    kind = column.kind
    if kind in LISTS:
        return _parse_list(written, column)
    if kind in NUMBERS:
        return _parse_number(written, kind)
    if kind in ("date", "window"):
        return _parse_date(written, kind)
    if kind == "flag":
        return _parse_flag(written)
    return _parse_word(written, column) if kind == "word" else _parse_text(written, column)


def _parse_text(written: pl.Series, column: Column) -> Parsed:
    text, kind = written.cast(pl.String), column.kind
    if column.refers is not None:  # what is no id leads nowhere, and saying that says more
        return text, []
    if kind == "id":
        bad_form = ~text.str.contains(ID_PATTERN)
        too_long = text.str.len_bytes() > _LONGEST_ID
        return text, [
            Reject(too_long, lambda value: _too_long(value, _LONGEST_ID)),
            Reject(bad_form & ~too_long, lambda value: _NOT_AN_ID.format(shown(value))),
        ]
    if kind in _CODES:
        pattern, message = _CODES[kind]
        return text, [Reject(~text.str.contains(pattern), lambda v: message.format(shown(v)))]
    longest, controls = _TEXTS[kind]
    return text, [
        Reject(text.str.len_chars() > longest, lambda value: _too_long(value, longest)),
        Reject(text.str.contains(controls), _no_controls),
    ]


def _too_long(value: str, longest: int) -> str:
    return f"must have at most {longest:,} characters, got {len(value):,}"


def _no_controls(value: str) -> str:
    return f"must not hold control characters, got {shown(value)}"


def _parse_word(written: pl.Series, column: Column) -> Parsed:
    words = written.cast(pl.Enum(column.choices), strict=False)
    unknown = words.is_null() & written.is_not_null()
    return words, [Reject(unknown, lambda value: unknown_word(column, value))]


def unknown_word(column: Column, word: str) -> str:
    """Say that a word is none of those that a column knows, and which was probably meant."""
    if len(column.choices) == 1:
        return f"must be {quoted(column.choices[0])}, got {quoted(word)}"
    match = nearest(word, column.choices)
    if match is not None:
        hint = f"did you mean {quoted(match)}?"
    else:
        hint = f"choose from: {', '.join(column.choices)}"
    return f"unknown {column.noun} {quoted(word)} ({hint})"


def _parse_number(written: pl.Series, kind: str) -> Parsed:
    given = written
    if written.dtype.is_float():  # data frames write NaN where nothing is known
        given = written.fill_nan(None)
    values = given.cast(pl.Float64, strict=False)
    low, high, message = _RANGES[kind]
    unread = values.is_null() & given.is_not_null()
    good = values.is_between(low, high) & values.is_finite()
    if kind == "ratio":
        good &= values > 0
    rejects = [
        Reject(unread, lambda value: f"must be a number, got {_number_hint(value)}"),
        Reject(~good, lambda value: message.format(_as_written(value))),
    ]
    if kind not in _WHOLE:
        return values, rejects
    whole = given.cast(pl.Int64, strict=False)
    if written.dtype == pl.String:  # "1200.0", as programs write that know only one kind of number
        whole = whole.fill_null(values.cast(pl.Int64, strict=False))
    rejects += [
        Reject(
            good & (values != values.floor()),
            lambda value: f"must be a whole number, got {_as_written(value)}",
        ),
        # Beyond 2^53 only whole numbers tell one from the next.
        Reject(good & (whole > int(high)), lambda value: message.format(_as_written(value))),
    ]
    return whole, rejects


def _as_written(value: object) -> str:
    return shown(value)[1:-1] if isinstance(value, str) else shown(value)


def _number_hint(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[0-9]*,[0-9]+", value):
        return f"{quoted(value)} (write {value.replace(',', '.')})"
    return shown(value)


def _parse_flag(written: pl.Series) -> Parsed:
    if written.dtype == pl.Boolean:
        return written, []
    folded = written.cast(pl.String).str.to_lowercase()
    flags = folded.replace_strict(
        list(_FLAGS), list(_FLAGS.values()), default=None, return_dtype=pl.Boolean
    )
    unread = flags.is_null() & written.is_not_null()
    return flags, [Reject(unread, lambda value: f"must be true or false, got {shown(value)}")]


def _parse_date(written: pl.Series, kind: str) -> Parsed:
    """Check dates; the same few stand in most rows, so each is looked at once."""
    text = written.cast(pl.String)
    parse = dates.parse_partial if kind == "date" else dates.parse_window
    faults: dict[str, str] = {}
    for value in text.drop_nulls().unique():
        try:
            parse(value)
        except ValueError as error:
            faults[value] = str(error)
    if not faults:
        return text, []
    bad = text.is_in(list(faults))
    what = "not a date: {} (write YYYY, YYYY-MM or YYYY-MM-DD)"

    def say(value: object) -> str:
        said = faults[str(value)]
        if len(said) > 120 and kind == "date":
            return what.format(shown(value))
        return shown(said)[1:-1] if len(said) > 300 else said

    return text, [Reject(bad, say)]


# -- several values in one cell ---------------------------------------------------------------


def _parse_list(written: pl.Series, column: Column) -> Parsed:
    rejects: list[Reject] = []
    if column.kind == "sources":
        items, rejects = _split_sources(written)
    elif written.dtype == pl.List(pl.String):
        items = written.list.eval(pl.element().str.strip_chars())
    elif column.kind in ("names", "texts"):
        items = _split_escaped(written)
    else:
        items = _split(written)
    items = items.list.eval(pl.element().filter(pl.element() != ""))
    empty = items.list.len() == 0
    items = items.to_frame().select(pl.when(~empty).then(pl.first())).to_series()
    return items.rename(written.name), [*rejects, *_item_rejects(items, column)]


def _split(written: pl.Series) -> pl.Series:
    if not written.str.contains("|", literal=True).any():  # one value a cell: nothing to look for
        items = written.to_frame().select(pl.concat_list(pl.first())).to_series()
        return items.to_frame().select(pl.when(written.is_not_null()).then(pl.first())).to_series()
    return written.str.split("|").list.eval(pl.element().str.strip_chars())


def _split_escaped(written: pl.Series) -> pl.Series:
    r"""Split at ``|``; ``\|`` is a bar and ``\\`` a backslash inside a value."""
    plain = _split(written)
    special = written.str.contains("\\", literal=True).fill_null(value=False)
    if not special.any():
        return plain
    rows = special.to_list()
    cells = [
        split_escaped(text) if marked else items
        for text, marked, items in zip(written, rows, plain.to_list(), strict=True)
    ]
    return pl.Series(written.name, cells, pl.List(pl.String))


def split_escaped(text: str) -> list[str]:
    r"""Split one cell of several texts.

    >>> split_escaped(r"VW|A\|B|C:\\dir|\x")
    ['VW', 'A|B', 'C:\\dir', '\\x']
    """
    parts = re.findall(r"(?:\\.|[^|\\]|\\)+", text, re.DOTALL)
    return [re.sub(r"\\([|\\])", r"\1", part).strip() for part in parts]


def join_escaped(items: list[str]) -> str:
    r"""Write several texts into one cell, so that `split_escaped` finds them again.

    >>> join_escaped(["VW", "A|B"])
    'VW|A\\|B'
    """
    return "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in items)


def _split_sources(written: pl.Series) -> tuple[pl.Series, list[Reject]]:
    """Split ids at ``|``, and read the cells that are JSON."""
    if written.dtype == pl.List(pl.String):
        written = written.list.join("|")
    plain = _split(written)
    # From here on, a text that starts with a brace is a source: no cell may smuggle one in.
    braced = written.str.contains(r"(?:^|\|)\s*\{") & ~written.str.starts_with("[")
    rejects = [Reject(braced, lambda value: _NOT_SOURCES.format(shown(value)))]
    special = written.str.starts_with("[").fill_null(value=False)
    if not special.any():
        return plain, rejects
    faults: dict[str, str] = {}
    read = {text: _read_sources(text, faults) for text in written.filter(special).unique()}
    cells = [read.get(text, items) for text, items in zip(written, plain.to_list(), strict=True)]
    items = pl.Series(written.name, cells, pl.List(pl.String))
    return items, [*rejects, Reject(written.is_in(list(faults)), faults.__getitem__)]


def _read_sources(text: str, faults: dict[str, str]) -> list[str]:
    """Read a JSON list of ids and sources; a source comes out as JSON of its own."""
    if len(text) > MAX_JSON:
        faults[text] = f"must have at most {MAX_JSON:,} characters, got {len(text):,}"
        return []
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        faults[text] = _NOT_SOURCES.format(shown(text))
        return []
    items = []
    for place, item in enumerate(data):
        if isinstance(item, str) and re.fullmatch(ID_PATTERN, item):
            items.append(item)
            continue
        try:
            source = Source.model_validate(item)
            items.append(source.model_dump_json(exclude_none=True))
        except ValidationError as error:
            fault = schema_faults(error, item, Source)[0]
            faults[text] = f"{spell((place, *fault.location))}: {fault.message}"
    return items


def _item_rejects(items: pl.Series, column: Column) -> Iterator[Reject]:
    """Check the single values; a cell is at fault if one of them is."""
    if column.refers is not None:
        return
    frame = pl.DataFrame({"row": pl.arange(len(items), eager=True), "item": items})
    flat = frame.explode("item").drop_nulls()
    values = flat["item"]
    single = Column(column.name, _ITEM_KINDS[column.kind], "", choices=column.choices)  # type: ignore[arg-type]
    _, rejects = _parse(values, single)
    for bad, say in rejects:
        wrong = flat.filter(bad)
        if wrong.height:
            first = wrong.unique("row", keep="first", maintain_order=True)
            yield _of_cells(first, len(items), say)


def _of_cells(first: pl.DataFrame, length: int, say: Callable[[Any], str]) -> Reject:
    """Speak of cells by their first value at fault; cells come in the order of their rows."""
    bad = pl.Series([False]).new_from_index(0, length).scatter(first["row"], True)
    values = iter(first["item"].to_list())
    return Reject(bad, lambda _cell: say(next(values)))
