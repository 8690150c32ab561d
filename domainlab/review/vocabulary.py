"""Words by which rules know what a thing is for: secrets, tokens, markup, SQL."""

import re

from domainlab.review.values import Value

SECRET = re.compile(
    r"(?i)^(?:\w*_|db|user|old|new|my|smtp|admin|root|login|mysql)?(?:passwords?|passwd|pwd|pw|pswd|passphrase|passcode|secret|secret_?key|"
    r"private_?key|api_?key|apikey|access_?key|auth_?token|access_?token|bearer_?token|token|ssn|social_security|"
    r"social_security_number|credit_?card|card_?number|credit_?card_?number|cvv|cvc|credentials?)$"
)
PASSWORD = re.compile(r"(?i)(passw(or)?d|passwd|pwd|passphrase|passcode|^pw$)(?!_?(hash|digest|field|label|reset))")
# What must not be guessed: names of values that open doors.
UNGUESSABLE = re.compile(
    r"(?i)(token|passw(or)?d|passwd|pwd|secret|session_?id|sid\b|nonce|otp|one_?time|salt|api_?key|csrf|reset|"
    r"verification|activation|invite|invitation|voucher|coupon|pin\b|_pin|auth|_key$|^key$|captcha|cookie|code$|^iv$)"
)
NOT_SECRET = re.compile(r"(?i)(hash|digest|encrypt|cipher|_field|_label|_url|_path|_file|_name$|_id$|_type|_len|count)")
MARKUP = re.compile(
    r"(?i)<\s*/?\s*(html|head|body|title|h[1-6]|p|div|span|a|b|i|u|s|em|strong|small|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|t[dh]|"
    r"img|input|form|br|hr|button|option|select|label|pre|code|script|style|iframe|svg|center|font|section|article|header|footer|"
    r"nav|main|textarea|blockquote|figure|video|audio|meta|link|mark|td|abbr|cite|q|sup|sub)\b[^\0]*"
)
SQL = re.compile(
    r"(?is)\b(select\b.{1,400}\bfrom|insert\s+(or\s+\w+\s+)?into|update\b.{1,200}\bset|delete\s+from|drop\s+(table|database|"
    r"user|view|index|schema)|create\s+(table|database|user|index|view|temp|role)|alter\s+(table|user|database|role)|truncate|"
    r"replace\s+into|exec(ute)?\s+\w+|grant\s+|show\s+(tables|columns)|where\s+.{1,100}[=<>]|order\s+by|call\s+\w+|attach|"
    r"pragma\s+\w+|with\s+\w+\s+as|merge\s+into|copy\s+\w+|union\s+select|values\s*\()"
)
HOLE = re.compile(r"[%{\0]")
EMPTY_SECRET = re.compile(
    r"(?i)^(|none|null|changeme\.\.\.|your[-_ ].*|<.*>|\*+|x+|\.+|todo|password|passwd|secret|token|example|"
    r".*\{.*\}.*|%.*|\$.*)$"
)


def is_secret(name: str) -> bool:
    """Whether a name says that the value must stay hidden."""
    return bool(SECRET.search(name)) and not NOT_SECRET.search(name)


def is_unguessable(name: str) -> bool:
    """Whether a name says that nobody may guess the value."""
    return bool(UNGUESSABLE.search(name)) and not re.search(r"(?i)(count|_len|length|_at$|expir|time|type|_url)", name)


def looks_like_secret(text: str) -> bool:
    """Whether a constant could be a real secret: no placeholder, no sentence, no name of a variable or address."""
    if EMPTY_SECRET.match(text) or " " in text.strip() or len(text) < 3 or text.startswith(("/", "http", "./")):
        return False
    return not re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", text)


def fixed_head(value: Value) -> str:
    """The constant beginning of a text up to its first hole: "https://api.example.com/" of a format."""
    return HOLE.split(value.head or (value.text if value.known else ""), maxsplit=1)[0]


def has_markup(value: Value) -> bool:
    """Whether the constant parts of a text contain HTML tags."""
    return bool(MARKUP.search(value.text))


def fixes_host(value: Value) -> bool:
    """Whether the constant beginning of an address names the server, so that the rest cannot change it."""
    return bool(re.match(r"(?i)^[a-z][a-z0-9+.-]*://[^/?#\s]+[/?#]", fixed_head(value)))
