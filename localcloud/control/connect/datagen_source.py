"""``DatagenSource``: made and checked in the data plane, which runs it without a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.control.core.errors import translated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localcloud.control.core.plane import Plane


class DatagenSource:
    """The source of generated records."""

    name, kind = "DatagenSource", "source"

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    def sensitive_keys(self) -> set[str]:
        """Both halves of an API key, as the cloud masks them."""
        return {"kafka.api.key", "kafka.api.secret"}

    def knows(self, key: str) -> bool:  # noqa: ARG002 - an unknown setting is among its errors
        """Whether the class has that setting."""
        return True

    def errors(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Return setting -> what is wrong with it; empty if the configuration can run."""
        with translated():
            return {key: list(errors) for key, errors in self._plane.connect.datagen_errors(config).items() if errors}

    def store_hosts(self, config: Mapping[str, str]) -> Sequence[str]:  # noqa: ARG002 - no store
        """It writes to no store."""
        return ()

    def worker_connector(self, connector_id: str, config: Mapping[str, str]) -> None:  # noqa: ARG002 - no worker
        """It does not run in the worker."""
        return
