"""The real program, training demo data, while the interface breaks: the run is saved and one line reports it."""

from pathlib import Path

import pytest
from terminal import Terminal

from fmnist_tui.events import RunEnded
from fmnist_tui.paths import log_file
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.resolve import resolve_run

BREAK_WHILE_TRAINING = """
from fmnist_tui.tui.widgets.run_figures import RunFigures
draw, drawn = RunFigures.render_line, 0
def render_line(self, y):
    global drawn
    drawn += self.app.snapshot is not None and self.app.snapshot.latest is not None
    if drawn > 20:
        raise ValueError("injected")
    return draw(self, y)
RunFigures.render_line = render_line
"""

BREAK_CLOSING = """
import asyncio
from fmnist_tui.tui import app, failure
failure.SECONDS_TO_CLOSE = 0.5
async def hang(self):
    await asyncio.sleep(3600)
app.FmnistApp._close_all = hang
"""


def program(*faults: str) -> tuple[str, ...]:
    """Return Python's arguments that run the program with faults in it."""
    return ("-c", "\n".join((*faults, "from fmnist_tui.__main__ import main", "main()")), "--data", "demo")


@pytest.mark.parametrize(
    "faults",
    [pytest.param((BREAK_WHILE_TRAINING,), marks=pytest.mark.exhaustive), (BREAK_WHILE_TRAINING, BREAK_CLOSING)],
)
def test_a_broken_interface_saves_the_run_and_prints_one_line(home: Path, faults: tuple[str, ...]) -> None:
    terminal = Terminal(home, program=program(*faults))
    terminal.wait_for("thread")
    terminal.press("s")
    assert terminal.wait_for_end() == 1
    assert terminal.is_restored()
    after = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :].decode()
    assert "the interface failed: ValueError: 'injected'; run" in after
    assert f"fmnist-tui resume {resolve_run('latest').run}" in after
    assert after.count("\n") == 1
    assert b"Traceback" not in terminal.raw
    assert 'raise ValueError("injected")' not in after
    assert "ValueError: injected" in log_file().read_text(encoding="utf-8")
    assert "Traceback" in log_file().read_text(encoding="utf-8")

    summary = summary_of(resolve_run("latest"))
    assert summary.can_resume
    last = list(read_events(resolve_run("latest").events_file))[-1]
    assert isinstance(last, RunEnded)
    assert last.reason.startswith("interrupted by an error of the interface")
