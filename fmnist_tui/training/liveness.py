"""Notices that another process of a training has died, hangs or can't be reached, within seconds.

A thread of each process counts up a number in the launcher's key-value store, and reads the others'. So a process may
compute, save or wait for as long as it likes, and only one that the system no longer runs counts as lost.
"""

import threading
from collections.abc import Iterable
from typing import NamedTuple

from torch._C._distributed_c10d import Store

INTERVAL_SECONDS = 0.5

MAX_MISSED = 12
"""Intervals without a sign of life after which a process counts as lost. Counted, not timed: a job that a scheduler
suspends for an hour has missed nothing."""

SUSPECT_MISSED = 3
"""The same, once the connection to some process is known to be broken."""


class Loss(NamedTuple):
    """A process that is lost.

    Attributes:
        rank: Its number.
        problem: What happened to it; empty if it has ended as it should.
    """

    rank: int
    problem: str


class Liveness:
    """Gives signs of life of this process, and watches those of others.

    Args:
        store: Shared by all processes, and used by no other thread.
        rank: This process.
        watched: The processes to watch.

    Attributes:
        loss: The first process that was found lost; None if there is none.
        rounds: How often the thread has looked; while it stays the same, the store does not respond.
    """

    def __init__(self, store: Store, rank: int, watched: Iterable[int]) -> None:
        self._store, self._rank = store, rank
        self._ended = threading.Event()
        self._beats = dict.fromkeys(watched, b"")
        self._missed = dict.fromkeys(self._beats, 0)
        self.loss: Loss | None = None
        self.rounds = 0
        self._store.set(_beat(rank), "0")
        self._thread = threading.Thread(target=self._run, name="liveness", daemon=True)
        self._thread.start()

    def suspect(self) -> Loss | None:
        """Return the process that is probably lost, given that the connection to some process is broken."""
        silent = (rank for rank, missed in self._missed.items() if missed >= SUSPECT_MISSED)
        rank = next(silent, None)
        return self.loss if self.loss or rank is None else Loss(rank, "it has ended without a message")

    def leave(self, problem: str = "") -> None:
        """Tell the others that this process ends, and end the thread.

        Args:
            problem: Why it can't continue; empty if it ends because the training or another process has.
        """
        self._ended.set()
        self._thread.join(2 * INTERVAL_SECONDS)  # a thread whose store does not respond is left alone
        if not self._thread.is_alive():
            try:
                self._store.set(_farewell(self._rank), f"-{problem}")
            except RuntimeError:
                return  # the others notice the silence

    def _run(self) -> None:
        while self.loss is None and not self._ended.wait(INTERVAL_SECONDS):
            try:
                self._store.set(_beat(self._rank), str(self.rounds))
                self.loss = self._look()
            except RuntimeError:
                self.loss = Loss(0, "the launcher's store on its host has ended")
            self.rounds += 1

    def _look(self) -> Loss | None:
        for rank, before in list(self._beats.items()):
            if self._store.check([_farewell(rank)]):
                problem = self._store.get(_farewell(rank)).decode(errors="replace")[1:]
                if problem or rank == 0:
                    return Loss(rank, problem)
                del self._beats[rank], self._missed[rank]  # it has ended because another process is lost
                continue
            beat = self._store.get(_beat(rank)) if self._store.check([_beat(rank)]) else b""
            self._missed[rank] = self._missed[rank] + 1 if beat == before else 0
            self._beats[rank] = beat
            if self._missed[rank] >= MAX_MISSED:
                return Loss(rank, f"it gave no sign of life for {MAX_MISSED * INTERVAL_SECONDS:g} seconds")
        return None


def _beat(rank: int) -> str:
    return f"beat/{rank}"


def _farewell(rank: int) -> str:
    return f"farewell/{rank}"
