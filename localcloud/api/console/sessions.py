"""Who may use the console: a token that opens one session, and the sessions."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN_SECONDS = 600.0
"""For so long a link can be opened; it opens one session."""
SESSION_SECONDS = 12 * 3600.0
"""A session ends so long after its last request, or with the local cloud."""
_BYTES = 32
_MOST = 64  # of each: the oldest is forgotten


class Sessions:
    """Tokens and sessions, in memory alone; only their hashes are kept. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._sessions: dict[str, float] = {}

    def issue(self) -> str:
        """Return a new token, which :meth:`open` takes once within :data:`TOKEN_SECONDS`."""
        return self._add(self._tokens, TOKEN_SECONDS)

    def open(self, token: str) -> str | None:
        """Return a new session for a token, which is used up; ``None`` if it is unknown, used or too old."""
        with self._lock:
            ends = self._tokens.pop(_hash(token), 0.0)
        return self._add(self._sessions, SESSION_SECONDS) if ends > self._clock() else None

    def is_open(self, session: str) -> bool:
        """Whether a session is open; it then stays open for another :data:`SESSION_SECONDS`."""
        now, name = self._clock(), _hash(session)
        with self._lock:
            if self._sessions.get(name, 0.0) <= now:
                self._sessions.pop(name, None)
                return False
            self._sessions[name] = now + SESSION_SECONDS
            return True

    def close(self, session: str) -> None:
        """End a session. Idempotent."""
        with self._lock:
            self._sessions.pop(_hash(session), None)

    def _add(self, known: dict[str, float], seconds: float) -> str:
        made = secrets.token_urlsafe(_BYTES)
        with self._lock:
            known[_hash(made)] = self._clock() + seconds
            while len(known) > _MOST:
                del known[min(known, key=known.__getitem__)]
        return made


def _hash(secret: str) -> str:
    """Return a digest: a look-up by it takes no time that tells of the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
