"""CWE-276: new files get rights for everybody because the mask is switched off."""

from domainlab.review.rule import Call, Hit, Rule


def check(call: Call) -> Hit | None:
    """`os.umask(0)`."""
    mask = call.const(0) if call.name == "os.umask" else None
    if isinstance(mask, int) and mask & 0o022 != 0o022:
        return Hit(call.node, f"umask {mask:03o} lets others write what the program creates", "high")
    return None


RULE = Rule(cwe=276, name="open-defaults", also=(732, 277), on_call=check)
