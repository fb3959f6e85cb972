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
"""Of every request that changes something: a page of another origin may send it only after a CORS preflight, which is
never answered."""
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


def check(request: Request) -> None:
    """Refuse a request of another page, of no session, or one that changes something without :data:`HEADER`."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    own = {f"http://{host}", f"https://{host}"}
    changes = request.method not in _SAFE
    if (origin not in own if origin is not None or changes else False) or site not in {"same-origin", "none"}:
        raise ForbiddenError("The console answers its own page alone: open it with `./pulumiw console`.")
    if changes and HEADER not in request.headers:
        raise ForbiddenError(f"A change needs the header {HEADER}, which the console's own page sends.")
    if not has_session(request):
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


class ConsoleRoute(OpenRoute):
    """A route of the console that needs a session."""

    def admit(self, request: Request) -> None:
        """Refuse what is not of the console's own page."""
        check(request)
