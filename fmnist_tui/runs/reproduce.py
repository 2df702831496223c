"""The config that reproduces a run."""

from contextlib import suppress
from itertools import islice

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunResumed, RunStarted
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder

FIRST_EVENTS = 20
"""The events among which a run reports its start."""


def pinned_config(folder: RunFolder, config: RunConfig) -> RunConfig:
    """Return a run's config with the device, precision and threads that the run chose.

    Args:
        folder: The run; nothing is pinned if its start can't be read from the log.
        config: The config in the run's folder.

    Raises:
        UserError: The run was resumed with another config than it started with, so that no single config reproduces it.
    """
    started = None
    with suppress(OSError):
        started = _started(folder, config)
    if started is None:
        return config
    # Runs of version 0.1 did not store what they chose in their config.
    before = started.config.pinned(started.device, started.precision, started.threads).to_flat()
    after = config.to_flat()
    after |= {name: before[name] for name in ("device", "precision", "threads") if after[name] in ("auto", 0)}
    if before != after:
        changes = (
            f"{name.replace('_', ' ')} {after[name]} instead of {before.get(name)}"
            for name in after
            if after[name] != before.get(name)
        )
        raise UserError(f"cannot be reproduced by one command: resumed with {', '.join(changes)}")
    return RunConfig.from_flat(after)


def _started(folder: RunFolder, config: RunConfig) -> RunStarted | None:
    """Return how the run started; None if the log doesn't hold it.

    Raises:
        OSError: The log can't be read.
    """
    first = islice(read_events(folder.events_file), FIRST_EVENTS)
    started = next((event for event in first if isinstance(event, RunStarted)), None)
    if started is None or started.config == config:
        return started
    for event in read_events(folder.events_file):  # a resume without a checkpoint starts the run again
        if isinstance(event, RunResumed) and not event.checkpoint:
            started = event.started
    return started
