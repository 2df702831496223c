"""How the processes of a launch find each other in the launcher's key-value store.

After a failure, a launcher starts all processes again and may give them the same store, in which the addresses of the
dead processes still are. No number that a launcher gives tells the attempts apart on all hosts, so the processes agree
on a name for theirs.
"""

import json
import time
import uuid
from datetime import timedelta

from torch._C._distributed_c10d import PrefixStore, Store

POLL_SECONDS = 0.02


def meet(store: Store, rank: int, processes: int, timeout: timedelta) -> Store:
    """Return the part of the store that only these processes use; wait until all are there.

    The leader publishes the name of its attempt with the greetings that it has read. Who finds its own greeting there
    knows that the leader is alive, and confirms it.

    Raises:
        TimeoutError: A process is missing.
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
            time.sleep(POLL_SECONDS)
        return PrefixStore(own, store)
    store.set(_greeting(rank), own)
    while time.monotonic() <= until:
        invitation = json.loads(_read(store, "invitation") or "{}")
        if invitation.get("greetings", {}).get(str(rank)) == own:
            store.set(_confirmation(invitation["attempt"], rank), "")
            return PrefixStore(invitation["attempt"], store)
        time.sleep(POLL_SECONDS)
    raise TimeoutError("process 0 did not start")


def _read(store: Store, key: str) -> str:
    return store.get(key).decode() if store.check([key]) else ""


def _greeting(rank: int) -> str:
    return f"greeting/{rank}"


def _confirmation(attempt: str, rank: int) -> str:
    return f"confirmation/{attempt}/{rank}"
