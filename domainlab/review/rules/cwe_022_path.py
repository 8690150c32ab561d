"""CWE-22: a stranger's text becomes part of a path, so that `../` leaves the folder that was meant."""

import re

from domainlab.review.rule import LOCAL, REMOTE, Call, Hit, Rule, Sink, confidence_of

FILES = (
    "open", "io.open", "codecs.open", "os.open", "os.remove", "os.unlink", "os.rmdir", "os.removedirs", "os.mkdir",
    "os.makedirs", "os.listdir", "os.scandir", "os.rename", "os.replace", "os.chmod", "os.stat", "os.readlink",
    "os.symlink", "os.walk", "shutil.rmtree", "shutil.copy", "shutil.copyfile", "shutil.copy2", "shutil.move",
    "shutil.copytree", "aiofiles.open", "flask.send_file", "flask.helpers.send_file", "send_file", "tarfile.open",
    "zipfile.ZipFile", "django.http.FileResponse", "fastapi.responses.FileResponse", "linecache.getlines",
    "starlette.responses.FileResponse", "aiohttp.web.FileResponse", "PIL.Image.open", "numpy.load", "codecs.open",
    ".get_contents_to_filename", "quart.send_file", "sqlite3.connect", "os.path.getsize", "logging.FileHandler",
    "shutil.unpack_archive", "shutil.make_archive", "pandas.read_csv", "gzip.open", "fileinput.input",
    "glob.glob", "glob.iglob",
)  # fmt: skip
FOLDERS = ("flask.send_from_directory", "send_from_directory", "flask.helpers.send_from_directory")
METHODS = (
    ".read_text", ".read_bytes", ".write_text", ".write_bytes", ".unlink", ".open", ".rmdir", ".iterdir", ".mkdir",
    ".touch", ".rename",
)  # fmt: skip
# What takes a path apart, asks about it, or shows it does no harm with it.
LOOKS_ONLY = re.compile(
    r"(?i)(^|\.)(os\.path\.\w+|pathlib\.\w+|str|repr|len|print|format|join|append|add|insert|extend|debug|info|warning|"
    r"error|exception|log|exists|isfile|isdir|echo|is_\w+|\w*(check|valid|safe|sanit|clean|normal|resolve)\w*|"
    r"(glob\.)?i?glob|startswith|endswith|replace|split|strip|encode|lower|\w*(Error|Exception)|sorted|set|list|tuple|"
    r"isinstance|relpath|Path|getLogger|connect|run|call|check_call|check_output|popen|system)$"
)
JOINED = re.compile(r"os\.path\.join\(\)(\.\w*strip\(\)|\.encode\(\))*$")
STRONG = REMOTE | {"input"}
BUILT = LOCAL | {"parameter"}


def names_file(call: Call) -> bool:
    """Whether a call gets the name of a file; an upload that is passed on whole is its content."""
    return not call.args or not call.args[0].name.endswith(
        ("files[]", "FILES[]", "files.get()", "FILES.get()", ".stream", ".read()", ".file")
    )


def is_path(call: Call) -> bool:
    """Whether a method belongs to a pathlib path."""
    return "pathlib" in call.receiver.name


def is_written_upload(call: Call) -> bool:
    """Whether `.save(path)` writes to a path that was put together."""
    return bool(call.args) and call.args[0].built


def archive(call: Call) -> Hit | None:
    """Archive members are names too: `extractall` without a filter follows `../` inside the archive."""
    if call.last not in ("extractall", "extract", "unpack_archive") or "filter" in call.keywords:
        return None
    if "zipfile" in call.receiver.name or not ("tarfile" in call.receiver.name or call.name == "shutil.unpack_archive"):
        return None
    members = call.argument(1, "members")
    if (members is not None and call.last == "extractall") or _looks_at_members(call):
        return None
    return Hit(call.node, "Archive members are written wherever their names point")


def upload_name(call: Call) -> Hit | None:
    """The root folder of a static file is chosen by a stranger, or a plain path is served."""
    if call.last != "static_file" or not call.args:
        return None
    root = call.argument(1, "root")
    taint = root.reaching("path", STRONG | BUILT) if root else None
    return Hit(call.node, source=taint, confidence=confidence_of(taint)) if taint else None


def handed_on(call: Call) -> Hit | None:
    """A path that ends in a caller's text is handed to a program, a store or a function of another file unchecked."""
    shown = LOOKS_ONLY.search(call.name) or (call.last == "write" and len(call.args) == 1)
    if shown or call.name in FILES or not call.name:
        return None
    for value in call.args:
        inner = [value, *(item for _, item in value.items)] if value.listed else [value]
        for one in inner:
            taint = one.reaching("path", STRONG | {"parameter"}) if JOINED.match(one.name) and one.built else None
            if taint is not None:
                return Hit(call.node, source=taint, confidence="medium")
    return None


def _looks_at_members(call: Call) -> bool:
    around = call.scope.function or call.scope.module.tree
    text = " ".join(call.scope.module.lines[around.lineno - 1 : around.end_lineno]) if call.scope.function else ""
    return any(word in text for word in ("commonpath", "commonprefix", "is_relative_to", "startswith(", "relative_to"))


def check(call: Call) -> Hit | None:
    """Archives and static files."""
    return archive(call) or upload_name(call) or handed_on(call)


RULE = Rule(
    cwe=22,
    name="path-traversal",
    also=(23, 36, 73, 99, 641),
    sinks=(
        Sink(
            FILES,
            "path",
            (0, 1),
            ("file", "path", "filename", "path_or_file"),
            kinds=STRONG,
            weak=BUILT,
            only=names_file,
        ),
        Sink(FOLDERS, "path", (0,), ("directory",), kinds=STRONG),
        Sink(METHODS, "path", (9,), kinds=STRONG, weak=BUILT, receiver=True, only=is_path),
        Sink((".save",), "path", (0,), kinds=STRONG, weak=BUILT, only=is_written_upload),
    ),
    on_call=check,
)
