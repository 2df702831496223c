"""A training across two hosts, which are network namespaces: they share nothing but a cable and the disk."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from several_processes import MLP, PATIENCE_SECONDS, awaited, curve, logged, started

from fmnist_tui.events import RunEnded, RunStarted, RunState

ADDRESSES = ("10.213.97.1", "10.213.97.2")


def why_not() -> str:
    """Return why there can be no network namespaces here; empty if there can."""
    if sys.platform != "linux":
        return "only Linux has network namespaces"
    if os.geteuid() != 0:
        return "network namespaces need root"
    return "" if shutil.which("ip") else "there is no command `ip` (package iproute2)"


@pytest.fixture
def hosts() -> Iterator[tuple[str, str]]:
    """Return the names of two network namespaces that are connected to each other, and to nothing else."""
    if reason := why_not():
        if os.environ.get("CI") and sys.platform == "linux" and os.geteuid() == 0:
            pytest.fail(f"CI must run this test: {reason}")
        pytest.skip(reason)
    names = (f"fmnist-a-{os.getpid()}", f"fmnist-b-{os.getpid()}")

    def ip(*arguments: str) -> None:
        done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    try:
        for name in names:
            ip("netns", "add", name)
        ip("link", "add", "cable", "netns", names[0], "type", "veth", "peer", "name", "cable", "netns", names[1])
        for name, address in zip(names, ADDRESSES, strict=True):
            ip("-n", name, "address", "add", f"{address}/24", "dev", "cable")
            for interface in ("cable", "lo"):
                ip("-n", name, "link", "set", interface, "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


@pytest.mark.timeout(PATIENCE_SECONDS + 60)
@pytest.mark.usefixtures("demo_is_cached")
def test_torchrun_trains_one_network_on_two_hosts(hosts: tuple[str, str]) -> None:
    def command(rank: int) -> list[str]:
        where = [f"--master-addr={ADDRESSES[0]}", "--master-port=29500", "--nnodes=2", f"--node-rank={rank}"]
        torchrun = [sys.executable, "-m", "torch.distributed.run", *where, "--nproc-per-node=1"]
        return ["ip", "netns", "exec", hosts[rank], *torchrun, "-m", "fmnist_tui", "train", *MLP, "--epochs=1"]

    with started(*command(0)) as first, started(*command(1)) as second:
        awaited(lambda: first.poll() is not None and second.poll() is not None)
    assert (first.returncode, second.returncode) == (0, 0)
    (run,), (ended,) = logged(RunStarted), logged(RunEnded)
    assert run.processes == 2
    assert ended.state is RunState.FINISHED
    assert curve()[0].validation_accuracy > 0.2
