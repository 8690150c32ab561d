"""CWE-454: strangers set variables of the program or its environment."""

from domainlab.review.rule import REMOTE, Assignment, Call, Hit, Rule


def assigned(event: Assignment) -> Hit | None:
    """`os.environ[name] = text`, `globals()[name] = text`."""
    if event.target.startswith(("os.environ[", "globals()[")) and (
        taint := event.value.reaching("attribute", REMOTE | {"input", "argv"})
    ):
        return Hit(event.node, source=taint)
    return None


def check(call: Call) -> Hit | None:
    """The same by call."""
    if call.name in ("os.putenv", "os.environ.update", "globals().update", "os.environ.setdefault"):
        for value in call.args:
            if taint := value.reaching("attribute", REMOTE | {"input", "argv"}):
                return Hit(call.node, source=taint)
    return None


RULE = Rule(cwe=454, name="foreign-variables", also=(15, 621), on_call=check, on_assignment=assigned)
