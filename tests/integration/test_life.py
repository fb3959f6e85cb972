"""A stack's life after its first `up`: its key rotated, its data protected, its environment somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.apis import cloud_api, flink_api
from tests.support.deployed import deploy
from tests.support.tables import settled, statements, topic_end
from workshop.clone import git, wait_until

if TYPE_CHECKING:
    import httpx

    from workshop.clone import Clone

pytestmark = pytest.mark.integration

MODEL_STATEMENT = "create-model-vector-embedding"
TABLE_STATEMENT = "create-table-product-vector"
INSERT_STATEMENT = "insert-into-product-vector"
KEPT = "SELECT content FROM product_vector WHERE product_id = -1"
MODEL, TABLE, INSERT = (f"sql/{one}.sql" for one in (MODEL_STATEMENT, TABLE_STATEMENT, INSERT_STATEMENT))


def flink_answers(outputs: dict[str, Any]) -> int:
    """Return the HTTP status of the list of statements."""
    return flink_api(outputs).get("/statements").status_code


def forget(clone: Clone, *kinds: str) -> None:
    """Have the cloud forget statements, as Confluent's does after 30 days, and Pulumi see it."""
    outputs = clone.outputs()
    for kind in kinds:
        flink_api(outputs).delete(f"/statements/{outputs['statements'][kind]}").raise_for_status()
    clone.ok("refresh", "--yes", "--skip-preview")


def cluster_with_topic(cloud: httpx.Client, environment: str, topic: str) -> str:
    """Make somebody else's cluster with a topic in it; return its id."""
    place = {"cloud": "AWS", "region": "us-east-1", "environment": {"id": environment}}
    made = cloud.post("/cmk/v2/clusters", json={"spec": {"display_name": "neighbour", **place}}).json()["id"]

    def is_there() -> bool:
        shown = cloud.get(f"/cmk/v2/clusters/{made}", params={"environment": environment}).json()
        return bool(shown["status"]["phase"] == "PROVISIONED")

    wait_until(is_there, "the cluster")
    cloud.post(f"/kafka/v3/clusters/{made}/topics", json={"topic_name": topic}).raise_for_status()
    return str(made)


def kept(clone: Clone) -> set[str]:
    """Ids of what holds data, and of what makes it."""
    kinds = {"environment", "kafka-cluster", "statement"}
    return {resource["id"] for resource in clone.status()["resources"] if resource["kind"] in kinds}


class TestRotation:
    """The Flink key is replaced under a pipeline that goes on."""

    def test_a_rotation_moves_every_user_to_a_new_key(self, clone: Clone) -> None:
        clone.up()
        before, running = clone.outputs(), statements(clone)
        assert flink_answers(before) == 200
        clone.ok("config", "set", "rotation", "2")
        clone.up()
        after = clone.outputs()
        assert after["flinkApiKey"] != before["flinkApiKey"]
        assert after["statements"] == before["statements"]
        assert statements(clone).keys() == running.keys()
        assert flink_answers(after) == 200
        assert flink_answers(before) == 401

    def test_the_pipeline_goes_on(self, clone: Clone) -> None:
        done = topic_end(clone, "product_vector")
        wait_until(lambda: topic_end(clone, "product_vector") > done + 20, "vectors after the rotation")

    def test_no_record_is_lost_or_repeated(self, clone: Clone) -> None:
        products, vectors = settled(clone)
        assert vectors == products

    def test_it_is_the_only_change(self, clone: Clone) -> None:
        clone.ok("preview", "--expect-no-changes")


class TestEditOfTheInsert:
    """The new INSERT goes on where the old one has stopped."""

    def test_the_preview_tells_from_which_one_it_takes_over(self, clone: Clone) -> None:
        deploy(clone)
        old = clone.outputs()["statements"][INSERT_STATEMENT]
        clone.edit(INSERT, "', price: '", "', costs: '")
        assert clone.planned() == {INSERT_STATEMENT: "replace"}
        assert old in clone.ok("preview", "--diff")

    def test_no_record_is_lost_or_repeated(self, clone: Clone) -> None:
        before = clone.outputs()["statements"]
        clone.up()
        after = clone.outputs()["statements"]
        assert {kind for kind in before if after[kind] != before[kind]} == {INSERT_STATEMENT}
        assert before[INSERT_STATEMENT] not in statements(clone)
        done = topic_end(clone, "product_vector")
        wait_until(lambda: topic_end(clone, "product_vector") > done + 20, "vectors of the new INSERT")
        products, vectors = settled(clone)
        assert vectors == products
        embedded = clone.sql("SELECT content FROM product_vector", "--limit", str(vectors.total()))
        contents = [row["content"] for row in embedded]
        assert any("price: " in content for content in contents)
        assert any("costs: " in content for content in contents)

    def test_it_is_the_only_change(self, clone: Clone) -> None:
        clone.ok("preview", "--refresh", "--expect-no-changes")

    def test_an_edit_that_flink_refuses_leaves_the_old_one_running(self, clone: Clone) -> None:
        running = clone.outputs()["statements"][INSERT_STATEMENT]
        clone.edit(INSERT, "        size,", "        sizzle,")
        assert "sizzle" in clone.refused("up", "--yes", "--skip-preview")
        git(clone.path, "checkout", "--", "sql")
        clone.edit(INSERT, "', price: '", "', costs: '")
        assert statements(clone)[running]["phase"] == "RUNNING"
        clone.ok("preview", "--expect-no-changes")
        git(clone.path, "checkout", "--", "sql")


class TestForgottenStatements:
    """`CREATE TABLE` and `CREATE MODEL`, 30 days after a `refresh` takes them for gone: what they made is there."""

    def test_what_is_the_stack_s_own_is_taken_as_it_is(self, clone: Clone) -> None:
        clone.up()  # also after an edit that the test before has taken back
        before, held = clone.outputs()["statements"], topic_end(clone, "product_vector")
        names = {resource["id"]: resource["name"] for resource in clone.status()["resources"]}
        forget(clone, MODEL_STATEMENT, TABLE_STATEMENT)
        clone.up()
        assert clone.outputs()["statements"] == before
        made = {resource["name"] for resource in clone.status()["resources"] if resource["id"] not in names}
        assert made == {before[MODEL_STATEMENT], before[TABLE_STATEMENT]}
        assert topic_end(clone, "product_vector") >= held
        clone.ok("preview", "--expect-no-changes")

    def test_of_what_may_be_anybody_s_is_said_what_to_write(self, clone: Clone) -> None:
        # The new INSERT reads all products again: how many rows there are does not tell whether the table was kept.
        clone.ok("sql", "INSERT INTO product_vector (product_id, content) VALUES (-1, 'kept')")
        wait_until(lambda: bool(clone.sql(KEPT, "--limit", "1", "--seconds", "10")), "the row to be kept")
        held = topic_end(clone, "product_vector")
        forget(clone, MODEL_STATEMENT, TABLE_STATEMENT, INSERT_STATEMENT)
        said = clone.refused("up", "--yes", "--skip-preview")
        assert "Table product_vector is there already" in said
        assert "write CREATE TABLE IF NOT EXISTS in sql/create-table-product-vector.sql" in said
        clone.edit(TABLE, "CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
        clone.up()
        assert topic_end(clone, "product_vector") >= held
        assert clone.sql(KEPT, "--limit", "1", "--seconds", "60") == [{"content": "kept"}]

    def test_what_was_taken_as_it_is_is_not_dropped_either(self, clone: Clone) -> None:
        held = topic_end(clone, "product_vector")
        git(clone.path, "checkout", "--", "sql")
        said = clone.refused("up", "--yes", "--skip-preview")
        assert "nothing proves that this stack made it" in said
        assert topic_end(clone, "product_vector") >= held
        clone.ok("sql", "DROP TABLE IF EXISTS `product_vector`")
        clone.up()
        clone.ok("preview", "--expect-no-changes")


class TestFailedInsert:
    """An INSERT that FAILED after its creation: the official provider does not see it, the program does."""

    def test_the_next_up_repairs_it_and_loses_or_repeats_no_record(self, clone: Clone) -> None:
        deploy(clone)
        failed = clone.outputs()["statements"][INSERT_STATEMENT]
        done = topic_end(clone, "product_vector")
        wait_until(lambda: topic_end(clone, "product_vector") > done + 20, "vectors")
        clone.ok("cloud", "faults", f"statement.{failed}=FAILED")
        api = flink_api(clone.outputs())
        wait_until(lambda: api.get(f"/statements/{failed}").json()["status"]["phase"] == "FAILED", "the INSERT to fail")
        clone.ok("cloud", "faults", "none")
        said = clone.run("verify")
        assert said.returncode == 1
        assert "run `./pulumiw up`" in said.stdout
        assert clone.planned() == {INSERT_STATEMENT: "replace"}
        clone.up()
        repaired = clone.outputs()["statements"][INSERT_STATEMENT]
        assert repaired != failed
        assert failed not in statements(clone)
        done = topic_end(clone, "product_vector")
        wait_until(lambda: topic_end(clone, "product_vector") > done + 20, "vectors of the repaired INSERT")
        products, vectors = settled(clone)
        assert vectors == products
        clone.ok("preview", "--expect-no-changes")


class TestRenames:
    """What the provider could not update passes at the first try, and then is no change."""

    def test_another_connection_name(self, clone: Clone) -> None:
        before = clone.outputs()["statements"]
        clone.edit(MODEL, "openai-embedding-connection", "another-connection")
        clone.up()
        after = clone.outputs()
        assert after["connectionName"] == "another-connection"
        changed = {purpose for purpose in before if after["statements"][purpose] != before[purpose]}
        assert changed == {MODEL_STATEMENT, INSERT_STATEMENT}
        assert [r["name"] for r in clone.status()["resources"] if r["kind"] == "connection"] == ["another-connection"]
        clone.ok("preview", "--expect-no-changes")
        git(clone.path, "checkout", "--", "sql")
        clone.up()


class TestModelKey:
    """`openaiApiKey` is changed: only the connection is, which no statement notices."""

    def test_a_key_that_the_provider_refuses_fails_each_up_and_says_what_to_write(self, clone: Clone) -> None:
        deploy(clone)
        clone.ok("config", "set", "--secret", "openaiApiKey", "sk-of-somebody-else")
        for _ in range(2):  # the second one has no change of the connection
            said = clone.refused("up", "--yes", "--skip-preview")
            assert "answered 401: Incorrect API key provided" in said
            assert "run `pulumi config set --secret confluent-rag:openaiApiKey`, then up again" in said
            assert "sk-of-somebody-else" not in said

    def test_with_the_right_key_up_ends_well_and_vectors_come(self, clone: Clone) -> None:
        clone.ok("config", "set", "--secret", "openaiApiKey", clone.credentials()["openai_api_key"])
        clone.up()
        done = topic_end(clone, "product_vector")
        wait_until(lambda: topic_end(clone, "product_vector") > done + 20, "vectors with the right key")
        clone.ok("preview", "--expect-no-changes")


class TestProtection:
    """What holds data stays, whatever is asked."""

    def test_destroy_is_refused_and_touches_nothing_that_holds_data(self, clone: Clone) -> None:
        clone.ok("config", "set", "protect", "true")
        clone.up()
        before, running = kept(clone), statements(clone)
        assert "protected" in clone.refused("destroy", "--yes")
        assert kept(clone) == before
        assert statements(clone).keys() == running.keys()

    def test_an_edit_that_would_drop_the_table_is_refused(self, clone: Clone) -> None:
        before, running = kept(clone), statements(clone)
        clone.edit(TABLE, "content STRING", "content VARCHAR(1000)")
        said = clone.refused("up", "--yes", "--skip-preview")
        git(clone.path, "checkout", "--", "sql")
        assert "marked for protection" in said
        assert kept(clone) == before
        assert statements(clone).keys() == running.keys()
        clone.up("--expect-no-changes")

    def test_a_destroy_that_skips_its_preview_is_refused_before_it_begins(self, clone: Clone) -> None:
        before, running = kept(clone), statements(clone)
        said = clone.refused("destroy", "--yes", "--skip-preview")
        assert (
            "cluster, create-table-product-vector, environment are protected: set confluent-rag:protect to false"
            in said
        )
        assert kept(clone) == before
        assert statements(clone) == running

    def test_without_protection_it_goes(self, clone: Clone) -> None:
        clone.ok("config", "set", "protect", "false")
        clone.up()
        clone.ok("destroy", "--yes", "--skip-preview")
        assert clone.status()["resources"] == []


class TestExistingEnvironment:
    """`environmentId`: the stack is a guest."""

    def test_up_and_destroy_leave_it_as_it_was(self, clone: Clone) -> None:
        cloud = cloud_api(clone)
        asked = {"display_name": "house", "stream_governance_config": {"package": "ADVANCED"}}
        made = cloud.post("/org/v2/environments", json=asked).json()
        house = f"/org/v2/environments/{made['id']}"
        before = cloud.get(house).json()
        clone.ok("config", "set", "environmentId", made["id"])
        clone.up()
        assert clone.outputs()["environmentName"] == "house"
        assert len(clone.sql("SELECT vector FROM product_vector", "--limit", "1")) == 1
        neighbour = cluster_with_topic(cloud, made["id"], "product_vector")
        # The key that these settings ask for is never made: nothing that is deleted needs it. Nor is the program run.
        clone.ok("config", "set", "rotation", "7")
        (clone.path / "__main__.py").write_text("this is no Python\n")
        done = clone.run("destroy", "--yes", "--skip-preview")
        assert done.returncode == 0, done.stdout + done.stderr
        assert cloud.get(house).json() == before
        left = {resource["kind"]: resource["id"] for resource in clone.status()["resources"]}
        assert left == {
            "environment": made["id"],
            "schema-registry": left["schema-registry"],
            "kafka-cluster": neighbour,
        }
        subjects = cloud.get(f"/schema-registry/{left['schema-registry']}/subjects").json()
        assert subjects == ["product_vector-value"]
        assert (
            f"product_vector-value of environment {made['id']} stays, for cluster {neighbour} has a topic"
            in done.stderr
        )
        cloud.delete(f"/cmk/v2/clusters/{neighbour}", params={"environment": made["id"]}).raise_for_status()
        cloud.delete(house).raise_for_status()
