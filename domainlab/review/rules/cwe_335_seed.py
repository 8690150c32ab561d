"""CWE-335: a generator is given a seed that everybody can guess, and then makes secrets."""

from collections.abc import Iterable

from domainlab.review.rule import Call, Hit, Rule
from domainlab.review.syntax import Module
from domainlab.review.vocabulary import is_unguessable

SEEDERS = ("random.seed", "random.Random", "numpy.random.seed", "Crypto.Random.random.seed")


def check(call: Call) -> Hit | None:
    """Seeding in a function or file that is about secrets."""
    if call.name not in SEEDERS or not call.args:
        return None
    value = call.args[0]
    taint = value.reaching("guess", {"predictable"})
    if not (taint or value.known or value.name in ("int()", "datetime.datetime.now().timestamp()")):
        return None
    function = call.scope.function
    names = [function.name] if function else []
    if any(is_unguessable(name) for name in names) or any(_secret_names(call.scope.module, function)):
        return Hit(call.node, "The seed, and with it every secret that follows, can be guessed", "high", taint)
    return None


def _secret_names(module: Module, function) -> Iterable[bool]:
    lines = module.lines_of(function)
    for line in lines:
        left, equals, _ = line.partition("=")
        yield bool(equals) and is_unguessable(left.strip().rpartition(".")[2])


RULE = Rule(cwe=335, name="guessable-seed", also=(330, 337, 336, 339), on_call=check)
