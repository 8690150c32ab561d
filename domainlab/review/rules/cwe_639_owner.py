"""CWE-639: who is logged in may see any entry by its number."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.sources import is_handler
from domainlab.review.syntax import Module

LOOKUP = re.compile(
    r"(\.get\(|get_or_404\(|get_object_or_404\(|filter_by\(\s*id=|find_one\(|objects\.get\(|WHERE\s+id)"
)
LOGIN = re.compile(r"(?i)(login_required|jwt_required|IsAuthenticated|permission_required)")
OWNER = re.compile(
    r"(?i)(current_user|request\.user|owner|user_id|session|author|g\.user|get_jwt_identity|belongs|permission\b|abort\(403)"
)
PERSONAL = re.compile(
    r"(?i)(order|invoice|document|account|profile|message|payment|file|record|note|ticket|report|user|card|address)"
)


def handlers(module: Module) -> Iterable[Hit]:
    """A handler behind a login that takes an id, looks it up, and never asks whose entry it is."""
    for function in module.functions:
        owner = module.parent(function)
        if not is_handler(function, owner if isinstance(owner, ast.ClassDef) else None, module):
            continue
        decorators = " ".join(ast.unparse(one) for one in function.decorator_list)
        ids = [one.arg for one in function.args.args if one.arg == "id" or one.arg.endswith(("_id", "pk"))]
        body = "\n".join(module.lines_of(function))
        looked_up = LOGIN.search(decorators) and ids and LOOKUP.search(body)
        personal = PERSONAL.search(f"{function.name} {decorators}")
        if looked_up and personal and not OWNER.search(body.replace("user_id)", "")):
            yield Hit(function, "Nobody asks whose entry it is")


RULE = Rule(cwe=639, name="missing-owner-check", also=(863, 862, 284, 285, 566), on_module=handlers)
