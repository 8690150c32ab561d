"""Whether a bundle is valid FHIR: checked resource by resource against the models of `fhir.resources`.

The models are those of R4B, which differs from R4 in a few resources that are not read here. Other people's
bundles are often not quite valid: the check counts and says why, and the reader reads what it can.
"""

from typing import Any

from fhir.resources.R4B import get_fhir_model_class


def check_r4(bundle: dict[str, Any]) -> list[str]:
    """One line per resource that is not valid, "entry 3 (Observation): what is wrong"; none when all are."""
    shell = {key: value for key, value in bundle.items() if key != "entry"}
    wrong = _reasons("Bundle", shell, "the bundle")
    for place, entry in enumerate(bundle.get("entry") or ()):
        resource = entry.get("resource") or {}
        kind = resource.get("resourceType", "")
        wrong += _reasons(str(kind), resource, f"entry {place} ({kind or 'no resourceType'})")
    return wrong


def _reasons(kind: str, resource: dict[str, Any], where: str) -> list[str]:
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValueError as error:  # also what pydantic raises: a title, then place and reason of each error
        return [f"{where}: {' '.join(str(error).split())[:300]}"]
    return []
