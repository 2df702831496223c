"""How a run is repeated: by its config, with what the run chose by itself pinned."""

from itertools import islice

from fmnist_tui.config import RunConfig
from fmnist_tui.events import RunStarted
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder

FIRST_EVENTS = 20
"""A run reports its start among so many events, before its first batch."""


def pinned_config(folder: RunFolder, config: RunConfig) -> RunConfig:
    """Return a run's config with the device, precision and threads that the run chose.

    What "auto" chooses depends on earlier trials on the machine, so that only pinned choices give equal weights again.

    Args:
        folder: The run; without a readable start in its log, nothing is pinned.
        config: What the folder says the run is.
    """
    try:
        first = islice(read_events(folder.events_file), FIRST_EVENTS)
        started = next((event for event in first if isinstance(event, RunStarted)), None)
    except OSError:
        return config
    return config.pinned(started.device, started.precision, started.threads) if started else config
