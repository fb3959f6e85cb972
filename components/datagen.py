"""The connector that generates product updates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_confluentcloud as confluentcloud

if TYPE_CHECKING:
    from pathlib import Path

    from components.identities import Identities
    from components.kafka import Kafka

SOURCE_TOPIC = "product-updates"
CONNECTOR_NAME = "DatagenSourceProductUpdates"
TASKS = 1


@dataclass(frozen=True, kw_only=True)
class RecordSchema:
    """The Avro schema of what is generated; its ``arg.properties`` say how (Avro Random Generator)."""

    text: str
    fields: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> RecordSchema:
        """Read ``path``; raises :class:`pulumi.RunError` if it is not an Avro record."""
        name = f"{path.parent.name}/{path.name}"
        try:
            schema = json.loads(path.read_text(encoding="utf-8"))
            fields = tuple(field["name"] for field in schema["fields"])
        except (OSError, ValueError) as error:
            raise pulumi.RunError(f"{name} cannot be read ({error}).") from None
        except (KeyError, TypeError):
            raise pulumi.RunError(f'{name} is not an Avro record: it needs "fields", each with a "name".') from None
        return cls(text=json.dumps(schema, separators=(",", ":")), fields=fields)


@dataclass(frozen=True, kw_only=True)
class DatagenProps:
    """``interval_ms``: longest pause between two records; ``identities``: whom it writes as."""

    kafka: Kafka
    identities: Identities
    schema: RecordSchema
    interval_ms: int


class Datagen(pulumi.ComponentResource):
    """A managed Datagen source. It writes as a service account: no key in its configuration, none to rotate."""

    connector: confluentcloud.Connector
    outputs: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, props: DatagenProps, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("confluent-rag:index:Datagen", name, None, opts)
        self.connector = confluentcloud.Connector(
            name,
            environment={"id": props.kafka.environment_id},
            kafka_cluster={"id": props.kafka.cluster.id},
            config_nonsensitive={
                "connector.class": "DatagenSource",
                "name": CONNECTOR_NAME,
                "kafka.auth.mode": "SERVICE_ACCOUNT",
                "kafka.service.account.id": props.identities.datagen.id,
                "kafka.topic": SOURCE_TOPIC,
                "schema.context.name": "default",
                "schema.string": props.schema.text,
                "output.data.format": "JSON_SR",
                "value.converter.decimal.format": "BASE64",
                "max.interval": str(props.interval_ms),
                "tasks.max": str(TASKS),
                "errors.tolerance": "none",
                "auto.restart.on.user.error": "true",
                # A decimal is bytes in JSON: as a double it can be read, and written into the text to embed.
                "transforms": "castPrice",
                "transforms.castPrice.type": "org.apache.kafka.connect.transforms.Cast$Value",
                "transforms.castPrice.spec": "price:float64",
            },
            opts=pulumi.ResourceOptions.merge(
                opts,
                pulumi.ResourceOptions(
                    parent=self,
                    depends_on=props.identities.datagen_rights,
                    custom_timeouts=pulumi.CustomTimeouts(create="15m"),
                    delete_before_replace=True,  # its name is fixed
                ),
            ),
        )
        name_output = self.connector.config_nonsensitive.apply(lambda config: str(config["name"]))
        self.outputs = {"connectorId": self.connector.id, "connectorName": name_output}
        self.register_outputs(self.outputs)
