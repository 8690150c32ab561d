"""The CVSS v3.1 base score of a vector, by the formula of the specification (FIRST, sections 7.1 and 7.4)."""

from cvss import CVSS3
from cvss.exceptions import CVSS3Error

from domainlab.errors import DataError


def check_vector(vector: str) -> CVSS3:
    """The parsed vector.

    Raises:
        DataError: it is no CVSS v3.1 vector.
    """
    try:
        parsed = CVSS3(vector)
    except CVSS3Error as error:
        raise DataError(f"Expected a CVSS v3.1 vector such as CVSS:3.1/AV:N/AC:L/...; got {vector!r}.") from error
    if not vector.startswith("CVSS:3.1/"):
        raise DataError(f"Expected version 3.1 of CVSS; got {vector!r}.")
    return parsed


def base_score(vector: str) -> float:
    """The base score, 0.0 (none) to 10.0 (critical).

    >>> base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
    9.8
    """
    return float(check_vector(vector).base_score)


def severity_of(score: float) -> str:
    """The word for a score: none, low, medium, high or critical (specification, section 5)."""
    limits = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))
    return next((word for limit, word in limits if score >= limit), "none")
