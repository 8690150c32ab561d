"""The few codes that this project reads and writes: LOINC for measurements, UCUM spellings for units.

LOINC numbers are those of the FHIR R4 vital signs profile (hl7.org/fhir/R4/observation-vitalsigns.html) and of
the common laboratory panels; a measurement without a known code keeps the name that its record gives it.
"""

import re

LOINC = {
    "85354-9": "blood pressure", "55284-4": "blood pressure",
    "8480-6": "systolic blood pressure", "8462-4": "diastolic blood pressure", "8867-4": "heart rate",
    "9279-1": "respiratory rate", "8310-5": "temperature", "2708-6": "oxygen saturation",
    "59408-5": "oxygen saturation", "29463-7": "weight", "8302-2": "height", "39156-5": "body mass index",
    "718-7": "hemoglobin", "2951-2": "sodium", "2947-0": "sodium", "2823-3": "potassium", "6298-4": "potassium",
    "2160-0": "creatinine", "38483-4": "creatinine", "2345-7": "glucose", "2339-0": "glucose",
    "4548-4": "HbA1c", "18262-6": "LDL cholesterol", "13457-7": "LDL cholesterol", "3016-3": "TSH",
    "3084-1": "uric acid", "30934-4": "BNP",
}  # fmt: skip
CODES = {name: code for code, name in reversed(LOINC.items())}  # name -> the first code listed for it
UNITS = {
    "mm[Hg]": "mmHg", "Cel": "C", "°C": "C", "[degF]": "F", "degF": "F", "°F": "F", "[lb_av]": "lb", "lbs": "lb",
    "ug": "mcg", "µg": "mcg", "m[IU]/L": "mIU/L", "mIU/mL": "mIU/mL", "ug/L": "mcg/L",
}  # fmt: skip
UCUM = {"mmHg": "mm[Hg]", "C": "Cel", "beats per minute": "/min", "breaths per minute": "/min", "mIU/L": "m[IU]/L"}
RATES = {"heart rate": "beats per minute", "respiratory rate": "breaths per minute"}
QUALIFIER = re.compile(
    r"\s*\((?:disorder|finding|situation|procedure|observable entity|person|morphologic abnormality)\)$"
)


def unit_words(unit: str, name: str) -> str:
    """A unit in the spelling of this course; only the spelling changes, never the quantity.

    >>> unit_words("mm[Hg]", "systolic blood pressure"), unit_words("/min", "heart rate")
    ('mmHg', 'beats per minute')
    """
    if unit in ("/min", "{beats}/min", "bpm", "{breaths}/min", "1/min"):
        return RATES.get(name, "per minute")
    return UNITS.get(unit, unit)


def plain_name(text: str) -> str:
    """A name without the sort that SNOMED CT appends to it, on one line.

    >>> plain_name("Essential hypertension (disorder)")
    'Essential hypertension'
    """
    return QUALIFIER.sub("", " ".join(text.split()))
