"""The stable half of the medical world: facts that hold next month too, and questions that nothing answers.

One fact per sentence, one document per drug, condition or drug pair. What changes monthly is in `bulletin`.

>>> stable_questions(wordings="train")[0].text
'What is the drug class of lisinopril?'
>>> stable_questions(wordings="train")[0].passage
'The drug class of lisinopril is ACE inhibitor.'
"""

import random

from domainlab.data.bulletin import missing_facts
from domainlab.data.medical_facts import Fact, ask, interactions, slug, stable_facts, table
from domainlab.errors import ConfigError
from domainlab.prompts import NOT_FOUND
from domainlab.records import Document, Question

LICENCE = "Apache-2.0"  # the project's own
ABSENT = ("maker", "colour", "approval")  # what no document of this world says about any drug


def stable_questions(*, wordings: str) -> list[Question]:
    """Every stable fact in each "train" or each "held_out" wording.

    The answers of some kinds are far from even: "by mouth" alone answers three quarters of the route
    questions, so compare with the most common answer of the kind.
    """
    return ask(stable_facts(), wordings_for=wordings)


def stable_documents() -> list[Document]:
    """One document per drug, condition, guideline topic and drug pair, one fact per sentence."""
    sentences: dict[str, list[str]] = {}
    sources: dict[str, list[str]] = {}
    for fact in stable_facts():
        sentences.setdefault(fact.group, []).append(fact.passage)
        sources.setdefault(fact.group, []).append(fact.source)
    for pair in interactions():
        severity = f"The severity of {pair.drug_a} together with {pair.drug_b} is {pair.severity}."
        sentences[f"{pair.drug_a} + {pair.drug_b}"].append(severity)
    return [
        Document(
            id=f"medical-{slug(group)}",
            text=" ".join(lines),
            source=", ".join(dict.fromkeys(sources[group])),
            licence=LICENCE,
        )
        for group, lines in sentences.items()
    ]


def unanswerable_questions(*, wordings: str, seed: int = 0, n: int = 120) -> list[Question]:
    """Questions whose right answer is "The context does not say.", in each wording of one set.

    Of them, `n` ask what no document says of any drug (maker, color, year of approval); the others ask the
    clinic's bulletin of this `seed` for the one attribute that it does not give for a drug.
    """
    drugs = [row["drug"] for row in table("drugs")]
    pairs = [(kind, drug) for kind in ABSENT for drug in drugs]
    if not 0 <= n <= len(pairs):
        raise ConfigError(f"n must be 0 to {len(pairs)}, got {n}; ask for fewer questions.")
    chosen = random.Random(f"unanswerable {seed}").sample(pairs, n)
    facts = [
        Fact(kind=kind, group=drug, name=drug, answer=NOT_FOUND, passage="", source="")
        for kind, drug in sorted(chosen)
    ]
    return ask(facts + missing_facts(seed=seed), wordings_for=wordings, kind="unanswerable")
