"""The tables of general medical knowledge, read once."""

from functools import cache

from domainlab.data.medical_facts import Guideline, Interaction, guidelines, interactions, table


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of `facts/medical_<name>.tsv`."""
    return tuple(table(name))


@cache
def known_interactions() -> tuple[Interaction, ...]:
    """Every pair of the interaction table, the major ones first."""
    return tuple(sorted(interactions(), key=lambda one: one.severity))  # "major" comes before "moderate"


@cache
def known_guidelines() -> dict[str, Guideline]:
    """Every guideline by its id."""
    return {one.id: one for one in guidelines()}


@cache
def drug_words() -> frozenset[str]:
    """Every word of a drug's name in the drug table, in small letters."""
    return frozenset(word for row in rows("drugs") for word in row["drug"].lower().split())
