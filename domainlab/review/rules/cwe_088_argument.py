"""CWE-88: a stranger's text becomes an argument of a program that takes dangerous options."""

from domainlab.review.rule import REMOTE, Call, Hit, Rule
from domainlab.review.rules.cwe_078_command import PROCESS, through_shell

PROGRAMS = frozenset("git hg svn ssh scp rsync curl wget".split())  # an option can name a program or a file


def check(call: Call) -> Hit | None:
    """A list of arguments whose later parts a stranger chooses, without `--` before them."""
    if call.name not in PROCESS or through_shell(call) or not call.args or not call.args[0].listed:
        return None
    items = call.args[0].items
    if not items or items[0][1].text.rpartition("/")[2] not in PROGRAMS:
        return None
    for _, value in items[1:]:
        if value.text == "--":
            return None
        taint = value.reaching("command", REMOTE)
        if taint and not value.head:
            return Hit(call.node, source=taint)
    return None


RULE = Rule(cwe=88, name="argument-injection", also=(78,), on_call=check)
