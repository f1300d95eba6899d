"""Where output goes: the terminal, a pipe or a file."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TextIO

from blastradius.cli.usage import UsageError, check_words
from blastradius.errors import OutputError
from blastradius.model.text import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

FORMATS_BY_SUFFIX = {
    ".json": "json",
    ".csv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "table",
}
STDOUT = "-"
"""Stands for standard output, as it does for standard input."""

_NEVER_WRITTEN = (".html", ".htm", ".yaml", ".yml", ".pdf", ".docx", ".xlsx", ".svg", ".png")
"""Suffixes of formats that would be misleading on a page of text."""

_BROKEN_PIPE = 141
"""128 + SIGPIPE: what a shell reports when a reader, such as ``head``, has had enough."""

_PLAIN_SIGNS = str.maketrans(
    {
        "→": "->",
        "–": "-",
        "—": "-",
        "━": "=",
        "─": "-",
        "•": "*",
        "×": "x",
        "·": "|",
        "±": "+/-",
        "…": "...",
        "“": '"',
        "”": '"',
        "├": "[",
        "┤": "]",
        "●": "o",
    }
)
"""Stand-ins for terminals that cannot show the signs of a report."""

_STATUS_DELAY = 1.0
"""Silence before a long computation says so [s]."""


class Look(NamedTuple):
    """How wide and how colourful a stream can show text."""

    width: int
    colour: bool


def look_of(stream: TextIO) -> Look:
    """Return what a stream can show: 80 columns without colour unless it is a terminal."""
    return Look(_width(stream), _has_colour(stream))


def _width(stream: TextIO) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _has_colour(stream: TextIO) -> bool:
    """Follow no-color.org first, then force-color.org, then the stream."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def choose_format(wanted: str | None, output: str | None, known: tuple[str, ...]) -> str:
    """Return the format asked for, else that of the file's suffix, else the first known one.

    >>> choose_format(None, "continental.json", ("table", "json"))
    'json'
    """
    if wanted is not None:
        check_words("--format", [wanted], known)
        return wanted
    suffix = f".{output.rpartition('.')[2].lower()}" if output else ""
    guess = FORMATS_BY_SUFFIX.get(suffix)
    if guess == "table":
        return known[0]
    if guess not in known and suffix in (*FORMATS_BY_SUFFIX, *_NEVER_WRITTEN):
        msg = (
            f"--output: {quoted(output or '')} looks like a format that this command does not "
            f"write; choose with --format from {', '.join(known)}"
        )
        raise UsageError(msg)
    return guess if guess in known else known[0]


def check_output(wanted: str | None, output: str | None, known: tuple[str, ...]) -> None:
    """See that a result can be written as asked, before it is computed.

    Raises
    ------
    UsageError, OutputError
        If the format is not one of the known ones, or the file cannot be written.
    """
    choose_format(wanted, output, known)
    if output not in (None, STDOUT):
        from blastradius.io.atomic import check_place

        check_place(output)


def check_suffix(option: str, path: str | None, known: Sequence[str]) -> None:
    """Refuse a file whose name says that it holds something else: it may be of worth.

    Raises
    ------
    UsageError
        If the name ends in none of the known suffixes.
    """
    if path is not None and not path.lower().endswith(tuple(known)):
        ends = " or ".join(known)
        msg = f"{option}: {quoted(path)} must end in {ends}, for that is what is written"
        raise UsageError(msg)


def spare_inputs(outputs: Iterable[str | None], inputs: Iterable[str | None]) -> None:
    """Refuse to write over a file that is read: the result would destroy its own evidence.

    Raises
    ------
    UsageError
        If an output and an input are one file, by whatever path.
    """
    read = {os.path.realpath(path) for path in inputs if path}
    for path in outputs:
        goal = os.path.realpath(path) if path else ""
        # An input may be a folder of tables: nothing new belongs among them either.
        if path and (goal in read or (goal.rpartition(os.sep)[0] in read)):
            msg = f"{quoted(path)} is an input of this command; write to another file"
            raise UsageError(msg)


def deliver(
    wanted: str | None,
    output: str | None,
    renderers: Mapping[str, Callable[[Look], str]],
) -> None:
    """Render in the wanted format and write to the file, or to standard output.

    Parameters
    ----------
    wanted : str or None
        Format asked for.
    output : str or None
        Path of a file; standard output by default.
    renderers : Mapping
        One function for each format that the command knows, the default first.
    """
    render = renderers[choose_format(wanted, output, tuple(renderers))]
    if output in (None, STDOUT):
        emit(render(look_of(sys.stdout)))
        return
    from blastradius.io.atomic import write_text

    write_text(output, render(Look(80, colour=False)))


def emit(text: str) -> None:
    """Write text to standard output, whatever its encoding; end quietly if nobody reads on.

    Raises
    ------
    OutputError
        If standard output takes no more, for example because the disk is full.
    """
    try:
        _write(sys.stdout, text)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget(sys.stdout)
        sys.exit(_BROKEN_PIPE)
    except OSError as error:
        _forget(sys.stdout)
        reason = printable((error.strerror or str(error)).lower(), 200)
        msg = f"cannot write to standard output: {reason}"
        raise OutputError(msg) from None


def _write(stream: TextIO, text: str) -> None:
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        encoding = stream.encoding or "utf-8"
        plain = text.translate(_PLAIN_SIGNS).encode(encoding, "backslashreplace")
        text = plain.decode(encoding)
    raw = getattr(stream, "buffer", None)
    if not isinstance(raw, io.RawIOBase):
        stream.write(text)
        return
    # Without a buffer (PYTHONUNBUFFERED) a call writes what fits, and forgets the rest.
    stream.flush()
    left = memoryview(text.replace("\n", os.linesep).encode(stream.encoding or "utf-8"))
    while left:
        left = left[raw.write(left) or 0 :]


def _forget(stream: TextIO) -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(message: str) -> None:
    """Write an error message to standard error, control characters escaped."""
    lines = "\n".join(map(printable, message.split("\n")))
    mark = "\x1b[1;31merror:\x1b[0m" if _has_colour(sys.stderr) else "error:"
    _write(sys.stderr, f"{mark} {lines}\n")


@contextmanager
def patience(note: str = "still computing; large graphs are sampled ...") -> Iterator[None]:
    """Say on a terminal that work goes on, if it takes long; never in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    import threading

    timer = threading.Timer(_STATUS_DELAY, lambda: sys.stderr.write(note) and sys.stderr.flush())
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        sys.stderr.write("\r" + " " * len(note) + "\r" if timer.finished.is_set() else "")
