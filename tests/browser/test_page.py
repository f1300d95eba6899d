"""The page in a real browser: what a reader clicks, types and takes away.

The fixture ``tab`` fails a test if the page asks for anything outside or reports any error.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import get_args

import pytest
from axe_playwright_python.sync_playwright import Axe

from blastradius import analyze
from blastradius.analysis.results import Basis
from browser.waiting import wait_until

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "explorer"))

from hostile import TEXTS, hostile_graph
from large import large_graph

READY = "html[data-ready]"


@pytest.fixture(scope="module")
def continental():
    return analyze("automotive", "continental")


@pytest.fixture(scope="module")
def page_file(continental, tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "continental.html"
    file.write_text(continental.to_html(), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def chain_file(tmp_path_factory):
    """A page with several hops."""
    file = tmp_path_factory.mktemp("page") / "chain.html"
    result = analyze(large_graph(70), "p0", hypothetical=True)
    file.write_text(result.to_html(max_nodes=40), encoding="utf-8")
    return file


def open_file(tab, file, fragment=""):
    tab.goto(file.as_uri() + fragment)
    tab.wait_for_selector(READY, state="attached")
    return tab


@pytest.fixture
def page(tab, page_file):
    return open_file(tab, page_file)


@pytest.fixture
def chain(tab, chain_file):
    return open_file(tab, chain_file)


def names(page):
    return page.locator("#table tbody tr[data-id] .name").all_inner_texts()


def ids(page):
    return [row.get_attribute("data-id") for row in page.locator("#table tbody tr[data-id]").all()]


def drawn(page):
    return set(page.evaluate("Object.keys(BlastPage.positions())"))


def lit(page):
    """Return ids of the highlighted edges."""
    return page.evaluate("[...(BlastPage.state.lit || BlastPage.state.pinned || [])]")


def selection(page):
    return page.evaluate("BlastPage.state.selection")


def point_of(page, party):
    """Return where a party stands in the window [px]."""
    return page.evaluate(
        """(id) => {
          const frame = document.getElementById('graph').getBoundingClientRect();
          const at = BlastPage.network.canvasToDOM(BlastPage.network.getPosition(id));
          return {x: frame.left + at.x, y: frame.top + at.y};
        }""",
        party,
    )


def click_party(page, party, **how):
    at = point_of(page, party)
    page.mouse.click(at["x"], at["y"], **how)


def settle(page):
    page.wait_for_timeout(50)


# -- opening -------------------------------------------------------------------------------


def test_the_page_asks_for_nothing_but_itself(page, page_file, watch):
    settle(page)
    assert watch.requests == [page_file.as_uri()]


def test_a_page_without_label_shows_none(page):
    assert not page.is_visible("#tlp")


def test_the_answer_is_readable_at_once(page, continental):
    assert page.inner_text("#headline").startswith("Breach of Continental: 9 parties on record")
    assert "never “safe”" in page.inner_text("#facts")
    assert [page.inner_text(f"#figures div:nth-child({i}) dt") for i in (1, 2, 3)] == [
        "Reachable parties",
        "Expected harmed parties",
        "Total score",
    ]
    assert ids(page) == [party.id for party in continental.ranking]
    assert drawn(page) == {"continental", *ids(page)}


def assert_all_inside(page):
    boxes = page.evaluate(
        """() => Object.keys(BlastPage.positions()).map((id) => {
          const box = BlastPage.network.getBoundingBox(id);
          const a = BlastPage.network.canvasToDOM({x: box.left, y: box.top});
          const b = BlastPage.network.canvasToDOM({x: box.right, y: box.bottom});
          return [a.x, a.y, b.x, b.y];
        })"""
    )
    pane = page.locator("#graph").bounding_box()
    assert all(
        a >= 0 and b >= 0 and c <= pane["width"] and d <= pane["height"] for a, b, c, d in boxes
    )


def test_every_card_is_inside_the_pane_and_none_overlaps(page):
    assert_all_inside(page)


def test_the_graph_fits_again_when_the_pane_changes(page):
    for width, height in ((1900, 1000), (1100, 800), (1400, 900)):
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        assert_all_inside(page)


def test_a_view_that_somebody_chose_stays_when_the_pane_changes(page):
    page.click("#zoom-in")
    view = "[BlastPage.network.getScale(), ...Object.values(BlastPage.network.getViewPosition())]"
    before = page.evaluate(view)
    page.set_viewport_size({"width": 1100, "height": 800})
    settle(page)
    assert page.evaluate(view) == pytest.approx(before, abs=1)


# -- table -----------------------------------------------------------------------------------


def test_the_table_sorts_both_ways(page):
    page.click("[data-column=name]")
    assert names(page) == sorted(names(page), key=str.lower)
    assert page.get_attribute("th.col-name[aria-sort]", "aria-sort") == "ascending"
    page.click("[data-column=name]")
    assert names(page) == sorted(names(page), key=str.lower, reverse=True)
    page.click("[data-column=score]")
    assert ids(page)[0] == "continental-employees"


def test_search_and_filters_hold_for_table_and_graph(page):
    page.fill("#search", "volks")
    wait_until(page, "document.querySelectorAll('#table tr[data-id]').length === 1")
    assert ids(page) == ["volkswagen"]
    assert drawn(page) == {"continental", "volkswagen"}
    page.click("#filter-reset")
    page.select_option("#filter-role", "data-subjects")
    assert ids(page) == ["continental-employees"]
    assert drawn(page) == {"continental", "continental-employees"}
    page.select_option("#filter-role", "")
    page.select_option("#filter-band", "medium")
    assert set(page.locator(".col-band b").all_inner_texts()) == {"M"}
    page.click("#filter-reset")
    page.locator("#filter-minimum").fill("90")
    assert drawn(page) == {"continental", *ids(page)}
    assert len(ids(page)) < 9
    assert "of 9 parties" in page.inner_text("#count")


def test_each_filter_lists_what_fits(page, continental):
    page.select_option("#filter-variety", "Source code")
    assert ids(page) == [p.id for p in continental.ranking if "Source code" in p.varieties]
    page.select_option("#filter-variety", "")
    page.select_option("#filter-certainty", "inferred")
    assert ids(page) == [p.id for p in continental.ranking if p.certainty == "inferred"]
    page.select_option("#filter-certainty", "")
    page.select_option("#filter-channel", "dependency")
    assert ids(page) == []
    assert "No party passes the filter" in page.inner_text("#table tbody")


# -- selection, details, paths ---------------------------------------------------------------


def test_graph_and_table_select_the_same(page):
    page.click("tr[data-id=bmw]")
    assert page.evaluate("BlastPage.markOf('bmw').isSelected")
    assert page.inner_text("#chosen") == "BMW"
    click_party(page, "porsche")
    assert selection(page) == {"kind": "party", "id": "porsche"}
    assert page.get_attribute("tr[data-id=porsche]", "aria-selected") == "true"
    assert page.inner_text("#chosen") == "Porsche"


def test_a_click_keeps_the_view(page):
    page.click("#zoom-in")
    view = "[BlastPage.network.getScale(), BlastPage.network.getViewPosition()]"
    before = page.evaluate(view)
    click_party(page, "volkswagen")
    page.click("tr[data-id=volkswagen]")
    settle(page)
    assert page.evaluate(view) == before


def test_a_dragged_party_stays_where_it_was_put(page):
    at = point_of(page, "bmw")
    page.mouse.move(at["x"], at["y"])
    page.mouse.down()
    page.mouse.move(at["x"] - 60, at["y"] + 40, steps=5)
    page.mouse.up()
    moved = point_of(page, "bmw")
    assert moved["x"] < at["x"] - 30
    page.click("tr[data-id=volkswagen]")
    assert point_of(page, "bmw") == pytest.approx(moved, abs=1)


def test_details_show_numbers_paths_and_evidence(page, continental):
    page.click("tr[data-id=volkswagen]")
    text = page.inner_text("#details")
    assert "Most probable paths" in text
    assert "Score without one relation" in text
    assert "What was said" in text
    known = continental.explain("volkswagen").explanation.counterfactuals[0]
    assert f"{known.score:.1f} → {known.score_without:.1f}".removesuffix(".0") in text
    links = page.locator("#details a").all()
    assert links
    for link in links:
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert link.get_attribute("href").startswith(("https://", "http://"))


def test_pointing_at_a_path_lights_it_up(page):
    page.click("tr[data-id=volkswagen]")
    page.hover("#details button.path >> nth=0")
    edges = lit(page)
    assert any("volkswagen" in edge for edge in edges)
    page.hover("#headline")
    assert lit(page) == []
    page.click("#details button.path >> nth=0")
    page.hover("#headline")
    assert set(lit(page)) == set(edges)
    page.keyboard.press("Escape")
    assert lit(page) == []


def test_a_relation_shows_its_evidence_and_what_it_is_worth(page):
    page.click("tr[data-id=volkswagen]")
    page.click("#details .steps li:nth-child(2) button >> nth=0")
    assert selection(page)["kind"] == "edge"
    text = page.inner_text("#details")
    assert "Probability" in text
    assert "Evidence" in text
    assert "Scores without it" in text


def test_the_menu_leads_to_a_story_and_back(page):
    click_party(page, "bmw", button="right")
    page.click('role=menuitem[name="Only this party\'s story"]')
    assert drawn(page) == {"continental", "bmw"}
    assert ids(page) == ["bmw"]
    page.click("#story-back")
    assert len(ids(page)) == 9


def test_the_shortest_path_by_menu(page):
    click_party(page, "bmw", button="right")
    page.click("role=menuitem[name='Shortest path to here']")
    assert any("bmw" in edge for edge in lit(page))


def test_replay_goes_hop_by_hop(chain):
    everything = drawn(chain)
    chain.click("#replay-next")
    assert drawn(chain) == {"p0"}
    assert chain.inner_text("#replay-where").startswith("hop 0 of")
    chain.click("#replay-next")
    one = drawn(chain)
    assert {"p0", "p1"} <= one < everything
    chain.keyboard.press("]")
    assert one < drawn(chain)
    while chain.inner_text("#replay-where") != "all hops":
        chain.keyboard.press("]")
    assert drawn(chain) == everything


def test_groups_unfold_and_fold(chain):
    fold = chain.evaluate("BlastPage.data.folds[0]")
    assert chain.is_visible("#folded")
    assert not set(fold["members"]) & drawn(chain)
    chain.evaluate("(id) => BlastPage.toggleFold(id)", fold["id"])
    assert set(fold["members"]) <= drawn(chain)
    chain.evaluate("(id) => BlastPage.toggleFold(id)", fold["id"])
    assert not set(fold["members"]) & drawn(chain)


# -- keyboard --------------------------------------------------------------------------------


def test_the_page_works_by_keyboard(page):
    page.keyboard.press("/")
    page.keyboard.type("nobody of this name")
    wait_until(page, "document.querySelectorAll('#table tr[data-id]').length === 0")
    page.keyboard.press("Escape")
    assert len(ids(page)) == 9
    page.focus("#graph")
    page.keyboard.press("ArrowRight")
    assert selection(page) == {"kind": "party", "id": "continental"}
    page.keyboard.press("ArrowRight")
    chosen = selection(page)["id"]
    assert chosen != "continental"
    page.keyboard.press("m")
    assert page.evaluate("document.activeElement.textContent") == "Shortest path to here"
    page.keyboard.press("Enter")
    assert lit(page)
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    assert ids(page) == [chosen]
    page.keyboard.press("Escape")
    assert len(ids(page)) == 9


def test_rows_are_walked_with_the_arrow_keys(page):
    page.focus("#table tbody .name >> nth=0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert selection(page)["id"] == ids(page)[2]
    assert page.evaluate("document.activeElement.dataset.id") == ids(page)[2]


def test_the_export_menu_closes(page):
    page.click("#export-menu summary")
    assert page.is_visible("#export-csv")
    page.keyboard.press("Escape")
    assert not page.is_visible("#export-csv")
    page.click("#export-menu summary")
    page.click("#headline")
    assert not page.is_visible("#export-csv")


def test_help_opens_and_closes(page):
    page.keyboard.press("?")
    assert page.is_visible("#help")
    page.keyboard.press("Escape")
    assert not page.is_visible("#help")


# -- what if ---------------------------------------------------------------------------------


def cut_volkswagen(page):
    page.click("tr[data-id=volkswagen]")
    page.click("#tab-whatif")
    for _ in range(page.locator("#whatif .edge-row").count()):
        page.click("#whatif .edge-row button[aria-pressed=false] >> nth=0")
    page.wait_for_selector("#whatif-scores tr[data-id=volkswagen]")


def test_cutting_all_relations_of_a_party_leaves_it_no_score(page):
    cut_volkswagen(page)
    assert page.inner_text("tr[data-id=volkswagen] .col-score").startswith("73 → 0")
    assert "sampled in the page" in page.inner_text("#sampled-note")
    page.click("#reset")
    page.wait_for_selector("#sampled-note", state="hidden")
    assert page.inner_text("tr[data-id=volkswagen] .col-score").startswith("42 → 73")
    page.click("#undo")
    page.wait_for_selector("#whatif-scores tr[data-id=volkswagen]")


def test_a_link_carries_the_what_if(page, tab, page_file):
    cut_volkswagen(page)
    fragment = page.evaluate("location.hash")
    assert len(fragment) > 1
    tab.goto("about:blank")
    again = open_file(tab, page_file, fragment)
    again.wait_for_selector("#whatif-scores tr[data-id=volkswagen]")
    assert again.inner_text("tr[data-id=volkswagen] .col-score").startswith("73 → 0")


def test_statements_controls_and_probabilities(page, continental):
    page.click("tr[data-id=porsche]")
    page.click("#tab-whatif")
    page.click("[data-state=confirmed]")
    page.wait_for_selector("#whatif-scores tr[data-id=porsche]")
    expected = continental.explain("porsche").explanation.what_ifs[0].score
    shown = page.evaluate("BlastPage.now(BlastPage.party.get('porsche'))")
    assert shown["score"] == pytest.approx(expected, abs=max(3 * shown["halfWidth"], 0.5))
    page.click("[data-state=confirmed]")
    page.wait_for_selector("#sampled-note", state="hidden")
    page.evaluate("BlastPage.whatIf.put({control: 'continental', effect: 1})")
    wait_until(page, "BlastPage.now(BlastPage.party.get('bmw')).score === 0")


def test_the_three_figures_follow_a_what_if(page, continental):
    cut_volkswagen(page)
    reachable, expected, total = page.locator("#figures dd").all_inner_texts()
    radius, volkswagen = continental.blast_radius, continental.parties["volkswagen"]
    assert reachable == "9 → 8"
    left = radius.total_score.posterior - volkswagen.score.posterior
    assert total.startswith("509.2 → ")
    assert float(total.split()[-1]) == pytest.approx(left, abs=0.1)
    left = radius.expected_harmed_parties.posterior - volkswagen.probability["harmed"].posterior
    assert float(expected.split()[-1]) == pytest.approx(left, abs=0.1)


def test_every_basis_of_a_number_has_words(page):
    words = page.evaluate("Object.keys(BlastPage.BASIS)")
    assert sorted(words) == sorted(get_args(Basis))


def test_a_scenario_can_be_saved(page):
    cut_volkswagen(page)
    with page.expect_download() as download:
        page.click("#save-scenario")
    saved = json.loads(Path(download.value.path()).read_text())
    assert saved["schema"] == "blastradius/scenario/1"
    assert saved["target"] == "continental"
    assert all("cut" in change for change in saved["changes"])


# -- export ----------------------------------------------------------------------------------


def export(page, button):
    page.click("#export-menu summary")
    with page.expect_download() as download:
        page.click(button)
    return Path(download.value.path())


def test_the_table_as_csv(page, continental):
    rows = list(csv.DictReader(io.StringIO(export(page, "#export-csv").read_text())))
    assert [row["id"] for row in rows] == [party.id for party in continental.ranking]
    assert float(rows[1]["score"]) == pytest.approx(continental.ranking[1].score.posterior)


def test_what_was_said_and_how_far_it_may_go(tab, tmp_path):
    said = tmp_path / "said.yaml"
    said.write_text(
        "tlp: RED\ntarget: zf\nobservations:\n"
        "- {party: bmw, state: denied, likelihood_ratio: 3}\n- {party: toyota, state: reported}\n"
    )
    file = tmp_path / "page.html"
    file.write_text(analyze("automotive", "continental", observations=said).to_html(), "utf-8")
    page = open_file(tab, file)
    assert page.inner_text("#tlp") == "TLP:RED"
    page.click("#tab-incident")
    doubts = page.inner_text("main")
    assert "speaks of zf, which is another breach" in doubts
    assert "A statement on BMW says denied".lower() in doubts.lower()
    assert "2 beyond those of the graph" in doubts
    assert f"{said} (2 statements)" in doubts
    text = export(page, "#export-csv").read_text()
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert page.evaluate("BlastPage.fileName()") == "blastradius-continental-tlp-red"
    assert rows["bmw"]["said"] == "reported, denied"
    assert rows["toyota"]["said"] == "reported"
    assert {row["tlp"] for row in rows.values()} == {"TLP:RED"}


def test_the_picture_as_svg_and_png(page):
    root = ET.parse(export(page, "#export-svg")).getroot()
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Volkswagen" in texts
    assert export(page, "#export-png").read_bytes().startswith(b"\x89PNG")


def test_print_gives_a_report(page):
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    report = page.inner_text("#report")
    for part in ("Parties at risk", "Incident", "Assumptions", "Limits", "Vitesco Technologies"):
        assert part in report
    assert not page.is_visible("main")


# -- looks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_violation(page, scheme):
    page.emulate_media(color_scheme=scheme)
    wait_until(page, f"document.documentElement.dataset.theme === {scheme!r}")
    page.click("tr[data-id=volkswagen]")
    for tab_name in ("details", "whatif", "incident", "assumptions"):
        page.click(f"#tab-{tab_name}")
        found = Axe().run(page).response["violations"]
        bad = [
            (v["id"], [node["html"] for node in v["nodes"]][:3])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert bad == []


@pytest.mark.parametrize("size", [(1280, 800), (820, 1180), (1920, 1080)])
def test_nothing_is_cut_off_at_common_sizes(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in ("#graph", "#table", "#details", "#search", "#theme"):
        box = page.locator(part).bounding_box()
        assert box["height"] > 20
    assert page.locator("#graph").bounding_box()["height"] > 250


def test_light_and_dark_by_button(page):
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


# -- hostile and large -----------------------------------------------------------------------


def test_hostile_text_does_nothing(tab, tmp_path):
    file = tmp_path / "hostile.html"
    file.write_text(analyze(hostile_graph(), "party-0").to_html(), encoding="utf-8")
    page = open_file(tab, file)
    assert len(ids(page)) == len(TEXTS)
    for party in ids(page):
        page.evaluate("(id) => BlastPage.selectParty(id)", party)
        page.evaluate("(id) => BlastPage.pinPath(id)", party)
    page.evaluate("BlastPage.selectEdge(BlastPage.data.edges[1].id)")
    for tab_name in ("whatif", "incident", "assumptions", "details"):
        page.click(f"#tab-{tab_name}")
    cells = export(page, "#export-csv").read_text()
    assert not any(cell.startswith("=") for row in csv.reader(io.StringIO(cells)) for cell in row)
    ET.parse(export(page, "#export-svg"))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert page.locator("a[href^='javascript'], a[href^='data']").count() == 0
    shown = page.inner_text("body")
    assert not {"\u202e", "\u2066", "\u200b", "\u2028"} & set(shown)
    assert "\\u202e" in shown


def test_five_thousand_parties_open_fast(tab, tmp_path, capsys):
    file = tmp_path / "large.html"
    result = analyze(large_graph(5000), "p0", hypothetical=True, n_worlds=200, method="monte-carlo")
    file.write_text(result.to_html(), encoding="utf-8")
    start = time.perf_counter()
    page = open_file(tab, file)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    seconds = time.perf_counter() - start
    with capsys.disabled():
        print(f"\n5,000 parties open in {seconds:.2f} s ({file.stat().st_size / 1e6:.1f} MB)")
    folds = page.evaluate(
        "BlastPage.data.folds.reduce((sum, fold) => sum + fold.members.length, 0)"
    )
    assert folds > 1000
    assert len(drawn(page)) < 700
    assert "folded into" in page.inner_text("#folded")
    assert page.locator("#table tbody tr[data-id]").count() < 1000
