"""Who gets what from the server: asked over HTTP, with a command in place of the interface."""

import logging
import sys
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestServer

from fmnist_tui.serve.access import Access
from fmnist_tui.serve.server import BrowserServer

STANDS_IN = (
    "import os, sys\n"
    "size = os.environ['COLUMNS'] + 'x' + os.environ['ROWS']\n"
    "said = (os.environ['TEXTUAL_DRIVER'] + ' ' + size).encode()\n"
    "os.write(1, b'__GANGLION__\\nD' + len(said).to_bytes(4, 'big') + said)\n"
    "while content := os.read(0, 65536):\n"
    "    os.write(1, b'D' + len(content[5:]).to_bytes(4, 'big') + content[5:])\n"
    "    if b'quit' in content: break\n"
)
"""Speaks the driver's protocol: reports its driver and size, and echoes what it gets."""

PATHS = [
    "/",
    "/ws",
    "/static/js/textual.js",
    "/static/css/xterm.css",
    "/page/focus.js",
    "/static/",
    "/static",
    "/download/1",
    "/none",
]


class Site:
    """The server, and a client of it.

    Attributes:
        access: What the server checks.
        url: The server's, without a path.
    """

    def __init__(self, server: TestServer, client: ClientSession, access: Access) -> None:
        self.client, self.access, self.url = client, access, str(server.make_url("/")).rstrip("/")

    @property
    def cookies(self) -> dict[str, str]:
        return {"Cookie": f"{self.access.cookie}={self.access.token}"}

    async def status(self, path: str, **headers: str) -> int:
        async with self.client.get(self.url + path, headers=headers) as response:
            return response.status

    async def refused(self, **headers: str) -> int:
        """Return the status with which the websocket is refused."""
        with pytest.raises(WSServerHandshakeError) as error:
            await self.client.ws_connect(self.url + "/ws", headers=headers)
        return error.value.status


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    access = Access(port=8000)
    app = await BrowserServer((sys.executable, "-c", STANDS_IN), access)._make_app()
    async with TestServer(app, host="127.0.0.1") as server, ClientSession() as client:
        yield Site(server, client, access)


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_is_served_without_the_token(site: Site, path: str) -> None:
    assert await site.status(path) == 403
    assert await site.status(f"{path}?token=wrong") == 403
    assert await site.status(path, Cookie=f"{site.access.cookie}=wrong") == 403


async def test_the_token_opens_the_page_and_its_cookie_opens_the_rest(site: Site) -> None:
    async with site.client.get(f"{site.url}/?token={site.access.token}") as response:
        assert response.status == 200
        cookie = response.cookies[site.access.cookie]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        assert f'"ws://127.0.0.1:{response.url.port}/ws"' in await response.text()
        assert "script-src 'self';" in response.headers["Content-Security-Policy"]
        assert response.headers["Referrer-Policy"] == "no-referrer"
    for path in PATHS[2:5]:
        assert await site.status(path, **site.cookies) == 200


async def test_the_token_in_a_url_opens_nothing_but_the_page(site: Site) -> None:
    assert await site.status(f"/static/js/textual.js?token={site.access.token}") == 403


@pytest.mark.parametrize(
    "path", ["/static", "/static/", "/static/js", "/page", "/page/", "/static/js/", "/static/../server.py"]
)
async def test_folders_are_not_listed_and_other_files_not_served(site: Site, path: str) -> None:
    assert await site.status(path, **site.cookies) in (403, 404)


async def test_a_request_for_another_host_is_refused(site: Site) -> None:
    """The name of another site may have been made to resolve to this machine."""
    assert await site.status("/", Host="evil.example:8000", **site.cookies) == 403
    assert await site.status("/", Host="127.0.0.1.evil.example", **site.cookies) == 403
    for tunnel in ("localhost:9000", "127.0.0.1:9000", "[::1]:9000"):
        assert await site.status("/", Host=tunnel, **site.cookies) == 200


async def test_other_hosts_are_allowed_where_other_machines_may_connect() -> None:
    access = Access(port=8000, is_remote=True)
    app = await BrowserServer((sys.executable, "-c", STANDS_IN), access)._make_app()
    async with TestServer(app, host="127.0.0.1") as server, ClientSession() as client:
        site = Site(server, client, access)
        assert await site.status("/", Host="lab-7.example:8000", **site.cookies) == 200
        assert await site.status("/", Host="lab-7.example:8000") == 403
        assert await site.refused(Origin="https://evil.example", **site.cookies) == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", ""])
async def test_a_websocket_of_another_origin_is_refused(site: Site, origin: str) -> None:
    assert await site.refused(Origin=origin, **site.cookies) == 403


async def test_a_websocket_without_an_origin_or_a_token_is_refused(site: Site) -> None:
    assert await site.refused(**site.cookies) == 403
    assert await site.refused(Origin=site.url) == 403


async def test_a_tab_gets_a_process_of_its_own_until_one_of_them_ends(site: Site) -> None:
    headers = {"Origin": site.url, **site.cookies}
    async with site.client.ws_connect(f"{site.url}/ws?width=100&height=999999", headers=headers) as websocket:
        first = await websocket.receive_bytes()
        assert first == b"fmnist_tui.tui.browser_driver:BrowserDriver 100x1000"
        await websocket.send_json(["stdin", "s"])
        assert await websocket.receive_bytes() == b"s"
        await websocket.send_json(["stdin", "quit"])
        assert await websocket.receive_bytes() == b"quit"
        assert (await websocket.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED)


async def test_what_is_no_message_closes_the_tab_and_leaves_the_server_running(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Origin": site.url, **site.cookies}
    async with site.client.ws_connect(f"{site.url}/ws", headers=headers) as websocket:
        with caplog.at_level(logging.CRITICAL, "aiohttp.server"):
            await websocket.receive_bytes()
            await websocket.send_str("{")
            async for _rest in websocket:
                pass
        assert websocket.closed
    assert await site.status("/", **site.cookies) == 200
