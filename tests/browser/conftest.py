"""A real browser for the tests, and a tab that tolerates no request and no error.

Without a browser these tests fail and say how to get one: a skipped test would hide that nothing
was tried.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from browser.install_chromium import NoBrowserError, find_chromium
from browser.watching import Watch

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name resolves, so that a page which asks for the outside gets nothing on any machine.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


# The scope ends with this folder: while Playwright's synchronous interface runs, an event loop
# counts as running in this thread, which tests elsewhere must not meet.
@pytest.fixture(scope="package")
def browser():
    """Return a running headless Chromium, driven by Playwright."""
    try:
        program = find_chromium()
    except NoBrowserError as error:
        pytest.fail(str(error), pytrace=False)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def watch():
    """Return the record of what `tab` did: its requests and its errors."""
    return Watch()


@pytest.fixture
def tab(browser, watch):
    """Return an empty page (Playwright's ``Page``) of a fresh profile.

    At the end the test fails if the page asked for anything outside, or if there was any error:
    in the console, uncaught, or a violation of the page's Content-Security-Policy.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    yield watch.over(context.new_page())
    context.close()
    assert watch.problems() == []
