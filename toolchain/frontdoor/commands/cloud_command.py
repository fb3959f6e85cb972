"""`./pulumiw cloud start|stop|env|status|logs|faults|tls|reset`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from toolchain.frontdoor.cloud.local_cloud import Health, LocalCloud
from toolchain.frontdoor.hall.arguments import Request
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.terminal import out, say
from toolchain.frontdoor.setup.exports import exports
from toolchain.frontdoor.setup.prepare import cli_and_plugins, local_cloud_of, set_up
from toolchain.frontdoor.stack.stack import DEFAULT_STACK, Project, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

_FOLLOW_SECONDS = 0.25
_LOG_LINES = 200
_LONGEST_COUNT = 60
_KIBIBYTE = 1024


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./pulumiw cloud", description="The local cloud of this clone.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("start", help="start it, if it is not up")
    actions.add_parser("stop", help="stop it and every process of it; its resources are kept")
    actions.add_parser(
        "env",
        help="print what plain `pulumi` needs to work there, the cloud's keys too; start the cloud if it is not up",
    )
    status = actions.add_parser("status", help="what runs there")
    status.add_argument("--json", action="store_true", help="as one JSON object")
    status.add_argument(
        "--seconds",
        type=_seconds,
        metavar="N",
        help="count records for so long, to tell how many are written a second (default: 1, with --json 0)",
    )
    logs = actions.add_parser("logs", help="what its processes have logged")
    logs.add_argument("component", nargs="?", default="cloud", help="whose log (default: cloud)")
    logs.add_argument("-f", "--follow", action="store_true", help="print new lines, too, until Ctrl-C")
    faults = actions.add_parser("faults", help="show or set the faults that it injects until its next start")
    faults.add_argument(
        "faults",
        nargs="*",
        metavar="FAULT",
        help="inject these faults instead of the present ones: cmk.create=503@10%%, rights-delay=120, ... or none;"
        " docs/faults.md lists them all",
    )
    tls = actions.add_parser("tls", help="serve https, too, for clients that speak nothing else; start the cloud")
    tls.add_argument("--json", action="store_true", help="endpoint and files as one JSON object")
    reset = actions.add_parser("reset", help="stop it and forget every resource, topic and record")
    reset.add_argument("--yes", action="store_true", help="without asking")
    return parser


def run(layout: Layout, arguments: list[str]) -> int:
    """Run the action that ``arguments`` name; the exit status is 0, failures are raised."""
    chosen = _parser().parse_args(arguments)
    project = Project.read(layout)
    stack = Stack.read(project, project.current_stack(Request(())))
    cloud = local_cloud_of(stack) or local_cloud_of(Stack.read(project, DEFAULT_STACK))
    if cloud is None:
        raise Failure(
            "No stack here lives on a local cloud:"
            " set `confluentcloud:endpoint: http://127.0.0.1:8099` in Pulumi.dev.yaml."
        )
    if chosen.action == "start":
        set_up(layout, cloud, stack, cli=False)
        say(f"The local cloud is up at {cloud.endpoint}.")
    elif chosen.action == "env":
        set_up(layout, cloud, stack)
        _env(layout, cloud, stack if stack.is_local else Stack.read(project, DEFAULT_STACK))
    elif chosen.action == "stop":
        say("The local cloud is stopped." if cloud.stop() else "The local cloud was not running.")
    elif chosen.action == "status":
        seconds = chosen.seconds if chosen.seconds is not None else float(not chosen.json)
        _status(cloud, seconds, as_json=chosen.json)
    elif chosen.action == "logs":
        _logs(layout, chosen.component, follow=chosen.follow)
    elif chosen.action == "faults":
        _faults(cloud, chosen.faults)
    elif chosen.action == "tls":
        set_up(layout, cloud, stack, cli=False)
        _tls(cloud, as_json=chosen.json)
    else:
        _reset(cloud, sure=chosen.yes)
    return 0


def _env(layout: Layout, cloud: LocalCloud, stack: Stack) -> None:
    if sys.stdout.isatty():
        say('These lines hold the local cloud\'s own keys. A shell takes them by eval "$(./pulumiw cloud env)".')
    for line in exports(stack, cloud, *cli_and_plugins(layout)):
        out(line)


def _tls(cloud: LocalCloud, *, as_json: bool) -> None:
    found = cloud.tls()
    if as_json:
        out(json.dumps(found, indent=2))
        return
    trust = "javax.net.ssl.trustStore"
    say(f"The local cloud is at {found['endpoint']}, too, until `./pulumiw cloud reset`.")
    say(f"Its certificate: {found['certificate']}")
    say("Java trusts it with:")
    out(
        f'export JAVA_TOOL_OPTIONS=\'"-D{trust}={found["trust_store"]}"'
        f" -D{trust}Password={found['trust_store_password']}'"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= _LONGEST_COUNT:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no such time: give a number of seconds from 0 to {_LONGEST_COUNT}"
        )
    return seconds


def _status(cloud: LocalCloud, seconds: float, *, as_json: bool) -> None:
    health, detail = cloud.health()
    if health is Health.READY:
        cloud.is_up()  # raises Failure if the local cloud on this port belongs to another clone
        status: dict[str, Any] = {"running": True, "endpoint": cloud.endpoint, **cloud.status(seconds)}
    else:
        status = {"running": False, "endpoint": cloud.endpoint, "detail": detail or health.value}
    if as_json:
        out(json.dumps(status, indent=2))
        return
    for line in _lines(status):
        out(line)


def _lines(status: dict[str, Any]) -> list[str]:
    """Return the status as lines for the user: single facts, then one block per list."""
    if not status["running"]:
        detail = status["detail"]
        if detail == Health.NOTHING.value:
            detail = "stopped. Start it with `./pulumiw cloud start`."
        elif detail == Health.STRANGER.value:
            detail = "another program listens there. Stop that, or set another port in Pulumi.dev.yaml."
        return [f"The local cloud at {status['endpoint']}: {detail}"]
    lines = [f"The local cloud is up at {status['endpoint']}."]
    for kind, phases in status.get("phases", {}).items():
        counted = ", ".join(f"{count} {phase}" for phase, count in phases.items())
        lines.append(f"{kind}: {counted or 'none'}")
    for key, value in status.items():
        if isinstance(value, list):
            lines += ["", f"{key} ({len(value)})", *(f"  {_summary(item)}" for item in value)]
    return lines


def _summary(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    shown = {key: value for key, value in item.items() if value not in (None, "", [], {})}
    if "ports" in shown:
        shown["ports"] = ",".join(str(port) for port in shown["ports"])
    for key, name in (("resident_bytes", "resident"), ("bytes", "size")):
        if key in shown:
            shown[name] = _size(shown.pop(key))
    return "  ".join(f"{key}={value}" for key, value in shown.items())


def _size(count: int) -> str:
    """Return a number of bytes in the largest unit in which it is at least 10, for example ``37 MiB``."""
    for unit in ("B", "KiB", "MiB"):
        if count < 10 * _KIBIBYTE:
            return f"{count:.0f} {unit}"
        count /= _KIBIBYTE  # type: ignore[assignment]
    return f"{count:.0f} GiB"


def _log_files(layout: Layout) -> dict[str, Path]:
    return {path.stem: path for path in sorted(layout.cloud_logs.glob("*.log"))}


def _logs(layout: Layout, component: str, *, follow: bool) -> None:
    files = _log_files(layout)
    if not files:
        raise Failure("The local cloud has not logged anything yet: start it with `./pulumiw cloud start`.")
    if component not in files:
        raise Failure(f"There is no log of {component!r}; there are logs of {', '.join(files)}.")
    for line in _lines_of(files[component], follow=follow):
        sys.stdout.write(line)


def _lines_of(path: Path, *, follow: bool) -> Iterator[str]:
    """Yield the last lines of a log. ``follow``: also new lines, across log rotations, until Ctrl-C."""
    log = path.open(encoding="utf-8", errors="replace")
    try:
        yield from log.readlines()[-_LOG_LINES:]
        while follow:
            sys.stdout.flush()
            time.sleep(_FOLLOW_SECONDS)
            yield from log
            if path.exists() and not os.path.samestat(path.stat(), os.fstat(log.fileno())):
                log.close()
                log = path.open(encoding="utf-8", errors="replace")
    finally:
        log.close()


def _faults(cloud: LocalCloud, wanted: list[str]) -> None:
    if not cloud.is_up():
        raise Failure("The local cloud is not up: start it with `./pulumiw cloud start`.")
    for fault in cloud.faults(wanted or None):
        out(fault)


def _reset(cloud: LocalCloud, *, sure: bool) -> None:
    if not sure:
        if not sys.stdin.isatty():
            raise Failure("`cloud reset` forgets every resource, topic and record: say `./pulumiw cloud reset --yes`.")
        sys.stderr.write("Forget every resource, topic and record of the local cloud? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise Failure("Nothing was changed.")
    cloud.reset()
    say("The local cloud is empty. Stacks that were deployed there: `./pulumiw up --refresh --yes` creates them again.")
