"""Leaks and duplicates: examples by hand, and equality with the slow way that compares every pair."""

import itertools
import random

import pytest

from domainlab.data.leaks import find_duplicates, find_leaks, record_text
from domainlab.errors import ConfigError
from domainlab.records import Document, Example, Question


def document(id, text):
    return Document(id=id, text=text, source="s", licence="l")


def random_documents(seed, n=40, words=12):
    rng = random.Random(seed)
    return [
        document(f"{seed}-{i}", " ".join(rng.choices(["a", "b", "c"], k=rng.randint(1, words))))
        for i in range(n)
    ]


def test_a_shared_run_is_found_by_hand():
    train = [document("t1", "One two three, FOUR five six."), document("t2", "nothing in common here at all")]
    test = [document("x", "zero two three four five nine")]
    table = find_leaks(train, test, ngram=3)
    # runs of x: (zero two three) (two three four) (three four five) (four five nine); two of four are in t1
    assert table.to_dict("records") == [{"test_id": "x", "train_id": "t1", "shared": 2, "share": 0.5}]


def test_twelve_shared_words_are_no_leak_and_thirteen_are():
    words = [f"w{i}" for i in range(40)]
    train = [document("t", " ".join(words))]
    assert find_leaks(train, [document("x", " ".join([*words[:12], "other"]))]).empty
    assert find_leaks(train, [document("x", " ".join(["other", *words[3:16]]))])["shared"].tolist() == [1]


def test_a_short_question_inside_a_training_prompt_is_a_leak():
    question = Question(id="q", text="What is the price?", answer="12 dollars", kind="k", group="g")
    example = Example(
        id="e",
        prompt="[1] It is sold. Question: What is the price?",
        response="12 dollars",
        domain="d",
        group="g",
    )
    other = Example(
        id="o", prompt="Question: What is the price?", response="13 dollars", domain="d", group="g"
    )
    table = find_leaks([example, other], [question])
    assert table[["test_id", "train_id", "share"]].values.tolist() == [["q", "e", 1.0]]


def test_leaks_equal_the_slow_way():
    train, test = random_documents(1), random_documents(2)

    def runs(text, n):
        words = text.split()
        n = min(n, len(words))
        return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}

    expected = set()
    for a, b in itertools.product(train, test):
        mine = runs(b.text, 5)
        length = len(next(iter(mine)))
        shared = mine & (runs(a.text, length) if len(a.text.split()) >= length else set())
        if shared:
            expected.add((b.id, a.id, len(shared), len(shared) / len(mine)))
    assert len(expected) > 20
    assert set(find_leaks(train, test, ngram=5).itertuples(index=False, name=None)) == expected


def test_no_leak_gives_an_empty_table_with_its_columns():
    table = find_leaks([], [document("x", "a b c")])
    assert table.empty
    assert list(table.columns) == ["test_id", "train_id", "shared", "share"]


def test_exact_and_near_duplicates_by_hand():
    items = [
        document("a", "one two three four five six seven"),  # five shingles
        document("b", "One, two three: four five six SEVEN!"),
        document("c", "one two three four five six eight"),  # shares four of six shingles with a
        document("d", "something else"),
    ]
    table = find_duplicates(items, threshold=0.6).set_index(["first_id", "second_id"])
    assert table.loc[("a", "b")].tolist() == [1.0, True]
    assert table.loc[("a", "c")].tolist() == [pytest.approx(4 / 6), False]
    assert set(table.index) == {("a", "b"), ("a", "c"), ("b", "c")}
    assert len(find_duplicates(items)) == 1  # at the usual threshold only a and b


def test_the_same_shingles_are_not_yet_the_same_words():
    table = find_duplicates([document("a", "no no no no"), document("b", "no no no no no")])
    assert table.values.tolist() == [["a", "b", 1.0, False]]


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8, 1.0])
def test_duplicates_equal_the_slow_way(threshold):
    items = random_documents(3, n=80, words=9)

    def shingles(text):
        words = text.split()
        n = min(3, len(words))
        return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}

    expected = set()
    for a, b in itertools.combinations(items, 2):
        x, y = shingles(a.text), shingles(b.text)
        if len(x & y) / len(x | y) >= threshold:
            expected.add((a.id, b.id))
    assert expected
    found = find_duplicates(items, threshold=threshold)
    assert set(zip(found.first_id, found.second_id, strict=True)) == expected


def test_record_text_takes_answers_along():
    assert record_text(Question(id="q", text="Who?", answer="Ana", kind="k", group="g")) == "Who? Ana"
    assert record_text(Example(id="e", prompt="Say", response="it", domain="d", group="g")) == "Say it"


def test_refuses_senseless_settings():
    with pytest.raises(ConfigError, match="ngram"):
        find_leaks([], [], ngram=0)
    for threshold in (0, 1.2):
        with pytest.raises(ConfigError, match="threshold"):
            find_duplicates([], threshold=threshold)
