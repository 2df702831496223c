"""Sessions on small data, for tests that train or resume whole runs."""

from collections.abc import Callable
from functools import cache

import pytest
from drawn_images import draw_images

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.engine.session import Session
from fmnist_tui.events import Emit, Event, RunEnded, RunState, StepsDone
from fmnist_tui.runs.event_log import EventLog
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.training.control import Control
from fmnist_tui.training.timing import Timing

EVERY_STEP = Timing(report_interval=0.0)
"""Report each step."""

PINS = {"device": "cpu", "precision": "fp32", "threads": 1}
"""A run stores a config with these fields unchanged; others get the run's choices."""

CONFIG = RunConfig.from_flat(
    {"model": "logistic", "epochs": 2, "batch_size": 100, "validation_size": 200, "data": "demo", **PINS}
)


@cache
def small_data() -> Dataset:
    """Return 600 + 200 + 300 images that a network learns in milliseconds."""
    return Dataset(
        name="demo",
        origin="drawn by the tests",
        fingerprint="0" * 64,
        train=draw_images(600, seed=1),
        validation=draw_images(200, seed=2),
        test=draw_images(300, seed=3),
    )


def session(*callbacks: Emit, control: Control | None = None) -> Session:
    """Return a session that passes its events to functions."""
    return Session(map(CallbackSink, callbacks), control=control, dataset=small_data(), timing=EVERY_STEP)


def train(config: RunConfig, *callbacks: Emit, control: Control | None = None) -> RunEnded:
    """Train a run."""
    return session(*callbacks, control=control).train(config)


def resume(
    folder: RunFolder, *callbacks: Emit, overrides: ResumeOverrides | None = None, control: Control | None = None
) -> RunEnded:
    """Resume a run."""
    return session(*callbacks, control=control).resume(folder, overrides)


class PulledPlug(BaseException):
    """Ends a training as SIGKILL does: nothing more is written."""


def pull_the_plug(when: Callable[[Event], bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the event log die with the whole process at an event."""
    original = EventLog.__call__

    def write(self: EventLog, event: Event) -> None:
        original(self, event)
        if when(event):
            raise PulledPlug

    monkeypatch.setattr(EventLog, "__call__", write)


def killed_run(monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """Train until the first steps are in the log and no further."""
    with monkeypatch.context() as patch:
        pull_the_plug(lambda event: isinstance(event, StepsDone), patch)
        with pytest.raises(PulledPlug):
            train(CONFIG)
    return resolve_run("latest")


def stopped_run(config: RunConfig = CONFIG) -> RunFolder:
    """Train until the second step of the second epoch."""
    control = Control()

    def stop(event: Event) -> None:
        if isinstance(event, StepsDone) and (event.epoch, event.step) == (2, 2):
            control.stop()

    assert train(config, stop, control=control).state is RunState.STOPPED
    return resolve_run("latest")
