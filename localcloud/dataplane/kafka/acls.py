"""The access control list of one broker, through Kafka's admin protocol."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from localcloud.dataplane.interface import AclRule, DataPlaneError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from concurrent.futures import Future

    from confluent_kafka.admin import AdminClient

TIMEOUT_SECONDS = 15.0
# Kafka's names for what librdkafka names differently.
_TYPES = {"CLUSTER": ResourceType.BROKER}
_TYPE_NAMES = {type_: name for name, type_ in _TYPES.items()}
_ANY = AclBindingFilter(
    ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
)


class AclAdmin:
    """The ACL operations of :class:`~localcloud.dataplane.interface.KafkaPlane`, as superuser."""

    def __init__(self, client: AdminClient) -> None:
        """Share a client with :class:`~localcloud.dataplane.kafka.admin.TopicAdmin`."""
        self._client = client

    def replace(self, rules: Collection[AclRule]) -> None:
        """Add and remove the entries that differ, and wait until the broker applies the new list."""
        wanted, present = set(rules), self._present()
        gone, new = present - wanted, wanted - present
        if gone:
            # Bindings and filters have the same fields: each of these matches one entry.
            for future in self._client.delete_acls([_filter(rule) for rule in gone]).values():
                _wait(future)
        if new:
            for future in self._client.create_acls([_binding(rule) for rule in new]).values():
                _wait(future)
        if gone or new:
            self._poll(lambda: self._present() == wanted)

    def _present(self) -> set[AclRule]:
        return {_rule(binding) for binding in _wait(self._client.describe_acls(_ANY))}

    def _poll(self, done: Callable[[], bool]) -> None:
        """Poll until ``done``: the controller replies before the broker has applied the change."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise DataPlaneError(f"The broker did not take its access control list within {TIMEOUT_SECONDS:.0f} s.")
            time.sleep(0.02)


def _fields(rule: AclRule) -> tuple[Any, ...]:
    return (
        _TYPES.get(rule.resource_type) or ResourceType[rule.resource_type],
        rule.resource_name,
        ResourcePatternType[rule.pattern_type],
        rule.principal,
        rule.host,
        AclOperation[rule.operation],
        AclPermissionType[rule.permission],
    )


def _binding(rule: AclRule) -> AclBinding:
    return AclBinding(*_fields(rule))


def _filter(rule: AclRule) -> AclBindingFilter:
    return AclBindingFilter(*_fields(rule))


def _rule(binding: AclBinding) -> AclRule:
    return AclRule(
        principal=binding.principal,
        resource_type=_TYPE_NAMES.get(binding.restype, binding.restype.name),
        resource_name=binding.name,
        pattern_type=binding.resource_pattern_type.name,
        host=binding.host,
        operation=binding.operation.name,
        permission=binding.permission_type.name,
    )


def _wait(future: Future[Any]) -> Any:
    try:
        return future.result(TIMEOUT_SECONDS)
    except KafkaException as error:
        raise DataPlaneError(f"Kafka: {error.args[0].str().strip().rstrip('.')}.") from error
    except TimeoutError as error:
        raise DataPlaneError(f"The Kafka broker did not answer within {TIMEOUT_SECONDS:.0f} s.") from error
