"""`./pulumiw console`: a link, printed and opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.frontdoor.cloud.local_cloud import LocalCloud
from toolchain.frontdoor.commands import console_command
from toolchain.frontdoor.hall.failure import Failure
from toolchain.frontdoor.main import main

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout

LINK = "http://127.0.0.1:8099/console/login?token=t"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the links that a browser gets; the cloud is up."""
    links: list[str] = []
    monkeypatch.setattr(console_command, "set_up", lambda *_, **__: None)
    monkeypatch.setattr(LocalCloud, "console_link", lambda _: LINK)

    def open_in_browser(link: str) -> bool:
        links.append(link)
        return True

    monkeypatch.setattr("webbrowser.open", open_in_browser)
    return links


def test_the_link_is_printed_and_opened(layout: Layout, opened: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(str(layout.project), ["console"]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{LINK}\n"
    assert "one browser" in printed.err
    assert opened == [LINK]


def test_without_a_browser_it_is_printed_alone(
    layout: Layout, opened: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(str(layout.project), ["console", "--no-browser"]) == 0
    assert (capsys.readouterr().out, opened) == (f"{LINK}\n", [])
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    assert main(str(layout.project), ["console"]) == 0
    assert "There is no browser here" in capsys.readouterr().err


def test_a_stack_on_confluent_cloud_is_sent_to_its_console(layout: Layout, opened: list[str]) -> None:
    (layout.project / "Pulumi.prod.yaml").write_text("config:\n  confluent-rag:cloud: AWS\n")
    with pytest.raises(Failure, match=r"https://confluent\.cloud"):
        console_command.run(layout, ["-s", "prod"])
    assert opened == []
