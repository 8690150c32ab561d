"""Find what is known about a weakness, a technique or a duty: pages, facts, bulletins and guidance in one index.

A document's id begins with its kind: "page:89" (how a weakness is attacked and fixed), "fact:..." (CWE and ATT&CK),
"bulletin:..." (a real advisory), "guidance:disclosure-1" (what a defender does).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from domainlab.data.general import read_table
from domainlab.data.security import bulletins, knowledge_documents
from domainlab.errors import DataError
from domainlab.records import Document, Hit
from domainlab.retrieve.chunk import chunk_document
from domainlab.retrieve.embed import Embedder
from domainlab.retrieve.index import VectorIndex
from domainlab.review.knowledge import pages

LICENCE = "CC0-1.0"
CHUNK = 900  # characters: a whole page fits into what the encoder reads
WIDER = 8  # times k hits are looked at when only some kinds are wanted


def page_documents() -> list[Document]:
    """Every weakness page as one document."""
    return [
        Document(
            id=f"page:{page.cwe}",
            text=f"CWE-{page.cwe}: {page.title}. {page.attack} {page.precondition} {page.impact} {page.advice}",
            source="domainlab/review/rules",
            licence=LICENCE,
        )
        for page in pages().values()
    ]


def guidance_documents() -> list[Document]:
    """What a defender does: disclosure, incidents, detection, hardening, review."""
    rows, seen, documents = read_table("security_guidance"), {}, []
    for row in rows:
        seen[row["topic"]] = seen.get(row["topic"], 0) + 1
        name = f"guidance:{row['topic']}-{seen[row['topic']]}"
        text = f"{row['title']}. {row['text']}"
        documents.append(Document(id=name, text=text, source="domainlab/data/facts", licence=LICENCE))
    return documents


def security_documents() -> list[Document]:
    """Everything that the reviewer and the assistant know, each document with its kind in its id."""
    facts = [replace(one, id=f"fact:{one.id.removeprefix('security-')}") for one in knowledge_documents()]
    known = [replace(one, id=f"bulletin:{one.id}") for one in bulletins()]
    return page_documents() + facts + known + guidance_documents()


class KnowledgeBase:
    """Documents by id, and by meaning."""

    def __init__(self, documents: Sequence[Document], embed: Embedder) -> None:
        """Index the documents in memory.

        Raises:
            DataError: no documents, an empty one, or an id twice.
        """
        self.documents = {document.id: document for document in documents}
        if len(self.documents) != len(documents):
            raise DataError("two documents of the knowledge base have the same id; ids must differ.")
        self._index = VectorIndex(embed)
        self._index.add([chunk for one in documents for chunk in chunk_document(one, size=CHUNK, overlap=0)])

    def search(self, query: str, *, k: int = 3, kinds: Iterable[str] = ()) -> list[Hit]:
        """The k documents nearest to a query, one chunk of each, best first; `kinds` keeps only some kinds."""
        return self.search_many([query], k=k, kinds=kinds)[0]

    def search_many(self, queries: Sequence[str], *, k: int = 3, kinds: Iterable[str] = ()) -> list[list[Hit]]:
        """`search` for many queries at once."""
        wanted = tuple(kinds)
        found = self._index.search_many(queries, k=k * WIDER)
        return [_first(hits, k, lambda hit: not wanted or hit.chunk.doc_id.split(":")[0] in wanted) for hits in found]


def _first(hits: Sequence[Hit], k: int, wanted: Callable[[Hit], bool]) -> list[Hit]:
    """The first k wanted hits, at most one per document."""
    kept: dict[str, Hit] = {}
    for hit in hits:
        if wanted(hit):
            kept.setdefault(hit.chunk.doc_id, hit)
    return list(kept.values())[:k]
