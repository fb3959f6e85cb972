"""FlinkStatement (``/sql/v1/.../statements``)."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from offline.plugins.confluentcloud.resources.base import GONE, CloudResource, failed
from offline.plugins.errors import PluginError
from offline.plugins.resource import DETAIL, PHASE
from offline.plugins.schema import Field, credentials, reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from offline.plugins.call import Call
    from offline.plugins.confluentcloud.session import Flink
    from offline.plugins.diffs import Diff
    from offline.plugins.schema import Failure
    from offline.plugins.wire import Values

_CREATE_SECONDS, _CHANGE_SECONDS, _DELETE_SECONDS = 21600.0, 1200.0, 1200.0
_DONE = ("RUNNING", "COMPLETED")
_BAD = ("FAILED", "FAILING")
_LONGEST_NAME = 72
_NO_TIME = "0001-01-01T00:00:00Z"
_UNCHANGING = ("statementName", "properties")
_MOVABLE = ("computePool", "principal")
_INITIAL_OFFSETS = "sql.tables.initial-offset-from"


class FlinkStatement(CloudResource):
    """A statement. New SQL replaces it; an update can only stop or resume it."""

    token = "confluentcloud:index/flinkStatement:FlinkStatement"  # noqa: S105 - a type token
    label = "FlinkStatement"
    fields: ClassVar[Mapping[str, Field]] = {
        "statement": Field(required=True, replace=True),
        "statementName": Field(
            server_default=True,
            pattern=rf"^[a-z0-9][a-z0-9-]{{0,{_LONGEST_NAME - 1}}}$",
            hint=f"at most {_LONGEST_NAME} characters of a-z, 0-9 and '-', the first no '-'",
        ),
        "properties": Field("map", server_default=True),
        "propertiesSensitive": Field("map", server_default=True, secret=True, write_only=True),
        "stopped": Field("boolean", server_default=True),
        "organization": reference(replace=True, server_default=True),
        "environment": reference(replace=True, server_default=True),
        "computePool": reference(server_default=True),
        "principal": reference(server_default=True),
        "restEndpoint": Field(replace=True, pattern="^http", hint="a URL that starts with https://"),
        "credentials": credentials(),
    }
    computed = ("latestOffsets", "latestOffsetsTimestamp")
    # The statement's table or model would stay, and without the statement nothing proves whose it is.
    deletes_if_abandoned = False

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return the name of the object."""
        name = values.get("statementName")
        return name if isinstance(name, str) else ""

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Require the Flink scope, unless the settings of the provider have it."""
        yield from super().check(inputs)
        yield from self.session.missing_flink_inputs(inputs)

    def refuse_impossible(self, old: Values, new: Values, diff: Diff) -> None:
        """Refuse changes that the API cannot make and for which the official provider does not replace, either."""
        if fixed := [name for name in _UNCHANGING if diff.touches(name)]:
            raise PluginError(
                f"{' and '.join(fixed)} of a statement cannot change in place: replace it with "
                f"replace_on_changes={fixed} and delete_before_replace=True"
            )
        resumes = old.get("stopped") is True and new.get("stopped") is False
        if (moved := [name for name in _MOVABLE if diff.touches(name)]) and not resumes:
            raise PluginError(
                f"{' and '.join(moved)} of a statement can only change while it is resumed: "
                "set stopped=True, run up, then change it together with stopped=False"
            )

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Create the object with a POST."""
        flink = self.session.flink(inputs)
        name = inputs.get("statementName") or _generated_name()
        spec = {
            "statement": inputs["statement"],
            "properties": {**inputs.get("properties", {}), **inputs.get("propertiesSensitive", {})},
            "compute_pool_id": flink.compute_pool,
            "principal": flink.principal,
        }
        reply = flink.api.post(flink.path("statements"), {"name": name, "spec": spec}) or {}
        pool = (reply.get("spec") or {}).get("compute_pool_id") or flink.compute_pool
        return f"{flink.environment}/{pool}/{name}", {"statementName": name}

    def wait_until_ready(self, call: Call, _resource_id: str, state: Values) -> None:
        """Wait until the statement runs or has completed; or has stopped, if the program stops it."""
        flink, name = self.session.flink(state), state["statementName"]
        started_at = _INITIAL_OFFSETS in state.get("properties", {})
        why = ""

        def probe() -> bool | None:
            nonlocal why
            found = flink.api.get(flink.path("statements", name))
            status = found.get("status") or {}
            phase = status.get("phase") or ""
            if phase in _DONE or (phase == "STOPPED" and found["spec"].get("stopped")):
                return True
            if phase == "PENDING":
                why = f" ({status['detail']})" if status.get("detail") else ""
                return True if started_at else None
            raise failed(f"the statement {name}", phase or "without a phase", status.get("detail") or "")

        call.wait(probe, lambda: f"the statement {name} is still PENDING{why}", _CREATE_SECONDS)

    def fetch(self, _call: Call, resource_id: str, state: Values) -> Values | None:
        """Read the object with a GET."""
        flink = self.session.flink(state)
        found = flink.api.find(flink.path("statements", _name(resource_id)), gone=GONE)
        if found is None:
            return None
        spec, status = found.get("spec") or {}, found.get("status") or {}
        outputs: Values = {
            "statementName": found.get("name"),
            "statement": spec.get("statement"),
            "properties": {
                key: value for key, value in (spec.get("properties") or {}).items() if not key.startswith("sql.secrets")
            },
            "propertiesSensitive": state.get("propertiesSensitive") or {},
            "stopped": bool(spec.get("stopped")),
            "latestOffsets": status.get("latest_offsets") or {},
            "latestOffsetsTimestamp": status.get("latest_offsets_timestamp") or _NO_TIME,
        }
        if not self.session.flink_is_set:
            outputs |= {
                "organization": {"id": found.get("organization_id") or flink.organization},
                "environment": {"id": found.get("environment_id") or flink.environment},
                "computePool": {"id": spec.get("compute_pool_id") or ""},
                "principal": {"id": spec.get("principal") or ""},
            }
        if status.get("phase") in _BAD:
            outputs |= {PHASE: status["phase"], DETAIL: status.get("detail") or ""}
        return outputs

    def change(self, call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """Stop or resume the statement; the API requires a PUT of the whole object for that."""
        if not diff.touches("stopped", *_MOVABLE):
            return
        flink, name, stop = self.session.flink(new), _name(resource_id), bool(new.get("stopped"))
        found = flink.api.get(flink.path("statements", name))
        if stop and found["spec"].get("stopped"):
            return
        found["spec"]["stopped"] = stop
        if not stop:
            found["spec"] |= {"principal": flink.principal, "compute_pool_id": flink.compute_pool}
        flink.api.put(flink.path("statements", name), found)
        self._wait_for_change(call, flink, name, stop=stop)

    def _wait_for_change(self, call: Call, flink: Flink, name: str, *, stop: bool) -> None:
        wanted = ("STOPPED",) if stop else _DONE
        passing = ("PENDING", "STOPPING", *_DONE) if stop else ("PENDING", "STOPPED")

        def probe() -> bool | None:
            status = flink.api.get(flink.path("statements", name)).get("status") or {}
            phase = status.get("phase") or ""
            if phase in wanted:
                return True
            if phase in passing:
                return None
            raise failed(f"the statement {name}", phase or "without a phase", status.get("detail") or "")

        call.wait(probe, f"the statement {name} is not {wanted[0]} yet", _CHANGE_SECONDS)

    def delete(self, call: Call, resource_id: str, state: Values) -> None:
        """Delete the statement and wait until it no longer exists: a replacement may need its name."""
        flink = self.session.flink(state)
        path = flink.path("statements", _name(resource_id))
        flink.api.delete(path)

        def probe() -> bool | None:
            return flink.api.find(path, gone=GONE) is None or None

        call.wait(probe, f"the statement {_name(resource_id)} is still there", _DELETE_SECONDS)

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Parse NAME; the Flink scope comes from the provider or from the variables IMPORT_FLINK_..."""
        name = resource_id.rsplit("/", 1)[-1]
        scope = self.session.imported_flink()
        flink = self.session.flink(scope)
        return f"{flink.environment}/{flink.compute_pool}/{name}", {"statementName": name, **scope}


def _name(resource_id: str) -> str:
    return resource_id.rsplit("/", 1)[-1]


def _generated_name() -> str:
    return f"tf-{time.strftime('%Y-%m-%d-%H%M%S', time.gmtime())}-{uuid.uuid4()}"
