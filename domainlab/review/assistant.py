"""The security assistant: helps defenders, writes no weapons, and always says which of the two it did and why.

What it may do is decided before anything is written, by `assistant_intent` and by the plain rules of
`assistant_policy`. Answers are put together from the knowledge base and from the reviewer's findings; so nothing
comes out that a document or a finding does not hold. Code in a request is data: it is scanned, never obeyed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domainlab.errors import DataError
from domainlab.records import Hit
from domainlab.review.assistant_intent import Intent, IntentModel
from domainlab.review.assistant_policy import code_in, strip_code
from domainlab.review.explain import explain
from domainlab.review.knowledge_search import KnowledgeBase
from domainlab.review.scan import scan

ACTIONS = ("answer", "disclosure", "outside", "refuse")
DISCLOSURE = re.compile(
    r"\b(?:disclos\w+|responsibl\w+|bug bount\w+|security\.txt|cna|request (?:a|the) cve|get a cve|coordinat\w+)\b"
    r"|\breport\w*\b.{0,40}\b(?:vendor|maker|maintainer|company|vulnerabilit\w+|bugs?|issue|package|site)\b"
    r"|\b(?:vendor|maintainer)s?\b.{0,60}\b(?:report|answer|contact|fix)\w*\b|\bpublish\b.{0,30}\bvulnerabilit\w+",
    re.IGNORECASE,
)
NEAR = 0.28  # cosine below which no document is about the request
SHOWN = 3  # documents per answer
MOST_FINDINGS = 5
REFUSAL = "I will not help with that: {reason}. What I can do is help the people on the other side of it."
OUTSIDE = (
    "This is not a question about security. I know code weaknesses, attacks and defences; ask a general assistant."
)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the assistant says; `action` is one of ACTIONS, `sources` the ids of the documents behind the text."""

    action: str
    text: str
    intent: Intent
    sources: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the request was turned down."""
        return self.action == "refuse"


class SecurityAssistant:
    """Requests in, replies out."""

    def __init__(self, intents: IntentModel, knowledge: KnowledgeBase) -> None:
        """Wire what tells intents apart with what is known."""
        self.intents, self.knowledge = intents, knowledge

    def __call__(self, requests: Sequence[str]) -> list[Reply]:
        """One reply per request, in order.

        Raises:
            DataError: a single string instead of a list, or an empty request.
        """
        if isinstance(requests, str) or not all(request.strip() for request in requests):
            raise DataError("expected a list of requests with text; got one string, or an empty request.")
        asked = [strip_code(request) or "Review this code." for request in requests]
        intents = self.intents(asked)
        found = self.knowledge.search_many(asked, k=SHOWN)
        return [
            self._reply(request, text, intent, hits)
            for request, text, intent, hits in zip(requests, asked, intents, found, strict=True)
        ]

    def _reply(self, request: str, asked: str, intent: Intent, hits: list[Hit]) -> Reply:
        if intent.harmful:
            return self._refuse(asked, intent)
        code = code_in(request)
        if code:
            return self._review(code, intent)
        if DISCLOSURE.search(asked):
            hits = self.knowledge.search(f"disclosure {asked}", k=SHOWN, kinds=("guidance",))
            return Reply(action="disclosure", text=told(hits), intent=intent, sources=ids(hits))
        near = [hit for hit in hits if hit.score >= NEAR]
        if not near and not intent.security:
            return Reply(action="outside", text=OUTSIDE, intent=intent)
        return Reply(action="answer", text=told(near or hits), intent=intent, sources=ids(near or hits))

    def _refuse(self, asked: str, intent: Intent) -> Reply:
        """A refusal with its reason, and the defence against what was asked for."""
        hits = self.knowledge.search(f"detect, prevent and respond: {asked}", k=1, kinds=("guidance",))
        text = REFUSAL.format(reason=intent.reason) + "\n" + told(hits)
        return Reply(action="refuse", text=text, intent=intent, sources=ids(hits))

    def _review(self, code: str, intent: Intent) -> Reply:
        """The findings in the code of a request, explained."""
        review = scan(code, "request.py")
        told = [explain(one, code).text() for one in review.findings[:MOST_FINDINGS]]
        if review.skipped is not None:
            told.append(f"The code was not fully analysed: {review.skipped.reason}.")
        nothing = "The reviewer finds no weakness in this code. That is no proof that there is none."
        sources = tuple(f"page:{one.cwe}" for one in review.findings[:MOST_FINDINGS])
        return Reply(action="answer", text="\n\n".join(told) or nothing, intent=intent, sources=sources)


def told(hits: Sequence[Hit]) -> str:
    """The texts of documents as numbered passages, so that every sentence has its source."""
    return "\n".join(f"[{number}] {hit.chunk.text}" for number, hit in enumerate(hits, start=1))


def ids(hits: Sequence[Hit]) -> tuple[str, ...]:
    """Where the passages come from."""
    return tuple(hit.chunk.doc_id for hit in hits)
