import subprocess
import sys
from pathlib import Path

import pytest
from demo import DEMO

ROOT = Path(__file__).parents[3]
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from hatch_build import GraphsHook
data = {"force_include": {}}
GraphsHook(sys.argv[2], {}, None, None, "", "wheel").initialize(sys.argv[3], data)
for target in data["force_include"].values():
    print(target)
assert "numpy" not in sys.modules
"""


@pytest.fixture
def checkout(tmp_path):
    pytest.importorskip("hatchling")
    (tmp_path / "blastradius").symlink_to(ROOT / "blastradius")
    (tmp_path / "graphs").mkdir()
    (tmp_path / "graphs" / "demo.yaml").write_text(DEMO)
    return tmp_path


def build(root, version):
    command = [sys.executable, "-c", SCRIPT, str(ROOT), str(root), version]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_wheel_holds_each_graph_twice(checkout):
    (checkout / "build" / "graphs").mkdir(parents=True)
    (checkout / "build" / "graphs" / "old.json").touch()
    done = build(checkout, "standard")
    yaml_file, json_file = done.stdout.split()
    assert yaml_file == "blastradius/graphs/demo.yaml"
    assert [path.name for path in (checkout / "build" / "graphs").iterdir()] == [
        Path(json_file).name
    ]
    assert [path.name for path in (checkout / "graphs").iterdir()] == ["demo.yaml"]


def test_an_editable_install_reads_them_from_the_checkout(checkout):
    done = build(checkout, "editable")
    assert (done.returncode, done.stdout) == (0, "")
    assert len(list((checkout / "build" / "graphs").iterdir())) == 1


def test_an_invalid_graph_stops_the_build(checkout):
    (checkout / "graphs" / "bad.yaml").write_text("name: bad")
    done = build(checkout, "standard")
    assert done.returncode != 0
    assert "no edges" in done.stderr
