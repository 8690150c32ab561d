"""Is a written sentence true to its fact? Exact rules; what fails one of them is never delivered.

A sentence may say the words of its fact and of its label, nothing else. So a number, unit,
drug, diagnosis or negation that the record does not have cannot pass, whatever the model writes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domainlab.assist.facts import Fact

LINE = re.compile(r"\[(\d{1,3})\]\s*(.+)")
NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*(?![\w-])")
TOKEN = re.compile(r"[^\s,;:()]+")
NEGATIONS = {"no", "not", "never", "none", "without", "denies", "denied", "negative", "absent"}
CLAIMS = re.compile(r"\b(diagnos\w*|suffers?|confirms?|proves?|is caused by|you have|certainly)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One line of a reply: the fact that it states, or why it is not used."""

    line: str
    fact: int | None  # place in the facts of the prompt; None where it cites none of them
    text: str  # the sentence without its citation
    wrong: str  # the first rule that it breaks; "" when it may be delivered


def check_reply(reply: str, section: str, facts: Sequence[Fact]) -> tuple[bool, list[Checked]]:
    """Whether the reply starts with its heading, and every further line checked.

    A fact that is stated twice counts once; the second time breaks a rule.
    """
    lines = [line.strip() for line in reply.strip().splitlines() if line.strip()]
    heading = bool(lines) and lines[0] == f"{section}:"
    checked: list[Checked] = []
    for line in lines[1:] if heading else lines:
        one = check_line(line, section, facts)
        stated = {other.fact for other in checked if not other.wrong}
        if not one.wrong and one.fact in stated:
            one = Checked(line=line, fact=one.fact, text=one.text, wrong="said twice")
        checked.append(one)
    return heading, checked


def check_line(line: str, section: str, facts: Sequence[Fact]) -> Checked:
    """One line of a reply against the fact that it cites."""
    found = LINE.fullmatch(line)
    if not found:
        return Checked(line=line, fact=None, text=line, wrong="no citation")
    text, place = found[2].rstrip("."), int(found[1]) - 1
    if not 0 <= place < len(facts):
        return Checked(line=line, fact=None, text=text, wrong="cites a passage that does not exist")
    return Checked(line=line, fact=place, text=text, wrong=broken_rule(text, section, facts[place]))


def broken_rule(text: str, section: str, fact: Fact) -> str:
    """The first rule that a sentence breaks, in words; "" when it is true to its fact."""
    if fact.section != section:
        return f"belongs in {fact.section}"
    known = words(fact.text)
    if any(number not in NUMBER.findall(fact.says) for number in NUMBER.findall(text)):
        return "a number that the record does not have"
    if words(text) & NEGATIONS != known & NEGATIONS:
        return "negation differs from the record"
    if CLAIMS.search(text) and not CLAIMS.search(fact.says):
        return "claims a diagnosis"
    if fact.says.lower().rstrip(".") not in text.lower():
        return "does not say what the record says, with its unit or dose"
    if new := words(text) - known:
        return f"a word from nowhere: {min(new)}"
    if plain(text) != plain(fact.text):
        return "words repeated, left out or in another order"
    return ""


def plain(text: str) -> str:
    """A line without the differences that do not matter: capitals, spaces, a full stop."""
    return " ".join(text.lower().split()).rstrip(".")


def words(text: str) -> set[str]:
    """The words and numbers of a text, in small letters, without the punctuation around them.

    >>> sorted(words("No fever: 37.2 C."))
    ['37.2', 'c', 'fever', 'no']
    """
    return {token.lower().rstrip(".") for token in TOKEN.findall(text)}
