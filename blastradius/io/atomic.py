"""Writing results: all of a file, or nothing."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from blastradius.errors import OutputError
from blastradius.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import BinaryIO


def write_text(path: str | Path, text: str) -> None:
    """Write a text file so that a reader sees either the old content or the whole new one.

    The text goes to a temporary file in the same folder, which then takes the name. An existing
    file keeps its permissions, and a symbolic link goes on pointing where it did.

    Raises
    ------
    OutputError
        If the file cannot be written; nothing is left behind then.
    """
    with growing_text(path) as write:
        write(text)


def check_place(path: str | Path) -> None:
    """See that a file may be written, before something is computed for it.

    Raises
    ------
    OutputError
        If its folder is not there, or it is no file.
    """
    with _named(path):
        _check_target(Path(os.path.realpath(path)))


@contextmanager
def growing_text(path: str | Path) -> Iterator[Callable[[str], object]]:
    """Write a text file piece by piece, as :func:`write_text` does at once; yield what writes.

    The file takes its name when the block ends; if it ends by an exception, nothing is left.

    Raises
    ------
    OutputError
        If the file cannot be written, from the start, a piece or the end.
    """
    with _named(path):
        file = _opened(Path(os.path.realpath(path)))
        stream = file.__enter__()

    def write(text: str) -> None:
        with _named(path):
            stream.write(text.encode())

    try:
        yield write
    except BaseException as error:
        file.__exit__(type(error), error, error.__traceback__)
        raise
    with _named(path):
        file.__exit__(None, None, None)


@contextmanager
def _named(path: str | Path) -> Iterator[None]:
    """Turn errors of the system into errors that name the file."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = printable((getattr(error, "strerror", None) or str(error)).lower(), 200)
        msg = f"cannot write {printable(str(path), 200)}: {reason}"
        raise OutputError(msg) from None


def _check_target(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder")
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder")
    if target.is_file() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only")


def _opened(target: Path) -> AbstractContextManager[BinaryIO]:
    _check_target(target)
    if target.exists() and not target.is_file():
        # A device or a pipe, such as /dev/null, takes the text; it must not be replaced.
        return target.open("wb")
    return _replacing(target)


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside the target, which takes its name at the end."""
    import tempfile  # noqa: PLC0415 - only commands that write pay for it

    mode = _mode(target)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _mode(target: Path) -> int:
    """Return the permissions of the file that is replaced, or those of any new file."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
