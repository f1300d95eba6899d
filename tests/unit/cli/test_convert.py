"""``convert`` and ``generate``, and folders of tables in the other commands."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blastradius.cli.main import main
from blastradius.io import find_graph, load_register

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(capsys, line, code=0):
    assert main(line.split()) == code, capsys.readouterr()
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


def files(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


def test_there_and_back(capsys):
    for line in (
        "convert automotive a --tables csv",
        "convert a b",
        "convert b c --tables csv",
        "convert c d.yaml",
        "convert d.yaml e.json",
        "convert e.json f",
    ):
        assert run(capsys, line) == f"{line.split()[2]}\n"
    graph = find_graph("automotive").graph
    for name in ("a", "b", "d.yaml", "e.json", "f"):
        assert find_graph(name).graph == graph
    assert files("a") == files("c") == [f"{Path(n).stem}.csv" for n in files("b")]
    for name in files("a"):
        assert Path("a", name).read_bytes() == Path("c", name).read_bytes()


def test_every_command_takes_a_folder(capsys):
    run(capsys, "convert automotive register")
    for command in (
        "analyze continental",
        "explain continental volkswagen",
        "parties conti",
        "incidents",
        "show continental",
        "view continental --no-open",
    ):
        assert run(capsys, f"{command} --graph register")
    result = json.loads(run(capsys, "analyze continental --graph register --format json"))
    shipped = json.loads(run(capsys, "analyze continental --format json"))
    assert result["parties"] == shipped["parties"]


def test_a_shipped_name_goes_before_a_folder(capsys):
    run(capsys, "convert cross-industry automotive")
    assert find_graph("automotive").is_shipped
    assert find_graph("./automotive").name == "cross-industry"


def test_validate_counts_without_records(capsys, monkeypatch):
    run(capsys, "generate --parties 100 -o r")
    run(capsys, "convert r r.yaml")
    monkeypatch.setattr("blastradius.io.tables.loading.MAX_RECORDS", 10)
    folder, file = (run(capsys, f"validate {name}").splitlines() for name in ("r", "r.yaml"))
    assert folder[1:] == file[1:]
    assert folder[0] == file[0].replace("r.yaml", "r")
    said = run(capsys, "parties --graph r", code=1)
    assert said == (
        "error: r: 1 problem\n  1,279 rows are too many for this; "
        "at most 10 are turned into records\n"
    )


REFUSED = [
    ("convert automotive taken", 1, "cannot write taken: it exists; --force replaces it"),
    ("convert automotive taken.yaml", 1, "cannot write taken.yaml: it exists; --force replaces it"),
    (
        "convert automotive mixed --force",
        1,
        "cannot write mixed: the folder holds other things, such as notes.txt",
    ),
    ("convert automotive taken.yaml/x", 1, "cannot write taken.yaml/x: no such folder"),
    ("convert automotive none/x", 1, "cannot write none/x: no such folder"),
    ("convert automotive none/x.yaml", 1, "cannot write none/x.yaml: no such folder"),
    ("convert automotive notes", 1, "cannot write notes: there is a file of that name"),
    ("convert nothing x", 1, "nothing: 1 problem"),
    ("convert taken taken", 2, "'taken' is an input of this command; write to another file"),
    ("convert taken taken/x.yaml", 2, "'taken/x.yaml' is an input of this command"),
    ("convert automotive x.csv", 2, "'x.csv' looks like a single table"),
    ("convert automotive x.yaml --tables csv", 2, "--tables writes a folder, but 'x.yaml' is a"),
    ("convert automotive x --tables xls", 2, "--tables: unknown value 'xls'"),
    ("generate --parties 5", 1, "parties: must be between 20 and 1,000,000, got 5"),
    ("generate --parties 100 --seed -1", 1, "the seed: must be between 0 and"),
    ("generate --parties 100 --shares 99", 1, "shares for each party: must be between 1 and 15"),
    ("generate --parties 100 -o taken", 1, "cannot write taken: it exists; --force replaces it"),
    ("generate --parties many", 2, "--parties: must be a whole number such as 10, got 'many'"),
]


@pytest.mark.parametrize(("line", "code", "expected"), REFUSED, ids=[c[0] for c in REFUSED])
def test_refused_and_nothing_changed(capsys, line, code, expected):
    run(capsys, "convert automotive taken")
    run(capsys, "convert automotive taken.yaml")
    Path("mixed").mkdir()
    for name in ("mixed/notes.txt", "notes"):
        Path(name).write_text("mine")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert expected in run(capsys, line, code)
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
    assert files() == ["mixed", "notes", "taken", "taken.yaml"]


def test_force_replaces_tables_as_a_whole(capsys):
    run(capsys, "convert automotive x --tables csv")
    run(capsys, "convert cross-industry x --force")
    assert all(name.endswith(".parquet") for name in files("x"))
    assert find_graph("x").name == "cross-industry"
    run(capsys, "convert automotive y.yaml")
    run(capsys, "convert cross-industry y.yaml --force")
    assert find_graph("y.yaml").name == "cross-industry"
    assert files() == ["x", "y.yaml"]


def test_an_empty_folder_is_filled(capsys):
    Path("x").mkdir()
    run(capsys, "convert automotive x")
    assert "parties.parquet" in files("x")


def test_formulas_are_neutralised_in_csv_and_come_back(capsys):
    text = "{name: =cmd, parties: [{id: a, name: '=1+1', aliases: ['-2|3', '''s']}, {id: b, name: '@x'}], access: [{grantor: a, grantee: b, via: vpn, note: '+49'}]}"
    Path("g.yaml").write_text(text, encoding="utf-8")
    run(capsys, "convert g.yaml t --tables csv")
    written = "".join(path.read_text() for path in Path("t").iterdir())
    for line in written.splitlines():
        assert not any(cell.startswith(tuple("=+-@")) for cell in line.split(","))
    assert find_graph("t").graph == find_graph("g.yaml").graph


def test_interrupted_conversion_leaves_nothing(capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("blastradius.io.tables.writing.table_bytes", interrupt)
    assert main(["convert", "automotive", "x"]) == 130
    assert main(["generate", "--parties", "50", "-o", "x"]) == 130
    assert files() == []


def test_a_full_disk_leaves_nothing(capsys, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("blastradius.io.tables.writing._write", fail)
    said = run(capsys, "convert automotive x", code=1)
    assert said == "error: cannot write x: no space left on device\n"
    assert files() == []


def test_ctrl_c_in_a_real_run_leaves_nothing():
    process = subprocess.Popen(
        [sys.executable, "-m", "blastradius", "generate", "--parties", "200000"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    if process.returncode:  # on a fast machine it may have been ready
        assert process.returncode in (130, -signal.SIGINT)
        assert "Traceback" not in said
        assert files() == []


def test_output_among_the_tables_is_refused(capsys):
    run(capsys, "convert automotive r")
    said = run(capsys, "analyze continental --graph r --output r/parties.csv", code=2)
    assert "'r/parties.csv' is an input of this command" in said


def test_generated_names_are_seen_in_every_output(capsys):
    assert run(capsys, "generate --parties 60 --seed 3") == "synthetic-60-3\n"
    origin = "synthetic-it-provider-01 --graph synthetic-60-3 --worlds 1000"
    for form in ("table", "json", "markdown", "csv"):
        assert "ynthetic" in run(capsys, f"analyze {origin} --format {form}")
    for form in ("table", "json", "markdown"):
        assert "synthetic-60-3" in run(capsys, f"analyze {origin} --format {form}")
    run(capsys, f"analyze {origin} --html page.html")
    assert "synthetic-60-3" in Path("page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("dest", ["a.yaml", "a.json", "a"])
def test_generated_files_are_the_same_every_time(capsys, dest):
    run(capsys, f"generate --parties 60 --seed 3 -o {dest}")
    run(capsys, f"generate --parties 60 --seed 3 -o again-{dest}")
    pairs = zip(
        [Path(dest), *sorted(Path(dest).glob("*"))],
        [Path(f"again-{dest}"), *sorted(Path(f"again-{dest}").glob("*"))],
        strict=True,
    )
    for one, other in pairs:
        assert one.is_dir() or one.read_bytes() == other.read_bytes()
    assert load_register(dest).name == "synthetic-60-3"


def test_no_columnar_library_without_tables():
    code = (
        "import sys; from blastradius.cli.main import main; main(['analyze', 'continental']); "
        "assert not {'polars', 'numba'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
