"""A fresh clone of the working tree, on a port of its own, driven as a person drives it: through ``./pulumiw``."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil

from localcloud.store_login import StoreLogin
from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.processes import marked, program_of
from toolchain.frontdoor.setup.cache import CHOICE
from workshop.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROJECT = Path(__file__).resolve().parents[1]
COMMAND_SECONDS = 600
_MARK = "TESTED_CLONE"


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Poll ``condition``; fail with ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still waiting after {seconds:.0f} s: {what}"
        time.sleep(0.1)


def git(folder: Path, *args: str) -> str:
    """Run git in ``folder`` and return what it printed."""
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    return subprocess.run(["git", *identity, *args], cwd=folder, check=True, capture_output=True, text=True).stdout


def _said(events: str) -> str:
    """Return the messages among Pulumi's events, which are a line each."""
    told = [json.loads(line).get("diagnosticEvent") for line in events.splitlines() if line.startswith("{")]
    return "".join(one["message"] for one in told if one)


LOCAL_STACKS = ("dev", "rag")


@dataclass
class Clone:
    """A checkout in ``path`` whose local cloud listens on ``port``."""

    path: Path
    port: int
    env: dict[str, str] = field(default_factory=dict)
    _known_outputs: dict[tuple[str, ...], tuple[object, dict[str, Any]]] = field(default_factory=dict, repr=False)

    @classmethod
    def make(cls, path: Path) -> Clone:
        """Copy the tracked files with uncommitted changes, set a free port, commit."""
        path.mkdir(parents=True)
        listed = git(PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        for name in filter(None, listed.split("\0")):
            source = PROJECT / name
            if source.exists():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, path / name)
        clone = cls(path=path, port=free_port())
        clone.move_to_own_port()
        git(path, "init", "--quiet")
        git(path, "add", "--all")
        git(path, "commit", "--quiet", "--message", "clone")
        return clone

    @property
    def endpoint(self) -> str:
        """Base URL of this clone's local cloud."""
        return f"http://127.0.0.1:{self.port}"

    def move_to_own_port(self) -> None:
        """Replace the port in the clone's files by this clone's own."""
        for name in LOCAL_STACKS:
            settings = self.path / f"Pulumi.{name}.yaml"
            text, moved = re.subn(r"(http://(?:127\.0\.0\.1|localhost)):\d+", rf"\1:{self.port}", settings.read_text())
            assert moved, f"{settings} names no local cloud"
            settings.write_text(text)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace ``old``, which must occur, in a file."""
        text = (self.path / name).read_text()
        assert old in text, f"{old!r} is not in {name}"
        (self.path / name).write_text(text.replace(old, new))

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment for child processes, without the caller's settings for any cloud.

        It has no cache of set-ups: what is measured must be done, and what is broken on purpose must not be kept.
        """
        foreign = re.compile(r"^(CONFLUENT_CLOUD_|OPENAI_|PULUMI_)")
        inherited = {key: value for key, value in os.environ.items() if not foreign.match(key)}
        return inherited | {CHOICE: "off"} | self.env | {_MARK: str(self.path)} | dict(extra or {})

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start ``./pulumiw ARGS`` in a process group of its own."""
        return subprocess.Popen(
            [str(self.path / "pulumiw"), *args],
            cwd=self.path,
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``./pulumiw ARGS`` to its end; stdout and stderr are captured separately."""
        return subprocess.run(
            [str(self.path / "pulumiw"), *args],
            cwd=self.path,
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def ok(self, *args: str, env: Mapping[str, str] | None = None) -> str:
        """Run ``./pulumiw ARGS``, which must succeed, and return its standard output."""
        done = self.run(*args, env=env)
        assert done.returncode == 0, f"pulumiw {' '.join(args)} -> {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def up(self, *args: str, env: Mapping[str, str] | None = None) -> None:
        """Bring a stack up, without a preview; with ``--json`` it does not wait for the first vectors."""
        done = self.run("up", "--yes", "--skip-preview", "--json", *args, env=env)
        assert done.returncode == 0, f"up {' '.join(args)} -> {done.returncode}\n{_said(done.stdout)}\n{done.stderr}"

    def refused(self, *args: str, env: Mapping[str, str] | None = None) -> str:
        """Run ``./pulumiw ARGS``, which must fail, and return all it printed."""
        done = self.run(*args, env=env)
        said = done.stdout + done.stderr
        assert done.returncode != 0, f"pulumiw {' '.join(args)} should have failed\n{said}"
        assert "Traceback" not in said, said
        return said

    def sql(self, statement: str, *args: str) -> list[dict[str, Any]]:
        """Run a statement through ``./pulumiw sql --json``."""
        return [json.loads(line) for line in self.ok("sql", statement, "--json", *args).splitlines()]

    def outputs(self, *args: str) -> dict[str, Any]:
        """Return the stack's outputs, secrets in the clear; Pulumi is asked once for each state."""
        state = self._state_files()
        known, outputs = self._known_outputs.get(args, ((), {}))
        if not state or known != state:
            outputs = json.loads(self.ok("stack", "output", "--json", "--show-secrets", *args))
            self._known_outputs[args] = state, outputs
        return copy.deepcopy(outputs)

    def _state_files(self) -> list[tuple[str, int, int]]:
        """Tell the state of all stacks, and which one is selected, from another one: by name, inode, time of change."""
        layout = Layout.of(str(self.path))
        files = [*layout.backend.glob(".pulumi/stacks/*/*.json"), layout.selected_stack]
        found = [(str(file), file.stat()) for file in sorted(files) if file.exists()]
        return [(name, about.st_ino, about.st_mtime_ns) for name, about in found]

    def resources(self, stack: str = "dev") -> list[dict[str, Any]]:
        """Return the resources in a stack's state, secrets encrypted: from its file, a process would take a second."""
        folder = Layout.of(str(self.path)).backend / ".pulumi" / "stacks"
        states = [json.loads(file.read_text()) for file in folder.glob(f"*/{stack}.json")]
        return [one for state in states for one in (state["checkpoint"].get("latest") or {}).get("resources") or []]

    def status(self) -> dict[str, Any]:
        """Return what ``./pulumiw cloud status --json`` does; a running cloud is asked directly, without a process."""
        with suppress(OSError, httpx.HTTPError):
            own = self.credentials()
            key = (own["cloud_api_key"], own["cloud_api_secret"])
            reply = httpx.get(f"{self.endpoint}/local/v1/status", auth=key, timeout=60)
            return {"running": True, "endpoint": self.endpoint, **reply.raise_for_status().json()}
        status: dict[str, Any] = json.loads(self.ok("cloud", "status", "--json"))
        return status

    def credentials(self) -> dict[str, Any]:
        """Return the local cloud's own keys."""
        keys: dict[str, Any] = json.loads((self.path / ".local/cloud/credentials.json").read_text())
        return keys

    def store_login(self, store: str) -> StoreLogin:
        """Return where a store of this machine listens, and its login."""
        return StoreLogin(**self.credentials()["stores"][store])

    def embed(self, text: str) -> list[float]:
        """Return the vector that ``/v1/embeddings`` gives for ``text``."""
        reply = httpx.post(
            f"{self.endpoint}/v1/embeddings",
            headers={"Authorization": f"Bearer {self.credentials()['openai_api_key']}"},
            json={"model": "text-embedding-ada-002", "input": text},
        )
        reply.raise_for_status()
        vector: list[float] = reply.json()["data"][0]["embedding"]
        return vector

    def planned(self, *args: str) -> dict[str, str]:
        """Return the operations that ``preview`` plans by resource name, without ``same``."""
        steps = json.loads(self.ok("preview", "--json", *args))["steps"]
        return {step["urn"].rsplit("::", 1)[1]: step["op"] for step in steps if step["op"] != "same"}

    def processes(self) -> list[psutil.Process]:
        """Return every process that was started for this clone, by the mark that all of them inherit."""
        found = []
        for process, rest in marked(f"{_MARK}={self.path}").items():
            if not rest and program_of(process):
                with suppress(psutil.NoSuchProcess):
                    found.append(psutil.Process(process))
        return found

    def remove(self) -> None:
        """Kill all processes of this clone and delete it: an orderly end takes far longer."""
        while left := self.processes():  # the local cloud starts a killed child again
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(left, timeout=1)
        shutil.rmtree(self.path, ignore_errors=True)
