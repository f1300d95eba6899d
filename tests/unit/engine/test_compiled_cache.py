"""Compiled kernels need a folder to be kept in, also where nothing can be written."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from numba import njit
from numba.core import event

from blastradius.engine import compiled


@pytest.fixture
def environment(monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(compiled.sys, "modules", {})
    yield
    os.environ.pop("NUMBA_CACHE_DIR", None)


def test_nothing_is_chosen_where_something_can_be_written(environment):
    compiled.choose_cache()
    assert "NUMBA_CACHE_DIR" not in os.environ


def test_a_private_folder_where_nothing_can_be_written(environment, monkeypatch):
    monkeypatch.setattr(compiled, "_may_write", lambda folder: False)
    compiled.choose_cache()
    folder = os.environ["NUMBA_CACHE_DIR"]
    assert Path(folder).stat().st_mode & 0o077 == 0
    compiled.choose_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == folder


def test_a_folder_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert not compiled._may_write(tmp_path / "file" / "numba")
    assert compiled._may_write(tmp_path / "new")


def test_compiling_is_noticed_from_another_thread():
    seen = []

    class Listener(event.Listener):
        def on_start(self, event):
            with ThreadPoolExecutor(1) as pool:
                seen.append(pool.submit(compiled.is_compiling).result())

        def on_end(self, event):
            pass

    assert not compiled.is_compiling()
    with event.install_listener("numba:run_pass", Listener()):
        njit(lambda x: x + 1)(1)
    assert seen
    assert all(seen)
    assert not compiled.is_compiling()
