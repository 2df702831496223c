"""`fmnist-tui data`: where the images are, whether they are the right ones, and how to get them."""

import signal
import sys
from types import FrameType
from typing import Annotated

from cyclopts import App, Parameter
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from fmnist_tui.cli.terminal import console, plain, print_stderr
from fmnist_tui.data.download import DownloadCancelled, fetch_unless_good
from fmnist_tui.data.status import check

data = App(name="data", help="Tells where the images are and whether they verify; `data fetch` gets them.")


@data.default
def show(
    data: Annotated[str, Parameter(help="auto, demo, or a folder.")] = "auto",
) -> int:
    """Tells where the images are and verifies each file."""
    status = check(data)
    terminal = console()
    if status.origin:
        terminal.print(plain(f"data: {status.origin}"), soft_wrap=True)
    for file in status.files:
        verdict = f"not good: {file.problem}" if file.problem else "verified"
        terminal.print(plain(f"  {file.path.name:<28} {file.size:>12,} bytes  {verdict}"), soft_wrap=True)
    if status.problem:
        print_stderr(status.problem)
        return 1
    return 0


@data.command
def fetch() -> int:
    """Downloads the images to the cache, unless good ones are already on this machine."""
    is_stopped: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        is_stopped.append(number)

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # a shell's background jobs inherit it as ignored, and it stays so
        signal.signal(signal.SIGINT, on_signal)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    try:
        with Progress(*columns, console=console(sys.stderr), disable=not sys.stderr.isatty()) as progress:
            bars: dict[str, TaskID] = {}

            def on_download(file: str, done: int, total: int) -> None:
                if file not in bars:
                    bars[file] = progress.add_task(file)
                progress.update(bars[file], completed=done, total=total or None)

            source = fetch_unless_good(on_download, lambda: bool(is_stopped))
    except DownloadCancelled:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)
    console().print(plain(f"the images are in {source.origin}"), soft_wrap=True)
    return 0
