"""Where Kafka, Flink and connectors run together, reachable from the public internet: ``regions.tsv``.

Source: Confluent's "Supported Cloud Regions for Confluent Cloud for Apache Flink" and "Cloud Providers and Regions".
"""

from enum import StrEnum
from pathlib import Path


class Cloud(StrEnum):
    """Cloud provider, as Confluent's API spells it."""

    AWS = "AWS"
    GCP = "GCP"
    AZURE = "AZURE"


_ROWS = [line.split("\t") for line in Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines()[1:]]
REGIONS = {cloud: tuple(region for place, region in _ROWS if place == cloud) for cloud in Cloud}
