"""A secret goes from where it is kept to the API, and to no other place that could be read."""

from __future__ import annotations

import stat
import subprocess
import threading
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import psutil
import pytest

from tests.support.files import contents
from tests.support.provider_stub import provider_answering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workshop.clone import Clone

pytestmark = pytest.mark.integration

MARKED = f"sk-marked-{uuid4().hex}"
TYPED = f"sk-typed-{uuid4().hex}"  # by a person, into a statement
# What has to hold secrets: the local cloud's own keys, and the store of what it was given through its API.
HOLDERS = (".local/cloud/credentials.json", ".local/cloud/resources.db")
PREDICT = "SELECT vector FROM `product-updates`, LATERAL TABLE(ML_PREDICT('vector_embedding', articleType)) LIMIT 1"


@pytest.fixture(scope="module")
def clone(new_clone: Clone) -> Clone:
    """Take a clone in which nothing else has written a file."""
    return new_clone


class CommandLines:
    """Collects the arguments of every process of this machine while something runs."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._collect)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _collect(self) -> None:
        while not self._ended.wait(0.1):
            for process in psutil.process_iter(["cmdline"]):
                self.seen.add("\0".join(process.info["cmdline"] or []))


def leaked(secrets: Mapping[str, str], text: str) -> list[str]:
    """Names of the secrets that ``text`` contains."""
    return [name for name, secret in secrets.items() if secret in text]


def test_no_secret_is_left_where_it_can_be_read(clone: Clone) -> None:
    said: list[str] = []
    events = clone.path / ".local/events.json"
    debug = {"PULUMI_DEBUG_COMMANDS": "1"}
    with CommandLines() as arguments, provider_answering(401) as refusing:
        said.append(clone.ok("up", "--yes", "--event-log", str(events), env=debug))
        own = clone.credentials()
        secrets = {name: own[name] for name in ("cloud_api_secret", "openai_api_key", "internal_token")}
        secrets |= {"flinkApiSecret": clone.outputs()["flinkApiSecret"], "openaiApiKey": MARKED}
        subprocess.run(
            [str(clone.path / "pulumiw"), "config", "set", "--secret", "openaiApiKey"],
            cwd=clone.path,
            env=clone.environment(),
            input=MARKED,
            text=True,
            check=True,
        )
        clone.ok("config", "set", "openaiEndpoint", refusing)
        for command in (
            ("up", "--yes", "--skip-preview", "--diff"),
            ("preview", "--diff"),
            ("stack", "output"),
            ("stack", "output", "--json"),
            ("stack", "export"),
            ("config",),
            ("cloud", "status", "--json"),
            ("cloud", "logs"),
        ):
            done = clone.run(*command)
            said.append(done.stdout + done.stderr)
        said.append(clone.refused("sql", PREDICT))
        assert "stub says 401" in said[-1], said[-1]
        said.append(clone.refused("sql", f"CREATE CONNECTION c WITH ('type' = 'openai', 'api-key' = '{TYPED}')"))
        assert "needs the option 'endpoint'" in said[-1], said[-1]
    assert events.stat().st_size > 0
    assert not leaked(secrets, "\n".join(said))
    assert not leaked(secrets, "\n".join(arguments.seen))
    assert TYPED not in "\n".join(said)

    holding = {}
    for file, text in contents(clone.path):
        assert TYPED not in text, file
        found = leaked(secrets, text)
        if found:
            holding[str(file.relative_to(clone.path))] = found
    strangers = {name: found for name, found in holding.items() if not name.startswith(HOLDERS)}
    assert strangers == {}
    assert set(HOLDERS) <= {name.removesuffix("-wal").removesuffix("-shm") for name in holding}
    for name in holding:
        assert stat.S_IMODE((clone.path / name).stat().st_mode) == 0o600, name
