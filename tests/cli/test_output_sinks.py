"""The output of a run's events on a terminal, in a pipe and as JSON."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from event_factories import epoch_ended, run_ended, run_resumed, run_started, steps_done
from rich.console import Console

from fmnist_tui.cli.sinks import LiveTable, PlainLines, RunSentences, json_lines
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointQuarantined,
    DownloadProgressed,
    RunState,
    StateChanged,
    Warned,
)

STEERING = "\x1b]0;owned\x07\x7f\x9b2J\u202e\r"

OWN = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
"""The control sequences that Rich writes to move the cursor and to color."""


def every_text(text: str) -> list:
    started = run_started(run=text, dataset_origin=text, device=text, plan_reason=text)
    resumed = run_resumed(started, checkpoint=text, step=1, note=text)
    ended = run_ended(RunState.STOPPED, text)
    return [
        StateChanged(state=RunState.STARTING, detail=text),
        DownloadProgressed(file=text, done_bytes=1, total_bytes=2),
        started,
        StateChanged(state=RunState.TRAINING, detail=text),
        steps_done(),
        epoch_ended(),
        Warned(text=text, remedy=text),
        CheckpointFailed(name="last", epoch=1, reason=text),
        CheckpointQuarantined(name=text, reason=text),
        resumed,
        ended,
    ]


@pytest.mark.parametrize("kind", [json_lines, PlainLines, RunSentences, LiveTable])
def test_no_text_of_an_event_controls_the_terminal(kind: Callable[[Any], EventSink]) -> None:
    stream = io.StringIO()
    target = Console(file=stream, force_terminal=True, width=200) if kind is LiveTable else stream
    with kind(target) as sink:
        for event in every_text(STEERING):
            sink(event)
            if isinstance(sink, LiveTable):
                sink._progress.refresh()
    shown = OWN.sub("", stream.getvalue())
    assert shown.replace("\n", "").replace("\r", "").isprintable()
    assert "owned" in shown


@pytest.mark.parametrize("kind", [PlainLines, RunSentences])
def test_what_a_watch_says_of_a_quiet_run_is_printed(kind: Callable[[Any], EventSink]) -> None:
    stream = io.StringIO()
    with kind(stream) as sink:
        sink(run_started())
        sink(StateChanged(state=RunState.TRAINING, detail="no report for 30 s"))
    assert "o report for 30 s" in stream.getvalue()


def test_a_log_without_its_beginning_is_told_in_whole_sentences() -> None:
    stream = io.StringIO()
    with RunSentences(stream) as sink:
        sink(epoch_ended(3))
    assert stream.getvalue().startswith("Epoch 3: validation accuracy")
