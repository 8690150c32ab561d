"""What a rule is: the sinks that foreign data must not reach, and checks of single events.

A rule is one file in `rules/`, `RULE = Rule(cwe=89, ...)`, with its page beside it. The engine walks the code
once and shows every event (a call, an assignment, a returned value, a comparison) to the rules that want it.
"""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from domainlab.review.syntax import Module
from domainlab.review.values import LOCAL, NOTHING, REMOTE, UNTRUSTED, Taint, Value

BUILT = UNTRUSTED | {"unknown"}  # for sinks where text put together from parts is the flaw


@dataclass(frozen=True)
class Scope:
    """Where the engine is: the file, the function and class around, and whether strangers call the function."""

    module: Module
    function: ast.FunctionDef | None = None
    owner: ast.ClassDef | None = None
    handler: bool = False


@dataclass(frozen=True)
class Call:
    """A call that is looked at: its full name, receiver, arguments, keywords, all as abstract values."""

    node: ast.Call
    name: str
    receiver: Value
    args: tuple[Value, ...]
    keywords: dict[str, Value]
    scope: Scope

    def argument(self, position: int, *keywords: str) -> Value | None:
        """An argument by position or by one of its keywords."""
        for keyword in keywords:
            if keyword in self.keywords:
                return self.keywords[keyword]
        return self.args[position] if 0 <= position < len(self.args) else None

    def const(self, position: int, *keywords: str) -> object:
        """The constant passed as an argument; None where there is none or it is not known."""
        value = self.argument(position, *keywords)
        return value.const if value is not None and value.known else None

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Assignment:
    """A value that gets a name: `target` is the place ("app.config['DEBUG']"), `last` its last word."""

    node: ast.AST
    target: str
    last: str
    value: Value
    scope: Scope


@dataclass(frozen=True)
class Returned:
    """A value that a function returns."""

    node: ast.Return
    value: Value
    scope: Scope


@dataclass(frozen=True)
class Comparison:
    """A comparison of two values."""

    node: ast.Compare
    left: Value
    op: ast.cmpop
    right: Value
    scope: Scope


@dataclass(frozen=True)
class Hit:
    """Something that a rule found; `fixed` may name the fix that suits."""

    node: ast.AST
    message: str = ""
    confidence: str = "medium"
    source: Taint | None = None


@dataclass(frozen=True)
class Sink:
    """Calls that must not get foreign data in some arguments.

    `names` are full names, or endings that begin with a dot (".execute"). `args` are positions, `keywords` names;
    without both every argument counts. `kinds` are the sources that count; `weak` are those that count only in
    text that is put together from parts. `unless` and `only` look at the call.
    """

    names: tuple[str, ...]
    kind: str
    args: tuple[int, ...] = (0,)
    keywords: tuple[str, ...] = ()
    kinds: frozenset[str] = UNTRUSTED
    weak: frozenset[str] = frozenset()
    only: Callable[[Call], bool] | None = None
    receiver: bool = False

    def hit(self, call: Call) -> Hit | None:
        """What is wrong with a call that has one of the names; None when nothing is."""
        if self.only is not None and not self.only(call):
            return None
        values = [call.args[i] for i in self.args if i < len(call.args)] if self.args else list(call.args)
        values += [call.keywords[name] for name in self.keywords if name in call.keywords]
        if not self.args and not self.keywords:
            values += call.keywords.values()
        values += [call.receiver] if self.receiver else []
        for value in values:
            taint = value.reaching(self.kind, self.kinds)
            if taint is None and value.built:
                taint = value.reaching(self.kind, self.weak)
            if taint is not None:
                return Hit(call.node, source=taint, confidence=confidence_of(taint))
        return None


def confidence_of(taint: Taint) -> str:
    """How sure a flow is: data that strangers send is sure, a parameter that anyone may fill is not."""
    if taint.kind in REMOTE | {"argv", "input", "exception", "secret", "random"}:
        return "high"
    return "low" if taint.kind in ("unknown", "database", "predictable") else "medium"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How one weakness is recognised; `also` are weaknesses that the same code shows."""

    cwe: int
    name: str
    also: tuple[int, ...] = ()
    sinks: tuple[Sink, ...] = ()
    on_call: Callable[[Call], Hit | Iterable[Hit] | None] | None = None
    on_assignment: Callable[[Assignment], Hit | None] | None = None
    on_return: Callable[[Returned], Hit | None] | None = None
    on_comparison: Callable[[Comparison], Hit | None] | None = None
    on_module: Callable[[Module], Iterable[Hit]] | None = None


@dataclass
class Catalogue:
    """All rules, sorted by the events that they want; sinks by the last word of their names."""

    rules: tuple[Rule, ...]
    sinks: dict[str, list[tuple[str, Sink, Rule]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Build the table of sinks."""
        for rule in self.rules:
            for sink in rule.sinks:
                for name in sink.names:
                    self.sinks.setdefault(name.rpartition(".")[2], []).append((name, sink, rule))

    def sinks_of(self, name: str) -> list[tuple[Sink, Rule]]:
        """The sinks that a call of this name is."""
        found = self.sinks.get(name.rpartition(".")[2], ())
        return [(sink, rule) for wanted, sink, rule in found if matches(name, wanted)]


def matches(name: str, wanted: str) -> bool:
    """Whether a full name is the wanted one, or ends in it where that begins with a dot."""
    return name == wanted or (wanted.startswith(".") and name.endswith(wanted))


def matches_any(name: str, wanted: Iterable[str]) -> bool:
    """Whether a full name matches one of several."""
    return any(matches(name, one) for one in wanted)


def argument_names(node: ast.Call) -> set[str]:
    """The keywords that a call is written with."""
    return {keyword.arg for keyword in node.keywords if keyword.arg}


__all__ = [
    "BUILT", "LOCAL", "NOTHING", "REMOTE", "UNTRUSTED", "Assignment", "Call", "Catalogue", "Comparison", "Hit",
    "Returned", "Rule", "Scope", "Sink", "argument_names", "confidence_of", "matches", "matches_any", "replace",
]  # fmt: skip
