"""The way in: run a command, and turn every expected error into one message and an exit code."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from blastradius.cli.answer import answer
from blastradius.cli.output import complain
from blastradius.cli.quick import read_quickly
from blastradius.cli.usage import UsageError
from blastradius.errors import BlastRadiusError

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAILED, _MISUSED, _INTERRUPTED = 1, 2, 130
_MANY_OBJECTS = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 for an answer, 1 for an error in the input or the question, 2 for options that make no
    sense, 3 for an answer from listings that could not be read in full, 130 after Ctrl-C.
    """
    if arguments is None:
        return _main_of_process(sys.argv[1:])
    return _main(list(arguments))


def _main_of_process(words: list[str]) -> int:
    """Run with a patient garbage collector: a short process has little garbage to collect.

    By default the collector looks through every imported object again and again, and once more
    at exit: a tenth of the whole run.
    """
    gc.set_threshold(_MANY_OBJECTS, 50, 50)
    try:
        return _main(words)
    finally:
        gc.freeze()


def _main(words: list[str]) -> int:
    try:
        return _run(words)
    except BlastRadiusError as error:
        complain(str(error))
        return _FAILED
    except UsageError as error:
        command = error.command if error.command is not None else words[0]
        command = f"blastradius {command}".strip()
        complain(f"{error}\nTry '{command} --help'.")
        return _MISUSED
    except KeyboardInterrupt:
        complain("interrupted")
        return _INTERRUPTED


def _run(words: list[str]) -> int:
    if "_BLASTRADIUS_COMPLETE" not in os.environ:
        quick = read_quickly(words)
        if quick is not None:
            answer(*quick)
            return 0
    from blastradius.cli.app import run

    return run(words)
