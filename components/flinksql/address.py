"""Where Flink answers, and the key that it takes."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Address:
    """A Flink endpoint with the key to it, as plain values."""

    endpoint: str
    organization_id: str
    environment_id: str
    compute_pool_id: str
    api_key: str
    api_secret: str = field(repr=False)
