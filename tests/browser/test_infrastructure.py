"""The tab of the other browser tests notices what it has to notice."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from browser import install_chromium
from browser.watching import Watch

STRICT = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'


@pytest.fixture
def seen(browser, tmp_path):
    """Return a function that opens a page in a tab of its own and tells its problems."""

    def problems(html):
        context = browser.new_context()
        watch = Watch()
        page = watch.over(context.new_page())
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8")
        page.goto(file.as_uri())
        page.wait_for_timeout(200)
        context.close()
        return watch.problems()

    return problems


def test_a_quiet_page(seen):
    assert seen("<title>quiet</title><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>") == []


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ("<script src='https://example.com/x.js'></script>", "request: https://example.com/x.js"),
        ("<img src='http://127.0.0.1:9/x.png'>", "request: http://127.0.0.1:9/x.png"),
        ("<script>console.error('on fire')</script>", "console: on fire"),
        ("<script>throw new Error('on fire')</script>", "uncaught: on fire"),
        ("<script>Promise.reject(new Error('on fire'))</script>", "uncaught: on fire"),
        (f"{STRICT}<p style='color: red'>", "console: CSP violation: style-src-attr: inline"),
    ],
)
def test_a_page_with_a_problem(seen, html, what):
    assert what in seen(html)


def test_file_pages_open(tab, tmp_path, watch):
    page = tmp_path / "page.html"
    page.write_text("<title>here</title>", encoding="utf-8")
    tab.goto(page.as_uri())
    assert tab.title() == "here"
    assert watch.requests == [page.as_uri()]


def test_the_named_browser_is_used_or_missed(monkeypatch):
    monkeypatch.setenv(install_chromium.VARIABLE, sys.executable)
    assert install_chromium.find_chromium() == sys.executable
    monkeypatch.setenv(install_chromium.VARIABLE, "no-such-browser")
    with pytest.raises(install_chromium.NoBrowserError, match="no-such-browser"):
        install_chromium.find_chromium()


def test_without_a_browser_the_tests_fail_and_say_how_to_get_one():
    settings = {install_chromium.VARIABLE: "no-such-browser"}
    done = run_tests(f"{__file__}::test_a_quiet_page", **settings)
    assert done.returncode == 1
    assert f"set the environment variable {install_chromium.VARIABLE}" in done.stdout


def test_no_event_loop_is_left_behind(tmp_path):
    """Tests that run after those of this folder may start an event loop of their own."""
    later = tmp_path / "test_later.py"
    later.write_text("import asyncio\ndef test_it(): asyncio.run(asyncio.sleep(0))\n")
    assert run_tests(f"{__file__}::test_file_pages_open", later).returncode == 0


def run_tests(*arguments, **settings):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        env=os.environ | settings,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
