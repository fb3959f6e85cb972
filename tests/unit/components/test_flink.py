from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest
from pulumi.runtime import set_all_config

from components.flinksql import declare_statement
from tests.support.recorded_program import Recorded, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from components.config.settings import Settings
    from components.flinksql import FlinkSession
    from components.sql_files import SqlFiles

PLACE = "flink-aws-us-east-1"


@pytest.fixture
def provider_config() -> Iterator[None]:
    set_all_config(
        {
            "confluentcloud:endpoint": "http://127.0.0.1:8099",
            "confluentcloud:cloudApiKey": "CLOUDKEY",
            "confluentcloud:cloudApiSecret": "cloud-secret",
            "confluentcloud:maxRetries": "8",
        }
    )
    yield
    set_all_config({})


class TestFlink:
    @pytest.fixture
    def recorded(self, make_session: Callable[[], FlinkSession]) -> Recorded:
        return record(make_session)

    def test_pool(self, recorded: Recorded) -> None:
        assert recorded["flink-pool"].inputs == {
            "displayName": "rag-x",
            "environment": {"id": "env-1"},
            "cloud": "AWS",
            "region": "us-east-1",
            "maxCfu": 10,
        }
        assert recorded["flink-pool"].depends_on == set()

    def test_key_belongs_to_the_deployer_and_to_the_region(self, recorded: Recorded) -> None:
        key = recorded[f"{PLACE}-key"]
        assert key.inputs["owner"] == {"id": "sa-deployer", "apiVersion": "iam/v2", "kind": "ServiceAccount"}
        assert key.inputs["managedResource"] == {
            "id": "aws.us-east-1",
            "apiVersion": "fcpm/v2",
            "kind": "Region",
            "environment": {"id": "env-1"},
        }
        assert key.inputs["displayName"] == "rag-flink-x"

    def test_key_is_not_waited_for_on_the_way_to_the_first_vector(self, recorded: Recorded) -> None:
        assert recorded[f"{PLACE}-key"].inputs["disableWaitForReady"] is True

    def test_key_comes_after_the_deployer_s_rights_and_does_not_wait_for_the_cluster(self, recorded: Recorded) -> None:
        edges = recorded[f"{PLACE}-key"].depends_on
        assert edges == {"deployer", "deployer-FlinkAdmin-environment", "deployer-Assigner-runner"}

    def test_another_rotation_is_another_key_and_the_same_statements(
        self, settings: Settings, sql: SqlFiles, make_session: Callable[..., FlinkSession]
    ) -> None:
        def name_after(rotation: int) -> tuple[Recorded, str]:
            def program() -> None:
                (table,) = sql.tables.values()
                session = make_session(settings.model_copy(update={"rotation": rotation}))
                declare_statement("p", table, session, pulumi.ResourceOptions())

            recorded = record(program)
            return recorded, recorded["p"].inputs["statementName"]

        (_, before), (recorded, after) = name_after(1), name_after(2)
        assert before == after
        assert set(recorded.of_type("ApiKey")) == {f"{PLACE}-key-2"}
        assert recorded[f"{PLACE}-key-2"].inputs["displayName"] == "rag-flink-x-2"
        assert f"{PLACE}-key-2" in recorded[PLACE].input_depends_on("flinkApiKey")
        assert "credentials" not in recorded["p"].inputs

    def test_provider_carries_the_flink_settings(self, recorded: Recorded) -> None:
        provider = recorded[PLACE]
        assert provider.inputs == {
            "organizationId": "org-1",
            "environmentId": "env-1",
            "flinkRestEndpoint": "https://flink",
            "flinkComputePoolId": "lfcp-1",
            "flinkPrincipalId": "sa-runner",
            "flinkApiKey": "FLINKKEY",
            "flinkApiSecret": "flink-secret",
        }
        assert {"flinkApiKey", "flinkApiSecret"} <= provider.secrets

    @pytest.mark.usefixtures("provider_config")
    def test_provider_is_told_what_the_default_one_reads_itself(self, make_session: Callable[[], FlinkSession]) -> None:
        provider = record(make_session)[PLACE]
        assert provider.inputs["endpoint"] == "http://127.0.0.1:8099"
        assert provider.inputs["cloudApiKey"] == "CLOUDKEY"
        assert provider.inputs["cloudApiSecret"] == "cloud-secret"
        assert provider.inputs["maxRetries"] == "8"
        assert {"cloudApiKey", "cloudApiSecret"} <= provider.secrets

    def test_session_is_secret(self, make_session: Callable[[], FlinkSession]) -> None:
        seen: dict[str, bool] = {}

        def program() -> pulumi.Output[None]:
            session = make_session()

            async def look() -> None:
                seen["secret"] = await session.address.is_secret()
                address = await session.address.future()
                assert address is not None
                assert "flink-secret" not in repr(address)
                assert address.api_secret == "flink-secret"

            return pulumi.Output.from_input(look())

        record(program)
        assert seen == {"secret": True}
