"""The whole life of a stack with plain `pulumi`: `pulumiw` starts the local cloud and prints what a shell needs.

One story, told in the order of its tests. `pulumi` is the one on PATH, else the one that is built here, with the
bundled plugins.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from toolchain.frontdoor.sql.render import JsonLines
from toolchain.frontdoor.sql.session import Session
from workshop.clone import COMMAND_SECONDS, PROJECT, Clone, git

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

ACCOUNT = "confluentcloud:index/serviceAccount:ServiceAccount"
STATEMENT = "confluentcloud:index/flinkStatement:FlinkStatement"
POOL = "confluentcloud:index/flinkComputePool:FlinkComputePool"
IMPORTED = """
confluentcloud.ServiceAccount("imported", display_name="made-by-hand", description="Made outside of Pulumi")
"""


@pytest.fixture(scope="module")
def clone(new_clone: Clone) -> Clone:
    """Take a clone in which the front door has set up nothing."""
    return new_clone


def outside(environment: dict[str, str]) -> dict[str, str]:
    """Return an environment without what `./pulumiw test` has put there: this clone's tools, first on PATH."""
    ours = (str(PROJECT), environment.get("PULUMIW_HOME") or str(PROJECT))
    folders = [folder for folder in environment["PATH"].split(os.pathsep) if not folder.startswith(ours)]
    left_out = {"VIRTUAL_ENV", "PYTHONPATH"}
    kept = {name: value for name, value in environment.items() if not name.startswith("PULUMI")}
    return {name: value for name, value in kept.items() if name not in left_out} | {"PATH": os.pathsep.join(folders)}


@dataclass
class Shell:
    """A person's shell in the clone, in which `eval "$(./pulumiw cloud env)"` has been typed."""

    clone: Clone
    environment: dict[str, str]

    @classmethod
    def open(cls, clone: Clone) -> Shell:
        """Evaluate what `./pulumiw cloud env` prints."""
        start = outside(clone.environment())
        home = os.environ.get("PULUMIW_HOME") or str(PROJECT / ".local" / "toolchain")
        command = f'set -e; printed=$(PULUMIW_HOME={shlex.quote(home)} ./pulumiw cloud env); eval "$printed"; env -0'
        done = subprocess.run(
            ["bash", "-c", command], cwd=clone.path, env=start, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return cls(clone, dict(pair.split("=", 1) for pair in done.stdout.split("\0") if pair))

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run `pulumi ARGS`."""
        return subprocess.run(
            ["pulumi", "--non-interactive", "--color", "never", *args],
            cwd=self.clone.path,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def ok(self, *args: str) -> str:
        """Run `pulumi ARGS`, which must succeed."""
        done = self.run(*args)
        assert done.returncode == 0, f"pulumi {' '.join(args)} -> {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def resources(self) -> list[dict[str, Any]]:
        """Return the state's resources."""
        found: list[dict[str, Any]] = json.loads(self.ok("stack", "export"))["deployment"].get("resources", [])
        return found

    def of(self, kind: str, name: str = "") -> dict[str, Any]:
        """Return the one resource of a kind whose name holds ``name``."""
        (found,) = (r for r in self.resources() if r["type"] == kind and name in r["urn"].rpartition("::")[2])
        return found

    def vectors(self) -> list[dict[str, Any]]:
        """Return a row of `product_vector`, read with Confluent's driver."""
        outputs = json.loads(self.ok("stack", "output", "--json", "--show-secrets"))
        printed = io.StringIO()
        Session.of(outputs).run("SELECT content, vector FROM product_vector", JsonLines(printed), limit=1, seconds=120)
        return [json.loads(line) for line in printed.getvalue().splitlines()]

    def cloud(self, method: str, path: str, body: Any = None) -> Any:
        """Call the local cloud as its administrator."""
        key = self.environment["CONFLUENT_CLOUD_API_KEY"], self.environment["CONFLUENT_CLOUD_API_SECRET"]
        reply = httpx.request(method, self.clone.endpoint + path, auth=key, json=body, timeout=60)
        reply.raise_for_status()
        return reply.json()


@pytest.fixture(scope="module")
def shell(clone: Clone) -> Iterator[Shell]:
    """Yield the shell; afterwards nothing runs."""
    opened = Shell.open(clone)
    # What only the front door needs must not be what makes plain `pulumi` work.
    (clone.path / "pulumiw").rename(clone.path / "pulumiw.away")
    yield opened
    (clone.path / "pulumiw.away").rename(clone.path / "pulumiw")


class TestLife:
    """From `pulumi install` to `pulumi stack rm`."""

    def test_install_makes_the_environment_that_pulumi_yaml_names(self, shell: Shell) -> None:
        before = subprocess.run(["python3", "-m", "pip", "list"], capture_output=True, check=True).stdout
        shell.ok("install", "--no-plugins")
        assert subprocess.run(["python3", "-m", "pip", "list"], capture_output=True, check=True).stdout == before
        environment = shell.clone.path / ".local" / "toolchain" / "venv"
        script = '. "$1/bin/activate"; pip --version; python -c "import pulumi_confluentcloud"'
        done = subprocess.run(["sh", "-c", script, "sh", str(environment)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def test_a_stack_is_made_and_configured(self, shell: Shell) -> None:
        shell.ok("stack", "init", "dev")
        shell.ok("config", "set", "maxCfu", "10")
        shell.ok("config", "set", "--secret", "openaiApiKey", shell.environment["OPENAI_API_KEY"])
        assert shell.environment["OPENAI_API_KEY"] not in (shell.clone.path / "Pulumi.dev.yaml").read_text()

    def test_preview_makes_nothing(self, shell: Shell) -> None:
        shell.ok("preview")
        assert shell.cloud("GET", "/local/v1/status")["resources"] == []

    def test_up_makes_vectors(self, shell: Shell) -> None:
        shell.ok("up", "--yes")
        (row,) = shell.vectors()
        assert len(row["vector"]) == 256

    def test_up_and_refresh_find_nothing_to_do(self, shell: Shell) -> None:
        shell.ok("up", "--yes", "--expect-no-changes")
        shell.ok("refresh", "--yes", "--expect-no-changes")

    def test_the_policy_pack_passes(self, shell: Shell) -> None:
        assert "streaming-guardrails" in shell.ok("preview", "--policy-pack", "policy")

    def test_what_was_made_by_hand_is_imported(self, shell: Shell) -> None:
        body = {"display_name": "made-by-hand", "description": "Made outside of Pulumi"}
        made = shell.cloud("POST", "/iam/v2/service-accounts", body)["id"]
        shell.ok("import", ACCOUNT, "imported", made, "--yes", "--protect=false", "--generate-code=false")
        program = shell.clone.path / "__main__.py"
        before = program.read_text()
        program.write_text(before + IMPORTED)
        try:
            shell.ok("up", "--yes", "--expect-no-changes")
        finally:
            program.write_text(before)
        shell.ok("up", "--yes")
        left = {account["id"] for account in shell.cloud("GET", "/iam/v2/service-accounts")["data"]}
        assert made not in left

    def test_an_edited_statement_takes_over(self, shell: Shell) -> None:
        before = shell.of(STATEMENT, "insert")["id"]
        shell.clone.edit("sql/insert-into-product-vector.sql", "', price: '", "', costs: '")
        shell.ok("up", "--yes")
        assert shell.of(STATEMENT, "insert")["id"] != before
        shell.ok("up", "--yes", "--expect-no-changes")

    def test_a_target_alone_is_changed(self, shell: Shell) -> None:
        shell.ok("config", "set", "maxCfu", "20")
        shell.clone.edit("sql/insert-into-product-vector.sql", "', costs: '", "', price: '")
        before = shell.of(STATEMENT, "insert")
        shell.ok("up", "--yes", "--target", shell.of(POOL)["urn"])
        assert shell.of(POOL)["outputs"]["maxCfu"] == 20
        assert shell.of(STATEMENT, "insert")["id"] == before["id"]
        shell.ok("up", "--yes")

    def test_one_resource_is_replaced(self, shell: Shell) -> None:
        before = {resource["urn"]: resource.get("created") for resource in shell.resources()}
        insert = shell.of(STATEMENT, "insert")["urn"]
        shell.ok("up", "--yes", "--replace", insert)
        after = {resource["urn"]: resource.get("created") for resource in shell.resources()}
        assert {urn for urn in after if after[urn] != before[urn]} == {insert}
        assert len(shell.vectors()) == 1

    def test_destroy_from_another_clone_leaves_nothing(self, shell: Shell, tmp_path: Path) -> None:
        # The state is in the backend that the shell names; the other clone has neither program nor virtual environment.
        other = replace(shell, clone=replace(shell.clone, path=tmp_path / "another clone"))
        git(tmp_path, "clone", "--quiet", str(shell.clone.path), str(other.clone.path))
        shutil.copy(shell.clone.path / "Pulumi.dev.yaml", other.clone.path)
        (other.clone.path / "__main__.py").unlink()
        other.ok("destroy", "--yes", "--stack", "dev")
        assert not (other.clone.path / ".local").exists()
        assert shell.cloud("GET", "/local/v1/status")["resources"] == []
        shell.ok("stack", "rm", "dev", "--yes", "--preserve-config")


def test_the_clone_was_left_as_it_was(shell: Shell) -> None:
    changed = git(shell.clone.path, "status", "--porcelain").splitlines()
    assert [Path(line[3:]).name for line in changed] == ["Pulumi.dev.yaml", "pulumiw", "pulumiw.away"]
