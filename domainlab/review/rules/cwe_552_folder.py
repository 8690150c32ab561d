"""CWE-552: a folder is served that holds more than was meant."""

from domainlab.review.rule import Call, Hit, Rule

WIDE = ("/", ".", "./", "..", "../", "/etc", "/home", "/root", "/var")


def check(call: Call) -> Hit | None:
    """A whole disk or the program's own folder as static files."""
    folder = None
    if call.last in ("Flask", "Quart"):
        folder = call.const(99, "static_folder")
    elif call.last in ("StaticFiles", "send_from_directory"):
        folder = call.const(0, "directory")
    elif call.last in ("static", "add_static"):
        folder = call.const(1, "path")
    elif call.name == "http.server.SimpleHTTPRequestHandler":
        folder = call.const(99, "directory")
    if folder in WIDE:
        return Hit(call.node, f"The folder {folder!r} holds more than static files", "high")
    return None


RULE = Rule(cwe=552, name="folder-served", also=(548, 538, 200), on_call=check)
