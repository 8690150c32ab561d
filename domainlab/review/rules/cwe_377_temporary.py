"""CWE-377: a temporary file whose name others know beforehand."""

from domainlab.review.rule import Call, Hit, Rule
from domainlab.review.vocabulary import fixed_head

NAMES = ("tempfile.mktemp", "os.tempnam", "os.tmpnam", "tempfile.template")
FOLDERS = ("/tmp/", "/var/tmp/", "/dev/shm/", "/tmp\0", "C:\\Temp", "C:\\Windows\\Temp")
OPENERS = ("open", "io.open", "codecs.open", "os.open", "sqlite3.connect", "zipfile.ZipFile", "logging.FileHandler")
MAKERS = ("os.mkdir", "os.makedirs", "shutil.copy", "shutil.copyfile", ".extractall", ".write_text",
".write_bytes", ".mkdir",
          "shutil.unpack_archive", ".save", ".savefig", ".to_csv", ".touch")  # fmt: skip


def check(call: Call) -> Hit | None:
    """A name without a file, or a fixed name in a folder where everybody writes."""
    if call.name in NAMES:
        return Hit(call.node, f"{call.last} gives a name that somebody else can take first", "high")
    if call.name in OPENERS:
        mode = call.argument(1, "mode")
        writes = call.name not in ("open", "io.open", "codecs.open") or (
            mode is not None and set("wax+") & set(mode.text)
        )
        if (mode is not None and "x" in mode.text) or (
            call.name == "os.open" and mode is not None and _exclusive(call)
        ):
            return None
        return _fixed(call, call.args[:1]) if writes else None
    if any(call.name == one or (one[0] == "." and call.name.endswith(one)) for one in MAKERS):
        return _fixed(call, [*call.args[:2], call.receiver, *call.keywords.values()])
    return None


def _fixed(call: Call, values) -> Hit | None:
    for value in values:
        text = value.text if value.known else value.head
        if isinstance(text, str) and (
            text.startswith(FOLDERS) or value.parts.startswith(FOLDERS) or fixed_head(value) == "/tmp"
        ):
            return Hit(call.node, "A name in a folder where everybody may write", "medium")
    return None


def _exclusive(call: Call) -> bool:
    return "O_EXCL" in call.scope.module.lines[call.node.lineno - 1]


RULE = Rule(cwe=377, name="insecure-temporary-file", also=(379, 378, 59), on_call=check)
