"""Schema, SubjectConfig (Schema Registry)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from offline.plugins.confluentcloud.resources.base import CloudResource
from offline.plugins.errors import PluginError
from offline.plugins.schema import Failure, Field, credentials, reference
from offline.plugins.wire import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.diffs import Diff
    from offline.plugins.wire import Values

_LEVELS = (
    "BACKWARD",
    "BACKWARD_TRANSITIVE",
    "FORWARD",
    "FORWARD_TRANSITIVE",
    "FULL",
    "FULL_TRANSITIVE",
    "NONE",
)
_SCOPE: Mapping[str, Field] = {
    "schemaRegistryCluster": reference(replace=True, server_default=True, pattern="^lsrc-"),
    "restEndpoint": Field(replace=True, pattern="^http", hint="a URL that starts with https://"),
    "credentials": credentials(),
    "subjectName": Field(required=True, replace=True),
}
_GONE = (404,)


def _same_text(old: str, new: str) -> bool:
    """Whether two schemas are the same JSON document: the registry may return one with another formatting."""
    try:
        return bool(json.loads(old) == json.loads(new))
    except ValueError:
        return False


class _OfSubject(CloudResource):
    """The base of the resources of a subject."""

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return the subject."""
        name = values.get("subjectName")
        return name if isinstance(name, str) else ""

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Require the Schema Registry, unless the settings of the provider have it."""
        yield from super().check(inputs)
        yield from self.session.missing_registry_inputs(inputs)

    def scope(self, registry_id: str) -> Values:
        """Return the outputs that name the registry; none if the settings of the provider do."""
        return {} if self.session.registry_is_set else {"schemaRegistryCluster": {"id": registry_id}}


class Schema(_OfSubject):
    """The latest schema of a subject; a new text is an update, which registers a new version."""

    token = "confluentcloud:index/schema:Schema"  # noqa: S105 - a type token
    label = "Schema"
    fields: ClassVar[Mapping[str, Field]] = {
        **_SCOPE,
        "format": Field(required=True, replace=True, choices=("AVRO", "PROTOBUF", "JSON")),
        "schema": Field(server_default=True, same=_same_text),
        "schemaReferences": Field("list"),
        "hardDelete": Field("boolean", default=False, write_only=True),
        "recreateOnUpdate": Field("boolean", default=False, write_only=True),
        "skipValidationDuringPlan": Field("boolean", default=False, write_only=True),
        "metadata": Field("block", server_default=True),
        "ruleset": Field("block"),
    }
    computed = ("version", "schemaIdentifier")

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Refuse properties that the bundled provider does not support."""
        yield from super().check({key: value for key, value in inputs.items() if key not in ("metadata", "ruleset")})
        for name in ("metadata", "ruleset"):
            if inputs.get(name):
                yield Failure(name, f"the bundled provider knows no {name!r} of a schema")
        if inputs.get("recreateOnUpdate"):
            yield Failure("recreateOnUpdate", "the bundled provider knows 'recreateOnUpdate' only as false")

    def preview_update(self, old: Values, new: Values, diff: Diff) -> Values:
        """Mark version and id as unknown if the text changes."""
        planned = super().preview_update(old, new, diff)
        return (
            planned | dict.fromkeys(self.computed, UNKNOWN) if diff.touches("schema", "schemaReferences") else planned
        )

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Check the schema's compatibility with earlier versions, then register it."""
        registry = self.session.registry(inputs)
        self._register(inputs)
        return f"{registry.id}/{inputs['subjectName']}/latest", {}

    def _register(self, inputs: Values) -> None:
        api, subject = self.session.registry(inputs).api, quote(inputs["subjectName"], safe="")
        body = {
            "schemaType": inputs["format"],
            "schema": inputs["schema"],
            "references": [
                {"name": item["name"], "subject": item["subjectName"], "version": item["version"]}
                for item in inputs.get("schemaReferences") or []
            ],
        }
        verdict = api.post(f"/compatibility/subjects/{subject}/versions", body, verbose="true")
        if not verdict.get("is_compatible"):
            reasons = "; ".join(str(message) for message in verdict.get("messages") or [])
            raise PluginError(
                f"it is not compatible with the subject's earlier versions: {reasons or 'no reason given'}"
            )
        api.post(f"/subjects/{subject}/versions", body)

    def fetch(self, _call: Call, _resource_id: str, state: Values) -> Values | None:
        """Read the latest version."""
        registry = self.session.registry(state)
        subject = state["subjectName"]
        latest = registry.api.find(f"/subjects/{quote(subject, safe='')}/versions/latest", gone=_GONE)
        if latest is None:
            return None
        listed = registry.api.get("/schemas", subjectPrefix=subject) or []
        found = next((item for item in listed if item["id"] == latest["id"] and item["subject"] == subject), None)
        if found is None:
            return None
        return {
            **self.scope(registry.id),
            "subjectName": subject,
            "format": found.get("schemaType") or "AVRO",
            "schema": found["schema"],
            "version": found["version"],
            "schemaIdentifier": found["id"],
        }

    def change(self, _call: Call, _resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """Register a new text as the next version."""
        if diff.touches("schema", "schemaReferences"):
            self._register(new)

    def delete(self, _call: Call, _resource_id: str, state: Values) -> None:
        """Delete the version softly, and then permanently if the program sets ``hardDelete``."""
        api, subject = self.session.registry(state).api, quote(state["subjectName"], safe="")
        # After a partly failed creation the state has no version.
        path = f"/subjects/{subject}/versions/{state.get('version', 'latest')}"
        api.delete(path, permanent="false")
        if state.get("hardDelete"):
            api.delete(path, permanent="true")

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Take REGISTRY/SUBJECT/latest; its key is the provider's, or that of IMPORT_SCHEMA_REGISTRY_API_KEY."""
        registry, _, rest = resource_id.partition("/")
        subject = rest.rpartition("/")[0]
        if not subject:
            raise PluginError("import a schema by REGISTRY/SUBJECT/latest, such as lsrc-abc123/orders-value/latest")
        plane = self.session.imported_registry()
        return resource_id, {"schemaRegistryCluster": {"id": registry}, "subjectName": subject, **plane}


class SubjectConfig(_OfSubject):
    """The compatibility settings of a subject."""

    token = "confluentcloud:index/subjectConfig:SubjectConfig"  # noqa: S105 - a type token
    label = "SubjectConfig"
    fields: ClassVar[Mapping[str, Field]] = {
        **_SCOPE,
        "compatibilityLevel": Field(server_default=True, choices=_LEVELS),
        "compatibilityGroup": Field(server_default=True),
        "compatibilityPolicy": Field(server_default=True, write_only=True),
        "normalize": Field("boolean", server_default=True),
        "alias": Field(server_default=True),
    }

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Set the configuration with a PUT."""
        registry = self.session.registry(inputs)
        registry.api.put(_config_path(inputs), _config(inputs))
        return f"{registry.id}/{inputs['subjectName']}", {}

    def fetch(self, _call: Call, _resource_id: str, state: Values) -> Values | None:
        """Read the subject's own configuration, never the registry's global one as a fallback."""
        registry = self.session.registry(state)
        found = registry.api.find(_config_path(state), gone=_GONE, defaultToGlobal="false")
        if found is None:
            return None
        return {
            **self.scope(registry.id),
            "subjectName": state["subjectName"],
            "compatibilityLevel": found.get("compatibilityLevel"),
            "compatibilityGroup": found.get("compatibilityGroup") or "",
            "normalize": bool(found.get("normalize")),
            "alias": found.get("alias") or "",
        }

    def change(self, _call: Call, _resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """Set the changed configuration with a PUT."""
        if diff.touches("compatibilityLevel", "compatibilityGroup", "compatibilityPolicy", "normalize", "alias"):
            self.session.registry(new).api.put(_config_path(new), _config(new))

    def delete(self, _call: Call, _resource_id: str, state: Values) -> None:
        """Delete the configuration, so that the registry's global one applies again."""
        self.session.registry(state).api.delete(_config_path(state))

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Take REGISTRY/SUBJECT; its key is the provider's, or that of IMPORT_SCHEMA_REGISTRY_API_KEY."""
        registry, _, subject = resource_id.partition("/")
        if not subject:
            raise PluginError("import a subject's settings by REGISTRY/SUBJECT, such as lsrc-abc123/orders-value")
        plane = self.session.imported_registry()
        return resource_id, {"schemaRegistryCluster": {"id": registry}, "subjectName": subject, **plane}


def _config_path(values: Values) -> str:
    return f"/config/{quote(values['subjectName'], safe='')}"


def _config(values: Values) -> Values:
    names = {
        "compatibilityLevel": "compatibility",
        "compatibilityGroup": "compatibilityGroup",
        "compatibilityPolicy": "compatibilityPolicy",
        "normalize": "normalize",
        "alias": "alias",
    }
    return {api: values[name] for name, api in names.items() if values.get(name) is not None}
