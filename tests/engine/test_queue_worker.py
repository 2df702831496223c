"""The process that works on the queue: order, cancelling, failures and restarts, with processes that train nothing."""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from event_factories import run_ended
from filelock import FileLock

from fmnist_tui.config import RunConfig
from fmnist_tui.engine import queue as queue_module
from fmnist_tui.engine import queue_worker, run_pool
from fmnist_tui.engine.background import BackgroundRun, create_run
from fmnist_tui.engine.queue import NewRun, cancel, continue_queue, enqueue, pause
from fmnist_tui.engine.queue_worker import QueueWorker
from fmnist_tui.errors import UserError
from fmnist_tui.events import FinalState, RunState
from fmnist_tui.paths import runs_folder
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.event_log import EventLog
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.lock import is_being_written, lock_run
from fmnist_tui.runs.queue import change_queue, has_worker, lock_worker, read_queue
from fmnist_tui.runs.trash import list_trash

CONFIG = RunConfig.from_flat({"model": "logistic", "data": "demo"})


@dataclass
class Trainings:
    """What would train; each ends as the test says, "finished" unless it does.

    Attributes:
        during: Called while a run is trained.
    """

    runs: list[str] = field(default_factory=list)
    ends: dict[str, FinalState | int | UserError] = field(default_factory=dict)
    during: Callable[[RunFolder], None] = lambda _folder: None

    def resume(self, folder: RunFolder, *, sinks: Sequence[str]) -> BackgroundRun:
        self.runs.append(folder.run)
        end = self.ends.get(folder.run, RunState.FINISHED)
        if isinstance(end, UserError):
            raise end
        return BackgroundRun(folder, Process(self, folder, end))  # type: ignore[arg-type]


@dataclass
class Process:
    """A process that trains nothing, and ends the second time that it is looked at."""

    trainings: Trainings
    folder: RunFolder
    end: FinalState | int
    pid: int = 1
    lock: FileLock | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.lock is None:
            self.lock = lock_run(self.folder)
            self.trainings.during(self.folder)
            if timeout is not None:
                raise subprocess.TimeoutExpired("", timeout)
        if not isinstance(self.end, int):
            with EventLog(self.folder.events_file) as log:
                log(run_ended(self.end))
        self.lock.release()
        return self.end if isinstance(self.end, int) else 0

    def terminate(self) -> None:
        self.end = RunState.STOPPED


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> Trainings:
    made = Trainings()
    monkeypatch.setattr(run_pool, "resume_in_background", made.resume)
    monkeypatch.setattr(queue_worker, "POLL_SECONDS", 0.01)
    return made


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three runs in the queue, and no process that works on it."""
    monkeypatch.setattr(queue_module, "start_worker", lambda: None)
    return [folder.run for folder in enqueue([NewRun(CONFIG)] * 3)]


def work() -> list[str]:
    """Work on the queue in this process; return what was reported."""
    reports: list[str] = []
    assert QueueWorker(reports.append).run()
    assert not has_worker()
    return reports


def status_of(run: str) -> RunStatus:
    return summary_of(RunFolder(runs_folder() / run)).status


def test_runs_are_trained_in_order_until_none_is_left(trainings: Trainings, queued: list[str]) -> None:
    trainings.during = lambda folder: change_queue(lambda queue: queue.moved(queued[2], 1)) and None
    reports = work()
    assert trainings.runs == [queued[0], queued[2], queued[1]]
    assert read_queue().runs == ()
    assert reports[:2] == [f"run {queued[0]} trains in process 1", f"run {queued[0]} has finished"]


@pytest.mark.parametrize(
    ("threads", "at_once"), [((1, 1, 1), 2), ((2, 1, 1), 2), ((0, 1, 1), 2), ((1, 2, 2), 1)], ids=str
)
def test_runs_that_name_their_threads_share_the_processors_and_none_is_passed_over(
    threads: tuple[int, ...], at_once: int, trainings: Trainings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_pool, "usable_processors", lambda: 2)
    monkeypatch.setattr(queue_module, "start_worker", lambda: None)
    configs = [CONFIG.model_copy(update={"device": "cpu", "threads": count}) for count in threads]
    names = [folder.run for folder in enqueue(list(map(NewRun, configs)))]
    alive: list[int] = []
    trainings.during = lambda _folder: alive.append(sum(is_being_written(RunFolder(runs_folder() / n)) for n in names))
    reports = work()
    assert trainings.runs == names
    assert max(alive) == at_once
    assert len(reports) == 6


def test_a_signal_saves_all_runs_that_are_trained(trainings: Trainings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_pool, "usable_processors", lambda: 2)
    monkeypatch.setattr(queue_module, "start_worker", lambda: None)
    config = CONFIG.model_copy(update={"device": "cpu", "threads": 1})
    names = [folder.run for folder in enqueue([NewRun(config)] * 3)]
    trainings.during = lambda folder: os.kill(os.getpid(), signal.SIGTERM) if folder.run == names[1] else None
    reports = work()
    assert read_queue().runs == tuple(names)
    assert trainings.runs == names[:2]
    assert reports[2:] == [f"run {name} has stopped" for name in names[:2]]


def test_little_memory_or_a_config_that_cannot_be_read_leaves_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, config = run_pool.RunPool(2), CONFIG.model_copy(update={"device": "cpu", "threads": 1})
    monkeypatch.setattr(run_pool.psutil, "virtual_memory", lambda: SimpleNamespace(available=10_000_000))
    assert pool.has_room_for(config)
    assert pool.has_room_for(None), "the first run of all is started, and reports what is wrong with it"
    pool.adopt(create_run(config))
    assert not pool.has_room_for(config)
    monkeypatch.setattr(run_pool.psutil, "virtual_memory", lambda: SimpleNamespace(available=2**40))
    assert pool.has_room_for(config)
    assert not pool.has_room_for(config.model_copy(update={"device": "cuda"}))
    assert not pool.has_room_for(None)


def test_one_that_fails_or_crashes_or_cannot_be_started_does_not_hold_up_the_others(
    trainings: Trainings, queued: list[str]
) -> None:
    (last,) = enqueue([NewRun(CONFIG)])
    trainings.ends = {queued[0]: RunState.FAILED, queued[1]: -signal.SIGKILL, queued[2]: UserError("no \x1b[31mmemory")}
    reports = work()
    assert trainings.runs == [*queued, last.run]
    assert read_queue().runs == ()
    assert [status_of(run) for run in [*queued, last.run]] == ["failed", "crashed", "failed", "finished"]
    assert f"run {queued[1]} has crashed with SIGKILL" in reports
    assert "no [31mmemory" in reports


def test_a_run_that_was_cancelled_while_it_is_trained_is_stopped_and_the_next_one_begins(
    trainings: Trainings, queued: list[str]
) -> None:
    trainings.during = lambda folder: cancel([folder.run]) if folder.run == queued[0] else None
    work()
    assert [status_of(run) for run in queued] == ["stopped", "finished", "finished"]
    assert RunFolder(runs_folder() / queued[0]).request_file.exists(), "it is asked also where no worker lives"


def test_a_run_that_was_cancelled_before_is_in_the_trash(queued: list[str]) -> None:
    cancel(queued[1:2])
    assert read_queue().runs == (queued[0], queued[2])
    assert [trashed.run for trashed in list_trash()] == [queued[1]]


def test_a_paused_queue_ends_with_the_current_run_and_continues_with_the_next(
    trainings: Trainings, queued: list[str]
) -> None:
    trainings.during = lambda _folder: pause()
    work()
    work()
    assert trainings.runs == queued[:1]
    trainings.during = lambda _folder: None
    assert continue_queue().runs == tuple(queued[1:])
    work()
    assert trainings.runs == queued


def test_a_signal_saves_the_run_which_stays_first_and_is_resumed_after_a_restart(
    trainings: Trainings, queued: list[str]
) -> None:
    trainings.during = lambda _folder: os.kill(os.getpid(), signal.SIGTERM)
    work()
    assert read_queue().runs == tuple(queued)
    assert status_of(queued[0]) is RunStatus.QUEUED
    trainings.during = lambda _folder: None
    work()
    assert trainings.runs == [queued[0], *queued]


def test_a_run_that_outlived_its_worker_is_waited_for(
    trainings: Trainings, queued: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = Process(trainings, RunFolder(runs_folder() / queued[0]), RunState.FINISHED)
    orphan.lock = lock_run(orphan.folder)
    monkeypatch.setattr(run_pool.time, "sleep", lambda _seconds: orphan.wait())
    reports = work()
    assert reports[0] == f"run {queued[0]} is being trained by another process"
    assert trainings.runs == queued[1:]
    assert read_queue().runs == ()


def test_an_orphan_that_crashes_is_resumed(
    trainings: Trainings, queued: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = lock_run(RunFolder(runs_folder() / queued[0]))
    monkeypatch.setattr(run_pool.time, "sleep", lambda _seconds: lock.release())
    work()
    assert trainings.runs == queued


def test_runs_that_have_finished_or_are_gone_are_passed_over(trainings: Trainings, queued: list[str]) -> None:
    with EventLog(RunFolder(runs_folder() / queued[0]).events_file) as log:
        log(run_ended(RunState.FINISHED))
    RunFolder(runs_folder() / queued[1]).path.rename(runs_folder() / "elsewhere")
    trainings.ends[queued[1]] = UserError("there is no such folder")
    work()
    assert trainings.runs == queued[1:]
    assert not (runs_folder() / queued[1]).exists()


def test_a_second_worker_leaves_the_queue_to_the_first(trainings: Trainings, queued: list[str]) -> None:
    worker = lock_worker()
    assert worker is not None
    assert not QueueWorker(print).run()
    assert trainings.runs == []
    worker.release()


@pytest.mark.usefixtures("queued")
def test_nothing_is_queued_if_one_run_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    before, folders = read_queue(), len(list(runs_folder().iterdir()))
    made = iter([create_run(CONFIG)])

    def create(_config: RunConfig, _labels: RunLabels | None) -> RunFolder:
        try:
            return next(made)
        except StopIteration:
            raise UserError("the disk is full") from None

    monkeypatch.setattr(queue_module, "create_run", create)
    with pytest.raises(UserError, match="full"):
        enqueue([NewRun(CONFIG)] * 2)
    assert read_queue() == before
    assert len(list(runs_folder().iterdir())) == folders
