"""A pytest plugin that counts what each client asks of the local cloud: how often, and how many different things.

``./pulumiw test -n 0 -p tests.support.clients.counting tests/integration/on_one_stack`` prints a line a client. HTTP
requests are counted where they leave the client's HTTP library, by the route that they meet; dbt runs in a process of
its own, and is counted in the local cloud's request log. ``confluent-kafka`` speaks Kafka's protocol: counted are the
methods that are called.
"""

from __future__ import annotations

import importlib
import json
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import confluent_kafka
import pytest
from confluent_kafka.admin import AdminClient

from localcloud.api.app import ROUTERS
from localcloud.api.http.operations import Operations
from workshop.clone import Clone
from workshop.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

_TEST_FILES = "test_client_"
_HTTP_LIBRARIES = ("httpx", "httpx2")  # clients take either
_DBT, _KAFKA = "dbt", "kafka"
_LOG = ".local/cloud/logs/api.log"
_FLINK_SQL = "/sql/v1/"


class Counting:
    """``calls``: by client, how often each thing was asked."""

    def __init__(self) -> None:
        self.calls: dict[str, Counter[str]] = {}
        self.tests: Counter[str] = Counter()
        self._operations = Operations(module.router for module in ROUTERS)
        self._client = ""
        self._is_helping = False
        self._stack_is_up = 0.0
        self._log: Path | None = None

    def operation(self, method: str, path: str) -> str:
        """Return what a request asks for, by the name that docs/faults.md lists it under."""
        found = self._operations.of(method, path)
        return found.name if found else f"{method} (nothing there)"

    def note_request(self, method: str, path: str) -> None:
        """Count a request of the client whose test runs, unless the test's own helper sends it."""
        if self._client and self._client != _KAFKA and not self._is_helping:
            self.calls[self._client][self.operation(method, path)] += 1

    def note_method(self, name: str) -> None:
        """Count a call of a method of confluent-kafka's."""
        if self._client == _KAFKA:
            self.calls[self._client][name] += 1

    @contextmanager
    def helping(self) -> Iterator[None]:
        """Do not count what happens meanwhile."""
        self._is_helping = True
        try:
            yield
        finally:
            self._is_helping = False

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self) -> Generator[None, Any, Any]:
        """Remember since when the stack is up."""
        made = yield
        if isinstance(made, Stack):
            self._stack_is_up, self._log = time.time(), made.clone.path / _LOG
        return made

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Count what one test asks."""
        client = item.path.stem.removeprefix(_TEST_FILES)
        began, before = time.time(), Counter(self.calls.setdefault(client, Counter()))
        self._client = client
        try:
            return (yield)
        finally:
            self._client = ""
            self.tests[client] += 1
            if client == _DBT:
                in_this_process = self.calls[client] - before
                self.calls[client] = before + (self._logged(max(began, self._stack_is_up)) - in_this_process)

    def _logged(self, since: float) -> Counter[str]:
        log = self._log.read_text(encoding="utf-8") if self._log else ""
        lines = [json.loads(line) for line in log.splitlines()]
        return Counter(
            self.operation(line["method"], line["path"])
            for line in lines
            if line["time"] >= since and line["path"].startswith(_FLINK_SQL)
        )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the figures."""
        terminalreporter.section("what the clients asked")
        for client, calls in self.calls.items():
            terminalreporter.write_line(
                f"{client}: {self.tests[client]} tests, {calls.total()} calls of {len(calls)} operations"
            )
            terminalreporter.write_line(f"    {', '.join(f'{name} {count}' for name, count in sorted(calls.items()))}")


def pytest_configure(config: pytest.Config) -> None:
    """Listen where requests and calls begin: before the tests import the clients."""
    counting = Counting()
    config.pluginmanager.register(counting)
    for name in _HTTP_LIBRARIES:
        try:
            library = importlib.import_module(name)
        except ImportError:
            continue
        for client in (library.Client, library.AsyncClient):
            client.send = _noting(client.send, counting)
    Stack._call = _aside(Stack._call, counting)  # type: ignore[method-assign]
    Clone.embed = _aside(Clone.embed, counting)  # type: ignore[method-assign]
    for name in ("Producer", "Consumer"):  # written in C: what the tests import is put in their place
        kind = getattr(confluent_kafka, name)
        setattr(confluent_kafka, name, type(name, (kind,), _counted(kind, counting)))
    for name, method in _counted(AdminClient, counting).items():
        setattr(AdminClient, name, method)


def _noting(send: Callable[..., Any], counting: Counting) -> Callable[..., Any]:
    def sending(client: Any, request: Any, **options: Any) -> Any:
        counting.note_request(request.method, request.url.path)
        return send(client, request, **options)

    return sending


def _aside(call: Callable[..., Any], counting: Counting) -> Callable[..., Any]:
    def calling(*arguments: Any) -> Any:
        with counting.helping():
            return call(*arguments)

    return calling


def _counted(kind: type, counting: Counting) -> dict[str, Callable[..., Any]]:
    """Return the public methods of a class, each as one that counts itself."""

    def counted(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def calling(*arguments: Any, **options: Any) -> Any:
            counting.note_method(f"{kind.__name__}.{name}")
            return method(*arguments, **options)

        return calling

    methods = {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}
    return {name: counted(name, method) for name, method in methods.items() if callable(method)}
