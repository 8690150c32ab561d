"""WikiText's tokenisation undone, so that bits per byte count the text that people wrote.

What cannot be told stays as it is: `<unk>`, where a rare word was taken out, and single quotation marks.

>>> detokenise_wikitext(" = Robert = \\n It was @-@ at 1 @,@ 000 km ( 620 mi ) , he said . \\n")
'Robert\\nIt was-at 1,000 km (620 mi), he said.'
"""

import re

RULES = (
    (re.compile(r" @([-,.])@ "), r"\1"),
    (re.compile(r'" ([^"\n]*?) "'), r'"\1"'),
    (re.compile(r" ([.,;:!?%)\]])"), r"\1"),
    (re.compile(r"([(\[$£€]) "), r"\1"),
    (re.compile(r" (n't|'(?:t|s|re|ve|ll|d|m))\b"), r"\1"),
    (re.compile(r"(?<=\d) \N{EN DASH} (?=\d)"), "\N{EN DASH}"),
)
HEADING = re.compile(r"^(?:= )+(.*?)(?: =)+$")


def detokenise_wikitext(text: str) -> str:
    """Plain text from WikiText's tokens: joined punctuation, plain headings, no empty lines."""
    lines = (HEADING.sub(r"\1", line.strip()) for line in text.splitlines() if line.strip())
    joined = "\n".join(lines)
    for pattern, replacement in RULES:
        joined = pattern.sub(replacement, joined)
    return joined
