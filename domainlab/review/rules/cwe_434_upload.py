"""CWE-434: files of any kind are stored where they may be opened or run."""

import ast
import re

from domainlab.review.rule import REMOTE, Call, Hit, Rule

LOOKS = re.compile(r"(?i)(allowed|extension|suffix|splitext|endswith|\bext\b|ending|imghdr|magic|filetype|rsplit|kind)")
VALIDATORS = re.compile(
    r"(?i)(FileExtensionValidator|FileAllowed|allowed_file|validate_\w*(file|image|upload)|Image\.open|imghdr)"
)
FILES = ("open", "aiofiles.open", "io.open")


def check(call: Call) -> Hit | None:
    """An upload is saved under its own name, in a file in which nobody looks at its kind."""
    if call.last == "FileField":
        return field(call)
    place = call.last in ("save", "write_bytes", "copyfileobj") or call.name in FILES
    return _stored(call) if place and call.args and not _looked(call) else None


def field(call: Call) -> Hit | None:
    """A form or model takes files of every kind."""
    named = call.name in ("django.forms.FileField", "django.db.models.FileField", "forms.FileField", "models.FileField")
    if named and "validators" not in call.keywords and not any(VALIDATORS.search(line) for line in _around(call)):
        cleaned = any("def clean" in line for line in call.scope.module.lines)
        return None if cleaned else Hit(call.node, "The field takes files of every kind")
    return None


def _stored(call: Call) -> Hit | None:
    uploads = "FILES" in call.receiver.name or any("files" in one.text.lower() for one in call.receiver.taints)
    if call.last == "save" and (uploads or "file" in call.receiver.name.lower()):
        name = next((value for value in call.args if "request" in value.kinds("*x")), None)
        return Hit(call.node, "The upload keeps its name, whatever kind of file it is", "high") if name else None
    mode = call.argument(1, "mode")
    if (call.name in FILES and mode is not None and "w" in mode.text) or call.name.endswith(
        (".write_bytes", "shutil.copyfileobj")
    ):
        place = call.receiver if call.last == "write_bytes" else call.args[0]
        if (
            any("filename" in line or ".name" in line for line in _around(call))
            and place.kinds("*x") & (REMOTE | {"parameter"})
            and any(
                word in "\n".join(_around(call))
                for word in ("UploadFile", "FILES", "files[", "files.get", "content_type")
            )
        ):
            return Hit(call.node, "The upload keeps its name, whatever kind of file it is")
    return None


def _looked(call: Call) -> bool:
    """Whether a condition of the function is about the kind of file."""
    around = call.scope.function or call.scope.module.tree
    tests = [ast.unparse(node.test) for node in ast.walk(around) if isinstance(node, ast.If | ast.IfExp)]
    return any(LOOKS.search(test) for test in tests) or any(VALIDATORS.search(line) for line in _around(call))


def _around(call: Call) -> tuple[str, ...]:
    function, module = call.scope.function, call.scope.module
    return module.lines_of(function)


RULE = Rule(cwe=434, name="unrestricted-upload", also=(646, 351), on_call=check)
