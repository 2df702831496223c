"""The web server: a page with a terminal in it, and a session for each of its tabs."""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

import textual_serve
from aiohttp import WSCloseCode, web
from textual_serve.server import Server, to_int

from fmnist_tui.engine.signals import stop_signals
from fmnist_tui.serve.access import Access, add_headers
from fmnist_tui.serve.session import Session

PAGE = Path(__file__).parent / "page"
STATIC = Path(textual_serve.__file__).parent / "static"

MIN_SIZE, MAX_SIZE = 1, 1000
"""Columns and lines."""

HEARTBEAT_SECONDS = 15.0
"""How often a browser is asked whether it is still there."""


class BrowserServer(Server):
    """Serves the page, its files and its websocket to browsers that `access` allows.

    textual-serve's own server has no access control, lists the folder of static files, and its page loads a font from
    another site; what stays is its protocol between browser and interface.

    Args:
        arguments: The command line that opens the interface.
        access: Checks each request.
    """

    def __init__(self, arguments: Sequence[str], access: Access) -> None:
        super().__init__("", title="fmnist-tui")
        self._arguments, self._access = arguments, access
        self._websockets: WeakSet[web.WebSocketResponse] = WeakSet()
        self._ends: set[asyncio.Task[None]] = set()

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._access.check])
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self.on_shutdown)
        app.on_cleanup.append(self._wait_for_sessions)
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/ws", self.handle_websocket),
                web.static("/static", STATIC),
                web.static("/page", PAGE),
            ]
        )
        return app

    async def _page(self, request: web.Request) -> web.Response:
        # A script needs the whole URL of a websocket. The host is as the browser knows it, such as a tunnel's end.
        url = f"{'wss' if request.secure else 'ws'}://{request.host}/ws"
        page = (PAGE / "index.html").read_text(encoding="utf-8").replace("WEBSOCKET_URL", url)
        response = web.Response(text=page, content_type="text/html")
        self._access.admit(response)
        return response

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Open the interface for a browser, until either of them ends."""
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await websocket.prepare(request)
        self._websockets.add(websocket)
        session = Session(self._arguments, websocket)
        width, height = (
            min(max(to_int(request.query.get(name, ""), default), MIN_SIZE), MAX_SIZE)
            for name, default in (("width", 80), ("height", 24))
        )
        try:
            await session.start(width, height)
            await self._process_messages(websocket, session)
        finally:
            end = asyncio.create_task(session.stop())
            self._ends.add(end)
            end.add_done_callback(self._ends.discard)
            await asyncio.shield(end)  # the run is saved although the connection is gone
        return websocket

    async def on_shutdown(self, app: web.Application) -> None:
        """Close all connections, which ends their sessions; else the server would wait for the browsers to go."""
        for websocket in set(self._websockets):
            await websocket.close(code=WSCloseCode.GOING_AWAY, message=b"fmnist-tui serve was ended")

    async def _wait_for_sessions(self, app: web.Application) -> None:
        """Wait for the sessions whose request was cancelled while they saved their runs."""
        await asyncio.gather(*self._ends)


async def serve(
    listener: socket.socket, arguments: Sequence[str], access: Access, on_ready: Callable[[], None]
) -> None:
    """Serve until a signal ends the process, and all sessions have saved their runs; a second signal doesn't wait.

    Args:
        listener: Where browsers connect.
        arguments: The command line that opens the interface.
        access: Checks each request.
        on_ready: Called when browsers can connect.
    """
    for name in ("aiohttp", "textual-serve"):
        logging.getLogger(name).parent = logging.getLogger("fmnist_tui")  # to the log file, not to the terminal
    app = await BrowserServer(arguments, access)._make_app()
    runner = web.AppRunner(app, access_log=None)  # it would show the token
    await runner.setup()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = stop_signals()
    for number in signals:
        with suppress(NotImplementedError):  # on Windows, Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, stopped.set)
    try:
        await web.SockSite(runner, listener).start()
        on_ready()
        await stopped.wait()
    finally:
        for number in signals:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
        await runner.cleanup()
