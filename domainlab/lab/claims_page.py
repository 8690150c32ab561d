"""The ledger as one HTML page that needs no network: every claim with its numbers and a drawing of them.

The drawing shows the side of the threshold on which the claim holds as a band, the interval as a line, and
the measured number as a mark whose shape, not only its colour, tells the verdict.
"""

import html
import os
from pathlib import Path

import pandas as pd

from domainlab.lab.ledger import asked_words, count_words, interval_words

WIDTH, HEIGHT, EDGE = 420, 66, 34  # pixels of one drawing; EDGE keeps the labels inside
STYLE = """
:root{--page:#fff;--ink:#1b1b1b;--soft:#595959;--line:#c9c9c9;--band:#e8f1e4;
--held:#0072b2;--failed:#b34700;--none:#6b6b6b}
@media(prefers-color-scheme:dark){:root{--page:#16181b;--ink:#ececec;--soft:#b3b3b3;--line:#4a4f55;
--band:#233524;--held:#56b4e9;--failed:#ff9a4d;--none:#a5a5a5}}
*{box-sizing:border-box}body{margin:0 auto;max-width:66rem;padding:1.5rem 1rem 4rem;
background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{margin:0 0 .2rem}h2{margin:2.2rem 0 .4rem;font-size:1.15rem}
article{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,27rem);gap:.3rem 1.5rem;padding:.9rem 0;
border-top:1px solid var(--line)}@media(max-width:48rem){article{grid-template-columns:minmax(0,1fr)}}
h3{margin:0;font-size:1rem}p{margin:.25rem 0}.soft{color:var(--soft);font-size:.875rem}
svg{width:100%;height:auto}
.held{color:var(--held)}.failed{color:var(--failed)}.none{color:var(--none)}
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
"""
MARKS = {
    "held": '<circle cx="{x}" cy="34" r="6" fill="currentColor"/>',
    "failed": '<path d="M{left} 28L{right} 40M{right} 28L{left} 40" stroke="currentColor" stroke-width="4"/>',
    "not measured": '<circle cx="{x}" cy="34" r="5" fill="none" stroke="currentColor" stroke-width="2"/>',
}
CLASSES = {"held": "held", "failed": "failed", "not measured": "none"}


def write_claims_html(frame: pd.DataFrame, path: Path | str) -> None:
    """Write the page for a ledger from `read_ledger`; the old page stays until the new one is complete."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(claims_page(frame), encoding="utf-8")
    os.replace(unfinished, path)


def claims_page(frame: pd.DataFrame) -> str:
    """The whole page."""
    parts = [
        f"<section><h2>Notebook {html.escape(notebook)}</h2>"
        f"{''.join(claim_article(row) for row in rows.itertuples())}</section>"
        for notebook, rows in frame.groupby("notebook", sort=True)
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Claims</title>'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<style>{STYLE}</style></head><body><main>"
        f"<h1>Claims</h1><p>{html.escape(count_words(frame))}</p>"
        '<p class="soft">The shaded band is where the claim holds, the line at its edge the threshold, the '
        "horizontal line the interval. Filled dot: held. Cross: failed. Open dot: not measured at this scale."
        "</p>"
        f"{''.join(parts)}</main></body></html>"
    )


def claim_article(row: object) -> str:
    """One claim: words on the left, drawing on the right."""
    measured = f"{row.measured:.4g}{interval_words(row.low, row.high)}"
    asked = asked_words(row.relation, row.threshold, row.margin)
    notes = [
        f"{row.seeds} seed{'s' if row.seeds > 1 else ''}, scale {row.scale}, {row.machine}, {row.date}",
        row.source,
    ]
    if row.status == "held" and not row.settled:
        notes.insert(0, "The interval reaches past the threshold.")
    against = ""
    if row.contradicts:
        word = "Contradicted" if row.status == "held" else "Would contradict"
        against = f"<p><strong>{word}:</strong> {html.escape(row.contradicts)}</p>"
    described = f"measured {measured}, asked {asked}: {row.status}"
    soft = "".join(f'<p class="soft">{html.escape(note)}</p>' for note in notes)
    return (
        f"<article><div><h3>{html.escape(row.claim_id)} "
        f'<span class="{CLASSES[row.status]}">{row.status}</span></h3>'
        f"<p>{html.escape(row.sentence)}</p>{against}{soft}</div>"
        f'<div class="{CLASSES[row.status]}">{claim_drawing(row, described)}'
        f'<p class="soft">{html.escape(described)}</p></div></article>'
    )


def claim_drawing(row: object, described: str) -> str:
    """The number line of one claim as SVG; `described` is what a screen reader says."""
    asked = row.threshold + {">": 1, "<": -1}.get(row.relation[0], 0) * row.margin
    ends = [row.measured, asked] + ([] if pd.isna(row.low) else [row.low, row.high])
    low, high = min(ends), max(ends)
    room = (high - low) * 0.15 or abs(high) * 0.1 or 1.0

    def place(value: float) -> float:
        inside = (value - low + room) / (high - low + 2 * room)
        return round(EDGE + inside * (WIDTH - 2 * EDGE), 1)

    x, edge = place(row.measured), place(asked)
    start, end = {">": (edge, WIDTH), "<": (0, edge)}.get(
        row.relation[0], (place(asked - row.margin) - 2, place(asked + row.margin) + 2)
    )
    interval = "" if pd.isna(row.low) else (
        f'<path d="M{place(row.low)} 34H{place(row.high)}" stroke="currentColor" stroke-width="2"/>'
    )  # fmt: skip
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(described)}">'
        f'<rect x="{start}" y="20" width="{end - start:.1f}" height="28" fill="var(--band)"/>'
        f'<path d="M0 48H{WIDTH}" stroke="var(--line)"/>'
        f'<path d="M{edge} 20V52" stroke="var(--ink)" stroke-width="1.5"/>'
        f"{interval}{MARKS[row.status].format(x=x, left=x - 6, right=x + 6)}"
        f'<text x="{x}" y="14" text-anchor="middle">{row.measured:.4g}</text>'
        f'<text x="{edge}" y="64" text-anchor="middle">{asked:.4g}</text></svg>'
    )
