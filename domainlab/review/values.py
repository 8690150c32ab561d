"""What the reviewer knows about a value without running the code.

A value carries where its data may come from (taints), what it is called ("sqlite3.connect().cursor()"), and its
constant where that is known. Taints remember which kinds of sink they can no longer reach: after
`shlex.quote(x)` the data in x is still foreign, and safe in a command.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

UNKNOWN = "<unknown>"  # a value that is not a known constant
REMOTE = frozenset({"request", "network", "message"})
LOCAL = frozenset({"input", "argv", "env", "file"})
WEAK = frozenset({"parameter", "unknown"})  # nobody knows who fills it
UNTRUSTED = REMOTE | LOCAL | frozenset({"parameter"})
EVERYTHING = frozenset({"*"})
MOST_TAINTS = 24  # per value: more origins of one value tell nobody more


@dataclass(frozen=True)
class Taint:
    """Data from one source; `safe_for` are the kinds of sink that a sanitizer has closed ("*" = all)."""

    kind: str
    line: int
    column: int
    text: str
    safe_for: frozenset[str] = frozenset()

    def reaches(self, sink: str) -> bool:
        """Whether the data may still do harm in a sink of this kind."""
        return sink not in self.safe_for and "*" not in self.safe_for


@dataclass(frozen=True)
class Value:
    """An abstract value.

    `built` = text put together from parts, `head` its constant beginning, `parts` all its constant texts;
    `items` are the known fields of a display, a call's keywords or an object's attributes.
    """

    name: str = ""
    taints: frozenset[Taint] = frozenset()
    const: object = UNKNOWN
    built: bool = False
    head: str = ""
    parts: str = ""
    items: tuple[tuple[str, "Value"], ...] = ()
    listed: bool = False  # a list or tuple display

    def kinds(self, sink: str) -> frozenset[str]:
        """The kinds of source that reach a sink of this kind."""
        return frozenset(taint.kind for taint in self.taints if taint.reaches(sink))

    def reaching(self, sink: str, kinds: Iterable[str]) -> Taint | None:
        """The clearest taint of these kinds that reaches the sink: remote before local before weak."""
        found = [taint for taint in self.taints if taint.kind in kinds and taint.reaches(sink)]
        return min(found, key=_order, default=None)

    def item(self, name: str) -> "Value | None":
        """A known field."""
        return dict(self.items).get(name)

    @property
    def known(self) -> bool:
        """Whether it is a known constant."""
        return not (isinstance(self.const, str) and self.const == UNKNOWN)

    @property
    def text(self) -> str:
        """The constant text in it, as far as it is known."""
        return self.const if isinstance(self.const, str) and self.known else self.parts


NOTHING = Value()


def safe(value: Value, *sinks: str) -> Value:
    """The value after a sanitizer for these kinds of sink."""
    marked = frozenset(replace(taint, safe_for=taint.safe_for | set(sinks)) for taint in value.taints)
    return replace(value, taints=marked)


def tainted(value: Value, taints: Iterable[Taint]) -> Value:
    """The value with more taints."""
    return replace(value, taints=_few(value.taints | frozenset(taints)))


def join(first: Value, second: Value) -> Value:
    """What holds whichever of the two a name has."""
    if first == second or second is NOTHING:
        return first
    if first is NOTHING:
        return second
    same = first.known and second.known and type(first.const) is type(second.const) and first.const == second.const
    return Value(
        name=first.name if first.name == second.name else first.name or second.name,
        taints=_few(first.taints | second.taints),
        const=first.const if same else UNKNOWN,
        built=first.built or second.built,
        head=first.head if first.head == second.head else "",
        parts=(first.text if first.text == second.text else f"{first.text} {second.text}")[:2000],
        items=first.items if first.items == second.items else _merged(first.items, second.items),
        listed=first.listed and second.listed,
    )


def combine(values: Iterable[Value], *, name: str = "", built: bool = False) -> Value:
    """A value made from others, in order: their taints, their constant texts, the beginning of the first."""
    values = list(values)
    head = values[0].text if values and values[0].known else (values[0].head if values else "")
    return Value(
        name=name,
        taints=_few(frozenset().union(*(value.taints for value in values))),
        built=built,
        head=head if isinstance(head, str) else "",
        parts="\0".join(value.text for value in values)[:2000],
    )


def _merged(first: tuple, second: tuple) -> tuple:
    table = dict(first)
    for key, value in second:
        table[key] = join(table[key], value) if key in table and len(table[key].items) < 8 else value
    return tuple(table.items())[:64]


def _few(taints: frozenset[Taint]) -> frozenset[Taint]:
    return taints if len(taints) <= MOST_TAINTS else frozenset(sorted(taints, key=_order)[:MOST_TAINTS])


def _order(taint: Taint) -> tuple:
    rank = 0 if taint.kind in REMOTE else 1 if taint.kind not in WEAK else 2 if taint.kind == "parameter" else 3
    return (rank, taint.line, taint.column, taint.kind, taint.text)
