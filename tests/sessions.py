"""Sessions on small data, for tests that train or resume whole runs."""

from functools import cache

from drawn_images import draw_images

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.engine.session import Session
from fmnist_tui.events import Emit, RunEnded
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.training.clock import Timing
from fmnist_tui.training.control import Control

EVERY_STEP = Timing(report_interval=0.0)
"""Reports each step."""

PINS = {"device": "cpu", "precision": "fp32", "threads": 1}
"""A run stores such a config as it is; others get what the run chose."""

CONFIG = RunConfig.from_flat(
    {"model": "logistic", "epochs": 2, "batch_size": 100, "validation_size": 200, "data": "demo", **PINS}
)


@cache
def small_data() -> Dataset:
    """600 + 200 + 300 images that take milliseconds to learn."""
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
