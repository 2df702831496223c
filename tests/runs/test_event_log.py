"""The event log after crashes and on full disks: no event that follows is ever lost."""

import errno
import os
from pathlib import Path

import pytest
from event_factories import epoch_ended

from fmnist_tui.events import EpochEnded, Event, StateChanged, to_line
from fmnist_tui.events import RunState as State
from fmnist_tui.runs import event_log
from fmnist_tui.runs.event_log import EventLog, read_events


def append(file: Path, *events: Event) -> None:
    with EventLog(file) as log:
        for event in events:
            log(event)


def epochs_in(file: Path) -> list[int]:
    return [event.epoch for event in read_events(file) if isinstance(event, EpochEnded)]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:-30], id="torn line"),
        pytest.param(lambda content: content[:-1], id="no line break"),
        pytest.param(lambda content: content + b"\0" * 5_000, id="zeros at the end"),
        pytest.param(lambda content: content[:-30] + b"\0" * 200_000, id="zeros instead of the last part"),
        pytest.param(lambda content: b"\0" * len(content), id="zeros only"),
        pytest.param(lambda _content: b"", id="empty"),
    ],
)
def test_the_first_event_after_damage_is_read_back(tmp_path, damage):
    file = tmp_path / "events.jsonl"
    append(file, epoch_ended(1), epoch_ended(2))
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)
    before = epochs_in(file)
    append(file, epoch_ended(3), epoch_ended(4))
    assert epochs_in(file) == [*before, 3, 4]
    assert b"\0" not in file.read_bytes()


@pytest.mark.parametrize("damage", [b"", b"\0" * 100], ids=["torn line", "zeros"])
def test_an_event_that_an_earlier_version_wrote_after_a_partial_line_is_read(tmp_path, damage):
    file = tmp_path / "events.jsonl"
    first = to_line(epoch_ended(1)).encode()
    file.write_bytes(first + b"\n" + first[:-40] + damage + to_line(epoch_ended(2)).encode() + b"\n")
    assert epochs_in(file) == [1, 2]


def test_a_partial_write_is_continued(tmp_path, monkeypatch):
    file, write = tmp_path / "events.jsonl", os.write
    monkeypatch.setattr(event_log.os, "write", lambda descriptor, content: write(descriptor, bytes(content[:7])))
    append(file, epoch_ended(1), epoch_ended(2))
    assert epochs_in(file) == [1, 2]


def test_events_on_a_full_disk_are_buffered_reported_once_and_written_in_order(tmp_path, monkeypatch):
    file, write, problems = tmp_path / "events.jsonl", os.write, []
    is_full = True

    def short(descriptor: int, content: bytearray) -> int:
        if not is_full:
            return write(descriptor, bytes(content))
        if len(content) < 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, bytes(content[:20]))

    monkeypatch.setattr(event_log.os, "write", short)
    with EventLog(file, problems.append) as log:
        log(epoch_ended(1))
        log(epoch_ended(2))
        is_full = False
        log(StateChanged(state=State.TRAINING))
        is_full = True
        log(epoch_ended(3))
        is_full = False
        log(epoch_ended(4))
    assert epochs_in(file) == [1, 2, 3, 4]
    assert problems == [os.strerror(errno.ENOSPC)] * 2


def test_a_line_that_never_ends_is_skipped_without_being_read_into_memory(tmp_path):
    file = tmp_path / "events.jsonl"
    append(file, epoch_ended(1))
    with file.open("ab") as stream:
        stream.write(b"x" * 3 * event_log.MAX_LINE + b"\n" + to_line(epoch_ended(2)).encode() + b"\n")
    assert epochs_in(file) == [1, 2]


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_only_regular_files_are_written_to(tmp_path, kind):
    file, outside = tmp_path / "events.jsonl", tmp_path / "outside"
    outside.write_bytes(b"")
    {"link": lambda: file.symlink_to(outside), "fifo": lambda: os.mkfifo(file), "folder": file.mkdir}[kind]()
    with pytest.raises(OSError, match="regular"):
        append(file, epoch_ended(1))
    assert outside.read_bytes() == b""
