"""Turn the hand-written templates in `weaknesses/` into pairs of vulnerable and fixed Python code.

One file per weakness (`cwe_089.txt`), many templates in it. A template is one piece of code with marked
differences, so that a pair differs in the flaw and in nothing else:

    ==== cursor_lookup train            its name and the side of the split that all its variants are on
    vary noun = order | invoice         <noun>, <Noun>, <NOUN> are replaced; variant i takes the i-th
    ----
    def find(db, name):
    #{ vulnerable                       only in the vulnerable version (a number: only in that variant)
        return db.execute("... '" + name + "'")  #!      #! marks a line of the flaw
    #{ fixed
        return db.execute("... ?", (name,))
    #}
    ---- near_miss                      code that looks dangerous and is safe (optional)
    ---- behaviour                      statements that pass after either version (optional)
    ---- security_test                  statements that only the fixed version passes (optional)

Without a #! the flaw is every line of the vulnerable blocks that is no import. From the second variant on, a
few neutral lines of `surroundings.txt` stand around the code; the two sides of the split share none of them.
"""

import ast
import functools
import itertools
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from domainlab.errors import DataError

FOLDER = Path(__file__).with_name("weaknesses")
PARTS = ("near_miss", "behaviour", "security_test")
SIDES = ("train", "held_out")
VARIANTS = 3
HEAD = re.compile(r"==== (?P<name>[a-z0-9_]+) (?P<split>train|held_out)")
FLAW = "  #!"


@dataclass(frozen=True, kw_only=True)
class Template:
    """One hand-written piece of code with its marked differences; `names` holds the values of each name."""

    cwe: str
    name: str
    split: str
    names: dict[str, tuple[str, ...]]
    code: str
    near_miss: str
    behaviour: str
    security_test: str

    @property
    def group(self) -> str:
        """What the split never cuts: weakness and template."""
        return f"{self.cwe}-{self.name}".lower()

    @property
    def variants(self) -> int:
        """How many pairs the template makes."""
        return max([VARIANTS, *map(len, self.names.values())])


def read_templates(path: Path) -> list[Template]:
    """The templates of one file `cwe_<number>.txt`.

    Raises:
        DataError: a head, a `vary` line or a part that is none, or a name used by two templates.
    """
    cwe = f"CWE-{int(path.stem.removeprefix('cwe_'))}"
    found: dict[str, Template] = {}
    for text in re.split(r"(?m)^(?=====)", path.read_text(encoding="utf-8")):
        if not text.strip():
            continue
        template = _template(text, cwe, path)
        if template.name in found:
            raise DataError(f"{path}: two templates are named {template.name!r}; names must differ.")
        found[template.name] = template
    return list(found.values())


def all_templates() -> list[Template]:
    """Every template, in the order of the weaknesses' numbers."""
    paths = sorted(FOLDER.glob("cwe_*.txt"), key=lambda path: int(path.stem[4:]))
    return [template for path in paths for template in read_templates(path)]


def expand(template: Template, variant: int) -> dict[str, str | tuple[int, ...]]:
    """The texts of one variant: vulnerable, fixed, near_miss, behaviour, and the `lines` of the flaw (from 1)."""
    names = {key: values[variant % len(values)] for key, values in template.names.items()}

    def written(code: str, version: str = "fixed") -> str:
        return _filled("\n".join(_version(code.strip("\n"), version, variant)), names)

    around = _surroundings(template, variant)
    marked = _placed(written(template.code, "vulnerable"), *around)
    return {
        "vulnerable": marked.replace(FLAW, ""),
        "fixed": _placed(written(template.code).replace(FLAW, ""), *around),
        "lines": tuple(n for n, line in enumerate(marked.splitlines(), start=1) if line.endswith(FLAW)),
        **{part: written(getattr(template, part)) for part in PARTS},
    }


def _template(text: str, cwe: str, path: Path) -> Template:
    first, _, rest = text.partition("\n")
    head = HEAD.fullmatch(first.strip())
    sections = re.split(r"(?m)^----[ ]?(.*)\n", rest)
    if head is None or len(sections) < 3 or sections[1]:
        raise DataError(f"{path}: expected '==== name train|held_out', names and '----'; got {first!r}.")
    parts = dict(zip(sections[3::2], sections[4::2], strict=True))
    if unknown := set(parts) - set(PARTS):
        raise DataError(f"{path}, {head['name']}: parts are {PARTS}; got {sorted(unknown)}.")
    names = {}
    for line in sections[0].strip().splitlines():
        key, equals, values = line.removeprefix("vary ").partition(" = ")
        if not equals or not line.startswith("vary ") or f"<{key}>" not in rest.replace(key.title(), key):
            raise DataError(f"{path}, {head['name']}: expected 'vary key = a | b' of a used key; got {line!r}.")
        names[key] = tuple(value.strip() for value in values.split(" | "))
    texts = {"code": sections[2].strip("\n"), **{part: parts.get(part, "") for part in PARTS}}
    return Template(cwe=cwe, name=head["name"], split=head["split"], names=names, **texts)


def _version(code: str, version: str, variant: int) -> list[str]:
    """The lines of one version and variant; where the code marks no flaw, its vulnerable blocks are marked."""
    mark = version == "vulnerable" and FLAW not in code
    lines, tags = [], set()
    for line in code.split("\n"):
        if line.startswith("#{") or line.strip() == "#}":
            tags = set(line[2:].split())
            continue
        numbers, versions = {tag for tag in tags if tag.isdigit()}, tags & {"vulnerable", "fixed"}
        if (versions and version not in versions) or (numbers and str(variant) not in numbers):
            continue
        flaw = mark and versions and line.strip() and not re.match(r"\s*(import|from|#|@)", line)
        lines.append(line + FLAW if flaw else line)
    return lines


def _filled(text: str, names: dict[str, str]) -> str:
    for key, value in names.items():
        title = "".join(part.title() for part in value.split("_"))
        for form, filled in ((key, value), (key.title(), title), (key.upper(), value.upper())):
            text = text.replace(f"<{form}>", filled)
    return text.rstrip() + "\n" if text.strip() else ""


def _placed(code: str, before: str, after: str) -> str:
    """The code with neutral lines after its imports and at its end.

    Raises:
        DataError: the code does not parse.
    """
    try:
        body = ast.parse(code).body
    except SyntaxError as error:
        raise DataError(f"the template makes code that does not parse: {error}\n{code}") from error
    imports = itertools.takewhile(lambda one: isinstance(one, ast.Import | ast.ImportFrom), body)
    border = max((one.end_lineno or 0 for one in imports), default=0)
    lines = code.splitlines()
    early = ["", before, ""] if before and border else []
    late = ["", "", after] if after else []
    return "\n".join([*lines[:border], *early, *lines[border:], *late]) + "\n"


def _surroundings(template: Template, variant: int) -> tuple[str, str]:
    """Neutral code before and after, chosen by the names alone; variant 0 stands as it was written."""
    if variant == 0:
        return "", ""
    pool = _pool()[SIDES.index(template.split) :: 2]
    rank = zlib.crc32(f"{template.group} {variant}".encode())
    chosen = pool[rank % len(pool)], pool[(rank // 64 + 1) % len(pool)]
    if chosen[0] == chosen[1]:
        return chosen[0], ""
    return ("", chosen[1]) if rank % 3 == 0 else chosen


@functools.cache
def _pool() -> list[str]:
    return (FOLDER / "surroundings.txt").read_text(encoding="utf-8").strip("\n").split("\n----\n")
