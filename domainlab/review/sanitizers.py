"""What makes foreign data harmless, and for which kinds of sink.

Kinds of sink: sql command path html code template ldap xpath url redirect header log regex xml deserialize nosql
csv alloc import attribute mail. "*" stands for all.
"""

import re

from domainlab.review.values import Value, safe

INJECTION = (
    "sql", "command", "path", "html", "code", "template", "ldap", "xpath", "url", "redirect", "header", "log", "regex",
    "xml", "deserialize", "nosql", "csv", "import", "attribute", "mail", "format", "exposure", "session",
)  # fmt: skip
NUMBER = INJECTION  # a number does no harm as text, and may still be far too large
BY_NAME = {
    "int": NUMBER,
    "float": NUMBER,
    "bool": NUMBER,
    "len": NUMBER,
    "ord": NUMBER,
    "hash": NUMBER,
    "id": NUMBER,
    "uuid.UUID": NUMBER,
    "decimal.Decimal": NUMBER,
    "ipaddress.ip_address": NUMBER,
    "ipaddress.ip_network": NUMBER,
    "ipaddress.IPv4Address": NUMBER,
    "datetime.datetime.strptime": NUMBER,
    "datetime.date.fromisoformat": NUMBER,
    "datetime.datetime.fromisoformat": NUMBER,
    "werkzeug.utils.secure_filename": ("path", "command", "html", "header", "sql", "log"),
    "werkzeug.security.safe_join": ("path",),
    "flask.safe_join": ("path",),
    "django.utils._os.safe_join": ("path",),
    "os.path.basename": ("path",),
    "ntpath.basename": ("path",),
    "shlex.quote": ("command",),
    "pipes.quote": ("command",),
    "shlex.split": (),
    "html.escape": ("html", "header"),
    "cgi.escape": ("html",),
    "markupsafe.escape": ("html", "template"),
    "flask.escape": ("html", "template"),
    "markupsafe.Markup.escape": ("html",),
    "django.utils.html.escape": ("html",),
    "django.utils.html.conditional_escape": ("html",),
    "django.utils.html.escapejs": ("html",),
    "django.utils.html.strip_tags": ("html",),
    "django.utils.html.format_html": ("html",),
    "django.utils.html.format_html_join": ("html",),
    "xml.sax.saxutils.escape": ("html", "xml"),
    "xml.sax.saxutils.quoteattr": ("html", "xml"),
    "bleach.clean": ("html",),
    "bleach.linkify": ("html",),
    "nh3.clean": ("html",),
    "tornado.escape.xhtml_escape": ("html",),
    "flask.jsonify": ("html",),
    "flask.json.dumps": ("log", "header"),
    "json.dumps": ("log", "header"),
    "repr": ("log", "header"),
    "ascii": ("log", "header"),
    "re.escape": ("regex",),
    "urllib.parse.quote": ("url", "redirect", "header", "log", "html", "path", "ldap", "xpath"),
    "urllib.parse.quote_plus": ("url", "redirect", "header", "log", "html", "path", "ldap", "xpath"),
    "urllib.quote": ("url", "redirect", "header", "log", "html"),
    "urllib.parse.urlencode": ("url", "redirect", "header", "log", "html"),
    "flask.url_for": ("redirect", "url", "html", "path"),
    "django.urls.reverse": ("redirect", "url", "html"),
    "ldap.filter.escape_filter_chars": ("ldap",),
    "ldap.filter.filter_format": ("ldap",),
    "ldap.dn.escape_dn_chars": ("ldap",),
    "ldap3.utils.conv.escape_filter_chars": ("ldap",),
    "ldap3.utils.dn.escape_rdn": ("ldap",),
    "psycopg2.sql.Identifier": ("sql",),
    "psycopg2.sql.Literal": ("sql",),
    "psycopg.sql.Identifier": ("sql",),
    "ast.literal_eval": ("code", "deserialize"),
    "hashlib.sha256": NUMBER,
    "hashlib.sha512": NUMBER,
    "hmac.new": NUMBER,
    "secrets.token_hex": NUMBER,
    "str": ("nosql",),
    "type": NUMBER,
    "mimetypes.guess_type": NUMBER,
    "hashlib.scrypt": NUMBER,
    "hashlib.pbkdf2_hmac": NUMBER,
    "io.BytesIO": ("path",),
    "io.StringIO": ("path",),
    "bcrypt.checkpw": NUMBER,
    "isinstance": NUMBER,
    "min": ("alloc",),
    "email.utils.parseaddr": (),
    "base64.b64encode": ("sql", "html", "log", "header", "command"),
    "django.contrib.auth.hashers.make_password": NUMBER,
    "werkzeug.security.generate_password_hash": NUMBER,
    "bcrypt.hashpw": NUMBER,
}
ENDINGS = {
    ".hexdigest": NUMBER,
    ".digest": NUMBER,
    "Markup().format": ("html",),
    ".isoformat": NUMBER,
    ".encrypt": NUMBER,
    ".quote_identifier": ("sql",),
    ".quote_name": ("sql",),
    ".escape_string": ("sql",),
    ".mogrify": ("sql",),
    ".hash": NUMBER,
    ".count": NUMBER,
    ".index": NUMBER,
    ".startswith": NUMBER,
    ".endswith": NUMBER,
    ".isalnum": NUMBER,
    ".isdigit": NUMBER,
    ".exists": NUMBER,
    ".is_file": NUMBER,
}
# A function that is named after cleaning is believed, whoever wrote it: its body may be in another file.
CLEANER = re.compile(r"(?i)(escape|sanitiz|sanitis|quote|clean|purif|secure_|safe_|strip_tags|whitelist|allowlist)")
HASHER = re.compile(
    r"(?i)^(generate|make|create|get|compute)?_?(passw(or)?d|pw)_?hash$|^(encrypt|hash)(_\w*)?(passw(or)?d|pw|secret)$"
)
MAKES_ADDRESS = re.compile(r"(?i)^(create|make|build|get)_\w*ur[li]$|_for$|^reverse|^build_absolute_uri$")
CLEANED = {
    "html": ("html", "template"),
    "sql": ("sql",),
    "shell": ("command",),
    "path": ("path",),
    "filename": ("path",),
    "url": ("url", "redirect"),
    "log": ("log",),
    "ldap": ("ldap",),
    "xpath": ("xpath",),
    "regex": ("regex",),
}
ESCAPED = ("unicode_escape", "raw_unicode_escape", "string_escape")  # encodings that write a line end as \\n
REPLACED = {"\n": ("log", "header", "mail"), "\r": ("log", "header", "mail"), "<": ("html",), "..": ()}


def sanitized(name: str, result: Value, arguments: list[Value]) -> Value | None:
    """The result of a call that cleans; None when a function of this name cleans nothing."""
    sinks = BY_NAME.get(name)
    if sinks is None:
        sinks = next((kinds for ending, kinds in ENDINGS.items() if name.endswith(ending)), None)
    if name.endswith(".encode") and arguments and arguments[0].text.replace("-", "_") in ESCAPED:
        sinks = ("log", "header", "mail")
    if sinks is None and name.endswith((".replace", ".translate", ".sub")):
        return _replaced(name, result, arguments)
    if sinks is None:
        last = name.rpartition(".")[2]
        if MAKES_ADDRESS.search(last):
            return safe(result, "redirect", "url")
        if HASHER.search(last):
            return safe(result, "exposure")
        if not CLEANER.search(last) or last.startswith(("un", "mark_")):
            return None
        sinks = next((kinds for word, kinds in CLEANED.items() if word in last.lower()), NUMBER)
    return safe(result, *sinks)


def _replaced(name: str, result: Value, arguments: list[Value]) -> Value | None:
    if name == "re.sub" or name.endswith("re.compile().sub"):
        pattern = arguments[0].text if name == "re.sub" and arguments else "[^"
        return safe(result, *_by_pattern(pattern))
    old = arguments[0].text if arguments else ""
    return safe(result, *REPLACED[old]) if old in REPLACED else None


def _by_pattern(pattern: str) -> tuple[str, ...]:
    """What `re.sub(pattern, ...)` leaves harmless: all that a set of allowed characters keeps, or line ends."""
    if pattern.startswith("^") and "=" in pattern:
        return ("csv",)
    if re.search(r"\[\^[^\]]*\]", pattern):
        return INJECTION
    ends = ("\\n", "\n", "\\s", "\\r")
    return ("log", "header", "mail") if any(end in pattern for end in ends) else ()
