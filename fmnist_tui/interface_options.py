"""What the command line gives the interface. A module of its own, because `cli` and `tui` don't import each other."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class ReplayOptions(NamedTuple):
    """A run to be replayed.

    Attributes:
        run: Its folder.
        speed: How many times as fast as the training; None for the speed that fits its duration.
        from_epoch: The epoch with which the replay begins.
    """

    run: Path
    speed: float | None = None
    from_epoch: int = 1


class InterfaceOptions(NamedTuple):
    """Options of one session; None for those that were not given.

    Attributes:
        data: The location of the images, or "demo", with which the form begins.
        dataset: The dataset with which the form begins.
        theme: The theme of this session.
        replay: The run that is replayed at first.
        serve: Serves interfaces with these options to browsers instead of opening one, and returns the exit code.
    """

    data: str | None = None
    dataset: str | None = None
    theme: str | None = None
    replay: ReplayOptions | None = None
    serve: Callable[[], int] | None = None
