"""The same story with the official plugins, and both kinds' states side by side, where the official ones are installed.

``COMPARE_WITH=bundled ./pulumiw test tests/integration/test_official_plugins.py -k same_state`` compares the bundled
plugins with themselves instead, which shows that what is left out, and what is put in place of ids, is enough: they
come out equal.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration import test_end_to_end
from tests.support.compared_states import differences
from toolchain.frontdoor.hall.layout import Layout
from toolchain.frontdoor.setup.cli import cli_on_path
from toolchain.frontdoor.setup.plugins import CHOICE, what_installs_official_plugins
from workshop.clone import PROJECT, Clone

if TYPE_CHECKING:
    from collections.abc import Iterator

LAYOUT = Layout.of(str(PROJECT))
OTHER = os.environ.get("COMPARE_WITH", "official")
LACKING = what_installs_official_plugins(LAYOUT, cli_on_path(LAYOUT) or LAYOUT.built_cli)
NOT_INSTALLED = f"the official plugins are not installed: {LACKING}"
if LACKING and OTHER == "official":
    pytest.skip(NOT_INSTALLED, allow_module_level=True)

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """Yield a clone whose commands insist on the official plugins."""
    made = Clone.make(tmp_path_factory.mktemp("official") / "confluent rag")
    made.env[CHOICE] = "official"
    yield made
    made.remove()


@pytest.mark.skipif(bool(LACKING), reason=NOT_INSTALLED)
class TestPipelineWithOfficialPlugins(test_end_to_end.TestPipeline):
    """Every step of the story, but what is the bundled plugins' own."""

    test_its_plugins_are_forked_from_one_that_has_imported_all = None  # type: ignore[assignment]


def test_both_kinds_of_plugins_leave_the_same_state(clone: Clone) -> None:
    def made_by(plugins: str) -> dict[str, Any]:
        kind = {CHOICE: plugins}
        clone.up(env=kind)
        state: dict[str, Any] = json.loads(clone.ok("stack", "export", "--show-secrets", env=kind))
        clone.ok("destroy", "--yes", "--skip-preview", env=kind)
        return state

    found = differences(made_by("bundled"), made_by(OTHER))
    assert not found, "\n".join(found)
