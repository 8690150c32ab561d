"""Find texts by the words they share with a query: BM25 (Robertson & Zaragoza 2009) by bm25s, with updates.

BM25's weights depend on the whole collection: in how many texts a word occurs, how long texts are. So every
change would ask for all weights anew. Small collections are weighed again at the next search. In large ones
new texts are weighed with the numbers of the last weighing and removed ones left out, until a tenth has changed.

>>> index = LexicalIndex()
>>> index.put({"a": "Take 2.5 mg at noon.", "b": "Take 25 mg at noon."})
>>> index.best(["the 2.5 mg dose"], k=1)[0][0][0]
'a'
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import Stemmer
from bm25s import BM25
from bm25s.tokenization import Tokenizer

from domainlab.retrieve.vectors import DIGITS, Scored

K1, B = 1.5, 0.75  # how soon a repeated word stops counting; how much long texts lose. bm25s's defaults
WORD = r"\d+(?:[.,]\d+)+|\w+"  # 2.5 is one word; short words stay: "vitamin A", "not"
SMALL = 5_000  # texts; weighed again after every change, in less than a second
SHARE = 10  # of larger collections, one text in so many may change before all are weighed again


class LexicalIndex:
    """Texts that can be searched by their words, in memory; English words count by their stem."""

    def __init__(self) -> None:
        """Start without texts."""
        self._tokenizer = Tokenizer(splitter=WORD, stopwords=[], stemmer=Stemmer.Stemmer("english"))
        self._words: dict[str, list[int]] = {}  # id -> word numbers of its text
        self._weighed = BM25(k1=K1, b=B)
        self._places: dict[str, int] = {}  # id -> row of the weighing, in the order of the ids
        self._mean_length = 0.0  # words per text, at the weighing
        self._fresh: dict[str, Counter[int]] = {}  # texts that came after the weighing
        self._gone: set[str] = set()  # texts of the weighing that were removed or replaced

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self._words)

    def put(self, texts: Mapping[str, str]) -> None:
        """Add texts by id; a text under a known id replaces the one that is there."""
        for name, words in zip(texts, self._split(list(texts.values()), learn=True), strict=True):
            if self._words.get(name) == words:
                continue
            self._words[name] = words
            self._fresh[name] = Counter(words)
            self._gone.add(name)

    def drop(self, names: Iterable[str]) -> None:
        """Remove texts by id; ids that are not there change nothing."""
        for name in names:
            self._words.pop(name, None)
            self._fresh.pop(name, None)
            self._gone.add(name)

    def best(self, queries: Sequence[str], *, k: int, among: Collection[str] | None = None) -> list[Scored]:
        """The k texts with the highest BM25 score for each query, best first, equal ones in the order of ids.

        Args:
            queries: n texts.
            k: texts per query; fewer where fewer share a word with the query.
            among: ids that may be found; None for all.
        """
        if not self._words:
            return [[] for _ in queries]
        self._weigh_if_due()
        open_rows = np.ones(len(self._places), dtype=bool)
        open_rows[[self._places[name] for name in self._gone if name in self._places]] = False
        if among is not None:
            chosen = np.zeros_like(open_rows)
            chosen[[self._places[name] for name in among if name in self._places]] = True
            open_rows &= chosen
        fresh = self._fresh if among is None else {name: self._fresh[name] for name in among if name in self._fresh}
        names = list(self._places)
        return [self._best(words, k, names, open_rows, fresh) for words in self._split(queries, learn=False)]

    def _best(
        self, words: list[int], k: int, names: list[str], open_rows: np.ndarray, fresh: Mapping[str, Counter[int]]
    ) -> Scored:
        known = [word for word in words if word < len(self._weighed.scores["indptr"]) - 1]
        scores = np.where(open_rows, self._weighed.get_scores_from_ids(known).astype(np.float64), 0).round(DIGITS)
        found = np.flatnonzero(scores > 0)
        first = found[np.argsort(-scores[found], kind="stable")][:k]
        scored = [(names[row], float(scores[row])) for row in first]
        new = ((name, round(self._score(words, counts), DIGITS)) for name, counts in fresh.items())
        scored += [(name, score) for name, score in new if score > 0]
        return sorted(scored, key=lambda one: (-one[1], one[0]))[:k]

    def _score(self, words: list[int], counts: Counter[int]) -> float:
        """A fresh text's score with the last weighing's numbers: Lucene's variant (Kamphuis et al. 2020, table 1)."""
        starts, n = self._weighed.scores["indptr"], len(self._places)
        damping = K1 * (1 - B + B * counts.total() / self._mean_length)
        total = 0.0
        for word in words:
            if count := counts[word]:
                with_word = starts[word + 1] - starts[word] if word + 1 < len(starts) else 0
                total += math.log(1 + (n - with_word + 0.5) / (with_word + 0.5)) * count / (count + damping)
        return total

    def _weigh_if_due(self) -> None:
        changed = len(self._fresh) + len(self._gone - self._fresh.keys())
        if changed == 0 or (len(self._words) > SMALL and changed * SHARE <= len(self._words)):
            return
        ids = sorted(self._words)
        self._places = {name: row for row, name in enumerate(ids)}
        words = [self._words[name] for name in ids]
        self._mean_length = sum(map(len, words)) / len(words)
        self._fresh, self._gone = {}, set()
        self._weighed.index((words, dict(self._tokenizer.get_vocab_dict())), False, show_progress=False)

    def _split(self, texts: Sequence[str], *, learn: bool) -> list[list[int]]:
        """The word numbers of each text; a text to learn that has no words gets one for "no words"."""
        return self._tokenizer.tokenize(
            list(texts), update_vocab=learn, return_as="ids", allow_empty=learn, show_progress=False
        )
