"""The environment of `pulumi` and of the programs beside it. Nothing of it reaches the user's own shell."""

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
"""What `stack init` writes for an empty passphrase; committed in Pulumi.dev.yaml, it keeps `git status` clean."""


def tool_environment(plugins: Plugins, cli_folder: str) -> dict[str, str]:
    """Return what every stack needs: CLI, plugins and Python found, nothing downloaded behind the user's back."""
    path = [*plugins.path(), cli_folder, os.environ.get("PATH", "")]
    home = str(plugins.layout.home)
    return plugins.environment() | {
        "PATH": os.pathsep.join(path),
        "VIRTUAL_ENV": str(plugins.layout.venv),
        "PULUMIW_HOME": home,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def stack_environment(stack: Stack, request: Request) -> dict[str, str]:
    """Return which stack is meant, and the backend and passphrase of one whose state is inside the clone."""
    found: dict[str, str] = {}
    if stack.name == DEFAULT_STACK and not request.makes_stack and request.stack is None:
        found["PULUMI_STACK"] = stack.name
    if stack.uses_file_backend:
        found["PULUMI_BACKEND_URL"] = stack.project.file_backend
        if stack.salt == EMPTY_PASSPHRASE_SALT:
            # A passphrase that the user has set for other projects does not open this stack.
            found |= {"PULUMI_CONFIG_PASSPHRASE": "", "PULUMI_CONFIG_PASSPHRASE_FILE": ""}
        elif "PULUMI_CONFIG_PASSPHRASE_FILE" not in os.environ:
            found["PULUMI_CONFIG_PASSPHRASE"] = os.environ.get("PULUMI_CONFIG_PASSPHRASE", "")
    return found


def _same_origin(one: str, other: str) -> bool:
    return urlsplit(one).port == urlsplit(other).port and is_loopback(one) and is_loopback(other)


def cloud_environment(stack: Stack, cloud: LocalCloud, plugins: Plugins) -> dict[str, str]:
    """Return the local cloud's keys, where neither the stack nor the user has chosen others."""
    keys = cloud.credentials
    # With TF_ACC the official provider's waits shrink; a person who sets it to nothing sees them in full.
    found: dict[str, str] = {"TF_ACC": os.environ.get("TF_ACC", "1")} if plugins.official else {}
    if not stack.config("confluentcloud:cloudApiKey") and not os.environ.get("CONFLUENT_CLOUD_API_KEY"):
        found["CONFLUENT_CLOUD_API_KEY"] = keys["cloud_api_key"]
        found["CONFLUENT_CLOUD_API_SECRET"] = keys["cloud_api_secret"]
    project = stack.project.name
    embeddings = stack.config(f"{project}:openaiEndpoint")
    if stack.config(f"{project}:openaiApiKey") or not isinstance(embeddings, str) or not is_loopback(embeddings):
        return found
    # A key in the user's shell is OpenAI's: it is not for the local cloud's own endpoint.
    if _same_origin(embeddings, cloud.endpoint) or not os.environ.get("OPENAI_API_KEY"):
        found["OPENAI_API_KEY"] = keys["openai_api_key"]
    return found
