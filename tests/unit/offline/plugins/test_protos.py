"""The messages of Pulumi's SDK, with it and without."""

from __future__ import annotations

import subprocess
import sys

import pulumi
import pytest

from offline.plugins import protos
from workshop.clone import PROJECT

WITHOUT = """
import sys
from offline.plugins import protos
from pulumi.runtime.proto import provider_pb2
assert provider_pb2 is protos.provider_pb2
print(*sorted(name for name in sys.modules if name.startswith("pulumi.") and "proto" not in name))
"""


def test_who_has_the_sdk_keeps_it() -> None:
    """As these tests have: whatever of them is run in one command, and in whatever order."""
    assert "ResourceOptions" in vars(pulumi)
    assert protos.provider_pb2


@pytest.mark.process
def test_a_plugin_loads_nothing_else_of_it() -> None:
    ran = subprocess.run([sys.executable, "-c", WITHOUT], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["pulumi.runtime"]
