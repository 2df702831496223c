"""The place of this process among those that a launcher such as torchrun started to train one network together."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

REQUIRED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
"""The environment variables without which there is no way to the other processes."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What the launcher's environment variables state.

    Attributes:
        rank: The number of this process among all, from 0.
        processes: Number of processes on all hosts.
        local_rank: The number of this process among those on its host.
        local_processes: Number of processes on this host.
    """

    rank: int
    processes: int
    local_rank: int = 0
    local_processes: int = 1

    @property
    def is_leader(self) -> bool:
        """Whether this is the process that writes the run, prints and decides."""
        return self.rank == 0


def this_launch(environment: Mapping[str, str] = os.environ) -> Launch | None:
    """Return the place of this process; None if it trains alone."""
    try:
        rank, processes = int(environment["RANK"]), int(environment["WORLD_SIZE"])
        if processes < 2 or any(name not in environment for name in REQUIRED):
            return None
        return Launch(
            rank,
            processes,
            int(environment.get("LOCAL_RANK", 0)),
            int(environment.get("LOCAL_WORLD_SIZE", 1)),
        )
    except (KeyError, ValueError):
        return None
