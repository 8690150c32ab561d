"""What an expression is worth: names, taints and constants flow from its parts to the whole.

Mixed into the engine, which knows functions and statements; `env` maps places ("x", "self.x") to values.
"""

import ast
import builtins
import re

from domainlab.review.containers import LONGEST_NAME, Containers, Env
from domainlab.review.guards import proofs
from domainlab.review.operations import chosen_folder, compared, operation, part_of
from domainlab.review.results import Results
from domainlab.review.rule import Comparison, Scope
from domainlab.review.sources import REQUESTS, source_of_name
from domainlab.review.syntax import key_of
from domainlab.review.values import NOTHING, Taint, Value, combine, join, safe, tainted
from domainlab.review.vocabulary import is_secret

MOST_STEPS = 3_000_000  # expressions looked at in one file; more means that the file is no ordinary code
BUILTINS = frozenset(dir(builtins))
SERVER, SERVERS = ("self.path", "self.headers", "self.rfile"), ("http.server", "BaseHTTPServer", "SimpleHTTPServer")
# Names of tables cannot be passed as parameters, so programs keep them in attributes.
TABLE = re.compile(r"(?i)(table|schema|column|collection|db_?name|database|prefix)(_?names?)?$")
GROWING = frozenset("append add extend insert update appendleft setdefault write put push".split())
type_of = {str: "str", bytes: "bytes", int: "int", float: "float", bool: "bool", type(None): "None"}


class OutOfSteps(Exception):
    """The file needs more steps than a review gives it."""


class Expressions(Containers, Results):
    """Evaluate expressions; the engine adds `globals`, `call_local`, `attribute_of`, `on_call`, `on_comparison`."""

    steps: int = 0
    scope: Scope

    def value(self, node: ast.AST | None, env: Env) -> Value:
        """The abstract value of an expression."""
        if node is None:
            return NOTHING
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise OutOfSteps
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        return method(node, env) if method else self._parts(node, env)

    def taint(self, kind: str, node: ast.AST) -> Taint:
        """A new taint that begins at a node."""
        return Taint(kind, node.lineno, node.col_offset + 1, self.scope.module.text(node))

    def _parts(self, node: ast.AST, env: Env) -> Value:
        children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return combine([self.value(child, env) for child in children])

    def _constant(self, node: ast.Constant, env: Env) -> Value:
        return Value(name=type_of.get(type(node.value), ""), const=node.value)

    def _name(self, node: ast.Name, env: Env) -> Value:
        found = env.get(node.id)
        if found is None:
            found = self.globals.get(node.id)
        if found is not None:
            return self.secret(node.id, found, node)
        aliases = self.scope.module.aliases
        name = aliases.get(node.id, node.id)
        if kind := source_of_name(name):
            return Value(name=name, taints=frozenset({self.taint(kind, node)}))
        if node.id in aliases or node.id in BUILTINS or node.id in ("request", "self", "cls", "__name__", "__file__"):
            return Value(name=name)
        if node.id.isupper():
            return Value(name=name)  # a constant of another file
        return Value(name=name, taints=frozenset({self.taint("unknown", node)}))

    def _attribute(self, node: ast.Attribute, env: Env) -> Value:
        return self._member(self.value(node.value, env), node, env)

    def _member(self, base: Value, node: ast.Attribute, env: Env) -> Value:
        return self.secret(node.attr, self._attribute_value(base, node, env), node)

    def _attribute_value(self, base: Value, node: ast.Attribute, env: Env) -> Value:
        key = key_of(node)
        if key in env:
            return env[key]
        item = base.item(node.attr)
        if item is None:
            item = self.attribute_of(base, node.attr)
        if item is not None:
            return item
        name = f"{base.name}.{node.attr}"[-LONGEST_NAME:]
        kind = source_of_name(name)
        if kind and not (name in SERVER and not self.scope.module.imports(*SERVERS)):
            taint = self.taint(kind, node)
            harmless = {"log"} if node.attr in ("path", "url", "method", "base_url", "full_path") else ()
            return safe(Value(name=name, taints=frozenset({taint})), *harmless)
        if base.name == "self" and not base.taints and not TABLE.search(node.attr):
            return Value(name=name, taints=frozenset({self.taint("unknown", node)}))
        return Value(name=name, taints=base.taints)

    def _subscript(self, node: ast.Subscript, env: Env) -> Value:
        base = self.value(node.value, env)
        index = self.value(node.slice, env)
        found = self._entry(base, index, node, env)
        return self.secret(index.const, found, node) if index.known and isinstance(index.const, str) else found

    def secret(self, name: str, value: Value, node: ast.AST) -> Value:
        """The value, marked as a secret where its name says so."""
        if not is_secret(name) or value.name.startswith(("def:", "class:")) or (value.known and not value.const):
            return value
        if any(taint.kind == "secret" or "*" in taint.safe_for for taint in value.taints):
            return value
        return tainted(value, [self.taint("secret", node)])

    def _entry(self, base: Value, index: Value, node: ast.Subscript, env: Env) -> Value:
        key = key_of(node)
        if key and key in env:
            return env[key]
        if index.known and (item := base.item(str(index.const))) is not None:
            return item
        if base.name in REQUESTS:
            return Value(name=f"{base.name}[]", taints=frozenset({self.taint("request", node)}))
        if base.known and isinstance(base.const, str | bytes):
            return part_of(base, index)
        sliced = isinstance(node.slice, ast.Slice)
        if sliced and any(taint.kind == "secret" for taint in base.taints):
            base = safe(base, "exposure")  # the last digits of a card do not give it away
        return Value(
            name=base.name if sliced else f"{base.name}[]"[-LONGEST_NAME:],
            taints=base.taints,
            built=base.built and sliced,
            head=base.head if sliced and node.slice.lower is None else "",
        )

    def _slice(self, node: ast.Slice, env: Env) -> Value:
        for part in (node.lower, node.upper, node.step):
            self.value(part, env)
        return NOTHING

    def _binop(self, node: ast.BinOp, env: Env) -> Value:
        chain, left = [node], node.left
        while isinstance(left, ast.BinOp):  # a + b + c + ... is deep on the left: walk it, do not recurse
            chain.append(left)
            left = left.left
        value = self.value(left, env)
        for link in reversed(chain):
            value = operation(link.op, value, self.value(link.right, env))
        return value

    def _joinedstr(self, node: ast.JoinedStr, env: Env) -> Value:
        values = [self.value(part, env) for part in node.values]
        if all(value.known for value in values) and all(isinstance(part, ast.Constant) for part in node.values):
            return Value(name="str", const="".join(str(value.const) for value in values))
        if len(values) > 1 and not values[0].known and values[1].text.startswith("/"):
            values[0] = chosen_folder(values[0])
        return combine(values, name="str", built=True)

    def _formattedvalue(self, node: ast.FormattedValue, env: Env) -> Value:
        value = self.value(node.value, env)
        self.value(node.format_spec, env)
        return safe(value, "log", "header") if node.conversion == 114 else value  # !r

    def _boolop(self, node: ast.BoolOp, env: Env) -> Value:
        result, env = NOTHING, dict(env)
        for part in node.values:
            result = join(result, self.value(part, env))
            self.prove(proofs(part, isinstance(node.op, ast.And)), env)
        return result

    def _unaryop(self, node: ast.UnaryOp, env: Env) -> Value:
        value = self.value(node.operand, env)
        if isinstance(node.op, ast.USub) and value.known and isinstance(value.const, int):
            return Value(name="int", const=-value.const)
        if isinstance(node.op, ast.Not):
            return Value(name="bool", const=not value.const) if value.known and value.name == "bool" else NOTHING
        return value

    def _compare(self, node: ast.Compare, env: Env) -> Value:
        left = self.value(node.left, env)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.value(comparator, env)
            self.on_comparison(Comparison(node, left, op, right, self.scope))
            result = compared(op, left, right)
            left = right
        return result if len(node.ops) == 1 else Value(name="bool")

    def _ifexp(self, node: ast.IfExp, env: Env) -> Value:
        self.value(node.test, env)
        return join(
            self.value(node.body, self.proved(node.test, True, env)),
            self.value(node.orelse, self.proved(node.test, False, env)),
        )

    def _namedexpr(self, node: ast.NamedExpr, env: Env) -> Value:
        value = self.value(node.value, env)
        self.assign(node.target, value, node, env)
        return value

    def _await(self, node: ast.Await, env: Env) -> Value:
        return self.value(node.value, env)

    def _starred(self, node: ast.Starred, env: Env) -> Value:
        return self.value(node.value, env)

    def arguments(self, node: ast.Call, env: Env) -> tuple[list[Value], dict[str, Value]]:
        """The values of a call's arguments; `**mapping` gives its known entries."""
        args, keywords = [self.value(arg, env) for arg in node.args], {}
        for keyword in node.keywords:
            value = self.value(keyword.value, env)
            keywords.update({keyword.arg: value} if keyword.arg else dict(value.items) or {"**": value})
        return args, keywords
