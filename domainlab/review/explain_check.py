"""Hold an explanation against its finding and the code, and score its quality by a rubric.

The rubric has ten points, each 0 or 1, so that an explanation of any tool can be scored, and none of them can be
had by length. A statement that is wrong is worse than one that is missing: it is counted apart.
"""

import re
from collections.abc import Iterable

from domainlab.review.cvss_score import base_score
from domainlab.review.explain import Explanation
from domainlab.review.knowledge_attack import NO_PATH, links_of, technique_names

RUBRIC = (
    "weakness named", "lines named", "source named", "sink named", "attack told", "precondition told", "impact told",
    "fix told", "techniques with their origin", "reference given",
)  # fmt: skip
TECHNIQUE = re.compile(r"\bT\d{4}(?:\.\d{3})?\b")
CWE = re.compile(r"\bCWE-(\d+)\b")
LINES = re.compile(r"\blines? (\d+)")
ADDRESS = re.compile(r"https?://[\w./-]+")
CUES = {
    "attack told": r"\battack\w*:|\bsend\b|\battacker\b",
    "precondition told": r"\bneeds:|\bprecondition|\bonly if\b|\bwhen the attacker\b",
    "impact told": r"\bimpact\w*:|\bleads to\b|\ballows\b|\bis read\b|\bchanged\b|\bdisclos",
    "fix told": r"\bfix\w*:|\binstead\b|\buse \w+|\bconsider\b",
}


def wrong_statements(explanation: Explanation, source: str) -> list[str]:
    """What an explanation says that its finding, the code, the formula or the mapping does not bear out."""
    finding, text, lines = explanation.finding, explanation.text(), source.splitlines()
    wrong = [f"CWE-{number} is not the finding's" for number in CWE.findall(text) if int(number) != finding.cwe
             and int(number) not in finding.also]  # fmt: skip
    wrong += [
        f"line {number} is not in the code" for number in LINES.findall(text) if not 1 <= int(number) <= len(lines)
    ]
    for place in (finding.source, finding.sink):
        if place is not None and not _stands(place.text, lines, place.line):
            wrong.append(f"`{place.text}` does not stand in line {place.line}")
    if abs(base_score(finding.vector) - finding.score) > 1e-9:
        wrong.append(f"the score of {finding.vector} is not {finding.score}")
    mapped = {link.technique for link in links_of(finding.cwe)}
    for name in TECHNIQUE.findall(text):
        if name not in set(technique_names()):
            wrong.append(f"{name} is no technique of ATT&CK")
        elif name not in mapped:
            wrong.append(f"{name} is not mapped to CWE-{finding.cwe}")
    return wrong


def rubric(text: str, *, cwe: int, lines: Iterable[int], source: str) -> dict[str, bool]:
    """Which points of the rubric a tool's text earns, for a flaw whose weakness and lines are known.

    Args:
        text: what the tool says about the flaw.
        cwe: the flaw's weakness.
        lines: the flaw's lines, from 1.
        source: the code.
    """
    code, flaw, lowered = source.splitlines(), set(lines), text.lower()
    quoted = re.findall(r"`([^`]+)`", text)
    at_flaw = [part for part in quoted if any(_stands(part, code, line) for line in flaw)]
    elsewhere = [part for part in quoted if part not in at_flaw and any(part in line for line in code)]
    named = {int(number) for number in LINES.findall(text)}
    techniques = set(TECHNIQUE.findall(text))
    sourced = bool(techniques) and techniques <= set(technique_names()) and bool(re.search("official|curated", lowered))
    points = {
        "weakness named": str(cwe) in CWE.findall(text),
        "lines named": bool(named & flaw),
        "source named": bool(elsewhere) or "source: none" in lowered or len(at_flaw) > 1,
        "sink named": bool(at_flaw),
        "techniques with their origin": sourced or (not techniques and NO_PATH in text),
        "reference given": bool(ADDRESS.search(text)),
    }
    points |= {name: bool(re.search(pattern, lowered)) for name, pattern in CUES.items()}
    return {name: points[name] for name in RUBRIC}


def rubric_score(text: str, *, cwe: int, lines: Iterable[int], source: str) -> float:
    """The share of the rubric's points that a text earns, 0 to 1, higher is better."""
    points = rubric(text, cwe=cwe, lines=lines, source=source)
    return sum(points.values()) / len(RUBRIC)


def _stands(text: str, lines: list[str], line: int) -> bool:
    """Whether a text (its first words, where it was shortened) stands in a line of the code."""
    return 1 <= line <= len(lines) and text.strip() in lines[line - 1]
