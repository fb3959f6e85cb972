"""The stack's settings: what may be written under ``confluent-rag:`` in ``Pulumi.<stack>.yaml``."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import pulumi
from pulumi.runtime.config import CONFIG  # the SDK lists a stack's keys nowhere else, and a misspelt one must be told
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo
from pydantic.alias_generators import to_camel

from components.config.regions import REGIONS, Cloud
from components.config.rule import Rule
from components.config.sinks import AnySink, local_mistakes, read_sinks, with_local_stores

NAMESPACE = "confluent-rag"
KEY_VARIABLE = "OPENAI_API_KEY"
KEY_COMMAND = f"pulumi config set --secret {NAMESPACE}:openaiApiKey"
DEFAULT_EMBEDDING_MODEL = "text-embedding-ada-002"
_CFU_LIMITS = (5, 10, 20, 30, 40, 50)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ClusterType(StrEnum):
    """Kafka cluster types whose endpoints are public: the others need a network that this program does not declare."""

    BASIC = "Basic"
    STANDARD = "Standard"


class GovernancePackage(StrEnum):
    """Stream Governance packages."""

    ESSENTIALS = "ESSENTIALS"
    ADVANCED = "ADVANCED"


def _regions_of(cloud: object) -> tuple[str, ...]:
    return REGIONS[Cloud(str(cloud))] if cloud in set(Cloud) else ()


def _known_region(region: str, info: ValidationInfo) -> str:
    cloud = info.data.get("cloud")
    if cloud and region not in _regions_of(cloud):
        raise ValueError("unknown region")
    return region


def _known_cfu(value: int) -> int:
    if value not in _CFU_LIMITS:
        raise ValueError("not a limit of a compute pool")
    return value


def _safe_url(url: str) -> str:
    parts = urlsplit(url)
    is_local = parts.hostname in _LOOPBACK
    if not parts.hostname or parts.username or parts.scheme not in {"https", "http" if is_local else "https"}:
        raise ValueError("not an endpoint")
    return url


class Settings(BaseModel):
    """Typed, valid settings. Shapes: regions as the cloud names them, CFU in Flink units, intervals in milliseconds."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, populate_by_name=True)

    cloud: Annotated[Cloud, Rule.one_of(list(Cloud))] = Field(Cloud.AWS, description="Cloud that everything runs in.")
    region: Annotated[str, AfterValidator(_known_region), Rule(allowed="a region of that cloud (below)")] = Field(
        "us-east-1", validate_default=True, description="Region of the Kafka cluster and of Flink."
    )
    cluster_type: Annotated[ClusterType, Rule.one_of(list(ClusterType))] = Field(
        ClusterType.STANDARD,
        description="Kafka cluster type; a Basic cluster can become Standard, not the reverse. Basic knows no roles "
        "per topic: its accounts are CloudClusterAdmin of the cluster, which is for development.",
    )
    max_cfu: Annotated[int, AfterValidator(_known_cfu), Rule.one_of(_CFU_LIMITS)] = Field(
        10, description="Most Confluent Flink units (CFU) that the compute pool may use."
    )
    governance_package: Annotated[GovernancePackage, Rule.one_of(list(GovernancePackage))] = Field(
        GovernancePackage.ESSENTIALS, description="Stream Governance package of the environment."
    )
    openai_endpoint: Annotated[
        str,
        AfterValidator(_safe_url),
        Rule(allowed="an https:// URL without a user name (http:// only on this machine)"),
    ] = Field("https://api.openai.com/v1/embeddings", description="Embeddings endpoint that Flink calls.")
    openai_api_key: Annotated[SecretStr, Rule(allowed="an API key")] = Field(
        min_length=1, description=f"API key for that endpoint; `{KEY_COMMAND}`, else the variable `{KEY_VARIABLE}`."
    )
    embedding_model: Annotated[str, Rule(allowed="a model name of letters, digits and . _ : / -")] = Field(
        DEFAULT_EMBEDDING_MODEL,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$",
        description="Embedding model. Another than the default is added to CREATE MODEL as 'OPENAI.MODEL_VERSION'.",
    )
    record_interval_ms: Annotated[int, Rule(allowed="a whole number from 10 to 25000 (milliseconds)")] = Field(
        25_000, ge=10, le=25_000, description="Longest pause between two generated records, in milliseconds."
    )
    suffix: Annotated[str | None, Rule(allowed="1 to 20 of a-z, 0-9 and -, with - only inside", example="blue")] = (
        Field(
            None,
            pattern=r"^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$",
            description="End of every name that is unique in an organization. Without it: six random digits.",
        )
    )
    cluster_name: Annotated[
        str | None,
        Rule(allowed="1 to 64 letters, digits, _ and -, starting with a letter or digit", example="products"),
    ] = Field(
        None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="Name of the Kafka cluster, which is Flink's database. Without it: `embeddings-<suffix>`.",
    )
    environment_id: Annotated[
        str | None, Rule(allowed="the id of an environment, as Confluent Cloud shows it", example="env-abc123")
    ] = Field(
        None,
        pattern=r"^env-[a-z0-9]+$",
        description="An environment that is there already: the stack deploys into it, and neither changes nor deletes "
        "it. Without it, the stack has an environment of its own.",
    )
    rotation: Annotated[int, Rule(allowed="a whole number from 1 to 9999")] = Field(
        1,
        ge=1,
        le=9999,
        description="Raise it, and the next `up` replaces every API key that this program makes, while the pipeline "
        "runs: new key made, users moved to it, old key deleted.",
    )
    protect: Annotated[bool, Rule.one_of(["true", "false"])] = Field(
        default=False, description="Whether Pulumi refuses to delete what holds data: environment, cluster, table."
    )
    sinks: Annotated[tuple[AnySink, ...], Rule(allowed="a list of sinks ([stores.md](stores.md))")] = Field(
        (), description="Stores that the vectors are copied into, one entry each."
    )
    search: Annotated[bool, Rule.one_of(["true", "false"])] = Field(
        default=False,
        description="Whether the statements of `sql/search/` are declared, with which Flink searches the MongoDB sink.",
    )

    @property
    def model_version(self) -> str | None:
        """The embedding model where it has to be named, ``None`` for Confluent's own default."""
        return None if self.embedding_model == DEFAULT_EMBEDDING_MODEL else self.embedding_model

    @classmethod
    def load(cls) -> Self:
        """Read this stack's configuration; every mistake found is in the one :class:`pulumi.RunError`."""
        prefix = f"{NAMESPACE}:"
        config = {key.removeprefix(prefix): value for key, value in CONFIG.get().items() if key.startswith(prefix)}
        if not config.get("openaiApiKey") and os.environ.get(KEY_VARIABLE):
            config["openaiApiKey"] = os.environ[KEY_VARIABLE]
        settings = cls.of(config, pulumi.get_stack())
        if mistakes := local_mistakes(settings.sinks, os.environ):
            raise pulumi.RunError("\n".join(mistakes))
        return settings.model_copy(update={"sinks": with_local_stores(settings.sinks, os.environ)})

    @classmethod
    def of(cls, config: Mapping[str, Any], stack: str) -> Self:
        """Check the configuration of ``stack``, by key without namespace; every mistake is in one ``RunError``.

        ``sinks`` is JSON text, as Pulumi gives it.
        """
        given = {key: value for key, value in config.items() if value or key not in _MAY_BE_EMPTY}
        sinks, mistakes = read_sinks(given.pop("sinks", "[]"), stack)
        try:
            settings = cls.model_validate({**given, "sinks": sinks})
        except ValidationError as error:
            keys = dict.fromkeys(str(mistake["loc"][0]) for mistake in error.errors(include_input=False))
            raise pulumi.RunError("\n".join([*(_sentence(key, given, stack) for key in keys), *mistakes])) from None
        if settings.search and not mistakes and not any(sink.searchable for sink in sinks):
            mistakes = [_NOTHING_TO_SEARCH]
        if mistakes:
            raise pulumi.RunError("\n".join(mistakes))
        return settings


_NOTHING_TO_SEARCH = (
    f"{NAMESPACE}:search is true, but there is no sink that can be searched: add one of kind mongodb to"
    f" {NAMESPACE}:sinks, or remove {NAMESPACE}:search."
)
_MAY_BE_EMPTY = ("suffix", "clusterName", "environmentId", "openaiApiKey", "sinks")


def rules() -> dict[str, Rule]:
    """Key -> its rule, in the order of the settings."""
    return {
        to_camel(name): next(item for item in info.metadata if isinstance(item, Rule))
        for name, info in Settings.model_fields.items()
    }


def _sentence(key: str, given: Mapping[str, Any], stack: str) -> str:
    stack_file = f"Pulumi.{stack}.yaml"
    known = rules()
    if key not in known:
        near = get_close_matches(key, known, n=1)
        hint = f"write {NAMESPACE}:{near[0]} instead" if near else f"remove it; the settings are {', '.join(known)}"
        return f"{NAMESPACE}:{key} in {stack_file} is not a setting: {hint}."
    if key == "openaiApiKey":
        return (
            f"{NAMESPACE}:openaiApiKey is missing: run `{KEY_COMMAND}`, or set the variable {KEY_VARIABLE}. A stack on"
            f" the local cloud needs confluentcloud:endpoint and {NAMESPACE}:openaiEndpoint, as in Pulumi.dev.yaml."
        )
    rule = known[key]
    field = next(info for name, info in Settings.model_fields.items() if to_camel(name) == key)
    value = given.get(key, field.default)
    if key == "region":
        cloud = given.get("cloud", Cloud.AWS)
        names = _regions_of(cloud)
        rule = Rule(allowed=f"a region of {cloud} with Flink ({', '.join(names)})", choices=names)
    example = rule.correction(value, field.default)
    name = f"{NAMESPACE}:{key}"
    return f"{name} is {value!r} but must be {rule.allowed}: write `{name}: {example}` in {stack_file}."
