"""Reading made-up facts: the answer stands in a numbered passage, is cited, or is not there.

Nobody can know these facts from memory, so a right answer shows that the model reads. Entities, values and
(for "held_out") wordings are unseen. A task has one to seven facts, spread over one to five passages.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from domainlab.data import names
from domainlab.data.paraphrases import SAME_MEANING, SPECIAL_WORDINGS
from domainlab.data.relations import ATTRIBUTES, RELATIONS
from domainlab.prompts import NOT_FOUND, READING_INSTRUCTION, reading_prompt
from domainlab.records import Question

ATTRIBUTE_STATEMENTS = (
    "The {a} of {s} is {v}.",
    "{s} has the {a} {v}.",
    "For {s}, the {a} is {v}.",
    "{s}: {a} {v}.",
    "The {a} for {s} is {v}.",
    "{v} is the {a} of {s}.",
    "The {a} of {s} was set to {v}.",
    "{s} comes with the {a} {v}.",
    "As {a}, {s} has {v}.",
    "Note the {a} of {s}: {v}.",
    "People say that the {a} of {s} is {v}.",
    "The {a} given for {s} is {v}.",
)
ATTRIBUTE_QUESTIONS = (
    "What is the {a} of {s}?",
    "Which {a} does {s} have?",
    "What {a} is given for {s}?",
    "Tell me the {a} of {s}.",
    "Give the {a} of {s}.",
    "What is the {a} for {s}?",
    "{s}: which {a}?",
    "What {a} does {s} have?",
    "Which {a} belongs to {s}?",
    "I need the {a} of {s}.",
    "Can you find the {a} of {s}?",
    "Please find the {a} for {s}.",
    "What do the passages say about the {a} of {s}?",
    "And the {a} of {s}?",
    "Do you know the {a} of {s}?",
)
FILLERS = (
    "It was a quiet day.",
    "Many people came to see it.",
    "The weather was good all week.",
    "More details will follow later.",
    "This page was checked last year.",
    "Nobody was surprised.",
    "There is a small garden behind the house.",
    "The list is long.",
    "Please ask at the desk if you are not sure.",
    "Some of this may change.",
    "The team meets every week.",
    "An old map hangs on the wall.",
    "The road is narrow there.",
    "Most visitors stay for an hour.",
)
INSTRUCTIONS = (
    READING_INSTRUCTION, READING_INSTRUCTION, READING_INSTRUCTION,
    f"Use only these passages and cite the number. If they do not say it, write: {NOT_FOUND}",
    f"Read the passages. Give the answer with its passage number, or say: {NOT_FOUND}",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Fact:
    subject: str
    statement: str
    relation: str
    value: str


@dataclass(frozen=True, kw_only=True)
class ReadingItem:
    """A question with numbered passages; `citation` is the passage that answers it, 0 when none does."""

    question: Question
    passages: tuple[str, ...]
    instruction: str
    citation: int

    @property
    def prompt(self) -> str:
        """The whole prompt as the model sees it."""
        return reading_prompt(self.question.text, self.passages, instruction=self.instruction)

    @property
    def response(self) -> str:
        """The answer with its citation, or the sentence that says it is not there."""
        return f"{self.question.answer} [{self.citation}]" if self.citation else NOT_FOUND


def reading_items(
    n: int, *, split: str, seed: int, max_facts: int = 7, max_passages: int = 5, fillers: Sequence[str] = FILLERS
) -> list[ReadingItem]:
    """`n` reading tasks, about a quarter of them without an answer in the passages.

    Args:
        n: how many.
        split: "train" or "held_out" (unseen names, values and wordings).
        seed: same seed, same tasks.
        max_facts: most facts in one prompt.
        max_passages: most passages in one prompt.
        fillers: sentences that hold no fact, strewn between the facts.
    """
    rng = random.Random(f"reading-{split}-{seed}")
    return [_items(rng, split, f"reading-{split}-{i}", max_facts, max_passages, fillers, 1)[0] for i in range(n)]


def reading_conversations(
    n: int, *, split: str, seed: int, turns: int, max_facts: int = 7, max_passages: int = 5,
    fillers: Sequence[str] = FILLERS,
) -> list[list[ReadingItem]]:  # fmt: skip
    """`n` lists of up to `turns` items that share their passages: more answers to learn from per passage read."""
    rng = random.Random(f"conversation-{split}-{seed}")
    return [_items(rng, split, f"talk-{split}-{i}", max_facts, max_passages, fillers, turns) for i in range(n)]


def _wording(rng: random.Random, split: str, forms: Sequence[str]) -> str:
    return forms[-1] if split == "held_out" else rng.choice(forms[:-1])


def _fact(rng: random.Random, split: str, relation: str, subject: str | None = None) -> _Fact:
    if relation in RELATIONS:
        make_subject, make_value, statements, _ = RELATIONS[relation]
    else:
        make_subject = rng.choice((names.person, names.place, names.pseudo_word, names.pseudo_word, names.code))
        make_value, statements = ATTRIBUTES[relation], ATTRIBUTE_STATEMENTS
    subject = subject or make_subject(rng, split)
    value = make_value(rng, split)
    special = SPECIAL_WORDINGS.get(relation)
    form = _wording(rng, split, statements)
    if special and split == "train" and rng.random() < 0.3:
        form = special[0]
    statement = form.format(s=subject, v=value, a=relation)
    return _Fact(subject=subject, statement=statement[0].upper() + statement[1:], relation=relation, value=value)


def _ask(rng: random.Random, split: str, fact: _Fact) -> str:
    forms = RELATIONS[fact.relation][3] if fact.relation in RELATIONS else ATTRIBUTE_QUESTIONS
    form = _wording(rng, split, forms)
    if split == "train" and fact.relation in SPECIAL_WORDINGS and rng.random() < 0.3:
        form = rng.choice(SPECIAL_WORDINGS[fact.relation][1])
    text = form.format(s=fact.subject, a=fact.relation)
    return text[0].upper() + text[1:]


def _facts(rng: random.Random, split: str, n: int) -> list[_Fact]:
    """Facts that compete: some share the relation, some share the subject, no (subject, relation) pair twice."""
    relations = [*RELATIONS, *ATTRIBUTES]
    shared = rng.choice(relations)
    facts: dict[tuple[str, str], _Fact] = {}
    while len(facts) < n:
        same_subject = facts and rng.random() < 0.4
        subject = rng.choice(list(facts.values())).subject if same_subject else None
        pool = list(ATTRIBUTES) if same_subject else relations
        relation = shared if not same_subject and rng.random() < 0.5 else rng.choice(pool)
        fact = _fact(rng, split, relation, subject)
        facts.setdefault((fact.subject.lower(), SAME_MEANING.get(relation, relation)), fact)
    return list(facts.values())


def _sizes(rng: random.Random, facts: int, max_passages: int) -> list[int]:
    """Facts spread over passages, at least one in each."""
    sizes = [1] * rng.randint(1, min(facts, max_passages))
    for _ in range(facts - len(sizes)):
        sizes[rng.randrange(len(sizes))] += 1
    return sizes


def _items(
    rng: random.Random, split: str, id: str, max_facts: int, max_passages: int, fillers: Sequence[str], turns: int
) -> list[ReadingItem]:
    sizes = _sizes(rng, rng.randint(1, max_facts), max_passages)
    facts = _facts(rng, split, sum(sizes) + turns)
    absent, facts = facts[-turns:], facts[:-turns]
    passages, where = [], {}
    for number, size in enumerate(sizes, start=1):
        own = [facts.pop() for _ in range(size)]
        where.update({fact: number for fact in own})
        sentences = [fact.statement for fact in own]
        for _ in range(rng.choice((0, 0, 1, 2))):
            sentences.insert(rng.randint(0, len(sentences)), rng.choice(fillers))
        passages.append(" ".join(sentences))
    instruction = READING_INSTRUCTION if split == "held_out" else rng.choice(INSTRUCTIONS)
    present = rng.sample(list(where), len(where))
    items = []
    for turn in range(turns):
        target = absent[turn] if rng.random() < 0.25 else present.pop()
        citation = where.get(target, 0)
        question = Question(
            id=f"{id}-{turn}", text=_ask(rng, split, target), kind="reading" if citation else "not_there",
            answer=target.value if citation else NOT_FOUND, group=target.subject,
            passage=passages[citation - 1] if citation else "",
        )  # fmt: skip
        items.append(
            ReadingItem(question=question, passages=tuple(passages), instruction=instruction, citation=citation)
        )
        if not present:
            break
    return items
