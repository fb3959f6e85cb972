"""A sink: a connector with an account of its own, and the index of its store."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
import pulumi_confluentcloud as confluentcloud

from components.flinksql import FlinkSession, HookError, answer_of, done_once
from components.identities import Identities
from components.kafka import Kafka
from components.sinks.plan import Plan
from components.sinks.plugin import plugin_of
from components.sinks.store import CustomStore, StoreError

INDEXED_FOR, DIMENSION = "indexedFor", "dimension"
_OF_MANAGED = {
    "schema.context.name": "default",
    "input.data.format": "JSON_SR",
    "auto.restart.on.user.error": "true",
}


class Sink(pulumi.ComponentResource):
    """Copies tables into a store. Replaced with its tables and its model, whose vectors the index is made for.

    ``statements``: the names of the stack's statements, by purpose.
    """

    connector: confluentcloud.Connector

    def __init__(
        self,
        plan: Plan,
        *,
        kafka: Kafka,
        identities: Identities,
        session: FlinkSession,
        statements: Mapping[str, pulumi.Output[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("confluent-rag:index:Sink", f"{plan.name}-sink", None, opts)
        self.plan, duty = plan, f"sink-{plan.name}"
        plugin = plugin_of(plan, suffix=session.suffix, cloud=kafka.cluster.cloud, parent=self)
        built_on = [statements[purpose] for purpose in plan.built_on]
        first = [self._index(session, built_on, [])] if plan.store.index_comes_first else []
        config: dict[str, pulumi.Input[str]] = {
            "connector.class": plan.store.connector_class,
            "name": self.connector_name,
            "kafka.auth.mode": "SERVICE_ACCOUNT",
            "kafka.service.account.id": identities.accounts[duty].id,
            # They depend on the statements that make them: a sink comes after its tables and goes before them.
            "topics": pulumi.Output.all(list(built_on), list(first)).apply(lambda _: ",".join(plan.store.topics)),
            "consumer.override.isolation.level": "read_committed",
            "consumer.override.auto.offset.reset": "earliest",
            "errors.tolerance": "all",  # what cannot be delivered is in the topic of dead letters
            "tasks.max": "1",
            **(self._of_custom(plugin) if plugin else _OF_MANAGED),
            **plan.store.plain(),
        }
        self.connector = confluentcloud.Connector(
            f"{plan.name}-sink-connector",
            environment={"id": kafka.environment_id},
            kafka_cluster={"id": kafka.cluster.id},
            config_nonsensitive=config,
            config_sensitive=pulumi.Output.secret(dict(plan.store.secrets())),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=identities.rights[duty],
                replacement_trigger=built_on,
                delete_before_replace=True,  # its name is taken
                custom_timeouts=pulumi.CustomTimeouts(create="15m"),
            ),
        )
        # Else the index comes after the connector, with which the local cloud starts its store.
        index = first[0] if first else self._index(session, built_on, [self.connector.id])
        self.register_outputs(
            {"connectorId": self.connector.id, INDEXED_FOR: index[INDEXED_FOR], DIMENSION: index[DIMENSION]}
        )

    @property
    def connector_name(self) -> str:
        """Name of the connector in its cluster."""
        name = "".join(part.capitalize() for part in self.plan.name.split("-"))
        return f"{self.plan.store.connector_class.rpartition('.')[2]}{name}"

    @property
    def output(self) -> dict[str, Any]:
        """What the stack's outputs say of it: no secret."""
        return {
            "kind": self.plan.store.entry.kind,
            "connector": self.connector_name,
            "id": self.connector.id,
            "tables": list(self.plan.tables),
            "topics": list(self.plan.store.topics),
            "deadLetters": self.plan.copied.dead_letters or pulumi.Output.concat("dlq-", self.connector.id),
            "store": self.plan.store.entry.shown,
        }

    def _of_custom(self, plugin: confluentcloud.CustomConnectorPlugin) -> dict[str, pulumi.Input[str]]:
        """Return what only the connector of a plugin needs, among it the converters, which it chooses itself."""
        store = cast("CustomStore[Any]", self.plan.store)
        return {
            "confluent.connector.type": "CUSTOM",
            "confluent.custom.plugin.id": plugin.id,
            "confluent.custom.connection.endpoints": ";".join(f"{one}:TCP" for one in store.endpoints()),
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            **store.converter,
            "errors.deadletterqueue.topic.name": self.plan.copied.dead_letters,
            "errors.deadletterqueue.context.headers.enable": "true",
        }

    def _index(
        self,
        session: FlinkSession,
        built_on: Sequence[pulumi.Output[str]],
        after: Sequence[pulumi.Output[str]],
    ) -> pulumi.Output[dict[str, Any]]:
        """Return a digest of the index's place and its vectors' model, and their size, known once the index is there.

        An index that was made and is gone is made again.
        """
        plan = self.plan
        made = session.previous.components.get(f"{plan.name}-sink", {})

        async def make(known: list[Any]) -> dict[str, Any]:
            database, statements, _ = known
            content = [*plan.store.entry.place, plan.store.plain(), plan.model, statements]
            size = made.get(DIMENSION)

            async def work() -> None:
                nonlocal size
                size = await self._make_index(session, database)

            digest = await done_once(content, made.get(INDEXED_FOR), work, at_first=True)
            is_old = digest == made.get(INDEXED_FOR) and plan.store.makes_index
            if is_old and size is not None and not pulumi.runtime.is_dry_run():
                await self._make_again(int(size))
            return {INDEXED_FOR: digest, DIMENSION: size}

        known: pulumi.Output[Any] = pulumi.Output.all(session.database, list(built_on), list(after))
        return known.apply(make)

    async def _make_index(self, session: FlinkSession, database: str) -> int | None:
        model = self.plan.model
        if model is None:
            return None
        failure = f"Sink {self.plan.name} has no index for the vectors of {model}"
        row = await answer_of(session, model, database, failure)
        dimension = next(len(value) for value in row if isinstance(value, list))
        try:
            said = await asyncio.to_thread(self.plan.store.make_index, dimension)
        except StoreError as error:
            raise HookError(f"{failure}: {error}.") from None
        pulumi.log.info(f"{said}.")
        return dimension

    async def _make_again(self, dimension: int) -> None:
        """Make the index if it is gone. A store that cannot be asked is no reason to end this `up`."""
        try:
            pulumi.log.debug(await asyncio.to_thread(self.plan.store.make_index, dimension))
        except StoreError as error:
            pulumi.log.warn(f"Whether the index of sink {self.plan.name} is there could not be seen: {error}.")
