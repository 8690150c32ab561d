"""CWE-943: a stranger's object or text becomes part of a NoSQL query."""

from domainlab.review.rule import REMOTE, Call, Hit, Rule

METHODS = frozenset(
    "find find_one find_one_and_update find_one_and_delete update_one update_many delete_one delete_many aggregate "
    "count_documents distinct replace_one".split()
)
OBJECTS = ("json", "get_json", "loads", "body")


def check(call: Call) -> Hit | None:
    """A filter whose values may be operators such as {"$ne": null}, or JavaScript put together from parts."""
    if call.last not in METHODS or not call.args or not _is_mongo(call):
        return None
    query = call.args[0]
    where = query.item("$where") or query.item("$function")
    if where is not None and (taint := where.reaching("nosql", REMOTE | {"parameter"})):
        return Hit(call.node, source=taint, confidence="high")
    taint = query.reaching("nosql", REMOTE)
    if taint is None or (not any(word in taint.text for word in OBJECTS) and query.name == "dict"):
        return None
    return Hit(call.node, source=taint, confidence="high")


def _is_mongo(call: Call) -> bool:
    return call.scope.module.imports("pymongo", "flask_pymongo", "motor", "mongoengine", "bson") or call.last.endswith(
        ("_one", "_many", "_documents")
    )


RULE = Rule(cwe=943, name="nosql-injection", also=(89,), on_call=check)
