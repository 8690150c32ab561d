"""CWE-89: text becomes part of an SQL statement instead of being passed as a parameter."""

import re

from domainlab.review.rule import LOCAL, REMOTE, Call, Hit, Rule, Sink, confidence_of, matches_any
from domainlab.review.vocabulary import SQL

EXECUTE = (
    ".execute", ".executemany", ".executescript", ".raw", ".execute_sql", ".execute_query", ".run_query", ".fetch_all",
    ".fetchrow", ".fetchval", ".fetch_one", ".run_sql", ".exec_driver_sql", ".fetch", ".callproc", ".query", ".mogrify",
    "sqlalchemy.text", "sqlalchemy.sql.text", "pandas.read_sql", "pandas.read_sql_query",
    "django.db.models.expressions.RawSQL",
    ".read_sql", ".read_sql_query", ".prepare", ".select", ".sql", ".execute_raw", ".scalar", ".get_records",
    ".get_first",
)  # fmt: skip
# Parts of statements that object mappers take as text.
FRAGMENTS = (".extra", ".filter", ".order_by", ".having", ".group_by", "sqlalchemy.literal_column", ".where")
KEYWORDS = ("sql", "query", "statement", "operation")
STATEMENT = re.compile(
    r"(?is)(select\b.+\bfrom\b|insert\s+(or\s+\w+\s+)?into\b|update\b.+\bset\b|"
    r"delete\s+from\b|replace\s+into\b)"
)
OTHER = re.compile(
    r"(?i)(^|\.)(print|format|join|append|strip|debug|info|warning|warn|error|exception|critical|log|write|replace|"
    r"str|repr|len|encode|decode|split|dedent|sub|match|search|compile|\w*Error|\w*Exception|send_message|isinstance)$"
)
COMPOSED = re.compile(r"psycopg\d?\.sql\.")  # puts statements together from quoted parts
WEAK = LOCAL | {"parameter", "unknown", "database"}


def check(call: Call) -> Hit | None:
    """A whole statement, put together from parts, is handed to any function but those that write logs and texts."""
    if OTHER.search(call.name) or COMPOSED.match(call.name):
        return None
    for value in (*call.args[:3], *(call.keywords[name] for name in KEYWORDS if name in call.keywords)):
        if not value.built or value.listed or COMPOSED.match(value.name):
            continue
        text = value.text.replace("\0", " ").lstrip()
        whole = STATEMENT.match(text)
        if not whole and not (_executes(call) and SQL.search(text)):
            continue
        taint = value.reaching("sql", REMOTE | WEAK)
        if taint is not None:
            sure = "medium" if taint.kind in ("unknown", "database") else confidence_of(taint)
            return Hit(call.node, source=taint, confidence=sure)
    return None


def _executes(call: Call) -> bool:
    words = ("sql", "query", "execute", "select", "fetch", "cursor")
    return matches_any(call.name, EXECUTE) or any(word in call.last.lower() for word in words)


RULE = Rule(
    cwe=89,
    name="sql-injection",
    also=(943,),
    sinks=(
        Sink(
            (*EXECUTE[:4], "sqlalchemy.text", "sqlalchemy.sql.text"),
            "sql",
            (0,),
            ("sql", "query"),
            kinds=REMOTE | {"input"},
        ),
        Sink(
            FRAGMENTS,
            "sql",
            (0,),
            ("where", "select", "tables", "order_by"),
            kinds=frozenset(),
            weak=REMOTE | {"parameter"},
        ),
        Sink(("django.db.models.expressions.RawSQL",), "sql", kinds=REMOTE, weak=REMOTE | WEAK),
    ),
    on_call=check,
)
