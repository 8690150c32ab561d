"""CWE-90: a stranger's text becomes part of an LDAP filter or name."""

from domainlab.review.rule import LOCAL, REMOTE, Rule, Sink

SEARCHES = (
    ".search_s", ".search_ext", ".search_ext_s", ".search_st", "ldap3.Connection().search", ".search",
    "ldap.initialize().search", ".modify_s", ".delete_s", ".modify", ".add_s", ".modify_dn", ".compare_s",
)  # fmt: skip


def is_directory(call):
    """Whether the file works with LDAP at all: many things have a method `search`."""
    filters = any(value.text.lstrip("\0").startswith("(") and "=" in value.text for value in call.args)
    return (filters or call.scope.module.imports("ldap", "ldap3")) and not call.name.startswith("re.")


RULE = Rule(
    cwe=90,
    name="ldap-injection",
    sinks=(
        Sink(
            SEARCHES, "ldap", (0, 1, 2), ("search_filter", "filterstr", "search_base"), kinds=REMOTE | {"input"},
            weak=LOCAL | {"parameter", "unknown"}, only=is_directory,
        ),
    ),
)  # fmt: skip
