"""An answer and an explanation made by hand: Continental 2022, with made-up numbers.

Report tests render these, so they need no engine. Texts follow the public record of the incident.
"""

from __future__ import annotations

from blastradius.analysis.question import Question
from blastradius.analysis.results import (
    Analysis,
    Assumption,
    BlastRadius,
    Counterfactual,
    DatasetResult,
    Effect,
    EngineNote,
    Estimate,
    Expected,
    Explanation,
    GroupResult,
    HarmPath,
    IncidentNote,
    NextStep,
    ObservationNote,
    PartyResult,
    Provenance,
    Score,
    SourceNote,
    Step,
    WhatIf,
    band_of,
    verdict_of,
)
from blastradius.model.graph import Demand, Volume

NEVER = Estimate(0.0, 0.0)

COMPANY = SourceNote(
    "Continental, cyber attack: questions and answers",
    "https://www.continental.com/en/press/studies-publications/other-publications/cyber-attack-questions-and-answers/",
    "primary",
    "First access 1 July 2022, no attacker activity from 5 August",
)
TRADE = SourceNote(
    "Industry of Things",
    "https://www.industry-of-things.de/erpresser-haben-sensible-daten-von-conti-a-5e9d45168648eab12bece9e0a97a3ade/",
    "trade",
    "Specifications and contract terms for VW, Mercedes, BMW and others",
)
PRESS = SourceNote("Handelsblatt", "https://www.handelsblatt.com/28862716.html", "press", None)
MIRROR = SourceNote("Altus Intel mirror", "https://altusintel.com/public-yyx747", "mirror", None)
SEED = SourceNote("Founding article", "seed:000_2c2cb69ed5b9552e.txt", "press", None)

INCIDENT = IncidentNote(
    id="continental-lockbit-2022",
    name="Continental data theft by LockBit",
    hypothetical=False,
    status="confirmed",
    actor="LockBit (LockBit 3.0)",
    actions=("malware", "hacking"),
    window="2022-07-01/2022-08-05",
    window_note=None,
    disclosed="2022-08-24",
    summary="One employee ran disguised malware; the attackers copied data for about a month. "
    "No encryption.",
    varieties=("Secrets", "Internal", "Personal", "Sensitive Personal"),
    data_description="Budget and strategy plans; HR files; board papers; customer engineering "
    "material.",
    volume=Volume(bytes=40 * 10**12, documents=55_000_000, basis="reported"),
    demand=Demand(amount=50_000_000, note="cut to 40 million later"),
    disagreements=(
        (
            "FAZ equates 40 TB with about 260 million pages; Continental counts 55 million "
            "file entries."
        ),
    ),
    note=None,
    certainty="documented",
    sources=(SEED, COMPANY, TRADE, PRESS, MIRROR),
    other_incidents=("continental-2019",),
)

ORIGIN_STEP = Step(
    edge="continental-lockbit-2022",
    kind="origin",
    origin="continental",
    target="continental",
    dataset=None,
    probability=1.0,
    low=1.0,
    high=1.0,
    basis="incident",
    basis_note="the breach is confirmed",
    certainty="documented",
    sources=(COMPANY,),
    note=None,
)


def custody_step(owner: str, dataset: str, probability: float) -> Step:
    return Step(
        edge=f"share:{owner}>continental:{dataset}",
        kind="custody",
        origin="continental",
        target=owner,
        dataset=dataset,
        probability=probability,
        low=probability - 0.2,
        high=min(1.0, probability + 0.3),
        basis="assumed",
        basis_note="the variety was taken (1) and this owner's data was among it (0.5)",
        certainty="reported",
        sources=(TRADE, MIRROR),
        note="Engineering data of control units",
    )


def downstream(
    id_: str,
    name: str,
    *,
    role: str = "oem",
    dataset: str,
    varieties: tuple[str, ...],
    exposed: Estimate,
    score: Score,
    state: str,
    ratio: float,
    certainty: str = "reported",
) -> PartyResult:
    step = custody_step(id_, dataset, exposed.prior)
    path = HarmPath(exposed.prior, "exposed", (ORIGIN_STEP, step), certainty)
    return PartyResult(
        id=id_,
        name=name,
        role=role,
        is_origin=False,
        score=score,
        band=band_of(score.posterior),
        verdict=verdict_of(
            exposed.posterior, confirmed=state == "confirmed", has_path=exposed.prior > 0
        ),
        probability={
            "exposed": exposed,
            "compromised": NEVER,
            "disrupted": NEVER,
            "harmed": exposed,
        },
        varieties=dict.fromkeys(varieties, exposed),
        expected=Expected(None, None, None),
        hops=1,
        certainty=certainty,
        paths=(path,),
        datasets=(
            DatasetResult(
                id=dataset,
                name="Control-unit specifications and contract terms",
                varieties=varieties,
                probability=exposed,
                holders=("continental",),
                records=None,
                documents=1200,
                bytes=None,
                certainty=certainty,
            ),
        ),
        observations=(
            ObservationNote(
                subject=id_,
                event="exposed",
                state=state,
                likelihood_ratio=ratio,
                note="Listing points to technical content and contract terms",
                certainty=certainty,
                sources=(TRADE, SEED),
            ),
        ),
    )


ENGINEERING = ("Secrets", "Source code", "Internal")

VOLKSWAGEN = downstream(
    "volkswagen",
    "Volkswagen",
    dataset="volkswagen-engineering",
    varieties=ENGINEERING,
    exposed=Estimate(0.5, 0.9),
    score=Score(45.0, 81.2, 62.0, 88.0),
    state="reported",
    ratio=9.0,
)
EMPLOYEES = downstream(
    "continental-employees",
    "Current and former Continental employees",
    role="data-subjects",
    dataset="continental-hr",
    varieties=("Personal", "Sensitive Personal"),
    exposed=Estimate(0.5, 0.99),
    score=Score(40.0, 79.2, 72.0, 80.0),
    state="confirmed",
    ratio=99.0,
    certainty="documented",
)
MERCEDES = downstream(
    "mercedes-benz",
    "Mercedes-Benz",
    dataset="mercedes-engineering",
    varieties=("Secrets", "Internal"),
    exposed=Estimate(0.5, 0.9),
    score=Score(40.0, 74.9, 50.0, 80.0),
    state="reported",
    ratio=9.0,
)
BMW = downstream(
    "bmw",
    "BMW",
    dataset="bmw-engineering",
    varieties=("Secrets", "Internal"),
    exposed=Estimate(0.5, 0.9),
    score=Score(40.0, 72.0, 50.0, 80.0),
    state="reported",
    ratio=9.0,
)
PORSCHE = downstream(
    "porsche",
    "Porsche",
    dataset="porsche-engineering",
    varieties=("Secrets",),
    exposed=Estimate(0.5, 0.667),
    score=Score(40.0, 53.3, 30.0, 70.0),
    state="could-be-affected",
    ratio=2.0,
    certainty="inferred",
)
DEALER = PartyResult(
    id="dealers",
    name="Dealers",
    role="dealer-group",
    is_origin=False,
    score=Score(0.3, 0.4, 0.0, 2.0),
    band="low",
    verdict="unlikely",
    probability={
        "exposed": NEVER,
        "compromised": NEVER,
        "disrupted": Estimate(0.008, 0.008),
        "harmed": Estimate(0.008, 0.008),
    },
    varieties={},
    expected=Expected(None, None, None),
    hops=2,
    certainty="assumed",
    paths=(
        HarmPath(
            0.008,
            "disrupted",
            (
                ORIGIN_STEP,
                Step(
                    edge="continental-lockbit-2022",
                    kind="outage",
                    origin="continental",
                    target="continental",
                    dataset=None,
                    probability=0.08,
                    low=0.01,
                    high=0.2,
                    basis="measured",
                    basis_note="VERIS Community Database, manufacturing, 2010-2023",
                    certainty="documented",
                    sources=(),
                    note=None,
                ),
                Step(
                    edge="dependency:volkswagen>continental",
                    kind="dependency",
                    origin="continental",
                    target="volkswagen",
                    dataset=None,
                    probability=0.1,
                    low=0.1,
                    high=0.1,
                    basis="graph",
                    basis_note="written with the dependency",
                    certainty="assumed",
                    sources=(),
                    note="Control units",
                ),
                Step(
                    edge="dependency:dealers>volkswagen",
                    kind="dependency",
                    origin="volkswagen",
                    target="dealers",
                    dataset=None,
                    probability=1.0,
                    low=1.0,
                    high=1.0,
                    basis="graph",
                    basis_note="written with the dependency",
                    certainty="assumed",
                    sources=(),
                    note=None,
                ),
            ),
            "assumed",
        ),
    ),
    datasets=(),
    observations=(),
)
CONTINENTAL = PartyResult(
    id="continental",
    name="Continental",
    role="tier1",
    is_origin=True,
    score=Score(100.0, 100.0, 100.0, 100.0),
    band="critical",
    verdict="confirmed",
    probability={
        "exposed": Estimate(1.0, 1.0),
        "compromised": Estimate(1.0, 1.0),
        "disrupted": Estimate(0.08, 0.08),
        "harmed": Estimate(1.0, 1.0),
    },
    varieties={"Internal": Estimate(1.0, 1.0)},
    expected=Expected(None, 55_000_000.0, 4e13),
    hops=0,
    certainty="documented",
    paths=(HarmPath(1.0, "compromised", (ORIGIN_STEP,), "documented"),),
    datasets=(),
    observations=(),
)
FORD = PartyResult(
    id="ford",
    name="Ford",
    role="oem",
    is_origin=False,
    score=Score(0.0, 0.0, 0.0, 0.0),
    band="none",
    verdict="no recorded path",
    probability=dict.fromkeys(("exposed", "compromised", "disrupted", "harmed"), NEVER),
    varieties={},
    expected=Expected(None, None, None),
    hops=None,
    certainty=None,
    paths=(),
    datasets=(),
    observations=(),
)

RANKING = (VOLKSWAGEN, EMPLOYEES, MERCEDES, BMW, PORSCHE, DEALER)

GROUP = GroupResult(
    id="volkswagen",
    name="Volkswagen",
    members=("volkswagen", "porsche"),
    score=Score(60.0, 85.0, 70.0, 90.0),
    band="critical",
    verdict="likely",
    probability={
        "exposed": Estimate(0.75, 0.95),
        "compromised": NEVER,
        "disrupted": NEVER,
        "harmed": Estimate(0.75, 0.95),
    },
)

ANALYSIS = Analysis(
    provenance=Provenance(
        version="0.1.0",
        graph_name="automotive",
        graph_sha256="3b1f" * 16,
        options=Question().options(),
    ),
    target="continental",
    incident=INCIDENT,
    origins=(CONTINENTAL,),
    ranking=RANKING,
    parties={party.id: party for party in (CONTINENTAL, *RANKING, FORD)},
    groups=(GROUP,),
    blast_radius=BlastRadius(6, Estimate(2.508, 4.365), Estimate(205.3, 361.0)),
    engine=EngineNote("exact", "the network fits the budget", None, None, 9, None),
    assumptions=(
        Assumption(
            "custody/stated-variety",
            "this owner's data is among the stolen data of its kind",
            0.5,
            0.3,
            0.8,
            "assumed",
            "No data; half by indifference",
            5,
        ),
        Assumption(
            "outage/malware",
            "operations of the breached party stop",
            0.08,
            0.01,
            0.2,
            "measured",
            "VERIS Community Database, manufacturing",
            1,
        ),
    ),
    next_steps=(
        NextStep(
            "ask",
            "Ask Continental whether Porsche's files are in the listing",
            "porsche",
            None,
            (Effect("yes", 22.1), Effect("no", -31.4)),
        ),
        NextStep("check", "Check what Volkswagen shared before 2022", "volkswagen", None),
    ),
    unobserved_edges_note=(
        "No recorded path does not mean safe: the graph holds 8 parties and what public sources "
        "say of them."
    ),
)

EXPLANATION = Explanation(
    provenance=ANALYSIS.provenance,
    target="continental",
    incident=INCIDENT,
    party=VOLKSWAGEN,
    paths=VOLKSWAGEN.paths,
    counterfactuals=(
        Counterfactual(VOLKSWAGEN.paths[0].steps[1], 2, 81.2, 0.0),
        Counterfactual(MERCEDES.paths[0].steps[1], 1, 81.2, 80.6),
    ),
    what_ifs=(
        WhatIf("Volkswagen confirms that its data was taken", 88.1),
        WhatIf("Volkswagen denies that its data was taken", 45.0),
    ),
    importance={
        "share:volkswagen>continental:volkswagen-engineering": 1.0,
        "share:mercedes-benz>continental:mercedes-engineering": 0.0,
    },
    engine=ANALYSIS.engine,
)
