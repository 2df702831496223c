"""What receives the events of a run: the event log, a terminal's table, the interface's snapshot, a metrics writer."""

from types import TracebackType
from typing import ClassVar, Protocol, Self

from fmnist_tui.config import RunConfig
from fmnist_tui.events import Emit, Event
from fmnist_tui.runs.folder import RunFolder


class EventSink(Protocol):
    """Receives each event of a run, between `__enter__` and `__exit__`, on the thread that trains.

    It must return at once: the next batch waits for it. If it raises, it is closed and reported, and the run continues.
    """

    def __call__(self, event: Event, /) -> None: ...

    def __enter__(self) -> Self:
        """Open what the sink writes to; by default nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; by default nothing."""
        return


class CallbackSink(EventSink):
    """A sink that passes each event to a function and has nothing to open or close."""

    def __init__(self, callback: Emit) -> None:
        self._callback = callback

    def __call__(self, event: Event, /) -> None:
        self._callback(event)


class RunSink(EventSink):
    """Base class of the sinks that a user adds to a run by name. They are opened when the run's folder exists.

    Args:
        folder: The run's folder.
        config: The run's hyperparameters.

    Attributes:
        name: The sink's name on the command line.
        summary: One line for the command's help.
        requires: The optional packages that it needs, as `pip install` takes them.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, folder: RunFolder, config: RunConfig) -> None:
        self.folder = folder
        self.config = config

    def __call__(self, event: Event, /) -> None:
        raise NotImplementedError
