"""The one family of errors: each says what was expected, what came, and what to do.

Wrong *use* raises one of these. Wrong *model output* is data (counted, never raised).
"""


class DomainlabError(Exception):
    """Base of every error that domainlab raises on purpose."""


class ConfigError(DomainlabError, ValueError):
    """A setting, argument or environment is wrong: unknown scale, missing model folder, no network."""


class DataError(DomainlabError, ValueError):
    """Data from outside is wrong: unreadable file, bad JSONL line, empty corpus, prompt too long."""


class AdapterError(DomainlabError, RuntimeError):
    """An adapter cannot be made, saved, or used on this base model."""
