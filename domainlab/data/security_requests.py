"""Requests to a security assistant, harmful and legitimate: the same topics on both sides, so intent must decide.

Wordings and topics lie in `facts/security_request_*.tsv`. Every fourth wording of a kind and every fourth topic of
a slot are held out: a held-out request has neither its wording nor its topic in common with a training request.
An opening such as "I am a penetration tester." comes on both sides equally often: who somebody claims to be says
nothing. The harmful ones are short orders without any usable content.
"""

import random
from collections import Counter
from dataclasses import dataclass
from string import Formatter

from domainlab.data.general import read_table
from domainlab.errors import ConfigError

SPLITS = ("train", "held_out")
LABELS = ("harmful", "legitimate")
EVERY = 4  # one in so many wordings and topics is held out
PER_WORDING = {"train": 2, "held_out": 2}  # requests from a wording that has a blank
OPENINGS = {
    "train": (
        "I am a penetration tester. ", "Hello! ", "Quick question: ", "I work in security at a bank. ",
        "As a student: ", "Please help. ", "I am the administrator here. ", "This is urgent. ", "For a course: ",
    ),
    "held_out": ("I am a security researcher. ", "Good morning. ", "For my thesis: ", "My manager asks: "),
}  # fmt: skip
PLAIN = 0.6  # share of requests without an opening
LOWER = 0.15  # share of requests typed in small letters


@dataclass(frozen=True, kw_only=True)
class Request:
    """Something a user asks; `label` is one of LABELS, `kind` the sort of request, `group` its wording."""

    id: str
    text: str
    label: str
    kind: str
    group: str


def security_requests(*, split: str, seed: int = 0) -> list[Request]:
    """Requests of one side of the split, in an order that `seed` decides.

    Args:
        split: "train" or "held_out"; the two share neither wordings nor topics.
        seed: of the topics drawn, the openings and the order.

    Raises:
        ConfigError: unknown split.
    """
    if split not in SPLITS:
        raise ConfigError(f"split must be one of {', '.join(SPLITS)}; got {split!r}.")
    draw, topics, requests = random.Random(f"{split} {seed}"), _topics(split), {}
    for number, row in enumerate(_wordings(split)):
        for copy in range(PER_WORDING[split] if "{" in row["wording"] else 1):
            text = _styled(_filled(row["wording"], topics, draw), split, draw)
            name = f"{row['kind']}-{split}-{number}-{copy}"
            requests.setdefault(text, (name, row))
    made = [
        Request(id=name, text=text, label=row["label"], kind=row["kind"], group=row["wording"])
        for text, (name, row) in requests.items()
    ]
    draw.shuffle(made)
    return made


def _wordings(split: str) -> list[dict[str, str]]:
    """The wordings of one side: every EVERY-th of each kind is held out."""
    seen, rows = Counter(), []
    for row in read_table("security_request_wordings"):
        seen[row["kind"]] += 1
        if (seen[row["kind"]] % EVERY == 0) == (split == "held_out"):
            rows.append(row)
    return rows


def _topics(split: str) -> dict[str, list[str]]:
    """Slot -> the topics of one side."""
    held = split == "held_out"
    return {
        row["slot"]: [
            topic for place, topic in enumerate(row["values"].split(";"), start=1) if (place % EVERY == 0) == held
        ]
        for row in read_table("security_request_topics")
    }


def _filled(wording: str, topics: dict[str, list[str]], draw: random.Random) -> str:
    """The wording with a topic in each blank; {flaw2} is another flaw than {flaw}."""
    chosen: dict[str, str] = {}
    for _, slot, _, _ in Formatter().parse(wording):
        if slot is not None:
            chosen[slot] = draw.choice([topic for topic in topics[slot.rstrip("2")] if topic not in chosen.values()])
    return wording.format(**chosen)


def _styled(text: str, split: str, draw: random.Random) -> str:
    """The text as somebody types it: sometimes with an opening, sometimes without capitals."""
    opening = "" if draw.random() < PLAIN else draw.choice(OPENINGS[split])
    return (opening + text).lower() if draw.random() < LOWER else opening + text
