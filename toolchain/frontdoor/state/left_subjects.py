"""Schema Registry subjects that a `destroy` leaves behind in an environment that it keeps (``environmentId``).

The topics are deleted with the stack's cluster, but the Schema Registry is the environment's, and no resource of the
stack is a subject. A subject is deleted only if no other cluster of the environment has a topic that would use it. The
deletion is soft: the Schema Registry still answers for the schemas' ids, and a subject can be registered again.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from toolchain.frontdoor.hall.arguments import DELETE_ORPHANS
from toolchain.frontdoor.hall.terminal import say
from toolchain.frontdoor.state.deleted_outside.addresses import CLUSTER, ENVIRONMENT
from toolchain.frontdoor.state.deleted_outside.control_plane import ControlPlane
from toolchain.frontdoor.state.deleted_outside.deleted_resources import parents_in
from toolchain.frontdoor.state.deployment import deployment
from toolchain.frontdoor.state.endpoints import Endpoints
from toolchain.frontdoor.state.interrupted import Resource
from toolchain.frontdoor.state.makers import makers_in
from toolchain.frontdoor.state.recovery import read_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from toolchain.frontdoor.hall.arguments import Request
    from toolchain.frontdoor.hall.http_json import Api
    from toolchain.frontdoor.setup.prepare import Prepared

_STACK = "pulumi:pulumi:Stack"
_NO_ANSWER = http.client.SERVICE_UNAVAILABLE


@dataclass(frozen=True)
class LeftSubjects:
    """``topics``: the stack's own, on its ``clusters`` (ids). ``registry_key``: key and secret for the registry."""

    cloud: Api
    environment: str
    clusters: frozenset[str]
    topics: frozenset[str]
    registry_key: tuple[str | None, str | None] = field(repr=False)

    @classmethod
    def before(cls, prepared: Prepared, request: Request) -> LeftSubjects | None:
        """Read from the state what a `destroy` will leave; ``None`` if it deletes the environment, or not the stack."""
        resources = deployment(prepared).get("resources") or []
        if not request.destroys_all or any(one["type"] == ENVIRONMENT for one in resources):
            return None
        clusters = [Resource.of(one) for one in resources if one["type"] == CLUSTER]
        outputs = next((one.get("outputs") or {} for one in resources if one["type"] == _STACK), {})
        environment = outputs.get("environmentId") or next((one.text("environment", "id") for one in clusters), "")
        parents = parents_in([Resource.of(one) for one in resources])
        if not (environment and parents):
            return None
        state, given = read_state(prepared), prepared.environment
        cloud = Endpoints.of(parents[0], state, given).cloud.api
        key = given.get("SCHEMA_REGISTRY_API_KEY", cloud.key), given.get("SCHEMA_REGISTRY_API_SECRET", cloud.secret)
        own = {one.id for one in clusters} | {str(outputs.get("kafkaClusterId"))}
        return cls(cloud, str(environment), frozenset(own), _topics(resources, outputs), key)

    def remove(self, *, may_delete: bool) -> None:
        """Delete the subjects after a `destroy` that succeeded, or say which ones stay and why. Never fails.

        ``may_delete``: false on a cloud that is not local, unless the user has allowed it.
        """
        registry = self._registry()
        if registry is None:
            return  # no Schema Registry, so no subjects
        listed = _call(registry, "GET", "/subjects")
        if listed.status != http.client.OK or not isinstance(listed.body, list):
            say(
                f"pulumiw: subjects of {_and(self.topics)} may stay in environment {self.environment}, whose Schema"
                f" Registry answered {listed.status}: to have them deleted, set SCHEMA_REGISTRY_API_KEY and"
                " SCHEMA_REGISTRY_API_SECRET before `destroy`."
            )
            return
        left = {subject: topic for topic in self.topics for subject in _subjects_of(topic) if subject in listed.body}
        for subject, topic in sorted(left.items()):
            doubt = self._doubt_about(topic)
            if not (doubt or may_delete):
                doubt = f"on a cloud that is not local, only `destroy {DELETE_ORPHANS}` deletes it"
            if not doubt:
                doubt = _refusal(_call(registry, "DELETE", f"/subjects/{quote(subject, safe='')}"))
            what = f"subject {subject} of environment {self.environment}"
            if doubt:
                command = f"confluent schema-registry schema delete --subject {subject} --version all"
                say(f"pulumiw: {what} stays, for {doubt}. If nobody uses it, run `{command}`.")
            else:
                say(f"pulumiw: {what} is deleted (soft: it can be restored).")

    def _registry(self) -> Api | None:
        listed = ControlPlane(self.cloud).listed(f"/srcm/v3/clusters?environment={self.environment}") or {}
        endpoints = [str((one.get("spec") or {}).get("http_endpoint") or "") for one in listed.values()]
        key, secret = self.registry_key
        return replace(self.cloud, base=endpoints[0], key=key, secret=secret) if any(endpoints) else None

    def _doubt_about(self, topic: str) -> str:
        """Return why a subject of ``topic`` may be used by others, as the end of a sentence; empty if nobody does."""
        listed = ControlPlane(self.cloud).listed(f"/cmk/v2/clusters?environment={self.environment}")
        if listed is None:
            return "the environment's clusters cannot be listed"
        for cluster in sorted(listed.keys() - self.clusters):
            endpoint = str((listed[cluster].get("spec") or {}).get("http_endpoint") or "")
            kafka = replace(self.cloud, base=endpoint)
            path = f"/kafka/v3/clusters/{cluster}/topics/{quote(topic, safe='')}"
            status = _call(kafka, "GET", path).status if endpoint else _NO_ANSWER
            if status == http.client.OK:
                return f"cluster {cluster} has a topic {topic}, too"
            if status != http.client.NOT_FOUND:
                return f"cluster {cluster} does not show whether it has a topic {topic}, too"
        return ""


@dataclass(frozen=True)
class _Answer:
    status: int
    body: Any = None


def _call(api: Api, method: str, path: str) -> _Answer:
    """Call an API; no answer counts as 503."""
    try:
        reply = api.call_with_retry(method, path)
    except (OSError, http.client.HTTPException):
        return _Answer(_NO_ANSWER)
    return _Answer(reply.status, reply.body)


def _refusal(answer: _Answer) -> str:
    if answer.status in {http.client.OK, http.client.NOT_FOUND}:
        return ""
    detail = answer.body.get("message") if isinstance(answer.body, dict) else None
    return f"the Schema Registry answered {answer.status}{f' ({detail})' if detail else ''}"


def _topics(resources: Iterable[Mapping[str, Any]], outputs: Mapping[str, Any]) -> frozenset[str]:
    """Return the topics that the stack made; the outputs have those whose resources a failed `destroy` has deleted."""
    connectors, flows = outputs.get("connectors") or {}, outputs.get("flows") or {}
    noted = {one["topic"] for one in connectors.values()} | {one["sink"] for one in flows.values()}
    return frozenset(noted | makers_in(resources).keys())


def _subjects_of(topic: str) -> tuple[str, str]:
    """Return the subjects of a topic, as Confluent's TopicNameStrategy and Flink name them."""
    return f"{topic}-key", f"{topic}-value"


def _and(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))
