"""The workflows that a user's repository runs: linted, pinned, least rights, secrets where they are needed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from toolchain.frontdoor.setup.cli import pinned_version
from workshop.clone import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

GITHUB = PROJECT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ALL = [*WORKFLOWS, *sorted((GITHUB / "actions").glob("*/action.yml"))]
CLOUD = [path for path in WORKFLOWS if path.stem != "tests"]
STACKS = {"aws-us-east-1", "gcp-us-east4", "azure-eastus2"}


def name_of(path: Path) -> str:
    return str(path.relative_to(GITHUB))


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - `on` is a word, not true
    return loaded


def jobs(path: Path) -> list[dict[str, Any]]:
    return list(read(path)["jobs"].values())


def strings(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        return [text for item in (value.values() if isinstance(value, dict) else value) for text in strings(item)]
    return [str(value)]


@pytest.mark.process
@pytest.mark.skipif(shutil.which("go") is None, reason="actionlint is a Go tool, and there is no go on PATH")
def test_actionlint_is_clean() -> None:
    done = subprocess.run(
        [
            "go",
            "-C",
            str(PROJECT / "workshop" / "actionlint"),
            "tool",
            "actionlint",
            "-no-color",
            *map(str, WORKFLOWS),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_every_action_is_pinned_by_digest_with_its_tag_beside_it(path: Path) -> None:
    used = re.findall(r"^\s*(?:- )?uses: (.+)$", path.read_text(), re.MULTILINE)
    assert used
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in used if not pinned.fullmatch(line) and not line.startswith("./")] == []


def test_an_action_has_one_digest_everywhere() -> None:
    used = {line for path in ALL for line in re.findall(r"uses: (\S+@\S+)", path.read_text())}
    actions = [line.split("@")[0] for line in used]
    assert sorted(actions) == sorted(set(actions))


def test_the_cli_is_the_one_that_the_toolchain_pins() -> None:
    wanted = pinned_version((PROJECT / "offline" / "cli" / "go.mod").read_text()).removeprefix("v")
    found = [version for path in ALL for version in re.findall(r"pulumi-version: (\S+)", path.read_text())]
    assert set(found) == {wanted}


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_rights_are_given_job_by_job(path: Path) -> None:
    assert read(path)["permissions"] in ({}, {"contents": "read"})
    allowed = {"contents": "read", "id-token": "write"}
    if path.stem == "preview":
        allowed["pull-requests"] = "write"
    for job in jobs(path):
        assert job.get("permissions", {}).items() <= allowed.items()
        assert "timeout-minutes" in job
        checkouts = [step for step in job["steps"] if "actions/checkout@" in step.get("uses", "")]
        assert [step["with"]["persist-credentials"] for step in checkouts] == ["false"]


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_a_secret_is_in_the_environment_of_the_step_that_needs_it_and_nowhere_else(path: Path) -> None:
    loaded = read(path)
    steps = [step for job in loaded.get("jobs", {"": loaded.get("runs")}).values() for step in job["steps"]]
    secret = re.compile(r"secrets\.|outputs\.token|outputs\.pulumi-access-token")
    own = [text for step in steps for text in strings(step.pop("env", {})) if secret.search(text)]
    loaded.pop("outputs", None)  # an action hands its token to the workflow, which masks it
    assert [text for text in strings(loaded) if secret.search(text)] == []
    assert (path in CLOUD) == bool(own)


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_what_others_write_is_no_part_of_a_script(path: Path) -> None:
    loaded = read(path)
    steps = [step for job in loaded.get("jobs", {"": loaded.get("runs")}).values() for step in job["steps"]]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("path", CLOUD, ids=name_of)
def test_every_region_is_in_it_and_has_its_own_turn(path: Path) -> None:
    (job,) = jobs(path)
    inputs = read(path)["on"].get("workflow_dispatch") if path.stem == "destroy" else None
    listed = inputs["inputs"]["stack"]["options"] if inputs else job["strategy"]["matrix"]["stack"]
    assert set(listed) == STACKS
    assert listed[0] == "aws-us-east-1"
    assert re.search(r"\$\{\{ (matrix|inputs)\.stack \}\}", job["concurrency"]["group"])
    assert job["concurrency"].get("cancel-in-progress", "false") == ("true" if path.stem == "preview" else "false")


def test_a_region_that_fails_ends_the_roll_out_and_not_the_watch() -> None:
    strategy = {path.stem: job.get("strategy", {}) for path in CLOUD for job in jobs(path)}
    assert (strategy["deploy"]["max-parallel"], strategy["deploy"]["fail-fast"]) == ("1", "true")
    assert strategy["watch"]["fail-fast"] == "false"
    steps = [step.get("name") for step in jobs(GITHUB / "workflows" / "deploy.yml")[0]["steps"]]
    assert steps[-2:] == ["Up", "Verify"]


@pytest.mark.process
@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("destroy gcp-us-east4", 0),
        ("", 1),
        ("destroy", 1),
        ("destroy aws-us-east-1", 1),
        ("$(destroy gcp-us-east4)", 1),
    ],
)
def test_destroy_wants_its_words_typed(typed: str, status: int) -> None:
    (job,) = jobs(GITHUB / "workflows" / "destroy.yml")
    first = job["steps"][0]
    assert first["env"]["WANTED"] == "destroy ${{ inputs.stack }}"
    environment = os.environ | {"TYPED": typed, "WANTED": "destroy gcp-us-east4"}
    done = subprocess.run(
        ["bash", "-e", "-c", first["run"]], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status
    assert ("Nothing is destroyed" in done.stdout) is bool(status)


FAKE_GH = """\
#!/usr/bin/env python3
import json, os, sys
calls = open(os.environ["CALLS"], "a")
body = next((open(part.partition("@")[2]).read() for part in sys.argv if part.startswith("body=@")), None)
calls.write(json.dumps({"argv": sys.argv[1:], "body": body, "marker": os.environ.get("MARKER")}) + "\\n")
if "--paginate" in sys.argv:
    print(os.environ["BEFORE"])
"""


@pytest.mark.process
@pytest.mark.parametrize(
    ("before", "method", "place"), [("", "POST", "issues/7/comments"), ("42", "PATCH", "comments/42")]
)
def test_a_preview_has_one_comment_that_is_kept_up_to_date(
    tmp_path: Path, before: str, method: str, place: str
) -> None:
    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin" / "gh"
    gh.write_text(FAKE_GH)
    gh.chmod(0o755)
    preview = tmp_path / "preview.txt"
    preview.write_text(
        "x" * 70_000 + "\n    + confluentcloud:index/environment:Environment: (create)\n      name: rag\n"
    )
    environment = {
        "PATH": f"{gh.parent}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "BEFORE": before,
        "GITHUB_REPOSITORY": "acme/rag",
        "PULL_REQUEST": "7",
    }
    subprocess.run([GITHUB / "scripts" / "comment.sh", "acme/gcp-us-east4", preview], env=environment, check=True)
    listing, writing = [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]
    assert listing["marker"] == "<!-- preview of acme/gcp-us-east4 -->"
    assert method in writing["argv"]
    assert any(argument.endswith(place) for argument in writing["argv"])
    assert writing["body"].startswith(listing["marker"])
    assert "\n+     confluentcloud:index/environment:Environment: (create)\n      name: rag\n" in writing["body"]
    assert len(writing["body"]) < 65_536


@pytest.mark.process
def test_without_a_preview_there_is_no_comment(tmp_path: Path) -> None:
    done = subprocess.run(
        [GITHUB / "scripts" / "comment.sh", "acme/dev", tmp_path / "none"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "nothing to say" in done.stdout
