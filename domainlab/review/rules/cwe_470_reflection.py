"""CWE-470: a stranger names the class, function or module that is used."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import LOCAL, REMOTE, UNTRUSTED, Call, Hit, Rule, confidence_of
from domainlab.review.syntax import Module
from domainlab.review.vocabulary import fixed_head

IMPORTS = ("importlib.import_module", "__import__", "imp.load_source", "pydoc.locate",
"django.utils.module_loading.import_string",
           "importlib.__import__", "werkzeug.utils.import_string", "pkgutil.resolve_name",
           "imp.load_module")  # fmt: skip


def check(call: Call) -> Hit | None:
    """A module by foreign name, or an attribute by foreign name that is then called."""
    if call.name in IMPORTS and call.args:
        taint = call.args[0].reaching("import", UNTRUSTED)
        return Hit(call.node, source=taint, confidence=confidence_of(taint)) if taint else None
    if call.name in ("globals().get", "locals().get", "vars().get") and call.args:
        taint = call.args[0].reaching("import", UNTRUSTED)
        return Hit(call.node, "Any name of the module can be reached", "medium", taint) if taint else None
    if call.name == "getattr" and len(call.args) >= 2 and not fixed_head(call.args[1]):
        taint = call.args[1].reaching("import", REMOTE | LOCAL | {"parameter"})
        if taint and (taint.kind in REMOTE or _is_called(call)):
            return Hit(call.node, source=taint, confidence=confidence_of(taint))
    return None


def _is_called(call: Call) -> bool:
    """Whether what getattr gives is called, at once or through its name, in the function around."""
    module, parent = call.scope.module, call.scope.module.parent(call.node)
    if isinstance(parent, ast.Call) and parent.func is call.node:
        return True
    names = {one.id for one in parent.targets if isinstance(one, ast.Name)} if isinstance(parent, ast.Assign) else set()
    around = call.scope.function or module.tree
    return any(isinstance(one, ast.Call) and getattr(one.func, "id", "") in names for one in ast.walk(around))


def lookups(module: Module) -> Iterable[Hit]:
    """`globals()[name]` and `locals()[name]` with a name that is no constant."""
    for node in module.walk(ast.Subscript):
        table = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in ("globals", "locals", "vars")
        read = isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Constant)
        if table and read and not _checked(module, node):
            yield Hit(node, "Any name of the module can be reached", "medium")


def _checked(module: Module, node: ast.Subscript) -> bool:
    name = ast.unparse(node.slice)
    for function in module.functions:
        if function.lineno <= node.lineno <= function.end_lineno:
            tests = [
                one
                for one in ast.walk(function)
                if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.In | ast.NotIn)
            ]
            return any(ast.unparse(one.left) == name for one in tests)
    return False


RULE = Rule(cwe=470, name="unsafe-reflection", also=(94, 829), on_call=check, on_module=lookups)
