"""The collective of processes that a launcher such as torchrun started: torch.distributed's gloo, and nccl on GPUs."""

import json
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar, cast

import numpy as np
import psutil
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch import Tensor
from torch._C._distributed_c10d import PrefixStore
from torch.distributed import distributed_c10d

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import one_line
from fmnist_tui.training.agreed_control import ORDER, AgreedControl
from fmnist_tui.training.collective import PeerLostError, part_of
from fmnist_tui.training.launch import Launch
from fmnist_tui.training.liveness import Liveness, Loss
from fmnist_tui.training.meeting import launcher_store, meet

T = TypeVar("T")

set_timeout: Callable[[timedelta], None] = getattr(dist, "set_timeout", distributed_c10d._set_pg_timeout)
"""The name in torch before 2.14 was another."""

JOIN_TIMEOUT = timedelta(minutes=5)
"""How long the processes wait for each other at the start; the hosts of a cluster don't start at the same moment."""

NO_TIMEOUT = timedelta(days=365)
"""The others may compute, save or pause for as long as they like: `Liveness` finds those that are lost."""

POLL = timedelta(seconds=0.25)

MAX_POLLS = 32
"""Polls without a round of the liveness thread after which the store counts as lost."""

VERDICT_SECONDS = 3.0
"""How long to look for the process that broke a connection."""


class ProcessGroup:
    """The processes of a launch; see `Collective`.

    Every method raises `PeerLostError` within seconds if another process is lost.

    Args:
        launch: The place of this process.
        control: Gets the requests that all processes have agreed on.

    Raises:
        UserError: The processes can't reach each other.
    """

    def __init__(self, launch: Launch, control: AgreedControl) -> None:
        self.launch, self.processes, self._control = launch, launch.processes, control
        control.exchange = self._exchange
        _choose_interface(os.environ["MASTER_ADDR"])
        if torch.cuda.is_available():
            torch.cuda.set_device(launch.local_rank % torch.cuda.device_count())
        try:
            rank, processes = launch.rank, launch.processes
            found = launcher_store(rank, JOIN_TIMEOUT, control.should_end)
            store = meet(found, rank, processes, JOIN_TIMEOUT, control.should_end)
            dist.init_process_group(
                _backend(launch), store=store, rank=rank, world_size=processes, timeout=JOIN_TIMEOUT
            )
            set_timeout(NO_TIMEOUT)
        except (RuntimeError, ValueError, TimeoutError) as error:
            raise UserError(
                f"the {launch.processes} processes can't reach each other: {one_line(str(error))[:300]}",
                "MASTER_ADDR and MASTER_PORT must lead from each host to the first one",
            ) from error
        watched = range(1, processes) if launch.is_leader else (0,)
        self._liveness = Liveness(PrefixStore("liveness", store.clone()), rank, watched)
        self._watched = tuple(watched)
        self._packed: dict[tuple[int, int], Tensor] = {}
        self._peers: list[tuple[str, int]] = [("", 0)] * processes
        peers = self._gathered(json.dumps([socket.gethostname(), os.getpid()]).encode())
        self._peers = [tuple(json.loads(each)) for each in peers]

    def divides(self, batch: int) -> bool:
        return 1 < self.processes <= batch

    def part(self, batch: int) -> slice:
        return part_of(batch, self.launch.rank, self.processes) if self.divides(batch) else slice(0, batch)

    def add_up(self, sums: Tensor) -> None:
        self._finish(dist.all_reduce(sums, async_op=True), sums)

    def reduce_step(self, gradients: Tensor, loss: Tensor, logits: Tensor, batch: int) -> tuple[Tensor, Tensor]:
        size, classes = gradients.numel(), logits.shape[1]
        sizes = [size, 1, len(ORDER), batch * classes]
        packed = self._packed.get((size, batch))
        if packed is None:
            packed = self._packed[size, batch] = gradients.new_empty(sum(sizes))
        summed_gradients, summed_loss, votes, rows = torch.split(packed, sizes)
        summed_gradients.copy_(gradients)
        # Each process adds its own rows to the zeros of the others.
        rows.zero_().view(batch, classes)[self.part(batch)] = logits.detach()
        summed_loss.copy_(loss.detach() * (len(logits) / batch))
        if not self.divides(batch):
            packed.div_(self.processes)
        if packed.device.type == "cpu":
            votes.copy_(torch.tensor(self._control.votes()))
            self.add_up(packed)
            self._control.count(votes.tolist())
        else:
            work = dist.all_reduce(packed, async_op=True)
            self._exchange()  # on the CPU, because reading votes from the GPU would wait for the whole step
            self._finish(work, packed)
        gradients.copy_(summed_gradients)
        return summed_loss[0].clone(), rows.view(batch, classes).clone()

    def sum(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        summed = torch.tensor([*self._control.votes(), *counts.tolist()], dtype=torch.float64)
        self.add_up(summed)
        self._control.count(summed[: len(ORDER)].tolist())
        return cast(NDArray[np.float64], summed[len(ORDER) :].numpy())

    def decide(self, own: bool) -> bool:
        decision = torch.tensor([float(own and self.launch.is_leader)])
        self.add_up(decision)
        return bool(decision)

    def share(self, own: bytes) -> bytes:
        return self._gathered(own if self.launch.is_leader else b"")[0]

    def together(self, action: Callable[[], T]) -> T:
        result, problem = None, None
        try:
            result = action()
        except UserError as error:
            problem = [error.problem, error.remedy]
        for rank, found in enumerate(map(json.loads, self._gathered(json.dumps(problem).encode()))):
            if found is not None:
                raise UserError(f"{self.name_of(rank)}: {found[0]}" if rank else found[0], found[1])
        return cast(T, result)

    def name_of(self, rank: int) -> str:
        """Return what a message calls a process."""
        host, pid = self._peers[rank]
        return f"process {rank} (pid {pid} on {host})" if host else f"process {rank}"

    def close(self, problem: str = "") -> None:
        """Leave the group.

        Args:
            problem: Why this process can't continue, which the leader reports; empty if it ends with the others.
        """
        self._liveness.leave(problem)

    def _exchange(self) -> None:
        votes = torch.tensor(self._control.votes())
        self.add_up(votes)
        self._control.count(votes.tolist())

    def _gathered(self, own: bytes) -> list[bytes]:
        """Return what each process has given."""
        sizes = torch.zeros(self.processes, dtype=torch.int64)
        sizes[self.launch.rank] = len(own)
        self.add_up(sizes)
        gathered = torch.zeros(int(sizes.sum()), dtype=torch.uint8)
        parts = torch.split(gathered, sizes.tolist())
        if own:
            parts[self.launch.rank].copy_(torch.frombuffer(bytearray(own), dtype=torch.uint8))
        self.add_up(gathered)
        return [part.numpy().tobytes() for part in parts]

    def _finish(self, work: Any, tensor: Tensor) -> None:
        """Wait until an operation on a tensor is done.

        Raises:
            PeerLostError: It can't be done any more.
        """
        polls, rounds = 0, self._liveness.rounds
        while not self._has_finished(work, tensor):
            polls = polls + 1 if rounds == self._liveness.rounds else 0
            rounds = self._liveness.rounds
            if self._liveness.loss is not None:
                raise self._lost(self._liveness.loss)
            if polls >= MAX_POLLS:
                raise self._lost(Loss(0, "the launcher's store on its host does not respond"))

    def _has_finished(self, work: Any, tensor: Tensor) -> bool:
        """Wait for an operation, for `POLL` at the longest."""
        if tensor.device.type == "cuda":
            if not _completes(work):
                return False
        else:
            try:
                work.wait(POLL)
            except RuntimeError:  # it failed, or takes longer
                if not work.is_completed():
                    return False
            else:
                return True
        try:
            work.wait()  # on CUDA, lets what follows in the stream wait for it
        except RuntimeError as error:
            raise self._lost(self._culprit()) from error
        return True

    def _culprit(self) -> Loss:
        """Return the process that broke a connection."""
        until = time.monotonic() + VERDICT_SECONDS
        while time.monotonic() < until:
            loss = self._liveness.suspect() or self._dead_here()
            if loss is not None:
                return loss
            time.sleep(0.05)
        return Loss(self._watched[0], "the connection to it or to another process is broken")

    def _dead_here(self) -> Loss | None:
        """Return a process of this host that no longer runs."""
        for rank in self._watched:
            host, pid = self._peers[rank]
            if host == self._peers[self.launch.rank][0] and not _runs(pid):
                return Loss(rank, "it was killed or has crashed")
        return None

    def _lost(self, loss: Loss) -> PeerLostError:
        self._end_hanging(loss.rank)
        return PeerLostError(f"{self.name_of(loss.rank)} is lost: {loss.problem or 'it has ended'}")

    def _end_hanging(self, rank: int) -> None:
        """Kill a lost process that the same launcher has started on this host: it may hang and not obey any signal."""
        host, pid = self._peers[rank]
        if host == self._peers[self.launch.rank][0] and rank != self.launch.rank:
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                if process.ppid() == os.getppid() and process.status() == psutil.STATUS_STOPPED:
                    process.kill()


def _completes(work: Any) -> bool:
    """Return whether an operation on CUDA ends within `POLL`; its own wait with a timeout would block its stream."""
    until = time.monotonic() + POLL.total_seconds()
    while not work.is_completed():
        if time.monotonic() > until:
            return False
        time.sleep(0)
    return True


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _backend(launch: Launch) -> str:
    """Return the name of the backend: nccl for GPU tensors if each process has a GPU of its own."""
    has_nccl = torch.cuda.is_available() and dist.is_nccl_available()
    return "cpu:gloo,cuda:nccl" if has_nccl and launch.local_processes <= torch.cuda.device_count() else "gloo"


def _choose_interface(leader: str) -> None:
    """Let gloo and nccl use the network interface that leads to the first host.

    By default gloo takes the interface of this host's name, which on Debian is that of 127.0.1.1.
    """
    with suppress(OSError):
        family, kind, protocol, _name, address = socket.getaddrinfo(leader, 9, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.connect(address)  # sends nothing
            own = probe.getsockname()[0]
        for interface, addresses in psutil.net_if_addrs().items():
            if own in (each.address.partition("%")[0] for each in addresses):
                os.environ.setdefault("GLOO_SOCKET_IFNAME", interface)
                os.environ.setdefault("NCCL_SOCKET_IFNAME", interface)
