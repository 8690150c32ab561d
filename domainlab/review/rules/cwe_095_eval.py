"""CWE-95: a stranger's text is evaluated as an expression."""

from domainlab.review.rule import LOCAL, REMOTE, Call, Rule, Sink

EVAL = ("eval", "builtins.eval", "pandas.eval", "numexpr.evaluate", ".eval", "sympy.sympify", "sympy.parse_expr")
KINDS = REMOTE | LOCAL | {"parameter"}


def is_python(call: Call) -> bool:
    """Whether it is Python that is evaluated; a model's `eval()` without arguments is no evaluation."""
    return bool(call.args) and (
        call.name != ".eval" or "pandas" in call.receiver.name or "DataFrame" in call.receiver.name
    )


RULE = Rule(
    cwe=95,
    name="eval-injection",
    also=(94,),
    sinks=(Sink(EVAL, "code", kinds=KINDS, weak=KINDS | {"unknown"}, only=is_python),),
)
