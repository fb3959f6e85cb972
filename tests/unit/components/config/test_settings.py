from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest
import yaml
from pulumi.runtime import set_all_config

from components.config.regions import REGIONS, Cloud
from components.config.settings import KEY_VARIABLE, ClusterType, GovernancePackage, Settings
from tests.support.recorded_program import Recorded, record
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    yield
    set_all_config({})


def load(**config: str) -> Settings:
    """Load settings inside a stack named ``test``, with a key unless the test gives one."""
    given = {"openaiApiKey": "k", **config}
    set_all_config({f"confluent-rag:{key}": value for key, value in given.items()})
    recorded: Recorded = record(Settings.load)
    settings: Settings = recorded.result
    return settings


@pytest.fixture
def refused() -> Callable[..., list[str]]:
    def refuse(**config: str) -> list[str]:
        with pytest.raises(pulumi.RunError) as failure:
            load(**config)
        return str(failure.value).splitlines()

    return refuse


class TestDefaults:
    def test_are_those_of_the_tutorial(self) -> None:
        settings = load()
        assert (settings.cloud, settings.region) == (Cloud.AWS, "us-east-1")
        assert settings.cluster_type is ClusterType.STANDARD
        assert settings.max_cfu == 10
        assert settings.governance_package is GovernancePackage.ESSENTIALS
        assert settings.openai_endpoint == "https://api.openai.com/v1/embeddings"
        assert settings.embedding_model == "text-embedding-ada-002"
        assert settings.model_version is None
        assert settings.record_interval_ms == 25_000
        assert (settings.suffix, settings.cluster_name) == (None, None)
        assert settings.protect is False

    def test_are_the_same_in_pulumi_yaml(self) -> None:
        declared = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]
        set_all_config({f"confluent-rag:{key}": entry["default"] for key, entry in declared.items()})
        assert load(**{key: entry["default"] for key, entry in declared.items()}) == load()
        left_out = {"openaiApiKey", "sinks"}  # a secret, and a list whose entries have several shapes
        assert set(declared) == {info.alias for info in Settings.model_fields.values()} - left_out
        for key, entry in declared.items():
            assert entry["type"] == "string", (
                f"{key}: Pulumi would complain before the settings do, and of one key alone"
            )
            assert entry["description"]


class TestValues:
    def test_are_typed(self) -> None:
        settings = load(
            cloud="GCP",
            region="us-central1",
            clusterType="Basic",
            maxCfu="50",
            governancePackage="ADVANCED",
            openaiEndpoint="http://127.0.0.1:8099/v1/embeddings",
            embeddingModel="text-embedding-3-small",
            recordIntervalMs="200",
            suffix="blue-1",
            clusterName="Products_1",
            protect="true",
        )
        assert (settings.cloud, settings.region, settings.max_cfu) == (Cloud.GCP, "us-central1", 50)
        assert settings.record_interval_ms == 200
        assert settings.protect is True
        assert settings.model_version == "text-embedding-3-small"

    @pytest.mark.parametrize("cloud", list(Cloud))
    def test_every_listed_region_is_accepted(self, cloud: Cloud) -> None:
        for region in REGIONS[cloud]:
            assert load(cloud=cloud.value, region=region).region == region

    def test_an_empty_name_is_no_name(self) -> None:
        assert load(suffix="", clusterName="").suffix is None

    def test_the_key_is_not_shown(self) -> None:
        assert "very-secret" not in repr(load(openaiApiKey="very-secret"))

    def test_the_key_may_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(KEY_VARIABLE, "from-environment")
        assert load(openaiApiKey="").openai_api_key.get_secret_value() == "from-environment"
        assert load(openaiApiKey="from-stack").openai_api_key.get_secret_value() == "from-stack"


def _sentence(key: str, value: str, allowed: str, example: str) -> str:
    name = f"confluent-rag:{key}"
    return f"{name} is {value!r} but must be {allowed}: write `{name}: {example}` in Pulumi.test.yaml."


_AWS = ", ".join(REGIONS[Cloud.AWS])
_GCP = ", ".join(REGIONS[Cloud.GCP])
_SUFFIX = "1 to 20 of a-z, 0-9 and -, with - only inside"
_CLUSTER_NAME = "1 to 64 letters, digits, _ and -, starting with a letter or digit"
_URL = "an https:// URL without a user name (http:// only on this machine)"
_OPENAI = "https://api.openai.com/v1/embeddings"
_CFU = "one of 5, 10, 20, 30, 40, 50"
_INTERVAL = "a whole number from 10 to 25000 (milliseconds)"
_MODEL = "a model name of letters, digits and . _ : / -"


class TestMistakes:
    @pytest.mark.parametrize(
        ("key", "value", "allowed", "example"),
        [
            ("cloud", "aws", "one of AWS, GCP, AZURE", "AWS"),
            ("cloud", "IBM", "one of AWS, GCP, AZURE", "AWS"),
            ("region", "us-est-1", f"a region of AWS with Flink ({_AWS})", "us-east-1"),
            ("region", "mars", f"a region of AWS with Flink ({_AWS})", "us-east-1"),
            ("clusterType", "Enterprise", "one of Basic, Standard", "Standard"),
            ("maxCfu", "7", _CFU, "10"),
            ("maxCfu", "lots", _CFU, "10"),
            ("governancePackage", "ESSENTIAL", "one of ESSENTIALS, ADVANCED", "ESSENTIALS"),
            ("openaiEndpoint", "api.openai.com", _URL, _OPENAI),
            ("openaiEndpoint", "http://api.openai.com/v1/embeddings", _URL, _OPENAI),
            ("openaiEndpoint", "https://me:pass@host/v1", _URL, _OPENAI),
            ("embeddingModel", "it's", _MODEL, "text-embedding-ada-002"),
            ("recordIntervalMs", "9", _INTERVAL, "25000"),
            ("recordIntervalMs", "25001", _INTERVAL, "25000"),
            ("recordIntervalMs", "1s", _INTERVAL, "25000"),
            ("suffix", "Blue_", _SUFFIX, "blue"),
            ("suffix", "s" * 21, _SUFFIX, "blue"),
            ("clusterName", "my cluster", _CLUSTER_NAME, "products"),
            ("protect", "perhaps", "one of true, false", "false"),
        ],
    )
    def test_each_is_one_sentence(
        self, refused: Callable[..., list[str]], key: str, value: str, allowed: str, example: str
    ) -> None:
        assert refused(**{key: value}) == [_sentence(key, value, allowed, example)]

    def test_a_region_of_another_cloud(self, refused: Callable[..., list[str]]) -> None:
        expected = _sentence("region", "us-east-1", f"a region of GCP with Flink ({_GCP})", "us-east1")
        assert refused(cloud="GCP") == [expected]

    def test_a_missing_key_comes_with_the_command(self, refused: Callable[..., list[str]]) -> None:
        (sentence,) = refused(openaiApiKey="")
        assert sentence == (
            "confluent-rag:openaiApiKey is missing: run `pulumi config set --secret confluent-rag:openaiApiKey`, "
            "or set the variable OPENAI_API_KEY. A stack on the local cloud needs confluentcloud:endpoint and "
            "confluent-rag:openaiEndpoint, as in Pulumi.dev.yaml."
        )

    def test_an_unknown_key_is_compared_with_the_known_ones(self, refused: Callable[..., list[str]]) -> None:
        assert refused(maxCFU="10") == [
            "confluent-rag:maxCFU in Pulumi.test.yaml is not a setting: write confluent-rag:maxCfu instead."
        ]
        (sentence,) = refused(zzz="1")
        assert sentence.startswith(
            "confluent-rag:zzz in Pulumi.test.yaml is not a setting: remove it; the settings are "
        )

    def test_all_are_told_at_once(self, refused: Callable[..., list[str]]) -> None:
        sentences = refused(maxCfu="7", region="mars", clustertype="Basic", suffix="_", openaiApiKey="")
        assert {sentence.split()[0] for sentence in sentences} == {
            "confluent-rag:maxCfu",
            "confluent-rag:region",
            "confluent-rag:clustertype",
            "confluent-rag:suffix",
            "confluent-rag:openaiApiKey",
        }

    def test_no_secret_is_quoted(self, refused: Callable[..., list[str]]) -> None:
        assert "very-secret" not in "".join(refused(openaiApiKey="very-secret", maxCfu="7"))

    def test_keys_of_other_namespaces_are_none_of_ours(self) -> None:
        config: dict[str, Any] = {"confluent-rag:openaiApiKey": "k", "confluentcloud:endpoint": "http://127.0.0.1:1"}
        set_all_config(config)
        assert record(Settings.load).result.cloud is Cloud.AWS
