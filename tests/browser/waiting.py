"""Waiting for a page whose Content-Security-Policy lets no string become a script."""

from __future__ import annotations

import time


def wait_until(frame, expression, seconds=30.0):
    """Wait until an expression holds in a page or frame.

    Playwright's own ``wait_for_function`` polls from inside the page by evaluating a string, which
    the policy of the page forbids from the second time on.
    """
    deadline = time.monotonic() + seconds
    while not frame.evaluate(expression):
        assert time.monotonic() < deadline, f"not true after {seconds:g} s: {expression}"
        time.sleep(0.02)
