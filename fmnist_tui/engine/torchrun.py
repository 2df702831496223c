"""Starts the processes that train one network together on this machine: torchrun's own engine, without its output."""

import logging
import os
import sys
import uuid
from collections.abc import Sequence
from signal import Signals

from fmnist_tui.engine.signals import stop_signals
from fmnist_tui.errors import UserError

ADDRESS = "127.0.0.1"

SHUTDOWN_SECONDS = "10"
"""How long torchrun lets processes save after a signal or the failure of another one, before it kills them."""


def run_processes(processes: int, arguments: Sequence[str]) -> int:
    """Run a command of this program in several processes; return the exit code of the one that leads.

    What torchrun does with signals and failures holds: it forwards signals, and ends all processes when one fails.

    Args:
        processes: Number of processes.
        arguments: The command line, without the program's name.

    Raises:
        UserError: The processes can't be started.
    """
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException  # torch is slow to import
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    for name in list(logging.root.manager.loggerDict):
        if name.startswith("torch.distributed.elastic"):  # the leader reports why it failed; each has its own level
            logging.getLogger(name).setLevel(logging.CRITICAL)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as torchrun does; the plan decides
    os.environ.setdefault("TORCH_ELASTIC_SHUTDOWN_TIMEOUT", SHUTDOWN_SECONDS)
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=processes,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint=f"{ADDRESS}:0",
        local_addr=ADDRESS,
        max_restarts=0,
        logs_specs=DefaultLogsSpecs(),
        signals_to_handle=",".join(number.name for number in stop_signals()),
    )
    try:
        elastic_launch(config, sys.executable)("-m", "fmnist_tui", *arguments)
    except SignalException:
        return 130
    except ChildFailedError as error:
        leader = error.failures.get(0)
        if leader is not None and leader.exitcode < 0:
            raise UserError(
                f"the process that leads the others was ended by {Signals(-leader.exitcode).name}",
                "To resume the run from its last checkpoint: fmnist-tui resume latest",
            ) from error
        return leader.exitcode if leader is not None else 1
    except (OSError, RuntimeError) as error:
        raise UserError(f"torchrun can't start {processes} processes: {error}") from error
    return 0
