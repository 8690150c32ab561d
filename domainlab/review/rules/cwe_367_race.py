"""CWE-367: between the check of a file and its use, somebody else can put another in its place."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module

CHECKS = re.compile(r"^(os\.path\.(exists|isfile|islink|lexists|getsize)|os\.(access|stat|lstat))\(\)$")
USES = re.compile(
    r"^(open|io\.open|os\.(open|remove|unlink|rename|chmod|chown|mkdir|makedirs|rmdir)|shutil\.(move|copy|copyfile|rmtree))\(\)$"
)


def races(module: Module) -> Iterable[Hit]:
    """`if os.access(path): open(path)`, or a file that is made because it was not there."""
    for node in module.walk(ast.If):
        for check in (one for one in ast.walk(node.test) if isinstance(one, ast.Call)):
            if not CHECKS.match(module.dotted(check)) or not check.args:
                continue
            use = next(
                (one for one in _uses(node, module, ast.unparse(check.args[0])) if _counts(one, check, node, module)),
                None,
            )
            if use is not None:
                sure = "medium" if "access" in module.dotted(check) or _writes(use, module) else "low"
                yield Hit(use, "The file may have been replaced since it was checked", sure)


def _uses(node: ast.If, module: Module, place: str) -> list[ast.Call]:
    """Calls on the checked place, in the body, or after it where the body leaves."""
    parts: list[ast.AST] = list(node.body)
    around = getattr(module.parent(node), "body", [])
    if isinstance(node.body[-1], ast.Return | ast.Raise | ast.Continue) and node in around:
        parts = around[around.index(node) + 1 :]
    calls = [one for part in parts for one in ast.walk(part) if isinstance(one, ast.Call)]
    return [one for one in calls if USES.match(module.dotted(one)) and one.args and ast.unparse(one.args[0]) == place]


def _counts(use: ast.Call, check: ast.Call, node: ast.If, module: Module) -> bool:
    """Whether something happens to the file that the check was to allow, and not just a read of what is there."""
    leaves = isinstance(node.body[-1], ast.Return | ast.Raise | ast.Continue)
    changes = not leaves and not isinstance(node.test, ast.UnaryOp) and not module.dotted(use).endswith("open()")
    return "access" in module.dotted(check) or _writes(use, module) or changes


def _writes(use: ast.Call, module: Module) -> bool:
    if not module.dotted(use).endswith("open()"):
        return False
    modes = [
        one.value for one in [*use.args[1:2], *(word.value for word in use.keywords)] if isinstance(one, ast.Constant)
    ]
    return any(isinstance(mode, str) and set(mode) & set("wa+") and "x" not in mode for mode in modes)


RULE = Rule(cwe=367, name="check-then-use", also=(362, 59, 363), on_module=races)
