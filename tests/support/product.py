"""The tutorial's generated product: Avro schema, what each field may hold, the connector's settings."""

from __future__ import annotations

import json
from typing import Any

PRODUCT_FIELDS: dict[str, range | list[str]] = {
    "store_id": range(1, 50),
    "product_id": range(140_764, 750_233),
    "count": range(1, 25),
    "articleType": [
        "shorts",
        "pants",
        "shirt",
        "socks",
        "shoes",
        "belt",
        "jacket",
        "sweater",
        "gloves",
        "sandals",
        "boots",
        "hat",
    ],
    "size": ["petite", "small", "medium", "large", "extralarge"],
    "fashionType": ["core", "casual", "businesscasual", "fashion", "formal"],
    "brandName": [
        "CalvinKlein",
        "TommyHilfiger",
        "Hagar",
        "PoloRalphLauren",
        "Tomini",
        "Jushcke",
        "DeBanke",
        "Dockers",
        "Rockhill",
        "Romagosa",
        "Adicot",
        "Lalonde",
    ],
    "baseColor": ["black", "white", "pink", "red", "green", "blue", "purple"],
    "gender": ["male", "female"],
    "ageGroup": ["adult", "child", "infant"],
    "season": ["spring", "summer", "fall", "winter"],
}
_PRICE = {
    "type": "bytes",
    "logicalType": "decimal",
    "precision": 4,
    "scale": 2,
    "arg.properties": {"range": {"min": 10, "max": 95}},
}


def _type(allowed: range | list[str]) -> dict[str, Any]:
    if isinstance(allowed, range):
        return {"type": "int", "arg.properties": {"range": {"min": allowed.start, "max": allowed.stop}}}
    return {"type": "string", "arg.properties": {"options": allowed}}


PRODUCT_SCHEMA = json.dumps(
    {
        "type": "record",
        "name": "products",
        "namespace": "store",
        "fields": [
            *({"name": name, "type": _type(allowed)} for name, allowed in PRODUCT_FIELDS.items()),
            {"name": "price", "type": _PRICE},
        ],
    }
)


def connector_config(**changes: str) -> dict[str, str]:
    """Return the settings of the tutorial's connector."""
    return {
        "connector.class": "DatagenSource",
        "name": "DatagenSourceProductUpdates",
        "kafka.auth.mode": "SERVICE_ACCOUNT",
        "kafka.service.account.id": "sa-123",
        "kafka.topic": "product-updates",
        "output.data.format": "JSON_SR",
        "schema.context.name": "default",
        "schema.string": PRODUCT_SCHEMA,
        "max.interval": "25000",
        "tasks.max": "1",
        "errors.tolerance": "none",
        "auto.restart.on.user.error": "true",
        "value.converter.decimal.format": "BASE64",
        "transforms": "castPrice",
        "transforms.castPrice.type": "org.apache.kafka.connect.transforms.Cast$Value",
        "transforms.castPrice.spec": "price:float64",
        **changes,
    }
