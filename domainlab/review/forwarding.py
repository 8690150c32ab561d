"""Calls that are made through others: `map(eval, texts)`, `pool.submit(f, x)`, `Thread(target=f, args=(x,))`.

The function that is handed over is called with what is handed over beside it, so rules see that call too.
"""

import re
from collections.abc import Mapping, Sequence

from domainlab.review.values import Value

EACH = frozenset({"map", "filter"})  # the function gets the elements
FIRST = re.compile(r"(^|\.)(submit|apply|apply_async|to_thread|call_soon|spawn|partial|run_sync|add_task)$")
FORMATS = re.compile(r"\{(\w+)")


def forwarded(name: str, args: Sequence[Value], keywords: Mapping[str, Value]) -> tuple[Value, list[Value]] | None:
    """The function that a call calls in turn, and what it gets; None where it calls none."""
    if name in EACH and len(args) > 1:
        return args[0], [element_of(value) for value in args[1:]]
    if name.endswith("run_in_executor") and len(args) > 2:
        return args[1], list(args[2:])
    if "target" in keywords and "args" in keywords:
        return keywords["target"], [value for _, value in keywords["args"].items]
    if FIRST.search(name) and len(args) > 1 and args[0].name:
        return args[0], list(args[1:])
    return None


def element_of(value: Value) -> Value:
    """An element of a collection: all that is known is where its data comes from."""
    return Value(name=f"{value.name}[]"[-160:], taints=value.taints)


def named_in(text: str, keywords: dict[str, Value]) -> dict[str, Value]:
    """The values that a format names: of `"{a}".format(**locals())` only `a` gets into the text."""
    names = set(FORMATS.findall(text))
    return {key: value for key, value in keywords.items() if key in names} if names & set(keywords) else keywords
