"""Settings that all tests share.

Property tests are deterministic: the same examples in every run. To look for new ones, run with
``HYPOTHESIS_PROFILE=explore``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", parent=settings.get_profile("ci"), derandomize=False, max_examples=1000
)
# For tests/verification/test_planted_bugs.py: a failure is the answer, and need not be made small.
settings.register_profile(
    "planted",
    parent=settings.get_profile("ci"),
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
)
settings.register_profile("few", parent=settings.get_profile("ci"), max_examples=5)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files of tests/golden, the generated pages of docs/reference and the "
        "table of tests/README.md anew",
    )


@pytest.fixture
def published(request):
    """Compare a file of docs/reference with its source, or write it anew.

    The files are generated: after a change of the source run
    ``pytest tests/unit --update-golden -k published`` and commit them.
    """

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parents[1] / "docs" / "reference" / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8", newline="\n")
        hint = f"{name} is out of date: pytest tests/unit --update-golden -k published"
        assert path.read_text(encoding="utf-8") == text, hint

    return compare
