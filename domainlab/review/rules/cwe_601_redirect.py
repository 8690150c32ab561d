"""CWE-601: a stranger chooses where the answer sends the browser."""

from domainlab.review.rule import REMOTE, Assignment, Call, Hit, Rule
from domainlab.review.vocabulary import fixed_head, fixes_host

REDIRECTS = (
    "flask.redirect", "redirect", "django.shortcuts.redirect", "django.http.HttpResponseRedirect", "bottle.redirect",
    "django.http.HttpResponsePermanentRedirect", "HttpResponseRedirect", "fastapi.responses.RedirectResponse",
    "starlette.responses.RedirectResponse", "aiohttp.web.HTTPFound", "aiohttp.web.HTTPSeeOther", "self.redirect",
    "werkzeug.utils.redirect", "quart.redirect", "sanic.response.redirect", "pyramid.httpexceptions.HTTPFound",
    "cherrypy.HTTPRedirect", "aiohttp.web.HTTPTemporaryRedirect",
)  # fmt: skip


def check(call: Call) -> Hit | None:
    """A redirect to a foreign address, or to one whose server the program does not name itself."""
    if call.last == "start_response" and len(call.args) > 1:
        pairs = [(pair.item("0"), pair.item("1")) for _, pair in call.args[1].items]
        places = [
            value for name, value in pairs if name is not None and value is not None and name.text.lower() == "location"
        ]
        open_ends = [value for value in places if not fixes_host(value) and not fixed_head(value).startswith("/")]
        taints = [taint for value in open_ends if (taint := value.reaching("redirect", REMOTE))]
        return Hit(call.node, source=taints[0], confidence="high") if taints else None
    if call.last == "send_header" and len(call.args) > 1 and call.args[0].text.lower() == "location":
        taint = call.args[1].reaching("redirect", REMOTE)
        plain = len(fixed_head(call.args[1])) > 1 or fixes_host(call.args[1])
        return Hit(call.node, source=taint, confidence="high") if taint and not plain else None
    if call.name not in REDIRECTS:
        return None
    value = call.argument(0, "location", "url", "to", "redirect_to")
    taint = value.reaching("redirect", REMOTE) if value else None
    if taint is None or fixes_host(value) or (len(fixed_head(value)) > 1 and fixed_head(value)[0] in "/?#"):
        return None
    return Hit(call.node, source=taint, confidence="low" if fixed_head(value) == "/" else "high")


def assigned(event: Assignment) -> Hit | None:
    """`response.headers["Location"] = address`."""
    if event.last.lower() != "location" or "[" not in event.target:
        return None
    taint = event.value.reaching("redirect", REMOTE)
    return Hit(event.node, source=taint, confidence="high") if taint and not fixes_host(event.value) else None


RULE = Rule(cwe=601, name="open-redirect", on_call=check, on_assignment=assigned)
