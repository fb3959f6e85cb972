"""FlinkConnection (``/sql/v1/.../connections``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from offline.plugins.confluentcloud.resources.base import GONE, CloudResource
from offline.plugins.errors import PluginError
from offline.plugins.schema import Failure, Field, credentials, reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

_NAMES = {
    "apiKey": "API_KEY",
    "awsAccessKey": "AWS_ACCESS_KEY_ID",
    "awsSecretKey": "AWS_SECRET_ACCESS_KEY",
    "awsSessionToken": "AWS_SESSION_TOKEN",
    "serviceKey": "SERVICE_KEY",
    "username": "USERNAME",
    "password": "PASSWORD",
}
"""Input -> its name in the ``auth_data`` of the API."""


@dataclass(frozen=True)
class _Secrets:
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


_API_KEY = _Secrets(("apiKey",))
_AWS = _Secrets(("awsAccessKey", "awsSecretKey"), ("awsSessionToken",))
_LOGIN = _Secrets(("username", "password"))
TYPES = {
    "OPENAI": _API_KEY,
    "AZUREML": _API_KEY,
    "AZUREOPENAI": _API_KEY,
    "BEDROCK": _AWS,
    "SAGEMAKER": _AWS,
    "GOOGLEAI": _API_KEY,
    "VERTEXAI": _Secrets(("serviceKey",)),
    "MONGODB": _LOGIN,
    "PINECONE": _API_KEY,
    "ELASTIC": _API_KEY,
    "COUCHBASE": _LOGIN,
}
_FIXED = ("displayName", "type", "endpoint", "computePool", "principal")


class FlinkConnection(CloudResource):
    """A connection; only its secrets can change in place."""

    token = "confluentcloud:index/flinkConnection:FlinkConnection"  # noqa: S105 - a type token
    noun = "FlinkConnection"
    fields: ClassVar[Mapping[str, Field]] = {
        "displayName": Field(required=True),
        "type": Field(required=True, choices=tuple(TYPES)),
        "endpoint": Field(required=True),
        **{name: Field(secret=True, write_only=True) for name in _NAMES},
        "organization": reference(replace=True, keeps=True),
        "environment": reference(replace=True, keeps=True),
        "computePool": reference(keeps=True),
        "principal": reference(keeps=True),
        "restEndpoint": Field(replace=True, pattern="^http", hint="a URL that starts with https://"),
        "credentials": credentials(),
    }
    computed = ("apiVersion", "kind")

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Ask for the secrets of its type and for no others."""
        yield from super().check(inputs)
        kind = inputs.get("type")
        if not isinstance(kind, str) or kind not in TYPES:
            return
        needed = TYPES[kind]
        for name in needed.required:
            if inputs.get(name) in (None, ""):
                yield Failure(name, f"{name!r} is missing: a connection of type {kind} needs it")
        for name in _NAMES:
            if inputs.get(name) and name not in needed.required + needed.optional:
                yield Failure("type", f"a connection of type {kind} has no {name!r}")
        yield from self.session.lacks_flink(inputs)

    def refuse(self, _old: Values, _new: Values, diff: Diff) -> None:
        """Refuse what the API can neither change nor the official provider replace."""
        if fixed := [name for name in _FIXED if diff.touches(name)]:
            raise PluginError(
                f"{', '.join(fixed)} of a connection cannot change in place: replace it with "
                f"replace_on_changes={fixed} and delete_before_replace=True"
            )

    def make(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """POST it."""
        flink = self.session.flink(inputs)
        flink.api.post(flink.path("connections"), _body(inputs))
        return f"{flink.organization}/{flink.environment}/{inputs['displayName']}", {}

    def look(self, _call: Call, resource_id: str, state: Values) -> Values | None:
        """GET it; the secrets stay the state's."""
        flink = self.session.flink(state)
        found = flink.api.find(flink.path("connections", _name(resource_id)), gone=GONE)
        if found is None:
            return None
        spec = found.get("spec") or {}
        outputs: Values = {
            "displayName": found.get("name"),
            "type": spec.get("connection_type"),
            "endpoint": spec.get("endpoint"),
            "apiVersion": found.get("api_version"),
            "kind": found.get("kind"),
        }
        if not self.session.flink_is_set:
            outputs |= {
                "organization": {"id": flink.organization},
                "environment": {"id": flink.environment},
                "computePool": {"id": flink.compute_pool},
                "principal": {"id": flink.principal},
            }
        return outputs

    def alter(self, _call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """PUT the whole connection when a secret differs."""
        if diff.touches(*_NAMES):
            flink = self.session.flink(new)
            flink.api.put(flink.path("connections", _name(resource_id)), _body(new))

    def remove(self, _call: Call, resource_id: str, state: Values) -> None:
        """DELETE it."""
        flink = self.session.flink(state)
        flink.api.delete(flink.path("connections", _name(resource_id)))

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Take ORGANIZATION/ENVIRONMENT/NAME; the Flink scope is the provider's, or IMPORT_FLINK_...'s."""
        scope = self.session.imported_flink()
        return resource_id, {"displayName": _name(resource_id), **{k: v for k, v in scope.items() if k in self.fields}}


def _name(resource_id: str) -> str:
    parts = resource_id.split("/", 2)
    if len(parts) != 3:  # noqa: PLR2004 - the three just named
        raise PluginError(f"{resource_id!r} is not of the form ORGANIZATION/ENVIRONMENT/NAME")
    return parts[2]


def _body(inputs: Values) -> Values:
    data = {api: inputs[name] for name, api in _NAMES.items() if inputs.get(name)}
    return {
        "name": inputs["displayName"],
        "spec": {
            "connection_type": inputs["type"],
            "endpoint": inputs["endpoint"],
            "auth_data": {"kind": "PlaintextProvider", "data": json.dumps(data, sort_keys=True)},
        },
    }
