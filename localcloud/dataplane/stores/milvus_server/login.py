"""Whom the server lets in: Milvus's two kinds of tokens."""

from __future__ import annotations

import base64
import binascii
import hmac


class Login:
    """A user and a password. The token is ``user:password``, or the password alone, as an API key."""

    def __init__(self, username: str, password: str) -> None:
        self.token = f"{username}:{password}"
        self._password = password

    def lets_in(self, token: str) -> bool:
        """Whether a REST client may come in: its ``Bearer`` token."""
        given = token.encode()
        known = (self.token.encode(), self._password.encode())
        return any([hmac.compare_digest(given, one) for one in known])  # noqa: C419 - each takes the same time

    def lets_in_encoded(self, authorization: str) -> bool:
        """Whether a gRPC client may: its token in Base64."""
        try:
            return self.lets_in(base64.b64decode(authorization.encode(), validate=True).decode())
        except (binascii.Error, UnicodeDecodeError):
            return False
