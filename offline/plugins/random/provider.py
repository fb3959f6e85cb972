"""RandomId of the ``random`` provider 4.21.4, with the same inputs, outputs and id.

The bytes are drawn once and kept in the state alone; a change of any input replaces them.
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, ClassVar

from offline.plugins.errors import PluginError
from offline.plugins.resource import Resource
from offline.plugins.schema import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from offline.plugins.call import Call, Cancellation
    from offline.plugins.schema import Failure
    from offline.plugins.wire import Values


class RandomId(Resource):
    """Random bytes in four spellings; the id is the unprefixed ``b64Url``."""

    token = "random:index/randomId:RandomId"  # noqa: S105 - a type token
    label = "RandomId"
    fields: ClassVar[Mapping[str, Field]] = {
        "byteLength": Field(
            "integer", required=True, replace=True, test=lambda n: None if n > 0 else "'byteLength' must be at least 1"
        ),
        "prefix": Field(replace=True),
        "keepers": Field("map", replace=True),
    }
    computed = ("b64Std", "b64Url", "dec", "hex")

    def create_object(self, _call: Call, inputs: Values) -> tuple[str, Values]:
        """Draw the bytes."""
        drawn = secrets.token_bytes(inputs["byteLength"])
        return base64.urlsafe_b64encode(drawn).rstrip(b"=").decode(), _spellings(drawn, inputs.get("prefix", ""))

    def fetch(self, _call: Call, _resource_id: str, state: Values) -> Values:
        """Return the state: there is no server to ask."""
        return dict(state)

    def delete(self, _call: Call, _resource_id: str, _state: Values) -> None:
        """Do nothing: the bytes are in the state alone."""

    def imported(self, resource_id: str) -> tuple[str, Values]:
        """Parse ``b64Url``, or ``prefix,b64Url``."""
        prefix, _, encoded = resource_id.rpartition(",")
        try:
            drawn = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise PluginError(f"{encoded!r} is not URL-safe Base64 without padding") from error
        state = {"byteLength": len(drawn), **_spellings(drawn, prefix)}
        return encoded, state | ({"prefix": prefix} if prefix else {})


def _spellings(drawn: bytes, prefix: str) -> Values:
    return {
        "b64Std": prefix + base64.b64encode(drawn).decode(),
        "b64Url": prefix + base64.urlsafe_b64encode(drawn).rstrip(b"=").decode(),
        "dec": prefix + str(int.from_bytes(drawn, "big")),
        "hex": prefix + drawn.hex(),
    }


class RandomProvider:
    """The provider: no configuration, one resource."""

    version = "4.21.4"

    def __init__(self) -> None:
        self.resources: Mapping[str, Resource] = {RandomId.token: RandomId()}
        self.functions: Mapping[str, Callable[[Call, Values], Values]] = {}

    def check_config(self, _config: Values) -> Iterator[Failure]:
        """Find nothing: there is no configuration."""
        return iter(())

    def secret_config(self) -> tuple[str, ...]:
        """Return no names."""
        return ()

    def configure(self, config: Values, cancellation: Cancellation) -> None:
        """Do nothing."""
