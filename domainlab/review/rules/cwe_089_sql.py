"""CWE-89: text becomes part of an SQL statement instead of being passed as a parameter."""

from domainlab.review.rule import LOCAL, REMOTE, Call, Hit, Rule, Sink, confidence_of
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
WEAK = LOCAL | {"parameter", "unknown", "database"}


def check(call: Call) -> Hit | None:
    """A statement put together from parts, in any method that takes a whole SQL statement."""
    value = call.argument(0, "sql", "query", "statement", "operation")
    if value is None or value.listed or "psycopg" in value.name or call.name.startswith(("logging.", "re.", "print")):
        return None
    executes = any(call.name.endswith(name) for name in EXECUTE) or call.name in EXECUTE
    if not value.built or not SQL.search(value.text.replace("\0", " ")):
        return None
    if not executes and not _takes_sql(call):
        return None
    taint = value.reaching("sql", REMOTE | WEAK)
    if taint is None:
        return None
    return Hit(call.node, source=taint, confidence=confidence_of(taint) if taint.kind != "unknown" else "medium")


def _takes_sql(call: Call) -> bool:
    words = ("sql", "query", "execute", "select", "fetch", "db_", "cursor")
    return any(word in call.last.lower() for word in words) and call.last not in ("sqlparse", "quote_sql")


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
