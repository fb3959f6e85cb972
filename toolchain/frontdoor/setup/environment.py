"""Environment variables of `pulumi` and of the front door's other programs; the user's shell is not changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from toolchain.frontdoor.stack.stack import DEFAULT_STACK, is_loopback

if TYPE_CHECKING:
    from toolchain.frontdoor.cloud.local_cloud import LocalCloud
    from toolchain.frontdoor.hall.arguments import Request
    from toolchain.frontdoor.setup.plugins import Plugins
    from toolchain.frontdoor.stack.stack import Stack

EMPTY_PASSPHRASE_SALT = "v1:w/nwwR81bDg=:v1:4Y2r+6I5uarW/JZM:KwyIEn020MBGQvrc68vYp2uQ1DzEGA=="  # noqa: S105 - of no secret
"""An ``encryptionsalt`` of the empty passphrase. It is committed in Pulumi.dev.yaml: else `stack init` draws another
one, and every clone has a changed file in `git status`."""


def tool_environment(plugins: Plugins, cli_folder: str) -> dict[str, str]:
    """Return the variables that every stack needs: paths of CLI, plugins and Python, and no unasked downloads."""
    path = [*plugins.path(), cli_folder, os.environ.get("PATH", "")]
    home = str(plugins.layout.home)
    return plugins.environment() | {
        "PATH": os.pathsep.join(path),
        "VIRTUAL_ENV": str(plugins.layout.venv),
        "PULUMIW_HOME": home,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def stack_environment(stack: Stack, request: Request) -> dict[str, str]:
    """Return the variables that select the stack, and backend and passphrase if its state is inside the clone."""
    found: dict[str, str] = {}
    if stack.name == DEFAULT_STACK and not request.makes_stack and request.stack is None:
        found["PULUMI_STACK"] = stack.name
    if stack.uses_file_backend:
        found["PULUMI_BACKEND_URL"] = stack.project.file_backend
        if stack.salt == EMPTY_PASSPHRASE_SALT:
            # The user may have set a passphrase for other projects; this stack's is empty.
            found |= {"PULUMI_CONFIG_PASSPHRASE": "", "PULUMI_CONFIG_PASSPHRASE_FILE": ""}
        elif "PULUMI_CONFIG_PASSPHRASE_FILE" not in os.environ:
            found["PULUMI_CONFIG_PASSPHRASE"] = os.environ.get("PULUMI_CONFIG_PASSPHRASE", "")
    return found


def _same_origin(one: str, other: str) -> bool:
    return urlsplit(one).port == urlsplit(other).port and is_loopback(one) and is_loopback(other)


def cloud_environment(stack: Stack, cloud: LocalCloud, plugins: Plugins) -> dict[str, str]:
    """Return the variables with the local cloud's API keys, unless the stack or the user has set others."""
    keys = cloud.credentials
    # TF_ACC shortens the official provider's fixed waits (such as 180 s after a connector). TF_ACC= keeps them.
    found: dict[str, str] = {"TF_ACC": os.environ.get("TF_ACC", "1")} if plugins.official else {}
    for store, login in keys.get("stores", {}).items():  # what `local` of a sink stands for
        prefix = f"LOCAL_{store.upper()}"
        found[f"{prefix}_HOST"] = f"127.0.0.1:{login['port']}"
        found |= {f"{prefix}_{part.upper()}": login[part] for part in ("username", "password")}
    if not stack.config("confluentcloud:cloudApiKey") and not os.environ.get("CONFLUENT_CLOUD_API_KEY"):
        found["CONFLUENT_CLOUD_API_KEY"] = keys["cloud_api_key"]
        found["CONFLUENT_CLOUD_API_SECRET"] = keys["cloud_api_secret"]
    project = stack.project.name
    embeddings = stack.config(f"{project}:openaiEndpoint")
    if stack.config(f"{project}:openaiApiKey") or not isinstance(embeddings, str) or not is_loopback(embeddings):
        return found
    # OPENAI_API_KEY in the user's shell is a real key of OpenAI's: it must not be sent to the local cloud.
    if _same_origin(embeddings, cloud.endpoint) or not os.environ.get("OPENAI_API_KEY"):
        found["OPENAI_API_KEY"] = keys["openai_api_key"]
    return found
