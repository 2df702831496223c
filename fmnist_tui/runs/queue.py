"""The queue: which runs are to be trained next, in their order, and whether a process works on it.

A queued run is a folder with a config like any other; `queue.json` has nothing but the order. The first ones are being
trained: each leaves the queue when it has ended, so that a queue whose machine went down continues with them.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fmnist_tui.atomic_files import open_regular, read_whole, write_whole
from fmnist_tui.errors import UserError
from fmnist_tui.paths import home_folder, require_home
from fmnist_tui.sanitize import quote

if TYPE_CHECKING:
    from filelock import FileLock

MAX_FILE_BYTES = 1_000_000
"""Some 30,000 runs."""

LOCK_TIMEOUT_SECONDS = 10.0
"""A change of the queue takes milliseconds."""


class Queue(NamedTuple):
    """The queue at one moment.

    Attributes:
        runs: The identifiers of the runs, the next one first; each once.
        is_paused: Whether no further run is started when the current one has ended.
    """

    runs: tuple[str, ...] = ()
    is_paused: bool = False

    def with_runs(self, runs: Sequence[str]) -> "Queue":
        """Return the queue with other runs, at the places of their first mention."""
        return self._replace(runs=tuple(dict.fromkeys(runs)))

    def without(self, runs: Sequence[str]) -> "Queue":
        """Return the queue without some runs."""
        return self._replace(runs=tuple(run for run in self.runs if run not in runs))

    def moved(self, run: str, place: int) -> "Queue":
        """Return the queue with a run of it at another place, the nearest one there is; 0 is the first."""
        others = [other for other in self.runs if other != run]
        place = max(0, min(place, len(others)))
        return self._replace(runs=(*others[:place], run, *others[place:]))


def queue_file() -> Path:
    """Return the file with the queue."""
    return home_folder() / "queue.json"


def queue_output() -> Path:
    """Return the file that a worker in the background prints to."""
    return home_folder() / "queue.log"


def _worker_lock_file() -> Path:
    return home_folder() / "queue.lock"


def read_queue() -> Queue:
    """Return the queue; an empty one if there is none.

    Raises:
        UserError: The file can't be read, or holds something else.
    """
    file = queue_file()
    try:
        found = json.loads(read_whole(file, MAX_FILE_BYTES))
    except FileNotFoundError:
        return Queue()
    except OSError as error:
        raise UserError(f"can't read {quote(file, 200)}: {error.strerror or error}", _FIX) from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{quote(file, 200)} is damaged: it holds no queue", _FIX) from error
    runs = found.get("runs") if isinstance(found, dict) else None
    if not isinstance(runs, list) or not all(isinstance(run, str) and _is_name(run) for run in runs):
        raise UserError(f"{quote(file, 200)} is damaged: it holds no queue", _FIX)
    return Queue(tuple(dict.fromkeys(runs)), found.get("is_paused") is True)


_FIX = "Remove it: the runs in it are still listed, and can be resumed one by one"


def _is_name(run: str) -> bool:
    """Return whether this names a folder within that of the runs, and not one elsewhere."""
    return run not in ("", ".", "..") and not set(run) & {"/", "\\", "\0"}


def queued_runs() -> frozenset[str]:
    """Return the runs in the queue, for a list of runs; none if it can't be read, which the queue itself reports."""
    with suppress(UserError):
        return frozenset(read_queue().runs)
    return frozenset()


def change_queue(change: Callable[[Queue], Queue]) -> Queue:
    """Replace the queue by what a function makes of it, while no other process does the same; return the new one.

    Raises:
        UserError: The queue can't be read or written.
    """
    with _queue_locked():
        return _changed(change)


def next_run(worker: "FileLock", training: Collection[str] = ()) -> str | None:
    """Return the run to be trained next, or None if there is none or the queue is paused.

    If no run is being trained either, the worker's lock is released while nobody can add a run: one that is added later
    finds no worker, and starts one.

    Args:
        worker: The lock of the process that works on the queue.
        training: The runs that it is training.

    Raises:
        UserError: The queue can't be read.
    """
    with _queue_locked():
        queue = read_queue()
        waiting = () if queue.is_paused else (run for run in queue.runs if run not in training)
        run = next(iter(waiting), None)
        if run is None and not training:
            worker.release()
        return run


def lock_worker() -> "FileLock | None":
    """Return the lock of the process that works on the queue; None if another process has it.

    Raises:
        UserError: The program's folder can't be written to.
    """
    from filelock import FileLock, Timeout  # a list of runs does not need it

    require_home()
    lock = FileLock(_worker_lock_file(), timeout=0.2)  # who only checks the lock holds it for a moment
    try:
        lock.acquire()
    except Timeout:
        return None
    except OSError as error:
        raise UserError(f"can't write to {quote(home_folder(), 200)}: {error.strerror or error}") from error
    return lock


def has_worker() -> bool:
    """Return whether a living process works on the queue."""
    from fmnist_tui.runs.lock import is_locked

    try:
        with open_regular(_worker_lock_file()) as stream:
            return is_locked(stream)
    except OSError:
        return False


def _changed(change: Callable[[Queue], Queue]) -> Queue:
    before = read_queue()
    after = change(before)
    if after != before:
        content = json.dumps({"is_paused": after.is_paused, "runs": after.runs}, indent=1)
        try:
            write_whole(queue_file(), f"{content}\n".encode())
        except OSError as error:
            problem = f"can't write {quote(queue_file(), 200)}: {error.strerror or error}"
            raise UserError(problem, "Free some space, or make the folder writable") from error
    return after


@contextmanager
def _queue_locked() -> Iterator[None]:
    from filelock import FileLock, Timeout

    require_home()
    try:
        with FileLock(home_folder() / "queue.json.lock", timeout=LOCK_TIMEOUT_SECONDS):
            yield
    except Timeout as error:
        raise UserError("another process is changing the queue", "Try it again") from error
    except OSError as error:
        raise UserError(f"can't write to {quote(home_folder(), 200)}: {error.strerror or error}") from error
