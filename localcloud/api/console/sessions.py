"""Who may use the console: a token that opens one session, and the sessions, each with a key."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN_SECONDS = 600.0
"""For so long a link can be opened; it opens one session."""
SESSION_SECONDS = 12 * 3600.0
"""A session ends so long after its last request, or with the local cloud."""
_BYTES = 32
_MOST = 64  # of each: the oldest is forgotten


class Session(NamedTuple):
    """The two halves of a session: what the browser sends by itself, and what only the page can read."""

    cookie: str
    key: str


class Sessions:
    """Tokens and sessions, in memory alone; only their hashes are kept. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._sessions: dict[str, float] = {}
        self._keys: dict[str, str] = {}

    def issue(self) -> str:
        """Return a new token, which :meth:`open` takes once within :data:`TOKEN_SECONDS`."""
        token = _secret()
        with self._lock:
            self._add(self._tokens, token, TOKEN_SECONDS)
        return token

    def open(self, token: str) -> Session | None:
        """Return a new session for a token, which is used up; ``None`` if it is unknown, used or too old."""
        session = Session(_secret(), _secret())
        with self._lock:
            if self._tokens.pop(_hash(token), 0.0) <= self._clock():
                return None
            self._add(self._sessions, session.cookie, SESSION_SECONDS)
            self._keys[_hash(session.cookie)] = _hash(session.key)
            self._keys = {name: key for name, key in self._keys.items() if name in self._sessions}
        return session

    def is_open(self, cookie: str) -> bool:
        """Whether a session is open; it then stays open for another :data:`SESSION_SECONDS`."""
        now, name = self._clock(), _hash(cookie)
        with self._lock:
            if self._sessions.get(name, 0.0) <= now:
                self._sessions.pop(name, None)
                return False
            self._sessions[name] = now + SESSION_SECONDS
            return True

    def has_key(self, cookie: str, key: str) -> bool:
        """Whether a session is open and this is its key."""
        return self.is_open(cookie) and hmac.compare_digest(self._keys.get(_hash(cookie), ""), _hash(key))

    def close(self, cookie: str) -> None:
        """End a session. Idempotent."""
        with self._lock:
            self._sessions.pop(_hash(cookie), None)

    def _add(self, known: dict[str, float], secret: str, seconds: float) -> None:
        known[_hash(secret)] = self._clock() + seconds
        while len(known) > _MOST:
            del known[min(known, key=known.__getitem__)]


def _secret() -> str:
    return secrets.token_urlsafe(_BYTES)


def _hash(secret: str) -> str:
    """Return a digest: a look-up by it takes no time that tells of the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
