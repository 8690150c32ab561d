"""CWE-367: between the check of a file and its use, somebody else can put another in its place."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module

CHECKS = re.compile(r"^(os\.path\.(exists|isfile|islink|lexists|getsize)|os\.(access|stat|lstat))\(\)$")
USES = re.compile(r"^(open|io\.open|os\.(open|remove|unlink|rename|chmod|chown|mkdir|makedirs|rmdir)|shutil\.(move|copy|copyfile|rmtree))\(\)$")


def races(module: Module) -> Iterable[Hit]:
    """`if os.access(path): open(path)`, or a file that is made because it was not there."""
    for node in module.walk(ast.If):
        for check in (one for one in ast.walk(node.test) if isinstance(one, ast.Call)):
            if not CHECKS.match(module.dotted(check)) or not check.args:
                continue
            place = ast.unparse(check.args[0])
            negated = isinstance(node.test, ast.UnaryOp)
            for use in (one for part in node.body for one in ast.walk(part) if isinstance(one, ast.Call)):
                if USES.match(module.dotted(use)) and use.args and ast.unparse(use.args[0]) == place:
                    if "access" in module.dotted(check) or _writes(use, module) or not negated and _changes(use, module):
                        yield Hit(use, "The file may have been replaced since it was checked", _sure(check, use, module))
                        break


def _writes(use: ast.Call, module: Module) -> bool:
    if not module.dotted(use).endswith("open()"):
        return False
    modes = [one.value for one in [*use.args[1:2], *(word.value for word in use.keywords)] if isinstance(one, ast.Constant)]
    return any(isinstance(mode, str) and set(mode) & set("wa+") and "x" not in mode for mode in modes)


def _changes(use: ast.Call, module: Module) -> bool:
    return not module.dotted(use).endswith("open()")


def _sure(check: ast.Call, use: ast.Call, module: Module) -> str:
    return "medium" if "access" in module.dotted(check) or _writes(use, module) else "low"


RULE = Rule(cwe=367, name="check-then-use", also=(362, 59, 363), on_module=races)
