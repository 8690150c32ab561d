"""CWE-400: a stranger chooses how much memory or time is used."""

import ast
from collections.abc import Iterable

from domainlab.review.numbers import is_foreign, names_given, unchecked_numbers
from domainlab.review.rule import REMOTE, Call, Hit, Rule
from domainlab.review.syntax import Module

SIZES = ("range", "bytearray", "bytes", "numpy.zeros", "numpy.ones", "numpy.empty", "time.sleep", "asyncio.sleep",
         "os.urandom", "secrets.token_bytes", "secrets.token_hex", "numpy.arange", ".thumbnail", ".resize",
         "PIL.Image.new",
         "itertools.repeat", "math.factorial", ".zfill", ".ljust", ".rjust", ".center", "xrange")  # fmt: skip
WAITS = (
    "requests.get",
    "requests.post",
    "requests.put",
    "requests.delete",
    "requests.head",
    "requests.patch",
    "requests.request",
)
FIRST = 2**20


def check(call: Call) -> Hit | None:
    """A size from a request without a limit, a wait without end, or a body that is read whole."""
    if any(call.name == name or (name[0] == "." and call.name.endswith(name)) for name in SIZES):
        for value in [*call.args, *call.keywords.values()]:
            taint = value.reaching("alloc", REMOTE)
            if taint:
                return Hit(call.node, source=taint, confidence="medium")
    if call.name in WAITS and "timeout" not in call.keywords and "**" not in call.keywords:
        return Hit(call.node, "Without a timeout the request may wait for ever", "low")
    if (
        call.last == "read"
        and not call.args
        and call.name.startswith(("request.stream", "flask.request.stream", "self.rfile"))
    ):
        return Hit(call.node, "The body is read whole, however long it is")
    if call.name == "self.rfile.readline" and not call.args and not call.keywords:
        return Hit(call.node, "The sender says how long the line is")
    if call.name == "self.rfile.read" and call.args and call.args[0].reaching("alloc", REMOTE):
        return Hit(call.node, "The sender says how long the body is")
    return None


def repetitions(module: Module) -> Iterable[Hit]:
    """A text or list that is repeated as often as a stranger says."""
    for node in module.walk(ast.BinOp):
        if isinstance(node.op, ast.Mult):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                text = isinstance(side, ast.List) or (
                    isinstance(side, ast.Constant) and isinstance(side.value, str | bytes)
                )
                if text and (is_foreign(other) or getattr(other, "id", "") in unchecked_numbers(module.around(node))):
                    yield Hit(node, "A stranger says how often it is repeated")


def collected(module: Module) -> Iterable[Hit]:
    """`while True: data += sock.recv(1024)`, and nothing in the loop asks how much that is by now."""
    for loop in module.walk(ast.While):
        nodes = [node for part in loop.body for node in ast.walk(part)]
        reads = names_given(nodes, _receives)
        grows = next((node for node in nodes if _grows(node, reads)), None)
        limited = any("len(" in ast.unparse(node) for node in [loop.test, *nodes] if isinstance(node, ast.Compare))
        if grows is not None and not limited:
            yield Hit(grows, "Whoever sends says how much is kept")


def _receives(node: ast.AST) -> bool:
    node = node.value if isinstance(node, ast.Await) else node
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("recv", "recvfrom", "sock_recv")


def _grows(node: ast.AST, reads: set[str]) -> bool:
    adds = isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add)
    return adds and (_receives(node.value) or getattr(node.value, "id", "") in reads)


def on_module(module: Module) -> Iterable[Hit]:
    """Repetitions and collections."""
    yield from repetitions(module)
    yield from collected(module)


RULE = Rule(cwe=400, name="unlimited-resources", also=(770, 789, 1088, 606), on_call=check, on_module=on_module)
