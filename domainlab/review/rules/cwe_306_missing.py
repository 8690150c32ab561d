"""CWE-306: a function that only few should reach asks nobody who they are."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.sources import is_handler
from domainlab.review.syntax import Module

CRITICAL = re.compile(r"(?i)(admin|delete|remove|shutdown|reboot|restart|transfer|withdraw|deposit|reset_|"
                      r"promote|grant|revoke|ban_|"
                      r"set_role|change_role|create_user|add_user|update_user|backup|restore|configur|settings|"
                      r"wipe|purge|payout|refund)")  # fmt: skip
ASKS = re.compile(r"(?i)(login_required|current_user|auth|(?<!db\.)session|token|permission|jwt|is_staff|is_superuser|"
                  r"user_passes_test|api_?key|"
                  r"credential|password|Depends|Security\(|get_user|g\.user|requires?_|role|signature|identity|"
                  r"compare_digest|csrf_exempt)")  # fmt: skip
METHODS = re.compile(r"(?i)\.(post|delete|put|patch)\(|require_POST|methods=.*(POST|DELETE|PUT|PATCH)")
CHANGES = re.compile(
    r"(?i)(delete|remove|insert|update|commit|save\(|\.add\(|os\.|subprocess|shutil|unlink|append|pop\(|write|"
    r"\] ?=|[-+]=)"
)


def open_doors(module: Module) -> Iterable[Hit]:
    """Handlers with a critical name, in a file in which nothing asks for an identity, or which leave it out."""
    if not module.web:
        return
    guarded = bool(
        ASKS.search("\n".join(line for line in module.lines if not line.lstrip().startswith(("#", "import", "from"))))
    )
    for function in module.functions:
        owner = module.parent(function)
        if not is_handler(function, owner if isinstance(owner, ast.ClassDef) else None, module):
            continue
        routes = " ".join(ast.unparse(one) for one in function.decorator_list)
        first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
        body = "\n".join(module.lines[first - 1 : function.end_lineno])
        inner = re.search(r"/admin\b", routes)
        if ASKS.search(body) or not (inner or CHANGES.search(body) or METHODS.search(routes)):
            continue
        critical = CRITICAL.search(f"{function.name} {routes}") and not guarded
        if critical or _others_ask(module, function):
            yield Hit(function, "The handler asks nobody who they are")


def _others_ask(module: Module, function: ast.FunctionDef) -> bool:
    others = [one for one in module.functions if one is not function and one.decorator_list]
    return any(
        re.search(r"(?i)login_required|permission|admin_required|require|jwt", ast.unparse(deco))
        for one in others
        for deco in one.decorator_list
    )


RULE = Rule(cwe=306, name="missing-authentication", also=(862, 285, 425, 284, 863), on_module=open_doors)
