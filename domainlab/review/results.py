"""What a call of a function in another file gives: a source, something cleaned, or everything that went in."""

import ast
import posixpath
import re
import sys
from collections.abc import Iterator
from dataclasses import replace

from domainlab.review.containers import LONGEST_NAME
from domainlab.review.operations import chosen_folder
from domainlab.review.sanitizers import sanitized
from domainlab.review.sources import source_of_call
from domainlab.review.values import Value, combine, tainted

LOOKUPS = frozenset(
    "filter filter_by first one all one_or_none find find_one exclude get_or_404 first_or_404 query execute fetchone "
    "fetchall commit add delete save update close write send post index count exists search_s xpath "
    "find findall findtext".split()
)
CONNECTS = frozenset(
    "connect create_engine sessionmaker Connection cursor connection getconn get_connection get_db".split()
)
KEYED = frozenset("get getlist pop get_argument get_body_argument getvalue getenv getfirst".split())
# What another program or server answers is not what it was asked with.
ANSWERS = ("subprocess.", "requests.", "httpx.", "urllib.request.", "os.system", "os.popen")


# What was hidden by encoding comes back: quotes, tags, dots and slashes.
DECODES = re.compile(r"(^|\.)(b64decode|urlsafe_b64decode|unquote|unquote_plus|unescape|b32decode|unhexlify)$")


class Results:
    """Judge calls by their names; `Expressions` adds `scope`, `taint`, `secret`, `element`."""

    def is_foreign(self, name: str) -> bool:
        """Whether a function belongs to a library outside of Python's own, so that nobody knows what it gives."""
        root = name.partition(".")[0].partition("(")[0]
        return root in self.scope.module.roots and root not in sys.stdlib_module_names

    def result(self, node: ast.Call, name: str, receiver: Value, parts: Iterator[Value]) -> Value:
        """What a call of a function in another file gives: cleaned, a source, or everything that went in."""
        args = list(parts)
        last = name.rpartition(".")[2]
        if last in CONNECTS or name.startswith(ANSWERS):
            return Value(name=f"{name}()"[-LONGEST_NAME:])  # a connection does not carry what it was made with
        value = self.put_together(name, last, receiver, args)
        if last == "items" and receiver.name == "dict" and receiver.items:
            held = self.element(replace(receiver, name="list"))
            return Value(
                name="dict.items()", taints=held.taints, items=(("0", Value(name="str")), ("1", held)), listed=True
            )
        if name == "os.path.join" and args and all(part.known and isinstance(part.const, str) for part in args):
            return Value(name="str", const=posixpath.join(*(part.const for part in args)))
        if name == "tempfile.gettempdir":
            return Value(name="str", const="/tmp")
        if kind := source_of_call(name):
            return tainted(Value(name=value.name), [self.taint(kind, node)])
        if not value.taints and not value.known and self.is_foreign(name):
            value = tainted(value, [self.taint("unknown", node)])
        if DECODES.search(name):
            return replace(value, taints=frozenset(replace(one, safe_for=frozenset()) for one in value.taints))
        cleaned = sanitized(name, value, args)
        if cleaned is not None:
            return cleaned
        key = args[0].const if args and args[0].known and last in KEYED else ""
        return self.secret(key, value, node) if isinstance(key, str) else value

    def put_together(self, name: str, last: str, receiver: Value, args: list[Value]) -> Value:
        """Everything that goes into the result of a call; a lookup is not what it was looked up with."""
        table = receiver.name in ("dict", "os.environ") or receiver.name.endswith((".query", ".objects"))
        looks_up = (last in LOOKUPS and receiver.name) or (last == "get" and table)
        inputs = [receiver] if looks_up else [receiver, *args]
        built = (last == "format" and bool(receiver.text)) or (last == "join" and (receiver.known or len(args) > 1))
        built = built or last == "joinpath" or any(part.built for part in inputs)
        if last in ("join", "joinpath") and not receiver.known and len(inputs) > 1:
            first = 0 if last == "joinpath" else 1
            inputs[first] = chosen_folder(inputs[first])
        return combine(inputs, name=f"{name}()"[-LONGEST_NAME:], built=built)
