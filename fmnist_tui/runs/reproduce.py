"""The config that reproduces a run."""

from contextlib import suppress

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunStarted
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.history import RunHistory, read_history

PINS = ("device", "precision", "threads")
"""The fields in which a run replaces "auto" by its choice. All else that it chooses follows from the config."""


def pinned_config(folder: RunFolder, config: RunConfig) -> RunConfig:
    """Return a run's config with the device, precision and threads that the run chose.

    Args:
        folder: The run; nothing is pinned if its start can't be read from the log.
        config: The config in the run's folder.

    Raises:
        UserError: The run was resumed with another config than it started with, so that no single config reproduces it.
    """
    history = RunHistory()
    with suppress(OSError):
        history = read_history(folder, with_epochs=False)
    return pinned_by(history, config)


def pinned_by(history: RunHistory, config: RunConfig) -> RunConfig:
    """Return a run's config as `pinned_config` does.

    Raises:
        UserError: No single config reproduces the run.
    """
    if not history.parts:
        return config
    first, *resumes = (_chosen(part.started) for part in history.parts)
    stored = config.to_flat()
    stored |= {name: first[name] for name in PINS if stored[name] in ("auto", 0)}
    for after in (*resumes, stored):
        changes = [
            f"{name.replace('_', ' ')} {after[name]} instead of {first.get(name)}"
            for name in after
            if after[name] != first.get(name)
        ]
        if changes:
            raise UserError(f"cannot be reproduced by one command: resumed with {', '.join(changes)}")
    return RunConfig.from_flat(first)


def _chosen(started: RunStarted) -> dict[str, object]:
    """Return the values that were trained with; runs of version 0.1 did not store their choices in the config."""
    return started.config.pinned(started.device, started.precision, started.threads).to_flat()
