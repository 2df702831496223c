"""A process of the interface, connected to a tab of a browser."""

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

DRIVER = "fmnist_tui.tui.browser_driver:BrowserDriver"


class Session(AppService):
    """Starts the interface and passes its output to the browser.

    Args:
        arguments: The command line that opens the interface.
        websocket: The browser's end.
    """

    def __init__(self, arguments: Sequence[str], websocket: web.WebSocketResponse) -> None:
        super().__init__(
            "",
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=websocket.close,  # type: ignore[arg-type]  # whether it was open is of no use here
            download_manager=DownloadManager(),
        )
        self._arguments = arguments

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        # What the server's own terminal can display doesn't matter.
        browser = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "FMNIST_TUI_ASCII": "0"}
        return environment | browser | {"TEXTUAL_DRIVER": DRIVER}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            # Ctrl-C would reach the whole group. With the server's request to quit, which follows, that is two signals
            # to the interface, and it doesn't save on the second.
            start_new_session=os.name == "posix",
        )
        assert self._process.stdin is not None
        self._stdin = self._process.stdin
        return self._process

    async def run(self) -> None:
        """Pass on the output until the process ends, however it ends."""
        await super().run()
        await self.remote_close()

    async def stop(self) -> None:
        """Ask the interface to save its run and quit; wait for the end of its process."""
        await super().stop()
        if self._process is not None:
            await self._process.wait()
