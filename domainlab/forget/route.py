"""Adapter isolation: the adapter answers what belongs to its domain, the untouched base all the rest.

Switched off, an adapter has forgotten nothing at all. So the question becomes who switches. This router looks for
telling words: words of the domain's prompts that no general prompt has. Without one it abstains, and the base answers.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from domainlab.chat import Chat
from domainlab.errors import ConfigError, DataError

WORD = re.compile(r"[^\W\d_][\w-]+")


class Router:
    """Tells prompts of a domain from others by telling words; learns from prompts that are never measured.

    >>> router = Router(["Dose of aspirin?", "Is aspirin safe?"], ["Is Rome old?"])
    >>> router.to_adapter(["How old is aspirin?", "How old is Rome?"]).tolist()
    [True, False]
    """

    def __init__(self, domain: Sequence[str], general: Sequence[str], *, least: int = 2) -> None:
        """Find the telling words: in at least `least` prompts of the domain and in no general prompt.

        Raises:
            DataError: one side has no prompts, or no word tells them apart.
            ConfigError: `least` below 1.
        """
        if not domain or not general:
            raise DataError(f"A router needs prompts of both sides; got {len(domain)} and {len(general)}.")
        if least < 1:
            raise ConfigError(f"least must be at least 1 prompt; got {least}.")
        counts = Counter(word for prompt in domain for word in _words(prompt))
        common = {word for prompt in general for word in _words(prompt)}
        self.telling = {word for word, count in counts.items() if count >= least} - common
        if not self.telling:
            raise DataError(f"No word stands in {least} prompts of the domain and in no general one; lower least.")

    def to_adapter(self, prompts: Sequence[str]) -> np.ndarray:
        """True where the adapter should answer, `(n,)`."""
        return np.array([bool(_words(prompt) & self.telling) for prompt in prompts], dtype=bool)


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.casefold()))


def routed(router: Router, adapter: Chat, base: Chat) -> Chat:
    """A chat that asks the adapter or the base, prompt by prompt; the order of answers is that of the prompts."""

    def chat(prompts: list[str], *, max_new_tokens: int = 64, temperature: float = 0.0, seed: int = 0) -> list[str]:
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
