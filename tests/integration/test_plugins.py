"""The bundled plugins under the real engine, in front of a fake cloud: what only the engine can show."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.support.plugins.fake_cloud import FakeCloud, served
from workshop.clone import PROJECT, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

SECONDS = 120
STACK = """
    import pulumi
    import pulumi_confluentcloud as confluent
    import pulumi_random as random

    suffix = random.RandomId("suffix", byte_length=3)
    environment = confluent.Environment("environment", display_name=suffix.hex)
    owner = confluent.ServiceAccount("owner", display_name="owner")
    cluster = confluent.KafkaCluster(
        "cluster", display_name="kafka", availability="LOW", cloud="AWS", region="us-east-1", basic={},
        environment={"id": environment.id},
    )
    key = confluent.ApiKey(
        "key", owner={"id": owner.id, "kind": "ServiceAccount", "api_version": "iam/v2"},
        managed_resource={"id": "aws.us-east-1", "kind": "Region", "api_version": "fcpm/v2",
                          "environment": {"id": environment.id}},
    )
    flink = confluent.Provider(
        "flink", endpoint=pulumi.Config("confluentcloud").require("endpoint"),
        organization_id=confluent.get_organization_output().id, environment_id=environment.id,
        flink_compute_pool_id="lfcp-1", flink_principal_id=owner.id,
        flink_rest_endpoint=confluent.get_flink_region_output(cloud="AWS", region="us-east-1").rest_endpoint,
        flink_api_key=key.id, flink_api_secret=key.secret,
    )
    statement = confluent.FlinkStatement(
        "statement", statement=pulumi.Config().require("sql"), statement_name="statement",
        opts=pulumi.ResourceOptions(provider=flink, delete_before_replace=True),
    )
    pulumi.export("environment", environment.id)
    pulumi.export("secret", key.secret)
    print("the program speaks")
"""


@dataclass
class Project:
    """A Pulumi project whose plugins are those of a checkout with a space in its name."""

    folder: Path
    plugins: Path
    cloud: FakeCloud
    env: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, place: Path, cloud: FakeCloud) -> Project:
        checkout = place / "a check out"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / "offline" / "plugins", checkout / "offline" / "plugins", ignore=ignored)
        shutil.copy2(PROJECT / "offline" / "__init__.py", checkout / "offline")
        project = cls(place / "a project", checkout / "offline" / "plugins" / "bin", cloud)
        project.folder.mkdir()
        (place / "state").mkdir()
        cli = os.environ.get("PULUMI_CLI") or shutil.which("pulumi")
        assert cli, "there is no pulumi on PATH and PULUMI_CLI is not set; run ./pulumiw test"
        foreign = re.compile(r"^(CONFLUENT_|FLINK_|KAFKA_|SCHEMA_REGISTRY_|PULUMI)")
        path = [str(project.plugins), str(os.path.dirname(cli)), os.environ["PATH"]]  # noqa: PTH120 - may be relative
        project.env = {
            **{key: value for key, value in os.environ.items() if not foreign.match(key)},
            "PATH": os.pathsep.join(path),
            "PULUMIW_PYTHON": sys.executable,
            "PULUMI_HOME": str(place / "home"),
            "PULUMI_BACKEND_URL": f"file://{place}/state?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "CONFLUENT_CLOUD_API_KEY": "CLOUDKEY",
            "CONFLUENT_CLOUD_API_SECRET": "cloud-secret",
        }
        (project.folder / "Pulumi.yaml").write_text("name: scratch\nruntime: python\n")
        project.program(STACK)
        project.ok("stack", "init", "dev")
        project.ok("config", "set", "confluentcloud:endpoint", cloud.base)
        project.ok("config", "set", "sql", "SELECT 1")
        return project

    def program(self, text: str) -> None:
        """Write the program."""
        (self.folder / "__main__.py").write_text(textwrap.dedent(text))

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            ["pulumi", *args, "--color", "never", "--non-interactive"],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *args: str) -> tuple[int, str]:
        """Run a command; its exit status and all it printed but where its plugins come from."""
        process = self.start(*args)
        said, _ = process.communicate(timeout=SECONDS)
        return process.returncode, re.sub(r".*warning: using pulumi-.*\n", "", said)

    def ok(self, *args: str) -> str:
        """Run a command that must succeed."""
        status, said = self.run(*args)
        assert status == 0, said
        return said

    def refused(self, *args: str) -> str:
        """Run a command that must fail."""
        status, said = self.run(*args)
        assert status != 0, said
        return said

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the state's resources by name."""
        exported = json.loads(self.ok("stack", "export"))
        return {item["urn"].rsplit("::", 1)[1]: item for item in exported["deployment"].get("resources", [])}

    def has_stack(self) -> bool:
        """Whether the state, read from its file, has a resource."""
        kept = json.loads((self.folder.parent / "state/.pulumi/stacks/scratch/dev.json").read_text())
        return bool((kept["checkpoint"].get("latest") or {}).get("resources"))

    def processes(self) -> list[psutil.Process]:
        """Return the plugins that run."""
        return [
            process
            for process in psutil.process_iter(["environ", "cmdline"])
            if any("offline.plugins." in word for word in process.info["cmdline"] or [])
            and str(self.plugins.parents[2]) in (process.info["environ"] or {}).get("PYTHONPATH", "")
        ]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    cloud = FakeCloud(looks=1)
    cloud.handle("POST", "/org/v2/environments", {"display_name": "default"}, "")
    with served(cloud):
        yield Project.make(tmp_path_factory.mktemp("plugins"), cloud)


@pytest.fixture
def destroyed(project: Project) -> Iterator[Project]:
    if project.has_stack():
        project.run("destroy", "--yes", "--skip-preview")
    project.cloud.looks = 1
    project.program(STACK)
    yield project
    project.cloud.looks = 1


def test_a_stack_from_nothing_to_nothing(project: Project) -> None:
    assert "+ 8 to create" in project.ok("preview")
    assert "the program speaks" in project.ok("up", "--yes", "--skip-preview")
    project.ok("up", "--yes", "--skip-preview", "--expect-no-changes")
    project.ok("preview", "--diff", "--expect-no-changes")
    project.ok("refresh", "--yes", "--expect-no-changes")
    assert project.processes() == []
    exported = project.ok("stack", "export")
    assert "the-key's-secret" not in exported
    assert "cloud-secret" not in exported
    assert project.ok("stack", "output", "secret", "--show-secrets").strip() == "the-key's-secret"


def test_a_failed_statement_is_one_sentence_and_mended_by_the_next_up(project: Project) -> None:
    project.ok("up", "--yes", "--skip-preview")
    project.ok("config", "set", "sql", "FAIL")
    said = project.refused("up", "--yes", "--skip-preview")
    sentence = 'creating FlinkStatement "statement": the statement statement is FAILED: line 1: no such table'
    assert sentence in said
    assert "Traceback" not in said
    assert sentence in project.refused("up", "--yes", "--skip-preview")
    project.ok("config", "set", "sql", "SELECT 2")
    assert "1 replaced" in project.ok("up", "--yes", "--skip-preview")
    project.ok("up", "--yes", "--skip-preview", "--expect-no-changes")


def test_destroy_leaves_nothing(project: Project) -> None:
    project.ok("up", "--yes", "--skip-preview")
    project.ok("destroy", "--yes", "--skip-preview")
    assert [path for path in project.cloud.objects if not path.startswith("/org/v2/environments/env-1")] == []


LATE = """
    import pulumi

    def fail(_):
        raise pulumi.RunError("said late")

    pulumi.export("x", pulumi.Output.from_input(1).apply(fail))
"""
WRONG_INPUT = """
    import pulumi_confluentcloud as confluent

    confluent.FlinkComputePool(
        "pool", display_name="pool", cloud="AWS", region="us-east-1", max_cfu=7, environment={"id": "env-1"}
    )
"""


@pytest.mark.parametrize(
    ("program", "told", "traceback"),
    [
        ("import pulumi\nraise pulumi.RunError('maxCfu is 7')", "error: maxCfu is 7", False),
        ("def f():\n    return 1 / 0\nf()", "ZeroDivisionError: division by zero", True),
        ("def f(:", "SyntaxError: invalid syntax", False),
        ("raise SystemExit('there is no region mars')", "error: there is no region mars", False),
        (LATE, "error: said late", False),
        (WRONG_INPUT, "'maxCfu' must be one of 5, 10, 20, 30, 40, 50, not 7", False),
    ],
)
def test_a_program_that_fails_says_why_once(destroyed: Project, program: str, told: str, *, traceback: bool) -> None:
    destroyed.program(program)
    said = destroyed.refused("preview").partition("Diagnostics:")[2]
    assert said.count(told) == 1, said
    assert ("Traceback" in said) is traceback
    assert "offline/plugins" not in said


def test_a_program_runs_in_the_virtual_environment_that_pulumi_yaml_names(destroyed: Project) -> None:
    manifest = destroyed.folder / "Pulumi.yaml"
    before = manifest.read_text()
    options = "runtime:\n  name: python\n  options: {toolchain: pip, virtualenv: own env}\n"
    manifest.write_text(f"name: scratch\n{options}")
    try:
        destroyed.program("import pulumi, sys\npulumi.export('prefix', sys.prefix)\nprint('it speaks')\n")
        assert "run `pulumi install`" in destroyed.refused("preview")
        (destroyed.folder / "requirements.txt").write_text("# nothing\n")
        destroyed.ok("install", "--no-plugins")
        environment = destroyed.folder / "own env"
        assert "Pulumi's SDK is not installed" in destroyed.refused("preview")
        there = next((environment / "lib").glob("python*/site-packages"))
        here = [path for path in sys.path if path.endswith("site-packages")]
        (there / "these.pth").write_text("\n".join(here))
        assert "it speaks" in destroyed.ok("up", "--yes", "--skip-preview")
        assert destroyed.ok("stack", "output", "prefix").strip() == str(environment)
        destroyed.program("raise ValueError('no')\n")
        assert "ValueError: no" in destroyed.refused("preview")
        assert str(environment / "bin" / "python") in destroyed.ok("about")
    finally:
        manifest.write_text(before)


def test_hooks_run_at_both_ends(destroyed: Project) -> None:
    destroyed.program("""
        import pulumi
        import pulumi_confluentcloud as confluent

        create = pulumi.ResourceHook("create", lambda _: print("before create"))
        delete = pulumi.ResourceHook("delete", lambda _: print("before delete"))
        confluent.ServiceAccount("account", opts=pulumi.ResourceOptions(
            hooks=pulumi.ResourceHookBinding(before_create=[create], before_delete=[delete])))
    """)
    assert "before create" in destroyed.ok("up", "--yes", "--skip-preview")
    assert "before delete" in destroyed.ok("destroy", "--yes", "--skip-preview", "--run-program")


def test_other_commands_work(project: Project) -> None:
    assert "python" in project.ok("about")
    assert "the system's own Python is not for a project's packages" in project.refused("install")


def test_sigint_saves_what_was_made(destroyed: Project) -> None:
    destroyed.cloud.looks = 1000
    destroyed.cloud.sent.clear()
    process = destroyed.start("up", "--yes", "--skip-preview")
    wait_until(lambda: "POST /cmk/v2/clusters" in destroyed.cloud.requests(), "the cluster to be asked for")
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode != 0
    assert "Traceback" not in said
    cluster = destroyed.resources()["cluster"]["id"]
    assert f"/cmk/v2/clusters/{cluster}" in destroyed.cloud.objects
    wait_until(lambda: not destroyed.processes(), "the plugins to end")
    destroyed.cloud.objects[f"/cmk/v2/clusters/{cluster}"]["looks"] = 0
    destroyed.ok("up", "--yes", "--skip-preview")
    assert destroyed.resources()["cluster"]["id"] == cluster
    assert destroyed.cloud.requests().count("POST /cmk/v2/clusters") == 1


def test_plugins_die_with_a_killed_engine_and_undo_what_they_were_making(destroyed: Project) -> None:
    destroyed.cloud.looks = 1000
    destroyed.cloud.sent.clear()
    process = destroyed.start("up", "--yes", "--skip-preview")

    def looks() -> list[str]:
        return [sent for sent in destroyed.cloud.requests() if sent.startswith("GET /cmk/v2/clusters/")]

    # A look at the cluster: its id has arrived. A reply that is still on its way is for the front door to settle.
    wait_until(lambda: bool(looks()), "a look at the cluster")
    destroyed.cloud.delays[looks()[0]] = 1
    seen = len(looks())
    wait_until(lambda: len(looks()) > seen, "a look whose reply comes when the engine is gone")
    assert destroyed.processes()
    process.kill()
    process.communicate(timeout=SECONDS)
    wait_until(lambda: not destroyed.processes(), "the plugins to end", 15)
    assert [path for path in destroyed.cloud.objects if path.startswith("/cmk/v2/clusters/")] == []
    destroyed.ok("cancel", "--yes")
