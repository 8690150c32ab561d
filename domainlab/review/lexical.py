"""Search the text of a file that does not parse: few patterns, low confidence, better than silence."""

import re

from domainlab.review.findings import Finding, Place
from domainlab.review.merge import finding

PATTERNS = (
    (78, r"\bos\.(?:system|popen)\s*\((?!\s*['\"][^'\"%{]*['\"]\s*\))|\bshell\s*=\s*True\b", "command run by a shell"),
    (89, r"\.execute(?:many|script)?\s*\(\s*(?:f['\"]|['\"][^'\"\n]*['\"]\s*(?:%|\+|"
         r"\.format))", "SQL built from parts"),
    (95, r"(?<![\w.])(?:eval|exec)\s*\((?!\s*['\"])", "text run as code"),
    (502, r"\b(?:c?[Pp]ickle|marshal|dill|shelve)\.(?:loads?|open)\s*\(|"
          r"\byaml\.load\s*\((?!.*Safe)", "objects from data"),
    (295, r"\bverify\s*=\s*False\b|_create_unverified_context", "certificate not checked"),
    (327, r"\b(?:hashlib\.)?(?:md5|sha1)\s*\(|\bDES3?\.new\s*\(|\bARC4\.new\s*\(", "weak algorithm"),
    (377, r"\btempfile\.mktemp\s*\(", "temporary name that others can take"),
    (489, r"\.run\s*\(.*\bdebug\s*=\s*True", "debugger reachable"),
    (798, r"(?i)\b(?:password|passwd|secret_key|api_key)\s*=\s*['\"][^'\"\s]{4,}['\"]", "secret in the code"),
)  # fmt: skip
COMPILED = tuple((cwe, re.compile(pattern), message) for cwe, pattern, message in PATTERNS)
LONGEST_LINE = 2_000


def lexical_findings(source: str, path: str) -> list[Finding]:
    """What the patterns find, line by line; comments are left out."""
    found = []
    for number, line in enumerate(source.splitlines(), start=1):
        code = line[:LONGEST_LINE].partition("#")[0]
        for cwe, pattern, message in COMPILED:
            match = pattern.search(code)
            if match:
                place = Place(line=number, column=match.start() + 1, text=match.group()[:120], kind="sink")
                found.append(
                    finding(
                        path=path,
                        line=number,
                        column=match.start() + 1,
                        end_line=number,
                        cwe=cwe,
                        rule="text",
                        message=f"{message} (the file does not parse, so only its text was searched)",
                        confidence="low",
                        origin="lexical",
                        sink=place,
                    )
                )
    return found
