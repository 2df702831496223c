"""A real SLURM on the loopback interface: one node, and partitions of which one preempts another."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel")

WHY_NOT = "needs root and Debian's packages munge, slurmctld, slurmd and slurm-client"

CONF = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/linear
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MailProg=/bin/true
SchedulerType=sched/builtin
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=500 State=UNKNOWN
PartitionName=low Nodes={host} Default=YES MaxTime=INFINITE PriorityTier=1 State=UP
PartitionName=high Nodes={host} MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF State=UP
"""
"""`cred_expire`: a job that is requeued waits that long, by default two minutes."""


def is_installed() -> bool:
    return os.name == "posix" and os.geteuid() == 0 and all(map(shutil.which, PROGRAMS))


def command(*arguments: str, script: str | None = None) -> str:
    """Run a command of SLURM; return what it prints."""
    done = subprocess.run(arguments, input=script, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def wait_until(is_so: Callable[[], bool], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "the condition never became true"
        time.sleep(0.2)


@contextmanager
def real_cluster(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within this, SLURM's commands are those of a cluster whose files are in a folder."""
    folder.mkdir()
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    conf = folder / "slurm.conf"
    values = {"folder": folder, "host": socket.gethostname().partition(".")[0]}
    conf.write_text(CONF.format(controller=_free_port(), node=_free_port(), **values))
    monkeypatch.setenv("SLURM_CONF", str(conf))
    munged = ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/munge.socket"]
    munged += [f"--{name}-file={folder}/munged.{name}" for name in ("pid", "log", "seed")]
    with ExitStack() as running:
        for program in (munged, ["slurmctld", "-D", "-f", str(conf)], ["slurmd", "-D", "-f", str(conf)]):
            running.enter_context(_running(program, folder / f"{program[0]}.log"))
            if program is munged:
                wait_until((folder / "munge.socket").exists)
        wait_until(lambda: "idle" in _states())
        try:
            yield
        finally:
            subprocess.run(["scancel", "--user=root"], check=False)
            wait_until(lambda: not command("squeue", "--noheader"), 60)


def _states() -> str:
    """Return the states of the nodes; nothing before the controller answers."""
    return subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True, check=False).stdout


@contextmanager
def _running(program: list[str], log: Path) -> Iterator[None]:
    with log.open("wb") as stream:
        process = subprocess.Popen(program, stdout=stream, stderr=stream, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
