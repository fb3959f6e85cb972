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
    """A statement: new SQL makes a new one; in place it can only be stopped and resumed."""

    token = "confluentcloud:index/flinkStatement:FlinkStatement"  # noqa: S105 - a type token
    noun = "FlinkStatement"
    fields: ClassVar[Mapping[str, Field]] = {
        "statement": Field(required=True, replace=True),
        "statementName": Field(
            keeps=True,
            pattern=rf"^[a-z0-9][a-z0-9-]{{0,{_LONGEST_NAME - 1}}}$",
            hint=f"at most {_LONGEST_NAME} characters of a-z, 0-9 and '-', the first no '-'",
        ),
        "properties": Field("map", keeps=True),
        "propertiesSensitive": Field("map", keeps=True, secret=True, write_only=True),
        "stopped": Field("boolean", keeps=True),
        "organization": reference(replace=True, keeps=True),
        "environment": reference(replace=True, keeps=True),
        "computePool": reference(keeps=True),
        "principal": reference(keeps=True),
        "restEndpoint": Field(replace=True, pattern="^http", hint="a URL that starts with https://"),
        "credentials": credentials(),
    }
    computed = ("latestOffsets", "latestOffsetsTimestamp")
    undone = False  # the table or model that it has made stays, and with the statement gone nobody can tell whose it is

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return its name."""
        name = values.get("statementName")
        return name if isinstance(name, str) else ""

    def check(self, inputs: Values) -> Iterator[Failure]:
        """Ask for the scope where the provider does not name it."""
        yield from super().check(inputs)
        yield from self.session.lacks_flink(inputs)

    def refuse(self, old: Values, new: Values, diff: Diff) -> None:
        """Refuse what neither the API changes nor the official provider replaces."""
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

    def make(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """POST it."""
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

    def settle(self, call: Call, _resource_id: str, state: Values) -> None:
        """Wait until it runs or has completed; or has stopped, if that is what the program wants of an old one."""
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

    def look(self, _call: Call, resource_id: str, state: Values) -> Values | None:
        """GET it."""
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

    def alter(self, call: Call, resource_id: str, _old: Values, new: Values, diff: Diff) -> None:
        """Stop or resume it, with a PUT of the whole object as it is."""
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

    def remove(self, call: Call, resource_id: str, state: Values) -> None:
        """DELETE it and wait until it is gone: its name is free only then."""
        flink = self.session.flink(state)
        path = flink.path("statements", _name(resource_id))
        flink.api.delete(path)

        def probe() -> bool | None:
            return flink.api.find(path, gone=GONE) is None or None

        call.wait(probe, f"the statement {_name(resource_id)} is still there", _DELETE_SECONDS)

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Take a NAME; the Flink scope is the provider's, or that of IMPORT_FLINK_REST_ENDPOINT and its like."""
        name = resource_id.rsplit("/", 1)[-1]
        scope = self.session.imported_flink()
        flink = self.session.flink(scope)
        return f"{flink.environment}/{flink.compute_pool}/{name}", {"statementName": name, **scope}


def _name(resource_id: str) -> str:
    return resource_id.rsplit("/", 1)[-1]


def _generated_name() -> str:
    return f"tf-{time.strftime('%Y-%m-%d-%H%M%S', time.gmtime())}-{uuid.uuid4()}"
