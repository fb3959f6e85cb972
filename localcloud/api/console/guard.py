"""What stands between the console and every other page: session, origin, a header, and a Content-Security-Policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.api.access.bodies import JsonRoute
from localcloud.control.core.errors import ForbiddenError, UnauthenticatedError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import Request, Response

    from localcloud.api.console.sessions import Sessions

PATH = "/console"
HEADER = "X-Console"
"""Of every request for data or a change: the session's key, which the page keeps where only its own origin can read it.

The cookie alone is not enough: browsers send it to every port of this machine, where another user may listen.
"""
HOW_TO_OPEN = "The console is not open in this browser: run `./pulumiw console`, which opens it."
_SAFE = frozenset({"GET", "HEAD"})
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",  # text never becomes markup, not even by a mistake
    "trusted-types": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def cookie_name(request: Request) -> str:
    """Return the name of this local cloud's cookie: browsers keep one jar for all ports of a host."""
    return f"local-cloud-console-{request.url.port or 80}"


def session_of(request: Request) -> str:
    """Return the session that a request names, empty without one."""
    return request.cookies.get(cookie_name(request), "")


def has_session(request: Request) -> bool:
    """Whether a request is of an open session."""
    sessions: Sessions = request.app.state.console.sessions
    return sessions.is_open(session_of(request))


def check_origin(request: Request) -> None:
    """Refuse a request of another page: by its origin, and by what the browser says of where it comes from."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    is_own = origin in {f"http://{host}", f"https://{host}"} or (origin is None and request.method in _SAFE)
    site = request.headers.get("sec-fetch-site", "same-origin")
    if not is_own or site not in {"same-origin", "none"}:
        raise ForbiddenError("The console answers its own page alone: open it with `./pulumiw console`.")


def check_key(request: Request) -> None:
    """Refuse a request without the key of its session."""
    sessions: Sessions = request.app.state.console.sessions
    if not sessions.has_key(session_of(request), request.headers.get(HEADER, "")):
        raise UnauthenticatedError(HOW_TO_OPEN)


class OpenRoute(JsonRoute):
    """A route of the console that needs no session; its replies have :data:`HEADERS`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what handles a request."""
        handle = super().get_route_handler()

        async def handle_with_headers(request: Request) -> Response:
            self.admit(request)
            response = await handle(request)
            response.headers.update(HEADERS)
            return response

        return handle_with_headers

    def admit(self, request: Request) -> None:
        """Refuse a request before its body is read."""


class AssetRoute(OpenRoute):
    """A route of the console that a browser asks by itself: it needs a session, and cannot send its key."""

    def admit(self, request: Request) -> None:
        """Refuse what is not of the console's own page."""
        check_origin(request)
        if not has_session(request):
            raise UnauthenticatedError(HOW_TO_OPEN)


class ConsoleRoute(OpenRoute):
    """A route of the console that needs a session and its key."""

    def admit(self, request: Request) -> None:
        """Refuse what is not of the console's own page."""
        check_origin(request)
        check_key(request)
