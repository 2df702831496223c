"""A sink that writes for TensorBoard while a run trains, into the run's folder."""

from types import TracebackType
from typing import Self

from fmnist_tui.engine.event_sink import RunSink
from fmnist_tui.events import Event, RunResumed, StepsDone
from fmnist_tui.optional_packages import TENSORBOARD
from fmnist_tui.runs.event_log import STEP_INTERVAL_SECONDS
from fmnist_tui.runs.folder import TENSORBOARD_FILES
from fmnist_tui.runs.valid_events import valid_events


class TensorBoardSink(RunSink):
    """Writes the same as an export of the log gives: of the progress of an epoch, one event a second."""

    name = "tensorboard"
    summary = "metrics, filters and hyperparameters for TensorBoard, in the run's folder"
    requires = TENSORBOARD

    def __enter__(self) -> Self:
        from fmnist_tui.exporting.tensorboard_writer import TensorBoardWriter  # slow to import; a help page lists sinks

        self.folder.refuse_links()
        self._writer = TensorBoardWriter(self.folder.tensorboard, self.folder)
        self._last_steps = float("-inf")
        return self

    def __call__(self, event: Event, /) -> None:
        if isinstance(event, StepsDone):
            if event.time - self._last_steps < STEP_INTERVAL_SECONDS:
                return
            self._last_steps = event.time
        if isinstance(event, RunResumed) and not any(self.folder.tensorboard.glob(TENSORBOARD_FILES)):
            for past in valid_events(self.folder.events_file):  # it was trained without this sink; ends with `event`
                self._writer(past)
        else:
            self._writer(event)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)


SINK = TensorBoardSink
