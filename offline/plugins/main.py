"""The main function of the bundled providers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from offline.plugins.process import serve
from offline.plugins.protos import provider_pb2_grpc
from offline.plugins.servicer import Servicer

if TYPE_CHECKING:
    from offline.plugins.provider import Provider


def run(provider: Provider) -> None:
    """Serve ``provider`` to the engine whose address is the first argument that is no option."""
    address = next((argument for argument in sys.argv[1:] if not argument.startswith("-")), "")
    servicer = Servicer(provider, address)
    serve(
        lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server), on_end=servicer.end
    )
