"""Pulumi ends a program that waits by SIGINT: it goes without a traceback under the error that a person is to read."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from workshop.clone import PROJECT

pytestmark = pytest.mark.process

# As Pulumi's own language host runs it: the program in an event loop, its requests in threads; none is answered.
HOST = """
import runpy, time
import pulumi
from pulumi.runtime import set_all_config, set_mocks
from tests.support.recorded_program import CALLS

class Silent(pulumi.runtime.Mocks):
    def call(self, args):
        return CALLS[args.token]
    def new_resource(self, args):
        print("asked", flush=True)
        time.sleep(60)

set_all_config({"confluent-rag:openaiApiKey": "k"})
set_mocks(Silent(), project="confluent-rag", stack="test", preview=False)
pulumi.runtime.test(lambda: runpy.run_path("__main__.py", run_name="__main__") and None)()
"""


def test_a_program_that_waits_ends_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOST], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        assert program.stderr
        assert "asked" in program.stdout.readline()
        program.send_signal(signal.SIGINT)
        assert program.wait(30) == -signal.SIGINT
        assert program.stderr.read() == ""
