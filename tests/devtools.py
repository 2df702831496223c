"""Drive a page in headless Chromium by the DevTools protocol: send keys, and read what its websocket received."""

import asyncio
import base64
import itertools
import json
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pyte
import pytest
from browser import OPTIONS, find_browser

PATIENCE = 60.0

LOCAL_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


class Page:
    """A page, and the terminal that the bytes of its websocket draw.

    Attributes:
        screen: What the page's terminal shows.
        requests: The URLs that the page asked for.
        errors: What the browser reported of scripts and blocked files.
    """

    def __init__(self, devtools: aiohttp.ClientWebSocketResponse, columns: int = 300, lines: int = 100) -> None:
        self._devtools = devtools
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.requests: list[str] = []
        self.errors: list[str] = []

    async def listen(self) -> None:
        """Handle what the browser reports, until the connection is closed."""
        async for message in self._devtools:
            report = json.loads(message.data)
            parameters = report.get("params", {})
            match report.get("method"):
                case None:
                    self._answers.pop(report["id"]).set_result(report)
                case "Network.webSocketFrameReceived" if parameters["response"]["opcode"] == 2:
                    self._stream.feed(base64.b64decode(parameters["response"]["payloadData"]))
                case "Network.requestWillBeSent":
                    self.requests.append(parameters["request"]["url"])
                case "Log.entryAdded" if parameters["entry"]["level"] == "error":
                    self.errors.append(parameters["entry"]["text"])
                case "Runtime.exceptionThrown":
                    self.errors.append(str(parameters["exceptionDetails"]))

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the result of a method of the protocol."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._devtools.send_json({"id": number, "method": method, "params": parameters})
        answer = await asyncio.wait_for(self._answers[number], PATIENCE)
        assert "error" not in answer, answer
        return answer["result"]

    async def evaluate(self, script: str) -> Any:
        """Return the value of a script."""
        result = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return result["result"].get("value")

    async def press(self, key: str) -> None:
        """Press the key of a character, as a keyboard does."""
        for kind, text in (("keyDown", key), ("keyUp", "")):
            await self.ask("Input.dispatchKeyEvent", type=kind, key=key, text=text)

    async def picture(self) -> bytes:
        """Return the page as PNG."""
        return base64.b64decode((await self.ask("Page.captureScreenshot"))["data"])

    def text(self) -> str:
        return "\n".join(self.screen.display)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until a condition is true, or fail with the screen."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not is_so():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pytest.fail(f"the condition never became true; {self.errors}:\n{self.text()}")


@asynccontextmanager
async def open_page(url: str, folder: Path) -> AsyncIterator[Page]:
    """Open a page in a browser of its own.

    Args:
        url: The page's.
        folder: For the browser's files.
    """
    command = [find_browser(), *(option for option in OPTIONS if "resolver" not in option), LOCAL_ONLY]
    command += [f"--user-data-dir={folder / 'profile'}", "--remote-debugging-port=0", "--window-size=1280,800"]
    browser = subprocess.Popen([*command, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        async with aiohttp.ClientSession() as client:
            port = await _port_in(folder / "profile" / "DevToolsActivePort")
            async with client.get(f"http://127.0.0.1:{port}/json") as response:
                target = next(each for each in await response.json() if each["type"] == "page")
            async with client.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as devtools:
                page = Page(devtools)
                listening = asyncio.create_task(page.listen())
                for domain in ("Network", "Log", "Runtime", "Page"):
                    await page.ask(f"{domain}.enable")
                await page.ask("Page.navigate", url=url)
                yield page
            await listening
    finally:
        browser.terminate()
        browser.wait(PATIENCE)


async def _port_in(file: Path) -> int:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError, IndexError):
                return int(file.read_text(encoding="utf-8").splitlines()[0])
            await asyncio.sleep(0.05)
    raise AssertionError
