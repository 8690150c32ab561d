"""Where foreign data enters: request objects, terminal, arguments, environment, files, sockets.

A source is recognised by its full name (`sys.argv`) or by what it is an attribute of (anything that the
caller sends with a request, whatever the framework calls it).
"""

import ast
import re

from domainlab.review.syntax import Module

REQUESTS = ("request", "flask.request", "bottle.request", "quart.request", "self.request", "cherrypy.request",
            "web.request", "sanic.request", "flask.globals.request")  # fmt: skip
REQUEST_OWN = frozenset(
    "method user session is_secure app endpoint blueprint is_ajax is_json scheme auth accepted_renderer version "
    "resolver_match urlconf csrf_processing_done url_rule is_authenticated registry db config max_content_length "
    "environ.get loop transport cfg settings conf theme formatter context script_root task protocol state".split()
)
REQUEST_TYPES = ("HttpRequest", "Request", "WSGIRequest", "HTTPServerRequest", "HTTPConnection", "WebSocket")

NAMES = {
    "sys.argv": "argv",
    "os.environ": "env",
    "os.environb": "env",
    "sys.stdin": "input",
    "flask.session": "session",
    "self.path": "request",  # http.server
    "self.headers": "request",
    "self.rfile": "request",
}
CALLS = {
    "input": "input",
    "raw_input": "input",
    "getpass.getpass": "secret",
    "os.getenv": "env",
    "argparse.ArgumentParser().parse_args": "argv",
    "argparse.ArgumentParser().parse_known_args": "argv",
    "optparse.OptionParser().parse_args": "argv",
    "click.prompt": "input",
    "cgi.FieldStorage": "request",
    "open().read": "file",
    "open().readline": "file",
    "open().readlines": "file",
    "self.get_argument": "request",
    "self.get_arguments": "request",
    "self.get_query_argument": "request",
    "self.get_body_argument": "request",
    "self.get_cookie": "request",
    "web.input": "request",
    "streamlit.text_input": "request",
    "gradio.Textbox": "request",
    "hmac.new().hexdigest": "mac",
    "hmac.new().digest": "mac",
    "hmac.digest": "mac",
    "hmac.HMAC().hexdigest": "mac",
    "traceback.format_exc": "exception",
    "traceback.format_exception": "exception",
    "traceback.format_tb": "exception",
    "traceback.format_stack": "exception",
    "sys.exc_info": "exception",
    "traceback.print_exc": "exception",
    "platform.platform": "system",
    "platform.uname": "system",
    "random.random": "random",
    "random.randint": "random",
    "random.randrange": "random",
    "random.choice": "random",
    "random.choices": "random",
    "random.sample": "random",
    "random.getrandbits": "random",
    "random.uniform": "random",
    "random.randbytes": "random",
    "random.shuffle": "random",
    "numpy.random.randint": "random",
    "numpy.random.rand": "random",
    "numpy.random.bytes": "random",
    "numpy.random.choice": "random",
    "uuid.uuid1": "predictable",
    "time.time": "predictable",
    "time.time_ns": "predictable",
    "datetime.datetime.now": "predictable",
    "datetime.datetime.utcnow": "predictable",
    "os.getpid": "predictable",
    "random.Random().random": "random",
    "random.Random().randint": "random",
    "random.Random().choice": "random",
    "random.Random().choices": "random",
    "random.Random().getrandbits": "random",
}
ENDINGS = {
    ".recv": "network",
    ".recvfrom": "network",
    ".receive_text": "request",
    ".receive_json": "request",
    ".basic_get": "message",
    ".get_body_argument": "request",
    ".fetchone": "database",
    ".fetchall": "database",
    ".fetchmany": "database",
}
ROUTES = frozenset(
    "route get post put delete patch head options websocket api_view view_config expose app_route api_route "
    "errorhandler view".split()
)
VIEW_METHODS = frozenset("get post put delete patch head options dispatch on_get on_post on_put on_delete".split())
VIEW_BASES = ("View", "Resource", "Handler", "ViewSet", "Endpoint", "Controller", "APIView", "Servlet")
CLEAN_TYPES = frozenset(
    "int float bool complex UUID date datetime time timedelta Decimal Session AsyncSession Engine Connection "
    "Path bytes_io Logger Callable".split()
) - {"Path"}


def source_of_name(name: str) -> str:
    """The kind of source that a dotted name is; "" if it is none."""
    if kind := NAMES.get(name):
        return kind
    base, _, attribute = name.rpartition(".")
    if base in REQUESTS and attribute not in REQUEST_OWN:
        return "request"
    return ""


def source_of_call(name: str) -> str:
    """The kind of source that a call of this name is; "" if it is none."""
    if kind := CALLS.get(name):
        return kind
    return next((kind for ending, kind in ENDINGS.items() if name.endswith(ending)), "")


# What strangers sent, by the name that programmers give it.
SENT = frozenset(
    "environ upload uploaded form form_data query_params query_string post_data payload user_input "
    "userinput untrusted".split()
)
HANDLERS = frozenset("handle handler lambda_handler handle_request handle_message on_message".split())
SENT_TO_HANDLERS = frozenset("event message body data headers query params args fields".split())


USERS = re.compile(r"^(user|client|raw|untrusted|external)_?(input|data|supplied\w*|provided\w*|url|path|file_?name|"
                   r"command|cmd|query|expr\w*|code|template|html|content|text|regex|pattern|xml|json)$")  # fmt: skip


def is_request(parameter: ast.arg, module: Module) -> bool:
    """Whether a parameter is the request of a web framework, by name or type."""
    kind = module.dotted(parameter.annotation).rpartition(".")[2] if parameter.annotation else ""
    return parameter.arg in ("request", "req", "_request") or kind in REQUEST_TYPES


def is_handler(function: ast.FunctionDef, owner: ast.ClassDef | None, module: Module) -> bool:
    """Whether a web framework calls the function, so that a stranger fills its parameters."""
    if owner is not None and function.name in VIEW_METHODS | {"do_GET", "do_POST", "do_PUT", "do_DELETE"}:
        return any(module.dotted(base).endswith(VIEW_BASES) for base in owner.bases)
    for decorator in function.decorator_list:
        name = module.dotted(decorator).removesuffix("()")
        if name.rpartition(".")[2] in ROUTES and name.partition(".")[0] not in ("functools", "click", "pytest"):
            return True
    parameters = function.args.posonlyargs + function.args.args
    first = next((one for one in parameters if one.arg not in ("self", "cls")), None)
    return first is not None and is_request(first, module) and (module.web or function.name == "lambda_handler")


def parameter_kind(parameter: ast.arg, function: ast.FunctionDef, handler: bool) -> str:
    """The kind of source that a parameter is; "" where its type or its default says that it does no harm."""
    note = parameter.annotation
    if note is not None:
        kind = ast.unparse(note).partition("[")[0].partition("|")[0].strip().rpartition(".")[2]
        if kind in CLEAN_TYPES:
            return ""
    default = default_of(parameter, function)
    if isinstance(default, ast.Call) and ast.unparse(default.func).rpartition(".")[2] in ("Depends", "Security"):
        return ""
    if isinstance(default, ast.Constant) and isinstance(default.value, int | float):
        return ""
    handed = function.name in HANDLERS and parameter.arg in SENT_TO_HANDLERS
    if handed or parameter.arg in SENT or USERS.match(parameter.arg):
        return "request"
    return "request" if handler else "parameter"


def default_of(parameter: ast.arg, function: ast.FunctionDef) -> ast.AST | None:
    """The default of a parameter; None where it has none."""
    spec = function.args
    positional = spec.posonlyargs + spec.args
    pairs = list(zip(reversed(positional), reversed(spec.defaults), strict=False))
    pairs += list(zip(spec.kwonlyargs, spec.kw_defaults, strict=True))
    return next((default for one, default in pairs if one is parameter), None)
