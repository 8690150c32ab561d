"""Find test items that were already seen in training, and items that say the same thing twice.

Words are compared without case and punctuation. A leak is a run of `ngram` words that a test item shares
with a training item (13 words: Brown et al. 2020, arXiv 2005.14165, appendix C). A near duplicate is a pair
with a high Jaccard overlap of three-word shingles, computed exactly and not approximated by MinHash.
Neither sees a paraphrase.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import pandas as pd

from domainlab.errors import ConfigError
from domainlab.records import Document, Example, Question

SHINGLE = 3  # words
Words = tuple[str, ...]


def record_text(item: Document | Example | Question) -> str:
    """All that a model could learn from a record: a question with its answer, a prompt with its response."""
    if isinstance(item, Example):
        return f"{item.prompt} {item.response}"
    if isinstance(item, Question):
        return f"{item.text} {item.answer}"
    return item.text


def find_leaks(
    train: Sequence[Document | Example | Question],
    test: Sequence[Document | Example | Question],
    *,
    ngram: int = 13,
) -> pd.DataFrame:
    """Which test items share a run of `ngram` words with which training items.

    A test item with fewer words leaks where all its words stand in a row in a training item.

    Returns:
        One row per pair: test_id, train_id, shared (runs), share (of the test item's runs, in (0, 1]).
    """
    if ngram < 1:
        raise ConfigError(f"ngram must be at least 1 word, got {ngram}.")
    runs_of_tests: list[set[Words]] = []
    homes: dict[Words, set[int]] = defaultdict(
        set
    )  # run of words -> positions of the test items that have it
    for position, item in enumerate(test):
        runs_of_tests.append(_runs(_words(record_text(item)), ngram))
        for run in runs_of_tests[-1]:
            homes[run].add(position)
    lengths = sorted({len(run) for run in homes} - {0})
    rows = []
    for item in train:
        words = _words(record_text(item))
        met = {
            run for length in lengths if length <= len(words) for run in _runs(words, length)
        } & homes.keys()
        shared = Counter(position for run in met for position in homes[run])
        rows += [(test[p].id, item.id, n, n / len(runs_of_tests[p])) for p, n in sorted(shared.items())]
    return pd.DataFrame(rows, columns=["test_id", "train_id", "shared", "share"])


def find_duplicates(
    items: Sequence[Document | Example | Question], *, threshold: float = 0.8
) -> pd.DataFrame:
    """Pairs of items that say the same: the same words, or a Jaccard overlap of at least `threshold`.

    Only pairs that share one of their rarest shingles are compared. That loses none: two sets that overlap
    enough share a member among the first `n - ceil(threshold * n) + 1` of a common order (the prefix filter,
    Chaudhuri et al. 2006).

    Returns:
        One row per pair: first_id, second_id, similarity (in [threshold, 1]), exact (the same words).
    """
    if not 0 < threshold <= 1:
        raise ConfigError(f"threshold must be in (0, 1], got {threshold}.")
    words = [_words(record_text(item)) for item in items]
    shingles = [_runs(own, SHINGLE) for own in words]
    frequency = Counter(shingle for own in shingles for shingle in own)
    seen, rows = defaultdict(list), []
    for second, own in enumerate(shingles):
        rarest = sorted(own, key=lambda shingle: (frequency[shingle], shingle))
        prefix = rarest[: len(own) - math.ceil(threshold * len(own) - 1e-9) + 1]
        for first in sorted({position for shingle in prefix for position in seen[shingle]}):
            similarity = len(own & shingles[first]) / len(own | shingles[first])
            if similarity >= threshold:
                rows.append((items[first].id, items[second].id, similarity, words[first] == words[second]))
        for shingle in prefix:
            seen[shingle].append(second)
    return pd.DataFrame(rows, columns=["first_id", "second_id", "similarity", "exact"])


def _words(text: str) -> Words:
    return tuple(re.findall(r"\w+", text.lower()))


def _runs(words: Words, length: int) -> set[Words]:
    """Every run of `length` words; the whole text where it is shorter."""
    return set(_windows(words, min(length, len(words))))


def _windows(words: Words, length: int) -> Iterable[Words]:
    return (words[start : start + length] for start in range(len(words) - length + 1))
