"""The graphs that ship: complete, sourced, and true to the facts they were made from."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from blastradius.model.graph import AccessGrant, Dependency, Graph, Incident, Share
from blastradius.model.vocabulary import PIVOT_VARIETIES

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve()
GRAPHS = HERE.parents[2] / "graphs"
FACTS = HERE.parents[3] / "shared" / "facts"
NAMES = ("automotive", "cross-industry")

AUTOMOTIVE = {
    *("continental-lockbit-2022", "nio-extortion-2022", "nio-cryptomining-2021"),
    *("level-one-robotics-2018", "visser-precision-2020", "kojima-industries-2022"),
    *("denso-pandora-2022", "shift-digital-audi-vw-2021", "mbusa-vendor-cloud-2021"),
    *("gedia-revil-2020", "bridgestone-americas-lockbit-2022", "bridgestone-americas-2025"),
    *("eberspaecher-blackmatter-2021", "edag-2021", "nissan-na-vendor-2022"),
    *("toyota-t-connect-github-2022", "toyota-connected-cloud-2023", "cariad-ev-location-2024"),
    *("cdk-global-blacksuit-2024", "findlay-2024", "ferrari-2023", "volvo-cars-snatch-2021"),
    *("miljodata-datacarry-2025", "jlr-2025", "jlr-hellcat-2025", "stellantis-vendor-2025"),
    *("yanfeng-qilin-2023", "suzuki-motorcycle-india-2023", "honda-ekans-2020"),
    *("renault-uk-processor-2025", "renault-romania-app", "scania-insurance-2025"),
    *("hyundai-autoever-america-2025", "700credit-2025", "toyota-zeroseven-2024"),
    *("ford-supplier-2024", "tata-technologies-2025", "tata-electronics-world-leaks-2026"),
    *("luxshare-ransomhub-2025", "nissan-creative-box-qilin-2025"),
    *("red-hat-crimson-collective-2025", "toyota-financial-services-medusa-2023"),
    *("nissan-oceania-akira-2023", "tesla-files-2023", "volkswagen-espionage-2010"),
    *("thyssenkrupp-automotive-2024", "brp-2022", "wannacry-automakers-2017"),
}
IN_BOTH = {
    *("moveit-clop-2023", "cleo-clop-2024", "snowflake-unc5537-2024", "ukg-kronos-2021"),
    "blue-yonder-2024",
}
CROSS_INDUSTRY = IN_BOTH | {
    *("accellion-fta-2020", "kaseya-vsa-2021", "solarwinds-sunburst-2020"),
    *("notpetya-medoc-2017", "sita-pss-2021", "collins-muse-2025"),
}


# ---------------------------------------------------------------- reading


@cache
def text_of(name: str) -> str:
    return (GRAPHS / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def raw(name: str) -> dict[str, Any]:
    return yaml.load(text_of(name), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def load(name: str) -> Graph:
    return Graph.model_validate(raw(name))


@cache
def facts(name: str) -> list[dict[str, Any]]:
    path = FACTS / f"{name}.yaml"
    if not path.exists():
        pytest.skip(f"no facts beside this checkout ({path}): the graphs stand on their own")
    document = yaml.load(
        path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return document[name]


def incident(name: str, id_: str) -> Incident:
    return next(i for i in load(name).incidents if i.id == id_)


def dataset(name: str, id_: str) -> Any:
    return next(d for d in load(name).datasets if d.id == id_)


def states(one: Incident) -> dict[str, tuple[str, str]]:
    return {o.party: (o.state, o.event) for o in one.observations}


def mappings(node: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping of a document with the place where it stands."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from mappings(value, f"{path}.{key}")
    elif isinstance(node, list):
        for item in node:
            label = item.get("id", "") if isinstance(item, dict) else ""
            yield from mappings(item, f"{path}[{label}]")


def evidenced(graph: Graph) -> Iterator[tuple[str, Any]]:
    """Everything that must say why it is believed."""
    for edge in graph.edges:
        yield edge.id or "", edge.evidence
    for one in graph.datasets:
        yield one.id, one.evidence
    for party in graph.parties:
        for owner in party.parent:
            yield f"{party.id} owned by {owner.party}", owner.evidence
    for one in graph.incidents:
        yield one.id, one.evidence
        for seen in one.observations:
            yield f"{one.id}: {seen.party or seen.dataset}", seen.evidence


# ---------------------------------------------------------------- form


@pytest.mark.parametrize("name", NAMES)
def test_graph_is_valid_and_carries_its_file_name(name: str) -> None:
    graph = load(name)
    assert graph.name == name
    assert graph.description
    assert "not a statement about the security" in graph.description
    assert "not the same as safe" in graph.description


@pytest.mark.parametrize("name", NAMES)
def test_file_is_small_and_readable(name: str) -> None:
    text = text_of(name)
    assert len(text.encode()) < 500_000
    assert text.startswith("#")
    assert "\t" not in text
    long = [n for n, line in enumerate(text.splitlines(), 1) if len(line) > 110]
    lines = text.splitlines()
    assert [n for n in long if not lines[n - 1].lstrip().startswith("url: ")] == []
    order = ["parties", "datasets", "shares", "access", "dependencies", "incidents", "sources"]
    assert [key for key in raw(name) if key in order] == order


@pytest.mark.parametrize("name", NAMES)
def test_dates_are_written_as_text(name: str) -> None:
    dated = {"since", "until", "window", "disclosed", "covers", "date"}
    wrong = [
        (where, key, value)
        for where, node in mappings(raw(name))
        for key, value in node.items()
        if key in dated and not isinstance(value, str)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_no_probability_is_invented(name: str) -> None:
    keys = {"probability", "own_probability", "likelihood_ratio"}
    assert [where for where, node in mappings(raw(name)) if keys & set(node)] == []


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_unique(name: str) -> None:
    graph = load(name)
    for kind in ("parties", "datasets", "edges", "incidents", "sources"):
        counts = Counter(thing.id for thing in getattr(graph, kind))
        assert [id_ for id_, n in counts.items() if n > 1] == [], kind


@pytest.mark.parametrize("name", NAMES)
def test_a_name_or_alias_means_one_party(name: str) -> None:
    meaning: dict[str, set[str]] = {}
    for party in load(name).parties:
        for word in (party.id, party.name, *party.aliases, *party.identifiers.values()):
            meaning.setdefault(word.casefold(), set()).add(party.id)
    assert {word: ids for word, ids in meaning.items() if len(ids) > 1} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_resolves(name: str) -> None:
    graph = load(name)
    parties = {p.id for p in graph.parties}
    datasets = {d.id for d in graph.datasets}
    wanted_parties = {d.owner for d in graph.datasets}
    wanted_parties |= {o.party for p in graph.parties for o in p.parent}
    wanted_parties |= {p.id for p in graph.parties if p.parent}
    wanted_datasets: set[str] = set()
    for share in graph.shares:
        wanted_parties |= {share.discloser, share.recipient}
        wanted_datasets |= set(share.datasets)
    for grant in graph.access:
        wanted_parties |= {grant.grantor, grant.grantee}
    for need in graph.dependencies:
        wanted_parties |= {need.customer, need.supplier}
    for one in graph.incidents:
        wanted_parties |= set(one.origins)
        wanted_parties |= {o.party for o in one.observations if o.party}
        wanted_datasets |= {o.dataset for o in one.observations if o.dataset}
    assert wanted_parties - parties == set()
    assert wanted_datasets - datasets == set()
    assert parties - wanted_parties == set(), "a party that nothing speaks of"

    sources = {s.id for s in graph.sources}
    incidents = {i.id for i in graph.incidents}
    used: set[str] = set()
    for where, evidence in evidenced(graph):
        assert all(isinstance(s, str) for s in evidence.sources), where
        used |= set(evidence.sources)
        assert evidence.incident is None or evidence.incident in incidents, where
    assert used - sources == set()
    assert sources - used == set(), "a source that nothing rests on"


@pytest.mark.parametrize("name", NAMES)
def test_everything_has_evidence_and_every_source_an_address(name: str) -> None:
    graph = load(name)
    bare = [where for where, evidence in evidenced(graph) if not (evidence and evidence.sources)]
    assert bare == []
    for source in graph.sources:
        assert source.title
        assert source.tier
        assert re.match(r"https?://|seed:founding-article$", source.url or ""), source.id
        assert source.supports, source.id


@pytest.mark.parametrize("name", NAMES)
def test_nobody_shares_with_himself_and_people_only_give(name: str) -> None:
    graph = load(name)
    people = {p.id for p in graph.parties if p.role == "data-subjects"}
    for share in graph.shares:
        assert share.discloser != share.recipient
        assert share.recipient not in people
    for need in graph.dependencies:
        assert need.customer != need.supplier
    owners = {d.owner for d in graph.datasets}
    assert people <= owners, "people whose data nobody holds"


@pytest.mark.parametrize("name", NAMES)
def test_no_two_datasets_describe_the_same_thing(name: str) -> None:
    graph = load(name)
    by_id = {d.id: d for d in graph.datasets}
    held: dict[str, set[str]] = {}
    for share in graph.shares:
        held.setdefault(share.recipient, set()).update(share.datasets)
    for recipient, ids in held.items():
        counts = Counter((by_id[i].owner, frozenset(by_id[i].varieties)) for i in ids)
        assert [key for key, n in counts.items() if n > 1] == [], recipient


@pytest.mark.parametrize("name", NAMES)
def test_one_share_per_pair(name: str) -> None:
    graph = load(name)
    owner = {d.id: d.owner for d in graph.datasets}
    pairs = Counter(
        (s.discloser, s.recipient, any(owner[d] != s.discloser for d in s.datasets))
        for s in graph.shares
    )
    assert [pair for pair, n in pairs.items() if n > 1] == []
    # An onward share holds other people's data only, so that the two kinds stay apart.
    mixed = [s.id for s in graph.shares if len({owner[d] == s.discloser for d in s.datasets}) != 1]
    assert mixed == []


# ---------------------------------------------------------------- meaning


Event = tuple[str, str]


def edge_arcs(graph: Graph, one: Incident) -> Iterator[tuple[Event, Event]]:
    for edge in graph.edges:
        if not edge.live.overlaps(one.period):
            continue
        if isinstance(edge, Share):
            for held in edge.datasets:
                yield ("compromised", edge.recipient), ("disclosed", held)
        elif isinstance(edge, AccessGrant):
            yield ("compromised", edge.grantee), ("compromised", edge.grantor)
        elif isinstance(edge, Dependency):
            yield ("disrupted", edge.supplier), ("disrupted", edge.customer)


def other_arcs(graph: Graph, one: Incident) -> Iterator[tuple[Event, Event]]:
    for d in graph.datasets:
        yield ("compromised", d.owner), ("disclosed", d.id)
        yield ("disclosed", d.id), ("exposed", d.owner)
        if PIVOT_VARIETIES & set(d.varieties):
            yield ("disclosed", d.id), ("compromised", d.owner)
    if one.stops_operations is not False:
        for party in graph.parties:
            yield ("compromised", party.id), ("disrupted", party.id)


def reached(graph: Graph, one: Incident) -> set[Event]:
    """Events with a path from the origins, whatever the coins."""
    heads: dict[Event, set[Event]] = {}
    for tail, head in (*edge_arcs(graph, one), *other_arcs(graph, one)):
        heads.setdefault(tail, set()).add(head)
    todo = [("compromised", origin) for origin in one.origins]
    seen = set(todo)
    while todo:
        for head in heads.get(todo.pop(), set()) - seen:
            seen.add(head)
            todo.append(head)
    return seen


@pytest.mark.parametrize("name", NAMES)
def test_nothing_impossible_is_observed(name: str) -> None:
    graph = load(name)
    for one in graph.incidents:
        possible = reached(graph, one)
        for seen in one.observations:
            assert (seen.event, seen.party) in possible, (one.id, seen.party, seen.event)


@pytest.mark.parametrize("name", NAMES)
def test_an_edge_that_an_incident_revealed_counts_in_it(name: str) -> None:
    graph = load(name)
    period = {i.id: i.period for i in graph.incidents}
    for edge in graph.edges:
        if edge.evidence.incident is not None:
            assert edge.live.overlaps(period[edge.evidence.incident]), edge.id


@pytest.mark.parametrize("name", NAMES)
def test_only_the_partys_own_word_makes_an_observation_documented(name: str) -> None:
    wanted = {"confirmed": "documented", "denied": "documented"}
    for one in load(name).incidents:
        for seen in one.observations:
            assert seen.evidence.certainty == wanted.get(seen.state, "reported"), one.id


# ---------------------------------------------------------------- coverage


def test_all_incidents_are_in() -> None:
    automotive = {i.id for i in load("automotive").incidents}
    cross = {i.id for i in load("cross-industry").incidents}
    assert automotive == AUTOMOTIVE | IN_BOTH
    assert cross == CROSS_INDUSTRY
    assert len(automotive | cross) == 59


def test_only_the_attackers_word_is_alleged() -> None:
    alleged = {i.id for name in NAMES for i in load(name).incidents if i.status == "alleged"}
    assert alleged == {"jlr-hellcat-2025", "luxshare-ransomhub-2025"}


def test_the_same_incident_reads_the_same_in_both_graphs() -> None:
    for id_ in sorted(IN_BOTH):
        one, other = incident("automotive", id_), incident("cross-industry", id_)
        same = {"observations", "note"}
        assert one.model_dump(exclude=same) == other.model_dump(exclude=same)
        assert set(one.observations) <= set(other.observations)


# ---------------------------------------------------------------- the founding article


def test_continental() -> None:
    one = incident("automotive", "continental-lockbit-2022")
    assert one.origins == ("continental",)
    assert one.status == "confirmed"
    assert set(one.actions) == {"malware", "hacking"}
    assert one.window == "2022-07-01/2022-08-05"
    assert one.volume.bytes == 40 * 10**12
    assert one.volume.documents == 55_000_000
    assert one.volume.basis == "reported"
    assert one.demand.amount == 50_000_000
    assert one.demand.currency == "USD"
    assert "40 million" in one.demand.note
    assert one.stops_operations is False
    assert "founding-article" in one.evidence.sources
    assert states(one) == {
        "continental": ("confirmed", "exposed"),
        "continental-employees": ("confirmed", "exposed"),
        "volkswagen": ("reported", "exposed"),
        "mercedes-benz": ("reported", "exposed"),
        "bmw": ("reported", "exposed"),
        "porsche": ("could-be-affected", "exposed"),
    }


def test_continental_holds_the_carmakers_engineering_and_its_own_peoples_files() -> None:
    for carmaker in ("volkswagen", "mercedes-benz", "bmw", "porsche"):
        held = dataset("automotive", f"{carmaker}-at-continental")
        assert held.owner == carmaker
        assert set(held.varieties) == {"Secrets", "Internal"}
    people = dataset("automotive", "continental-employees-at-continental")
    assert set(people.varieties) == {"Personal", "Sensitive Personal"}
    certainty = {
        s.discloser: s.evidence.certainty
        for s in load("automotive").shares
        if s.recipient == "continental"
    }
    assert certainty["volkswagen"] == "reported"
    assert certainty["mercedes-benz"] == "reported"
    assert certainty["bmw"] == "reported"
    assert certainty["porsche"] == "inferred"
    assert certainty["continental-employees"] == "documented"


def test_nio() -> None:
    one = incident("automotive", "nio-extortion-2022")
    assert one.origins == ("nio",)
    assert one.actions == ()
    assert one.demand.amount == 2_250_000
    assert "bitcoin" in one.demand.note
    assert one.volume.records is None
    assert states(one) == {
        "nio": ("confirmed", "exposed"),
        "nio-users": ("confirmed", "exposed"),
    }
    users = dataset("automotive", "nio-users-basic")
    assert users.owner == "nio-users"
    assert users.varieties == ("Personal",)
    assert users.covers == "../2021-07"
    assert users.records is None
    sales = dataset("automotive", "nio-own-sales")
    assert sales.owner == "nio"
    assert sales.varieties == ("Internal",)
    assert sales.covers == "../2021-07"


def test_the_founding_article_is_one_source() -> None:
    graph = load("automotive")
    seeds = [s for s in graph.sources if (s.url or "").startswith("seed:")]
    assert [s.id for s in seeds] == ["founding-article"]
    assert seeds[0].tier == "press"
    for fact in ("40 TB", "55 million", "$50 million", "$2.25m", "August 2021"):
        assert fact in seeds[0].supports


def test_names_under_which_the_first_parties_are_searched() -> None:
    by_id = {p.id: p for p in load("automotive").parties}
    assert "VW" in by_id["volkswagen"].aliases
    assert "Daimler" in by_id["mercedes-benz"].aliases
    assert "Conti" in by_id["continental"].aliases
    assert "蔚来" in by_id["nio"].aliases
    for brand in ("porsche", "audi", "seat", "skoda", "bentley", "lamborghini", "scania"):
        assert [o.party for o in by_id[brand].parent] == ["volkswagen"]
        assert by_id[brand].parent[0].controls


def test_a_part_owner_does_not_make_a_group() -> None:
    by_id = {p.id: p for p in load("automotive").parties}
    assert not any(o.controls for o in by_id["here"].parent)
    assert {o.party for o in by_id["here"].parent} == {"audi", "bmw", "mercedes-benz"}
    (toyota,) = by_id["denso"].parent
    assert toyota.party == "toyota"
    assert toyota.stake == 0.2


# ---------------------------------------------------------------- chains


def test_a_fourth_party_is_reached_along_the_chain() -> None:
    cross = load("cross-industry")
    pairs = {(s.discloser, s.recipient) for s in cross.shares}
    assert ("singapore-airlines", "sita") not in pairs
    assert ("singapore-airlines", "star-alliance-member-unnamed") in pairs
    assert ("star-alliance-member-unnamed", "sita") in pairs
    grants = {(g.grantor, g.grantee, g.via) for g in cross.access}
    assert ("visma-esscom", "kaseya", "software-update") in grants
    assert ("coop-sweden", "visma-esscom", "managed-service") in grants


def test_a_common_cause_has_no_edges() -> None:
    one = incident("automotive", "wannacry-automakers-2017")
    assert set(one.origins) == {"renault", "nissan", "dacia", "honda"}
    edges = load("automotive").edges
    assert not any(e.evidence.incident == one.id for e in edges)


# ---------------------------------------------------------------- against the facts


def test_every_affected_party_of_the_facts_is_observed() -> None:
    events = {"data": {"exposed", "compromised"}, "outage": {"disrupted"}}
    seen = {
        (one.id, o.party, o.state, o.event)
        for name in NAMES
        for one in load(name).incidents
        for o in one.observations
    }
    missing = [
        (one["id"], party["id"], party["certainty"], party["effect"])
        for one in facts("incidents")
        for party in one["affected_parties"]
        if not any(
            (one["id"], party["id"], party["certainty"], event) in seen
            for event in events[party["effect"]]
        )
    ]
    assert missing == []


def test_every_affected_party_rests_on_the_sources_of_the_facts() -> None:
    def ids(one: dict[str, Any], party: dict[str, Any]) -> set[str]:
        seeds = {s["id"] for s in one["sources"] if s["url"].startswith("seed:")}
        return {"founding-article" if s in seeds else f"{one['id']}.{s}" for s in party["sources"]}

    found = {
        (one.id, o.party, frozenset(o.evidence.sources))
        for name in NAMES
        for one in load(name).incidents
        for o in one.observations
    }
    for one in facts("incidents"):
        for party in one["affected_parties"]:
            assert (one["id"], party["id"], frozenset(ids(one, party))) in found


def test_every_incident_of_the_facts_keeps_its_figures_and_disagreements() -> None:
    ours = {i.id: i for name in reversed(NAMES) for i in load(name).incidents}
    for one in facts("incidents"):
        mine = ours[one["id"]]
        assert one["breached_party"]["id"] in mine.origins
        assert list(mine.disagreements) == (one.get("disagreements") or [])
        assert list(mine.varieties) == one["data_classes"]
        assert list(mine.actions) == one["attack_vector"]["veris_actions"]
        assert mine.disclosed == (None if one["disclosed"] is None else str(one["disclosed"]))
        for figure in ("records", "documents", "bytes"):
            stated = one["volume"].get(figure)
            assert (getattr(mine.volume, figure) if mine.volume else None) == stated, mine.id
        asked = one["ransom_demand_usd"]
        assert (mine.demand.amount if mine.demand else None) == asked
        assert list(mine.tags) == one["tags"]
        if one["occurred"]:
            assert mine.window.startswith(str(one["occurred"])), mine.id
        else:
            assert mine.window is None


def test_every_source_address_of_the_facts_is_kept() -> None:
    urls = {s.url for name in NAMES for s in load(name).sources}
    wanted = {s["url"] for one in facts("incidents") for s in one["sources"]}
    wanted |= {r["source"]["url"] for r in facts("relations")}
    assert {u for u in wanted if not u.startswith("seed:")} - urls == set()


def test_every_relation_of_the_facts_is_an_edge() -> None:
    graph = load("automotive")
    shares = {(s.discloser, s.recipient) for s in graph.shares}
    pairs = {
        "data": shares,
        "access": {(g.grantor, g.grantee) for g in graph.access},
        "ownership": {(o.party, p.id) for p in graph.parties for o in p.parent},
        "supply": shares & {(n.customer, n.supplier) for n in graph.dependencies},
    }
    missing = [r["id"] for r in facts("relations") if (r["from"], r["to"]) not in pairs[r["kind"]]]
    assert missing == []
    assert len(facts("relations")) == 107


def test_every_relation_of_the_facts_keeps_its_kinds_of_data() -> None:
    graph = load("automotive")
    varieties = {d.id: set(d.varieties) for d in graph.datasets}
    held: dict[tuple[str, str], set[str]] = {}
    for share in graph.shares:
        kinds = held.setdefault((share.discloser, share.recipient), set())
        kinds.update(*(varieties[d] for d in share.datasets))
    for relation in facts("relations"):
        if relation["kind"] in ("data", "supply"):
            pair = (relation["from"], relation["to"])
            assert set(relation["data_classes"]) <= held[pair], relation["id"]


def test_party_names_of_the_facts_are_kept() -> None:
    ours = {p.id: p.name for name in NAMES for p in load(name).parties}
    for one in facts("incidents"):
        for party in (one["breached_party"], *one["affected_parties"]):
            assert ours[party["id"]] == party["name"]
