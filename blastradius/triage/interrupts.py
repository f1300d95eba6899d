"""Ctrl-C while listings are read: what came so far is counted, whole, and told."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class StoppedError(Exception):
    """No more bytes are wanted: those read so far are all."""


class Interrupt:
    """Whether Ctrl-C was pressed, for those who read.

    It takes effect where bytes are asked for, so that what came before is counted once and whole; also
    in the midst of waiting for them, as for a pipe into which nobody writes.
    """

    def __init__(self) -> None:
        self.is_pressed = False
        """Whether no more is to be read."""
        self._is_waiting = False

    def wait_for(self, read: Callable[[], bytes]) -> bytes:
        """Return what a function reads, which may take as long as it likes.

        Raises
        ------
        StoppedError
            If Ctrl-C was pressed before or meanwhile.
        """
        found: bytes | None = None
        self._is_waiting = True  # before it is asked: Ctrl-C comes between any two steps
        try:
            if self.is_pressed:
                raise StoppedError  # noqa: TRY301 - as if the reading had been stopped
            found = read()
        except StoppedError:
            if found is None:
                raise
        finally:
            self._is_waiting = False
        return found

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Take note of Ctrl-C; pressed again, it ends the program as always.

        Only the main thread may do this; elsewhere an interrupt is what it is.
        """
        try:
            before = signal.signal(signal.SIGINT, self._note)
        except ValueError:  # not the main thread
            yield
            return
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self.is_pressed:
            raise KeyboardInterrupt
        self.is_pressed = True
        if self._is_waiting:
            raise StoppedError
