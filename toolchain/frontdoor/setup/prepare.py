"""Sets up what a command needs, in this order: programs, the local cloud, the stack."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from toolchain.frontdoor.cloud.local_cloud import LocalCloud
from toolchain.frontdoor.cloud.orphaned_plugins import mark_of_run
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.http_json import Api
from toolchain.frontdoor.hall.progress import Progress
from toolchain.frontdoor.hall.steps import locked, run_side_by_side
from toolchain.frontdoor.hall.tools import JAVA, require
from toolchain.frontdoor.setup.cli import cli_on_path, cli_step
from toolchain.frontdoor.setup.connectors import connector_paths, connector_step
from toolchain.frontdoor.setup.environment import cloud_environment, stack_environment, tool_environment
from toolchain.frontdoor.setup.jars import jars_folder, jars_step
from toolchain.frontdoor.setup.models import models_folder, models_step
from toolchain.frontdoor.setup.needs import Needs, needs_of
from toolchain.frontdoor.setup.plugins import choose_plugins, cli_without_official_host
from toolchain.frontdoor.setup.servers import SERVERS, server_folders, server_step
from toolchain.frontdoor.setup.venv import Packages, name_venv, venv_step
from toolchain.frontdoor.setup.warm import COLD, WarmPlugins, start_warm_plugins
from toolchain.frontdoor.stack.stack import Project, Stack

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.arguments import Request
    from toolchain.frontdoor.hall.layout import Layout
    from toolchain.frontdoor.setup.plugins import Plugins


@dataclass(frozen=True)
class Prepared:
    """Everything a command runs with. ``cloud``: the stack's local cloud, ``None`` if the command needs none."""

    layout: Layout
    stack: Stack
    cli: Path
    environment: dict[str, str] = field(repr=False)
    cloud: LocalCloud | None
    warm: WarmPlugins = COLD

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a short `pulumi` command, and return its exit status and output; it never asks."""
        return subprocess.run(  # noqa: S603 - the CLI chosen by the set-up
            [self.cli, "--non-interactive", *arguments],
            cwd=self.layout.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def set_up(layout: Layout, cloud: LocalCloud, stack: Stack, *, cli: bool = True) -> None:
    """Install what is missing, also for what ``stack`` names, and start the local cloud."""
    needs = needs_of(stack, on_local_cloud=True)
    if stopped := _make_tools(layout, cloud, needs, cli=cli):
        _start(stopped)
    _start_stores(cloud, needs)


def _start(cloud: LocalCloud) -> None:
    layout = cloud.layout
    cloud.start(jars_folder(layout), models_folder(layout), server_folders(layout), connector_paths(layout))


def _start_stores(cloud: LocalCloud, needs: Needs) -> None:
    """Start the servers that a stack's sinks write to: an index is made there before its connector."""
    running = {process["name"] for process in cloud.status()["processes"]} if needs.servers else set()
    if stopped := [kind for kind in needs.servers if kind not in running]:
        with Progress([SERVERS[kind] for kind in stopped]) as progress:
            for kind in stopped:
                cloud.start_store(kind)
                progress.done(SERVERS[kind])


def _make_tools(layout: Layout, cloud: LocalCloud | None, needs: Needs, *, cli: bool = True) -> LocalCloud | None:
    """Install what is missing, concurrently; return ``cloud`` if it must be started, else ``None``.

    Raises :class:`Failure` for missing programs before any long step starts.
    """
    stopped = None if cloud is None or cloud.is_up() else cloud
    jars = jars_step(layout) if stopped else None
    steps = [venv_step(layout, *needs.packages), cli_step(layout) if cli else None, jars]
    steps += [models_step(layout)] if needs.sentence_model else []
    steps += [server_step(layout, kind) for kind in needs.servers]
    steps += [connector_step(layout, kind) for kind in needs.connectors]
    needed = [step for step in steps if step]
    tools = [tool for step in needed for tool in step.tools]
    require([*tools, *([JAVA] if stopped and jars is None else [])])
    run_side_by_side(needed, layout.set_up_logs)
    name_venv(layout)
    return stopped


def cli_and_plugins(layout: Layout) -> tuple[Path, Plugins]:
    """Return the Pulumi CLI to run, and its plugins."""
    cli = cli_on_path(layout) or layout.built_cli
    plugins = choose_plugins(layout, cli)
    return cli if plugins.official else cli_without_official_host(layout, cli), plugins


def set_up_packages(layout: Layout, packages: Packages) -> None:
    """Install Python packages, and nothing that runs the program."""
    _make_tools(layout, None, Needs((packages,)), cli=False)


def set_up_without_stack(layout: Layout) -> dict[str, str]:
    """Install what is missing, and return the environment of tests and benchmarks, which run `pulumi` themselves."""
    _make_tools(layout, None, Needs((Packages.TESTS,)))
    cli, plugins = cli_and_plugins(layout)
    return {**os.environ, **tool_environment(plugins, str(cli.parent))}


def local_cloud_of(stack: Stack) -> LocalCloud | None:
    """Return the local cloud that a stack is deployed to, ``None`` if its endpoint is another one."""
    return LocalCloud(stack.project.layout, stack.endpoint) if stack.is_local and stack.endpoint else None


def prepare(
    layout: Layout, request: Request, *, needs_cloud: bool | None = None, packages: tuple[Packages, ...] = ()
) -> Prepared:
    """Set up what ``request`` needs; raises :class:`Failure` if something prevents it.

    ``needs_cloud``: whether the local cloud must run; by default as the request's Pulumi command requires.
    ``packages``: what the command needs beside the stack's own.
    """
    project = Project.read(layout)
    stack = Stack.read(project, project.current_stack(request))
    wanted = request.needs_cloud if needs_cloud is None else needs_cloud
    if request.uses_stack or wanted:
        _check_login(stack, may_ask=needs_cloud is None and sys.stdin.isatty())
    cloud = local_cloud_of(stack) if wanted else None
    needs = needs_of(stack, on_local_cloud=cloud is not None)
    needs = replace(needs, packages=(*needs.packages, *packages))
    stopped = _make_tools(layout, cloud, needs)
    cli, plugins = cli_and_plugins(layout)
    warm = start_warm_plugins(layout) if request.needs_cloud and not plugins.official else COLD
    if stopped:
        _start(stopped)
    if cloud is not None:
        _start_stores(cloud, needs)
    environment = {**os.environ, **tool_environment(plugins, str(cli.parent)), **stack_environment(stack, request)}
    environment |= mark_of_run(layout.project)
    environment |= plugins.in_cache() if stack.uses_file_backend else {}
    if cloud is not None:
        environment |= cloud_environment(stack, cloud, plugins)
        _check_key(cloud, environment)
    prepared = Prepared(layout, stack, cli, environment, cloud, warm)
    if stack.uses_file_backend:
        layout.backend.mkdir(parents=True, exist_ok=True)
        if request.uses_stack or wanted:
            _make_stack(prepared)
    return prepared


def _check_login(stack: Stack, *, may_ask: bool) -> None:
    """Refuse a stack whose state nobody knows the place of, before the set-up; ``may_ask``: Pulumi asks for a login."""
    if stack.lacks_login and not may_ask:
        raise Failure(
            f"Stack {stack.name} is not on this machine's local cloud, and you are not logged in to where its state is:"
            " run `./pulumiw login` (Pulumi Cloud) or `./pulumiw login URL` (s3://..., file://...), or set"
            " PULUMI_ACCESS_TOKEN."
        )


def _check_key(cloud: LocalCloud, environment: dict[str, str]) -> None:
    """Refuse an API key that the user has set and the local cloud does not know, before Pulumi starts to use it."""
    if "CONFLUENT_CLOUD_API_KEY" not in os.environ:
        return
    key, secret = environment.get("CONFLUENT_CLOUD_API_KEY"), environment.get("CONFLUENT_CLOUD_API_SECRET")
    if key and not cloud.accepts(Api(cloud.endpoint, key, secret)):
        raise Failure(
            f"The local cloud at {cloud.endpoint} refuses the key in CONFLUENT_CLOUD_API_KEY (401 Unauthorized): unset"
            " CONFLUENT_CLOUD_API_KEY and CONFLUENT_CLOUD_API_SECRET, and its own key is used."
        )


def _make_stack(prepared: Prepared) -> None:
    """Create a local stack that has no state. Only local ones: another could be created in a wrong account."""
    stack = prepared.stack
    if stack.checkpoint.exists() or not stack.is_local:
        return
    with locked(prepared.layout.project / ".local" / "stack.lock"):
        if stack.checkpoint.exists():
            return
        made = prepared.pulumi("stack", "init", stack.name, "--no-select")
        if made.returncode != 0:
            raise Failure(f"The stack {stack.name} could not be made: {made.stderr.strip()}")
