"""Names of operations, such as ``cmk.clusters.create``. They are made of the routes, so that none can be forgotten."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from fastapi.routing import APIRoute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import APIRouter

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
_SERVICES = {"v1": "openai"}
_OWN = frozenset({"local", "healthz"})  # never faulty: faults are ended through them
_SCOPES = frozenset({"organizations", "environments", "clusters", "schema-registry"})
_VERSION = re.compile(r"v\d+")
_PARAMETER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True)
class Operation:
    """One operation: ``words`` are service, collections and verb; ``path`` has its parameters in braces."""

    method: str
    path: str
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """The words joined by dots: ``cmk.clusters.create``."""
        return ".".join(self.words)

    def is_on(self, pattern: str, path: str) -> bool:
        """Whether a rule on ``pattern`` means a request of this operation to ``path``.

        A pattern is a method and a path (``POST /iam/v2/*``), or some of the words in their order, each of which may
        hold ``*``.
        """
        method, space, wanted = pattern.partition(" ")
        if space:
            return method in ("*", self.method) and fnmatchcase(path, wanted)
        words = iter(self.words)
        return all(any(fnmatchcase(word, part) for word in words) for part in pattern.split("."))


class Operations:
    """All operations of Confluent's API that are served here; those of the local cloud itself are left out."""

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
        known = [(route, method) for route in routes for method in _METHODS if method in (route.methods or ())]
        self._known = [
            (route.path_regex, Operation(method, route.path, _words(method, route.path)))
            for route, method in known
            if route.path.split("/")[1] not in _OWN
        ]

    @property
    def all(self) -> list[Operation]:
        """Every operation."""
        return [operation for _, operation in self._known]

    def of(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request; ``None`` without a route, or for one of the local cloud itself."""
        found = (one for regex, one in self._known if one.method == method and regex.match(path))
        return next(found, None)

    def objection(self, pattern: str) -> str:
        """Return why no request can match ``pattern``; empty if one can."""
        if any(self._may_mean(pattern, regex, operation) for regex, operation in self._known):
            return ""
        words = {word for operation in self.all for word in operation.words}
        names = [operation.name for operation in self.all]
        missing = [part for part in pattern.split(".") if not any(fnmatchcase(word, part) for word in words)]
        near = difflib.get_close_matches(missing[0] if missing else pattern, sorted(words) if missing else names, 3)
        hint = f"Did you mean {' or '.join(near)}? " if near and " " not in pattern else ""
        return (
            f"Nothing here is called {pattern!r}. {hint}Write SERVICE.COLLECTION.VERB, or some of these words"
            f" (cmk.create, statements, '*'), or a method and a path ('POST /iam/v2/*'); services are"
            f" {', '.join(sorted({operation.words[0] for operation in self.all}))}."
        )

    @staticmethod
    def _may_mean(pattern: str, regex: re.Pattern[str], operation: Operation) -> bool:
        method, space, wanted = pattern.partition(" ")
        if not space:
            return operation.is_on(pattern, "")
        sample = _PARAMETER.sub("x", operation.path)
        return method in ("*", operation.method) and bool(fnmatchcase(sample, wanted) or regex.match(wanted))


def _words(method: str, path: str) -> tuple[str, ...]:
    parts = [part for part in re.split(r"[/:]", path) if part]
    service = _SERVICES.get(parts[0], parts[0])
    about: list[str] = []
    rest = parts[1:]
    for place, part in enumerate(rest):
        is_scope = part in _SCOPES and rest[place + 1 : place + 2] and len(rest) > place + 2
        if not part.startswith("{") and not _VERSION.fullmatch(part) and not is_scope:
            about.append(part)
    is_one = parts[-1].startswith("{")
    verb = _VERBS.get(method) or ("read" if is_one else "list")
    return (service, *about, verb)
