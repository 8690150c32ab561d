"""What is known of each weakness: the pages `rules/cwe_*.toml`, one per CWE."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from domainlab.errors import DataError
from domainlab.review.cvss_score import check_vector

FOLDER = Path(__file__).with_name("rules")
REMOTE_TO_LOCAL = ("/AV:N/", "/AV:L/")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A weakness explained; `vector` is its CVSS v3.1 base vector when strangers reach it over a network."""

    cwe: int
    title: str
    vector: str
    attack: str
    precondition: str
    impact: str
    advice: str
    references: tuple[str, ...] = ()
    vulnerable: tuple[str, ...] = ()
    safe: tuple[str, ...] = ()


@cache
def pages() -> dict[int, Page]:
    """All pages by number.

    Raises:
        DataError: a page that is no TOML, lacks a field, or has a wrong vector.
    """
    found = (read_page(path) for path in sorted(FOLDER.glob("cwe_*.toml")))
    return {page.cwe: page for page in found}


def page(cwe: int) -> Page:
    """The page of a weakness; a plain one where the project has not written its own."""
    known = pages().get(cwe)
    if known is not None:
        return known
    return Page(
        cwe=cwe,
        title=f"CWE-{cwe}",
        vector="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N",
        attack="Not described here; see the reference.",
        precondition="Not described here; see the reference.",
        impact="Not described here; see the reference.",
        advice="See the reference.",
        references=(reference(cwe),),
    )


def read_page(path: Path) -> Page:
    """One page, checked."""
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        for name in ("references", "vulnerable", "safe"):
            fields[name] = tuple(fields.get(name, ()))
        one = Page(cwe=int(path.stem.split("_")[1]), **fields)
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not the page of a weakness ({error}); compare cwe_089_sql.toml.") from error
    check_vector(one.vector)
    return replace(one, references=(reference(one.cwe), *one.references))


def reference(cwe: int) -> str:
    """The address of the official entry of a weakness."""
    return f"https://cwe.mitre.org/data/definitions/{cwe}.html"


def vector_for(cwe: int, source_kind: str) -> str:
    """The page's vector, with a local attack where the data comes from arguments, files or the environment."""
    vector = page(cwe).vector
    return vector.replace(*REMOTE_TO_LOCAL) if source_kind in ("argv", "env", "input", "file") else vector
