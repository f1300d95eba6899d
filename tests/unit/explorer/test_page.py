"""One file that asks nothing of a network, in which no text can become markup."""

from __future__ import annotations

import base64
import hashlib
import inspect
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hostile import TEXTS, hostile_graph
from large import large_graph

from blastradius import Result, analyze
from blastradius.cli import answer
from blastradius.errors import QuestionError
from blastradius.explorer.page import MAX_NODES


class Elements(HTMLParser):
    """The elements of a page with their attributes and, for scripts and styles, their text."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.is_open = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs), []))
        self.is_open = True

    def handle_data(self, data):
        if self.is_open:
            self.found[-1][2].append(data)

    def handle_endtag(self, tag):
        self.is_open = False

    def text(self, tag, **attributes):
        return [
            "".join(parts)
            for name, attrs, parts in self.found
            if name == tag and attributes.items() <= attrs.items()
        ]


@pytest.fixture(scope="module")
def shipped():
    return analyze("automotive", "continental").to_html()


@pytest.fixture(scope="module")
def hostile():
    return analyze(hostile_graph(), "party-0").to_html()


def policy(html):
    (meta,) = (
        attrs["content"]
        for tag, attrs, _ in Elements(html).found
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )
    return dict(part.strip().split(" ", 1) for part in meta.split(";"))


def sha256(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_page_is_small(shipped):
    assert len(shipped.encode()) < 2_000_000


def test_same_input_same_bytes(shipped):
    assert analyze("automotive", "continental").to_html() == shipped


def test_the_policy_allows_these_scripts_and_nothing_else(shipped):
    rules = policy(shipped)
    assert rules["default-src"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "https:", "http:", "*"} & set(
        " ".join(rules.values()).split()
    )
    page = Elements(shipped)
    scripts = [
        "".join(parts)
        for tag, attrs, parts in page.found
        if tag == "script" and "type" not in attrs
    ]
    assert rules["script-src"].split() == [sha256(text) for text in scripts]
    assert rules["style-src"] == sha256(page.text("style")[0])


def test_the_page_names_nothing_to_fetch(shipped):
    fetched = {"src", "srcset", "href", "data", "action", "poster", "background"}
    addresses = [
        (tag, name, value)
        for tag, attrs, _ in Elements(shipped).found
        for name, value in attrs.items()
        if name in fetched
    ]
    assert addresses == [("link", "href", "data:,"), ("a", "href", "#ranking")]
    assert "@import" not in shipped
    assert not re.search(r"url\(", Elements(shipped).text("style")[0])


def test_the_page_writes_no_data_as_markup(shipped):
    own = Elements(shipped).text("script")[-1]
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert way not in own


def test_hostile_text_stays_in_the_data(hostile):
    data = json.loads(Elements(hostile).text("script", id="page-data")[0])
    names = [party["name"] for party in data["parties"]]
    assert len(names) == len(TEXTS) + 1
    tags = [tag for tag, _, _ in Elements(hostile).found]
    assert "img" not in tags
    assert "svg" not in tags
    assert tags.count("script") == 4
    assert all(source["url"] is None for source in data["sources"])


def test_the_data_block_holds_no_sign_of_markup(hostile):
    block = re.search(r'id="page-data">(.*?)</script>', hostile, re.DOTALL).group(1)
    assert not {"<", ">", "&", "\u2028", "\u2029"} & set(block)
    assert block.isascii()


def test_low_scores_fold_into_groups():
    html = analyze(large_graph(60), "p0", hypothetical=True).to_html(max_nodes=10)
    data = json.loads(Elements(html).text("script", id="page-data")[0])
    folded = {member for fold in data["folds"] for member in fold["members"]}
    assert 59 - len(folded) >= 10
    assert len(data["parties"]) == 60
    lowest_kept = min(p["score"]["posterior"] for p in data["parties"][1:11])
    assert all(p["score"]["posterior"] <= lowest_kept for p in data["parties"] if p["id"] in folded)


def test_a_page_needs_room_for_a_party():
    with pytest.raises(QuestionError, match="max_nodes must be at least 1, got 0"):
        analyze("automotive", "continental").to_html(max_nodes=0)


def test_library_and_command_line_draw_as_many_parties_by_default():
    assert inspect.signature(Result.to_html).parameters["max_nodes"].default == MAX_NODES
    assert answer.MAX_NODES == MAX_NODES


def test_an_answer_without_a_page_loads_no_pyvis():
    code = (
        "import sys; from blastradius.cli.main import main; main(['analyze', 'continental']); "
        "bad = {'pyvis', 'blastradius.explorer'} & set(sys.modules); sys.exit(', '.join(bad) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
