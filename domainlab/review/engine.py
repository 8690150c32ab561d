"""Walk one file and show what happens in it to the rules: module level first, then every function on its own."""

import ast
from collections.abc import Iterable
from dataclasses import replace

from domainlab.review.calls import Calls
from domainlab.review.containers import Env
from domainlab.review.expressions import GROWING
from domainlab.review.forwarding import forwarded, named_in
from domainlab.review.rule import Assignment, Call, Catalogue, Comparison, Hit, Returned, Rule, Scope
from domainlab.review.syntax import Module, key_of
from domainlab.review.values import NOTHING, Value, combine, tainted

Found = list[tuple[Rule, Hit, Scope]]


class Engine(Calls):
    """Runs the rules of a catalogue over one module; `found` collects what they hit."""

    def __init__(self, module: Module, catalogue: Catalogue) -> None:
        """Prepare an empty walk."""
        self.catalogue, self.scope = catalogue, Scope(module)
        self.globals: Env = {}
        self.functions: dict[str, tuple[ast.FunctionDef, ast.ClassDef | None, Env]] = {}
        self.methods: dict[str, dict[str, str]] = {}
        self.attributes: dict[tuple[str, str], Value] = {}
        self.returned: list[Value] = []
        self.called: dict[tuple, Value] = {}
        self.depth = 0
        self.entered: set[str] = set()
        self.found: Found = []
        self.rules = {event: [r for r in catalogue.rules if getattr(r, event)] for event in EVENTS}

    def walk(self) -> Found:
        """Everything that the rules find in the module."""
        module = self.scope.module
        self.run(module.tree.body, self.globals)
        todo = sorted(self.functions, key=lambda name: _turn(self.functions[name][0].name))
        while todo:  # a function may define more of them
            for name in todo:
                self._enter_alone(name)
            todo = [name for name in self.functions if f"alone {name}" not in self.entered]
        for rule in self.rules["on_module"]:
            self.found += [(rule, hit, self.scope) for hit in rule.on_module(module)]
        return self.found

    def _call(self, node: ast.Call, env: Env) -> Value:
        receiver = NOTHING
        if isinstance(node.func, ast.Attribute):
            receiver = self.value(node.func.value, env)
            callee = self._member(receiver, node.func, env)
        else:
            callee = self.value(node.func, env)
        args, keywords = self.arguments(node, env)
        if callee.name in self.functions:
            return self.call_local(callee.name, receiver, args, keywords)
        name = callee.name or getattr(node.func, "id", "")  # a parameter that is called keeps its own name
        if isinstance(node.func, ast.Subscript) and isinstance(node.func.slice, ast.Constant):
            name = str(node.func.slice.value)  # a table of functions: what is called has the name of its entry
        if name == "locals" and not args:
            return self._locals(env)
        if name.endswith(".format") and receiver.text:
            keywords = named_in(receiver.text, keywords)
        call = Call(node, name, receiver, tuple(args), keywords, self.scope)
        self.on_call(call)
        if inner := forwarded(name, args, keywords):
            self._forward(node, *inner)
        if isinstance(node.func, ast.Attribute) and node.func.attr in GROWING:
            self._grow(node.func.value, receiver, [*args, *keywords.values()], env)
        kept = self._kept(node, name, receiver, args, env)
        if kept is not None:
            return kept
        if name.startswith("class:") and name.removeprefix("class:") in self.methods:
            return self._construct(name, args, keywords)
        if isinstance(node.func, ast.Attribute):
            receiver = tainted(receiver, callee.taints)
        result = self.result(node, name, receiver, [*args, *keywords.values()])
        if result.listed or result.known:
            return result
        return Value(
            name=result.name, taints=result.taints, built=result.built, head=result.head, parts=result.parts,
            items=tuple(keywords.items())[:64],
        )  # fmt: skip

    def _kept(self, node: ast.Call, name: str, receiver: Value, args: list[Value], env: Env) -> Value | None:
        """What a known list or a table of options gives back; None for every other call."""
        if receiver.name.startswith("configparser.") and len(args) > 1:
            return self._option(node, receiver, args, env)
        if receiver.listed and receiver.items and name.endswith("list.pop"):
            return self._take(node, receiver, args, env)
        return None

    def _locals(self, env: Env) -> Value:
        items = tuple((key, value) for key, value in env.items() if key.isidentifier())
        return Value(name="dict", taints=combine([value for _, value in items]).taints, items=items)

    def _forward(self, node: ast.Call, function: Value, args: list[Value]) -> None:
        """Call the function that a call hands over."""
        if function.name in self.functions:
            self.call_local(function.name, NOTHING, args, {})
        else:
            self.on_call(Call(node, function.name, NOTHING, tuple(args), {}, self.scope))

    def _option(self, node: ast.Call, held: Value, args: list[Value], env: Env) -> Value | None:
        """`parser.set(section, option, value)` keeps a value under its two names, `get` gives it back."""
        key, action = key_of(node.func.value), node.func.attr
        name = "/".join(str(value.const) for value in args[:2] if value.known)
        if action == "get":
            return held.item(name)
        if action == "set" and len(args) == 3 and key:
            env[key] = replace(held, taints=held.taints | args[2].taints, items=(*held.items, (name, args[2]))[-64:])
        return None

    def _take(self, node: ast.Call, held: Value, args: list[Value], env: Env) -> Value | None:
        """What `list.pop(place)` gives where the list is known, which is one entry shorter then."""
        key = key_of(node.func.value)
        place = args[0].const if args and args[0].known else -1
        if not key or not isinstance(place, int) or not -len(held.items) <= place < len(held.items):
            return None
        values = [value for _, value in held.items]
        taken = values.pop(place)
        items = tuple((str(number), value) for number, value in enumerate(values))
        rest = combine(values, name=held.name)
        env[key] = Value(name=held.name, taints=rest.taints, parts=rest.parts, items=items, listed=True)
        return taken

    def _grow(self, place: ast.AST, held: Value, added: list[Value], env: Env) -> None:
        key = key_of(place)
        if key and held.name.rpartition(".")[2] not in ("cursor", "session"):
            grown = combine([held, *added])
            items = (*held.items, (str(len(held.items)), added[0])) if held.listed and len(added) == 1 else held.items
            env[key] = Value(
                name=held.name, taints=grown.taints, parts=grown.parts, items=items[:16], listed=held.listed,
                built=held.built or any(value.built for value in added),
            )  # fmt: skip
            self.remember(place, env[key])

    def on_call(self, call: Call) -> None:
        """Show a call to the sinks and checks."""
        for sink, rule in self.catalogue.sinks_of(call.name):
            self._keep(rule, sink.hit(call))
        for rule in self.rules["on_call"]:
            self._keep(rule, rule.on_call(call))

    def on_assignment(self, event: Assignment) -> None:
        """Show an assignment to the rules."""
        for rule in self.rules["on_assignment"]:
            self._keep(rule, rule.on_assignment(event))

    def on_return(self, event: Returned) -> None:
        """Show a returned value to the rules."""
        for rule in self.rules["on_return"]:
            self._keep(rule, rule.on_return(event))

    def on_comparison(self, event: Comparison) -> None:
        """Show a comparison to the rules."""
        for rule in self.rules["on_comparison"]:
            self._keep(rule, rule.on_comparison(event))

    def on_entry(self, node: ast.Dict, key: Value, value: Value, item: ast.AST) -> None:
        """Show the entry of a dict display as an assignment to its key."""
        if key.known and isinstance(key.const, str):
            self.on_assignment(Assignment(item, f"dict[{key.const!r}]", key.const, value, self.scope))

    def _keep(self, rule: Rule, hits: Hit | Iterable[Hit] | None) -> None:
        if hits is None:
            return
        for hit in [hits] if isinstance(hits, Hit) else hits:
            self.found.append((rule, hit, self.scope))


EVENTS = ("on_call", "on_assignment", "on_return", "on_comparison", "on_module")


def _turn(name: str) -> int:
    """What fills attributes comes first, private functions last: their callers say what they get."""
    return 0 if name == "__init__" else 2 if name.startswith("_") and not name.startswith("__") else 1
