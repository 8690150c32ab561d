"""CWE-462: a key twice in one table; the first entry is lost without a word."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module


def tables(module: Module) -> Iterable[Hit]:
    """Dict displays with equal constant keys and different values."""
    for node in module.walk(ast.Dict):
        seen: dict[tuple, str] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant):
                continue
            name, text = (type(key.value), key.value), ast.dump(value)
            if seen.setdefault(name, text) != text:
                yield Hit(key, f"The key {key.value!r} is in the table twice", "high")


RULE = Rule(cwe=462, name="duplicate-key", also=(694,), on_module=tables)
