"""The published form of the JSON of a triage, ``docs/reference/triage.schema.json``."""

from __future__ import annotations

from typing import Any, get_args

from blastradius.model.vocabulary import (
    CERTAINTIES,
    DATA_VARIETIES,
    OBSERVATION_STATES,
    EventKind,
    SourceTier,
)
from blastradius.report.tlp import TLP_MEANINGS, tlp_label
from blastradius.report.triage_data import TRIAGE_SCHEMA

Json = dict[str, Any]

_LATER = ("breached", "is_incomplete")
"""Keys that files of earlier versions lack."""

_TEXT: Json = {"type": "string"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_TEXTS: Json = {"type": "array", "items": _TEXT}
_AMOUNT: Json = {"type": "number", "minimum": 0}
_PART: Json = {"type": "number", "minimum": 0, "maximum": 1}
_PART_OR_NULL: Json = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
_COUNT: Json = {"type": "integer", "minimum": 0}
_FOREIGN = "Foreign text; unsafe to print as it is."


def triage_json_schema() -> Json:
    """Return the JSON Schema of what ``triage --report FILE.json`` writes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A blastradius triage",
        **_object(
            "Whom and what the file names of leak listings name.",
            schema={"const": TRIAGE_SCHEMA},
            tlp=_described(
                {"enum": [tlp_label(label) for label in TLP_MEANINGS]},
                "How far it may be passed on, TLP 2.0.",
            ),
            provenance=_object(
                "What is needed to repeat it.",
                version=_TEXT,
                graph=_object("The graph.", name=_TEXT, sha256=_TEXT),
                lexicon=_described(_TEXT, "Names of the lexicons."),
                lexicon_files=_list("LexiconFile", "Their files, in the order of joining."),
                options=_described({"type": "object"}, "The question, as it was asked."),
            ),
            target=_described(_TEXT_OR_NULL, "Whose listing it is, as asked."),
            breached=_described(
                _TEXTS, "Names of the parties that this means; they are not searched for."
            ),
            is_partial=_described({"type": "boolean"}, "Whether reading was interrupted."),
            is_incomplete=_described(
                {"type": "boolean"}, "Whether a listing could not be read to its end or in full."
            ),
            sampled=_described(
                _PART_OR_NULL, "Part of the listing that was looked at [1]; null for all of it."
            ),
            inputs=_list("Input", "Listings."),
            skipped=_described(
                _TEXTS, "Passed over: links and devices in folders, files named twice."
            ),
            files=_described(_COUNT, "Files listed; of a sample, the files read."),
            bytes=_described(_COUNT, "Of those whose size is listed [bytes]."),
            sized=_described(_COUNT, "Files whose size is listed."),
            named=_described(_COUNT, "Files that name a party, in the graph or not."),
            told=_described(_COUNT, "Files whose name tells a variety."),
            parties=_list("Party", "Parties of the graph with files, most files first."),
            proposed=_list("Party", "Organisations that the graph lacks; they are not added."),
            nearly=_list("Party", "Parties with near misses only."),
            nobody=_described(_ref("Party"), "Files that name no party but tell a variety."),
            rules=_list("Rule", "Rules that fired, on whose files ever."),
            observations=_list("Observation", "For review, and for analyze --observations."),
            ratio=_object(
                "Numbers behind each likelihood ratio: most ** (n / (n + half)) for n pieces.",
                most=_described(_AMOUNT, "Ratio that no number of names exceeds [1]."),
                half=_described(_AMOUNT, "Pieces at which half of it is reached, in logarithms."),
                unsure=_described(_AMOUNT, "What a folder counts in which no name is sure."),
                reported_from=_described(_AMOUNT, "Ratio from which the state is reported [1]."),
                basis={"const": "assumed"},
            ),
            folders_dropped=_described(
                _COUNT, "Most files that a folder left out may hold; 0 if none was."
            ),
        ),
        "$defs": {**_input_definitions(), **_party_definitions(), **_observation_definitions()},
    }


def _input_definitions() -> Json:
    return {
        "LexiconFile": _object(
            "A file of the lexicon.",
            name=_described(_TEXT, "Path as given; of a shipped one, its last part."),
            sha256=_TEXT,
            is_shipped=_described({"type": "boolean"}, "Whether it comes with blastradius."),
        ),
        "Input": _object(
            "One listing, and what was not read of it.",
            name=_TEXT,
            sha256=_described(
                _TEXT, "Of the bytes as they are stored; empty if they were not all read."
            ),
            stored_bytes=_COUNT,
            text_bytes=_described(_COUNT, "After decompression [bytes]."),
            modified=_described(_TEXT_OR_NULL, "Day of the file, where it is one."),
            format=_TEXT,
            compression=_TEXT_OR_NULL,
            lines=_COUNT,
            paths=_described(_COUNT, "Lines that name a file."),
            folders=_described(_COUNT, "Lines that name a folder; not counted as files."),
            other=_described(_COUNT, "Headings, sums and empty lines."),
            unread=_described(_COUNT, "Lines that the format does not have."),
            cut=_described(_COUNT, "Lines cut at the longest length."),
            unread_examples=_described(_TEXTS, _FOREIGN),
            problems=_described(_TEXTS, "Why the listing may be incomplete."),
        ),
    }


def _party_definitions() -> Json:
    return {
        "Party": _object(
            "What the listings hold of one party.",
            id=_described(_TEXT_OR_NULL, "Outside the graph, the name; null for nobody."),
            name=_TEXT,
            in_graph={"type": "boolean"},
            files=_described(_COUNT, "Files whose path names it, near misses left out."),
            share=_described(_PART, "Of all files [1]."),
            interval={
                "description": "95 % interval of the files in all, where a sample was read.",
                "anyOf": [_object("An interval.", low=_AMOUNT, high=_AMOUNT), {"type": "null"}],
            },
            bytes=_described(_COUNT, "Of those whose size is listed [bytes]."),
            high=_described(_COUNT, "Files on which the name means the party and nothing else."),
            medium=_described(_COUNT, "Files on which it is also a word, made believable there."),
            near_misses=_described(_COUNT, "Lines on which nothing makes it believable."),
            first_day=_described(_TEXT_OR_NULL, "Earliest date listed."),
            last_day=_TEXT_OR_NULL,
            varieties=_list("Variety", "Most files first; a file may be of several."),
            folders=_list("Folder", "Those that hold most."),
            n_folders=_described(_COUNT, "All of them."),
            terms=_list("Term", "Words that decided."),
            rules=_list("Rule", "Rules that fired on its files."),
            missed=_list("Sample", "Near misses worth a look."),
            pieces=_described(_AMOUNT, "Pieces of evidence [folders]."),
            likelihood_ratio=_described(
                _AMOUNT, "P(names seen | disclosed) / P(names seen | not disclosed) [1]."
            ),
        ),
        "Variety": _object(
            "Files of one kind.",
            variety=_described(
                {"enum": [*DATA_VARIETIES, None]}, "Null for files whose name does not tell."
            ),
            files=_COUNT,
            bytes=_COUNT,
            samples=_list("Sample", "A few of them."),
        ),
        "Sample": _object(
            "One path.",
            path=_described(_TEXT, _FOREIGN),
            line=_described(_COUNT, "Number of the path in the listings, from 1."),
            sureness={"enum": ["high", "medium", "near miss", None]},
            term=_described(_TEXT_OR_NULL, "Word by which the party was found."),
        ),
        "Folder": _object(
            "First folders of paths.",
            folder=_described(_TEXT, _FOREIGN),
            files=_COUNT,
            bytes=_COUNT,
        ),
        "Term": _object(
            "A word that decided.",
            term=_TEXT,
            lines=_described(_COUNT, "Near misses included."),
            dataset=_described(_TEXT_OR_NULL, "Dataset that it stands for."),
            because=_described(_TEXT_OR_NULL, "What else it means, if it counts in context only."),
        ),
        "Rule": _object(
            "A rule of the lexicon, and on how many files it fired.",
            rule=_TEXT,
            variety={"enum": list(DATA_VARIETIES)},
            subject=_TEXT,
            files=_COUNT,
        ),
    }


def _observation_definitions() -> Json:
    """Return the form of an observation; what is not said is left out, as in a file."""
    source = {
        **_object("A publication.", title=_TEXT, tier={"enum": list(get_args(SourceTier))}),
    }
    evidence = _object("Who said it.", certainty={"enum": list(CERTAINTIES)})
    evidence["properties"]["sources"] = {"type": "array", "items": {"anyOf": [_TEXT, source]}}
    observation = _object(
        "What the listings say of one party.",
        state={"enum": list(OBSERVATION_STATES)},
        event={"enum": list(get_args(EventKind))},
    )
    observation["properties"] |= {
        "party": _TEXT,
        "likelihood_ratio": _AMOUNT,
        "date": _TEXT,
        "evidence": evidence,
        "note": _TEXT,
    }
    return {"Observation": observation}


def _object(description: str, **properties: Json) -> Json:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in _LATER],
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _list(name: str, description: str) -> Json:
    return {"description": description, "type": "array", "items": _ref(name)}


def _described(schema: Json, description: str) -> Json:
    return {"description": description, **schema}
