"""CWE-312: a password or other secret is stored as it is."""

import re

from domainlab.review.rule import Assignment, Call, Hit, Rule
from domainlab.review.vocabulary import PASSWORD

STORES = re.compile(r"(?i)insert\s+into|update\s+\w+\s+set")
HARD = re.compile(r"(?i)(passw|pwd|ssn|social_sec|credit_?card|card_?number|cvv)")


def check(call: Call) -> Hit | None:
    """A secret is written to a file, or into a statement that stores it."""
    kind = frozenset({"secret"})
    values = [*call.args, *call.keywords.values()]
    if call.last in ("write", "writelines", "writerow", "dump", "write_text") and _is_file(call):
        taint = next((found for value in values if (found := value.reaching("exposure", kind))), None)
        if taint and HARD.search(taint.text):
            return Hit(call.node, source=taint, confidence="high")
    if call.last in ("execute", "executemany") and len(call.args) > 1 and STORES.search(call.args[0].text):
        taint = call.args[1].reaching("exposure", kind)
        if taint and HARD.search(taint.text):
            return Hit(call.node, source=taint, confidence="medium")
    return None


def _is_file(call: Call) -> bool:
    return (
        call.receiver.name.startswith(("open()", "csv.writer()", "pathlib", "json", "csv.DictWriter()"))
        or call.name == "json.dump"
    )


def assigned(event: Assignment) -> Hit | None:
    """A cookie or model gets the password as it is: `user.password = request.form["password"]`."""
    if "." not in event.target or event.target.startswith("self") or not PASSWORD.search(event.last):
        return None
    taint = event.value.reaching("exposure", {"secret"})
    if (
        taint
        and "request" in event.value.kinds("exposure")
        and event.target.rpartition(".")[0] in ("user", "account", "member")
    ):
        return Hit(event.node, source=taint, confidence="medium")
    return None


RULE = Rule(cwe=312, name="cleartext-storage", also=(256, 311, 313, 522, 257), on_call=check, on_assignment=assigned)
