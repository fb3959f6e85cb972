"""Prints the estimate of a stack as a table or JSON, from its settings and the price table."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import yaml

from components.config.settings import NAMESPACE, Settings
from toolchain.frontdoor.cost.estimate import estimate
from toolchain.frontdoor.cost.prices import Price, PriceTable, Scope
from toolchain.frontdoor.cost.quantities import caveats, quantities
from toolchain.frontdoor.cost.report import lines
from toolchain.frontdoor.hall.failure import Failure, sentence_of
from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.hall.terminal import out, say
from toolchain.frontdoor.stack.stack import Project, Stack

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_KEY_NEEDED = "none"
_PROJECT = Path(__file__).resolve().parents[3]


def settings_of(project: Path, stack: str) -> Settings:
    """Return a stack's settings from its files; raises :class:`Failure` with one sentence for each mistake in them."""
    declared = _yaml(project / "Pulumi.yaml").get("config") or {}
    config = {key: entry.get("default", "") for key, entry in declared.items()}
    own = _yaml(project / f"Pulumi.{stack}.yaml").get("config") or {}
    prefix = f"{NAMESPACE}:"
    config |= {
        key.removeprefix(prefix): _without_secrets(value) for key, value in own.items() if key.startswith(prefix)
    }
    plain = {key: _text(value) for key, value in config.items()}
    try:
        return Settings.of({**plain, "openaiApiKey": _NO_KEY_NEEDED}, stack)
    except pulumi.RunError as error:
        raise Failure(str(error)) from None


def _without_secrets(value: Any) -> Any:
    """Return ``value`` with a word for each secret within, which is encrypted here; no price depends on one."""
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    if isinstance(value, dict):
        return _NO_KEY_NEEDED if value.keys() == {"secure"} else {k: _without_secrets(v) for k, v in value.items()}
    return value


def _text(value: Any) -> str:
    if isinstance(value, list):
        return json.dumps(value, default=str)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _yaml(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = sorted(other.name.split(".")[1] for other in path.parent.glob("Pulumi.*.yaml"))
        raise Failure(
            f"There is no {path.name}, so nothing to estimate: name a stack that has its settings here"
            f" ({', '.join(known)}), or write the file."
        ) from None
    except yaml.YAMLError as error:
        raise Failure(f"{path.name} is no YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(content, dict):
        raise Failure(f"{path.name} is no settings file: it should begin with `config:`.")
    return content


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--price", action="append", default=[])
    parser.add_argument("--usage", action="append", default=[])
    return parser.parse_args()


def _report(chosen: argparse.Namespace) -> None:
    prices = PriceTable.load(given=[Price.given(text) for text in chosen.price])
    stack = Stack.read(Project.read(Layout.of(str(_PROJECT))), chosen.stack)
    settings = settings_of(_PROJECT, stack.short_name)
    usage = prices.usage.with_given(chosen.usage)
    scope = Scope.of(settings)
    found = estimate(quantities(settings, usage), prices, scope)
    said = list(caveats(settings, usage))
    if chosen.json:
        head = {"stack": stack.short_name, "local": stack.is_local, "cloud": scope.cloud, "region": scope.region}
        out(json.dumps({**head, **found.as_json(), "caveats": said}, ensure_ascii=False))
        return
    where = f"on Confluent Cloud in {settings.region} ({settings.cloud})"
    local = f"Stack {stack.short_name} lives on the local cloud, where it costs 0; with the same settings, {where}:"
    out(local if stack.is_local else f"Stack {stack.short_name}, {where}:")
    out("")
    for line in lines(found, scope, said):
        out(line)


def main() -> int:
    """Print the estimate; the exit status is 1, with one sentence per mistake, if it cannot be computed."""
    try:
        _report(_arguments())
    except Failure as failure:
        say(f"pulumiw: {failure}")
        return 1
    except OSError as error:
        say(f"pulumiw: {sentence_of(error)}")
        return 1
    return 0
