"""Runs the local cloud: `python -m localcloud serve`."""

from __future__ import annotations

import errno
import os
import socket
import sqlite3
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from localcloud import logs, state_mark
from localcloud.control.cloud import Cloud
from localcloud.control.core.errors import StorageError
from localcloud.credentials import Credentials, CredentialsError
from localcloud.dataplane.opening import open_data_plane
from localcloud.folder_in_use import in_use
from localcloud.state_claim import StateInUseError, claim
from localcloud.state_mark import StateVersionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from localcloud.dataplane.interface import DataPlane

HOST = "127.0.0.1"
PORT_TAKEN, STATE_UNUSABLE, JARS_UNUSABLE = 3, 4, 5
BACKLOG = 512


class CannotServeError(Exception):
    """Why it does not start: one sentence, and the exit status that goes with it."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Installed:
    """Where the front door leaves Kafka and Flink, the sentence model, servers and connectors that are not there."""

    jars: Path
    models: Path | None
    servers: Mapping[str, Path]
    connectors: Mapping[str, Path]


def serve(state: Path, port: int, installed: Installed) -> int:
    """Serve until SIGTERM or SIGINT, then stop every process; return the exit status."""
    os.umask(0o077)
    try:
        with _using(state):
            state_mark.check(state)
        with _listening(port) as listener, _claimed(state), _running_from(installed.jars):
            _serve(state, listener, installed)
    except CannotServeError as error:
        sys.stderr.write(f"{error}\n")
        return error.status
    return 0


def _serve(state: Path, listener: socket.socket, installed: Installed) -> None:
    base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    with _using(state):
        credentials = Credentials.load_or_make(state)
        cloud = Cloud(state, credentials, base_url)
        state_mark.write(state)
        request_log = logs.request_log(state)
        logs.remove_old(state)
        logs.open_own(state)

    def data_plane() -> DataPlane:
        token, stores = credentials.internal_token, credentials.stores
        return open_data_plane(
            state,
            installed.jars,
            installed.models,
            base_url=base_url,
            internal_token=token,
            stores=stores,
            servers=installed.servers,
            connectors=installed.connectors,
        )

    opening = threading.Thread(target=cloud.open, args=(data_plane,), name="opening", daemon=True)
    opening.start()
    # Half of this process's imports: Flink starts meanwhile.
    from localcloud.api.app import create_app  # noqa: PLC0415
    from localcloud.api.http.server import Server  # noqa: PLC0415

    Server(create_app(cloud, request_log), cloud, backlog=BACKLOG).run(sockets=[listener])
    cloud.store.close()


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """Take the port, before anything is started that would have to be stopped again."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(BACKLOG)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "is taken by another program" if taken else f"cannot be used ({error.strerror})"
            raise CannotServeError(
                f"Port {port} {why}: stop what listens there, or give the local cloud another one"
                " (confluentcloud:endpoint in Pulumi.dev.yaml, or --port).",
                PORT_TAKEN,
            ) from None
        yield listener


def _claimed(state: Path) -> IO[str]:
    """Hold the state folder for this process alone, until what is returned is closed."""
    with _using(state):
        return claim(state)


@contextmanager
def _running_from(jars: Path) -> Iterator[None]:
    """Keep the front door from deleting the jars, as it does with old ones."""
    with ExitStack() as held:
        try:
            held.enter_context(in_use(jars))
        except OSError as error:
            sentence = (
                f"{jars} cannot be read ({error.strerror}): name the folder of Kafka's and Flink's jars by --jars."
            )
            raise CannotServeError(sentence, JARS_UNUSABLE) from None
        yield


@contextmanager
def _using(state: Path) -> Iterator[None]:
    """Say what is wrong with the state folder, if something is."""
    try:
        yield
    except OSError as error:
        raise CannotServeError(_unusable(state, error), STATE_UNUSABLE) from None
    except (StorageError, CredentialsError, StateInUseError, StateVersionError, sqlite3.Error) as error:
        raise CannotServeError(str(error), STATE_UNUSABLE) from None


def _unusable(state: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {state} is full: make room and start again."
    return f"The state folder {state} cannot be used ({error.strerror}): make it a folder that you may write to."
