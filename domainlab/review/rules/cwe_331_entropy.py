"""CWE-331: a secret that is random, and too short."""

from domainlab.review.rule import Assignment, Call, Hit, Rule
from domainlab.review.vocabulary import is_unguessable

LEAST = 8  # bytes; below that all values can be tried
MAKERS = (
    "secrets.token_hex",
    "secrets.token_bytes",
    "secrets.token_urlsafe",
    "os.urandom",
    "Crypto.Random.get_random_bytes",
)


def check(call: Call) -> Hit | None:
    """A maker of secrets is asked for a few bytes."""
    size = call.const(0, "nbytes", "size", "N") if call.name in MAKERS else None
    if isinstance(size, int) and not isinstance(size, bool) and 0 < size < LEAST:
        return Hit(call.node, f"{size} bytes can all be tried")
    return None


def assigned(event: Assignment) -> Hit | None:
    """A token of a few digits from a good generator is still guessed."""
    name = event.value.name
    if (
        name in ("secrets.randbelow()", "random.SystemRandom().randint()")
        and is_unguessable(event.last)
        and "token" in event.last
    ):
        return Hit(event.node, "A number is too short for a token", "low")
    return None


RULE = Rule(cwe=331, name="too-little-entropy", also=(330, 334), on_call=check, on_assignment=assigned)
