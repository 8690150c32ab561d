"""CWE-489: a debugger is left on, and with it a console for everybody."""

from domainlab.review.rule import Assignment, Call, Hit, Rule


def check(call: Call) -> Hit | None:
    """`app.run(debug=True)` and its relatives."""
    if call.last == "DebuggedApplication" and call.const(1, "evalex") is True:
        return Hit(call.node, "The debugger's console is on", "high")
    if call.last in ("run", "Flask", "FastAPI", "Starlette", "Sanic", "Application", "run_simple") and any(
        call.const(99, name) is True for name in ("debug", "use_debugger")
    ):
        return Hit(call.node, "The debugger is on", "high")
    return None


def assigned(event: Assignment) -> Hit | None:
    """`DEBUG = True` in settings, `app.debug = True`."""
    if event.value.known and event.value.const is True:
        web = event.target in ("DEBUG",) and event.scope.function is None and _is_settings(event)
        if (
            web
            or (event.last == "DEBUG" and "config[" in event.target)
            or (event.last == "debug" and "Flask()" in event.target)
        ):
            return Hit(event.node, "The debugger is on", "high")
    return None


def _is_settings(event: Assignment) -> bool:
    lines = event.scope.module.lines
    return event.scope.module.web or any(
        line.startswith(("INSTALLED_APPS", "MIDDLEWARE", "ALLOWED_HOSTS", "ROOT_URLCONF")) for line in lines
    )


RULE = Rule(cwe=489, name="debugger-on", also=(215, 94, 200, 11), on_call=check, on_assignment=assigned)
