"""What passes by itself, and what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from confluent_sql import OperationalError

from components.patience import passes, patiently

if TYPE_CHECKING:
    from collections.abc import Callable


def lost() -> OperationalError:
    error = OperationalError("error sending request: RemoteProtocolError")
    error.__cause__ = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError("", http_status_code=429), True),
        (OperationalError("", http_status_code=500), True),
        (OperationalError("", http_status_code=503), True),
        (OperationalError("", http_status_code=501), False),
        (OperationalError("", http_status_code=409), False),
        (OperationalError("", http_status_code=401), False),
        (OperationalError("the statement failed"), False),
        (lost(), True),
    ],
)
def test_what_passes(error: OperationalError, expected: bool) -> None:  # noqa: FBT001 - a case of the test
    assert passes(error) is expected


class TestPatience:
    @pytest.fixture(autouse=True)
    def no_pause(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("components.patience.time.sleep", lambda _: None)

    @staticmethod
    def failing(errors: list[OperationalError]) -> Callable[[], None]:
        def run() -> None:
            if errors:
                raise errors.pop()

        return run

    def test_asks_again(self) -> None:
        errors = [OperationalError("", http_status_code=503), lost(), lost(), lost()]
        patiently(self.failing(errors))
        assert errors == []

    def test_has_an_end(self) -> None:
        with pytest.raises(OperationalError):
            patiently(self.failing([lost()] * 5))

    def test_does_not_insist(self) -> None:
        errors = [lost(), OperationalError("", http_status_code=404)]
        with pytest.raises(OperationalError):
            patiently(self.failing(errors))
        assert len(errors) == 1
