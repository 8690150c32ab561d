"""Searches and the faithful writer for the tests of the assistant."""

import re

from domainlab.assist.assistant import gather
from domainlab.assist.knowledge import mentions
from domainlab.data.medical_facts import guidelines

SECTION = re.compile(r"Write the (\w+) section")
PASSAGE = re.compile(r"^\[(\d+)\] ([a-z ]+): (.*)$", re.MULTILINE)


def find(name):
    return [one.id for one in guidelines() if mentions(name, one.topic)]


def search(query, texts, k):
    return list(range(min(k, len(texts))))


def faithful(prompt):
    lines = [f"[{number}] {kind}: {says}" for number, kind, says in PASSAGE.findall(prompt)]
    return "\n".join([f"{SECTION.search(prompt)[1]}:", *lines])


def made_of(chart):
    return gather(chart, find=find, search=search)
