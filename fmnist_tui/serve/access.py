"""Who may connect: a browser with the token, on the page's own origin."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))

TOKEN_BYTES = 32

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the page's URL has the token
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Access:
    """Checks requests.

    The token alone doesn't suffice. A page of another site can't read the cookie, but its requests would carry it:
    hence the check of the origin. And a name of another site may resolve to this machine (DNS rebinding), which makes
    that site's page an origin of its own: hence the check of the host.

    Attributes:
        port: Part of the cookie's name, because browsers send a cookie to all ports of a host.
        is_remote: Whether other machines may connect, which know this one by names that can't be listed.
    """

    port: int
    is_remote: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_BYTES), repr=False)

    @property
    def cookie(self) -> str:
        return f"fmnist_tui_{self.port}"

    def refusal(self, request: web.Request) -> str | None:
        """Return why a request is refused, or None if it is allowed."""
        # The port may differ: an SSH tunnel often has another one at its end.
        if not self.is_remote and urlsplit(f"//{request.host}").hostname not in LOOPBACK_NAMES:
            return "this server answers only to 127.0.0.1 and localhost"
        origin = request.headers.get("Origin")
        is_websocket = request.headers.get("Upgrade", "").lower() == "websocket"
        if (is_websocket or origin is not None) and urlsplit(origin or "").netloc != request.host:
            return "this request comes from another site"
        given = request.query.get("token", "") if request.path == "/" else ""
        given = given or request.cookies.get(self.cookie, "")
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            return "open the URL that `fmnist-tui serve` printed: it has the token"
        return None

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse a request, whatever its path, or pass it on."""
        if reason := self.refusal(request):
            raise web.HTTPForbidden(text=f"403: {reason}.\n")
        return await handler(request)

    def admit(self, response: web.Response) -> None:
        """Let the browser that gets this response send the token from now on."""
        response.set_cookie(self.cookie, self.token, httponly=True, samesite="Strict")


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that restrict what a browser does with a response."""
    response.headers.update(HEADERS)
