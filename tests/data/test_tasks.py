"""Copying and format tasks: each has exactly one right answer, made from the prompt alone."""

import json

import pytest

from domainlab.data.copying import copy_examples
from domainlab.data.formats import JSON_WORDS, NOT_GIVEN, format_examples


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_copied_text_stands_in_the_prompt(split):
    for example in copy_examples(300, split=split, seed=0):
        assert example.response in example.prompt


def test_json_answers_parse_and_hold_the_values_of_the_prompt():
    seen = 0
    for example in format_examples(300, split="train", seed=0):
        if example.group == "format-json":
            seen += 1
            for key, value in json.loads(example.response).items():
                assert key in example.prompt
                assert value in example.prompt
    assert seen > 30


def test_sections_keep_every_fact_under_its_heading_and_admit_gaps():
    sections = [e for e in format_examples(400, split="held_out", seed=0) if e.group == "format-sections"]
    assert any(NOT_GIVEN in e.response for e in sections)
    for example in sections:
        for line in example.response.splitlines():
            heading, _, body = line.partition(": ")
            for fact in body.split("; "):
                assert fact == NOT_GIVEN or f"{heading}: {fact}" in example.prompt


def test_wordings_of_the_two_splits_differ():
    assert not set(JSON_WORDS["train"]) & set(JSON_WORDS["held_out"])


@pytest.mark.parametrize("make", [copy_examples, format_examples])
def test_same_seed_same_tasks(make):
    assert make(30, split="train", seed=4) == make(30, split="train", seed=4)
    assert make(30, split="train", seed=4) != make(30, split="train", seed=5)
