"""CWE-250: code runs with all rights, or takes them and does not give them back."""

from domainlab.review.rule import Call, Hit, Rule

TAKING = ("os.setuid", "os.seteuid", "os.setgid", "os.setegid", "os.setreuid", "os.setresuid", "os.setregid")


def check(call: Call) -> Hit | None:
    """Root is taken, or a container gets all rights."""
    if call.name in TAKING and call.args and any(value.known and value.const == 0 for value in call.args):
        return Hit(call.node, "The program makes itself root", "high")
    if call.last in ("run", "create") and call.const(99, "privileged") is True:
        return Hit(call.node, "The container may do everything on the host", "high")
    if call.name.startswith(("subprocess.", "os.system", "os.popen")) and call.args:
        value = call.args[0]
        words = value.text.replace("\0", " ").split()
        if words[:1] == ["sudo"] and not value.known and not value.listed:
            return Hit(call.node, "A command runs as root", "low")
    return None


RULE = Rule(cwe=250, name="unnecessary-privileges", also=(269, 271, 272), on_call=check)
