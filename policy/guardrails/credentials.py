"""Recognizes credentials, by the name of their setting or by their shape.

Names: the settings for secrets in Kafka, its connectors and Confluent's SQL. Shapes: the prefixes that providers give
their keys so that scanners find them, and secrets of any system (private keys, passwords in URLs). Entropy is not
measured: its false alarms would get the policy disabled. No message quotes a credential.
"""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(?:^|[._-])"
    r"(?:password|passwd|passphrase|secret|tokens?|credentials?|keyfile|jaas\.config"
    r"|(?:api|access|private|account|auth)[._-]?(?:key|secret|token))"
    r"(?:[._-](?:id|json|value))?$",
    re.IGNORECASE,
)
_SHAPES = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a password in a URL": re.compile(r"\w://[^\s/:@']+:[^\s/@']+@"),
    "an OpenAI or Anthropic key": re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})"),
    "a Confluent API secret": re.compile(r"\bcflt[A-Za-z0-9+/]{56,}"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    "a password in JAAS": re.compile(r"\bpassword\s*=\s*[\"'][^\"']", re.IGNORECASE),
}


def is_credential_name(name: str) -> bool:
    """Whether a setting of this name contains a secret, for example ``connection.password`` or ``OPENAI.API_KEY``."""
    return bool(_NAME.search(name))


def credential_in(value: str) -> str | None:
    """Return the kind of credential in ``value``, for example ``an AWS access key``; ``None`` if there is none."""
    return next((what for what, shape in _SHAPES.items() if shape.search(value)), None)
