"""Works on the queue: trains its runs one after another until it is empty or paused.

Each run has a process of its own, like any background run: its memory is given back when it ends, a crash of it ends
nothing else, and it continues if this process is killed. This process only waits, and needs no torch.
"""

import signal
import subprocess
import time
from collections.abc import Callable

from fmnist_tui.engine.background import resume_in_background
from fmnist_tui.engine.queue import folder_of
from fmnist_tui.engine.run_failure import failed_to_start
from fmnist_tui.engine.signals import handled_stop_signals
from fmnist_tui.errors import UserError
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.event_log import EventLog
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import is_being_written, lock_run
from fmnist_tui.runs.queue import change_queue, lock_worker, next_run, read_queue
from fmnist_tui.runs.summary import RunSummary

POLL_SECONDS = 0.5
"""How often a run that is being trained is looked after: whether it has ended, and whether it is still in the queue."""


class QueueWorker:
    """Works on the queue.

    Args:
        report: Receives a sentence for each thing that happens.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._signal = ""

    @property
    def was_interrupted(self) -> bool:
        """Whether a signal has ended the work."""
        return bool(self._signal)

    def run(self) -> bool:
        """Train the runs in the queue; return False if another process does already.

        Raises:
            UserError: The queue can't be read or written.
        """
        worker = lock_worker()
        if worker is None:
            return False
        try:
            with handled_stop_signals(self._on_signal):
                while not self._signal and (run := next_run(worker)) is not None:
                    self._train(folder_of(run))
        finally:
            worker.release()
        return True

    def _train(self, folder: RunFolder) -> None:
        """Train a run until it has ended, and take it out of the queue, unless this process was asked to end."""
        before = summary_of(folder)
        if before.status is RunStatus.FINISHED:
            self._report(f"run {folder.run} has finished already")
        elif is_being_written(folder):
            # Trained from elsewhere, or by a process whose worker was killed.
            self._report(f"run {folder.run} is being trained by another process")
            while is_being_written(folder) and self._is_wanted(folder):
                time.sleep(POLL_SECONDS)
            if self._is_wanted(folder) and summary_of(folder).state is None:
                return  # it has crashed, and is resumed next
        else:
            self._train_in_process(folder)
        if not self._signal:
            change_queue(lambda queue: queue.without([folder.run]))

    def _train_in_process(self, folder: RunFolder) -> None:
        try:
            process = resume_in_background(folder).process
        except UserError as error:
            record_failure(folder, error)
            self._report(error.line().rstrip("."))
            return
        self._report(f"run {folder.run} trains in process {process.pid}")
        while (code := _code_within(process, POLL_SECONDS)) is None and self._is_wanted(folder):
            pass
        if code is None:
            process.terminate()  # the run is saved
            code = process.wait()
        self._report(_ending(summary_of(folder), code))

    def _is_wanted(self, folder: RunFolder) -> bool:
        """Return whether a run is still in the queue, and this process was not asked to end."""
        return not self._signal and folder.run in read_queue().runs

    def _on_signal(self, number: signal.Signals) -> None:
        """End the work; the run that is being trained is saved, and stays in the queue."""
        self._signal = number.name


def record_failure(folder: RunFolder, error: UserError) -> None:
    """Write to the log of a run that was never trained why it could not be, so that it is listed as failed."""
    if not folder.config_file.exists() or folder.events_file.exists():
        return
    with lock_run(folder), EventLog(folder.events_file) as log:
        log(failed_to_start(error))


def _code_within(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    """Return the exit code of a process; None if it does not end within that time."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _ending(summary: RunSummary, code: int) -> str:
    if summary.state is None:
        ending = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"run {summary.run} has crashed with {ending}"
    return f"run {summary.run} has {summary.state}"
