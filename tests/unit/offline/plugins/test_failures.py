"""What goes wrong is told in one sentence, on the right resource, and leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from offline.plugins.call import Cancellation
from offline.plugins.confluentcloud.client import Api, Transport
from offline.plugins.confluentcloud.settings import Settings
from offline.plugins.errors import PluginError
from offline.plugins.protos import provider_pb2
from offline.plugins.wire import read_struct
from tests.support.plugins.driver import AbortedError, Driver
from tests.support.plugins.samples import SAMPLES, token

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENTS = "POST /org/v2/environments"


def error_of(driver: Driver, name: str, **changes: Any) -> AbortedError:
    with pytest.raises(AbortedError) as aborted:
        driver.create(token(name), {**SAMPLES[name], **changes})
    assert "\n" not in str(aborted.value)
    return aborted.value


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"errors": [{"id": "x", "status": "409", "detail": "the name is taken"}]}, "the name is taken"),
        ({"error_code": 40902, "message": "there already"}, "there already"),
        ({"error": {"code": 409, "message": "not now"}}, "not now"),
        ("plain words", '"plain words"'),
    ],
)
def test_a_refusal_is_quoted(driver: Driver, body: Any, detail: str) -> None:
    driver.cloud.trouble[ENVIRONMENTS] = [(409, body)]
    error = error_of(driver, "Environment")
    assert str(error) == f'creating Environment "staging": 409 Conflict: {detail}'
    assert error.saved is None
    assert driver.cancellation.slept == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:8099.", "http://", "https://:443", "http://[::1"])
def test_an_address_that_is_none_is_told_by_name(address: str) -> None:
    api = Api(Transport(max_retries=0, cancellation=Cancellation()), address)
    with pytest.raises(PluginError, match="is no address of an API: write one like http:") as refused:
        api.get("/org/v2/environments")
    assert f"'{address}'" in str(refused.value)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_passes_is_tried_again(driver: Driver, status: int) -> None:
    driver.cloud.trouble[ENVIRONMENTS] = [(status, {})] * 4
    driver.create(token("Environment"), SAMPLES["Environment"])
    assert driver.cancellation.slept == [1, 2, 4, 8]


@pytest.mark.parametrize(
    ("name", "path"), [("ServiceAccount", "/iam/v2/service-accounts"), ("ApiKey", "/iam/v2/api-keys")]
)
def test_iam_is_tried_again_more_often(driver: Driver, name: str, path: str) -> None:
    driver.cloud.trouble[f"POST {path}"] = [(503, {})] * 12
    driver.create(token(name), SAMPLES[name])
    assert len(driver.cancellation.slept) == 12
    driver.cloud.trouble[f"POST {path}"] = [(503, {})] * 13
    error_of(driver, name)


def test_what_does_not_pass_ends(driver: Driver) -> None:
    driver.cloud.trouble[ENVIRONMENTS] = [(503, {"errors": [{"detail": "overloaded"}]})] * 5
    assert "503 Service Unavailable: overloaded" in str(error_of(driver, "Environment"))


@pytest.mark.parametrize("status", [400, 401, 408, 501])
def test_what_will_not_pass_is_not_tried_again(driver: Driver, status: int) -> None:
    driver.cloud.trouble[ENVIRONMENTS] = [(status, {})]
    error_of(driver, "Environment")
    assert driver.cloud.requests() == [ENVIRONMENTS]


def test_a_key_quoted_by_the_server_is_not_shown(driver: Driver) -> None:
    driver.cloud.trouble[ENVIRONMENTS] = [(401, {"errors": [{"detail": "bad key cloud-secret"}]})]
    assert "cloud-secret" not in str(error_of(driver, "Environment"))


def test_a_statement_that_fails_is_saved_told_and_replaced(driver: Driver) -> None:
    error = error_of(driver, "FlinkStatement", statement="FAIL")
    assert str(error) == ('creating FlinkStatement "insert": the statement insert is FAILED: line 1: no such table')
    assert error.saved.id == "env-1/lfcp-1/insert"
    state = read_struct(error.saved.properties)
    assert state["phase"] == "FAILED"
    diff = driver.servicer.Diff(
        provider_pb2.DiffRequest(
            id=error.saved.id,
            urn=driver.urn(token("FlinkStatement")),
            olds=error.saved.properties,
            old_inputs=error.saved.inputs,
            news=error.saved.inputs,
        ),
        None,
    )
    assert list(diff.replaces) == ["phase"]
    assert diff.deleteBeforeReplace


def test_a_statement_that_fails_later_is_seen_by_a_refresh_and_replaced(driver: Driver) -> None:
    thing = driver.create(token("FlinkStatement"), SAMPLES["FlinkStatement"])
    (statement,) = [value for path, value in driver.cloud.objects.items() if "/statements/" in path]
    statement["status"] = {"phase": "FAILED", "detail": "out of credit"}
    seen = thing.refresh()
    assert seen is not None
    assert seen.outputs["phaseDetail"] == "out of credit"
    assert list(seen.diff(thing.inputs).replaces) == ["phase"]
    statement["status"] = {"phase": "RUNNING"}
    well = seen.refresh()
    assert well is not None
    assert well.outputs == thing.outputs


def test_a_wait_that_is_cancelled_saves_what_was_made_and_the_next_update_goes_on_waiting(driver: Driver) -> None:
    driver.cloud.looks = 2
    driver.servicer.Cancel(None, None)
    error = error_of(driver, "KafkaCluster")
    assert error.saved.id == "lkc-1"
    driver.cancellation._event.clear()
    request = provider_pb2.UpdateRequest(
        id="lkc-1",
        urn=driver.urn(token("KafkaCluster")),
        olds=error.saved.properties,
        old_inputs=error.saved.inputs,
        news=error.saved.inputs,
    )
    outputs = read_struct(driver.servicer.Update(request, None).properties)
    assert outputs["bootstrapEndpoint"] == "SASL_PLAINTEXT://127.0.0.1:9092"
    assert driver.cloud.requests("POST") == ["POST /cmk/v2/clusters"]


def test_what_is_made_while_the_engine_dies_is_deleted_again(driver: Driver) -> None:
    driver.cloud.looks = 2
    driver.servicer.end(engine_gone=True)
    error_of(driver, "KafkaCluster")
    assert driver.cloud.requests("POST", "DELETE") == ["POST /cmk/v2/clusters", "DELETE /cmk/v2/clusters/lkc-1"]
    assert "/cmk/v2/clusters/lkc-1" not in driver.cloud.objects


def test_a_statement_made_while_the_engine_dies_stays(driver: Driver) -> None:
    driver.servicer.end(engine_gone=True)
    error_of(driver, "FlinkStatement")
    assert driver.cloud.requests("DELETE") == []


def test_a_connector_that_the_list_does_not_show_is_deleted_again(driver: Driver) -> None:
    path = "/connect/v1/environments/env-1/clusters/lkc-1/connectors"
    driver.cloud.trouble[f"GET {path}"] = [(200, {})]
    error = error_of(driver, "Connector")
    assert error.saved is None
    assert driver.cloud.last("DELETE").path == f"{path}/Datagen"


def test_a_connectors_configuration_is_refused_with_every_reason(driver: Driver) -> None:
    validate = "/connect/v1/environments/env-1/clusters/lkc-1/connector-plugins/DatagenSource/config/validate"
    wrong = {"value": {"name": "tasks.max", "errors": ["must be a number", "must be positive"]}}
    driver.cloud.trouble[f"PUT {validate}"] = [(200, {"error_count": 1, "configs": [wrong]})]
    assert "tasks.max: must be a number, must be positive" in str(error_of(driver, "Connector"))
    assert driver.cloud.requests("POST") == []


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("FlinkComputePool", {"maxCfu": 7}, "'maxCfu' must be one of 5, 10, 20, 30, 40, 50, not 7"),
        ("FlinkComputePool", {"cloud": "IBM"}, "'cloud' must be one of AWS, AZURE, GCP, not 'IBM'"),
        ("FlinkStatement", {"statementName": "Not_good"}, "'statementName' must be at most 72 characters"),
        ("FlinkStatement", {"statement": ""}, "'statement' is empty"),
        ("FlinkStatement", {"principal": None}, "missing: principal; give them to the resource"),
        ("FlinkStatement", {"statment": "x"}, "there is no property 'statment'; did you mean 'statement'?"),
        ("KafkaCluster", {"basic": None}, "there is no cluster type"),
        ("KafkaCluster", {"standard": {}}, "two cluster types"),
        ("KafkaCluster", {"environment": {"id": "lkc-1"}}, "'id' must be an id such as env-abc123"),
        ("RoleBinding", {"principal": "sa-1"}, "'principal' must be a principal such as User:sa-abc123"),
        ("RoleBinding", {"roleName": None}, "'roleName' is missing"),
        ("ApiKey", {"owner": {"id": "sa-1", "kind": "Account", "apiVersion": "iam/v2"}}, "one of ServiceAccount, User"),
        ("KafkaTopic", {"partitionsCount": 0}, "at least 1"),
        ("KafkaTopic", {"topicName": "a b"}, "at most 249 characters"),
        ("Connector", {"configNonsensitive": {"name": "x"}}, "'connector.class' is missing"),
        (
            "Connector",
            {"configNonsensitive": {"name": "x", "connector.class": "y", "confluent.connector.type": "CUSTOM"}},
            "'confluent.custom.plugin.id' is missing",
        ),
        ("CustomConnectorPlugin", {"filename": "connector.tar"}, "'filename' must be a .zip or .jar"),
        ("FlinkConnection", {"type": "MONGODB"}, "'username' is missing"),
        ("FlinkConnection", {"type": "OPENAPI"}, "'type' must be one of OPENAI"),
        ("Environment", {"displayName": 7}, "'displayName' must be a string, not 7"),
    ],
)
def test_inputs_are_refused_before_anything_is_made(
    driver: Driver, name: str, changes: dict[str, Any], told: str
) -> None:
    inputs = {key: value for key, value in {**SAMPLES[name], **changes}.items() if value is not None}
    _, failures = driver.check(token(name), inputs)
    assert any(told in failure for failure in failures), failures
    assert driver.cloud.sent == []


def test_the_engine_is_not_pointed_at_a_secret(driver: Driver) -> None:
    inputs = {**SAMPLES["FlinkConnection"], "apiKey": 7, "credentials": {"key": "K", "secret": ["s"]}}
    _, failures = driver.check(token("FlinkConnection"), inputs)
    assert [failure.partition(":")[0] for failure in failures] == ["", ""]


@pytest.mark.parametrize(
    ("config", "environment", "told"),
    [
        ({}, {}, ["CONFLUENT_CLOUD_API_KEY", "pulumi config set --secret confluentcloud:cloudApiKey"]),
        ({"cloudApiKey": "K"}, {}, ["cloudApiKey but not cloudApiSecret", "CONFLUENT_CLOUD_API_SECRET"]),
        ({"flinkApiKey": "K"}, {"FLINK_API_SECRET": "s"}, ["flinkRestEndpoint (or FLINK_REST_ENDPOINT)"]),
        ({"oauth": "{}"}, {}, ["oauth", "API keys"]),
    ],
)
def test_a_configuration_that_lacks_something(
    config: dict[str, str], environment: dict[str, str], told: list[str]
) -> None:
    with pytest.raises(PluginError) as refused:
        Settings.of(config, environment)
    assert [words for words in told if words not in str(refused.value)] == []


def test_the_environment_completes_the_configuration() -> None:
    environment = {"CONFLUENT_CLOUD_API_KEY": "K", "CONFLUENT_CLOUD_API_SECRET": "hush"}
    settings = Settings.of({"endpoint": "http://127.0.0.1:8099/", "maxRetries": "6"}, environment)
    assert (settings["cloudApiKey"], settings.endpoint, settings.max_retries) == ("K", "http://127.0.0.1:8099", 6)
    assert "hush" not in repr(settings)


def test_a_resource_that_is_not_bundled(driver: Driver) -> None:
    with pytest.raises(AbortedError, match="no resource IdentityPool, only ApiKey, Connector"):
        driver.check("confluentcloud:index/identityPool:IdentityPool", {})


def test_a_plugin_without_its_archive(driver: Driver, archive: Path) -> None:
    archive.unlink()
    assert "the archive store-connector.zip does not exist" in str(error_of(driver, "CustomConnectorPlugin"))
    assert driver.cloud.requests("POST") == []


def test_a_refused_upload_makes_no_plugin(driver: Driver) -> None:
    driver.cloud.trouble["POST /uploads/1"] = [(403, {"message": "The signature has expired."})]
    assert "403 Forbidden: The signature has expired." in str(error_of(driver, "CustomConnectorPlugin"))
    assert "POST /connect/v1/custom-connector-plugins" not in driver.cloud.requests()
