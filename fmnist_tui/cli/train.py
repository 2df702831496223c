"""`fmnist-tui train`: one run without the interface."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any

from cyclopts import Parameter

from fmnist_tui.cli.flags import config_from, with_config_flags
from fmnist_tui.cli.progress import JsonLines, LiveTable, PlainLines
from fmnist_tui.cli.terminal import complain, console, usage_errors
from fmnist_tui.config import PRESETS
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.runs.conduct import conduct
from fmnist_tui.training.control import Control

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@with_config_flags
def train(
    *,
    model: Annotated[str, Parameter(help=f"What to train: {', '.join(ARCHITECTURES)}.")] = "cnn",
    preset: Annotated[str, Parameter(help=f"Where the values not given come from: {', '.join(PRESETS)}.")] = "fast",
    json: Annotated[bool, Parameter(help="Print each event as one line of JSON.", negative="")] = False,
    **flags: Any,
) -> int:
    """Trains a model and keeps its checkpoints.

    Values that are not given come from the model's preset. The first Ctrl-C finishes the batch, saves checkpoint `last`
    and ends with exit code 130; a second one quits at once.
    """
    with usage_errors():
        if preset not in PRESETS:
            raise UserError(f"preset is {preset!r}, but must be one of {', '.join(PRESETS)}")
        config = config_from(model, preset, flags)
    control = Control()
    listener = JsonLines(sys.stdout, control) if json else _listener_for_people(control)
    with listener, _ended_by_signals(control) as was_interrupted:
        ended = conduct(config, control, [listener])
    if ended.state is RunState.FAILED:
        complain(ended.reason)
        return 1
    return 130 if was_interrupted() else 0


def _listener_for_people(control: Control) -> LiveTable | PlainLines:
    return LiveTable(console()) if sys.stdout.isatty() else PlainLines(sys.stdout, control)


@contextmanager
def _ended_by_signals(control: Control) -> Iterator[Any]:
    """Turns the first signal into a wish to stop and save, and the second into an end at once."""
    received: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if len(received) > 1:
            raise KeyboardInterrupt
        control.stop()
        complain("finishing the batch and saving; once more to quit at once")

    before = {number: signal.signal(number, on_signal) for number in SIGNALS}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
