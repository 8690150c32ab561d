"""The security tables as records: weaknesses (CWE), techniques (ATT&CK), advisories, and the links between.

The tables stand in `facts/security_*.tsv`. Numbers, names and parents are MITRE's, package facts come from the
PyPA advisory database; every sentence is written here. An official link goes from a weakness over an attack
pattern (CAPEC 3.9) to a technique. Most weaknesses of web code have none, so a curated layer stands beside it
and says so: `via` is "curated" and `reason` tells what the link claims.

>>> [(link.technique, link.via) for link in attack_links("CWE-916")]
[('T1110.002', 'CAPEC-55')]
>>> attack_links("CWE-835")
[]
"""

import functools
from dataclasses import dataclass

from domainlab.data.general import read_table
from domainlab.data.medical_facts import slug

ATTACK_VERSION = "18.1"
CURATED = "curated"
NONE = "-"  # an empty cell
RELATIONS = ("attack pattern", "exploitation", "primary-impact", "secondary-impact")
CONFIDENCES = ("official", "high", "medium", "low")


@dataclass(frozen=True, kw_only=True)
class Weakness:
    """One entry of the CWE list; `parent` is its parent in the research view ("" = none)."""

    id: str  # "CWE-89"
    name: str
    official_name: str
    parent: str
    definition: str
    fix: str
    impact: str


@dataclass(frozen=True, kw_only=True)
class Technique:
    """One ATT&CK technique or sub-technique (Enterprise) with the tactics that it serves."""

    id: str  # "T1059" or "T1059.007"
    name: str
    tactics: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AttackLink:
    """A weakness and a technique that goes with it.

    `via` is the attack pattern or "curated". The relation of a curated link is one of exploitation,
    primary-impact and secondary-impact; an official one says no more than "attack pattern".
    """

    id: str
    cwe: str
    technique: str
    via: str
    relation: str
    confidence: str
    reason: str
    attack_version: str = ATTACK_VERSION


@dataclass(frozen=True, kw_only=True)
class Advisory:
    """A known vulnerability of a Python package; versions before the first of `fixed` are affected."""

    id: str  # "PYSEC-2023-75"
    package: str
    cve: str
    ghsa: str  # "" = none
    published: str  # ISO day
    fixed: tuple[str, ...]  # one per release line, oldest first
    cwe: str  # set here from the text of the advisory
    where: str


def weaknesses() -> list[Weakness]:
    """Every weakness of the table, by number."""
    return [
        Weakness(id=row.pop("cwe"), **{key: _cell(value) for key, value in row.items()})
        for row in read_table("security_cwe")
    ]


def techniques() -> list[Technique]:
    """Every current technique of ATT&CK Enterprise 18.1; a revoked or unknown id is not among them."""
    return [
        Technique(id=row["technique"], name=row["name"], tactics=_cells(row["tactics"]))
        for row in read_table("security_attack")
    ]


def advisories() -> list[Advisory]:
    """Every advisory of the table, by year and number."""
    rows = read_table("security_advisories")
    return [Advisory(**{**row, "ghsa": _cell(row["ghsa"]), "fixed": _cells(row["fixed"])}) for row in rows]


def attack_links(cwe: str = "") -> list[AttackLink]:
    """The links of one weakness, or of all that any pattern or the curated table names; official ones first."""
    return [link for link in _all_links() if cwe in ("", link.cwe)]


def official_links() -> list[AttackLink]:
    """CWE -> CAPEC -> ATT&CK, as the CAPEC entries name both; ids that ATT&CK has revoked are left out."""
    live = {technique.id for technique in techniques()}
    return [
        _link(f"CWE-{number}", technique, row["capec"], "attack pattern", "official", row["name"])
        for row in read_table("security_capec")
        for number in _cells(row["cwes"])
        for technique in _cells(row["techniques"])
        if technique in live
    ]


def curated_links() -> list[AttackLink]:
    """What this project adds where no pattern leads from a weakness to a fitting technique."""
    return [
        _link(row["cwe"], row["technique"], CURATED, row["relation"], row["confidence"], row["reason"])
        for row in read_table("security_curated")
    ]


@functools.cache  # a reviewer asks once per finding
def _all_links() -> tuple[AttackLink, ...]:
    return (*official_links(), *curated_links())


def _link(cwe: str, technique: str, via: str, relation: str, confidence: str, reason: str) -> AttackLink:
    return AttackLink(
        id=slug(f"{cwe} {technique} {via}"), cwe=cwe, technique=technique, via=via, relation=relation,
        confidence=confidence, reason=reason,
    )  # fmt: skip


def _cell(value: str) -> str:
    return "" if value == NONE else value


def _cells(value: str) -> tuple[str, ...]:
    return tuple(value.split(";")) if _cell(value) else ()
