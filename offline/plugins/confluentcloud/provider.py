"""The provider: its configuration, resources and functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from offline.plugins.confluentcloud.functions import FUNCTIONS
from offline.plugins.confluentcloud.resources import RESOURCES
from offline.plugins.confluentcloud.session import Session
from offline.plugins.confluentcloud.settings import SECRETS, Settings, check_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from offline.plugins.call import Call, Cancellation
    from offline.plugins.resource import Resource
    from offline.plugins.schema import Failure
    from offline.plugins.wire import Values


class ConfluentCloud:
    """The ``confluentcloud`` provider."""

    version = "2.87.0"

    def __init__(self) -> None:
        self.session = Session()
        self.resources: Mapping[str, Resource] = {kind.token: kind(self.session) for kind in RESOURCES}
        self.functions: Mapping[str, Callable[[Call, Values], Values]] = {
            f"confluentcloud:index/{name}:{name}": partial(function, self.session)
            for name, function in FUNCTIONS.items()
        }

    def check_config(self, config: Values) -> Iterator[Failure]:
        """Yield what is wrong with the provider's inputs."""
        return check_config(config)

    def secret_config(self) -> tuple[str, ...]:
        """Return the names of the secret inputs."""
        return SECRETS

    def configure(self, config: Values, cancellation: Cancellation) -> None:
        """Complete the inputs from the environment and open the session."""
        self.session.open(Settings.of(config), cancellation)
