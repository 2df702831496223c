"""The real program, served on demo data to headless Chromium."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from devtools import Page, open_page

from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.resolve import resolve_run

BRAILLE = range(0x2800, 0x2900)
"""The characters that curves are drawn with."""

PATIENCE = 60.0

pytestmark = [
    pytest.mark.timeout(240),  # a browser, a server and an interface with torch in it start
    pytest.mark.usefixtures("demo_is_cached"),
]


@contextmanager
def served(home: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `fmnist-tui serve` on demo data; yield its URL and its process, which a Ctrl-C reaches."""
    server = subprocess.Popen(
        [sys.executable, "-m", "fmnist_tui", "serve", "--data", "demo", "--port", "0"],
        env={**os.environ, "FMNIST_TUI_HOME": str(home), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().removeprefix("Open ").strip(), server
    finally:
        server.kill()
        server.communicate()


def curves(page: Page) -> list[tuple[int, str]]:
    """Return the cells of the screen that hold a part of a curve, with their places."""
    return [(place, cell) for place, cell in enumerate(page.text()) if ord(cell) in BRAILLE]


async def start_training(page: Page) -> None:
    """Press the key that starts a run, and wait for its curves."""
    await page.until(lambda: "torch " in page.text())
    await page.press("s")
    await page.until(lambda: len(curves(page)) > 20)  # the legends have a few


def wait_until_stopped() -> None:
    """Wait until the process of the newest run has saved it, which it does after its tab is gone."""
    until = time.monotonic() + PATIENCE
    while summary_of(resolve_run("latest")).is_running and time.monotonic() < until:
        time.sleep(0.1)
    summary = summary_of(resolve_run("latest"))
    assert (summary.state, summary.can_resume) == ("stopped", True)


async def test_a_key_starts_a_run_its_curves_move_and_ctrl_c_saves_it(home: Path, tmp_path: Path) -> None:
    with served(home) as (url, server):
        async with open_page(url, tmp_path) as page:
            await start_training(page)
            before = curves(page), await page.picture()
            await page.until(lambda: curves(page) != before[0])
            assert await page.picture() != before[1]
            assert not page.errors
            site = url.partition("/?")[0]
            assert page.requests
            assert all(asked.startswith((site, site.replace("http", "ws"), "data:")) for asked in page.requests)
            server.send_signal(signal.SIGINT)
            assert server.wait(PATIENCE) == 0
            wait_until_stopped()
            assert "session has ended" in await page.evaluate("document.body.innerText")


@pytest.mark.exhaustive
async def test_a_closed_tab_saves_its_run(home: Path, tmp_path: Path) -> None:
    with served(home) as (url, _server):
        async with open_page(url, tmp_path) as page:
            await start_training(page)
        wait_until_stopped()


async def test_a_page_of_another_origin_opens_no_interface(home: Path, tmp_path: Path) -> None:
    """The browser has the cookie, and a page that it shows is an attacker's."""
    with served(home) as (url, _server):
        async with open_page(url, tmp_path) as page:
            await page.until(lambda: bool(page.text().strip()))
            await page.ask("Page.navigate", url="data:text/html,attacker")
            socket = url.partition("/?")[0].replace("http", "ws") + "/ws?width=80&height=24"
            script = (
                "new Promise(done => {{ const s = new WebSocket({!r}); s.onopen = s.onerror = e => done(e.type) }})"
            )
            assert await page.evaluate(script.format(socket)) == "error"
