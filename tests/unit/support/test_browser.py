"""Where the tests of the console get their browser."""

from __future__ import annotations

import shutil

import pytest

from tests.support import browser


@pytest.fixture(autouse=True)
def _without_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.delenv("CI", raising=False)


def test_without_a_browser_a_test_is_skipped_and_says_how_to_get_one() -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"), browser.open_browser():
        pass


def test_in_ci_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"npm and Node\.js"), browser.open_browser():
        pass


def test_the_machine_s_own_browser_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", {"google-chrome": "/opt/chrome"}.get)
    assert browser._chromium()[0] == "/opt/chrome"
