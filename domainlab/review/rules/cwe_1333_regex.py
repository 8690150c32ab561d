"""CWE-1333: a pattern that takes exponential time on some texts, or that a stranger may write."""

import re

from domainlab.review.rule import REMOTE, Call, Hit, Rule

MATCHERS = frozenset("match search fullmatch findall finditer sub subn split compile".split())
NESTED = re.compile(r"\((?:\?:|\?P<\w+>)?(?:[^()\\]|\\.)*(?<!\\)[+*](?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,\d*\})")
ALTERNATIVES = re.compile(r"\((?:\?:)?(\\?\w|\.)\|(?:\1|\\w|\.|\w\\?)\)[+*]|\(\.\|\\s\)[+*]|\((?:\?:)?\\w\|\\d\)[+*]")
SEPARATED = re.compile(r"\((?:\?:)?(?:\\?[-.,;:/@_ ]|\[[-.,;:/@_ ]+\])(?:\[[^\]]*\]|\\w|\\d)[+*]\)[+*]")
TWICE = re.compile(r"(\\s|\.|\\w|\\d|\[\^?[^\]]+\])[+*]\1[+*]")
TAIL = re.compile(r"^(?!\^).*\\s\+\$$")


def is_slow(pattern: str) -> bool:
    """Whether a pattern repeats a repetition, or the same class twice in a row.

    >>> is_slow(r"(a+)+$"), is_slow(r"[a-z]+(-[a-z]+)*")
    (True, False)
    """
    for match in NESTED.finditer(pattern):
        body = match.group()
        if not SEPARATED.fullmatch(body) and not _starts_with_mark(body):
            return True
    return bool(ALTERNATIVES.search(pattern) or TWICE.search(pattern) or TAIL.search(pattern))


def _starts_with_mark(group: str) -> bool:
    """Whether each repetition begins with a character that cannot end the one before: (-[a-z]+)*."""
    inner = re.sub(r"^\((\?:|\?P<\w+>)?", "", group)
    if inner.startswith("\\s") and not re.match(r"\\s[*+?]", inner):
        return not re.search(r"\\s|\\W|\.|\[\^", inner[2:])
    first = re.match(r"\\?([^\w\s\[(.\\])|\\([.\-/@,:])", inner)
    if first is None:
        return False
    mark = first.group(1) or first.group(2)
    return mark not in inner[first.end() :].replace(f"[^{mark}", "") and "." not in inner[first.end() :].replace(
        "\\.", ""
    )


def check(call: Call) -> Hit | None:
    """A foreign pattern, or a slow one."""
    if call.last not in MATCHERS or call.name.rpartition(".")[0] not in ("re", "regex") or not call.args:
        return None
    pattern = call.args[0]
    taint = pattern.reaching("regex", REMOTE | {"input"})
    if taint and "re.compile" not in pattern.name:
        return Hit(call.node, "A stranger writes the pattern", "high", taint)
    if pattern.known and isinstance(pattern.const, str) and is_slow(pattern.const):
        return Hit(call.node, "The pattern takes exponential time on some texts", "medium")
    return None


RULE = Rule(cwe=1333, name="slow-pattern", also=(730, 400, 185), on_call=check)
