"""What may be searched for, and what a search is limited to, in chromadb's words.

>>> chroma_where({"patient": "p7"}, as_of="newest", known={"patient"})
{'$and': [{'tag.patient': {'$eq': 'p7'}}, {'until': {'$eq': 99999999}}]}
"""

from collections.abc import Collection, Mapping, Sequence

from domainlab.errors import ConfigError, DataError
from domainlab.retrieve.versions import holding

Where = Mapping[str, str | Sequence[str]]  # tag, "doc_id" or "series" -> the value, or all that are accepted

FIELDS = ("doc_id", "series")
TAG = "tag."  # before a tag's name, so that it is never taken for a field


def chroma_where(where: Where | None, *, as_of: str, known: Collection[str]) -> dict | None:
    """The condition for chromadb; None where every chunk may be found.

    Args:
        where: every name must have (one of) its value(s).
        as_of: see `versions.holding`.
        known: the tags that chunks of the index have.

    Raises:
        ConfigError: a name that no chunk has, a value that is not text, no values, or a wrong day.
    """
    conditions = [_condition(name, wanted, known) for name, wanted in (where or {}).items()]
    conditions += holding(as_of)
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def check_queries(queries: Sequence[str], k: int) -> None:
    """Refuse what cannot be searched for.

    Raises:
        ConfigError: `k` below 1.
        DataError: one string instead of a list, or an empty query.
    """
    if k < 1:
        raise ConfigError(f"k must be at least 1 hit; got {k}.")
    if isinstance(queries, str) or not all(isinstance(query, str) and query.strip() for query in queries):
        raise DataError("Expected a list of queries with text; got one string, or an empty query.")


def _condition(name: str, wanted: str | Sequence[str], known: Collection[str]) -> dict:
    if name not in FIELDS and name not in known:
        raise ConfigError(f"Unknown filter {name!r}; chunks here have {', '.join([*FIELDS, *sorted(known)])}.")
    values = [wanted] if isinstance(wanted, str) else list(wanted) if isinstance(wanted, Sequence) else []
    if not values or not all(isinstance(value, str) for value in values):
        raise ConfigError(f"The filter {name!r} needs a text or a list of texts; got {wanted!r}.")
    field = name if name in FIELDS else TAG + name
    return {field: {"$eq": values[0]}} if len(values) == 1 else {field: {"$in": values}}
