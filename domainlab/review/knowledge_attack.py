"""From a weakness to ATT&CK in sentences: the official path where there is one, and what this project adds."""

from functools import cache

from domainlab.data.security_facts import CURATED, AttackLink, attack_links, techniques

NO_PATH = "ATT&CK: no official path from this weakness to a technique"
MOST_OFFICIAL = 3  # attack patterns fan out to 26 techniques for one weakness; the rest is counted


@cache
def technique_names() -> dict[str, str]:
    """Every current technique of ATT&CK by id; a revoked or unknown id is not among them."""
    return {one.id: one.name for one in techniques()}


def links_of(cwe: int) -> tuple[AttackLink, ...]:
    """All links of a weakness, official ones first."""
    return tuple(attack_links(f"CWE-{cwe}"))


def attack_sentences(cwe: int) -> list[tuple[str, str]]:
    """What is said about a weakness and ATT&CK: (sentence, origin), origin "official", "curated" or "mapping"."""
    official = [link for link in links_of(cwe) if link.via != CURATED]
    told = [(_sentence(link), "official") for link in official[:MOST_OFFICIAL]]
    if len(official) > MOST_OFFICIAL:
        told.append((f"ATT&CK: {len(official) - MOST_OFFICIAL} more techniques over attack patterns", "official"))
    if not official:
        told.append((NO_PATH, "mapping"))
    return told + [(_sentence(link), CURATED) for link in links_of(cwe) if link.via == CURATED]


def _sentence(link: AttackLink) -> str:
    what = f"ATT&CK: {link.technique} {technique_names()[link.technique]}, {link.relation}"
    if link.via == CURATED:
        return f"{what}, curated with confidence {link.confidence}: {link.reason}"
    return f"{what}, official over {link.via}"
