"""What statements do to the places that hold values: assignments, branches, loops, exceptions, guards.

A body is run once in order on abstract values; the branches of an `if` are run apart and joined; a loop runs
twice, so that what its end puts into a name reaches its beginning. A body that cannot be left at its end
(`return`, `raise`, `abort()`) gives None.
"""

import ast

from domainlab.review.branches import Branches
from domainlab.review.containers import Env
from domainlab.review.guards import Proof, checked_arguments, is_field, proofs
from domainlab.review.operations import operation
from domainlab.review.rule import Assignment, Returned
from domainlab.review.sanitizers import INJECTION
from domainlab.review.syntax import key_of
from domainlab.review.values import Value, combine, safe

NUMBERS = frozenset(INJECTION)
LEAVING = frozenset("abort exit _exit quit fail send_error bad_request not_found forbidden".split())


class Statements(Branches):
    """Run statements; the engine adds functions and classes."""

    def run(self, body: list[ast.stmt], env: Env) -> Env | None:
        """Run a body in an environment, which it changes; None when its end is not reached."""
        for statement in body:
            method = getattr(self, f"_run_{type(statement).__name__.lower()}", None)
            alive = method(statement, env) if method else self._run_other(statement, env)
            if not alive:
                return None
        return env

    def proved(self, test: ast.AST, truth: bool, env: Env) -> Env:
        """A copy of the environment in which a condition came out so."""
        inner = dict(env)
        self.prove(proofs(test, truth), inner)
        return inner

    def prove(self, proven: list[Proof], env: Env) -> None:
        """Close the sinks that a condition has closed, for a place and for what was made from the same data."""
        for node, sinks in proven:
            key = key_of(node)
            value = env.get(key)
            if key and value is None:
                value = self.value(node, env)
            if key and value is not None and value.taints:
                env[key] = safe(value, *sinks)
                if sinks & {"*", "url"} and not is_field(node):
                    self._prove_relatives(value, sinks, env)

    def _prove_relatives(self, value: Value, sinks: frozenset[str], env: Env) -> None:
        places = {(taint.line, taint.column) for taint in value.taints}
        for key, other in list(env.items()):
            mine = {(taint.line, taint.column) for taint in other.taints}
            if mine and mine <= places:
                env[key] = safe(other, *sinks)

    def assign(self, target: ast.AST, value: Value, node: ast.AST | None, env: Env) -> None:
        """Put a value into a place, and show the assignment to the rules."""
        if isinstance(target, ast.Tuple | ast.List):
            for place, inner in enumerate(target.elts):
                item = value.item(str(place)) if value.listed else None
                self.assign(inner, item or Value(name=f"{value.name}[]", taints=value.taints), None, env)
            return
        if isinstance(target, ast.Starred):
            target = target.value
        key = key_of(target)
        if isinstance(target, ast.Subscript):
            self._assign_entry(target, value, env)
        if node is not None:
            self._show(target, key, value, node, env)
        if key:
            env[key] = value
            self.remember(target, value)

    def _show(self, target: ast.AST, key: str, value: Value, node: ast.AST, env: Env) -> None:
        last = getattr(target, "attr", "") or getattr(target, "id", "")
        full = key
        if isinstance(target, ast.Attribute):
            base = self.value(target.value, env).name
            full = f"{base or key.rpartition('.')[0]}.{last}"
        elif isinstance(target, ast.Subscript):
            index = target.slice.value if isinstance(target.slice, ast.Constant) else ""
            last = index if isinstance(index, str) else ""
            full = f"{self.value(target.value, env).name or key_of(target.value)}[{index!r}]"
        self.on_assignment(Assignment(node, full, last, value, self.scope))

    def _assign_entry(self, target: ast.Subscript, value: Value, env: Env) -> None:
        self.value(target.slice, env)
        base = key_of(target.value)
        held = env.get(base) or self.value(target.value, env)
        if not base or held.name.startswith("request"):
            return
        index = target.slice.value if isinstance(target.slice, ast.Constant) else None
        items = held.items if index is None else (*(i for i in held.items if i[0] != str(index)), (str(index), value))
        grown = combine([held, value])
        env[base] = Value(name=held.name, taints=grown.taints, parts=held.parts, items=items[-64:])

    def _run_other(self, node: ast.stmt, env: Env) -> bool:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child, env)
        return not isinstance(node, ast.Raise | ast.Continue | ast.Break)

    def _run_expr(self, node: ast.Expr, env: Env) -> bool:
        self.value(node.value, env)
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(call, ast.Call):
            return True
        sinks = NUMBERS if self.is_number(call) else frozenset({"*"})
        checked = [(place, sinks) for place in checked_arguments(call)]
        self.prove([proof for proof in checked if key_of(proof[0])], env)
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        return name not in LEAVING

    def _run_assign(self, node: ast.Assign, env: Env) -> bool:
        value = self.value(node.value, env)
        for target in node.targets:
            self.assign(target, value, node, env)
        if isinstance(node.value, ast.Call):
            call = node.value
            places = [] if len(call.args) != 1 or not self.is_number(call) else checked_arguments(call)
            self.prove([(place, NUMBERS) for place in places if key_of(place)], env)
        return True

    def is_number(self, call: ast.Call) -> bool:
        """Whether a call fails for anything but a number or an identifier made of digits."""
        return isinstance(call.func, ast.Name) and call.func.id in ("int", "float", "UUID")

    def _run_annassign(self, node: ast.AnnAssign, env: Env) -> bool:
        if node.value is not None:
            self.assign(node.target, self.value(node.value, env), node, env)
        return True

    def _run_augassign(self, node: ast.AugAssign, env: Env) -> bool:
        left, right = self.value(node.target, env), self.value(node.value, env)
        value = operation(node.op, left, right)
        self.assign(node.target, value, node, env)
        return True

    def _run_delete(self, node: ast.Delete, env: Env) -> bool:
        for target in node.targets:
            env.pop(key_of(target), None)
        return True

    def _run_return(self, node: ast.Return, env: Env) -> bool:
        value = self.value(node.value, env)
        self.on_return(Returned(node, value, self.scope))
        self.returned.append(value)
        return False

    def _run_for(self, node: ast.For, env: Env) -> bool:
        element = self.element(self.value(node.iter, env))
        for _ in range(2):
            self.assign(node.target, element, None, env)
            self._loop(node.body, env)
        return self.run(node.orelse, env) is not None

    _run_asyncfor = _run_for

    def _run_while(self, node: ast.While, env: Env) -> bool:
        for _ in range(2):
            self.value(node.test, env)
            inner = self.proved(node.test, True, env)
            self._loop(node.body, inner)
            self._merge(env, env.copy(), inner)
        leaves = any(isinstance(inner, ast.Break | ast.Return) for inner in ast.walk(node))
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        return not endless or leaves

    def _loop(self, body: list[ast.stmt], env: Env) -> None:
        inner = dict(env)
        self.run(body, inner)
        self._merge(env, dict(env), inner)

    def _run_try(self, node: ast.Try, env: Env) -> bool:
        before = dict(env)
        body = self.run([*node.body, *node.orelse], env)
        branches = [None if body is None else dict(body)]
        for handler in node.handlers:
            inner = dict(before)
            if body is not None:
                self._merge(inner, dict(before), dict(body))
            if handler.name:
                inner[handler.name] = Value(name="exception", taints=frozenset({self.taint("exception", handler)}))
            branches.append(self.run(handler.body, inner))
        alive = self._merge(env, *branches)
        return self.run(node.finalbody, env) is not None and alive

    _run_trystar = _run_try

    def _run_with(self, node: ast.With, env: Env) -> bool:
        for item in node.items:
            value = self.value(item.context_expr, env)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, None, env)
        return self.run(node.body, env) is not None

    _run_asyncwith = _run_with

    def _run_functiondef(self, node: ast.FunctionDef, env: Env) -> bool:
        self.define(node, env)
        return True

    def _run_asyncfunctiondef(self, node: ast.AsyncFunctionDef, env: Env) -> bool:
        return self._run_functiondef(node, env)

    def _run_classdef(self, node: ast.ClassDef, env: Env) -> bool:
        self.define_class(node, env)
        return True

    def _run_global(self, node: ast.Global, env: Env) -> bool:
        return True

    _run_nonlocal = _run_global
