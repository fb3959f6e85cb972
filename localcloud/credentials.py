"""The keys of a local cloud, made at its first start: ``credentials.json`` in its state folder."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from localcloud import ports, private_file
from localcloud.ids import new_api_key
from localcloud.store_login import STORES, StoreLogin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECRET_BYTES = 32
FILE_NAME = "credentials.json"


class CredentialsError(Exception):
    """The file is there and cannot be used; ``str()`` says what to do."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The organization, its administrator's key (good for every service), the embeddings' key, the data plane's.

    ``stores``: of each kind of store where its server on this machine listens once something needs it, and its only
    login.
    """

    organization_id: str
    cloud_api_key: str
    cloud_api_secret: str = field(repr=False)
    openai_api_key: str = field(repr=False)
    internal_token: str = field(repr=False)
    stores: Mapping[str, StoreLogin]

    @classmethod
    def load_or_make(cls, state: Path) -> Credentials:
        """Read ``state/credentials.json``, or write new ones there, readable by their owner alone.

        An older cloud's file gets the logins of stores that were not there then, and keeps its MongoDB server's.

        :raises CredentialsError: if the file does not hold credentials. :raises OSError: if it cannot be written.
        """
        path = state / FILE_NAME
        try:
            return cls._read(path)
        except FileNotFoundError:
            pass
        made = cls(
            organization_id=str(uuid.uuid4()),
            cloud_api_key=new_api_key(),
            cloud_api_secret=secrets.token_urlsafe(_SECRET_BYTES),
            openai_api_key=f"sk-local-{secrets.token_urlsafe(_SECRET_BYTES)}",
            internal_token=secrets.token_urlsafe(_SECRET_BYTES),
            stores={},
        ).with_all_stores()
        private_file.write(path, json.dumps(asdict(made), indent=2))
        return made

    @classmethod
    def _read(cls, path: Path) -> Credentials:
        text = path.read_text(encoding="utf-8")
        try:
            kept = json.loads(text)
            logins = kept["stores"] if "stores" in kept else _of_mongodb(kept)
            stores = {name: StoreLogin(**login) for name, login in logins.items()}
            keys = {one.name: str(kept[one.name]) for one in fields(cls) if one.name != "stores"}
            found = cls(**keys, stores=stores)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CredentialsError(
                f"{path} does not hold the local cloud's credentials: put it back, or start over with"
                " `./pulumiw cloud reset`."
            ) from None
        whole = found.with_all_stores()
        if whole is not found:
            private_file.write(path, json.dumps(asdict(whole), indent=2))
        return whole

    def with_all_stores(self) -> Credentials:
        """Return these, with a login of each store that has none yet."""
        missing = [name for name in STORES if name not in self.stores]
        if not missing:
            return self
        taken = [login.port for login in self.stores.values()]
        try:
            found = ports.free_ports(len(missing), ports.OF_STORES, taken)
        except ports.NoFreePortError as error:
            raise CredentialsError(str(error)) from None
        made = {name: StoreLogin.on(port) for name, port in zip(missing, found, strict=True)}
        return replace(self, stores={**self.stores, **made})


def _of_mongodb(kept: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the login in a file of the time when MongoDB was the only store; connectors are configured with it."""
    if "mongodb_port" not in kept:
        return {}
    return {"mongodb": {one.name: kept[f"mongodb_{one.name}"] for one in fields(StoreLogin)}}
