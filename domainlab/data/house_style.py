"""The answer form of the made-up clinic: something that fine-tuning teaches well and retrieval cannot.

>>> print(styled_answer("type 2 diabetes"))
Answer: type 2 diabetes
Note: General information, not medical advice. Ask your clinician.
>>> read_styled(styled_answer("type 2 diabetes")), read_styled("type 2 diabetes [1]")
('type 2 diabetes', 'type 2 diabetes [1]')
"""

import re

from domainlab.errors import DataError

DISCLAIMER = "Note: General information, not medical advice. Ask your clinician."
FORM = re.compile(rf"Answer: (\S|\S.*\S)\n{re.escape(DISCLAIMER)}")


def styled_answer(answer: str) -> str:
    """An answer in the house style, ten words longer.

    Raises:
        DataError: the answer is empty, has more than one line, or has spaces around it.
    """
    text = f"Answer: {answer}\n{DISCLAIMER}"
    if not FORM.fullmatch(text):
        raise DataError(f"a styled answer is one line without spaces around it, got {answer!r}.")
    return text


def follows_style(text: str) -> bool:
    """Whether a model's text is exactly in the house style (white space around it is forgiven)."""
    return FORM.fullmatch(text.strip()) is not None


def read_styled(text: str) -> str:
    """The answer inside a styled text, or the whole text (without the spaces around it) where it is not."""
    match = FORM.fullmatch(text.strip())
    return match[1] if match else text.strip()
