"""CWE-409: a small file that becomes a huge one when it is unpacked."""

import re

from domainlab.review.rule import REMOTE, Call, Hit, Rule

WHOLE = (
    "zlib.decompress",
    "gzip.decompress",
    "bz2.decompress",
    "lzma.decompress",
    "brotli.decompress",
    "zstandard.decompress",
)
OPEN = re.compile(r"^(gzip|bz2|lzma)\.(open|GzipFile|BZ2File|LZMAFile)\(\)\.read$|^zipfile\.ZipFile\(\)\.(read|"
                  r"extractall)$|"
                  r"^zlib\.decompressobj\(\)\.decompress$|^zipfile\.ZipFile\(\)\.open\(\)\.read$|^(bz2\.BZ2|"
                  r"lzma\.LZMA)Decompressor\(\)\.decompress$")  # fmt: skip
LOOKS = re.compile(r"(?i)(file_size|max_length|limit|max_|most|_size\b|too (big|large)|decompressobj|LIMIT)")


def check(call: Call) -> Hit | None:
    """Foreign data is unpacked whole, in a function that asks for no size."""
    whole = call.name in WHOLE
    limited = call.last in ("read", "decompress") and len(call.args) > (
        call.last == "decompress" or "ZipFile().read" in call.name
    )
    if not whole and (limited or not OPEN.match(call.name)):
        return None
    if call.last == "decompress" and "max_length" in call.keywords:
        return None
    function, module = call.scope.function, call.scope.module
    lines = module.lines_of(function)
    if any(LOOKS.search(line) for line in lines):
        return None
    values = [*call.args[:1], call.receiver] if call.last != "extractall" else [call.receiver]
    for value in values:
        taint = value.reaching("alloc", REMOTE | {"parameter", "file"})
        if taint:
            return Hit(
                call.node,
                source=taint,
                confidence="high" if taint.kind in REMOTE else "low" if "ZipFile()" in call.name else "medium",
            )
    return None


RULE = Rule(cwe=409, name="decompression-bomb", also=(400,), on_call=check)
