"""One parsed file: its tree, its lines, what its imports are called, and the text of a node."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
WEB = (
    "flask", "django", "fastapi", "starlette", "aiohttp", "bottle", "tornado", "webapp2", "sanic", "quart",
    "pyramid", "cherrypy", "falcon", "rest_framework", "flask_restful", "http.server", "werkzeug",
)  # fmt: skip


@dataclass(frozen=True)
class Module:
    """A parsed file; `aliases` maps the names that its imports bind to full dotted names."""

    path: str
    source: str
    tree: ast.Module
    lines: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    parents: dict[int, ast.AST] = field(default_factory=dict)
    nodes: dict[type, list[ast.AST]] = field(default_factory=dict)  # every node by its class, outer before inner

    def text(self, node: ast.AST) -> str:
        """The code of a node on its first line, shortened."""
        line = self.lines[node.lineno - 1].encode() if node.lineno <= len(self.lines) else b""
        end = node.end_col_offset if node.end_lineno == node.lineno else len(line)
        return line[node.col_offset : end].decode(errors="replace").strip()[:120]

    def imports(self, *names: str) -> bool:
        """Whether the file imports one of these modules, or something from inside them."""
        found = self.aliases.values()
        return any(full == name or full.startswith(f"{name}.") for full in found for name in names)

    @cached_property
    def roots(self) -> frozenset[str]:
        """The first words of everything that the file imports."""
        return frozenset(full.partition(".")[0] for full in self.aliases.values())

    @property
    def web(self) -> bool:
        """Whether the file uses a web framework."""
        return self.imports(*WEB)

    def walk(self, *kinds: type) -> Iterator[ast.AST]:
        """Every node of these kinds, kind by kind, outer before inner."""
        return (node for kind in kinds for node in self.nodes.get(kind, ()))

    @property
    def functions(self) -> list[ast.FunctionDef]:
        """Every function of the file."""
        return [*self.nodes.get(ast.FunctionDef, ()), *self.nodes.get(ast.AsyncFunctionDef, ())]

    def lines_of(self, function: ast.FunctionDef | None) -> tuple[str, ...]:
        """The lines of a function without its decorators; those of the whole file for None."""
        return self.lines if function is None else self.lines[function.lineno - 1 : function.end_lineno]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around a node."""
        return self.parents.get(id(node))

    def around(self, node: ast.AST) -> ast.AST:
        """The function that holds a node, or the module."""
        while (node := self.parent(node)) is not None:
            if isinstance(node, FUNCTIONS):
                return node
        return self.tree

    def dotted(self, node: ast.AST) -> str:
        """The full dotted name of a name, attribute or call, by syntax alone: "flask.Flask().route"; "" if none."""
        tail = []
        while True:
            if isinstance(node, ast.Attribute):
                tail.append(f".{node.attr}")
                node = node.value
            elif isinstance(node, ast.Call):
                tail.append("()")
                node = node.func
            elif isinstance(node, ast.Subscript):
                tail.append("[]")
                node = node.value
            else:
                break
        if not isinstance(node, ast.Name):
            return "".join(reversed(tail)) if tail and isinstance(node, ast.Constant) else ""
        return self.aliases.get(node.id, node.id) + "".join(reversed(tail))


def parse_module(source: str, path: str) -> Module:
    """Parse a file; raises what `ast.parse` raises (SyntaxError, ValueError, RecursionError, MemoryError)."""
    tree = ast.parse(source)
    parents, nodes = {}, {}
    for node in ast.walk(tree):
        nodes.setdefault(type(node), []).append(node)
        for child in ast.iter_child_nodes(node):
            parents[id(child)] = node
    return Module(
        path=path,
        source=source,
        tree=tree,
        lines=tuple(source.splitlines()),
        aliases=_aliases(nodes),
        parents=parents,
        nodes=nodes,
    )


def key_of(node: ast.AST) -> str:
    """The name under which a place is remembered: "x", "self.x", "app.config['DEBUG']"; "" if it has none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = key_of(node.value)
        return base and f"{base}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        base = key_of(node.value)
        return base and f"{base}[{node.slice.value!r}]"
    return ""


def _aliases(nodes: dict[type, list[ast.AST]]) -> dict[str, str]:
    table = {}
    for node in nodes.get(ast.Import, ()):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            table[alias.asname or first] = alias.name if alias.asname else first
            if not alias.asname and first != alias.name:
                table.setdefault(f"import {alias.name}", alias.name)  # `imports()` sees the inner module
    for node in nodes.get(ast.ImportFrom, ()):
        for alias in node.names:
            table[alias.asname or alias.name] = f"{'.' * node.level}{node.module or ''}.{alias.name}"
    return table
