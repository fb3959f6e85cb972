"""Why a connector failed, in one sentence made of what the worker says (errors of a check, a stack trace)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud import masking

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNKNOWN = "The connector failed, and did not say why: the worker's log, connect.log, may."
_CHECK = re.compile(r"contains the following \d+ error\(s\):\n(.*?)\nYou can also find", re.DOTALL)
_CAUSE = re.compile(r"^(?:Caused by: )?(?:[\w$]+\.)+\w*(?:Exception|Error)(?:: (.*))?$", re.MULTILINE)
_PACKAGES = re.compile(r"\b(?:[a-z][\w$]*\.){2,}[A-Z][\w$]*(?:: )?")
_SETTING = re.compile(r"^Invalid value .*? for configuration ([\w.]+): ", re.DOTALL)
_LONGEST = 400


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One sentence, and whether it is about a right, which may be on its way."""

    sentence: str
    is_about_rights: bool = False


@dataclass(frozen=True, kw_only=True)
class _Rule:
    pattern: re.Pattern[str]
    sentence: str
    is_about_rights: bool = False


def _rule(pattern: str, sentence: str, *, is_about_rights: bool = False) -> _Rule:
    return _Rule(pattern=re.compile(pattern, re.DOTALL), sentence=sentence, is_about_rights=is_about_rights)


# The first that is found decides. ``{0}``, ``{1}``: groups of the pattern; ``{store}``, ``{user}``: of the settings.
_RULES = (
    _rule(
        r"dead letter queue with topic=(\S+).*TopicAuthorizationException",
        "The connector may not create its dead-letter topic {0}: give its service account the right to create it and to"
        " write to it.",
        is_about_rights=True,
    ),
    _rule(
        r"TopicAuthorizationException: [^\[]*\[([^\]]*)\]",
        "The connector may not use the topic {0}: give its service account the right to read what it reads, and to"
        " create and write its dead-letter topic.",
        is_about_rights=True,
    ),
    _rule(
        r"GroupAuthorizationException: Not authorized to access group: (\S+)",
        "The connector may not use its consumer group {0}: give its service account the right to read the groups that"
        " begin with connect-lcc.",
        is_about_rights=True,
    ),
    _rule(
        r"ClusterAuthorizationException",
        "The connector may not use the Kafka cluster: give its service account the rights that a sink needs.",
        is_about_rights=True,
    ),
    _rule(
        r"Schema Registry: the connector may not read schema (\d+)",
        "The connector may not read schema {0} in the Schema Registry: give its service account the right to read the"
        " topic's subject.",
        is_about_rights=True,
    ),
    _rule(
        r"SaslAuthenticationException",
        "Kafka refuses the connector's API key: give it one of this cluster that was not deleted.",
        is_about_rights=True,
    ),
    _rule(
        r"Invalid user permissions authentication failed|MongoSecurityException|Authentication failed",
        "{store} refuses the login of {user}: correct connection.user and connection.password.",
    ),
    _rule(
        r"Missing the following action permissions: ([\w, ]+)",
        "The user {user} of {store} lacks the permission to {0}: give it the role readWrite on the database.",
    ),
    _rule(
        r"Unable to connect to the server|MongoTimeoutException|MongoSocket\w*Exception|UnknownHostException",
        "{store} cannot be reached: correct connection.host, or start the server there.",
    ),
    _rule(
        r"No SRV records|_mongodb\._tcp|DNS name not found|Failed looking up SRV",
        "{store} cannot be found: connection.host is the name of no MongoDB Atlas cluster, or the DNS does not answer.",
    ),
    _rule(
        r"E11000 duplicate key",
        "{store} refuses a second document with the same key: use a doc.id.strategy that gives a record the same id"
        " each time, such as PartialValueStrategy.",
    ),
)


def cause(said: str, settings: Mapping[str, str]) -> Cause:
    """Return why a connector with these (own) settings failed; never with a secret or the name of a class."""
    store, user = _store(settings)
    checked = _CHECK.search(said)
    text = checked[1] if checked else said
    for rule in _RULES:
        found = rule.pattern.search(text)
        if found:
            sentence = rule.sentence.format(*found.groups(), store=store, user=user)
            return Cause(sentence=masking.masked(sentence), is_about_rights=rule.is_about_rights)
    return Cause(sentence=_plain(_first(text) if checked else _deepest(said)))


def _store(settings: Mapping[str, str]) -> tuple[str, str]:
    found = re.match(r"mongodb(?:\+srv)?://([^:@/]*):[^@]*@([^/?]*)", settings.get("connection.uri", ""))
    return (f"MongoDB at {found[2]}", found[1]) if found else ("The store", "its user")


def _first(errors: str) -> str:
    """Return the first error of a check: a value that cannot be read is told once more as a missing one."""
    return errors.partition("\nInvalid value ")[0]


def _deepest(trace: str) -> str:
    """Return the message of the cause of all causes, of those that have one."""
    messages = [match[1] for match in _CAUSE.finditer(trace) if match[1]]
    return messages[-1] if messages else ("" if "\n\tat " in trace else trace)


def _plain(text: str) -> str:
    """Return it as one sentence: without secrets, names of classes, line breaks."""
    text = _SETTING.sub(r"\1: ", " ".join(_PACKAGES.sub("", masking.masked(text)).split()))
    if not text:
        return _UNKNOWN
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return text if text.endswith((".", "!", "?")) else f"{text}."
