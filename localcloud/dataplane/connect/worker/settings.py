"""A connector's settings as the worker takes them: with its logins at Kafka and the Schema Registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localcloud.dataplane.interface import ConnectorSpec, WorkerConnector
    from localcloud.dataplane.kafka.brokers import BrokerPlane

# Confluent's converters are in no package registry: the module localcloud/connect has its own.
_CONVERTERS = {
    "io.confluent.connect.avro.AvroConverter": "rag.connect.AvroConverter",
    "io.confluent.connect.json.JsonSchemaConverter": "rag.connect.JsonSchemaConverter",
}
_CLIENTS = ("consumer", "producer", "admin")
# A killed worker is started again at once, but nobody reads its partitions before its session has timed out. Kafka's
# 45 s are for networks: a worker on the broker's own machine is dead after three missed heartbeats (every 3 s).
_SESSION_MILLISECONDS = "10000"
# Who may read every schema (localcloud.control.access.authentication).
_INTERNAL_USER = "internal"


def worker_settings(
    spec: ConnectorSpec, worker: WorkerConnector, kafka: BrokerPlane, *, base_url: str, token: str
) -> dict[str, str]:
    """Return what to hand to the worker; :class:`DataPlaneError` if the connector's broker cannot be reached.

    A service account logs in through the listener that is the data plane's own, so its rights are checked and no key
    is needed; an API key through that of any client. With an API key the schemas are read as the data plane.
    """
    settings = dict(worker.settings)
    internal = kafka.internal(spec.cluster_id)
    if worker.principal:
        bootstrap, user, password = internal.bootstrap, worker.principal, internal.token
    else:
        bootstrap, user, password = kafka.start(spec.cluster_id), worker.api_key, worker.api_secret
    for client in _CLIENTS:
        settings |= _login(f"{client}.override", bootstrap, user, password)
    settings["consumer.override.session.timeout.ms"] = _SESSION_MILLISECONDS
    for side in ("key", "value"):
        converter = _CONVERTERS.get(settings.get(f"{side}.converter", ""))
        if converter is not None:
            registry = f"{base_url}/schema-registry/{spec.registry_id}"
            settings[f"{side}.converter"] = converter
            settings[f"{side}.converter.schema.registry.url"] = registry
            settings[f"{side}.converter.user"] = worker.principal or _INTERNAL_USER
            settings[f"{side}.converter.password"] = token
    return settings


def _login(prefix: str, bootstrap: str, user: str, password: str) -> Mapping[str, str]:
    login = f"username={_quoted(user)} password={_quoted(password)}"
    return {
        f"{prefix}.bootstrap.servers": bootstrap,
        f"{prefix}.security.protocol": "SASL_PLAINTEXT",
        f"{prefix}.sasl.mechanism": "PLAIN",
        f"{prefix}.sasl.jaas.config": f"org.apache.kafka.common.security.plain.PlainLoginModule required {login};",
        f"{prefix}.reconnect.backoff.max.ms": "500",  # the broker is on this machine
    }


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
