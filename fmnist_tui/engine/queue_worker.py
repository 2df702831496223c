"""Works on the queue: trains its runs in their order until it is empty or paused.

A run begins as soon as there is room for it beside those before it; none is passed over. This process only waits, and
needs no torch.
"""

import signal
from collections.abc import Callable

from fmnist_tui.engine.queue import folder_of
from fmnist_tui.engine.run_failure import failed_to_start
from fmnist_tui.engine.run_pool import RunPool
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
        self._pool = RunPool()
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
                while not self._signal:
                    run = next_run(worker, self._pool.runs)
                    if run is None and not self._pool.runs:
                        break
                    folder = folder_of(run) if run is not None else None
                    if folder is not None and self._pool.has_room_for(summary_of(folder).config()):
                        self._begin(folder)
                    else:
                        self._look_after()
                for folder, code in self._pool.stop(self._pool.runs):  # those that are trained are saved
                    self._report_end(folder, code)
        finally:
            worker.release()
        return True

    def _begin(self, folder: RunFolder) -> None:
        """Train the next run, or take it out of the queue if that is impossible or done."""
        if is_being_written(folder):
            # Trained from elsewhere, or by a process whose worker was killed.
            self._report(f"run {folder.run} is being trained by another process")
            self._pool.adopt(folder)
        elif summary_of(folder).status is RunStatus.FINISHED:
            self._report(f"run {folder.run} has finished already")
            _take_out(folder)
        else:
            try:
                process = self._pool.start(folder)
            except UserError as error:
                record_failure(folder, error)
                self._report(error.line().rstrip("."))
                _take_out(folder)
            else:
                self._report(f"run {folder.run} trains in process {process}")

    def _look_after(self) -> None:
        """Take runs that have ended out of the queue, and stop those that were taken out of it."""
        ended = self._pool.wait(POLL_SECONDS)
        queued = read_queue().runs
        if not self._signal:
            ended += self._pool.stop([run for run in self._pool.runs if run not in queued])
        for folder, code in ended:
            self._report_end(folder, code)
            # One that another process has trained and that has crashed is resumed next.
            if not self._signal and (code is not None or summary_of(folder).state is not None):
                _take_out(folder)

    def _report_end(self, folder: RunFolder, code: int | None) -> None:
        if code is not None:
            self._report(_ending(summary_of(folder), code))

    def _on_signal(self, number: signal.Signals) -> None:
        """End the work; the runs that are being trained are saved, and stay in the queue."""
        self._signal = number.name


def _take_out(folder: RunFolder) -> None:
    change_queue(lambda queue: queue.without([folder.run]))


def record_failure(folder: RunFolder, error: UserError) -> None:
    """Write to the log of a run that was never trained why it could not be, so that it is listed as failed."""
    if not folder.config_file.exists() or folder.events_file.exists():
        return
    with lock_run(folder), EventLog(folder.events_file) as log:
        log(failed_to_start(error))


def _ending(summary: RunSummary, code: int) -> str:
    if summary.state is None:
        ending = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"run {summary.run} has crashed with {ending}"
    return f"run {summary.run} has {summary.state}"
