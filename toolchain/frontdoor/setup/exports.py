"""`./pulumiw cloud env`: the shell variables with which plain `pulumi` works on the local cloud."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.setup.environment import cloud_environment, stack_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolchain.frontdoor.cloud.local_cloud import LocalCloud
    from toolchain.frontdoor.setup.plugins import Plugins
    from toolchain.frontdoor.stack.stack import Stack

_OWN_KEYS = {"CONFLUENT_CLOUD_API_KEY": "cloud_api_key", "CONFLUENT_CLOUD_API_SECRET": "cloud_api_secret"}


def exports(stack: Stack, cloud: LocalCloud, cli: Path, plugins: Plugins) -> Iterator[str]:
    """Yield `export` lines for a POSIX shell: path of `pulumi`, backend, plugins, the local cloud's API keys.

    The keys are printed even if the shell has some: `cloud reset` makes new ones, and a key of Confluent Cloud does not
    work on the local cloud.
    """
    if str(cli.parent) not in os.environ.get("PATH", "").split(os.pathsep):
        yield f'export PATH={shlex.quote(str(cli.parent))}"${{PATH:+:$PATH}}"'
    found = stack_environment(stack, Request(()))
    found.pop("PULUMI_STACK", None)  # it would override `pulumi stack select`
    if stack.uses_file_backend:
        stack.project.layout.backend.mkdir(parents=True, exist_ok=True)  # `pulumi` refuses a missing folder
        if not plugins.official:
            found |= plugins.in_cache() | {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}
    found |= cloud_environment(stack, cloud, plugins)
    found |= {name: cloud.credentials[key] for name, key in _OWN_KEYS.items()}
    found["PULUMI_SKIP_UPDATE_CHECK"] = "true"
    for name, value in sorted(found.items()):
        yield f"export {name}={shlex.quote(value)}"
