"""``docs/settings.md``, generated from the typed settings."""

from __future__ import annotations

from pydantic.alias_generators import to_camel

from components.config.regions import REGIONS
from components.config.settings import NAMESPACE, Settings, rules
from workshop.docs.lines import wrapped

_INTRODUCTION = f"""# Settings

Written by `./pulumiw docs` from `components/config/settings.py`; a test compares them.

Set one with `./pulumiw config set {NAMESPACE}:KEY VALUE`, or write `{NAMESPACE}:KEY: VALUE` under `config:` in
`Pulumi.<stack>.yaml`. All mistakes are reported together, before anything is created.

| Key | Default | May be | Meaning |
| --- | --- | --- | --- |
"""

_CLOUD_KEY = (
    "| `confluentcloud:cloudApiKey`, `confluentcloud:cloudApiSecret` "
    "| `CONFLUENT_CLOUD_API_KEY`, `CONFLUENT_CLOUD_API_SECRET` | The cloud API key that everything is created with. |"
)
_PROVIDER = f"""
## Where the stack runs

| Key | Default | Meaning |
| --- | --- | --- |
| `confluentcloud:endpoint` | Confluent Cloud | Base URL of the cloud's API. On a loopback address: the local cloud. |
{_CLOUD_KEY}
| `confluentcloud:maxRetries` | 4 | Retries of a call answered with 429 or 5xx (Connect and IAM: at least 12). |

## Regions

"""


def render() -> str:
    """Return the page."""
    rows = []
    for name, info in Settings.model_fields.items():
        key = to_camel(name)
        default = "" if info.is_required() or info.default is None else f"`{info.default}`"
        if isinstance(info.default, bool):
            default = f"`{str(info.default).lower()}`"
        rows.append(f"| `{key}` | {default} | {rules()[key].allowed} | {info.description} |\n")
    regions = [
        wrapped(f"- {cloud}: {', '.join(f'`{name}`' for name in names)}", "  ") + "\n"
        for cloud, names in REGIONS.items()
    ]
    return _INTRODUCTION + "".join(rows) + _PROVIDER + "".join(regions)
