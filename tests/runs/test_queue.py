"""The order of the queued runs on disk, and which process works on them. No training."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from event_factories import run_ended
from hypothesis import given
from hypothesis import strategies as st

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.run_state import RunState, RunStatus
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.event_log import EventLog
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.queue import (
    Queue,
    change_queue,
    has_worker,
    lock_worker,
    next_run,
    queue_file,
    queued_runs,
    read_queue,
)

CONFIG = RunConfig.from_flat({"model": "logistic", "data": "demo"})


def add(*runs: str) -> None:
    change_queue(lambda queue: queue.with_runs([*queue.runs, *runs]))


def test_runs_are_queued_in_order_each_once() -> None:
    assert read_queue() == Queue()
    add("a", "b")
    add("c", "a")
    assert read_queue().runs == ("a", "b", "c")
    assert change_queue(lambda queue: queue.without(["b", "x"])).runs == ("a", "c")
    assert read_queue().runs == ("a", "c")


@given(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1), st.integers(-3, 9))
def test_a_moved_run_is_at_the_nearest_place_and_the_others_stay_in_order(runs: list[str], place: int) -> None:
    moved = Queue(tuple(runs)).moved(runs[0], place).runs
    assert moved.index(runs[0]) == max(0, min(place, len(runs) - 1))
    assert [run for run in moved if run != runs[0]] == runs[1:]


def test_changes_of_many_writers_at_once_are_all_kept() -> None:
    writers = [threading.Thread(target=add, args=[f"run-{number}"]) for number in range(20)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert set(read_queue().runs) == {f"run-{number}" for number in range(20)}


def test_a_queued_run_is_listed_as_such_until_it_runs_or_is_cancelled() -> None:
    folder = RunFolder.create(CONFIG)
    assert summary_of(folder).status is RunStatus.CRASHED
    add(folder.run)
    assert [run.status for run in list_runs()] == [RunStatus.QUEUED]
    assert list_runs()[0].status_text == "queued"
    with lock_run(folder):
        assert summary_of(folder).status is RunStatus.RUNNING
    change_queue(lambda queue: queue.without([folder.run]))
    assert summary_of(folder).status is RunStatus.CRASHED


def test_a_run_that_is_being_resumed_is_listed_as_running_while_its_log_still_has_an_end() -> None:
    folder = RunFolder.create(CONFIG)
    with EventLog(folder.events_file) as log:
        log(run_ended(RunState.STOPPED))
    assert list_runs()[0].status is RunStatus.STOPPED
    with lock_run(folder):
        assert list_runs()[0].status is RunStatus.RUNNING
        assert not list_runs()[0].can_resume


def test_one_process_works_on_the_queue() -> None:
    assert not has_worker()
    worker = lock_worker()
    assert worker is not None
    assert has_worker()
    assert lock_worker() is None
    worker.release()
    assert not has_worker()


@pytest.mark.parametrize("queue", [Queue(), Queue(("a",), is_paused=True)])
def test_a_worker_without_a_next_run_has_ended_before_anyone_can_add_one(queue: Queue) -> None:
    change_queue(lambda _empty: queue)
    worker = lock_worker()
    assert worker is not None
    assert next_run(worker) is None
    assert not has_worker()


def test_the_next_run_stays_in_the_queue_while_it_is_trained() -> None:
    add("a", "b")
    worker = lock_worker()
    assert worker is not None
    assert next_run(worker) == "a"
    assert read_queue().runs == ("a", "b")
    assert has_worker()


@pytest.mark.parametrize(
    "content",
    ["", "[]", "nonsense", '{"runs": 3}', '{"runs": [3]}', "[" * 100_000, json.dumps({"runs": ["../../etc"]})]
    + [json.dumps({"runs": [name]}) for name in ("", ".", "..", "a/b", "a\\b", "a\0b")],
)
def test_a_damaged_queue_is_an_error_with_a_remedy_and_harms_no_list_of_runs(home: Path, content: str) -> None:
    folder = RunFolder.create(CONFIG)
    queue_file().write_text(content)
    with pytest.raises(UserError, match=r"damaged: it holds no queue. Remove it"):
        change_queue(lambda queue: queue.with_runs(["a"]))
    assert queue_file().read_text() == content, "nothing is overwritten"
    assert queued_runs() == frozenset()
    assert [run.run for run in list_runs()] == [folder.run]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda file: file.mkdir(), "not a regular file"),
        (lambda file: file.write_bytes(b" " * 1_000_001), "larger than"),
    ],
)
def test_a_strange_file_in_its_place_is_an_error(home: Path, make: Callable[[Path], None], reason: str) -> None:
    home.mkdir()
    make(queue_file())
    with pytest.raises(UserError, match=reason):
        read_queue()
