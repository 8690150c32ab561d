"""Functions and classes of the file: remembered when they are defined, entered when they are called.

A function is entered twice over: on its own, where its parameters are foreign as far as strangers fill them, and
from each call inside the file, with the values of that call (up to four calls deep; equal calls are looked at once).
"""

import ast

from domainlab.review.containers import Env
from domainlab.review.rule import Scope
from domainlab.review.sources import default_of, is_handler, is_request, parameter_kind, source_of_name
from domainlab.review.statements import Statements
from domainlab.review.syntax import FUNCTIONS, key_of
from domainlab.review.values import NOTHING, Taint, Value, combine, join, tainted

DEEPEST_CALL = 4
MOST_CALLS = 4_000  # calls inside the file that are followed; more means generated code


class Calls(Statements):
    """Run functions of the file; the engine begins the walk and shows events to the rules."""

    globals: Env
    functions: dict[str, tuple[ast.FunctionDef, ast.ClassDef | None, Env]]
    methods: dict[str, dict[str, str]]
    attributes: dict[tuple[str, str], Value]
    called: dict[tuple, Value]
    entered: set[str]
    depth: int = 0

    def define(self, node: ast.FunctionDef, env: Env, owner: ast.ClassDef | None = None) -> None:
        """Remember a function under its name."""
        name = f"def:{node.lineno}:{node.name}"
        outer = {} if env is self.globals or owner is not None else env
        self.functions[name] = (node, owner, outer)
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            self.value(default, env)
        for decorator in node.decorator_list:
            self.value(decorator, env)
        if owner is None:
            env[node.name] = Value(name=name)

    def define_class(self, node: ast.ClassDef, env: Env) -> None:
        """Remember a class, its methods and its attributes."""
        inner: Env = {}
        for decorator in node.decorator_list:
            self.value(decorator, env)
        self.methods.setdefault(node.name, {})
        env[node.name] = Value(name=f"class:{node.name}")
        scope, self.scope = self.scope, Scope(self.scope.module, None, node)
        for statement in node.body:
            if isinstance(statement, FUNCTIONS):
                self.define(statement, env, node)
                self.methods[node.name][statement.name] = f"def:{statement.lineno}:{statement.name}"
            else:
                self.run([statement], inner)
        for key, value in inner.items():
            self.attributes[node.name, key] = value
        self.scope = scope

    def attribute_of(self, base: Value, name: str) -> Value | None:
        """A method or attribute of an object of a class of this file; None when it is not known."""
        owner = self.scope.owner.name if base.name in ("self", "cls") and self.scope.owner else ""
        if base.name.startswith("class:"):
            owner = base.name.removeprefix("class:").removesuffix("()")
        if method := self.methods.get(owner, {}).get(name):
            return Value(name=method)
        return self.attributes.get((owner, name))

    def remember(self, target: ast.AST, value: Value) -> None:
        """Keep what a method puts into an attribute of its object, for the other methods."""
        if isinstance(target, ast.Attribute) and key_of(target.value) == "self" and self.scope.owner:
            place = self.scope.owner.name, target.attr
            self.attributes[place] = join(self.attributes.get(place, NOTHING), value)

    def _construct(self, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        made = Value(name=f"{name}()")
        start = self.methods[name.removeprefix("class:")].get("__init__")
        if start:
            self.call_local(start, made, args, keywords)
            return made
        return Value(name=made.name, taints=combine([*args, *keywords.values()]).taints, items=tuple(keywords.items()))

    def call_local(self, name: str, receiver: Value, args: list[Value], keywords: dict[str, Value]) -> Value:
        """What a call of a function of this file gives, by running its body with the values of the call."""
        function, owner, _ = self.functions[name]
        everything = combine([receiver, *args, *keywords.values()])
        key = (name, tuple(args), tuple(sorted(keywords.items(), key=lambda pair: pair[0])))
        if key in self.called:
            return self.called[key]
        if self.depth >= DEEPEST_CALL or len(self.called) >= MOST_CALLS:
            return Value(taints=everything.taints)
        self.called[key] = Value(taints=everything.taints)  # what a recursive call sees
        self.entered.add(name)
        spec = function.args
        names = [one.arg for one in spec.posonlyargs + spec.args]
        if owner is not None and names and not _is_static(function):
            args = [Value(name="self"), *args]
        env = {one: NOTHING for one in names} | dict(zip(names, args, strict=False)) | keywords
        self._defaults(function, env, given=len(args), named=set(keywords))
        if spec.vararg:
            env[spec.vararg.arg] = combine(args[len(names) :], name="tuple")
        if spec.kwarg:
            rest = tuple((key, value) for key, value in keywords.items() if key not in names)
            env[spec.kwarg.arg] = Value(name="dict", taints=combine([one for _, one in rest]).taints, items=rest[:64])
        result = self._enter(name, env)
        self.called[key] = result
        return result

    def _defaults(self, function: ast.FunctionDef, env: Env, *, given: int, named: set[str]) -> None:
        spec = function.args
        positional = spec.posonlyargs + spec.args
        first = len(positional) - len(spec.defaults)
        for place, default in enumerate(spec.defaults, start=first):
            if place >= given and positional[place].arg not in named:
                env[positional[place].arg] = self.value(default, {})
        for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
            if parameter.arg not in named and default is not None:
                env[parameter.arg] = self.value(default, {})

    def _enter(self, name: str, env: Env, *, handler: bool = False) -> Value:
        function, owner, outer = self.functions[name]
        kept = self.scope, self.returned, self.depth
        self.scope, self.returned, self.depth = Scope(self.scope.module, function, owner, handler), [], self.depth + 1
        if isinstance(function, FUNCTIONS):
            self.run(function.body, {**outer, **env})
        result = NOTHING
        for value in self.returned:
            result = join(result, value)
        self.scope, self.returned, self.depth = kept
        return result

    def _enter_alone(self, name: str) -> None:
        self.entered.add(f"alone {name}")
        function, owner, _ = self.functions[name]
        handler = is_handler(function, owner, self.scope.module)
        private = function.name.startswith("_") and not function.name.startswith("__") and name in self.entered
        env: Env = {}
        spec = function.args
        every = spec.posonlyargs + spec.args + spec.kwonlyargs + [one for one in (spec.vararg, spec.kwarg) if one]
        for parameter in every:
            env[parameter.arg] = self._parameter(parameter, function, handler, private)
        self.depth = 0
        self._enter(name, env, handler=handler)

    def _parameter(self, node: ast.arg, function: ast.FunctionDef, handler: bool, private: bool) -> Value:
        if node.arg in ("self", "cls"):
            return Value(name=node.arg)
        if is_request(node, self.scope.module):
            return Value(name="request")
        default = default_of(node, function)
        if isinstance(default, ast.Attribute) and self.scope.module.imports(
            *self.scope.module.dotted(default).split(".")[:1]
        ):
            name = self.scope.module.dotted(default)  # a function or place of a library, which tests replace
            source = source_of_name(name)
            return Value(name=name, taints=frozenset({self.taint(source, node)} if source else ()))
        kind = "" if private else parameter_kind(node, function, handler)
        annotation = self.scope.module.dotted(node.annotation) if node.annotation else ""
        name = f"{annotation}()" if annotation and annotation not in ("str", "bytes", "object") else ""
        if not kind:
            return Value(name=name)
        if node is function.args.kwarg:
            held = Value(taints=frozenset({self.taint(kind, node)}))
            return Value(name="dict", taints=held.taints, items=(("**", held),))  # its keys are written in the code
        return tainted(Value(name=name), [Taint(kind, node.lineno, node.col_offset + 1, node.arg)])


def _is_static(function: ast.FunctionDef) -> bool:
    return any(getattr(one, "id", "") == "staticmethod" for one in function.decorator_list)
