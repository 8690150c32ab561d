"""CWE-494: code is fetched and run without a check that it is the right one."""

import re

from domainlab.review.rule import Call, Hit, Rule

FETCHES = re.compile(r"^(requests\.get|urllib\.request\.urlopen|httpx\.get|urllib2\.urlopen)\(\)")
PIPED = re.compile(r"(curl|wget)\b[^|;&]*\|\s*(sudo\s+)?(ba|z)?sh\b")


def check(call: Call) -> Hit | None:
    """Fetched text is executed, or piped into a shell."""
    if (
        call.name in ("exec", "eval", "compile", "pickle.loads", "marshal.loads")
        and call.args
        and FETCHES.match(call.args[0].name)
    ):
        return Hit(call.node, "Fetched code runs unchecked", "high")
    if call.name.startswith(("subprocess.", "os.")) and call.args and PIPED.search(call.args[0].text):
        return Hit(call.node, "Fetched code runs unchecked", "high")
    return None


RULE = Rule(cwe=494, name="unchecked-download", also=(829, 345, 94), on_call=check)
