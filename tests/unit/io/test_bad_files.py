"""Every kind of bad input, with its exact message and place."""

import json
import os
import pickle
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from demo import DEMO

from blastradius.errors import GraphFileError
from blastradius.io import read_graph
from blastradius.io.files import MAX_BYTES, graph_from_bytes


def problems(text, name="g.yaml"):
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(GraphFileError) as caught:
        graph_from_bytes(content, name)
    assert str(caught.value).startswith(f"{name}: {len(caught.value.problems)} problem")
    return [str(problem) for problem in caught.value.problems]


def damaged(old, new):
    assert DEMO.count(old) == 1
    return DEMO.replace(old, new)


def test_the_demo_is_sound():
    graph = graph_from_bytes(DEMO.encode(), "demo.yaml")
    assert graph.parties[1].country == "NO"
    assert graph.shares[0].since == "2015-01"


CASES = [
    # Keys and words
    ("name: demo", "nmae: demo", [
        "line 1, column 1, name: required, but missing",
        "line 2, column 1: unknown key 'nmae' (did you mean 'name'?)",
    ]),
    ("recipient: conti", "recipiant: conti", [
        "line 9, column 5, shares[0].recipient: required, but missing",
        "line 10, column 5, shares[0]: unknown key 'recipiant' (did you mean 'recipient'?)",
    ]),
    ("aliases: [VW]}", "hue: blue}", [
        ("line 4, column 43, parties[0]: unknown key 'hue' (known: id, name, role, country, "
        "sector, aliases, terms, identifiers, parent, contacts, evidence, note)"),
    ]),
    ("schema: blastradius/graph/1", "schema: blastradius/graph/2", [
        "line 1, column 9, schema: must be 'blastradius/graph/1', got 'blastradius/graph/2'",
    ]),
    ("role: oem", "role: oen", [
        "line 4, column 38, parties[0].role: unknown role 'oen' (did you mean 'oem'?)",
    ]),
    ("Secrets", "secretz", [
        ("line 7, column 41, datasets[0].varieties[0]: unknown variety 'secretz' "
        "(did you mean 'Secrets'?)"),
    ]),
    ("actions: [hacking]", "actions: [magic]", [
        ("line 20, column 15, incidents[0].actions[0]: unknown action 'magic' (choose from: "
        "malware, hacking, social, misuse, physical, error, environmental, unknown)"),
    ]),
    ("via: vpn", "via: [vpn]", [
        ("line 16, column 40, access[0].via: must be one of vpn, portal, remote-maintenance, "
        "managed-service, software-update, api, on-site, got a list"),
    ]),
    ("country: NO", "country: Norway", [
        ("line 5, column 58, parties[1].country: must be two capital letters (ISO 3166-1), "
        "got 'Norway'"),
    ]),
    ("id: demo-breach", "id: demo breach", [
        ("line 18, column 9, incidents[0].id: must be an id (letters, digits and . _ : > + # -, "
        "a letter or digit first), got 'demo breach'"),
    ]),
    # References
    ("recipient: conti", "recipient: cont", [
        "line 10, column 16, shares[0].recipient: unknown party 'cont' (did you mean 'conti'?)",
    ]),
    ("origins: [conti]", "origins: [Continental]", [
        ("line 19, column 15, incidents[0].origins[0]: unknown party 'Continental' "
        "(did you mean 'conti'?)"),
    ]),
    ("owner: vw,", "owner: nobody,", [
        "line 7, column 25, datasets[0].owner: unknown party 'nobody'",
    ]),
    ("owner: vw, ", "", [
        "line 7, column 5, datasets[0].owner: required, but missing",
    ]),
    ("datasets: [vw-ecu]", "datasets: [vw-ecu, ghost]", [
        "line 11, column 24, shares[0].datasets[1]: unknown dataset 'ghost'",
    ]),
    ("id: conti", "id: vw", [
        "line 5, column 10, parties[1].id: duplicate party id 'vw', first used in line 4",
        "line 10, column 16, shares[0].recipient: unknown party 'conti'",
        "line 16, column 28, access[0].grantee: unknown party 'conti'",
        "line 19, column 15, incidents[0].origins[0]: unknown party 'conti'",
    ]),
    # Numbers
    ("probability: 0.5", "probability: 1.2", [
        "line 12, column 18, shares[0].probability: must be in [0, 1], got 1.2",
    ]),
    ("probability: 0.5", "probability: -1", [
        "line 12, column 18, shares[0].probability: must be in [0, 1], got -1",
    ]),
    ("probability: 0.5", "probability: .nan", [
        "line 12, column 18, shares[0].probability: must be in [0, 1], got nan",
    ]),
    ("probability: 0.5", "probability: 1e999", [
        "line 12, column 18, shares[0].probability: must be in [0, 1], got inf",
    ]),
    ("probability: 0.5", "probability: {low: 0.5, mode: 0.4, high: 0.6}", [
        ("line 12, column 18, shares[0].probability: must have low <= mode <= high, got low 0.5, "
        "mode 0.4, high 0.6"),
    ]),
    ("probability: 0.5", "probability: {low: 0.5, mode: 2, high: '1'}", [
        "line 12, column 35, shares[0].probability.mode: must be in [0, 1], got 2",
        "line 12, column 44, shares[0].probability.high: must be a number, got '1'",
    ]),
    ("probability: 0.5", "probability: likely", [
        ("line 12, column 18, shares[0].probability: must be a number in [0, 1] or a mapping of "
        "low, mode and high, got 'likely'"),
    ]),
    ("probability: 0.5", "probability: yes", [
        ("line 12, column 18, shares[0].probability: must be a number in [0, 1] or a mapping of "
        "low, mode and high, got 'yes'"),
    ]),
    ("documents: 1200", "documents: 12.5", [
        "line 7, column 75, datasets[0].documents: must be a whole number, got 12.5",
    ]),
    ("documents: 1200", "documents: -3", [
        "line 7, column 75, datasets[0].documents: must be at least 0, got -3",
    ]),
    ("documents: 1200", "documents: 10000000000000000000", [
        ("line 7, column 75, datasets[0].documents: must be at most 1,000,000,000,000,000,000, "
        "got 10000000000000000000"),
    ]),
    ("documents: 1200", f"documents: {'9' * 5000}", [
        "line 7, column 75, datasets[0].documents: a number of 5,000 digits is too long",
    ]),
    # Dates
    ("since: 2015-01", "since: 2015-13", [
        "line 13, column 12, shares[0].since: not a date: '2015-13' (no such day in the calendar)",
    ]),
    ("since: 2015-01", "since: January", [
        ("line 13, column 12, shares[0].since: not a date: 'January' (write YYYY, YYYY-MM or "
        "YYYY-MM-DD)"),
    ]),
    ("since: 2015-01", "since: the year after next", [
        ("line 13, column 12, shares[0].since: not a date: 'the year after next' (write YYYY, "
        "YYYY-MM or YYYY-MM-DD)"),
    ]),
    ("since: 2015-01", "since: 2015.5", [
        ("line 13, column 12, shares[0].since: not a date: 2015.5 (write YYYY, YYYY-MM or "
        "YYYY-MM-DD)"),
    ]),
    ("since: 2015-01", "since: 2021", [
        "line 13, column 12, shares[0].since: since 2021 is after until 2020-06",
    ]),
    ("window: 2022-07-01/2022-08-05", "window: 2022-08-05/2022-07-01", [
        ("line 21, column 13, incidents[0].window: window '2022-08-05/2022-07-01' ends before it "
        "starts"),
    ]),
    ("window: 2022-07-01/2022-08-05", "window: from July until the fifth of August", [
        ("line 21, column 13, incidents[0].window: not a window: 'from July until the fifth of "
        "August' (write first-access/contained)"),
    ]),
    # Shapes
    ("aliases: [VW]", "aliases: VW", [
        "line 4, column 52, parties[0].aliases: must be a list, got 'VW' (write [...])",
    ]),
    ("name: Continental", "name: 1871", [
        "line 5, column 23, parties[1].name: must be text, got 1871 (put it in quotes)",
    ]),
    ("name: Continental", "name: ''", [
        "line 5, column 23, parties[1].name: must not be empty",
    ]),
    ("name: Continental", f"name: {'x' * 301}", [
        "line 5, column 23, parties[1].name: must have at most 300 characters, got 301",
    ]),
    ("name: Continental", "name: null", [
        "line 5, column 23, parties[1].name: must be text, got nothing",
    ]),
    ("name: Continental", r'name: "C\e[31m\u202e"', [
        (r"line 5, column 23, parties[1].name: must not hold control characters, "
        r"got 'C\x1b[31m\u202e'"),
    ]),
    ("  - {id: vw, name: Volkswagen, role: oem, aliases: [VW]}", "  - vw", [
        ("line 4, column 5, parties[0]: must be a mapping with keys such as id, name, role, "
        "got 'vw'"),
        "line 7, column 25, datasets[0].owner: unknown party 'vw'",
        "line 9, column 16, shares[0].discloser: unknown party 'vw'",
        "line 16, column 15, access[0].grantor: unknown party 'vw'",
        "line 23, column 17, incidents[0].observations[0].party: unknown party 'vw'",
    ]),
    ("origins: [conti]", "origins: []", [
        "line 19, column 14, incidents[0].origins: must not be empty",
    ]),
    ("    origins: [conti]\n", "", [
        "line 18, column 5, incidents[0].origins: required, but missing",
    ]),
    ("{party: vw, state", "{state", [
        "line 23, column 9, incidents[0].observations[0]: must name either a party or a dataset",
    ]),
    ("aliases: [VW]}", "parent: 7}", [
        ("line 4, column 51, parties[0].parent: must be the id of a party, a mapping or a list of "
        "these, got 7"),
    ]),
    ("aliases: [VW]}", "parent: [conti, {party: con, stake: 40}]}", [
        ("line 4, column 67, parties[0].parent[1].party: unknown party 'con' "
        "(did you mean 'conti'?)"),
        "line 4, column 79, parties[0].parent[1].stake: must be in [0, 1], got 40",
    ]),
    ("aliases: [VW]}", "evidence: {certainty: sure, sources: [s, {title: t}, 5, {id: s}]}}", [
        ("line 4, column 65, parties[0].evidence.certainty: unknown certainty 'sure' "
        "(choose from: documented, reported, inferred, assumed)"),
        "line 4, column 81, parties[0].evidence.sources[0]: unknown source 's'",
        "line 4, column 84, parties[0].evidence.sources[1].tier: required, but missing",
        ("line 4, column 96, parties[0].evidence.sources[2]: must be the id of a source or a "
        "mapping, got 5"),
        "line 4, column 99, parties[0].evidence.sources[3].tier: required, but missing",
        "line 4, column 99, parties[0].evidence.sources[3].title: required, but missing",
    ]),
    # YAML itself
    ("name: demo", "name: demo\nname: again", [
        "line 3, column 1: duplicate key 'name', first used in line 2",
    ]),
    ("until: 2020-06", "until: 2020-06\n    since: 2016", [
        "line 15, column 5, shares[0]: duplicate key 'since', first used in line 13",
    ]),
    ("name: demo", "name: !!python/name:os.system x", [
        ("line 2, column 7, name: tag '!!python/name:os.system' is not supported; write the plain "
        "value"),
    ]),
    ("name: demo", "name: demo\n<<: {description: x}", [
        "line 3, column 1: merge key '<<' is not supported; write the values out",
    ]),
    ("name: demo", "name: demo\n? [a]\n: b", [
        "line 3, column 3: a key must be plain text, not a list or mapping",
    ]),
    ("name: demo", "name: *nowhere", [
        "line 2, column 7: alias '*nowhere' does not follow a complete anchor of that name",
    ]),
    ("aliases: [VW]", "aliases: &a [*a]", [
        "line 4, column 56: alias '*a' does not follow a complete anchor of that name",
    ]),
    ("access:", "---\naccess:", [
        "line 15, column 1: a second document starts here; a file holds one",
    ]),
    ("name: demo", "name: demo\n\tdescription: x", [
        ("line 3, column 1: not valid YAML: while scanning a plain scalar, found a tab character "
        "that violates indentation (indent with spaces, not with tabs)"),
    ]),
    ("name: demo", "name: demo \x07 x", [
        "line 2, column 12: control character '\\x07' in the text",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"), CASES, ids=[repr(new)[:40] for _, new, _ in CASES]
)
def test_message_and_place(old, new, expected):
    assert problems(damaged(old, new)) == expected


def test_everything_is_reported_at_once_in_the_order_of_the_file():
    text = damaged("role: oem", "role: boss").replace("probability: 0.5", "probability: 1.2")
    text = text.replace("until: 2020-06", "until: 2010").replace("recipient: conti", "recipient: c")
    text = text.replace("name: demo\n", "name: demo\nname: twice\n")
    assert [problem.partition(":")[0] for problem in problems(text)] == [
        "line 3, column 1",
        "line 5, column 38, parties[0].role",
        "line 11, column 16, shares[0].recipient",
        "line 13, column 18, shares[0].probability",
        "line 14, column 12, shares[0].since",
    ]


@pytest.mark.parametrize(("old", "new", "expected"), CASES[:40])
def test_the_places_are_those_of_the_values(old, new, expected):
    """Read each place off the text, so that no expectation above was copied from the output."""
    lines = damaged(old, new).split("\n")
    for problem in expected:
        found = re.match(r"line (\d+), column (\d+).*(?:got|unknown \w+) '?([\w.-]+)", problem)
        if found and found[3] not in ("a", "low", "nan") and found[3] in lines[int(found[1]) - 1]:
            value = lines[int(found[1]) - 1][int(found[2]) - 1 :]
            assert value.lstrip("'").startswith(found[3])


def test_only_so_many_problems_are_listed():
    text = DEMO + "".join(f"key{i}: x\n" for i in range(250))
    found = problems(text)
    assert len(found) == 101
    assert found[-1] == "and 150 more"
    assert found[99].startswith("line 123, ")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"# only a comment\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"just words", ("must be a mapping with keys such as schema, name, description, "
                        "got 'just words'")),
        (b"- a\n- b", "must be a mapping with keys such as schema, name, description, got a list"),
        (b"name: n\nparties: []\n", "no edges: the graph has no shares, access or dependencies"),
        (b"name: M\xfcller\n", "line 1, column 8: not UTF-8: byte 0xfc at offset 7"),
        (b"name: x\n# \xc3\xa9 \xff\n", "line 2, column 5: not UTF-8: byte 0xff at offset 13"),
        ("name: x".encode("utf-16"), "not UTF-8 but UTF-16; save the file as UTF-8"),
        (b"name: [x\n", ("line 2, column 1: not valid YAML: while parsing a flow sequence, did not "
                        "find expected ',' or ']'")),
        (b"\x7fELF", "line 1, column 1: control character '\\x7f' in the text"),
        (b"a: " + b"[" * 60, "line 1, column 53: nested more than 50 levels deep"),
    ],
)  # fmt: skip
def test_one_problem_with_the_whole(content, expected):
    assert problems(content) == [expected]


def test_byte_order_mark_and_windows_line_ends_are_fine():
    text = "\ufeff" + DEMO.replace("\n", "\r\n")
    assert graph_from_bytes(text.encode(), "g.yaml") == graph_from_bytes(DEMO.encode(), "g.yaml")


def test_a_name_that_acts_on_the_screen_is_shown_escaped():
    (problem,) = problems(damaged("role: oem", r'"role\e[2J": oem'))
    assert problem.startswith(r"line 4, column 32, parties[0]: unknown key 'role\x1b[2J'")


# JSON


def as_json(**changes):
    graph = {
        "schema": "blastradius/graph/1",
        "name": "demo",
        "parties": [{"id": "vw", "name": "Volkswagen"}, {"id": "conti", "name": "Continental"}],
        "access": [{"grantor": "vw", "grantee": "conti", "via": "vpn"}],
    }
    return json.dumps({**graph, **changes}, indent=1)


def test_json_is_read_by_its_name_and_by_its_look():
    expected = graph_from_bytes(as_json().encode(), "g.json")
    assert graph_from_bytes(as_json().encode(), "g") == expected
    assert graph_from_bytes(as_json().encode(), "g.yaml") == expected
    flow = "{name: demo, parties: [{id: vw, name: Volkswagen}, {id: conti, name: Continental}], "
    flow += "access: [{grantor: vw, grantee: conti, via: vpn}]}"
    assert graph_from_bytes(flow.encode(), "g") == expected


@pytest.mark.parametrize("name", ["g.json", "g.yaml", "graph"])
def test_json_problems_have_places(name):
    text = as_json(dependencies=[{"customer": "vw", "suplier": "conti", "probability": 7}])
    assert problems(text, name) == [
        "line 22, column 3, dependencies[0].supplier: required, but missing",
        "line 24, column 4, dependencies[0]: unknown key 'suplier' (did you mean 'supplier'?)",
        "line 25, column 19, dependencies[0].probability: must be in [0, 1], got 7",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "line 1, column 2: not valid JSON: expecting property name enclosed in double quotes"),
        ('{"name": 1} 2', "line 1, column 13: not valid JSON: extra data"),
        ("", "line 1, column 1: not valid JSON: expecting value"),
        ("null", "the file is empty"),
        ("[" * 100_000, "nested too deeply"),
        ('{"name": "a\nb"}', "line 1, column 12: not valid JSON: invalid control character at"),
    ],
)  # fmt: skip
def test_bad_json(text, expected):
    assert problems(text, "g.json") == [expected]


def test_json_oddities_that_python_lets_pass():
    text = as_json().replace('"name": "demo"', '"name": "demo",\n "name": NaN')
    assert problems(text, "g.json") == [
        "line 4, column 2: duplicate key 'name', first used in line 3"
    ]
    text = as_json().replace('"via": "vpn"', '"via": "vpn", "probability": ' + "1" * 5000)
    assert problems(text, "g.json") == [
        "line 18, column 33, access[0].probability: a number of 5,000 digits is too long"
    ]
    text = as_json().replace('"demo"', r'"\ud800"')
    assert problems(text, "g.json") == [
        r"line 3, column 10, name: must be text in valid Unicode, got '\ud800'"
    ]
    text = as_json().replace('"demo"', r'"\ud83d\ude97"')
    assert graph_from_bytes(text.encode(), "g.json").name == "🚗"


# Files


def file_problem(path):
    with pytest.raises(GraphFileError) as caught:
        read_graph(path)
    (problem,) = caught.value.problems
    assert problem.line == 0
    return str(caught.value)


def test_missing_file_suggests_its_neighbour(tmp_path):
    (tmp_path / "suppliers.yaml").write_text(DEMO)
    path = tmp_path / "supliers.yaml"
    assert file_problem(path) == (
        f"{path}: 1 problem\n  no such file (did you mean '{tmp_path}/suppliers.yaml'?)"
    )
    assert file_problem(tmp_path / "other") == f"{tmp_path}/other: 1 problem\n  no such file"
    assert "no such file" in file_problem(tmp_path / "no" / "folder")


def test_folder(tmp_path):
    assert file_problem(tmp_path).endswith("is a folder, not a file")
    (tmp_path / "file").touch()
    assert file_problem(tmp_path / "file" / "x").endswith("cannot be read: not a directory")


@pytest.mark.parametrize("name", ["nul\0", "x" * 5000, "lone\ud800"])
def test_impossible_paths(name):
    with pytest.raises(GraphFileError):
        read_graph(name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_permission_denied(tmp_path):
    path = tmp_path / "g.yaml"
    path.write_text(DEMO)
    path.chmod(0)
    assert file_problem(path).endswith("may not be read: permission denied")


def test_too_large_a_file_is_not_even_read(tmp_path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as stream:
        stream.truncate(200 * 2**20)
    start = time.perf_counter()
    assert file_problem(path).endswith(
        f"too large: 209,715,200 bytes, at most {MAX_BYTES:,} are read"
    )
    assert time.perf_counter() - start < 0.5


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_an_endless_file_ends():
    assert "too large: more bytes" in file_problem("/dev/zero")


def test_errors_survive_pickling():
    with pytest.raises(GraphFileError) as caught:
        graph_from_bytes(b"", "g.yaml")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


# Hostile YAML


def laughs(levels, width=10):
    lines = ["a0: &a0 [" + ", ".join(["lol"] * width) + "]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, levels)]
    return "\n".join(lines)


def test_a_billion_laughs_stop_early():
    start = time.perf_counter()
    (problem,) = problems(laughs(10))
    assert re.fullmatch(
        r"line \d, column \d+: aliases repeat too much: \d{3},\d{3} values up to here", problem
    )
    assert time.perf_counter() - start < 1


def test_a_tower_of_aliases_counts_as_depth():
    text = "a0: &a0 [x]\n" + "\n".join(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 60))
    assert problems(text) == ["line 50, column 12: nested more than 50 levels deep"]


def test_aliases_of_a_program_are_read():
    text = damaged("aliases: [VW]}", "evidence: &e {certainty: assumed}}")
    text = text.replace("country: NO", "evidence: *e")
    graph = graph_from_bytes(text.encode(), "g.yaml")
    assert graph.parties[1].evidence == graph.parties[0].evidence


def test_a_fault_behind_an_alias_is_placed_at_the_alias():
    text = damaged("aliases: [VW]}", "evidence: &e {certainty: sure}}")
    text = text.replace("country: NO", "evidence: *e")
    assert [p.partition(": ")[0] for p in problems(text)] == [
        "line 4, column 68, parties[0].evidence.certainty",
        "line 5, column 59, parties[1].evidence.certainty",
    ]


def test_two_hundred_megabytes_of_aliases_need_little_time_and_memory(tmp_path):
    """Read in a process of its own, whose memory is limited."""
    path = tmp_path / "bomb.yaml"
    bomb = laughs(9) + "\n"
    with path.open("w") as stream:
        stream.write(bomb)
        line = "b: [" + "*a8, " * 20_000 + "]\n"
        while stream.tell() < 200 * 2**20:
            stream.write(line)
    small = tmp_path / "small.yaml"
    small.write_text(bomb + line * 100)
    script = textwrap.dedent(f"""
        import resource, time
        from blastradius.io import read_graph
        from blastradius.errors import GraphFileError
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        for path in ({str(path)!r}, {str(small)!r}):
            start = time.perf_counter()
            try:
                read_graph(path)
            except GraphFileError as error:
                print(error.problems[0].message.partition(":")[0])
            assert time.perf_counter() - start < 2
    """)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["too large", "aliases repeat too much"]


@pytest.mark.parametrize("name", ["g.yaml", "g.json"])
def test_of_two_equal_keys_the_first_one_counts(name):
    text = as_json().replace('"name": "demo"', '"name": "demo",\n "name": 5')
    assert problems(text, name) == ["line 4, column 2: duplicate key 'name', first used in line 3"]
    with pytest.raises(GraphFileError, match=r"name: must be text, got 5"):
        graph_from_bytes(text.replace('"demo",\n "name": 5', '5,\n "name": "x"').encode(), name)


def test_a_list_whose_items_are_all_wrong_is_not_called_empty():
    assert problems(damaged("[Secrets, Source code]", "[Secretz]")) == [
        (
            "line 7, column 41, datasets[0].varieties[0]: unknown variety 'Secretz' "
            "(did you mean 'Secrets'?)"
        )
    ]


def test_of_two_equal_keys_in_yaml_the_first_one_counts():
    assert problems(damaged("name: demo", "name: demo\nname: [5]")) == [
        "line 3, column 1: duplicate key 'name', first used in line 2"
    ]
