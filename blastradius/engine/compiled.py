"""Where compiled kernels are kept from one process to the next."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from types import FrameType


def choose_cache() -> None:
    """Give the compiler a folder of this process where it may write nowhere else.

    It keeps what it compiled beside the package or in the user's cache, and refuses to work where
    neither can be written, as in a read-only container. A folder of its own makes each process compile
    anew, which is slow, but works; one that others may write to would let them run their code.
    """
    if (
        os.environ.get("NUMBA_CACHE_DIR")
        or _may_write(Path(__file__).parent)
        or _may_write(_user_cache())
    ):
        return
    folder = tempfile.mkdtemp(prefix="blastradius-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = folder
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = folder


def is_compiling() -> bool:
    """Tell whether some thread of this process is compiling a kernel right now."""
    return any(map(_is_in_compiler, sys._current_frames().values()))  # noqa: SLF001 - as documented


def _is_in_compiler(frame: FrameType | None) -> bool:
    while frame is not None:
        is_body = frame.f_code.co_name == "<module>"  # the compiler is being loaded
        if frame.f_globals.get("__name__") == "numba.core.compiler" and not is_body:
            return True
        frame = frame.f_back
    return False


def _user_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return Path(base) / "numba"


def _may_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
