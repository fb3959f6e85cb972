"""Each resource from its creation to its end, in the engine's messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from offline.plugins.protos import provider_pb2
from offline.plugins.wire import UNKNOWN, is_unknown, read_struct
from tests.support.plugins.driver import FLINK, AbortedError, Driver, names
from tests.support.plugins.fake_cloud import BASE
from tests.support.plugins.samples import KEYS, OWNER, SAMPLES, token

if TYPE_CHECKING:
    from tests.support.plugins.driver import Object

NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME


def made(driver: Driver, name: str, **changes: Any) -> Object:
    return driver.create(token(name), {**SAMPLES[name], **changes})


@pytest.mark.parametrize("name", SAMPLES)
def test_the_life_of_a_resource(driver: Driver, name: str) -> None:
    thing = made(driver, name)
    assert thing.diff(thing.inputs).changes == NONE
    driver.cloud.sent.clear()
    again = thing.refresh()
    assert again is not None
    assert driver.cloud.requests("POST", "PUT", "PATCH", "DELETE") == []
    assert (again.id, again.outputs, again.inputs) == (thing.id, thing.outputs, thing.inputs)
    thing.delete()
    assert driver.cloud.requests("DELETE")
    assert thing.refresh() is None
    thing.delete()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_preview_sends_nothing_and_knows_what_the_program_said(driver: Driver, name: str) -> None:
    planned = driver.create(token(name), SAMPLES[name], preview=True)
    assert driver.cloud.sent == []
    assert planned.id == ""
    assert {key: planned.outputs[key] for key in SAMPLES[name]} == SAMPLES[name]
    real = made(driver, name)
    missing = set(real.outputs) - set(planned.outputs)
    assert missing <= {"network", "byokKey", "deletionProtection"}, missing


@pytest.mark.parametrize("name", SAMPLES)
def test_an_update_leaves_what_is_known_known(driver: Driver, name: str) -> None:
    thing = made(driver, name)
    assert not is_unknown(thing.update(thing.inputs, preview=True).outputs)


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("RoleBinding", "rb-1"),
        ("KafkaTopic", "lkc-1/orders"),
        ("KafkaAcl", "lkc-1/TOPIC#orders#LITERAL#User:sa-1#*#READ#ALLOW"),
        ("FlinkConnection", "org-1/env-1/openai"),
        ("FlinkStatement", "env-1/lfcp-1/insert"),
        ("Schema", "lsrc-1/orders-value/latest"),
        ("SubjectConfig", "lsrc-1/orders-value"),
    ],
)
def test_ids_are_the_official_providers(driver: Driver, name: str, id_: str) -> None:
    assert made(driver, name).id == id_


@pytest.mark.parametrize(
    ("name", "changes", "replaced"),
    [
        ("Environment", {"displayName": "other"}, set()),
        ("Environment", {"streamGovernance": {"package": "ADVANCED"}}, set()),
        ("KafkaCluster", {"displayName": "other"}, set()),
        ("KafkaCluster", {"basic": None, "standard": {}}, set()),
        ("KafkaCluster", {"availability": "MULTI_ZONE"}, {"availability"}),
        ("KafkaCluster", {"cloud": "GCP"}, {"cloud"}),
        ("KafkaCluster", {"environment": {"id": "env-2"}}, {"environment"}),
        ("ServiceAccount", {"displayName": "other", "description": "more"}, set()),
        ("RoleBinding", {"disableWaitForReady": True}, set()),
        ("RoleBinding", {"roleName": "DeveloperWrite"}, {"roleName"}),
        ("RoleBinding", {"principal": "User:sa-2"}, {"principal"}),
        ("ApiKey", {"description": "other"}, set()),
        ("ApiKey", {"owner": {**OWNER, "id": "sa-2"}}, {"owner"}),
        ("ApiKey", {"managedResource": None}, {"managedResource"}),
        ("KafkaTopic", {"partitionsCount": 4}, set()),
        ("KafkaTopic", {"partitionsCount": 2}, {"partitionsCount"}),
        ("KafkaTopic", {"config": {"retention.ms": "2000", "cleanup.policy": "compact"}}, set()),
        ("KafkaTopic", {"topicName": "other"}, {"topicName"}),
        ("KafkaTopic", {"credentials": {**KEYS, "key": "OTHER"}}, set()),
        ("KafkaAcl", {"operation": "WRITE"}, {"operation"}),
        ("FlinkComputePool", {"maxCfu": 20}, set()),
        ("FlinkComputePool", {"region": "eu-west-1"}, {"region"}),
        ("Connector", {"configNonsensitive": {**SAMPLES["Connector"]["configNonsensitive"], "tasks.max": "2"}}, set()),
        ("Connector", {"configSensitive": {"some.password": "other"}}, set()),
        ("Connector", {"status": "PAUSED"}, set()),
        ("Connector", {"kafkaCluster": {"id": "lkc-2"}}, {"kafkaCluster"}),
        ("CustomConnectorPlugin", {"displayName": "other", "description": "more"}, set()),
        ("CustomConnectorPlugin", {"sensitiveConfigProperties": ["store.password"]}, set()),
        ("CustomConnectorPlugin", {"connectorClass": "com.example.OtherConnector"}, {"connectorClass"}),
        ("CustomConnectorPlugin", {"filename": "other.zip"}, {"filename"}),
        ("FlinkConnection", {"apiKey": "other"}, set()),
        ("FlinkConnection", {"environment": {"id": "env-2"}}, {"environment"}),
        ("FlinkConnection", {"credentials": {**KEYS, "key": "OTHER"}}, set()),
        ("FlinkStatement", {"statement": "SELECT 1"}, {"statement"}),
        ("FlinkStatement", {"stopped": True}, set()),
        ("FlinkStatement", {"credentials": {**KEYS, "key": "OTHER"}}, set()),
        ("Schema", {"schema": '{"type": "int"}'}, set()),
        ("Schema", {"hardDelete": True}, set()),
        ("Schema", {"format": "JSON"}, {"format"}),
        ("SubjectConfig", {"compatibilityLevel": "NONE"}, set()),
        ("SubjectConfig", {"subjectName": "other"}, {"subjectName"}),
    ],
)
def test_what_a_change_does(driver: Driver, name: str, changes: dict[str, Any], replaced: set[str]) -> None:
    thing = made(driver, name)
    wanted = {key: value for key, value in {**thing.inputs, **changes}.items() if value is not None}
    diff = thing.diff(wanted)
    assert diff.changes == SOME
    assert names(diff) == replaced
    if not replaced:
        updated = thing.update(wanted)
        assert updated.diff(wanted).changes == NONE
        assert {key: updated.outputs.get(key) for key in wanted} == wanted


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("KafkaCluster", {"availability": "LOW"}),
        ("Environment", {"streamGovernance": None}),
        ("FlinkComputePool", {"maxCfu": None}),
        ("Schema", {"schema": '{ "type":"string" }'}),
        ("ServiceAccount", {"description": None}),
        ("CustomConnectorPlugin", {"sensitiveConfigProperties": ["store.key", "store.password"]}),
    ],
)
def test_what_is_no_change(driver: Driver, name: str, changes: dict[str, Any]) -> None:
    thing = made(driver, name)
    wanted = {key: value for key, value in {**thing.inputs, **changes}.items() if value is not None}
    assert thing.diff(wanted).changes == NONE


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize(
    ("name", "changes", "advice"),
    [
        ("FlinkStatement", {"properties": {"sql.current-catalog": "other"}}, "replace_on_changes=['properties']"),
        ("FlinkStatement", {"statementName": "other"}, "replace_on_changes=['statementName']"),
        ("FlinkStatement", {"principal": {"id": "sa-2"}}, "stopped=True"),
        ("FlinkConnection", {"endpoint": "https://other"}, "replace_on_changes=['endpoint']"),
        ("KafkaCluster", {"basic": None, "dedicated": {"cku": 1}}, "replace_on_changes=['basic', 'dedicated']"),
        ("Connector", {"configNonsensitive": {"name": "b", "connector.class": "c"}}, "cannot be renamed"),
    ],
)
def test_what_no_update_can_do_is_refused_even_in_a_preview(
    driver: Driver, name: str, changes: dict[str, Any], advice: str, *, preview: bool
) -> None:
    thing = made(driver, name)
    wanted = {key: value for key, value in {**thing.inputs, **changes}.items() if value is not None}
    assert thing.diff(wanted).changes == SOME
    with pytest.raises(AbortedError) as refused:
        thing.update(wanted, preview=preview)
    assert advice in str(refused.value)


@pytest.mark.parametrize(("name", "first"), [("KafkaCluster", True), ("ApiKey", True), ("FlinkStatement", False)])
def test_what_is_deleted_before_its_replacement_is_made(driver: Driver, name: str, *, first: bool) -> None:
    thing = made(driver, name)
    changes: dict[str, dict[str, Any]] = {
        "KafkaCluster": {"region": "x"},
        "ApiKey": {"owner": {**OWNER, "id": "u-1"}},
        "FlinkStatement": {"statement": "x"},
    }
    assert thing.diff({**thing.inputs, **changes[name]}).deleteBeforeReplace is first


def test_a_change_behind_pulumis_back_is_undone(driver: Driver) -> None:
    thing = made(driver, "Environment")
    driver.cloud.objects[f"/org/v2/environments/{thing.id}"]["display_name"] = "changed by hand"
    seen = thing.refresh()
    assert seen is not None
    assert list(seen.diff(thing.inputs).detailedDiff) == ["displayName"]
    seen.update(thing.inputs)
    assert driver.cloud.last("PATCH").body == {"display_name": "staging"}


def test_an_unknown_input_of_a_preview_may_replace(driver: Driver) -> None:
    thing = made(driver, "FlinkStatement")
    assert names(thing.diff({**thing.inputs, "statement": UNKNOWN})) == {"statement"}


@pytest.mark.parametrize(
    ("name", "secret"),
    [("ApiKey", "the-key's-secret"), ("FlinkConnection", "sk-hush-hush"), ("Connector", "hush-hush")],
)
def test_secrets_are_marked(driver: Driver, name: str, secret: str) -> None:
    thing = made(driver, name)
    assert secret in json.dumps(thing.outputs)
    marked = [str(value) for value in thing.raw.fields.values() if "4dabf18193072939515e22adb298388d" in str(value)]
    assert any(secret in text.replace("\\'", "'") for text in marked)
    assert not any(secret in str(v).replace("\\'", "'") for v in thing.raw.fields.values() if str(v) not in marked)


def test_the_secret_of_a_key_survives_a_read(driver: Driver) -> None:
    again = made(driver, "ApiKey").refresh()
    assert again is not None
    assert again.outputs["secret"] == "the-key's-secret"


def test_a_kafka_key_is_awaited_with_itself_twice_in_a_row(driver: Driver) -> None:
    cluster = made(driver, "KafkaCluster")
    topics = f"GET /kafka/v3/clusters/{cluster.id}/topics"
    driver.cloud.trouble[topics] = [(401, None), (200, {}), (403, None)]
    managed = {"id": cluster.id, "kind": "Cluster", "apiVersion": "cmk/v2", "environment": {"id": "env-1"}}
    key = made(driver, "ApiKey", managedResource=managed)
    looks = [sent for sent in driver.cloud.sent if str(sent) == topics]
    assert [look.user for look in looks] == [key.id] * 5


def test_waits_follow_the_servers_phase(driver: Driver) -> None:
    driver.cloud.looks = 3
    made(driver, "KafkaCluster")
    assert driver.cancellation.slept == pytest.approx([0.1, 0.15, 0.225])


def test_the_providers_flink_scope_goes_before_the_resources(driver: Driver) -> None:
    with_scope = Driver.with_cloud(**FLINK)
    own = {"principal": {"id": "sa-of-the-resource"}}
    sample = {key: SAMPLES["FlinkStatement"][key] for key in ("statement", "statementName")}
    thing = with_scope.create(token("FlinkStatement"), {**sample, **own})
    assert with_scope.cloud.last("POST").body["spec"]["principal"] == "sa-1"
    assert with_scope.cloud.last("POST").user == "FLINKKEY"
    assert "computePool" not in thing.outputs
    assert driver.cloud.sent == []


def test_stopping_and_resuming_a_statement(driver: Driver) -> None:
    thing = made(driver, "FlinkStatement")
    stopped = thing.update({**thing.inputs, "stopped": True})
    assert driver.cloud.last("PUT").body["spec"]["stopped"] is True
    moved = {**thing.inputs, "stopped": False, "principal": {"id": "sa-2"}}
    resumed = stopped.update(moved)
    assert (
        driver.cloud.last("PUT").body["spec"] | {"stopped": False, "principal": "sa-2"}
        == driver.cloud.last("PUT").body["spec"]
    )
    assert resumed.diff(moved).changes == NONE


def test_outputs_of_a_cluster(driver: Driver) -> None:
    outputs = made(driver, "KafkaCluster").outputs
    assert outputs["rbacCrn"].endswith("/environment=env-1/cloud-cluster=lkc-1")
    assert outputs["restEndpoint"].startswith("http://")
    assert outputs["bootstrapEndpoint"] == "SASL_PLAINTEXT://127.0.0.1:9092"


def test_names_are_made_once_where_the_program_gives_none(driver: Driver) -> None:
    inputs, failures = driver.check(token("ServiceAccount"), {})
    assert failures == []
    assert inputs["displayName"].startswith("thing-")
    assert driver.check(token("ServiceAccount"), {}, olds=inputs)[0] == inputs


def test_a_connectors_masked_and_added_settings_are_no_change(driver: Driver) -> None:
    thing = made(driver, "Connector")
    (config,) = [o["info"]["config"] for o in driver.cloud.objects.values() if "info" in o]
    config |= {"some.password": "****************", "cloud.provider": "aws", "config.internal.x": "y"}
    again = thing.refresh()
    assert again is not None
    assert again.diff(thing.inputs).changes == NONE


def test_a_plugins_archive_goes_to_the_address_that_the_cloud_gives(driver: Driver) -> None:
    made(driver, "CustomConnectorPlugin")
    asked, uploaded, created = (one for one in driver.cloud.sent if one.method == "POST")
    assert (asked.path, asked.body) == ("/connect/v1/presigned-upload-url", {"content_format": "zip"})
    assert (uploaded.path, uploaded.user) == ("/uploads/1", "")
    assert b"the archive's bytes" in uploaded.body
    assert uploaded.body.index(b'name="key"') < uploaded.body.index(b'name="file"')
    assert created.body == {
        "display_name": "store",
        "description": "",
        "documentation_link": "",
        "connector_class": "com.example.StoreSinkConnector",
        "connector_type": "SINK",
        "sensitive_config_properties": ["store.password", "store.key"],
        "upload_source": {"location": "PRESIGNED_URL_LOCATION", "upload_id": "1"},
    }


def test_a_custom_connectors_configuration_is_not_validated(driver: Driver) -> None:
    custom = {"confluent.connector.type": "CUSTOM", "confluent.custom.plugin.id": "ccp-1"}
    made(driver, "Connector", configNonsensitive={**SAMPLES["Connector"]["configNonsensitive"], **custom})
    assert not [path for path in driver.cloud.requests() if "validate" in path]


def test_a_schema_that_does_not_fit_is_not_registered(driver: Driver) -> None:
    thing = made(driver, "Schema")
    driver.cloud.sent.clear()
    with pytest.raises(AbortedError, match="a field went missing"):
        thing.update({**thing.inputs, "schema": '"incompatible"'})
    assert "POST /registry/subjects/orders-value/versions" not in driver.cloud.requests()


@pytest.mark.parametrize(
    ("name", "left_out"),
    [("ApiKey", "disableWaitForReady"), ("RoleBinding", "disableWaitForReady"), ("FlinkComputePool", "defaultPool")],
)
def test_a_default_of_false_is_an_output_and_no_input(driver: Driver, name: str, left_out: str) -> None:
    thing = made(driver, name)
    assert left_out not in thing.inputs
    assert thing.outputs[left_out] is False
    assert not names(thing.diff({**thing.inputs, left_out: False}))


def test_import_reads_by_the_official_ids(driver: Driver) -> None:
    cluster = made(driver, "KafkaCluster")
    reply = driver.imported(cluster.token, f"env-1/{cluster.id}")
    assert reply.id == cluster.id
    assert read_struct(reply.inputs)["displayName"] == "kafka"


IMPORT = {
    "IMPORT_KAFKA_REST_ENDPOINT": BASE,
    "IMPORT_KAFKA_API_KEY": KEYS["key"],
    "IMPORT_KAFKA_API_SECRET": KEYS["secret"],
    "IMPORT_SCHEMA_REGISTRY_REST_ENDPOINT": f"{BASE}/registry",
    "IMPORT_SCHEMA_REGISTRY_API_KEY": KEYS["key"],
    "IMPORT_SCHEMA_REGISTRY_API_SECRET": KEYS["secret"],
    "IMPORT_CONFLUENT_ORGANIZATION_ID": "org-1",
    "IMPORT_CONFLUENT_ENVIRONMENT_ID": "env-1",
    "IMPORT_FLINK_COMPUTE_POOL_ID": "lfcp-1",
    "IMPORT_FLINK_PRINCIPAL_ID": "sa-1",
    "IMPORT_FLINK_REST_ENDPOINT": BASE,
    "IMPORT_FLINK_API_KEY": KEYS["key"],
    "IMPORT_FLINK_API_SECRET": KEYS["secret"],
}


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("KafkaTopic", "lkc-1/orders"),
        ("Schema", "lsrc-1/orders-value/latest"),
        ("FlinkStatement", "insert"),
        ("FlinkConnection", "org-1/env-1/openai"),
    ],
)
def test_import_takes_the_key_from_the_variables_of_the_official_documentation(
    driver: Driver, monkeypatch: pytest.MonkeyPatch, name: str, identity: str
) -> None:
    thing = made(driver, name)
    with pytest.raises(AbortedError, match="set IMPORT_") as refused:
        driver.imported(token(name), identity)
    assert "a-secret" not in str(refused.value)
    for variable, value in IMPORT.items():
        monkeypatch.setenv(variable, value)
    reply = driver.imported(token(name), identity)
    assert reply.id == thing.id
    imported = read_struct(reply.inputs)
    assert imported["restEndpoint"] == thing.inputs["restEndpoint"]
    assert imported["credentials"] == KEYS
    assert not names(thing.diff({**imported, **thing.inputs}))
