"""The page and the command line agree: same scenario, same answer within the sampling interval."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from blastradius import analyze
from browser.waiting import wait_until

CASES = [
    ("automotive", "continental"),
    ("automotive", "kojima-industries-2022"),
    ("cross-industry", "kaseya-vsa-2021"),
    ("cross-industry", "solarwinds-sunburst-2020"),
]
EVENTS = ("exposed", "compromised", "disrupted", "harmed")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return (page file, network) for a case, made once."""
    made = {}

    def page_of(case):
        if case not in made:
            file = tmp_path_factory.mktemp("page") / "page.html"
            file.write_text(analyze(*case).to_html(), encoding="utf-8")
            made[case] = file
        return made[case]

    return page_of


def random_changes(network, ratios, rng):
    """Draw a few changes of every kind on what is within reach."""
    edges = sorted(
        {e for e, kind in zip(network["edge"], network["kind"], strict=True) if kind != "origin"}
    )
    parties = sorted(network["subjects"])
    guards = sorted({g for g in network["guard"] if g})
    changes = []
    for edge in rng.sample(edges, min(len(edges), 3)):
        if rng.random() < 0.4:
            changes.append({"cut": edge})
        else:
            changes.append({"edge": edge, "probability": round(rng.uniform(0.05, 0.95), 2)})
    changes.append({"control": rng.choice(guards), "effect": round(rng.random(), 2)})
    changes.append({"observe": rng.choice(parties), "state": rng.choice(sorted(ratios))})
    return changes


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[1])
def test_a_saved_scenario_gives_the_same_numbers_on_the_command_line(
    tab, pages, tmp_path, case, seed
):
    tab.goto(pages(case).as_uri())
    tab.wait_for_selector("html[data-ready]", state="attached")
    network, ratios = tab.evaluate("[BlastPage.data.network, BlastPage.data.ratios]")
    for change in random_changes(network, ratios, random.Random(f"{case}{seed}")):
        tab.evaluate("change => BlastPage.whatIf.put(change)", change)
    wait_until(tab, "BlastPage.whatIf.settled()")
    tab.click("#tab-whatif")
    with tab.expect_download() as download:
        tab.click("#save-scenario")
    file = tmp_path / "scenario.json"
    download.value.save_as(file)

    python = on_the_command_line(file, case)

    for party, row in python.items():
        sampled = tab.evaluate("id => BlastPage.state.sampled.all.get(id) ?? null", party)
        if sampled is None:  # no path in the page's network
            assert row["score"]["posterior"] == 0
            continue
        # Three half-widths of a 95 % interval: about 4 in 10^9 for each number.
        tolerance = 3 * sampled["halfWidth"] + 1e-9
        assert sampled["score"] == pytest.approx(row["score"]["posterior"], abs=tolerance), party


def on_the_command_line(scenario: Path, case):
    graph, target = case
    command = [sys.executable, "-m", "blastradius", "analyze", target, "--graph", graph]
    done = subprocess.run(
        [*command, "--scenario", str(scenario), "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout)
    assert result["engine"]["method"] == "exact"
    assert result["scenario"]["notes"] == []
    return {party["id"]: party for party in result["parties"]}


def test_the_page_works_in_a_notebook_frame(tab, tmp_path):
    file = tmp_path / "notebook.html"
    frame = analyze("automotive", "continental").page(height=600)._repr_html_()
    file.write_text(f"<!doctype html><meta charset=utf-8><body>{frame}", encoding="utf-8")
    tab.goto(file.as_uri())
    inside = tab.frame_locator("iframe")
    inside.locator("html[data-ready]").wait_for(state="attached")
    inside.locator("tr[data-id=volkswagen]").click()
    assert "Volkswagen" in inside.locator("#details").inner_text()
    frame = tab.frames[1]
    frame.evaluate("BlastPage.whatIf.put({control: 'continental', effect: 1})")
    wait_until(frame, "BlastPage.now(BlastPage.party.get('bmw')).score === 0")
