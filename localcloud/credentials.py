"""The keys of a local cloud, made at its first start: ``credentials.json`` in its state folder."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from localcloud import ports, private_file
from localcloud.ids import new_api_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SECRET_BYTES = 32
FILE_NAME = "credentials.json"


class CredentialsError(Exception):
    """The file is there and cannot be used; ``str()`` says what to do."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The organization, its administrator's key (good for every service), the embeddings' key, the data plane's.

    ``mongodb_...``: where the MongoDB server of this machine listens once something needs it, and its only login.
    """

    organization_id: str
    cloud_api_key: str
    cloud_api_secret: str = field(repr=False)
    openai_api_key: str = field(repr=False)
    internal_token: str = field(repr=False)
    mongodb_port: int
    mongodb_username: str
    mongodb_password: str = field(repr=False)

    @classmethod
    def load_or_make(cls, state: Path) -> Credentials:
        """Read ``state/credentials.json``, or write new ones there, readable by their owner alone.

        An older cloud's file gets the MongoDB server's.

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
            **_of_mongodb(),
        )
        private_file.write(path, json.dumps(asdict(made), indent=2))
        return made

    @classmethod
    def _read(cls, path: Path) -> Credentials:
        text = path.read_text(encoding="utf-8")
        try:
            kept = json.loads(text)
            whole = kept if "mongodb_port" in kept else {**_of_mongodb(), **kept}
            found = cls(**{one.name: _TYPES.get(one.name, str)(whole[one.name]) for one in fields(cls)})
        except (ValueError, KeyError, TypeError):
            raise CredentialsError(
                f"{path} does not hold the local cloud's credentials: put it back, or start over with"
                " `./pulumiw cloud reset`."
            ) from None
        if whole is not kept:
            private_file.write(path, json.dumps(asdict(found), indent=2))
        return found


_TYPES: dict[str, Callable[[Any], Any]] = {"mongodb_port": int}


def _of_mongodb() -> dict[str, Any]:
    try:
        (port,) = ports.free_ports(1, ports.OF_STORES)
    except ports.NoFreePortError as error:
        raise CredentialsError(str(error)) from None
    return {
        "mongodb_port": port,
        "mongodb_username": "admin",
        "mongodb_password": secrets.token_urlsafe(_SECRET_BYTES),
    }
