"""The console in a browser, as a person uses it; what goes wrong behind the page is noted."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

from workshop.clone import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

    from workshop.clone import Clone

SECONDS = 60_000  # milliseconds that anything may take, on a machine that may have much else to do
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 400, "height": 800}
_PICTURES = "CONSOLE_PICTURES"
"""With this variable in the environment, the tests write the pictures of docs/console.md."""
_HAS_CURVES = "() => document.querySelector('.spark polyline').getAttribute('points').split(' ').length > 25"


@dataclass
class Console:
    """A page with the console open. ``problems``: errors on the page, requests to another host than its own."""

    page: Page
    home: str
    problems: list[str] = field(default_factory=list)

    def go(self, view: str, title: str) -> Page:
        """Show a view, and return the page when it is there."""
        self.page.goto(f"{self.home}#/{view}")
        self.page.get_by_role("heading", level=1, name=title).wait_for()
        return self.page

    def violations(self) -> list[str]:
        """Return what axe finds serious or worse, each with the elements."""
        found = Axe().run(self.page).response["violations"]
        serious = [one for one in found if one["impact"] in {"serious", "critical"}]
        return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in serious]

    def picture(self, name: str) -> None:
        """Write a picture for the docs, if pictures are asked for; of the pipeline when its curves have begun."""
        if os.environ.get(_PICTURES):
            if self.page.locator(".spark").count():
                self.page.wait_for_function(_HAS_CURVES)
            self.page.screenshot(path=PROJECT / "docs" / "console" / f"{name}.png")

    def look(self, size: dict[str, int], scheme: str) -> None:
        """Give the window a size, and the person a liking for light or dark."""
        self.page.set_viewport_size({"width": size["width"], "height": size["height"]})
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(message.text)

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.home).netloc:
            self.problems.append(f"It asked {request.url}.")


@contextmanager
def open_console(browser: Browser, clone: Clone, *arguments: str) -> Iterator[Console]:
    """Open the console by the link that ``./pulumiw console`` prints."""
    link = clone.ok("console", "--no-browser", *arguments).strip()
    context = browser.new_context(viewport={"width": WIDE["width"], "height": WIDE["height"]})
    context.set_default_timeout(SECONDS)
    page = context.new_page()
    console = Console(page=page, home=f"{clone.endpoint}/console/")
    page.on("console", console._note_message)
    page.on("pageerror", lambda error: console.problems.append(str(error)))
    page.on("request", console._note_request)
    page.goto(link)
    page.get_by_role("heading", level=1, name="Pipeline").wait_for()
    yield console
    context.close()
