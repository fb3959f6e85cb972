"""The cloud regions that clusters and compute pools can name.

Source: Confluent's "Cloud Providers and Regions" and "Supported Cloud Regions for Confluent Cloud for Apache Flink".
All of them are this machine. An unknown region is refused, so that a typing error shows here and not in the cloud.
"""

from __future__ import annotations

import difflib

from localcloud.control.core.errors import InvalidError

REGIONS: dict[str, tuple[str, ...]] = {
    "AWS": (
        "af-south-1",
        "ap-east-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ),
    "AZURE": (
        "australiaeast",
        "brazilsouth",
        "canadacentral",
        "canadaeast",
        "centralindia",
        "centralus",
        "eastasia",
        "eastus",
        "eastus2",
        "francecentral",
        "germanywestcentral",
        "japaneast",
        "koreacentral",
        "northeurope",
        "norwayeast",
        "qatarcentral",
        "southafricanorth",
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
    "GCP": (
        "asia-east1",
        "asia-east2",
        "asia-northeast1",
        "asia-northeast2",
        "asia-northeast3",
        "asia-south1",
        "asia-south2",
        "asia-southeast1",
        "asia-southeast2",
        "australia-southeast1",
        "australia-southeast2",
        "europe-central2",
        "europe-north1",
        "europe-southwest1",
        "europe-west1",
        "europe-west2",
        "europe-west3",
        "europe-west4",
        "europe-west6",
        "europe-west8",
        "europe-west9",
        "me-central2",
        "me-west1",
        "northamerica-northeast1",
        "northamerica-northeast2",
        "southamerica-east1",
        "southamerica-west1",
        "us-central1",
        "us-east1",
        "us-east4",
        "us-south1",
        "us-west1",
        "us-west2",
        "us-west3",
        "us-west4",
    ),
}


def check_region(cloud: str, region: str) -> None:
    """Raise :class:`InvalidError` for a cloud or region that Confluent Cloud does not have."""
    regions = REGIONS.get(cloud.upper())
    if regions is None:
        raise InvalidError(f"Cloud {cloud!r} is unknown: use one of {', '.join(REGIONS)}.", pointer="/spec/cloud")
    if region not in regions:
        alike = difflib.get_close_matches(region, regions, n=3, cutoff=0.4) or regions[:3]
        hint = f"did you mean {' or '.join(alike)}?"
        raise InvalidError(f"Region {region!r} is unknown in {cloud.upper()}: {hint}", pointer="/spec/region")


def region_id(cloud: str, region: str) -> str:
    """Return a Flink region's id: ``aws.us-east-1``."""
    return f"{cloud.lower()}.{region}"
