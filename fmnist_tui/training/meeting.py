"""How the processes of a launch find each other in the launcher's key-value store.

After a failure, a launcher starts all processes again and may give them the same store, in which the addresses of the
dead processes still are. No number that a launcher gives tells the attempts apart on all hosts, so the processes agree
on a name for theirs.
"""

import json
import os
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from torch._C._distributed_c10d import PrefixStore, Store, TCPStore

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import one_line

POLL_SECONDS = 0.02

CONNECT_TIMEOUT = timedelta(seconds=5)
"""Of one attempt to connect, during which no signal is obeyed."""


def launcher_store(rank: int, timeout: timedelta, should_stop: Callable[[], bool] = lambda: False) -> Store:
    """Return the launcher's store, which the environment leads to; a launcher that has none leaves it to the leader.

    Raises:
        TimeoutError: It can't be reached.
        UserError: The wait was ended.
    """
    until = time.monotonic() + timeout.total_seconds()
    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    is_server = rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    while True:
        try:
            return TCPStore(
                address, port, is_master=is_server, wait_for_workers=False, multi_tenant=True, timeout=CONNECT_TIMEOUT
            )
        except RuntimeError as error:
            if is_server or time.monotonic() > until:
                raise TimeoutError(f"{address}:{port} {one_line(str(error))[:200]}") from error
        _wait(should_stop)


def meet(
    store: Store, rank: int, processes: int, timeout: timedelta, should_stop: Callable[[], bool] = lambda: False
) -> Store:
    """Return the part of the store that only these processes use; wait until all are there.

    The leader publishes the name of its attempt with the greetings that it has read. Who finds its own greeting there
    knows that the leader is alive, and confirms it.

    Args:
        store: The launcher's.
        rank: The number of this process.
        processes: Number of processes.
        timeout: How long to wait.
        should_stop: True ends the wait.

    Raises:
        TimeoutError: A process is missing.
        UserError: The wait was ended.
    """
    until = time.monotonic() + timeout.total_seconds()
    own = uuid.uuid4().hex
    if rank == 0:
        confirmations = [_confirmation(own, other) for other in range(1, processes)]
        while not store.check(confirmations):
            greetings = {str(other): _read(store, _greeting(other)) for other in range(1, processes)}
            store.set("invitation", json.dumps({"attempt": own, "greetings": greetings}))
            if time.monotonic() > until:
                missing = [str(rank + 1) for rank, key in enumerate(confirmations) if not store.check([key])]
                raise TimeoutError(f"process {', '.join(missing)} did not start")
            _wait(should_stop)
        return PrefixStore(own, store)
    store.set(_greeting(rank), own)
    while time.monotonic() <= until:
        invitation = json.loads(_read(store, "invitation") or "{}")
        if invitation.get("greetings", {}).get(str(rank)) == own:
            store.set(_confirmation(invitation["attempt"], rank), "")
            return PrefixStore(invitation["attempt"], store)
        _wait(should_stop)
    raise TimeoutError("process 0 did not start")


def _wait(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise UserError("stopped before the first batch")
    time.sleep(POLL_SECONDS)


def _read(store: Store, key: str) -> str:
    return store.get(key).decode() if store.check([key]) else ""


def _greeting(rank: int) -> str:
    return f"greeting/{rank}"


def _confirmation(attempt: str, rank: int) -> str:
    return f"confirmation/{attempt}/{rank}"
