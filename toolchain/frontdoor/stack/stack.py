"""The project and the stack that a command works on: settings, endpoint, backend."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from toolchain.frontdoor.stack import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.frontdoor.hall.arguments import Request
    from toolchain.frontdoor.hall.layout import Layout

DEFAULT_STACK = "dev"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(url: str) -> bool:
    """Whether ``url`` is plain HTTP on a loopback address, as a local cloud's endpoint is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and (parts.hostname or "") in _LOOPBACK


def pulumi_home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder where Pulumi keeps logins, selected stacks and plugins."""
    chosen = environment.get("PULUMI_HOME")
    return Path(chosen) if chosen else Path.home() / ".pulumi"


def _short(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _json(path: Path) -> dict[str, object]:
    try:
        return _mapping(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


@dataclass(frozen=True)
class Project:
    """The project, by Pulumi.yaml (``settings``) and the user's login."""

    layout: Layout
    settings: dict[str, object]

    @classmethod
    def read(cls, layout: Layout) -> Project:
        """Read Pulumi.yaml."""
        return cls(layout, settings.read(layout.project / "Pulumi.yaml"))

    @property
    def name(self) -> str:
        """The project's name in Pulumi."""
        return str(self.settings.get("name", ""))

    @property
    def default_config(self) -> dict[str, object]:
        """Defaults of Pulumi.yaml's typed configuration: full key (``project:name``) -> value."""
        defaults: dict[str, object] = {}
        for key, declared in _mapping(self.settings.get("config")).items():
            full = key if ":" in key else f"{self.name}:{key}"
            value = _mapping(declared).get("default", _mapping(declared).get("value", declared))
            if isinstance(value, str):
                defaults[full] = value
        return defaults

    @property
    def chosen_backend(self) -> str | None:
        """URL of the backend that the environment or Pulumi.yaml sets, ``None`` if neither does.

        The clone's own backend in the environment does not count: `cloud env` has exported it.
        """
        in_file = _mapping(self.settings.get("backend")).get("url")
        in_environment = os.environ.get("PULUMI_BACKEND_URL")
        if in_environment and in_environment != self.file_backend:
            return in_environment
        return str(in_file) if in_file else None

    @property
    def login(self) -> str | None:
        """URL of the backend that the user is logged in to, ``None`` without a login."""
        if os.environ.get("PULUMI_ACCESS_TOKEN"):
            return "https://api.pulumi.com"
        current = _json(pulumi_home() / "credentials.json").get("current")
        return str(current) if current else None

    @property
    def file_backend(self) -> str:
        """URL of the backend inside the clone."""
        # metadata=skip: Pulumi does not write its metadata file atomically, and a kill would make the state unreadable.
        return f"file://{self.layout.backend}?metadata=skip"

    def selection(self, backend: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
        """Return the stack that Pulumi's workspace file has selected, on ``backend`` if given, else on any.

        Source of the file's name: pulumi/sdk/go/common/workspace (SHA-1 of Pulumi.yaml's path).
        """
        manifest = str(self.layout.project / "Pulumi.yaml")
        digest = hashlib.sha1(manifest.encode(), usedforsecurity=False).hexdigest()
        workspace = _json(pulumi_home(environment) / "workspaces" / f"{self.name}-{digest}-workspace.json")
        per_backend = _mapping(workspace.get("stacks"))
        names = [per_backend.get(backend)] if backend else [*per_backend.values(), workspace.get("stack")]
        return next((_short(str(name)) for name in names if name), None)

    def current_stack(self, request: Request) -> str:
        """Return the stack a command works on: ``--stack``, else PULUMI_STACK, else the selected one, else ``dev``."""
        recorded = self.layout.selected_stack
        return (
            request.stack
            or os.environ.get("PULUMI_STACK")
            or (recorded.read_text(encoding="utf-8").strip() if recorded.is_file() else None)
            or self.selection(self.chosen_backend)
            or DEFAULT_STACK
        )


def _settings_file(project: Project, name: str) -> Path:
    return project.layout.project / f"Pulumi.{_short(name)}.yaml"


@dataclass(frozen=True)
class Stack:
    """A stack by name, with its settings file."""

    name: str
    project: Project
    settings: dict[str, object]

    @classmethod
    def read(cls, project: Project, name: str) -> Stack:
        """Read the settings file of the stack ``name`` (or ``organization/project/name``)."""
        return cls(name, project, settings.read(_settings_file(project, name)))

    @property
    def settings_file(self) -> Path:
        """Path of the stack's settings file, which may not exist."""
        return _settings_file(self.project, self.name)

    @property
    def short_name(self) -> str:
        """The stack's name without organization and project."""
        return _short(self.name)

    def config(self, key: str) -> object | None:
        """Return a setting by full key, else the project's default; a secret is a mapping (``secure: ...``)."""
        return _mapping(self.settings.get("config")).get(key, self.project.default_config.get(key))

    @property
    def sinks(self) -> list[dict[str, str]]:
        """The entries of the setting ``sinks``, without what is nested in them."""
        try:
            text = self.settings_file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return settings.items(text, f"{self.project.name}:sinks")

    @property
    def endpoint(self) -> str | None:
        """Base URL of the cloud that the stack is deployed to; ``None`` is Confluent Cloud."""
        value = self.config("confluentcloud:endpoint")
        return value.rstrip("/") if isinstance(value, str) else None

    @property
    def is_local(self) -> bool:
        """Whether the stack is deployed to a local cloud."""
        return self.endpoint is not None and is_loopback(self.endpoint)

    @property
    def salt(self) -> str | None:
        """The ``encryptionsalt``, by which Pulumi checks the passphrase."""
        value = self.settings.get("encryptionsalt")
        return value if isinstance(value, str) else None

    @property
    def checkpoint(self) -> Path:
        """Path of the stack's state in the clone's file backend."""
        return self.project.layout.backend / ".pulumi" / "stacks" / self.project.name / f"{self.short_name}.json"

    @property
    def uses_file_backend(self) -> bool:
        """Whether the stack's state is in the clone's file backend."""
        if self.project.chosen_backend:
            return False
        # A new stack of a user without a login: `pulumi` would ask for one.
        nowhere_else = not self.settings and self.project.login is None
        return self.is_local or self.checkpoint.exists() or nowhere_else

    @property
    def lacks_login(self) -> bool:
        """Whether Pulumi does not know where the stack's state is: it is not in the clone, and nobody has logged in."""
        project = self.project
        return not self.uses_file_backend and project.chosen_backend is None and project.login is None
