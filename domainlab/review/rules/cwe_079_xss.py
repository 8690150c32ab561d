"""CWE-79: a stranger's text becomes part of a page without being escaped."""

import re

from domainlab.review.rule import REMOTE, Assignment, Call, Hit, Returned, Rule, Scope, Sink, confidence_of
from domainlab.review.values import Value
from domainlab.review.vocabulary import MARKUP, has_markup

MARKDOWN = re.compile(r"^(markdown|markdown2|mistune|commonmark|cmarkgfm)(\.(markdown|html|commonmark|\w+_to_html))?$")
CLEANS = re.compile(r"(?i)(bleach|nh3|sanit|clean|strip_tags|escape\(|escape=True|SafeHtml)")
LINK = re.compile(r"(?i)(^|_)(link|href|url|next|back|return_?to|dest(ination)?|continue|redirect(_to|_url)?)$")

PAGES = (
    "django.http.HttpResponse", "django.http.response.HttpResponse", "HttpResponse", "flask.make_response",
    "fastapi.responses.HTMLResponse", "starlette.responses.HTMLResponse", "flask.Response", "Response",
    "django.http.HttpResponseBadRequest", "django.http.HttpResponseNotFound", "django.http.HttpResponseForbidden",
    "werkzeug.wrappers.Response", "werkzeug.Response", "sanic.response.html", "HttpResponseBadRequest",
    "django.http.HttpResponseServerError", "pyramid.response.Response",
)  # fmt: skip
TRUSTED = (
    "markupsafe.Markup", "flask.Markup", "django.utils.safestring.mark_safe", "django.utils.safestring.SafeString",
    "jinja2.Markup", "jinja2.utils.markupsafe.Markup", "mark_safe", "Markup",
)  # fmt: skip
WRITERS = (
    "self.write",
    "self.response.write",
    "self.response.out.write",
    "self.wfile.write",
    "request.write",
    ".out.write",
)
WEAK = frozenset({"parameter", "unknown", "database", "file", "env", "argv"})
OTHER_TYPES = ("json", "text/plain", "text/csv", "octet-stream", "image/", "pdf", "xml;")


def is_page(call: Call) -> bool:
    """Whether a response is HTML, which most frameworks assume unless told otherwise."""
    kind = call.argument(1, "content_type", "mimetype", "media_type")
    return kind is None or not any(word in kind.text for word in OTHER_TYPES)


def is_sent_as_page(call: Call) -> bool:
    """Whether a handler's writes are not declared to be something else."""
    function = call.scope.function
    lines = call.scope.module.lines[function.lineno - 1 : function.end_lineno] if function else ()
    return not any(word in line for line in lines for word in OTHER_TYPES)


def returned(event: Returned) -> Hit | None:
    """A handler returns a stranger's text, or a function returns markup with text that nobody escaped."""
    scope, value = event.scope, event.value
    first = value.item("0") if value.name == "tuple" and value.listed else None
    value = first or value
    if _is_data(value):
        return None
    if scope.handler and not scope.module.imports("fastapi", "rest_framework", "flask_restful"):
        taint = value.reaching("html", REMOTE)
        if taint and not _is_object(value):
            return Hit(event.node, source=taint, confidence="high")
    if value.built and has_markup(value) and "xml" not in value.text[:20]:
        taint = value.reaching("html", REMOTE | WEAK)
        if taint:
            confidence = "medium" if taint.kind in REMOTE | {"parameter", "database"} else "low"
            return Hit(event.node, source=taint, confidence=confidence)
    return None


def _is_data(value: Value) -> bool:
    return value.name in ("dict", "flask.jsonify()", "list", "bool") or value.name.endswith(
        ("jsonify()", "json.dumps()", ".json()", "JsonResponse()", "render_template()", "render()", "redirect()",
        "send_file()", "JSONResponse()",
         "send_from_directory()", "json_response()", "HttpResponseRedirect()", "render_template_string()", "Response()",
         "HttpResponse()", "make_response()", "FileResponse()", "url_for()")
    )  # fmt: skip


def _is_object(value: Value) -> bool:
    """Whether the value is something other than text, as far as its name tells."""
    return (
        value.name.endswith(("()", "[]"))
        and not value.built
        and not value.name.startswith(("request", "flask.request"))
    )


def from_markdown(call: Call) -> Hit | None:
    """Markdown passes HTML through, scripts included, and nothing in the function cleans what comes out."""
    if not MARKDOWN.search(call.name) or not call.args or "safe_mode" in call.keywords:
        return None
    text = "\n".join(call.scope.module.lines_of(call.scope.function))
    taint = call.args[0].reaching("html", REMOTE | {"parameter", "database", "unknown"})
    if taint is None or CLEANS.search(text):
        return None
    return Hit(call.node, "HTML inside of the Markdown is kept", "medium", taint)


def linked(event: Assignment) -> Hit | None:
    """A page gets an address from a stranger as a link, which may begin with javascript:."""
    if not LINK.search(event.last) or not re.search(r"(\[|^dict)", event.target):
        return None
    function = event.scope.function
    shows = function and ("context" in function.name or any("render" in line for line in _lines(event.scope)))
    taint = event.value.reaching("redirect", REMOTE) if shows else None
    return Hit(event.node, "A link of the page leads where a stranger says", "medium", taint) if taint else None


def _lines(scope: Scope) -> tuple[str, ...]:
    return scope.module.lines_of(scope.function)


def _template_text(call: Call) -> Hit | None:
    """A template for a page that is made without an environment escapes nothing."""
    if call.name != "jinja2.Template" or call.const(99, "autoescape") or not call.args:
        return None
    text = call.args[0].text
    if call.args[0].known and MARKUP.search(text) and re.search(r"\{\{(?![^}]*\|\s*e(scape)?\b)", text):
        return Hit(call.node, "The template does not escape what it shows (autoescape is off)")
    return None


def check(call: Call) -> Hit | None:
    """Templates without escaping, Markdown, and responses of aiohttp."""
    if found := from_markdown(call) or _template_text(call):
        return found
    named = call.name == "Environment" and "loader" in call.keywords
    if (
        named or call.name in ("jinja2.Environment", "jinja2.sandbox.SandboxedEnvironment")
    ) and "**" not in call.keywords:
        escape = call.keywords.get("autoescape")
        if escape is None or (escape.known and not escape.const):
            return Hit(call.node, "Templates do not escape what they show (autoescape is off)")
    if call.name == "aiohttp.web.Response":
        value = call.argument(0, "text", "body")
        kind = call.argument(9, "content_type")
        if value is not None and kind is not None and "html" in kind.text:
            taint = value.reaching("html", REMOTE)
            return Hit(call.node, source=taint, confidence=confidence_of(taint)) if taint else None
    return None


RULE = Rule(
    cwe=79,
    name="cross-site-scripting",
    also=(80, 116),
    sinks=(
        Sink(PAGES, "html", (0,), ("content", "response"), kinds=REMOTE, weak=frozenset({"parameter"}), only=is_page),
        Sink(TRUSTED, "html", kinds=REMOTE | {"parameter", "database"}, weak=WEAK),
        Sink(WRITERS, "html", kinds=REMOTE, weak=frozenset({"parameter"}), only=is_sent_as_page),
    ),
    on_call=check,
    on_assignment=linked,
    on_return=returned,
)
