"""What a run's events look like on a terminal, in a pipe and as JSON."""

import io
import re

import pytest
from report_contexts import a_start, an_epoch
from rich.console import Console

from fmnist_tui.cli.progress import JsonLines, LiveTable, PlainLines
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointQuarantined,
    DownloadProgressed,
    RunEnded,
    RunResumed,
    RunState,
    StateChanged,
    Warned,
)

STEERING = "\x1b]0;owned\x07\x7f\x9b2J\u202e\r"

OWN = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
"""What Rich itself writes to move the cursor and to color."""


def every_text(text: str) -> list:
    started = a_start(RunConfig.from_flat({})).model_copy(
        update={"run": text, "dataset_origin": text, "device": text, "plan_reason": text}
    )
    resumed = RunResumed(started=started, checkpoint=text, epoch=1, step=1, best=None, active_seconds=1.0, note=text)
    ended = RunEnded(
        state=RunState.STOPPED, reason=text, epochs=1, best_epoch=1, best_validation_accuracy=0.5, active_seconds=1.0
    )
    return [
        StateChanged(state=RunState.STARTING, detail=text),
        DownloadProgressed(file=text, done_bytes=1, total_bytes=2),
        started,
        *an_epoch(1),
        Warned(text=text, remedy=text),
        CheckpointFailed(name="last", epoch=1, reason=text),
        CheckpointQuarantined(name=text, reason=text),
        resumed,
        ended,
    ]


@pytest.mark.parametrize("kind", [JsonLines, PlainLines, LiveTable])
def test_no_text_of_an_event_steers_the_terminal(kind: type[EventSink]) -> None:
    stream = io.StringIO()
    target = Console(file=stream, force_terminal=True, width=200) if kind is LiveTable else stream
    with kind(target) as sink:  # type: ignore[call-arg]
        for event in every_text(STEERING):
            sink(event)
            if isinstance(sink, LiveTable):
                sink._progress.refresh()
    shown = OWN.sub("", stream.getvalue())
    assert shown.replace("\n", "").replace("\r", "").isprintable()
    assert "owned" in shown
