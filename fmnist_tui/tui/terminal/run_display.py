"""Shows a run in the terminal's title and task bar."""

import time
from collections.abc import Callable

from fmnist_tui.events import RunState
from fmnist_tui.formatting import percent
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.tui.terminal.features import TerminalFeatures
from fmnist_tui.tui.terminal.sequences import Progress, progress_sequence, title_sequence

PROGRAM = "fmnist-tui"

INTERVAL_SECONDS = 1.0
"""The shortest time between two titles of a run that remains in its state."""

MARKS: dict[RunState, str] = {
    RunState.STARTING: "…",
    RunState.TRAINING: "▶",
    RunState.PAUSED: "‖",
    RunState.STOPPING: "■",
    RunState.FINISHED: "✓",
    RunState.STOPPED: "■",
    RunState.FAILED: "✗",
    RunState.CRASHED: "✗",
}

PROGRESS: dict[RunState, Progress] = {
    RunState.STARTING: Progress.UNKNOWN,
    RunState.TRAINING: Progress.NORMAL,
    RunState.PAUSED: Progress.PAUSED,
    RunState.STOPPING: Progress.NORMAL,
    RunState.FINISHED: Progress.NONE,
    RunState.STOPPED: Progress.NONE,
    RunState.FAILED: Progress.ERROR,
    RunState.CRASHED: Progress.ERROR,
}


class RunDisplay:
    """Writes title and progress when they have changed, at most once a second.

    Args:
        features: What the terminal supports.
        write: Writes to the terminal.
        clock: Returns seconds since any start.
    """

    def __init__(
        self, features: TerminalFeatures, write: Callable[[str], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._features, self._write, self._clock = features, write, clock
        self._written = ""
        self._state: RunState | None = None
        self._written_at = float("-inf")

    def show(self, snapshot: RunSnapshot | None, name: str = "") -> None:
        """Show the state of a run, with its name if it has one; None if there is no run."""
        state = None if snapshot is None else snapshot.state
        if state is self._state and self._clock() - self._written_at < INTERVAL_SECONDS:
            return
        text = title_sequence(title_of(snapshot, name)) if self._features.has_title else ""
        if self._features.has_progress and snapshot is not None:
            text += progress_sequence(PROGRESS[snapshot.state], snapshot.fraction)
        if text and text != self._written:
            self._write(text)
            self._written, self._written_at = text, self._clock()
        self._state = state


def title_of(snapshot: RunSnapshot | None, name: str = "") -> str:
    """Return the window's title for a run: "▶ 63 % cnn · fmnist-tui", or with the run's name for the model's."""
    if snapshot is None:
        return PROGRAM
    parts = [MARKS[snapshot.state]]
    if snapshot.ended is None:
        parts += [percent(snapshot.fraction, 0)] if snapshot.fraction else []
    parts += [name or snapshot.started.config.model_name] if snapshot.started else []
    if snapshot.state is not RunState.TRAINING:
        parts.append(snapshot.state)
    if snapshot.ended is not None and snapshot.best is not None:
        parts.append(percent(snapshot.best.validation_accuracy))
    return f"{' '.join(parts)} · {PROGRAM}"
