"""What the writer is asked and what it should answer: prompts from facts, and training pairs from made-up charts.

The writer gets a few facts of one section at a time (`Scale.passages` of them), so that a small model copies well
and a long chart never meets the end of its context window. The house style is a heading and then one labelled line
per fact, which begins with the number of its passage. That form is what the adapter learns; the facts come with the
prompt.

>>> fact = Fact(section="Objective", kind="measured", says="heart rate 72 on 2031-01-20", records=("Observation/o1",))
>>> print(section_prompt("Objective", [fact]))
Write the Objective section: the heading, then each passage on its own line with its number.
[1] measured: heart rate 72 on 2031-01-20
>>> print(section_answer("Objective", [fact]))
Objective:
[1] measured: heart rate 72 on 2031-01-20
"""

import random
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from domainlab.assist.facts import Fact
from domainlab.prompts import number_passages
from domainlab.records import Example

Item = TypeVar("Item")


def section_prompt(section: str, facts: Sequence[Fact]) -> str:
    """Ask for one section about a few facts."""
    passages = number_passages([fact.text for fact in facts])
    return f"Write the {section} section: the heading, then each passage on its own line with its number.\n{passages}"


def blind_prompt(section: str, patient_id: str) -> str:
    """Ask for a section without showing a fact: what a model does that has no access to the records."""
    return f"Write the {section} section of a progress note for patient {patient_id}: the heading, then sentences."


def section_answer(section: str, facts: Sequence[Fact]) -> str:
    """The section as the house style has it."""
    lines = [f"[{number}] {fact.text}" for number, fact in enumerate(facts, start=1)]
    return "\n".join([f"{section}:", *lines])


def in_portions(facts: Sequence[Item], size: int) -> list[list[Item]]:
    """Facts of one section (or their numbers), in order, in the portions that one prompt shows."""
    return [list(facts[start : start + size]) for start in range(0, len(facts), size)]


def training_examples(facts: Sequence[Sequence[Fact]], *, size: int, seed: int, most: int) -> list[Example]:
    """Prompts with their answers, from the facts of made-up charts, in random order, at most `most` of them.

    Portions have one to `size` facts, so that the writer learns any number in any mix; every kind of first fact
    gets its turn before one comes again.
    """
    rng, examples = random.Random(f"writer {seed}"), []
    for number, chart in enumerate(facts):
        for section in dict.fromkeys(fact.section for fact in chart):
            rest = [fact for fact in chart if fact.section == section]
            while rest:
                count = rng.randint(1, size)
                part, rest = rest[:count], rest[count:]
                examples.append(
                    Example(id=f"note-{number}-{section.lower()}-{len(examples)}", prompt=section_prompt(section, part),
                            response=section_answer(section, part), domain="medical", group=f"chart-{number}")
                )  # fmt: skip
    rng.shuffle(examples)
    seen: Counter[str] = Counter()
    turn = {}
    for example in examples:  # the first of each kind, then the second of each, ...: rare kinds count as much
        kind = example.prompt.split("\n[1] ")[1].split(":")[0]
        turn[example.id] = seen[kind]
        seen[kind] += 1
    chosen = sorted(examples, key=lambda example: turn[example.id])[:most]
    return rng.sample(chosen, len(chosen))
