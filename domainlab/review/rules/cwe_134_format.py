"""CWE-134: a stranger chooses the format, and `{0.__class__...}` reads what the program never meant to show."""

from domainlab.review.rule import REMOTE, Call, Rule, Sink


def has_arguments(call: Call) -> bool:
    """Whether there is anything that the format can reach."""
    return bool(call.args or call.keywords) and not call.receiver.built and not call.receiver.known


RULE = Rule(
    cwe=134,
    name="format-string",
    sinks=(
        Sink((".format", ".format_map"), "format", (9,), kinds=REMOTE | {"input"}, receiver=True, only=has_arguments),
    ),
)
