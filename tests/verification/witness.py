"""A pytest plugin that writes down what a run under :mod:`test_planted_bugs` really did.

The exit code alone would not do: a bug must make a test *fail*, by an assertion, while it runs, and
the package that was tested must be the copy with the bug in it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

_fates: dict[str, str] = {}


def pytest_runtest_makereport(item, call):
    """Note for each test the worst that happened: "passed", or phase and kind of the error."""
    if call.excinfo is not None:
        kind = call.excinfo.type
        what = "AssertionError" if issubclass(kind, AssertionError) else kind.__name__
        _fates[item.nodeid] = f"{call.when}: {what}"
    else:
        _fates.setdefault(item.nodeid, "passed")


def pytest_sessionfinish():
    files = {
        name: module.__file__
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] == "blastradius"
    }
    report = json.dumps({"fates": _fates, "files": files})
    Path(os.environ["WITNESS_REPORT"]).write_text(report, encoding="utf-8")
