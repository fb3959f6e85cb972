"""One task of a Datagen source connector: generate, transform, write."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaError, KafkaException, Producer

from localcloud.dataplane.connect.datagen.datagen_config import DatagenConfig, OutputFormat
from localcloud.dataplane.connect.datagen.random_generator import RandomGenerator
from localcloud.dataplane.connect.datagen.wire import framed
from localcloud.dataplane.connect.datagen.wire_avro import avro_schema, avro_writer
from localcloud.dataplane.connect.datagen.wire_json import json_schema, json_writer
from localcloud.dataplane.interface import DataPlaneError, RefusedError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from localcloud.dataplane.connect.datagen.progress import Progress

SAVE_SECONDS = 1.0
FLUSH_SECONDS = 5.0
_REFUSED = (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED)
_LONGEST_NAP_SECONDS = 3600.0
_NAP_SECONDS = 0.1  # a sleeping task polls for acknowledgements this often


class IterationsDoneError(DataPlaneError):
    """All records of ``iterations`` were generated: the connector becomes FAILED, as Confluent's does."""


def registered_schema(config: DatagenConfig) -> tuple[str, str] | None:
    """Return the schema to register for the topic's values, and its type; ``None`` for plain JSON."""
    match config.output_format:
        case OutputFormat.JSON_SR:
            return json_schema(config.schema), "JSON"
        case OutputFormat.AVRO:
            return avro_schema(config.schema), "AVRO"
        case _:
            return None


def value_writer(config: DatagenConfig, schema_id: int | None) -> Callable[[Any], bytes]:
    """Return the function that serializes a record's value."""
    if config.output_format == OutputFormat.AVRO:
        write = avro_writer(config.schema)
    else:
        write = json_writer(config.schema, config.decimal_format)
    return write if schema_id is None else lambda value: framed(schema_id, write(value))


class DatagenTask:
    """One task. Runs in the caller's thread until it is asked to stop, or fails with :class:`DataPlaneError`."""

    def __init__(
        self,
        config: DatagenConfig,
        *,
        connector_id: str,
        number: int,
        progress: Progress,
        client: Mapping[str, Any],
        schema_id: int | None,
        seed: int | None = None,
    ) -> None:
        """Continue from the saved ``progress``; ``client`` are librdkafka's settings."""
        self._config, self._id, self._number, self._progress = config, connector_id, number, progress
        self.generated, self.produced = progress.load(connector_id, number)
        self._random = random.Random(seed)  # noqa: S311 - test data
        self._generator = RandomGenerator(config.source, self._random, self.generated)
        self._write = value_writer(config, schema_id)
        self._failure: str | None = None
        self._is_refused = False
        self._is_disconnected = False  # no failure: librdkafka keeps unsent records for five minutes
        # Idempotent: a retry after a lost acknowledgement must not write a record twice.
        settings = {"enable.idempotence": True, "linger.ms": 5, "error_cb": self._on_error, **client}
        self._producer = Producer(settings)

    def run(self, stop: threading.Event, on_disconnect: Callable[[], None]) -> None:
        """Write records until ``stop`` is set; ``on_disconnect`` is called when the broker cannot be reached."""
        saved = time.monotonic()
        try:
            while not stop.is_set():
                self._produce_one(stop)
                if time.monotonic() - saved > SAVE_SECONDS:
                    saved = time.monotonic()
                    self._save()
                self._sleep(stop)
                if self._is_disconnected:
                    self._is_disconnected = False
                    on_disconnect()
        finally:
            # Saved after the flush, or records that the broker has would not count as produced.
            self._producer.flush(FLUSH_SECONDS)
            self._save()

    def _produce_one(self, stop: threading.Event) -> None:
        if self._config.iterations is not None and self.generated >= self._config.iterations:
            raise IterationsDoneError(
                f"Stopping connector: generated the configured {self.generated} number of messages."
            )
        value = self._generator.generate()
        for transform in self._config.transforms:
            value = transform.value(value)
        key = None if self._config.key_field is None else _key(value[self._config.key_field])
        payload = self._write(value)
        while not stop.is_set():
            try:
                self._producer.produce(self._config.topic, payload, key, on_delivery=self._on_delivery)
            # librdkafka's queue is full: acknowledgements make room.
            except BufferError:
                self._poll(0.1)
            except KafkaException as error:
                raise DataPlaneError(self._refusal(error.args[0], len(payload))) from error
            else:
                self.generated += 1
                return

    def _refusal(self, error: Any, size: int) -> str:
        if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            return (
                f"A record has {size} bytes as {self._config.output_format}, more than Kafka takes in one message:"
                " lower the lengths and repetitions in schema.string."
            )
        return f"Topic {self._config.topic}: {error.str()}."

    def _sleep(self, stop: threading.Event) -> None:
        """Sleep for a random part of ``max.interval``, as the real connector does; read acknowledgements meanwhile."""
        self._poll(0)
        until = time.monotonic() + self._random.uniform(0, self._config.max_interval)
        while not stop.is_set() and not self._is_disconnected and (left := until - time.monotonic()) > 0:
            stop.wait(min(left, _NAP_SECONDS if len(self._producer) else _LONGEST_NAP_SECONDS))
            self._poll(0)

    def _poll(self, seconds: float) -> None:
        self._producer.poll(seconds)
        if self._failure:
            raise RefusedError(self._failure) if self._is_refused else DataPlaneError(self._failure)

    def _on_delivery(self, error: Any, _message: Any) -> None:
        if error is None:
            self.produced += 1
        else:
            self._failure = self._failure or f"Topic {self._config.topic}: {error.str()}."
            self._is_refused = self._is_refused or error.code() in _REFUSED

    def _on_error(self, error: Any) -> None:
        if error.code() in _REFUSED:
            self._is_refused = True
            self._failure = self._failure or f"Topic {self._config.topic}: {error.str()}."
        elif error.code() == KafkaError._AUTHENTICATION or error.fatal():  # noqa: SLF001 - public in spite of its name
            self._failure = self._failure or f"Kafka refused the connector: {error.str()}."
        elif error.code() == KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001
            self._is_disconnected = True

    def _save(self) -> None:
        self._progress.save(self._id, self._number, self.generated, self.produced)


def _key(value: Any) -> bytes | None:
    return None if value is None else str(value).encode()
