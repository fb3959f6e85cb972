"""From a fresh clone to vectors, through edits, to nothing left: one story, told in the order of its tests."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from workshop.clone import git, wait_until

if TYPE_CHECKING:
    from workshop.clone import Clone

pytestmark = pytest.mark.integration

VECTORS = "SELECT vector, content FROM product_vector"
INSERT = "sql/insert-into-product-vector.sql"
TABLE = "sql/create-table-product-vector.sql"
MODEL = "sql/create-model-vector-embedding.sql"


@pytest.fixture(scope="module")
def clone(new_clone: Clone) -> Clone:
    """Begin where a person begins: with a clone in which nothing has run."""
    return new_clone


def names(planned: dict[str, str]) -> set[str]:
    """Resources touched by a plan, the stack and provider bookkeeping left out."""
    return {name for name, op in planned.items() if op not in {"same", "read", "refresh"}}


def content_of(row: dict[str, Any]) -> str:
    """Return what the INSERT's CONCAT_WS makes of a product, as Flink prints its DOUBLE."""
    words = ("size", "ageGroup", "gender", "season", "fashionType", "brandName", "baseColor", "articleType")
    return " ".join(
        [
            *(row[word] for word in words),
            f", price: {row['price']}",
            f", store number: {row['store_id']}",
            f", product id: {row['product_id']}",
        ]
    )


def resource_ids(clone: Clone) -> set[str]:
    """Return the ids of everything the local cloud holds."""
    return {resource["id"] for resource in clone.status()["resources"]}


class TestPipeline:
    """One clone, one stack."""

    def test_up_ends_well_and_shows_the_first_vectors(self, clone: Clone) -> None:
        done = clone.run("up", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "256" in done.stdout + done.stderr

    def test_the_timeline_has_a_bar_for_every_resource(self, clone: Clone) -> None:
        told = json.loads(clone.ok("timeline", "--json"))
        assert {bar["urn"] for bar in told["bars"]} == {resource["urn"] for resource in clone.resources()}
        assert told["longestChain"] == [bar["key"] for bar in told["bars"] if bar["onLongestChain"]]
        assert 0 < told["longestChainSeconds"] <= told["makespanSeconds"]

    def test_a_second_up_and_a_preview_change_nothing(self, clone: Clone) -> None:
        clone.ok("up", "--yes", "--expect-no-changes")
        clone.ok("preview", "--diff", "--expect-no-changes")
        clone.ok("refresh", "--yes", "--expect-no-changes")

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere plugins are not forked")
    def test_its_plugins_are_forked_from_one_that_has_imported_all(self, clone: Clone) -> None:
        forked, imported = set(), set()
        with clone.start("preview") as preview:
            while preview.poll() is None:
                for process in psutil.Process(preview.pid).children(recursive=True):
                    with suppress(psutil.Error):
                        command = process.cmdline()
                        if "offline.plugins.warm" in command:
                            forked.add(process.name())
                        if "-m" in command:
                            imported.add(command[command.index("-m") + 1])
                time.sleep(0.01)
        assert {"language", "confluentcloud", "random"} <= forked
        assert imported == {"offline.plugins.warm"}

    def test_vectors_are_those_of_the_embedding_model(self, clone: Clone) -> None:
        rows = clone.sql(VECTORS, "--limit", "5")
        assert len(rows) == 5
        for row in rows:
            assert set(row) == {"vector", "content"}
            assert len(row["vector"]) == 256
            assert row["vector"] == pytest.approx(clone.embed(row["content"]), abs=1e-6)

    def test_content_is_the_concatenation_the_insert_makes(self, clone: Clone) -> None:
        for row in clone.sql("SELECT * FROM product_vector", "--limit", "5"):
            assert row["content"] == content_of(row)

    def test_the_tutorials_test_query(self, clone: Clone) -> None:
        predict = "LATERAL TABLE(ML_PREDICT('vector_embedding', articleType))"
        (row,) = clone.sql(f"SELECT articleType, vector FROM `product-updates`, {predict} LIMIT 1;")
        assert row["vector"] == pytest.approx(clone.embed(row["articleType"]), abs=1e-6)

    def test_products_are_as_the_schema_says(self, clone: Clone) -> None:
        for row in clone.sql("SELECT * FROM `product-updates`", "--limit", "20"):
            assert 1 <= row["store_id"] <= 50
            assert 140764 <= row["product_id"] <= 750233
            assert 10 <= row["price"] <= 95

    def test_the_keys_are_secret_outputs(self, clone: Clone) -> None:
        shown = json.loads(clone.ok("stack", "output", "--json"))
        assert shown["flinkApiSecret"] == "[secret]"
        assert clone.outputs()["flinkApiSecret"] not in clone.ok("stack", "export")

    @pytest.mark.parametrize(
        ("file", "old", "new", "replaced"),
        [
            (INSERT, "', price: '", "', costs: '", {"insert"}),
            (MODEL, "'TASK'", "'task'", {"model", "insert"}),
            (TABLE, "content STRING", "content VARCHAR(1000)", {"table", "insert"}),
        ],
    )
    def test_an_edit_replaces_that_statement_and_what_is_built_on_it(
        self, clone: Clone, file: str, old: str, new: str, replaced: set[str]
    ) -> None:
        before = clone.outputs()["statements"]
        clone.edit(file, old, new)
        planned = names(clone.planned())
        assert len(planned) == len(replaced), planned
        assert all(any(kind in name for name in planned) for kind in replaced), planned
        clone.up()
        after = clone.outputs()["statements"]
        changed = {purpose for purpose in after if after[purpose] != before[purpose]}
        assert len(changed) == len(replaced)
        assert all(any(kind in purpose for purpose in changed) for kind in replaced), changed
        assert len(clone.sql(VECTORS, "--limit", "1")) == 1

    def test_back_to_the_committed_program(self, clone: Clone) -> None:
        git(clone.path, "checkout", "--", "sql")
        clone.up()
        assert "price" in clone.sql("SELECT content FROM product_vector", "--limit", "1")[0]["content"]

    def test_another_cluster_name_replaces_what_names_it(self, clone: Clone) -> None:
        before = clone.outputs()
        clone.ok("config", "set", "clusterName", "renamed")
        clone.ok("up", "--yes")  # with its preview, which asks Flink about the statements
        after = clone.outputs()
        assert after["kafkaClusterName"] == "renamed"
        assert after["statements"]["insert-into-product-vector"] != before["statements"]["insert-into-product-vector"]
        assert len(clone.sql(VECTORS, "--limit", "1")) == 1

    def test_another_suffix(self, clone: Clone) -> None:
        clone.ok("config", "rm", "clusterName")
        clone.ok("config", "set", "suffix", "other")
        clone.up()
        assert clone.outputs()["environmentName"].endswith("other")
        assert len(clone.sql(VECTORS, "--limit", "1")) == 1
        clone.ok("up", "--yes", "--expect-no-changes")
        git(clone.path, "checkout", "--", "Pulumi.dev.yaml")

    def test_a_restart_of_the_local_cloud_loses_nothing(self, clone: Clone) -> None:
        insert = clone.outputs()["statements"]["insert-into-product-vector"]
        clone.ok("cloud", "stop")
        assert not clone.processes()
        clone.ok("cloud", "start")

        def running() -> bool:
            jobs = {job["name"]: job for job in clone.status()["jobs"]}
            return insert in jobs and jobs[insert]["phase"] == "RUNNING"

        wait_until(running, f"statement {insert} to run again")
        assert len(clone.sql(VECTORS, "--limit", "3")) == 3

    def test_destroy_leaves_nothing(self, clone: Clone) -> None:
        clone.ok("destroy", "--yes")
        status = clone.status()
        assert status["resources"] == []
        assert status["topics"] == []
        assert status["jobs"] == []
        assert not [process for process in status["processes"] if "kafka" in process["name"]]
        assert not (clone.path / ".local/cloud/kafka").exists() or not list(
            (clone.path / ".local/cloud/kafka").glob("lkc-*")
        )

    def test_stop_leaves_no_process(self, clone: Clone) -> None:
        clone.ok("cloud", "stop")
        assert clone.processes() == []
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{clone.endpoint}/healthz")

    def test_git_status_is_clean(self, clone: Clone) -> None:
        assert git(clone.path, "status", "--porcelain") == ""

    def test_nothing_is_written_beside_the_clone(self, clone: Clone) -> None:
        assert [entry.name for entry in clone.path.parent.iterdir()] == [clone.path.name]
