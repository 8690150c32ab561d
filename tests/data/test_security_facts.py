"""The security tables: ids that exist, known facts, and the official chain against figures found elsewhere.

The figures of the chain (CAPEC 3.9, ATT&CK 18.1) were counted independently from the files that MITRE publishes.
"""

import json
import lzma
from collections import Counter

import pytest

from domainlab.data.general import read_table
from domainlab.data.security_facts import (
    CONFIDENCES,
    RELATIONS,
    advisories,
    attack_links,
    curated_links,
    official_links,
    techniques,
    weaknesses,
)
from domainlab.data.security_pairs import code_pairs
from domainlab.settings import ROOT

SOURCES = ROOT.parent / "shared" / "datasets" / "security"
TOP_25 = [79, 787, 89, 352, 22, 125, 78, 416, 862, 434, 94, 20, 77, 287, 269, 502, 200, 863, 918, 119, 476, 798,
          190, 400, 306]  # fmt: skip
LIVE = {technique.id: technique for technique in techniques()}
KNOWN = {"CWE-89": "SQL injection", "CWE-79": "cross-site scripting", "CWE-502": "unsafe deserialization"}
needs_sources = pytest.mark.skipif(not SOURCES.is_dir(), reason="the published lists are not here")


def published(name):
    with lzma.open(SOURCES / f"{name}.jsonl.xz", "rt", encoding="utf-8") as file:
        return {row["id"]: row for row in map(json.loads, file)}


def test_ids_are_not_used_twice():
    for records in (weaknesses(), techniques(), advisories(), attack_links()):
        assert max(Counter(record.id for record in records).values()) == 1
    pairs = Counter((link.cwe, link.technique) for link in curated_links())
    assert max(pairs.values()) == 1


def test_known_facts_are_right():
    names = {weakness.id: weakness.name for weakness in weaknesses()}
    assert {key: names[key] for key in KNOWN} == KNOWN
    assert (LIVE["T1190"].name, LIVE["T1190"].tactics) == ("Exploit Public-Facing Application", ("Initial Access",))
    assert LIVE["T1059.007"].name == "JavaScript"
    pyyaml = next(one for one in advisories() if one.cve == "CVE-2017-18342")
    assert (pyyaml.package, pyyaml.fixed, pyyaml.cwe) == ("pyyaml", ("5.1",), "CWE-502")


def test_the_official_chain_has_the_published_counts():
    rows = read_table("security_capec")
    with_cwe, with_technique = ({row["capec"] for row in rows if row[key] != "-"} for key in ("cwes", "techniques"))
    named = {technique for row in rows for technique in row["techniques"].split(";")} - {"-"}
    assert (len(with_cwe), len(with_technique), len(with_cwe & with_technique)) == (450, 177, 143)
    assert len(named) == 189
    assert named - LIVE.keys() == {"T1513", "T1574.002"}  # revoked, so no link may name them
    assert len({link.cwe for link in official_links()}) == 149


def test_the_official_chain_reaches_nine_of_the_top_25():
    reached = {link.cwe for link in official_links()}
    assert [number for number in TOP_25 if f"CWE-{number}" in reached] == [862, 434, 94, 20, 287, 269, 200, 798, 400]
    named = {link.technique for link in official_links()}
    assert not named & {"T1190", "T1059", "T1203", "T1068"}


def test_every_link_names_a_live_technique_and_says_where_it_comes_from():
    for link in attack_links():
        assert link.technique in LIVE, link
        assert link.relation in RELATIONS, link
        assert link.confidence in CONFIDENCES, link
        assert (link.via == "curated") == (link.confidence != "official") == (link.relation != "attack pattern")
        assert link.reason
    assert official_links()[0].via.startswith("CAPEC-")


def test_every_weakness_of_the_corpus_is_known_and_linked():
    known = {weakness.id for weakness in weaknesses()}
    used = {pair.cwe for side in ("train", "held_out") for pair in code_pairs(side)}
    assert used <= known
    assert {link.cwe for link in curated_links()} <= known
    assert {one.cwe for one in advisories()} <= known
    assert [cwe for cwe in sorted(used) if not attack_links(cwe)] == []


def test_a_weakness_without_a_path_has_no_link():
    assert attack_links("CWE-835") == []


@needs_sources
def test_names_and_parents_are_those_of_the_published_lists():
    cwe, attack = published("cwe/cwe"), published("attack/attack_enterprise")
    for weakness in weaknesses():
        assert weakness.official_name == cwe[weakness.id]["name"]
        if weakness.parent:
            number = weakness.parent.removeprefix("CWE-")
            assert f"ChildOf:CWE ID:{number}:VIEW ID:1000:ORDINAL:Primary" in cwe[weakness.id]["related"]
    current = {key: row["name"] for key, row in attack.items() if row["type"] == "attack-pattern"}
    assert {technique.id: technique.name for technique in techniques()} == current


@needs_sources
def test_no_definition_is_copied():
    cwe = published("cwe/cwe")
    for weakness in weaknesses():
        assert weakness.definition[:60].lower() not in cwe[weakness.id]["description"].lower(), weakness.id


@needs_sources
def test_attack_patterns_name_the_published_weaknesses():
    capec = published("attack/capec")
    for row in read_table("security_capec"):
        numbers = [] if row["cwes"] == "-" else row["cwes"].split(";")
        assert {f"CWE-{number}" for number in numbers} == set(capec[row["capec"]]["cwe"])
        assert row["name"] == capec[row["capec"]]["name"]


@needs_sources
def test_advisories_say_what_the_database_says():
    database = published("pypa_advisories/pypa_advisories")
    for one in advisories():
        source = database[one.id]
        assert (one.package, one.published) == (source["package"], source["published"])
        assert set(one.fixed) == set(source["fixed"])
        assert {one.cve, *([one.ghsa] if one.ghsa else [])} <= set(source["aliases"])
