"""BM25: equal to a plain implementation, equal after changes, honest about what it does not know."""

import math
import random
import re

import pytest
import Stemmer

from domainlab.retrieve import lexical
from domainlab.retrieve.lexical import K1, B, LexicalIndex

STEM = Stemmer.Stemmer("english").stemWord
NOUNS = ["dose", "fridge", "key", "ward", "nurse", "soup", "oak", "van", "lid", "bag", "box", "book"]


def words_of(text: str) -> list[str]:
    return [STEM(word) for word in re.findall(r"\d+(?:[.,]\d+)+|\w+", text.lower())]


def bm25(query: str, texts: dict[str, str]) -> dict[str, float]:
    """The textbook's loop (Robertson & Zaragoza 2009, equation 3.15, with Lucene's idf)."""
    words = {name: words_of(text) for name, text in texts.items()}
    mean = sum(map(len, words.values())) / len(words)
    scores = dict.fromkeys(texts, 0.0)
    for word in words_of(query):
        having = sum(word in others for others in words.values())
        idf = math.log(1 + (len(words) - having + 0.5) / (having + 0.5))
        for name, own in words.items():
            tf = own.count(word)
            scores[name] += idf * tf / (tf + K1 * (1 - B + B * len(own) / mean)) if tf else 0
    return scores


def ranking(query: str, texts: dict[str, str], k: int) -> list[str]:
    scores = {name: round(score, 5) for name, score in bm25(query, texts).items() if score > 0}
    return sorted(scores, key=lambda name: (-scores[name], name))[:k]


def some_texts(count: int, *, seed: int = 0) -> dict[str, str]:
    rng = random.Random(seed)
    return {f"t{n:05d}": " ".join(rng.choices(NOUNS, k=rng.randint(2, 9))) + f" {n}" for n in range(count)}


def index_of(texts: dict[str, str]) -> LexicalIndex:
    index = LexicalIndex()
    index.put(texts)
    return index


def test_score_as_worked_by_hand():
    # one of two texts has "soup", both are 2 words long: idf = ln(1 + 1.5 / 1.5) = ln 2, tf part 1 / (1 + 1.5)
    index = index_of({"a": "hot soup", "b": "hot tea"})
    assert index.best(["soup"], k=5) == [[("a", pytest.approx(math.log(2) / 2.5, abs=1e-6))]]


def test_equals_the_textbook_loop():
    texts = some_texts(200)
    queries = ["the nurse's key", "Doses in boxes and bags", "ward 117", "soup soup van"]
    for query, found in zip(queries, index_of(texts).best(queries, k=300), strict=True):
        expected = bm25(query, texts)
        assert dict(found) == pytest.approx({n: s for n, s in expected.items() if s > 0}, abs=1e-5)
        assert [name for name, _ in found] == ranking(query, texts, 300)


def test_changes_equal_a_new_index():
    texts = some_texts(60)
    index = index_of(texts)
    index.best(["key"], k=1)  # weighed once, before the changes
    changed = texts | {"t00003": "a key and a key", "new": "the key of the ward"}
    index.put({name: changed[name] for name in ("t00003", "new", "t00007")})
    index.drop(["t00009", "t00011", "never there"])
    for name in ("t00009", "t00011"):
        del changed[name]
    assert len(index) == len(changed)
    assert index.best(["key ward"], k=100) == index_of(changed).best(["key ward"], k=100)


def test_in_a_large_index_new_texts_are_found_at_once_and_old_ones_are_gone(monkeypatch):
    monkeypatch.setattr(lexical, "SMALL", 50)
    texts = some_texts(100)
    index = index_of(texts)
    weighed = dict(index.best(["key 17 unheard"], k=200)[0])
    index.put({"t00017": "empty", "new": "key key 17"})
    index.drop(["t00018"])
    found = index.best(["key 17 unheard"], k=200)[0]
    assert {"t00017", "t00018"}.isdisjoint(dict(found))
    rest = {name: score for name, score in found if name != "new"}
    assert rest == {name: score for name, score in weighed.items() if name not in ("t00017", "t00018")}
    # the new text's own score with the numbers of the last weighing: "key" and "17" as they were then
    having = sum("key" in text.split() for text in texts.values())
    mean = sum(len(words_of(text)) for text in texts.values()) / 100
    damping = K1 * (1 - B + B * 3 / mean)
    idf = [math.log(1 + (100 - df + 0.5) / (df + 0.5)) for df in (having, 1)]
    assert dict(found)["new"] == pytest.approx(idf[0] * 2 / (2 + damping) + idf[1] / (1 + damping), abs=1e-5)
    assert found == sorted(found, key=lambda one: (-one[1], one[0]))
    index.put({f"more{n}": "key" for n in range(20)})  # now more than a tenth is new: all is weighed again
    index.best(["key"], k=1)
    assert index._fresh == {}


def test_only_chosen_texts_are_found_with_their_usual_scores():
    index = index_of(some_texts(80))
    everything = index.best(["key book"], k=100)[0]
    chosen = {name for name, _ in everything[1::2]} | {"unknown"}
    assert index.best(["key book"], k=100, among=chosen)[0] == [one for one in everything if one[0] in chosen]
    assert index.best(["key book"], k=100, among=[])[0] == []


def test_numbers_and_short_words_count():
    index = index_of({"a": "vitamin A 2.5 mg", "k": "vitamin K 25 mg", "n": "is not given", "y": "is given"})
    assert index.best(["vitamin K", "2.5 mg", "not given"], k=1) == [
        [("k", pytest.approx(1.0, abs=2))], [("a", pytest.approx(1.0, abs=2))], [("n", pytest.approx(1.0, abs=2))],
    ]  # fmt: skip


def test_what_shares_no_word_is_not_found():
    index = index_of({"a": "hot soup", "b": "!?"})
    assert index.best(["unheard words", "..."], k=5)[0] == []
    assert LexicalIndex().best(["soup"], k=5) == [[]]
    index.drop(["a", "b"])
    assert index.best(["soup"], k=5) == [[]]


def test_the_same_text_again_changes_nothing():
    index = index_of(some_texts(30))
    before = index.best(["key"], k=30)
    index.put(some_texts(30))
    assert index._fresh == {}
    assert index.best(["key"], k=30) == before
