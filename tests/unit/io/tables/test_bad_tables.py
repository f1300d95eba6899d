"""Every kind of bad table, with its exact message and place."""

import gzip
import io
import os
import pickle
import time

import polars as pl
import pytest
from tables_demo import DEMO, damaged, write

from blastradius.errors import GraphFileError
from blastradius.io.tables import read_register
from blastradius.io.tables.findings import Findings, Place
from blastradius.io.tables.folder import TableFile
from blastradius.io.tables.layout import TABLES
from blastradius.io.tables.raw import read_raw


def problems(folder):
    with pytest.raises(GraphFileError) as caught:
        read_register(folder)
    assert str(caught.value).startswith(f"{folder}: {len(caught.value.problems)} problem")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return [str(problem) for problem in caught.value.problems]


def parquet(folder, name, **columns):
    """Put a table of Parquet in the place of one of the demo."""
    (folder / f"{name}.csv").unlink(missing_ok=True)
    pl.DataFrame(columns).write_parquet(folder / f"{name}.parquet")


def test_the_demo_is_sound(tmp_path):
    register = read_register(write(tmp_path / "demo"))
    assert register.name == "demo"
    assert register.party(0).aliases == ("VW", "V. W.")
    assert register.share(0).evidence.sources == ("letter",)


CASES = [
    (
        "parties",
        "role,",
        "rolle,",
        [
            "parties.csv, line 1: unknown column 'rolle' (did you mean 'role'?)",
        ],
    ),
    (
        "parties",
        "id,name",
        "id,id",
        [
            "parties.csv, line 1: duplicate column 'id'",
            "parties.csv, line 1: column 'name' is required, but missing",
        ],
    ),
    (
        "parties",
        "name,role",
        "role,role",
        [
            "parties.csv, line 1: duplicate column 'role'",
            "parties.csv, line 1: column 'name' is required, but missing",
        ],
    ),
    (
        "parties",
        "id,name,role",
        "id,,role",
        [
            "parties.csv, line 1: column 2 has no name",
            "parties.csv, line 1: column 'name' is required, but missing",
        ],
    ),
    (
        "parties",
        "id,name",
        "id,nom",
        [
            "parties.csv, line 1: unknown column 'nom' (known: id, name, role, country, sector, aliases, terms, bpn, lei, duns, domain, certainty, sources, evidence_incident, evidence_date, evidence_note, note)",
            "parties.csv, line 1: column 'name' is required, but missing",
        ],
    ),
    (
        "parties",
        ",oem,",
        ",oen,",
        [
            "parties.csv, line 2, role: unknown role 'oen' (did you mean 'oem'?)",
        ],
    ),
    (
        "parties",
        ",oem,",
        ",king,",
        [
            "parties.csv, line 2, role: unknown role 'king' (choose from: oem, tier1, tier2, tier3, it-provider, software-vendor, engineering-service, logistics, dealer-group, marketing-agency, finance, data-space, data-subjects, other)",
        ],
    ),
    (
        "parties",
        ",DE,",
        ",Germany,",
        [
            "parties.csv, line 2, country: must be two capital letters (ISO 3166-1), got 'Germany'",
        ],
    ),
    (
        "parties",
        "vw,Volkswagen",
        "v w,Volkswagen",
        [
            "parties.csv, line 2, id: must be an id (letters, digits and . _ : > + # -, a letter or digit first), got 'v w'",
            "datasets.csv, line 2, owner: unknown party 'vw'",
            "shares.csv, line 2, discloser: unknown party 'vw'",
            "access.csv, line 2, grantor: unknown party 'vw'",
            "dependencies.csv, line 2, customer: unknown party 'vw'",
            "observations.csv, line 2, party: unknown party 'vw'",
        ],
    ),
    (
        "parties",
        "vw,Volkswagen",
        ",Volkswagen",
        [
            "parties.csv, line 2, id: required, but missing",
            "datasets.csv, line 2, owner: unknown party 'vw'",
            "shares.csv, line 2, discloser: unknown party 'vw'",
            "access.csv, line 2, grantor: unknown party 'vw'",
            "dependencies.csv, line 2, customer: unknown party 'vw'",
            "observations.csv, line 2, party: unknown party 'vw'",
        ],
    ),
    (
        "parties",
        "conti,Cont",
        "vw,Cont",
        [
            "parties.csv, line 3, id: duplicate party id 'vw', first used in parties.csv, line 2",
            "shares.csv, line 2, recipient: unknown party 'conti'",
            "access.csv, line 2, grantee: unknown party 'conti'",
            "dependencies.csv, line 2, supplier: unknown party 'conti'",
            "incidents.csv, line 2, origins: unknown party 'conti'",
        ],
    ),
    (
        "parties",
        "Volkswagen",
        "Volks\x07wagen",
        [
            "parties.csv, line 2, name: must not hold control characters, got 'Volks\\x07wagen'",
        ],
    ),
    (
        "parties",
        "Continental,tier1,,",
        "Continental,tier1",
        [
            "parties.csv, line 3: 3 cells, but the header has 5",
        ],
    ),
    (
        "parties",
        "Continental,tier1,,",
        "Continental,tier1,,,,",
        [
            "parties.csv, line 3: 7 cells, but the header has 5",
        ],
    ),
    (
        "parties",
        "Volkswagen",
        'Volks"wagen',
        [
            "parties.csv, line 2: a quote in the middle of a cell; put the cell in quotes",
        ],
    ),
    (
        "parties",
        "Volkswagen",
        '"Volks"wagen',
        [
            "parties.csv, line 2: text behind a closing quote; double quotes",
        ],
    ),
    (
        "parties",
        "Volkswagen",
        '"Volkswagen',
        [
            "parties.csv, line 2: a quote opens here and is never closed",
        ],
    ),
    (
        "datasets",
        "Secrets|",
        "secretz|",
        [
            "datasets.csv, line 2, varieties: unknown variety 'secretz' (did you mean 'Secrets'?)",
        ],
    ),
    (
        "datasets",
        "Secrets|Source code",
        "|",
        [
            "datasets.csv, line 2, varieties: required, but missing",
        ],
    ),
    (
        "datasets",
        ",1200,",
        ",12.5,",
        [
            "datasets.csv, line 2, documents: must be a whole number, got 12.5",
        ],
    ),
    (
        "datasets",
        ",1200,",
        ",-1,",
        [
            "datasets.csv, line 2, documents: must be a whole number from 0 to 10^18, got -1",
        ],
    ),
    (
        "datasets",
        ",1200,",
        ",many,",
        [
            "datasets.csv, line 2, documents: must be a number, got 'many'",
        ],
    ),
    (
        "datasets",
        ",0.3",
        ",1.3",
        [
            "datasets.csv, line 2, own_probability: must be in [0, 1], got 1.3",
        ],
    ),
    (
        "datasets",
        ",0.3",
        ",nan",
        [
            "datasets.csv, line 2, own_probability: must be in [0, 1], got nan",
        ],
    ),
    (
        "datasets",
        ",0.3",
        ',"0,3"',
        [
            "datasets.csv, line 2, own_probability: must be a number, got '0,3' (write 0.3)",
        ],
    ),
    (
        "datasets",
        "ecu,vw,",
        "ecu,vww,",
        [
            "datasets.csv, line 2, owner: unknown party 'vww' (did you mean 'vw'?)",
        ],
    ),
    (
        "shares",
        "vw,conti",
        "vw,Continental",
        [
            "shares.csv, line 2, recipient: unknown party 'Continental' (did you mean 'conti'?)",
        ],
    ),
    (
        "shares",
        "vw,conti",
        "conti,conti",
        [
            "shares.csv, line 2, recipient: a share needs two parties, but 'conti' shares with itself",
        ],
    ),
    (
        "shares",
        "vw-ecu",
        "vw-ecu|vw-ec",
        [
            "shares.csv, line 2, datasets: unknown dataset 'vw-ec' (did you mean 'vw-ecu'?)",
        ],
    ),
    (
        "shares",
        "2015-01",
        "2015-13",
        [
            "shares.csv, line 2, since: not a date: '2015-13' (no such day in the calendar)",
        ],
    ),
    (
        "shares",
        "2015-01",
        "soon",
        [
            "shares.csv, line 2, since: not a date: 'soon' (write YYYY, YYYY-MM or YYYY-MM-DD)",
        ],
    ),
    (
        "shares",
        "2015-01",
        "2021",
        [
            "shares.csv, line 2, since: since 2021 is after until 2020-06",
        ],
    ),
    (
        "shares",
        "3650",
        "99999",
        [
            "shares.csv, line 2, retention_days: must be a whole number from 0 to 36,525, got 99999",
        ],
    ),
    (
        "shares",
        ",documented,",
        ",,",
        [
            "shares.csv, line 2, certainty: required, but missing: other columns of evidence are filled",
        ],
    ),
    (
        "shares",
        ",letter",
        ",leter",
        [
            "shares.csv, line 2, sources: unknown source 'leter' (did you mean 'letter'?)",
        ],
    ),
    (
        "shares",
        "documented",
        "certain",
        [
            "shares.csv, line 2, certainty: unknown certainty 'certain' (choose from: documented, reported, inferred, assumed)",
        ],
    ),
    (
        "shares",
        ",letter",
        ',"[{""title"": ""x""}]"',
        [
            "shares.csv, line 2, sources: [0].tier: required, but missing",
        ],
    ),
    (
        "shares",
        ",letter",
        ',"[1"',
        [
            "shares.csv, line 2, sources: must be ids with | between, or a JSON list, got '[1'",
        ],
    ),
    (
        "access",
        ",0.1,",
        ",0.3,",
        [
            "access.csv, line 2, probability: must have low <= mode <= high, got low 0.3, mode 0.3, high 0.2",
        ],
    ),
    (
        "access",
        ",0.1,",
        ",,",
        [
            "access.csv, line 2, probability: required, but missing: it has a range",
        ],
    ),
    (
        "access",
        "vpn",
        "wpn",
        [
            "access.csv, line 2, via: unknown via 'wpn' (did you mean 'vpn'?)",
        ],
    ),
    (
        "access",
        "door",
        "vw-ecu",
        [
            "access.csv, line 2, id: edge id 'vw-ecu' is also that of a dataset",
        ],
    ),
    (
        "incidents",
        "hacking",
        "magic",
        [
            "incidents.csv, line 2, actions: unknown action 'magic' (choose from: malware, hacking, social, misuse, physical, error, environmental, unknown)",
        ],
    ),
    (
        "incidents",
        "2022-07-01/2022-08-05",
        "July",
        [
            "incidents.csv, line 2, window: not a date: 'July' (write YYYY, YYYY-MM or YYYY-MM-DD)",
        ],
    ),
    (
        "incidents",
        "2022-07-01/2022-08-05",
        "2022-09/2022-08-05",
        [
            "incidents.csv, line 2, window: window '2022-09/2022-08-05' ends before it starts",
        ],
    ),
    (
        "incidents",
        ",5e7",
        ",-5",
        [
            "incidents.csv, line 2, demand_amount: must be a finite number of at least 0, got -5",
        ],
    ),
    (
        "incidents",
        ",5e7",
        ",inf",
        [
            "incidents.csv, line 2, demand_amount: must be a finite number of at least 0, got inf",
        ],
    ),
    (
        "incidents",
        "demand_amount",
        "demand_note",
        [
            "incidents.csv, line 2, demand_note: speaks of a demand without demand_amount",
        ],
    ),
    (
        "incidents",
        "breach,conti",
        "breach,",
        [
            "incidents.csv, line 2, origins: required, but missing",
        ],
    ),
    (
        "observations",
        "breach,vw",
        "breach,",
        [
            "observations.csv, line 2: must name either a party or a dataset",
        ],
    ),
    (
        "observations",
        "breach,vw",
        "breech,vw",
        [
            "observations.csv, line 2, incident: unknown incident 'breech' (did you mean 'breach'?)",
        ],
    ),
    (
        "observations",
        "reported",
        "rumoured",
        [
            "observations.csv, line 2, state: unknown state 'rumoured' (choose from: confirmed, reported, could-be-affected, denied)",
        ],
    ),
    (
        "sources",
        "title",
        "titel",
        [
            "sources.csv, line 1: unknown column 'titel' (did you mean 'title'?)",
            "sources.csv, line 1: column 'title' is required, but missing",
        ],
    ),
    (
        "graph",
        "demo,",
        "demo,x\ntwo,",
        [
            "graph.csv: must have one row, got 2",
        ],
    ),
    (
        "graph",
        "name,description\ndemo",
        "schema,name,description\ngraph/9,demo",
        [
            "graph.csv, line 2, schema: must be 'blastradius/graph/1', got 'graph/9'",
        ],
    ),
]


@pytest.mark.parametrize(
    ("table", "old", "new", "expected"), CASES, ids=[f"{c[0]}-{c[2]}" for c in CASES]
)
def test_bad_cell_or_header(table, old, new, expected, tmp_path):
    assert problems(write(tmp_path / "r", **damaged(table, old, new))) == expected


@pytest.mark.parametrize(
    ("table", "old", "new", "expected"),
    [
        ("parties", "Volkswagen", "V" * 301, "name: must have at most 300 characters, got 301"),
        ("parties", "vw,", "v" * 201 + ",", "id: must have at most 200 characters, got 201"),
        (
            "dependencies",
            "tyres",
            "t" * 4001,
            "what: must have at most 4,000 characters, got 4,001",
        ),
        (
            "shares",
            ",letter",
            f',"[{" " * 100_000}]"',
            "sources: must have at most 100,000 characters, got 100,002",
        ),
        (
            "shares",
            ",letter",
            f',"{"[" * 20_000}"',
            "sources: must be ids with | between, or a JSON list, got '" + "[" * 77 + "...'",
        ),
    ],
)
def test_long_cells(table, old, new, expected, tmp_path):
    found = problems(write(tmp_path / "r", **damaged(table, old, new)))
    assert found[0] == f"{table}.csv, line 2, {expected}"


FILES = [
    ("parties", None, ["a folder of tables needs parties.csv or parties.parquet"]),
    ("parties", "", ["parties.csv: the file is empty"]),
    ("parties", "\n\n", ["parties.csv: the file is empty"]),
    (
        "parties",
        DEMO["parties"].encode("utf-16"),
        ["parties.csv: not UTF-8 but UTF-16; save the file as UTF-8"],
    ),
    (
        "parties",
        DEMO["parties"].replace("VW", "Škoda").encode("cp1250"),
        ["parties.csv, line 2: not UTF-8: byte 0x8a at offset 50; save the file as UTF-8"],
    ),
    (
        "parties",
        DEMO["parties"].replace("\n", "\r"),
        ["parties.csv: lines end with CR alone; save the file with LF or CRLF"],
    ),
    (
        "parties",
        DEMO["parties"].replace(",", ":"),
        [
            "parties.csv, line 1: one column, 'id:name:role:country:aliases': separate cells by commas, semicolons or tabs"
        ],
    ),
    (
        "parties",
        b"\x00\x01\x02\xff",
        ["parties.csv, line 1: not UTF-8: byte 0xff at offset 3; save the file as UTF-8"],
    ),
    ("partys", "id\nx\n", ["partys.csv: unknown table 'partys' (did you mean 'parties'?)"]),
    ("xyz", "id\nx\n", [f"xyz.csv: unknown table 'xyz' (known: {', '.join(TABLES)})"]),
]


@pytest.mark.parametrize(("name", "content", "expected"), FILES)
def test_bad_file(name, content, expected, tmp_path):
    assert problems(write(tmp_path / "r", **{name: content})) == expected


def test_what_refers_to_an_unreadable_table_is_not_judged(tmp_path):
    folder = write(tmp_path / "r", datasets='id,owner,varieties\n"d,vw,Secrets\n')
    assert problems(folder) == ["datasets.csv, line 2: a quote opens here and is never closed"]


def test_lines_are_counted_through_cells_of_several_lines(tmp_path):
    text = 'customer,supplier,what\nvw,conti,"tyres\nand\nhoses"\n\r\nvw,continental,\n'
    assert problems(write(tmp_path / "r", dependencies=text)) == [
        "dependencies.csv, line 6, supplier: unknown party 'continental' (did you mean 'conti'?)"
    ]


def test_no_edge(tmp_path):
    folder = write(tmp_path / "r", shares=None, access=None, dependencies=None)
    assert problems(folder) == ["no edges: the graph has no shares, access or dependencies"]


def test_circle_of_owners(tmp_path):
    owners = "party,owner,stake\nvw,conti,0.6\nconti,vw,\nconti,conti,0.4\n"
    assert problems(write(tmp_path / "r", owners=owners)) == [
        "owners.csv, line 3, owner: circle of parents: 'vw' > 'conti' > 'vw'"
    ]


def test_edges_share_one_space_of_ids(tmp_path):
    needs = "id,customer,supplier\nneed,vw,conti\ndoor,vw,conti\nneed,conti,vw\n"
    assert problems(write(tmp_path / "r", dependencies=needs)) == [
        "dependencies.csv, line 3, id: duplicate edge id 'door', first used in access.csv, line 2",
        "dependencies.csv, line 4, id: duplicate edge id 'need', first used in dependencies.csv, line 2",
    ]


def test_many_problems_are_capped_and_counted(tmp_path):
    rows = "".join(f"p{k},Party,king\n" for k in range(5_000))
    found = problems(write(tmp_path / "r", parties="id,name,role\nvw,V,\nconti,C,\n" + rows))
    assert len(found) == 101
    assert found[99].startswith("parties.csv, line 103, role: unknown role 'king'")
    assert found[100] == "and 4,900 more"


def test_a_million_unknown_names_are_told_soon(tmp_path):
    parties = "id,name\n" + "".join(f"p{k:06d},P\n" for k in range(100_000))
    access = "grantor,grantee,via\n" + "".join(f"p{k:06d},q{k:06d},vpn\n" for k in range(100_000))
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "parties.csv").write_text(parties)
    (tmp_path / "r" / "access.csv").write_text(access)
    start = time.perf_counter()
    assert problems(tmp_path / "r")[-1] == "and 99,900 more"
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (
            '{""title"": ""x""}',
            'must be ids with | between, or a JSON list, got \'{"title": "x"}\'',
        ),
        ("letter| {x", "must be ids with | between, or a JSON list, got 'letter| {x'"),
        ('[""{x""]', "[0]: must be a mapping with keys such as id, title, url, got '{x'"),
        (
            '[""\\ud800""]',
            "[0]: must be a mapping with keys such as id, title, url, got '\\ud800'",
        ),
        ("[1, null]", "[1]: must be a mapping with keys such as id, title, url, got nothing"),
    ],
)
def test_sources_that_are_none(cell, expected, tmp_path):
    folder = write(tmp_path / "r", **damaged("shares", ",letter", f',"{cell}"'))
    assert problems(folder)[0] == f"shares.csv, line 2, sources: {expected}"


@pytest.mark.parametrize("count", ["1000000000000000001", "1e30", "9223372036854775808"])
def test_counts_beyond_all_bounds(count, tmp_path):
    folder = write(tmp_path / "r", **damaged("datasets", ",1200,", f",{count},"))
    assert problems(folder) == [
        f"datasets.csv, line 2, documents: must be a whole number from 0 to 10^18, got {count}"
    ]


# -- Parquet ----------------------------------------------------------------------------------

TYPES = [
    ("shares", "probability", [True], "holds boolean, not numbers"),
    ("shares", "since", [1.5], "holds numbers, not dates (or text)"),
    (
        "shares",
        "since",
        pl.Series([0]).cast(pl.Datetime),
        "holds dates or times, not dates (or text)",
    ),
    ("shares", "discloser", [1.5], "holds numbers, not text"),
    ("shares", "discloser", [b"vw"], "holds binary, not text"),
    ("shares", "discloser", [["vw"]], "holds lists, not text"),
    ("shares", "note", [{"a": 1}], "holds struct, not text"),
    ("shares", "datasets", [[1]], "holds lists, not text"),
]


@pytest.mark.parametrize(("table", "column", "values", "expected"), TYPES)
def test_wrong_type_of_a_parquet_column(table, column, values, expected, tmp_path):
    folder = write(tmp_path / "r")
    good = {"discloser": ["vw"], "recipient": ["conti"], "datasets": ["vw-ecu"]}
    parquet(folder, table, **good | {column: values})
    assert problems(folder)[0] == f"{table}.parquet, {column}: {expected}"


def test_rows_of_parquet_have_numbers(tmp_path):
    folder = write(tmp_path / "r")
    parquet(folder, "access", grantor=["vw", "vw"], grantee=["conti", "kojima"], via=["vpn", "api"])
    assert problems(folder) == ["access.parquet, row 2, grantee: unknown party 'kojima'"]


def test_null_columns_are_empty_ones(tmp_path):
    folder = write(tmp_path / "r")
    parquet(folder, "access", grantor=["vw"], grantee=["conti"], via=[None], note=[None])
    assert problems(folder) == ["access.parquet, row 1, via: required, but missing"]


def _bytes(**columns):
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


SOUND = _bytes(grantor=["vw"] * 50, grantee=["conti"] * 50, via=["vpn"] * 50)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not a Parquet file"),
        (b"id,name\nvw,Volkswagen\n", "not a Parquet file"),
        (SOUND[:-1], "not a whole Parquet file: it ends in the middle"),
        (SOUND[: len(SOUND) // 2], "not a whole Parquet file: it ends in the middle"),
        (SOUND[:50] + b"\xff\xff\xff\x7fPAR1", "not a whole Parquet file: its summary is missing"),
        (b"PAR1" + SOUND[-8:], "not a whole Parquet file: its summary is missing"),
        (
            b"PAR1" + b"\xff" * 400 + (400).to_bytes(4, "little") + b"PAR1",
            "not valid Parquet: its summary cannot be read",
        ),
    ],
)
def test_bytes_that_are_no_parquet(content, expected, tmp_path):
    folder = write(tmp_path / "r", access=None)
    (folder / "access.parquet").write_bytes(content)
    assert problems(folder) == [f"access.parquet: {expected}"]


def test_damaged_parquet_is_refused_or_read():
    """Flip one byte after another: problems of ours, or a table that says something else."""
    for place in range(4, len(SOUND), 3):
        damage = bytearray(SOUND)
        damage[place] ^= 0xA5
        file = TableFile("access", Place("access.parquet", 0), ".parquet", bytes(damage))
        findings = Findings()
        assert read_raw(file, findings) is not None or findings


# -- files that are none, and bombs -------------------------------------------------------------


def test_links_are_refused(tmp_path):
    folder = write(tmp_path / "r")
    (folder / "owners.csv").symlink_to("/etc/passwd")
    assert problems(folder) == [
        "owners.csv: cannot be read: is a link; put the file itself into the folder"
    ]


def test_pipes_are_refused_and_do_not_block(tmp_path):
    folder = write(tmp_path / "r")
    os.mkfifo(folder / "owners.csv")
    assert problems(folder) == ["owners.csv: cannot be read: is not a regular file"]


def test_folders_are_no_tables(tmp_path):
    folder = write(tmp_path / "r")
    (folder / "owners.csv").mkdir()
    (problem,) = problems(folder)
    assert problem.startswith("owners.csv: cannot be read: is ")


def test_a_table_stands_once(tmp_path):
    folder = write(tmp_path / "r")
    (folder / "parties.csv.gz").write_bytes(gzip.compress(DEMO["parties"].encode()))
    assert problems(folder) == ["parties.csv.gz: the table stands in 'parties.csv' too: keep one"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id,name", "not valid gzip"),
        (gzip.compress(DEMO["parties"].encode())[:-9], "not valid gzip: it ends in the middle"),
    ],
)
def test_bad_gzip(content, expected, tmp_path):
    folder = write(tmp_path / "r", parties=None)
    (folder / "parties.csv.gz").write_bytes(content)
    assert f"parties.csv.gz: cannot be read: {expected}" in problems(folder)


def test_gzip_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr("blastradius.io.tables.folder.MAX_TABLE_BYTES", 10_000_000)
    folder = write(tmp_path / "r", parties=None)
    (folder / "parties.csv.gz").write_bytes(gzip.compress(b"id,name\n" + b"," * 50_000_000))
    expected = "parties.csv.gz: cannot be read: too large: more bytes, at most 10,000,000 are read"
    assert expected in problems(folder)


def test_parquet_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr("blastradius.io.tables.parquet_sizes.MAX_TABLE_BYTES", 10_000_000)
    folder = write(tmp_path / "r")
    parquet(folder, "access", grantor=["v" * 1000 + str(k) for k in range(20_000)])
    assert (folder / "access.parquet").stat().st_size < 1_000_000
    (problem,) = problems(folder)
    assert problem.startswith("access.parquet: too large: 2")
    assert problem.endswith(" bytes unpacked, at most 10,000,000 are read")


@pytest.mark.parametrize("notation", ["csv", "parquet"])
def test_too_many_rows(notation, tmp_path, monkeypatch):
    monkeypatch.setattr("blastradius.io.tables.raw.MAX_ROWS", 2)
    monkeypatch.setattr("blastradius.io.tables.parquet_sizes.MAX_ROWS", 2)
    folder = write(tmp_path / "r", access="grantor,grantee,via\n" + "vw,conti,vpn\n" * 3)
    if notation == "parquet":
        parquet(folder, "access", grantor=["vw"] * 3)
    assert problems(folder) == [f"access.{notation}: too large: 3 rows, at most 2 are read"]


def test_other_files_may_lie_beside(tmp_path):
    folder = write(tmp_path / "r")
    (folder / "README.md").write_text("notes")
    (folder / ".hidden.csv").write_text("notes")
    assert read_register(folder).name == "demo"


def test_nothing_there(tmp_path):
    assert problems(tmp_path) == ["a folder of tables needs parties.csv or parties.parquet"]
    with pytest.raises(GraphFileError, match="cannot be read: no such file or directory"):
        read_register(tmp_path / "none")
