"""The general-knowledge world: true facts from hand-written tables, as questions and as statements.

A fact is asked in several wordings. Models train on the wordings of one set and are tested on the other,
so a right answer shows knowledge of the fact and not of the sentence. The tables lie in `facts/`:
`wordings.tsv` says how each kind is asked and stated, `aliases.tsv` which other answers are right.
"""

import csv
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from domainlab.errors import ConfigError, DataError
from domainlab.records import Question

FACTS = Path(__file__).parent / "facts"
WORDING_SETS = ("train", "held_out")
IRREGULAR_UNITS = {"foot": "feet", "inch": "inches", "century": "centuries"}
SEQUENCE_NOUNS = {"day": "day of the week", "letter": "letter of the alphabet", "ordinal": "number word"}

Row = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact: `answer` is what a question about `entity` asks for, `words` fills other blanks of a wording.

    `key` tells facts of one kind apart, `group` is the entity that all its facts share.
    """

    kind: str
    key: str
    group: str
    entity: str
    answer: str
    aliases: tuple[str, ...] = ()
    words: Row = field(default_factory=dict)

    def fill(self, wording: str) -> str:
        """A wording with this fact's entity and answer in its blanks, as a sentence with a capital letter."""
        text = wording.format(entity=self.entity, answer=self.answer, **self.words)
        return text[0].upper() + text[1:]


def read_table(name: str) -> list[Row]:
    """Rows of a fact table by column name, for example `read_table("elements")`."""
    path = FACTS / f"{name}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows, start=2):
        if None in row or not all(row.values()):
            raise DataError(f"{path.name} line {number}: expected a value per column, got {row}; fix it")
    return rows


def _simple(kind: str, entity: str, answer: str, *, group: str = "", **words: str) -> Fact:
    return Fact(kind=kind, key=entity, group=group or entity, entity=entity, answer=answer, words=words)


def _country_facts() -> Iterator[Fact]:
    for row in read_table("countries"):
        name, capital = row["name"], row["capital"]
        for kind in ("capital", "continent", "currency", "language"):
            yield _simple(kind, name, row[kind])
        yield _simple("country_of_capital", capital, name.removeprefix("the "), group=name, country=name)


def _element_facts() -> Iterator[Fact]:
    for row in read_table("elements"):
        yield _simple("element_symbol", row["name"], row["symbol"])
        yield _simple("element_number", row["name"], row["number"])


def _opposite_facts() -> Iterator[Fact]:
    """Both directions; a word with several opposites has the first as answer and the others as aliases.

    Words that are linked by opposites share a group: who has seen "hot, cold" knows "cold, hot".
    """
    opposites: dict[str, list[str]] = defaultdict(list)
    groups: dict[str, str] = {}
    for row in read_table("opposites"):
        left, right = row["word"], row["opposite"]
        opposites[left].append(right)
        opposites[right].append(left)
        old, new = groups.get(right, right), groups.get(left, left)
        groups |= {word: new for word in opposites if groups.get(word, word) == old} | {left: new}
    for word, others in opposites.items():
        first, *more = dict.fromkeys(others)
        group = groups[word]
        yield Fact(kind="opposite", key=word, group=group, entity=word, answer=first, aliases=tuple(more))


def _word_facts() -> Iterator[Fact]:
    for row in read_table("categories"):
        yield _simple("category", row["word"], row["category"])
    for row in read_table("verbs"):
        yield _simple("past_tense", row["verb"], row["past"], participle=row["participle"])
    for row in read_table("plurals"):
        yield _simple("plural", row["singular"], row["plural"])
    for row in read_table("animals"):
        article = "an" if row["young"][0] in "aeiou" else "a"
        yield _simple("young", row["animal"], row["young"], a_answer=f"{article} {row['young']}")


def _people_facts() -> Iterator[Fact]:
    for row in read_table("authors"):
        yield _simple("author", row["work"], row["author"])
    for row in read_table("inventions"):
        yield _simple("invention", row["item"], row["person"], verb=row["verb"])


def _unit_facts() -> Iterator[Fact]:
    for row in read_table("units"):
        larger, smaller = row["larger"], IRREGULAR_UNITS.get(row["smaller"], row["smaller"] + "s")
        yield Fact(
            kind="unit", key=f"{larger} {smaller}", group=larger, entity=larger, answer=row["factor"],
            aliases=(f"{int(row['factor']):,}",), words={"smaller": smaller},
        )  # fmt: skip


def _sequence_facts() -> Iterator[Fact]:
    for row in read_table("sequences"):
        noun = SEQUENCE_NOUNS.get(row["kind"], row["kind"])
        key = f"{row['kind']} {row['item']}"
        words, answer = {"noun": noun}, row["next"]
        yield Fact(kind="sequence", key=key, group=key, entity=row["item"], answer=answer, words=words)


MAKERS: tuple[Callable[[], Iterator[Fact]], ...] = (
    _country_facts, _element_facts, _opposite_facts, _word_facts, _people_facts, _unit_facts, _sequence_facts,
)  # fmt: skip


def all_facts() -> list[Fact]:
    """Every fact of every table, in the order of the tables."""
    return [fact for make in MAKERS for fact in make()]


def read_wordings() -> dict[tuple[str, str], list[tuple[int, str]]]:
    """Numbered wordings by (kind, "train", "held_out" or "statement"); no number of a kind repeats."""
    wordings: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    used: dict[str, int] = defaultdict(int)
    for row in read_table("wordings"):
        wordings[row["kind"], row["split"]].append((used[row["kind"]], row["wording"]))
        used[row["kind"]] += 1
    return dict(wordings)


def _short_forms(fact: Fact) -> list[str]:
    """What people say for short: a surname, "dollar" for "US dollar", a name with or without its article."""
    last_word = fact.answer.split()[-1]
    if fact.answer.startswith("the "):
        return [fact.answer.removeprefix("the ")]
    if fact.kind in ("author", "invention", "currency"):
        return [last_word]
    if fact.kind == "country_of_capital" and fact.words["country"] != fact.answer:
        return [fact.words["country"], f"The {fact.answer}"]
    return []


def _all_aliases(fact: Fact, listed: dict[tuple[str, str], str]) -> tuple[str, ...]:
    """Aliases of the fact itself, those `listed` for its entity or its answer, and short forms."""
    names = dict.fromkeys((fact.entity, fact.answer))
    extra = [alias for name in names for alias in listed.get((fact.kind, name), "").split(";") if alias]
    aliases = dict.fromkeys([*fact.aliases, *extra, *_short_forms(fact)])
    aliases.pop(fact.answer, None)
    return tuple(aliases)


def _question(fact: Fact, number: int, wording: str, passage: str, aliases: tuple[str, ...]) -> Question:
    slug = re.sub(r"[^A-Za-z0-9]+", "-", fact.key).strip("-")
    return Question(
        id=f"{fact.kind}-{slug}-{number}", text=fact.fill(wording), answer=fact.answer, kind=fact.kind,
        group=fact.group, wording=number, passage=fact.fill(passage), aliases=aliases,
    )  # fmt: skip


def general_questions(*, wordings: str, seed: int = 0) -> list[Question]:
    """Every fact asked in every wording of one set.

    Args:
        wordings: "train" or "held_out"; the two sets share facts but no wording.
        seed: decides the order, nothing else.

    Returns:
        Questions whose `passage` states the fact, and whose `group` is the entity it is about.

    >>> asked = {question.text: question.answer for question in general_questions(wordings="train")}
    >>> asked["What is the capital of France?"], asked["What is the past tense of buy?"]
    ('Paris', 'bought')
    """
    if wordings not in WORDING_SETS:
        raise ConfigError(f"wordings must be one of {WORDING_SETS}, got {wordings!r}; choose one of them")
    table = read_wordings()
    listed = {(row["kind"], row["key"]): row["aliases"] for row in read_table("aliases")}
    questions = [
        _question(fact, number, wording, table[fact.kind, "statement"][0][1], _all_aliases(fact, listed))
        for fact in all_facts()
        for number, wording in table[fact.kind, wordings]
    ]
    random.Random(seed).shuffle(questions)
    return questions


def fact_sentences(*, seed: int) -> list[str]:
    """Every fact stated in three or more wordings, in an order that `seed` decides.

    >>> "The capital of France is Paris." in fact_sentences(seed=0)
    True
    """
    table = read_wordings()
    sentences = [fact.fill(wording) for fact in all_facts() for _, wording in table[fact.kind, "statement"]]
    random.Random(seed).shuffle(sentences)
    return sentences
