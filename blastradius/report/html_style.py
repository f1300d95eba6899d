"""The look of static HTML pages: light, dark and on paper."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from blastradius.report.tlp import TLP_COLOURS, tlp_label

if TYPE_CHECKING:
    from blastradius.model.vocabulary import Tlp

# $$ is a dollar sign of the style; only labels and colours of the house are put in.
_STYLE = Template("""
:root {
  --paper: #ffffff; --text: #15181d; --quiet: #525c68; --line: #d5dae0;
  --accent: #0b5fce; --warn: #8a4300; --critical: #9d0b3b; --high: #a83f00; --medium: #7a5200;
  --low: #0b5f8a; --good: #17692f;
}
* { box-sizing: border-box; }
html { color-scheme: light dark; }
body {
  margin: 0 auto; max-width: 76rem; padding: 0.5rem 1.25rem 1.5rem; background: var(--paper);
  color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0.75rem 0; overflow-wrap: anywhere; }
h2 {
  font-size: 1.15rem; margin: 2rem 0 0.5rem; padding-bottom: 0.2rem; overflow-wrap: anywhere;
  border-bottom: 2px solid var(--line);
}
p { max-width: 48rem; margin: 0.5rem 0; }
p, dd, li, tbody th, code { unicode-bidi: isolate; overflow-wrap: anywhere; }
td { unicode-bidi: isolate; overflow-wrap: break-word; }
code {
  font: 0.9em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; white-space: pre-wrap;
}
a { color: var(--accent); }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; background: var(--paper); padding: 0.25rem 0.5rem; }
.hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
.note { font-size: 0.85rem; font-weight: 400; color: var(--quiet); }
.tlp {
  max-width: none; width: max-content; margin: 0.5rem 0 0.5rem auto; padding: 0.1rem 0.5rem;
  background: #000000; color: $colour; font-size: 1rem; font-weight: 700;
}
nav ul { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; list-style: none; padding: 0; margin: 0; }
nav li { margin: 0; padding: 0.15rem 0; overflow-wrap: anywhere; }
dl { margin: 0.5rem 0; }
dl div { display: grid; grid-template-columns: minmax(5rem, 9rem) minmax(0, 1fr); padding: 0.1rem 0; }
dt { grid-column: 1; color: var(--quiet); }
dd { grid-column: 2; margin: 0; }
ol, ul { max-width: 56rem; padding-left: 1.5rem; margin: 0.5rem 0; }
li { margin: 0.25rem 0; }
.wide { overflow-x: auto; margin: 0.75rem 0; }
.wide:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 0.2rem 0; }
th, td {
  text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; min-width: 2.5rem;
  border-bottom: 1px solid var(--line);
}
thead th { color: var(--quiet); font-weight: 600; white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 400; min-width: 9rem; }
.right { text-align: right; white-space: nowrap; }
.firm { white-space: nowrap; }
.roomy { min-width: 17rem; }
.strong, .critical, .high { font-weight: 650; }
.critical { color: var(--critical); }
.high { color: var(--high); }
.medium { color: var(--medium); }
.low { color: var(--low); }
.good { color: var(--good); }
.warn { color: var(--warn); font-weight: 600; }
.quiet, .none { color: var(--quiet); }
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --text: #eef0f3; --quiet: #a9b2bd; --line: #323943;
    --accent: #6cb0ff; --warn: #f0b068; --critical: #ff8fab; --high: #ff9a5c; --medium: #f0b94f;
    --low: #8fbfdc; --good: #7fd197;
  }
}
@media (forced-colors: active) { .tlp { border: 2px solid; } }
@page { margin: 18mm 15mm;$sheet }
@media print {
  html { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav, .skip { display: none; }
  .wide { overflow: visible; }
  h2, caption, thead { break-after: avoid; }
  tr, li, dl div { break-inside: avoid; }
  .tlp { print-color-adjust: exact; -webkit-print-color-adjust: exact; font-size: 12pt; }
}
""")

_SHEET = Template("""
  @top-right { content: "$label"; font: 700 12pt sans-serif; }
  @bottom-right { content: "$label"; font: 700 12pt sans-serif; }
  @bottom-left { content: counter(page) " / " counter(pages); font: 9pt sans-serif; }
""")


def page_style(tlp: Tlp | None) -> str:
    """Return the style of a page; with a label, each printed sheet bears it."""
    if tlp is None:
        return _STYLE.substitute(colour="#ffffff", sheet="")
    sheet = _SHEET.substitute(label=tlp_label(tlp))
    return _STYLE.substitute(colour=TLP_COLOURS[tlp], sheet=sheet)
