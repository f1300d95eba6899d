"""A bar with the time left for long work: on a terminal only, and only once the work is long."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    Progress = Callable[[int, int], None]
    Reading = Callable[[int, int | None, int], None]

_DELAY = 1.0
"""Silence before a bar appears [s]: short work needs none."""


_FIRST_DELAY = 3.0
"""How often it is asked whether a first run must say why it takes long [s]."""

_FIRST = "getting ready: the first run after an installation compiles, which takes half a minute\n"


@contextmanager
def progress_bar(what: str) -> Iterator[Progress | None]:
    """Show on standard error how far long work is; yield what the work calls, None in a pipe.

    The bar is gone when the work ends, however it ends.

    Parameters
    ----------
    what : str
        What is being done, in front of the bar.

    Examples
    --------
    >>> with progress_bar("breaching") as progress:  # no terminal here
    ...     progress is None
    True
    """
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(what)
    try:
        yield bar
    finally:
        bar.close()


@contextmanager
def reading_bar(what: str) -> Iterator[Reading | None]:
    """Show on standard error how far reading is, how fast it goes and how long it will take.

    What it yields is called with (bytes read, bytes in all or None, paths so far); None in a pipe.

    Examples
    --------
    >>> with reading_bar("reading") as progress:  # no terminal here
    ...     progress is None
    True
    """
    if not sys.stderr.isatty():
        yield None
        return
    bar = _ReadingBar(what)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """Draws nothing until the work has taken a while."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._begun = time.monotonic()
        self._shown: tuple[RichProgress, TaskID] | None = None

    def __call__(self, done: int, total: int) -> None:
        if self._shown is None:
            if time.monotonic() - self._begun < _DELAY or done >= total:
                return
            self._shown = self._open(total)
        bar, task = self._shown
        bar.update(task, completed=done, total=total)

    def _open(self, total: int) -> tuple[RichProgress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
        from rich.progress import TimeRemainingColumn as TimeLeft

        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeLeft(elapsed_when_finished=False),
            console=Console(file=sys.stderr),
            transient=True,
        )
        bar.start()
        return bar, bar.add_task(self._what, total=total)

    def close(self) -> None:
        """Take the bar away."""
        if self._shown is not None:
            self._shown[0].stop()


class _ReadingBar:
    """Draws nothing until reading has taken a while; without a known end, no bar and no time left."""

    def __init__(self, what: str) -> None:
        import threading

        self._what = what
        self._begun = time.monotonic()
        self._shown: tuple[RichProgress, TaskID] | None = None
        # Nothing moves while kernels are compiled, so a clock has to say why.
        self._moves = threading.Event()
        threading.Thread(target=_say_if_compiling, args=[self._moves], daemon=True).start()

    def __call__(self, done: int, total: int | None, paths: int) -> None:
        if paths:
            self._moves.set()
        elapsed = time.monotonic() - self._begun
        if self._shown is None:
            if elapsed < _DELAY or (total is not None and done >= total):
                return
            self._shown = self._open(total)
        bar, task = self._shown
        rate = reading_rate(done, paths, elapsed)
        bar.update(task, completed=done, total=total, rate=rate)

    def _open(self, total: int | None) -> tuple[RichProgress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
        from rich.progress import TimeRemainingColumn as TimeLeft

        rate = TextColumn("{task.fields[rate]}", markup=False)
        share = (BarColumn(), TaskProgressColumn(), rate, TimeLeft())
        bar = Progress(
            TextColumn("{task.description}", markup=False),
            *(share if total is not None else (rate,)),
            console=Console(file=sys.stderr),
            transient=True,
        )
        bar.start()
        return bar, bar.add_task(self._what, total=total, rate="")

    def close(self) -> None:
        """Take the bar away."""
        self._moves.set()
        if self._shown is not None:
            self._shown[0].stop()


def _say_if_compiling(moves: Event) -> None:
    from blastradius.engine.compiled import is_compiling

    while not moves.wait(_FIRST_DELAY):
        if is_compiling():
            sys.stderr.write(_FIRST)
            return


def reading_rate(done: int, paths: int, elapsed: float) -> str:
    """Return how much was read and how fast.

    >>> reading_rate(1_500_000_000, 20_000_000, 10.0)
    '1.5 GB, 150 MB/s, 20 million lines, 2 million/s'
    """
    from blastradius.report.numbers import amount, byte_amount

    speed, pace = (count / max(elapsed, 1e-9) for count in (done, paths))
    return f"{byte_amount(done)}, {byte_amount(speed)}/s, {amount(paths)} lines, {amount(pace)}/s"
