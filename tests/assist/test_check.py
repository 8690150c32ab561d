"""A sentence passes only if it says what its record says: each rule broken once, and thousands of small changes."""

import random
import re

import pytest

from domainlab.assist.check import broken_rule, check_reply
from domainlab.assist.facts import Fact
from domainlab.assist.variety import varied_facts
from domainlab.assist.writer import section_answer

PULSE = Fact(section="Objective", kind="measured", says="heart rate 72 beats per minute", records=("o1",))
DRUG = Fact(section="Subjective", kind="prescribed", says="metformin 500 mg twice a day", records=("m1",))
GONE = Fact(section="Objective", kind="not documented", says="weight", records=("p",))
NONE = Fact(section="Subjective", kind="allergy status", says="no known allergies", records=("a",))


@pytest.mark.parametrize(
    ("text", "fact", "rule"),
    [
        ("measured: heart rate 72 beats per minute", PULSE, ""),
        ("measured: heart rate 27 beats per minute", PULSE, "a number"),
        ("measured: heart rate 72", PULSE, "does not say"),
        ("measured: heart rate 72 mmHg", PULSE, "does not say"),
        ("measured: measured: heart rate 72 beats per minute", PULSE, "words repeated"),
        ("measured: heart rate 72 beats per minute normal", PULSE, "a word from nowhere: normal"),
        ("measured: heart rate 72 beats per minute, diagnosed", PULSE, "claims a diagnosis"),
        ("prescribed: metformin 500 mg twice a day", DRUG, ""),
        ("prescribed: metformin 850 mg twice a day", DRUG, "a number"),
        ("prescribed: metoprolol 500 mg twice a day", DRUG, "does not say"),
        ("prescribed: not metformin 500 mg twice a day", DRUG, "negation"),
        ("not documented: weight", GONE, ""),
        ("documented: weight", GONE, "negation"),
        ("not documented: weight 80 kg", GONE, "a number"),
        ("allergy status: no known allergies", NONE, ""),
        ("allergy status: known allergies", NONE, "negation"),
    ],
)
def test_each_rule(text, fact, rule):
    assert broken_rule(text, fact.section, fact).startswith(rule)
    assert bool(broken_rule(text, fact.section, fact)) == bool(rule)


def test_a_fact_in_the_wrong_section_is_refused():
    assert broken_rule(PULSE.text, "Plan", PULSE) == "belongs in Objective"


def test_a_reply_line_by_line():
    reply = (
        "Objective:\n[1] measured: heart rate 72 beats per minute\n[1] measured: heart rate 72 beats per minute.\n"
        "[3] not documented: weight\nnot documented: weight\n[2] not documented: weight."
    )
    heading, lines = check_reply(reply, "Objective", [PULSE, GONE])
    assert heading
    assert [line.wrong for line in lines] == [
        "",
        "said twice",
        "cites a passage that does not exist",
        "no citation",
        "",
    ]
    assert not check_reply("", "Objective", [PULSE])[0]


FACTS = [fact for number in range(25) for fact in varied_facts(5, number)]


def test_the_house_style_passes_for_names_and_numbers_of_any_kind():
    for fact in FACTS:
        assert broken_rule(fact.text, fact.section, fact) == "", fact
    assert check_reply(section_answer("Plan", FACTS[:0]), "Plan", []) == (True, [])


def test_no_changed_digit_or_word_passes():
    rng = random.Random(0)
    for fact in FACTS:
        text = fact.text
        for place in [found.start() for found in re.finditer(r"\d", text)]:
            other = rng.choice([digit for digit in "0123456789" if digit != text[place]])
            assert broken_rule(text[:place] + other + text[place + 1 :], fact.section, fact)
        parts = text.split()
        assert broken_rule(" ".join(parts[:-1]), fact.section, fact)
        assert broken_rule(" ".join([*parts, "fever"]), fact.section, fact)
