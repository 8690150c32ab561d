"""What lists, tables and comprehensions are worth; mixed into `Expressions`, which evaluates their parts."""

import ast
from dataclasses import replace

from domainlab.review.guards import proofs
from domainlab.review.values import NOTHING, Value, combine, join, safe

LONGEST_NAME = 160
Env = dict[str, Value]


class Containers:
    """Evaluate displays and comprehensions; `Expressions` adds `value`, `assign`, `prove`, `taint`, `on_entry`."""

    def _display(self, node: ast.List | ast.Tuple | ast.Set, env: Env) -> Value:
        values = [self.value(item, env) for item in node.elts]
        whole = combine(values, name=type(node).__name__.lower())
        items = tuple((str(place), value) for place, value in enumerate(values[:16]))
        return Value(name=whole.name, taints=whole.taints, parts=whole.parts, items=items, listed=True)

    _list = _tuple = _set = _display

    def _dict(self, node: ast.Dict, env: Env) -> Value:
        items = []
        for key, item in zip(node.keys, node.values, strict=True):
            name, value = self.value(key, env), self.value(item, env)
            items.append((str(name.const) if name.known else "", value))
            self.on_entry(node, name, value, item)
        whole = combine([value for _, value in items], name="dict")
        return Value(name="dict", taints=whole.taints, parts=whole.parts, items=tuple(i for i in items if i[0])[:64])

    def _lambda(self, node: ast.Lambda, env: Env) -> Value:
        inner = dict(env)
        for parameter in node.args.args:
            inner[parameter.arg] = Value(taints=frozenset({self.taint("unknown", parameter)}))
        self.value(node.body, inner)
        return Value(name="lambda")

    def _comprehension(self, node: ast.AST, env: Env) -> Value:
        inner = dict(env)
        for generator in node.generators:
            self.assign(generator.target, self.element(self.value(generator.iter, inner)), None, inner)
            for test in generator.ifs:
                self.value(test, inner)
                self.prove(proofs(test, True), inner)
                if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotEq | ast.NotIn):
                    inner = {key: safe(value, "exposure") for key, value in inner.items()}  # some are left out
        if isinstance(node, ast.DictComp):
            self.value(node.key, inner)
            return combine([self.value(node.value, inner)], name="dict")
        return combine([self.value(node.elt, inner)], name="list")

    _listcomp = _setcomp = _dictcomp = _generatorexp = _comprehension

    def element(self, value: Value) -> Value:
        """What a loop over a value gives."""
        if value.name == "dict.items()" and value.listed:
            return replace(value, name="tuple")
        if value.name == "dict" and value.items:
            return Value(name="str")  # the known keys
        if value.items and value.name in ("list", "tuple", "set"):
            result = NOTHING
            for _, item in value.items:
                result = join(result, item)
            return result
        return Value(name=f"{value.name}[]"[-LONGEST_NAME:], taints=value.taints)
