"""Requests to a run of another process: what `pause`, `continue` and `stop` have in common."""

import time
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.exit_codes import DONE, FAILED, INTERRUPTED
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.follow import LogUpdate
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.requests import RequestKind, fingerprint_of, is_waiting, send_request, withdraw
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.slurm_job import read_job
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.runs.watch import RunWatcher
from fmnist_tui.sanitize import one_line, printable, quote

POLL_SECONDS = 0.1

Timeout = Annotated[
    float,
    Parameter(
        help="How long to wait until the run has obeyed (>= 0). The request remains if it has not.",
        metavar="SECONDS",
    ),
]

TAKES = "A run takes a request between two batches"


class ControlledRun:
    """A run of another process: what it does, and requests to it.

    Args:
        ref: The run as the user names it.

    Raises:
        UserError: There is no such run, or no process trains it.
    """

    def __init__(self, ref: str) -> None:
        self.folder: RunFolder = resolve_run(ref, is_wanted=lambda summary: summary.is_running)
        self._watcher = RunWatcher(self.folder)
        self._snapshot = RunSnapshot()
        self._update()
        self._update()  # a run without a process has crashed only if there is nothing new
        if self.state.is_over or (self._watcher.absence and not is_being_written(self.folder)):
            raise UserError(f"run {self.name} can't be controlled: {self._what_it_is()}", self._advice())

    @property
    def name(self) -> str:
        return quote(self.folder.run)

    @property
    def state(self) -> RunState:
        return self._snapshot.state

    def _update(self) -> None:
        update = LogUpdate(is_at_end=False)
        while not update.is_at_end:
            update = self._watcher.poll()
            self._snapshot = RunSnapshot() if update.is_restart else self._snapshot
            for event in update.events:
                self._snapshot = self._snapshot.after(event)

    def _what_it_is(self) -> str:
        if absence := self._watcher.absence:
            return f"no process trains it, and {absence}"
        return f"it is {self.state}" + (f" ({self._snapshot.detail})" if self.state.is_failure else "")

    def _advice(self) -> str:
        if self.state is RunState.FINISHED:
            return "`fmnist-tui runs` lists all runs"
        resume = f"Resume it with `fmnist-tui resume {printable(self.folder.run)}`"
        if job := read_job(self.folder):
            return f"{resume}, unless SLURM job {job.number} waits to do that: `{job.cancel_command}` cancels it"
        return resume

    def request(self, kind: RequestKind, wanted: frozenset[RunState], timeout: float) -> int:
        """Send a request, and wait until the run is in one of the wanted states; return the exit code.

        Raises:
            UserError: The request can't be written.
            UsageError: The time-out is negative or not a number.
        """
        if not timeout >= 0:
            raise UsageError(f"--timeout is '{timeout:g}', but must be 0 or more seconds")
        if self.state in wanted and fingerprint_of(self.folder.request_file) is None:
            print(f"run {printable(self.folder.run)} is {self.state} already{self._place()}")
            return DONE
        sent = send_request(self.folder, kind)
        try:
            until = time.monotonic() + timeout
            while time.monotonic() < until:
                time.sleep(POLL_SECONDS)
                self._update()
                if self.state.is_over or (self.state in wanted and not is_waiting(self.folder, sent)):
                    break
        except KeyboardInterrupt:
            print_stderr(f"no longer waiting for run {printable(self.folder.run)}; the request to {kind} remains")
            return INTERRUPTED
        if self.state in wanted:
            reason = f": {one_line(self._snapshot.detail)}" if self.state.is_over else ""
            print(printable(f"run {self.folder.run} is {self.state}{reason or self._place()}"))
            return DONE
        if self.state.is_over:
            withdraw(self.folder, sent)
            print_stderr(f"run {printable(self.folder.run)} is over, and can't {kind}: {self._what_it_is()}")
            return FAILED
        fate = f"has not taken the request to {kind} yet" if is_waiting(self.folder, sent) else f"is {self.state} still"
        print_stderr(UserError(f"after {timeout:g} s, run {self.name} {fate}", f"{TAKES}; it may come later").line())
        return FAILED

    def _place(self) -> str:
        epochs = self._snapshot.started.config.epochs if self._snapshot.started else None
        return f", in epoch {self._snapshot.epoch} of {epochs}" if epochs and self._snapshot.epoch else ""
