"""Stand-ins for sbatch, squeue and scontrol, and for the daemon that runs a job.

They behave as SLURM 22.05 does. When it ends a job, the job's state is no longer RUNNING, and all its processes receive
SIGTERM. The signal before the time limit goes to the batch shell alone.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAMS = {
    "sbatch": '[ "$*" = --parsable ] && cat > "$STUB/script" && echo 4711',
    "squeue": 'cat "$STUB/state"',
    "scontrol": 'echo "$@" >> "$STUB/requests"; echo PENDING > "$STUB/state"',
}


class Cluster:
    """A cluster with one node and one job.

    Args:
        folder: Where its programs and its state are; its programs are the first in the search path.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._starts = 0
        (folder / "bin").mkdir(parents=True)
        for name, code in PROGRAMS.items():
            self.program(name, code)
        monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
        monkeypatch.setenv("STUB", str(folder))

    def program(self, name: str, code: str) -> None:
        """Replace one of the programs by a shell script."""
        file = self._folder / "bin" / name
        file.write_text(f"#!/bin/sh\n{code}\n")
        file.chmod(0o755)

    @property
    def script(self) -> str:
        """The script that was submitted last."""
        return (self._folder / "script").read_text()

    @property
    def requests(self) -> list[str]:
        """What scontrol was asked for."""
        file = self._folder / "requests"
        return file.read_text().splitlines() if file.exists() else []

    def start(self, nodes: int = 1) -> "StartedJob":
        """Start the submitted job, or start it again."""
        (self._folder / "state").write_text("RUNNING\n")
        (pattern,) = re.findall(r'^#SBATCH "?--output=(.+?)"?$', self.script, re.MULTILINE)
        assert "#SBATCH --open-mode=append\n" in self.script
        output = Path(pattern.replace("%j", "4711").replace("%%", "%"))
        numbers = {"SLURM_JOB_ID": "4711", "SLURM_CPUS_ON_NODE": "1", "SLURM_JOB_NUM_NODES": str(nodes)}
        restarts = {"SLURM_RESTART_COUNT": str(self._starts)} if self._starts else {}
        self._starts += 1
        with output.open("ab") as stream:
            process = subprocess.Popen(
                ["/bin/bash", self._folder / "script"],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env={**os.environ, **numbers, **restarts},
                start_new_session=True,
            )
        return StartedJob(process, self._folder / "state", output)


class StartedJob:
    """The processes of a job that was started once."""

    def __init__(self, process: "subprocess.Popen[bytes]", state: Path, output: Path) -> None:
        self._process, self._state, self.output = process, state, output

    def warn(self) -> None:
        """Signal that the time limit is near."""
        self._process.send_signal(signal.SIGUSR1)

    def end(self, state: str = "COMPLETING") -> None:
        """End the job, as for a preemption, at its time limit or because it is cancelled."""
        self._state.write_text(f"{state}\n")
        self.signal_all(signal.SIGTERM)

    def signal_all(self, number: signal.Signals) -> None:
        """Signal all processes of the job."""
        os.killpg(self._process.pid, number)

    def code(self) -> int:
        """Wait for the job's end; return its exit code."""
        try:
            return self._process.wait(60)
        finally:
            if self._process.poll() is None:
                self.signal_all(signal.SIGKILL)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what the job does; it must not end before."""
        for _attempt in range(3000):
            if is_so():
                return
            assert self._process.poll() is None, self.output.read_text()
            time.sleep(0.02)
        pytest.fail("the condition never became true")
