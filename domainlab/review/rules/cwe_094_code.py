"""CWE-94: a stranger's text is compiled and executed."""

from domainlab.review.rule import LOCAL, REMOTE, Call, Hit, Rule, Sink, confidence_of

CODE = ("exec", "execfile", "compile", "code.interact", "code.InteractiveInterpreter().runsource", "runpy.run_path",
        "builtins.exec", "timeit.timeit", "cProfile.run", "types.CodeType",
        "code.InteractiveConsole().push")  # fmt: skip
KINDS = REMOTE | LOCAL | {"parameter"}


def check(call: Call) -> Hit | None:
    """Python code that is written to a file which will be imported or run."""
    if call.last == "write" and ".py" in call.receiver.parts and call.receiver.name == "open()" and call.args:
        taint = call.args[0].reaching("code", REMOTE | {"input"})
        return Hit(call.node, "A stranger's text is written into code", confidence_of(taint), taint) if taint else None
    command = call.argument(0, "args")
    if command is not None and command.listed and call.name.startswith(("subprocess.", "asyncio.", "os.")):
        first, second, program = (command.item(str(place)) for place in range(3))
        if program and second and second.text == "-c" and (first.name == "sys.executable" or "python" in first.text):
            taint = program.reaching("code", KINDS | ({"unknown"} if program.built else set()))
            return Hit(call.node, source=taint, confidence=confidence_of(taint)) if taint else None
    return None


RULE = Rule(
    cwe=94,
    name="code-injection",
    also=(95, 96),
    sinks=(Sink(CODE, "code", kinds=KINDS, weak=KINDS | {"unknown"}),),
    on_call=check,
)
