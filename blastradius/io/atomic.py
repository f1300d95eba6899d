"""Writing results: all of a file, or nothing."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from blastradius.errors import OutputError
from blastradius.model.text import printable


def write_text(path: str | Path, text: str) -> None:
    """Write a text file so that a reader sees either the old content or the whole new one.

    The text goes to a temporary file in the same folder, which then takes the name. An existing
    file keeps its permissions, and a symbolic link goes on pointing where it did.

    Raises
    ------
    OutputError
        If the file cannot be written; nothing is left behind then.
    """
    try:
        _write(Path(os.path.realpath(path)), text.encode())
    except (OSError, ValueError) as error:
        reason = printable((getattr(error, "strerror", None) or str(error)).lower(), 200)
        msg = f"cannot write {printable(str(path), 200)}: {reason}"
        raise OutputError(msg) from None


def _write(target: Path, content: bytes) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder")
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder")
    if target.exists() and not target.is_file():
        # A device or a pipe, such as /dev/null, takes the text; it must not be replaced.
        target.write_bytes(content)
    elif target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only")
    else:
        _replace(target, content)


def _replace(target: Path, content: bytes) -> None:
    import tempfile  # noqa: PLC0415 - only commands that write pay for it

    mode = _mode(target)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
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
