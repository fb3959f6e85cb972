"""Quantities of the billed metrics that a stack uses, by its settings and usage figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.datagen import TASKS
from toolchain.frontdoor.stack.stack import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.config.settings import Settings
    from toolchain.frontdoor.cost.usage import Usage

HOURS_PER_MONTH = 730  # 365 * 24 / 12, as cloud price calculators have it
_GB = 2**30  # "calculated in binary gigabytes": docs.confluent.io/cloud/current/billing/billing-dimensions.html
_RETENTION_HOURS = 7 * 24  # the default of retention.ms: the program sets no other
# "1 token is about 4 characters": help.openai.com/en/articles/4936856-what-are-tokens-and-how-to-count-them
_CHARACTERS_PER_TOKEN = 4
# Numbers in a vector: developers.openai.com/api/docs/guides/embeddings
DIMENSIONS = {"text-embedding-ada-002": 1536, "text-embedding-3-small": 1536, "text-embedding-3-large": 3072}


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """Units of a metric per hour, from ``low`` to ``high``; ``None`` if they cannot be computed."""

    metric: str
    what: str
    low: float | None
    high: float | None


def records_per_hour(settings: Settings, usage: Usage) -> float:
    """Return the records that the connector generates in an hour.

    Before each record it pauses for a random part of the interval, on average half of it. Source: the setting
    ``max.interval`` of kafka-connect-datagen.
    """
    from_settings = 3_600_000 / (settings.record_interval_ms / 2)
    return from_settings if usage.records_per_hour is None else usage.records_per_hour


def _sink_bytes(settings: Settings, usage: Usage) -> float:
    return usage.sink_bytes(DIMENSIONS.get(settings.embedding_model, 0))


def quantities(settings: Settings, usage: Usage) -> list[Quantity]:
    """Return the billed quantities, in the order of the pipeline."""
    records = records_per_hour(settings, usage)
    source = records * usage.record_bytes / _GB
    sink = records * _sink_bytes(settings, usage) / _GB
    retained = (source + sink) * _RETENTION_HOURS
    tokens = records * usage.text_characters / _CHARACTERS_PER_TOKEN / 1e6
    kafka = f"Kafka cluster, {settings.cluster_type}"
    governance = f"Stream Governance, {settings.governance_package.capitalize()}"
    return [
        _fixed("kafka-ecku-hour", f"{kafka}: one eCKU", 1),
        # Written: both topics. Read: the source topic by the INSERT, the vectors by each sink.
        _fixed("kafka-transfer-gb", f"{kafka}: data in and out", source + sink + source + len(settings.sinks) * sink),
        Quantity(
            metric="kafka-storage-gb-month",
            what=f"{kafka}: storage, empty to 7 days full ({retained:.3g} GB)",
            low=0,
            high=retained / HOURS_PER_MONTH,
        ),
        _fixed("connect-task-hour", "Datagen connector: tasks", TASKS),
        _fixed("connect-transfer-gb", "Datagen connector: data", source),
        *(
            one
            for entry in settings.sinks
            for one in (
                _fixed("connect-task-hour", f"Sink {entry.label}: tasks", TASKS),
                _fixed("connect-transfer-gb", f"Sink {entry.label}: data", sink),
            )
        ),
        *([] if settings.environment_id else [_fixed("governance-hour", governance, 1)]),
        Quantity(metric="flink-cfu-hour", what="Flink: one CFU to the pool's limit", low=1, high=settings.max_cfu),
        _fixed("embedding-million-tokens", f"Embeddings, {settings.embedding_model}", tokens),
    ]


def _fixed(metric: str, what: str, amount: float | None) -> Quantity:
    return Quantity(metric=metric, what=what, low=amount, high=amount)


def caveats(settings: Settings, usage: Usage) -> Iterator[str]:
    """Yield the assumptions behind the quantities, one sentence each."""
    records = records_per_hour(settings, usage)
    origin = "--usage" if usage.records_per_hour is not None else "from recordIntervalMs, the longest pause"
    yield f"Records: {records:,.0f} an hour ({origin})."
    yield "Kafka: one eCKU, the least of a cluster that is in use; it grows with the load."
    yield (
        "Flink bills the CFUs that statements use, at least 1 for one that runs: the INSERT alone runs on, and maxCfu"
        f" ({settings.max_cfu}) is the most that the pool may use."
    )
    yield (
        f"Data: {usage.record_bytes:,.0f} bytes a generated record and {_sink_bytes(settings, usage):,.0f} with its"
        " vector, uncompressed, before replication, without Kafka's own overhead; whoever else reads the topics adds"
        " to it."
    )
    yield (
        f"Tokens: {usage.text_characters:,.0f} characters a text at {_CHARACTERS_PER_TOKEN} characters a token"
        " (OpenAI's rule of thumb for English)."
    )
    yield "Measured your own? Give it with --usage NAME=AMOUNT (docs/cost.md)."
    for entry in settings.sinks:
        yield f"Sink {entry.label}: without what {entry.kind.capitalize()} itself costs, and its network."
    if settings.embedding_model not in DIMENSIONS:
        yield f"Without the vectors' own bytes: how long those of {settings.embedding_model} are is not known here."
    if is_loopback(settings.openai_endpoint):
        yield "Embeddings are priced as OpenAI's, although openaiEndpoint is on this machine."
    if settings.environment_id:
        yield f"Stream Governance is billed to {settings.environment_id}, which is there anyway: it is left out."
    yield "List prices without taxes, discounts, free credits and support; an hour begun is billed in full."
