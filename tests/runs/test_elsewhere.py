"""Runs of another host whose lock can't be seen."""

import os
import socket
import time
from pathlib import Path

import pytest
from event_factories import epoch_ended, run_ended, run_resumed, run_started

from fmnist_tui.errors import UserError
from fmnist_tui.events import Event, RunState, StateChanged, to_line
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.elsewhere import refuse_if_trained_elsewhere
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import SILENCE_SECONDS, lock_run

TRAINING, PAUSED = StateChanged(state=RunState.TRAINING), StateChanged(state=RunState.PAUSED)
OLD = time.time() - 10 * SILENCE_SECONDS
THERE = run_started(host="gpu1[b]\x1b")


def a_run(path: Path, *events: Event, changed: float | None = None) -> RunFolder:
    folder = RunFolder(path)
    folder.lock_file.touch()
    folder.events_file.write_text("".join(f"{to_line(event)}\n" for event in events))
    if changed is not None:
        os.utime(folder.events_file, (changed, changed))
    return folder


def check(folder: RunFolder, sleep: object = lambda _seconds: None) -> None:
    refuse_if_trained_elsewhere(folder, host="laptop", sleep=sleep)  # type: ignore[arg-type]


def test_a_run_that_another_host_reported_a_moment_ago_is_refused_until_its_lock_is_removed(tmp_path: Path) -> None:
    folder = a_run(tmp_path, THERE, TRAINING, epoch_ended(1))
    with pytest.raises(
        UserError, match=r"trained on .*gpu1.* ago\. Resume or stop it there; .* remove .*lock"
    ) as raised:
        check(folder)
    assert raised.value.line().isprintable()
    folder.lock_file.unlink()
    check(folder)


def test_a_run_that_is_paused_on_another_host_is_refused_however_long(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="it is paused there"):
        check(a_run(tmp_path, THERE, TRAINING, PAUSED, changed=OLD))


def test_a_log_that_grows_is_noticed_whatever_the_clocks_say(tmp_path: Path) -> None:
    folder = a_run(tmp_path, THERE, TRAINING, changed=OLD)

    def grow(_seconds: float) -> None:
        with folder.events_file.open("a") as log:
            log.write(to_line(epoch_ended(1)) + "\n")

    with pytest.raises(UserError, match="its log grows"):
        check(folder, grow)


@pytest.mark.parametrize(
    ("events", "changed"),
    [
        ((run_started(host="laptop"), TRAINING), None),
        ((run_started(), TRAINING), None),  # of a version that stored no host
        ((THERE, TRAINING, run_ended(RunState.STOPPED)), None),
        ((THERE, TRAINING, run_resumed(run_started(host="laptop")), TRAINING), None),
        ((THERE, TRAINING), OLD),
    ],
    ids=["of this host", "of no host", "over", "resumed here", "silent for long"],
)
def test_other_runs_are_not_refused(tmp_path: Path, events: tuple[Event, ...], changed: float | None) -> None:
    check(a_run(tmp_path, *events, changed=changed))


def test_a_lock_that_can_be_seen_decides(tmp_path: Path) -> None:
    folder = a_run(tmp_path, THERE, TRAINING)
    with lock_run(folder):
        check(folder)  # `lock_run` refuses it, and says so


def test_a_run_without_a_log_is_not_refused(tmp_path: Path) -> None:
    folder = a_run(tmp_path)
    folder.events_file.unlink()
    check(folder)


def test_such_a_run_is_listed_as_running_until_it_is_silent_for_long(tmp_path: Path) -> None:
    folder = a_run(tmp_path, THERE, TRAINING, epoch_ended(1))
    assert summary_of(folder).is_running
    os.utime(folder.events_file, (OLD, OLD))
    assert summary_of(folder).status == "crashed"
    here = a_run(tmp_path, run_started(host=socket.gethostname()), TRAINING)
    assert summary_of(here).status == "crashed"
