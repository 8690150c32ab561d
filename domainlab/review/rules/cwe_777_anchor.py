"""CWE-777: a pattern that checks the beginning and lets anything follow."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module, key_of

STRICT = re.compile(r"^\^?[\[\\(][^|]*[+*}\])]$")


def tests(module: Module) -> Iterable[Hit]:
    """`if re.match(pattern, x)` with a whole-word pattern and no end."""
    patterns = {
        key_of(node.targets[0]): node.value
        for node in module.walk(ast.Assign)
        if isinstance(node.value, ast.Call) and module.dotted(node.value) == "re.compile()"
    }
    for node in module.walk(ast.If, ast.IfExp, ast.Return, ast.While):
        test = node.value if isinstance(node, ast.Return) else node.test
        for call in (one for one in ast.walk(test) if isinstance(one, ast.Call)) if test is not None else ():
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("match", "search"):
                text = _pattern(call, patterns, module)
                anchored = call.func.attr == "match" or text.startswith("^")
                if anchored and STRICT.match(text) and not text.endswith((".*", ".+", "\\b", "\\s", "\\s+", "\\s*")):
                    yield Hit(call, "The pattern does not say where the text must end", "medium")


def _pattern(call: ast.Call, patterns: dict[str, ast.Call], module: Module) -> str:
    owner = call.func.value
    if module.dotted(owner) == "re" and call.args:
        first = call.args[0]
    elif key_of(owner) in patterns and patterns[key_of(owner)].args:
        first = patterns[key_of(owner)].args[0]
    else:
        return ""
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


RULE = Rule(cwe=777, name="pattern-without-end", also=(625, 20, 185), on_module=tests)
