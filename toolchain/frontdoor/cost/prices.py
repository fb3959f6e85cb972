"""The price table (``prices.yaml``): each price with its source and the day on which it was read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, UrlConstraints, ValidationError
from pydantic_core import Url

from components.config.regions import Cloud
from components.config.settings import ClusterType, GovernancePackage, Settings
from toolchain.frontdoor.cost.amounts import named_amount
from toolchain.frontdoor.cost.usage import Usage
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.stack.stack import is_loopback

TABLE = Path(__file__).with_name("prices.yaml")
CURRENCY = "USD"
_OPENAI = "api.openai.com"
# Metric -> its unit. Confluent's own dimensions: docs.confluent.io/cloud/current/billing/billing-dimensions.html
METRICS = {
    "kafka-ecku-hour": "eCKU-hour",
    "kafka-transfer-gb": "GB in or out",
    "kafka-storage-gb-month": "GB-month",
    "connect-task-hour": "task-hour",
    "connect-transfer-gb": "GB",
    "governance-hour": "hour",
    "flink-cfu-hour": "CFU-hour",
    "embedding-million-tokens": "1M tokens",
}


def _known(name: str) -> str:
    if name not in METRICS:
        raise ValueError(f"no such price: they are {', '.join(METRICS)}")
    return name


def _past(day: date) -> date:
    if day > datetime.now(UTC).date():
        raise ValueError("is in the future")
    return day


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Scope(_Row):
    """The facts that prices depend on: the present ones of a stack, or the ones that a price requires.

    In a price, ``None`` matches any value.
    """

    cluster_type: ClusterType | None = None
    governance_package: GovernancePackage | None = None
    embedding_model: str | None = None
    cloud: Cloud | None = None
    region: str | None = None

    @property
    def given(self) -> dict[str, object]:
        """The fields that are set."""
        return self.model_dump(exclude_none=True)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return a stack's scope. Its model counts only if OpenAI serves it: other providers have other prices."""
        endpoint = settings.openai_endpoint
        is_openai = urlsplit(endpoint).hostname == _OPENAI or is_loopback(endpoint)
        return cls(
            cluster_type=settings.cluster_type,
            governance_package=settings.governance_package,
            embedding_model=settings.embedding_model if is_openai else None,
            cloud=settings.cloud,
            region=settings.region,
        )

    def covers(self, stack: Self) -> bool:
        """Whether a price of this scope applies to ``stack``."""
        return self.given.items() <= stack.given.items()


class Price(_Row):
    """A price. ``amount``: USD per unit of the metric ``name``. ``included``: free units an hour."""

    name: Annotated[str, AfterValidator(_known)]
    amount: float = Field(ge=0, allow_inf_nan=False)
    included: float = Field(default=0, ge=0, allow_inf_nan=False)
    scope: Scope = Field(default_factory=Scope, alias="for")
    read: date | None = None
    source: Url | None = None
    note: str = ""

    @classmethod
    def given(cls, text: str) -> Self:
        """Parse ``--price NAME=AMOUNT``; raises :class:`Failure` for any other text."""
        name, amount = named_amount("--price", text, {name: f"{CURRENCY} per {unit}" for name, unit in METRICS.items()})
        return cls(name=name, amount=amount)


class ListedPrice(Price):
    """A published price. ``source``: URL of the page. ``read``: the day on which it was read there."""

    read: Annotated[date, AfterValidator(_past)]
    source: Annotated[Url, UrlConstraints(allowed_schemes=["https"])]


class _File(_Row):
    usage: Usage
    prices: tuple[ListedPrice, ...]


@dataclass(frozen=True)
class PriceTable:
    """Prices and usage figures. A price that is ``given`` on the command line overrides the ``listed`` ones."""

    usage: Usage
    listed: tuple[ListedPrice, ...]
    given: tuple[Price, ...] = ()

    @classmethod
    def load(cls, path: Path = TABLE, given: Iterable[Price] = ()) -> Self:
        """Read the table at ``path``; raises :class:`Failure` with the place of the first mistake in it."""
        try:
            file = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except yaml.YAMLError as error:
            raise Failure(f"{path.name} is no YAML: {' '.join(str(error).split())}.") from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise Failure(f"{path.name} is not a table of prices: {where}: {first['msg']}.") from None
        return cls(file.usage, file.prices, tuple(given))

    def price(self, name: str, stack: Scope) -> Price | None:
        """Return the price of a metric for ``stack``, of several the one with the narrowest scope, else ``None``."""
        if given := [price for price in self.given if price.name == name]:
            return given[-1]
        found = [price for price in self.listed if price.name == name and price.scope.covers(stack)]
        return max(found, key=lambda price: len(price.scope.given), default=None)
