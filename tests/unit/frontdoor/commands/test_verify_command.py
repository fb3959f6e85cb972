"""`./pulumiw verify` up to where the checks begin: outputs and key are found, and travel where nobody reads along."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.replaced_process import Became, replace_process
from toolchain.frontdoor.commands import verify_command
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.setup.prepare import Prepared
from toolchain.frontdoor.stack.stack import Project, Stack

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.frontdoor.hall.layout import Layout

pytestmark = pytest.mark.process

OUTPUTS = {
    "organizationId": "org-1",
    "environmentId": "env-1",
    "kafkaClusterId": "lkc-1",
    "kafkaClusterName": "rag",
    "computePoolId": "lfcp-1",
    "flinkRestEndpoint": "https://flink",
    "flinkApiKey": "FK",
    "flinkApiSecret": "FS",
    "connectors": {"Datagen": {"id": "lcc-1", "topic": "product-updates"}},
    "flows": {"insert": {"sources": ["product-updates"], "sink": "product_vector", "models": []}},
    "statements": {"insert": "insert-1"},
    "region": "not asked for",
}
KEYS = {"CONFLUENT_CLOUD_API_KEY": "CK", "CONFLUENT_CLOUD_API_SECRET": "cloud-secret"}
PULUMI = """\
#!/usr/bin/env python3
import sys
print(OUTPUTS if "output" in sys.argv else "of-" + sys.argv[sys.argv.index("get") + 1].partition(":")[2])
"""


@pytest.fixture
def deployed(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the outputs that `pulumi` will tell, and the environment in which it runs: change both at will."""
    world: dict[str, Any] = {"outputs": dict(OUTPUTS), "environment": dict(KEYS)}
    cli = tmp_path / "pulumi"

    def prepare(*_: object, **__: object) -> Prepared:
        cli.write_text(PULUMI.replace("OUTPUTS", repr(json.dumps(world["outputs"]))))
        cli.chmod(0o755)
        environment = {"PATH": os.environ["PATH"], **world["environment"]}
        return Prepared(layout, Stack.read(Project.read(layout), "dev"), cli, environment, None)

    monkeypatch.setattr(verify_command, "prepare", prepare)
    monkeypatch.setattr(verify_command, "replace_process", replace_process)
    return world


def handed_over(layout: Layout, *arguments: str) -> Became:
    with pytest.raises(Became) as ended:
        verify_command.run(layout, list(arguments))
    return ended.value


@pytest.mark.usefixtures("deployed")
def test_the_checks_get_outputs_and_key_on_a_pipe(layout: Layout) -> None:
    became = handed_over(layout, "--json", "--seconds", "9")
    assert became.given["stack"] == "dev"
    assert became.given["outputs"] == {name: value for name, value in OUTPUTS.items() if name != "region"}
    assert became.given["cloud"] == {"endpoint": "http://127.0.0.1:8099", "key": "CK", "secret": "cloud-secret"}
    assert became.given["repairs"] == {"rotation": 1, "makers": {}}
    assert became.argv[-3:] == ["--seconds", "9", "--json"]
    assert [part for part in became.argv if part in {"FS", "cloud-secret"}] == []


@pytest.mark.usefixtures("deployed")
def test_a_stack_elsewhere_is_asked_there(layout: Layout) -> None:
    (layout.project / "Pulumi.dev.yaml").write_text("config:\n  confluent-rag:cloud: GCP\n")
    assert handed_over(layout).given["cloud"]["endpoint"] == "https://api.confluent.cloud"


@pytest.mark.usefixtures("deployed")
def test_a_key_in_the_stack_goes_before_the_environments(layout: Layout) -> None:
    settings = "config:\n  confluentcloud:cloudApiKey: K\n  confluentcloud:cloudApiSecret:\n    secure: v1:abc\n"
    (layout.project / "Pulumi.dev.yaml").write_text(settings)
    cloud = handed_over(layout).given["cloud"]
    assert (cloud["key"], cloud["secret"]) == ("of-cloudApiKey", "of-cloudApiSecret")


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"outputs": {"environmentId": "env-1"}}, "run `./pulumiw up` first"),
        ({"environment": {}}, "set CONFLUENT_CLOUD_API_KEY"),
    ],
)
def test_what_is_missing_is_told(
    layout: Layout,
    deployed: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    change: dict[str, Any],
    sentence: str,
    *,
    as_json: bool,
) -> None:
    deployed |= change
    if not as_json:
        with pytest.raises(Failure, match=sentence):
            verify_command.run(layout, [])
        return
    assert verify_command.run(layout, ["--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["stack"], told["healthy"]) == ("dev", False)
    assert sentence in told["problems"][0]
