"""Where an answer goes, and how much of it."""

from __future__ import annotations

import json

from blastradius.cli import answer
from blastradius.cli.main import main


def printed(capsys, *arguments):
    assert main(["analyze", "continental", *arguments]) == 0
    return capsys.readouterr().out


def test_a_printed_table_ends_somewhere_and_says_so(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(answer, "ON_SCREEN", 3)
    assert "showing 3 of 9" in printed(capsys)
    assert "showing 4 of 9" in printed(capsys, "--top", "4")


def test_data_and_files_hold_everything(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(answer, "ON_SCREEN", 3)
    assert len(json.loads(printed(capsys, "--format", "json"))["parties"]) == 9
    file = tmp_path / "all.txt"
    printed(capsys, "--format", "table", "--output", str(file))
    text = file.read_text(encoding="utf-8")
    assert "  9  Vitesco" in text
    assert "showing" not in text
