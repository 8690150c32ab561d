"""The course's own probes of general skills, and the examples that replay the same skills.

Probes are of the held-out half (wordings, sums, names and values), replay of the training half; they never meet.
The base model was trained on the training half too: replay of old training data, as in Chaudhry et al. 2019.
"""

import csv
import random
from pathlib import Path

from domainlab.data.arithmetic import arithmetic_questions
from domainlab.data.formats import format_examples
from domainlab.data.general import general_questions
from domainlab.data.reading import ReadingItem, reading_items
from domainlab.forget.suites import Suite, TextSuite, example_suite, question_suite
from domainlab.records import Example, Question

TEXTS = Path(__file__).with_name("plain_texts.tsv")
SEED = 31_000  # of the generated probes; another one than the base's own measurement of skills uses
SHARES = {"knowledge": 0.5, "arithmetic": 0.3, "reading": 0.1, "format": 0.1}  # of the examples to replay


def general_suites(n: int) -> list[Suite | TextSuite]:
    """Closed-book knowledge, arithmetic, reading and format following with `n` probes each, and plain texts."""
    known = general_questions(wordings="held_out", seed=SEED)
    reading = [as_example(item) for item in reading_items(n, split="held_out", seed=SEED)]
    return [
        question_suite("knowledge", known[:n], max_new_tokens=16, seen=known),
        question_suite("arithmetic", arithmetic_questions(n, split="held_out", seed=SEED), max_new_tokens=8),
        example_suite("reading", reading, max_new_tokens=24),
        example_suite("format", format_examples(n, split="held_out", seed=SEED), max_new_tokens=110),
        plain_texts(),
    ]


def plain_texts() -> TextSuite:
    """Short everyday texts that were written for this course, so no model was trained on them."""
    with TEXTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return TextSuite(name="plain text", texts=tuple(row["text"] for row in rows))


def general_examples(n: int, *, seed: int = 0) -> list[Example]:
    """`n` examples of the same four skills to replay, half of them knowledge, in an order that mixes them."""
    counts = {skill: round(share * n) for skill, share in SHARES.items()}
    known = general_questions(wordings="train", seed=SEED)[: counts["knowledge"]]
    sums = arithmetic_questions(counts["arithmetic"], split="train", seed=SEED)
    examples = [asked(question) for question in [*known, *sums]]
    examples += [as_example(item) for item in reading_items(counts["reading"], split="train", seed=SEED)]
    examples += format_examples(counts["format"], split="train", seed=SEED)
    return random.Random(seed).sample(examples, len(examples))


def asked(question: Question, domain: str = "general") -> Example:
    """A question with its reference answer as a training pair."""
    return Example(
        id=question.id, prompt=question.text, response=question.answer, domain=domain, group=question.group
    )  # fmt: skip


def as_example(item: ReadingItem) -> Example:
    """A reading task as a training pair."""
    question = item.question
    return Example(
        id=question.id, prompt=item.prompt, response=item.response, domain="general", group=question.group
    )  # fmt: skip
