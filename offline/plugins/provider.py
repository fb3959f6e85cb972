"""The interface of a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from offline.plugins.call import Call, Cancellation
    from offline.plugins.resource import Resource
    from offline.plugins.schema import Failure
    from offline.plugins.wire import Values


class Provider(Protocol):
    """A provider: its configuration, its resources and its functions."""

    version: str
    resources: Mapping[str, Resource]
    """By type token."""
    functions: Mapping[str, Callable[[Call, Values], Values]]
    """By token: arguments in, result out."""

    def check_config(self, config: Values) -> Iterator[Failure]:
        """Yield what is wrong with the configuration."""

    def secret_config(self) -> tuple[str, ...]:
        """Return the names of the configuration's secrets."""

    def configure(self, config: Values, cancellation: Cancellation) -> None:
        """Apply the configuration; raises :class:`PluginError` if it is incomplete."""
