"""A graph in which every text tries to become markup, script, a formula, or something unseen."""

from __future__ import annotations

from blastradius.model.graph import Graph

MARKUP = "</script><img src=x onerror=\"window.hacked='markup'\">"
TEXTS = (
    MARKUP,
    "<!--<script>window.hacked='comment'</script>",
    "\"'`><svg onload=window.hacked='svg'>",
    "line\u2028separator\u2029window.hacked='line'",
    "right\u202eto left\u2066 and \u200bnothing",
    "=cmd|' /C calc'!A0",
    "${window.hacked='template'} {{window.hacked}} \\u003cb>",
)
ADDRESSES = ("javascript:window.hacked='address'", "data:text/html,<script>1</script>")


def hostile_graph() -> Graph:
    """Return a graph with one party for each text, all reached from the first."""
    ids = [f"party-{i}" for i in range(len(TEXTS) + 1)]
    evidence = {
        "certainty": "reported",
        "sources": [{"title": MARKUP, "url": url, "tier": "press"} for url in ADDRESSES],
        "note": MARKUP,
    }
    return Graph.model_validate(
        {
            "name": MARKUP,
            "parties": [
                {"id": id_, "name": name, "role": "oem"}
                for id_, name in zip(ids, (f"{MARKUP} origin", *TEXTS), strict=True)
            ],
            "datasets": [
                {"id": f"data-{i}", "owner": id_, "name": text, "varieties": ["Secrets"]}
                for i, (id_, text) in enumerate(zip(ids[1:], TEXTS, strict=True))
            ],
            "shares": [
                {
                    "discloser": id_,
                    "recipient": ids[0],
                    "datasets": [f"data-{i}"],
                    "probability": 0.5,
                    "evidence": evidence,
                    "note": text,
                }
                for i, (id_, text) in enumerate(zip(ids[1:], TEXTS, strict=True))
            ],
            "incidents": [
                {
                    "id": "incident",
                    "name": MARKUP,
                    "origins": [ids[0]],
                    "status": "confirmed",
                    "summary": MARKUP,
                    "actor": MARKUP,
                    "evidence": evidence,
                    "observations": [
                        {"party": ids[1], "state": "reported", "note": MARKUP, "evidence": evidence}
                    ],
                }
            ],
        }
    )
