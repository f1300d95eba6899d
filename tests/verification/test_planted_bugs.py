"""The tests are tested: every bug in ``planted_bugs.toml`` must turn the tests that it names red.

Each bug is one replacement of text in a copy of the package. The named tests run against the copy in
a process of its own, with the examples that hypothesis always draws, unshrunk.
"""

from __future__ import annotations

import ast
import compileall
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
README = ROOT / "tests" / "README.md"
LAWS = ROOT / "tests" / "unit" / "analysis" / "test_laws.py"
SECONDS = 300
"""A bug may make the package run in circles."""


@dataclass(frozen=True)
class PlantedBug:
    """See the head of ``planted_bugs.toml``."""

    id: str
    law: str
    bug: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


TABLE = tomllib.loads((HERE / "planted_bugs.toml").read_text(encoding="utf-8"))
BUGS = [PlantedBug(**{**row, "tests": tuple(row["tests"])}) for row in TABLE["planted"]]
NAMED = tuple(dict.fromkeys(test for bug in BUGS for test in bug.tests))


# A run


@dataclass(frozen=True)
class Run:
    """What became of the named tests, and which files they were run on."""

    exit_code: int
    fates: dict[str, str]
    """Test with its case -> "passed", or phase and kind of the error."""
    files: dict[str, str]
    output: str

    def of(self, test):
        """Return the fates of all cases of a test."""
        return [fate for case, fate in self.fates.items() if case.partition("[")[0] == test]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """Copy what the tests need, and compile it once for all the copies of this copy."""
    folder = tmp_path_factory.mktemp("pristine").resolve()
    for part in ("blastradius", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    assert compileall.compile_dir(folder, quiet=1)
    return folder


def plant(bug, folder):
    path = folder / "blastradius" / bug.file
    source = path.read_text(encoding="utf-8")
    assert source.count(bug.before) == 1, f"{bug.id}: no such place in {bug.file}, or several"
    assert bug.before != bug.after
    path.write_text(source.replace(bug.before, bug.after), encoding="utf-8")
    Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)


def run_tests(tests, folder, profile):
    report = folder / "witness.json"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON", "COV"))}
    options = ["-q", "-p", "no:cacheprovider", "-p", "witness", "--assert=plain"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=folder,
        env=kept
        | {
            "HYPOTHESIS_PROFILE": profile,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join([str(folder), str(folder / "tests" / "verification")]),
            "WITNESS_REPORT": str(report),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    output = done.stdout + done.stderr
    assert report.exists(), output
    seen = json.loads(report.read_text(encoding="utf-8"))
    return Run(done.returncode, seen["fates"], seen["files"], output)


def assert_run_on(folder, run):
    """The copy was imported, every module of it, and nothing of an installed package."""
    assert run.files
    for name, file in run.files.items():
        assert Path(file).is_relative_to(folder / "blastradius"), name


def try_out(bug, pristine, folder):
    shutil.copytree(pristine, folder, dirs_exist_ok=True)
    plant(bug, folder)
    try:
        return run_tests(bug.tests, folder, "planted")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def runs(request, pristine, tmp_path_factory):
    """Start the runs of all selected bugs, a few at a time; bug id -> (folder, future run)."""
    selected = [
        item.callspec.params["bug"]
        for item in request.session.items
        if getattr(item, "originalname", "") == test_planted_bug_is_caught.__name__
    ]
    folders = {bug.id: tmp_path_factory.mktemp(bug.id).resolve() for bug in selected}
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        yield {
            bug.id: (folders[bug.id], pool.submit(try_out, bug, pristine, folders[bug.id]))
            for bug in selected
        }
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
def test_planted_bug_is_caught(bug, runs):
    folder, coming = runs[bug.id]
    run = coming.result()
    assert_run_on(folder, run)
    module = "blastradius." + bug.file.removesuffix(".py").replace("/", ".")
    assert module in run.files, f"{bug.file} took no part in the tests"
    for test in bug.tests:
        fates = run.of(test)
        assert fates, run.output
        assert "call: AssertionError" in fates, f"not caught by {test}: {fates}\n{run.output}"
        assert set(fates) <= {"passed", "call: AssertionError"}, run.output
    assert run.exit_code == pytest.ExitCode.TESTS_FAILED


def test_named_tests_pass_without_a_bug(pristine):
    """Few examples are enough: the tests themselves run elsewhere, here the copy is tried."""
    run = run_tests(NAMED, pristine, "few")
    assert_run_on(pristine, run)
    for test in NAMED:
        assert set(run.of(test)) == {"passed"}, f"{test}\n{run.output}"
    assert run.exit_code == pytest.ExitCode.OK


# The list of bugs


def test_ids_and_places_are_unique():
    assert len({bug.id for bug in BUGS}) == len(BUGS)
    assert len({(bug.file, bug.before, bug.after) for bug in BUGS}) == len(BUGS)


def test_every_law_of_an_analysis_has_a_bug_that_it_caught():
    tree = ast.parse(LAWS.read_text(encoding="utf-8"))
    laws = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    caught = {test.partition("::")[2] for test in NAMED if LAWS.name in test}
    assert {name for name in laws if name.startswith("test_")} == caught


def table():
    """Return the table of ``tests/README.md``: laws with their bugs, and what caught each."""
    lines = ["| law | planted bug | caught by |", "|---|---|---|"]
    by_law = {}
    for bug in BUGS:
        by_law.setdefault(bug.law, []).append(bug)
    for law, bugs in by_law.items():
        for place, bug in enumerate(bugs):
            tests = ", ".join(f"`{test.rpartition('/')[2]}`" for test in bug.tests)
            lines.append(f"| {law if place == 0 else ''} | {bug.id}: {bug.bug} | {tests} |")
    return "\n".join(lines) + "\n"


def test_table_of_the_readme_is_the_list(request):
    text = README.read_text(encoding="utf-8")
    head, mark, rest = text.partition("<!-- planted bugs -->\n")
    shown, end, tail = rest.partition("<!-- end -->\n")
    assert (mark, end) != ("", "")
    if request.config.getoption("update_golden"):
        README.write_text(head + mark + table() + end + tail, encoding="utf-8")
    else:
        assert shown == table(), "write it anew with --update-golden"
