"""CWE-209: the answer to a stranger contains the text or the trace of an error."""

from domainlab.review.rule import Call, Hit, Returned, Rule

ANSWERS = frozenset(
    "HttpResponse JsonResponse jsonify make_response Response HTMLResponse JSONResponse PlainTextResponse abort "
    "HTTPException send_error json_response HttpResponseServerError HttpResponseBadRequest HTTPInternalServerError "
    "HTTPBadRequest render_template HTTPError".split()
)
WRITERS = ("self.write", "self.wfile.write", "self.response.write", "self.finish", "self.response.out.write",
           "self.send_error")  # fmt: skip
KIND = frozenset({"exception"})


def check(call: Call) -> Hit | None:
    """An answer is made with the error in it."""
    if call.last not in ANSWERS and call.name not in WRITERS:
        return None
    module = call.scope.module
    if call.name not in WRITERS and not module.web:
        return None
    for value in [*call.args, *call.keywords.values()]:
        taint = value.reaching("exposure", KIND)
        if taint:
            return Hit(call.node, source=taint, confidence="high")
    return None


def returned(event: Returned) -> Hit | None:
    """A handler returns the error."""
    answers = event.scope.handler or _is_wsgi(event) or _is_api(event)
    taint = event.value.reaching("exposure", KIND) if answers else None
    return Hit(event.node, source=taint, confidence="high") if taint else None


def _is_api(event: Returned) -> bool:
    """Whether the class around says that it answers strangers, and the value is made for sending."""
    owner = event.scope.owner.name if event.scope.owner else ""
    return owner.endswith(("Api", "API", "Handler", "Endpoint", "Resource", "Controller", "View")) and (
        event.value.name in ("dict", "tuple", "json.dumps()", "str")
    )


def _is_wsgi(event: Returned) -> bool:
    function = event.scope.function
    names = [one.arg for one in function.args.args] if function else []
    return "start_response" in names or any(
        "errorhandler" in event.scope.module.text(one) or "exception_handler" in event.scope.module.text(one)
        for one in (function.decorator_list if function else [])
    )


RULE = Rule(cwe=209, name="error-message-exposure", also=(200, 497, 211), on_call=check, on_return=returned)
