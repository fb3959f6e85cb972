"""Runs the checks and prints the report. Services come first: a failed statement explains missing records."""

from __future__ import annotations

import argparse
import json
import os
import time
from typing import TYPE_CHECKING

import confluent_sql
import httpx

from toolchain.frontdoor.hall.endings import interrupt_on_sigterm
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.hall.terminal import out
from toolchain.frontdoor.sql.session import Session, reason
from toolchain.frontdoor.verify.fed import fed_topics
from toolchain.frontdoor.verify.flow import Flow, SqlFlow, check_flow
from toolchain.frontdoor.verify.repairs import Repairs
from toolchain.frontdoor.verify.report import Report
from toolchain.frontdoor.verify.services import (
    RefusedKey,
    Services,
    any_starting,
    connector_problems,
    statement_problems,
)
from toolchain.frontdoor.verify.sinks import DeployedSink, Sink, check_sink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PAUSE_SECONDS = 2
NO_REPAIRS = Repairs()


def _pause() -> None:
    time.sleep(_PAUSE_SECONDS)


def _countdown(seconds: int) -> Callable[[], int]:
    deadline = time.monotonic() + seconds
    return lambda: int(deadline - time.monotonic())


def check(
    stack: str,
    services: Services,
    flows: Sequence[Flow],
    left: Callable[[], int],
    *,
    pause: Callable[[], None] = _pause,
    repairs: Repairs = NO_REPAIRS,
    sinks: Sequence[Sink] = (),
) -> Report:
    """Check services and flows; errors of the stack or the cloud become problems in the report, never exceptions.

    ``left``: returns the seconds until the timeout. ``pause``: sleeps between two polls.
    """
    report = Report(stack)
    try:
        _check_services(services, report, left, pause)
    except RefusedKey:
        report.problems.append(repairs.refused_key())
        return report  # all other checks need the Flink key, too
    except Failure as failure:
        report.problems.append(str(failure))
    try:
        # With a failed statement or connector, waiting for records is pointless: its problem is in the report.
        is_healthy = report.healthy
        samples = [sink.sample() if sink.store else [] for sink in sinks]
        for flow in flows:
            check_flow(flow, report, left, wait=is_healthy, pause=pause)
        for sink, sample in zip(sinks, samples, strict=True):
            check_sink(sink, report, sample, left, wait=is_healthy, pause=pause)
    except (confluent_sql.Error, httpx.HTTPError) as error:
        missing = repairs.missing_tables(reason(error))
        report.problems.extend(missing or [f"The records cannot be read: {reason(error)}"])
    if report.healthy:
        # No second look is needed: a statement that failed on a record would have shown as a missing record.
        return report
    return _with_causes(services, report)


def _check_services(services: Services, report: Report, left: Callable[[], int], pause: Callable[[], None]) -> None:
    while True:
        report.statements = services.read_statements()
        report.connectors = services.read_connectors()
        if not any_starting(report.statements, report.connectors) or left() <= 0:
            break
        pause()
    report.problems.extend(statement_problems(report.statements, services.inserts))
    report.problems.extend(connector_problems(report.connectors, services.connectors))


def _with_causes(services: Services, report: Report) -> Report:
    """Read statements and connectors again: one may have failed since, which is the cause of a missing record."""
    try:
        report.statements = services.read_statements()
        report.connectors = services.read_connectors()
    except Failure:
        return report
    causes = [
        *statement_problems(report.statements, services.inserts),
        *connector_problems(report.connectors, services.connectors),
    ]
    report.problems = [*causes, *(problem for problem in report.problems if problem not in causes)]
    return report


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> int:
    """Check the stack that the JSON on the pipe describes; the exit status is 0 if it is healthy, else 1."""
    arguments = _arguments()
    with os.fdopen(arguments.input) as pipe:
        given = json.load(pipe)
    interrupt_on_sigterm()  # a running statement costs money until it is deleted
    services = Services.of(given["outputs"], given["cloud"])
    session = Session.of(given["outputs"])
    outputs = given["outputs"]
    fed = fed_topics(outputs)
    flows = [
        SqlFlow(session, source, flow["sink"], bool(flow["models"]), source in fed)
        for flow in outputs["flows"].values()
        for source in flow["sources"]
    ]
    secrets = outputs.get("sinkSecrets", {})
    sinks = [
        DeployedSink(name, session, output, secrets.get(name, {})) for name, output in outputs.get("sinks", {}).items()
    ]
    repairs = Repairs(**given["repairs"])
    report = check(given["stack"], services, flows, _countdown(arguments.seconds), repairs=repairs, sinks=sinks)
    if arguments.json:
        out(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        for line in report.lines():
            out(line)
    return 0 if report.healthy else 1
