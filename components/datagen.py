"""The connectors that generate records."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.config.settings import Settings
from components.connector_status import failure_of
from components.flinksql import Source
from components.identities import Identities
from components.kafka import Kafka

TASKS = 1


@dataclass(frozen=True, kw_only=True)
class RecordSchema:
    """The Avro schema of what is generated; its ``arg.properties`` say how (Avro Random Generator).

    ``topic``: the name of its file. ``decimals``: the fields that are bytes in JSON.
    """

    topic: str
    text: str
    fields: tuple[str, ...]
    decimals: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``path``; raises :class:`pulumi.RunError` if it is not an Avro record."""
        name = f"{path.parent.name}/{path.name}"
        try:
            schema = json.loads(path.read_text(encoding="utf-8"))
            types = {field["name"]: field["type"] for field in schema["fields"]}
        except (OSError, ValueError) as error:
            raise pulumi.RunError(f"{name} cannot be read ({error}).") from None
        except (KeyError, TypeError):
            raise pulumi.RunError(f'{name} is not an Avro record: it needs "fields", each with a "name".') from None
        decimals = [
            key for key, kind in types.items() if isinstance(kind, dict) and kind.get("logicalType") == "decimal"
        ]
        text = json.dumps(schema, separators=(",", ":"))
        return cls(topic=path.stem, text=text, fields=tuple(types), decimals=tuple(decimals))

    @property
    def connector(self) -> str:
        """Name of the connector that writes such records."""
        return f"DatagenSource{_pascal(self.topic)}"


class Datagen(pulumi.ComponentResource):
    """A managed Datagen source. It writes as a service account: no key in its configuration, none to rotate.

    ``settings`` give the longest pause between two records. ``source``: what a statement that reads them waits for.
    """

    connector: confluentcloud.Connector
    source: Source

    def __init__(
        self,
        name: str,
        *,
        kafka: Kafka,
        identities: Identities,
        schema: RecordSchema,
        settings: Settings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("confluent-rag:index:Datagen", name, None, opts)
        # A decimal is bytes in JSON: as a double it can be read, and written into the text to embed.
        casts = {f"cast{_pascal(field)}": field for field in schema.decimals}
        config: dict[str, pulumi.Input[str]] = {
            "connector.class": "DatagenSource",
            "name": schema.connector,
            "kafka.auth.mode": "SERVICE_ACCOUNT",
            "kafka.service.account.id": identities.accounts["datagen"].id,
            "kafka.topic": schema.topic,
            "schema.context.name": "default",
            "schema.string": schema.text,
            "output.data.format": "JSON_SR",
            "value.converter.decimal.format": "BASE64",
            "max.interval": str(settings.record_interval_ms),
            "tasks.max": str(TASKS),
            "errors.tolerance": "none",
            "auto.restart.on.user.error": "true",
            **({"transforms": ",".join(casts)} if casts else {}),
            **{f"transforms.{cast}.type": "org.apache.kafka.connect.transforms.Cast$Value" for cast in casts},
            **{f"transforms.{cast}.spec": f"{field}:float64" for cast, field in casts.items()},
        }
        self.connector = confluentcloud.Connector(
            name,
            environment={"id": kafka.environment_id},
            kafka_cluster={"id": kafka.cluster.id},
            config_nonsensitive=config,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=identities.rights["datagen"],
                delete_before_replace=True,  # its name is taken
                custom_timeouts=pulumi.CustomTimeouts(create="15m"),
            ),
        )
        self.register_outputs({"connectorId": self.connector.id})

        async def failure() -> str | None:
            ids = await pulumi.Output.all(kafka.environment_id, kafka.cluster.id).future()
            return await failure_of(schema.connector, *ids) if ids else None

        self.source = Source(table=schema.topic, columns=schema.fields, connector=schema.connector, failure=failure)


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.replace("_", "-").split("-"))
