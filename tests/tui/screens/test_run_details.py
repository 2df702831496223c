"""The details of the current run in Runs."""

import threading
from pathlib import Path
from typing import BinaryIO

import configs
import on_disk
import pytest
from workbench import Bench

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.runs import event_log, history


async def test_the_log_is_read_on_other_threads_than_the_interfaces(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[threading.Thread] = []

    def noted(file: Path) -> BinaryIO:
        readers.append(threading.current_thread())
        return open_regular(file)

    for module in (event_log, history):
        monkeypatch.setattr(module, "open_regular", noted)
    on_disk.a_finished_run("a-run", configs.CNN.with_data("demo"))
    await bench.press("u")
    await bench.until(lambda: bool(readers))
    await bench.press("y")
    await bench.until(lambda: bool(bench.app.clipboard))
    assert len(readers) > 1, "the details and the command need the log"
    assert threading.current_thread() not in readers
