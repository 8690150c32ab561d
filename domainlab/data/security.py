"""The security world: questions and documents made from the tables of `security_facts`.

One fact per sentence, one document per weakness, technique and advisory. The bulletins hold package, versions,
weakness and place of real advisories in sentences of our own.

>>> security_questions(wordings="train")[0].text
'What is the number of improper input validation?'
>>> bulletins()[0].text.split(". ")[1]
'The problem is in the cache of compiled templates'
"""

from collections.abc import Iterable

from domainlab.data.medical_facts import Fact, ask, slug, statement, wordings
from domainlab.data.security_facts import (
    CURATED,
    Advisory,
    AttackLink,
    Technique,
    Weakness,
    advisories,
    attack_links,
    techniques,
    weaknesses,
)
from domainlab.records import Document, Question

WORLD = "security"
MITRE = "MITRE CWE, CAPEC 3.9 and ATT&CK 18.1"
PYPA = "PyPA advisory database"
KNOWLEDGE_LICENCE = "Apache-2.0; numbers and names (c) The MITRE Corporation"
BULLETIN_LICENCE = "Apache-2.0; facts from the PyPA advisory database, CC BY 4.0"


def security_questions(*, wordings: str) -> list[Question]:
    """Every fact in each "train" or each "held_out" wording.

    Some answers are frequent ("code execution", "Initial Access"): compare with the most common answer of
    the kind.
    """
    return ask(security_facts(), wordings_for=wordings, world=WORLD)


def security_facts() -> list[Fact]:
    """What can be asked about weaknesses, linked techniques with one tactic, and advisories."""
    names = {weakness.id: weakness.name for weakness in weaknesses()}
    facts = [fact for weakness in weaknesses() for fact in _weakness_facts(weakness)]
    facts += [fact for technique in linked_techniques() for fact in _technique_facts(technique)]
    return facts + [fact for one in advisories() for fact in _advisory_facts(one, names[one.cwe])]


def linked_techniques() -> list[Technique]:
    """The techniques that a weakness of the table is linked with."""
    own = {weakness.id for weakness in weaknesses()}
    linked = {link.technique for link in attack_links() if link.cwe in own}
    return [technique for technique in techniques() if technique.id in linked]


def knowledge_documents() -> list[Document]:
    """One document per weakness, with its links to techniques, and one per linked technique."""
    names = {technique.id: technique.name for technique in techniques()}
    texts = {weakness.id: _weakness_text(weakness, names) for weakness in weaknesses()}
    texts |= {one.id: " ".join(fact.passage for fact in _technique_facts(one)) for one in linked_techniques()}
    return [
        Document(id=f"security-{slug(key)}", text=text, source=MITRE, licence=KNOWLEDGE_LICENCE)
        for key, text in texts.items()
    ]


def bulletins() -> list[Document]:
    """One dated document per advisory."""
    names = {weakness.id: weakness.name for weakness in weaknesses()}
    return [
        Document(
            id=one.id.lower(), text=_bulletin_text(one, names[one.cwe]), source=f"{PYPA}, {one.id}",
            licence=BULLETIN_LICENCE, date=one.published,
        )
        for one in advisories()
    ]  # fmt: skip


def _weakness_facts(weakness: Weakness) -> list[Fact]:
    told = [("weakness_number", weakness.name, weakness.id)]
    told += [("weakness_parent", weakness.id, weakness.parent)] if weakness.parent else []
    told += [("weakness_fix", weakness.name, weakness.fix), ("weakness_impact", weakness.name, weakness.impact)]
    return _facts(weakness.id, told, MITRE)


def _technique_facts(technique: Technique) -> list[Fact]:
    told = [("technique_name", technique.id, technique.name)]
    if len(technique.tactics) == 1:
        told.append(("technique_tactic", technique.id, technique.tactics[0]))
    return _facts(technique.id, told, MITRE)


def _advisory_facts(advisory: Advisory, weakness: str) -> list[Fact]:
    told = [("advisory_package", advisory.cve, advisory.package), ("advisory_weakness", advisory.cve, weakness)]
    facts = _facts(advisory.id, told, PYPA)
    if len(advisory.fixed) == 1:
        fixed = [("advisory_fixed", advisory.cve, advisory.fixed[0])]
        facts += _facts(advisory.id, fixed, PYPA, other=advisory.package)
    return facts


def _facts(group: str, told: Iterable[tuple[str, str, str]], source: str, other: str = "") -> list[Fact]:
    forms = wordings("statement", WORLD)
    return [
        Fact(
            kind=kind, group=group, name=name, answer=answer, source=source, other=other,
            passage=statement(forms[kind], name=name, answer=answer, other=other),
        )
        for kind, name, answer in told
    ]  # fmt: skip


def _weakness_text(weakness: Weakness, names: dict[str, str]) -> str:
    sentences = [fact.passage for fact in _weakness_facts(weakness)]
    sentences[1:1] = [f"Its full name is {weakness.official_name}.", f"{weakness.definition}."]
    return " ".join(sentences + _link_sentences(weakness, attack_links(weakness.id), names))


def _link_sentences(weakness: Weakness, links: list[AttackLink], names: dict[str, str]) -> list[str]:
    shown = {link: f"{link.technique} {names[link.technique]}" for link in links}
    sentences = [f"Over {link.via} it leads to {shown[link]}." for link in links if link.via != CURATED]
    if not sentences:
        sentences = [f"No official path leads from {weakness.id} to a technique."]
    return sentences + [
        f"This course links it to {shown[link]} ({link.relation}, confidence {link.confidence}): {link.reason}."
        for link in links
        if link.via == CURATED
    ]


def _bulletin_text(advisory: Advisory, weakness: str) -> str:
    first, *later = advisory.fixed
    names = [advisory.cve, *([advisory.ghsa] if advisory.ghsa else [])]
    affected, fixed = f"Versions before {first} are affected", f"It was fixed in version {first}"
    if later:
        affected += f", and in later release lines those before {' and '.join(later)}"
        fixed = f"It was fixed in the versions {', '.join(advisory.fixed[:-1])} and {later[-1]}"
    sentences = [
        f"{advisory.id} ({', '.join(names)}) is about the Python package {advisory.package}.",
        f"The problem is in {advisory.where}.",
        f"The weakness is {weakness}, {advisory.cwe}.",
        f"{affected}.",
        f"{fixed}.",
        f"The advisory is of {advisory.published}.",
    ]
    return " ".join(sentences)
