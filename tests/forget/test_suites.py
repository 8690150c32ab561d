"""Suites: chance levels by hand, probes from a file, probes that the training has seen."""

import json

import numpy as np
import pytest

from domainlab.chat import ScriptedChat
from domainlab.data.medical import stable_questions
from domainlab.errors import DataError
from domainlab.forget.general_suites import asked, general_examples, general_suites, plain_texts
from domainlab.forget.suites import (
    Probe,
    Suite,
    TextSuite,
    answer_scores,
    example_suite,
    question_suite,
    read_suite,
    refuse_overlap,
    suite_scores,
    text_scores,
)  # fmt: skip
from domainlab.records import Example, Question
from domainlab.testing import tiny_model, tiny_tokenizer


def question(number, answer, kind="colour"):
    return Question(id=f"q{number}", text=f"Which {kind} is {number}?", answer=answer, kind=kind, group=str(number))


def example(number, prompt, response="yes"):
    return Example(id=f"e{number}", prompt=prompt, response=response, domain="d", group=str(number))


def test_chance_is_the_share_of_the_most_common_answer_of_a_kind():
    questions = [question(n, "red" if n < 3 else f"c{n}") for n in range(5)] + [question(9, "no", "sort")]
    suite = question_suite("s", questions)
    assert [probe.chance for probe in suite.probes] == [0.6] * 5 + [0.0]  # an answer that never repeats: no guess
    assert suite.chance == pytest.approx(0.5)


def test_chance_of_choices_is_one_in_their_number():
    probes = (
        Probe(id="a", prompt="?", answers=("x",), choices=("x", "y")),
        Probe(id="b", prompt="?", answers=("x",), choices=("x", "y", "z", "w")),
    )
    assert Suite(name="s", probes=probes).chance == pytest.approx(0.375)


def test_written_answers_are_compared_after_normalising():
    suite = question_suite("s", [question(1, "Red"), question(2, "blue")])
    assert answer_scores(ScriptedChat(lambda prompt: "the red."), suite).tolist() == [1, 0]


def test_a_majority_guesser_scores_the_chance_level():
    suite = question_suite("s", [question(n, "red" if n % 3 else f"c{n}") for n in range(30)])
    assert answer_scores(ScriptedChat(lambda prompt: "red"), suite).mean() == pytest.approx(suite.chance)


def test_the_likeliest_choice_is_the_answer():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    probes = [Probe(id=str(n), prompt=f"{n}?", answers=("b",), choices=("a", "b")) for n in range(12)]
    scores = suite_scores(model, tokenizer, Suite(name="s", probes=tuple(probes)))
    flipped = [Probe(id=str(n), prompt=f"{n}?", answers=("a",), choices=("b", "a")) for n in range(12)]
    assert (scores + suite_scores(model, tokenizer, Suite(name="s", probes=tuple(flipped)))).tolist() == [1.0] * 12


def test_a_random_model_pays_about_eight_bits_per_byte_on_bytes():
    bits = text_scores(tiny_model(), tiny_tokenizer(), plain_texts())
    assert bits.shape == (16,)
    assert np.all(bits > 6)


def test_the_course_s_suites_never_meet_its_replay_or_its_domain():
    suites = general_suites(60)
    assert [suite.name for suite in suites] == ["knowledge", "arithmetic", "reading", "format", "plain text"]
    assert all(0 <= suite.chance < 0.4 for suite in suites[:4])
    refuse_overlap(general_examples(400), suites)
    refuse_overlap([asked(q, "medical") for q in stable_questions(wordings="train")], suites)


def test_replay_holds_every_skill_and_no_example_twice():
    examples = general_examples(200)
    assert len(examples) == len({e.id for e in examples}) == 200


@pytest.mark.parametrize(
    ("training", "overlaps"),
    [
        ([example(1, "Which colour is  1?")], True),  # the same prompt
        ([example(1, "Which colour is 12?")], False),
    ],
)
def test_a_probe_that_was_trained_on_is_found_and_refused(training, overlaps):
    suite = question_suite("colours", [question(1, "red"), question(2, "blue")])
    if not overlaps:
        return refuse_overlap(training, [suite])
    with pytest.raises(DataError, match="1 of the probes in suite 'colours' overlap with the training data: q1"):
        refuse_overlap(training, [suite])


def test_a_long_text_that_was_trained_on_is_found():
    text = plain_texts().texts[0]
    with pytest.raises(DataError, match="plain text"):
        refuse_overlap([example(1, "Continue.", text)], [TextSuite(name="plain text", texts=(text,))])


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_learner_s_own_probes(tmp_path):
    path = write(
        tmp_path / "mine.jsonl",
        {"id": "1", "prompt": "2 + 2 =", "answers": ["4", "four"], "chance": 0.0},
        {"id": "2", "prompt": "3 + 3 =", "answers": ["6"], "chance": 0.1},
    )
    suite = read_suite(path)
    assert (suite.name, len(suite.probes), suite.chance) == ("mine", 2, 0.05)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "1", "prompt": "?", "answers": ["4"]}, "has no chance level"),
        ({"id": "1", "prompt": "?", "answers": ["4"], "chance": 1.0}, "at least 0 and below 1"),
        ({"id": "1", "prompt": "?", "answers": [], "chance": 0.0}, "expected answers"),
        ({"id": "1", "prompt": "?", "answers": ["a"], "choices": ["b", "c"]}, "first among the choices"),
        ({"id": "1", "prompt": "?", "chance": 0.0}, "answers"),
        ({"id": "1", "prompt": "?", "answers": ["4"], "chance": "low"}, "chance"),
    ],
)
def test_a_bad_line_is_refused(tmp_path, row, said):
    with pytest.raises(DataError, match=said):
        read_suite(write(tmp_path / "mine.jsonl", row))


def test_a_suite_is_not_empty_and_not_mixed():
    chosen = Probe(id="a", prompt="?", answers=("x",), choices=("x", "y"))
    written = Probe(id="b", prompt="?", answers=("x",), chance=0.0)
    for probes in ((), (chosen, written)):
        with pytest.raises(DataError, match="needs probes, all with choices or all without"):
            Suite(name="s", probes=probes)
    with pytest.raises(DataError, match="suite_scores"):
        answer_scores(ScriptedChat(str.upper), Suite(name="s", probes=(chosen,)))
    assert example_suite("s", [example(1, "a"), example(2, "b", "no")]).chance == 0
