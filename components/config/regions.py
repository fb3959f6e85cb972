"""Where Kafka, Flink and connectors run together, reachable from the public internet.

Source: Confluent's "Supported Cloud Regions for Confluent Cloud for Apache Flink" and "Cloud Providers and Regions".
"""

from __future__ import annotations

from enum import StrEnum


class Cloud(StrEnum):
    """Cloud provider, as Confluent's API spells it."""

    AWS = "AWS"
    GCP = "GCP"
    AZURE = "AZURE"


REGIONS: dict[Cloud, tuple[str, ...]] = {
    Cloud.AWS: (
        "af-south-1",
        "ap-east-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-south-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "me-south-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-2",
    ),
    Cloud.GCP: (
        "asia-northeast1",
        "asia-south1",
        "asia-south2",
        "asia-southeast1",
        "asia-southeast2",
        "australia-southeast1",
        "europe-west1",
        "europe-west2",
        "europe-west3",
        "europe-west4",
        "northamerica-northeast1",
        "northamerica-northeast2",
        "southamerica-east1",
        "us-central1",
        "us-east1",
        "us-east4",
        "us-west1",
        "us-west2",
        "us-west4",
    ),
    Cloud.AZURE: (
        "australiaeast",
        "brazilsouth",
        "canadacentral",
        "centralindia",
        "centralus",
        "eastasia",
        "eastus",
        "eastus2",
        "francecentral",
        "germanywestcentral",
        "northeurope",
        "southcentralus",
        "southeastasia",
        "spaincentral",
        "swedencentral",
        "switzerlandnorth",
        "uaenorth",
        "uksouth",
        "westeurope",
        "westus2",
        "westus3",
    ),
}
