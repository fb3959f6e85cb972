"""Flink connections: endpoints of model providers and stores, with the keys to them."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from localcloud.control.core.errors import ConflictError, ControlError, InvalidError, require_found, translated
from localcloud.control.core.resources import Connection
from localcloud.control.flink.connection_sql import SECRETS
from localcloud.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localcloud.control.core.catalogs import Catalogs
    from localcloud.control.core.environments import Environments
    from localcloud.control.core.plane import Plane
    from localcloud.control.core.store import Store

_KEY = frozenset({"API_KEY"})
_BASIC = frozenset({"USERNAME", "PASSWORD"})
_BEARER = frozenset({"BEARER_TOKEN"})
_TOKEN = frozenset({"TOKEN"})
_AWS = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
_OAUTH = frozenset({"OAUTH2_TOKEN_ENDPOINT", "OAUTH2_CLIENT_ID", "OAUTH2_CLIENT_SECRET", "OAUTH2_SCOPE"})
_NONE: frozenset[str] = frozenset()
TYPES: dict[str, tuple[frozenset[str], ...]] = {
    "OPENAI": (_KEY,),
    "AZUREML": (_KEY,),
    "AZUREOPENAI": (_KEY,),
    "ANTHROPIC": (_KEY,),
    "FIREWORKSAI": (_KEY,),
    "BEDROCK": (_AWS,),
    "SAGEMAKER": (_AWS,),
    "GOOGLEAI": (_KEY,),
    "VERTEXAI": (frozenset({"SERVICE_KEY"}),),
    "MONGODB": (_BASIC,),
    "PINECONE": (_KEY,),
    "ELASTIC": (_KEY, _BASIC),
    "COUCHBASE": (_BASIC,),
    "CONFLUENT_JDBC": (_BASIC,),
    "COSMOSDB": (_KEY,),
    "S3VECTORS": (_AWS,),
    "A2A": (_KEY, _BASIC, _BEARER, _OAUTH),
    "MCP_SERVER": (_KEY, _BASIC, _BEARER, _OAUTH),
    "REST": (_BASIC, _BEARER, _TOKEN, _OAUTH, _NONE),
}
"""Type -> the secrets that it needs, any one of the groups (Confluent's CLI, and the provider's own checks)."""
_log = logging.getLogger(__name__)
_OF_STORES = frozenset({"MONGODB", "ELASTIC", "PINECONE"})
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


class Connections:
    """Connections of all environments. A name is unique in its environment. No method returns secrets to the API."""

    def __init__(self, store: Store, plane: Plane, environments: Environments, catalogs: Catalogs) -> None:
        self._store = store
        self._plane = plane
        self._environments = environments
        self._catalogs = catalogs

    def create(
        self,
        environment_id: str,
        name: str,
        connection_type: str,
        endpoint: str,
        secrets: dict[str, str],
        *,
        comment: str = "",
    ) -> Connection:
        """Create a connection, and start the server of this machine that it leads to, if it does.

        :class:`ConflictError` if the name is in use.
        """
        if not _NAME.fullmatch(name):
            raise InvalidError(
                f"Connection name {name!r} is not allowed: use 1 to 100 letters, digits, '.', '_' and '-',"
                " a letter or digit first and last.",
                pointer="/name",
            )
        _check_endpoint(endpoint)
        _check_secrets(connection_type, secrets)
        connection = Connection(
            id=f"{environment_id}/{name}",
            name=name,
            environment_id=self._environments.get(environment_id).id,
            type=connection_type,
            endpoint=endpoint,
            secrets=secrets,
            comment=comment,
        )
        self._start_server_of(connection)
        with self._store.transaction():
            if self._store.get(Connection, connection.id):
                raise ConflictError(f"Connection {name} already exists in environment {environment_id}.")
            self._store.add(connection)
        self._catalogs.changed()
        return connection

    def start_servers(self) -> None:
        """Start the servers of this machine that connections lead to; what does not start is logged."""
        for connection in self._store.all(Connection):
            try:
                self._start_server_of(connection)
            except ControlError as error:
                _log.warning("connection %s leads nowhere: %s", connection.name, error)

    def _start_server_of(self, connection: Connection) -> None:
        if connection.type.upper() in _OF_STORES:
            with translated():
                self._plane.stores.needed(urlsplit(connection.endpoint).netloc)

    def all(self, environment_id: str) -> list[Connection]:
        """The connections of an environment."""
        return self._store.all(Connection, self._environments.get(environment_id).id)

    def get(self, environment_id: str, name: str) -> Connection:
        """The connection of that name, else :class:`NotFoundError`."""
        connection = self._store.get(Connection, f"{environment_id}/{name}")
        return require_found(connection, f"Connection {name} does not exist in environment {environment_id}.")

    def replace_secrets(
        self, environment_id: str, name: str, connection_type: str, endpoint: str, secrets: dict[str, str]
    ) -> Connection:
        """Replace the secrets; :class:`InvalidError` for any other change."""
        with self._store.transaction():
            connection = self.get(environment_id, name)
            if (connection_type or connection.type, endpoint or connection.endpoint) != (
                connection.type,
                connection.endpoint,
            ):
                raise InvalidError(
                    f"Only the secrets of connection {name} can be changed: delete and create it to give it another"
                    " type or endpoint."
                )
            _check_secrets(connection.type, secrets)
            changed = self._store.update(connection, secrets=secrets) or connection
        self._catalogs.changed()
        return changed

    def delete(self, environment_id: str, name: str) -> None:
        """Delete a connection. Models that use it stay, and their calls fail."""
        self._store.remove(self.get(environment_id, name))
        self._catalogs.changed()


def _check_endpoint(endpoint: str) -> None:
    try:
        parts = urlsplit(endpoint)
        usable = bool(parts.scheme and (parts.hostname or parts.path))
    except ValueError:
        usable = False
    if masked(endpoint) != endpoint:
        raise InvalidError(
            "The endpoint has a secret in it, and endpoints are shown: put user, password or key into auth_data.data.",
            pointer="/spec/endpoint",
        )
    if not usable:
        raise InvalidError(
            f"Endpoint {endpoint!r} is no URL: write it as in https://api.openai.com/v1/embeddings.",
            pointer="/spec/endpoint",
        )


def _check_secrets(connection_type: str, secrets: dict[str, str]) -> None:
    groups = TYPES.get(connection_type.upper())
    if groups is None:
        raise InvalidError(
            f"Connection type {connection_type!r} is unknown: use one of {', '.join(TYPES)}.",
            pointer="/spec/connection_type",
        )
    given = {name for name, value in secrets.items() if value}
    if not any(group <= given for group in groups):
        raise InvalidError(
            f"A connection of type {connection_type} needs {_either(groups)} in auth_data.data; CREATE CONNECTION calls"
            f" that {_either([frozenset(map(_option, group)) for group in groups])}.",
            pointer="/spec/auth_data",
        )


def _either(groups: Iterable[frozenset[str]]) -> str:
    return ", or ".join(" and ".join(sorted(group)) for group in groups)


def _option(secret: str) -> str:
    """Return the name that a secret has in ``CREATE CONNECTION``."""
    return next((f"'{option}'" for option, name in SECRETS.items() if name == secret), secret)
