"""Adapter isolation: the adapter answers what belongs to its domain, the untouched base all the rest.

Switched off, an adapter has forgotten nothing at all. So the question becomes who switches. This router is a
linear classifier on words and pairs of words; where it is not sure it abstains, and the base answers.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from domainlab.chat import Chat
from domainlab.errors import ConfigError, DataError


class Router:
    """Tells prompts of a domain from others; `threshold` is how sure it must be to send one to the adapter."""

    def __init__(self, domain: Sequence[str], general: Sequence[str], *, threshold: float = 0.5, seed: int = 0) -> None:
        """Learn from prompts of both sides, never those that are measured.

        Raises:
            DataError: one side has no prompts.
            ConfigError: a threshold outside [0.5, 1).
        """
        if not domain or not general:
            raise DataError(f"A router needs prompts of both sides; got {len(domain)} and {len(general)}.")
        if not 0.5 <= threshold < 1:
            raise ConfigError(f"threshold must lie in [0.5, 1): below a half it would guess; got {threshold}.")
        self.threshold = threshold
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        self.model = make_pipeline(
            words, LogisticRegression(C=100, class_weight="balanced", max_iter=1000, random_state=seed)
        )
        self.model.fit([*domain, *general], [1] * len(domain) + [0] * len(general))

    def to_adapter(self, prompts: Sequence[str]) -> np.ndarray:
        """True where the adapter should answer, `(n,)`; a prompt without a known word goes to the base."""
        known = np.asarray(self.model[0].transform(prompts).sum(axis=1)).ravel() > 0
        return known & (self.model.predict_proba(prompts)[:, 1] >= self.threshold)


def routed(router: Router, adapter: Chat, base: Chat) -> Chat:
    """A chat that asks the adapter or the base, prompt by prompt; the order of answers is that of the prompts."""

    def chat(prompts: list[str], *, max_new_tokens: int = 64, temperature: float = 0.0, seed: int = 0) -> list[str]:
        if not prompts:
            return []
        chosen, answers = router.to_adapter(prompts), [""] * len(prompts)
        for side, speaker in ((True, adapter), (False, base)):
            places = np.flatnonzero(chosen == side).tolist()
            said = speaker(
                [prompts[at] for at in places], max_new_tokens=max_new_tokens, temperature=temperature, seed=seed
            )
            for at, text in zip(places, said, strict=True):
                answers[at] = text
        return answers

    return chat
