"""Adds runs to the queue, takes them out again, and starts the process that works on it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import takewhile
from shutil import rmtree
from typing import NamedTuple

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.background import await_start, create_run, start_process
from fmnist_tui.errors import UserError
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.queue import Queue, change_queue, has_worker, queue_output
from fmnist_tui.runs.requests import RequestKind, send_request
from fmnist_tui.runs.trash import move_to_trash
from fmnist_tui.sanitize import quote


class NewRun(NamedTuple):
    """A run to be queued."""

    config: RunConfig
    labels: RunLabels | None = None


def enqueue(runs: Sequence[NewRun]) -> list[RunFolder]:
    """Add new runs at the end of the queue, and start a process that works on it unless it is paused or has one.

    Raises:
        UserError: A run's folder can't be made or the queue can't be written, and nothing is queued; or the process
            can't be started, and the runs wait for `start_worker`.
    """
    folders: list[RunFolder] = []
    try:
        folders.extend(create_run(run.config, run.labels) for run in runs)
        names = [folder.run for folder in folders]
        queue = change_queue(lambda queue: queue.with_runs([*queue.runs, *names]))
    except BaseException:
        for folder in folders:
            rmtree(folder.path, ignore_errors=True)
        raise
    if not queue.is_paused:
        start_worker()
    return folders


def move(run: str, place: int) -> Queue:
    """Move a run to another place, the nearest one there is; 0 is the first, after the runs that are being trained.

    Raises:
        UserError: The queue can't be written, or the run is not in it or is being trained.
    """
    return _move(run, lambda _before: place)


def move_by(run: str, places: int) -> Queue:
    """Move a run by some places from where it is now, as `move` does.

    Raises:
        UserError: As for `move`.
    """
    return _move(run, lambda before: before + places)


def _move(run: str, new_place: Callable[[int], int]) -> Queue:
    def moved(queue: Queue) -> Queue:
        if run not in queue.runs:
            raise UserError(f"run {quote(run)} is not in the queue")
        if is_being_written(folder_of(run)):
            raise UserError(f"run {quote(run)} is being trained", "Cancel it, or let it end")
        taken = sum(1 for _run in takewhile(lambda other: is_being_written(folder_of(other)), queue.runs))
        return queue.moved(run, max(new_place(queue.runs.index(run)), taken))

    return change_queue(moved)


def cancel(runs: Sequence[str]) -> None:
    """Take runs out of the queue.

    One that is being trained is stopped and saved; those that never were are moved to the trash.

    Raises:
        UserError: The queue can't be written, or a run can't be stopped.
    """
    change_queue(lambda queue: queue.without(runs))
    for run in runs:
        _discard(folder_of(run))


def _discard(folder: RunFolder) -> None:
    """Stop a run that is being trained, and move one that never was to the trash; others stay as they are."""
    if is_being_written(folder):
        send_request(folder, RequestKind.STOP)
    elif folder.config_file.exists() and not folder.events_file.exists():
        with suppress(UserError):  # its process has just begun, which the one that works on the queue will end
            move_to_trash(folder)


def pause() -> None:
    """Let the runs that are being trained end, and start no further one.

    Raises:
        UserError: The queue can't be written.
    """
    change_queue(lambda queue: queue._replace(is_paused=True))


def continue_queue() -> Queue:
    """Work on the queue until it is empty, if it was paused or its process has ended; return it.

    Raises:
        UserError: The queue can't be read or written, or no process can be started.
    """
    queue = change_queue(lambda queue: queue._replace(is_paused=False))
    if queue.runs:
        start_worker()
    return queue


def folder_of(run: str) -> RunFolder:
    """Return the folder of a run in the queue."""
    return RunFolder(runs_folder() / run)


def start_worker() -> None:
    """Start a process that works on the queue, unless there is one.

    Of two that are started at the same time, one ends at once.

    Raises:
        UserError: It can't be started.
    """
    if not has_worker():
        process = start_process(["queue", "run"], queue_output())
        await_start(process, has_worker, queue_output(), "the queue")
