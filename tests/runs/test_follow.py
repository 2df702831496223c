"""Following a log that grows, is torn, cut or replaced: no event is lost, none comes twice, and memory is bounded."""

import os
import tracemalloc
from pathlib import Path

import pytest
from event_factories import epoch_ended, run_ended, run_resumed, run_started, steps_done

from fmnist_tui.events import Event, to_line
from fmnist_tui.runs.event_log import MAX_LINE, EventLog, read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.follow import BLOCK, LogFollower, LogUpdate
from fmnist_tui.runs.snapshot import RunSnapshot, replay

RUN: list[Event] = [run_started(), steps_done(1, 5), epoch_ended(1), steps_done(2, 5), epoch_ended(2)]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def append(folder: RunFolder, content: bytes) -> None:
    with folder.events_file.open("ab") as log:
        log.write(content)


def lines(*events: Event) -> bytes:
    return b"".join(to_line(event).encode() + b"\n" for event in events)


class Reader:
    """Folds what a follower returns."""

    def __init__(self, folder: RunFolder) -> None:
        self.follower = LogFollower(folder)
        self.events: list[Event] = []
        self.restarts = 0

    def read(self) -> list[Event]:
        update = LogUpdate(is_at_end=False)
        while not update.is_at_end:
            update = self.follower.read()
            if update.is_restart:
                self.restarts += 1
                self.events.clear()
            self.events += update.events
        return self.events


def test_events_come_once_and_in_order_however_the_log_is_torn(folder: RunFolder) -> None:
    reader, content = Reader(folder), lines(*RUN)
    for start in range(0, len(content), 7):
        append(folder, content[start : start + 7])
        reader.read()
    assert reader.events == RUN
    assert reader.restarts == 0


def test_a_missing_log_has_nothing_new_until_it_exists(folder: RunFolder) -> None:
    reader = Reader(folder)
    assert reader.read() == []
    append(folder, lines(*RUN))
    assert reader.read() == RUN
    folder.events_file.rename(folder.path / "elsewhere")
    assert reader.read() == RUN
    (folder.path / "elsewhere").rename(folder.events_file)
    append(folder, lines(run_ended()))
    assert len(reader.read()) == len(RUN) + 1
    assert reader.restarts == 0


def test_the_start_of_a_resume_within_its_unfinished_line_is_not_taken_for_an_event(folder: RunFolder) -> None:
    """A line that ends with the event within it, as far as it is written, is not read as that event."""
    reader, line = Reader(folder), lines(run_resumed())
    end = line.index(b'},"checkpoint"') + 1
    append(folder, line[:end])
    assert reader.read() == []
    append(folder, line[end:])
    assert [event.type for event in reader.read()] == ["run_resumed"]


def test_an_event_without_its_line_end_is_read(folder: RunFolder) -> None:
    """So that a run whose writer died in between is seen to have ended, as other readers see it."""
    reader = Reader(folder)
    append(folder, lines(*RUN, run_ended()).rstrip(b"\n"))
    assert reader.read()[-1].type == "run_ended"
    append(folder, b"\n" + lines(run_resumed()))
    assert [event.type for event in reader.read()[-2:]] == ["run_ended", "run_resumed"]


@pytest.mark.parametrize("damage", [b'{"time":1.0,"type":"steps_do', b"\0" * 5000, b"\0" * (BLOCK + 5), b"\xff\xfe"])
def test_a_log_that_is_repaired_and_continued_is_followed_to_the_same_snapshot(
    folder: RunFolder, damage: bytes
) -> None:
    reader = Reader(folder)
    append(folder, lines(*RUN) + damage)
    assert reader.read() == RUN
    with EventLog(folder.events_file) as log:
        for event in (run_resumed(epoch=2, best=RUN[2]), epoch_ended(2), run_ended()):
            log(event)
    assert replay(reader.read()) == replay(read_events(folder.events_file))


@pytest.mark.parametrize("keeps_its_length", [True, False])
def test_a_replaced_log_is_read_from_its_start(folder: RunFolder, keeps_its_length: bool) -> None:
    reader = Reader(folder)
    append(folder, lines(*RUN))
    reader.read()
    other = lines(run_started(run="b-run"), *RUN[1:-1], epoch_ended(2, time=5.0))
    if keeps_its_length:
        other = other[: folder.events_file.stat().st_size]
    folder.events_file.write_bytes(other)
    assert reader.read() == list(read_events(folder.events_file))
    assert reader.restarts == 1


def test_a_copy_of_the_log_that_is_longer_continues_it(folder: RunFolder) -> None:
    """As rsync leaves it: another file of the same name."""
    reader = Reader(folder)
    append(folder, lines(*RUN[:3]))
    reader.read()
    copy = folder.path / "copy"
    copy.write_bytes(lines(*RUN))
    copy.replace(folder.events_file)
    assert reader.read() == RUN
    assert reader.restarts == 0


def test_a_log_that_is_no_file_is_reported_and_never_waited_for(folder: RunFolder) -> None:
    os.mkfifo(folder.events_file)
    follower = LogFollower(folder)
    assert follower.read() == LogUpdate()
    assert follower.problem == "it is not a regular file"


def test_following_a_large_log_takes_little_memory(folder: RunFolder) -> None:
    """A gigabyte of zeros and a line that never ends, as a hostile or broken disk may hold."""
    append(folder, lines(*RUN))
    with folder.events_file.open("r+b") as log:
        log.truncate(64 * BLOCK)
        log.seek(0, os.SEEK_END)
        log.write(b"\n" + b"x" * (3 * MAX_LINE) + b"\n" + lines(run_ended()))
    follower = LogFollower(folder)
    tracemalloc.start()
    snapshot, update = RunSnapshot(), LogUpdate(is_at_end=False)
    while not update.is_at_end:
        update = follower.read()
        for event in update.events:
            snapshot = snapshot.after(event)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert snapshot == replay(read_events(folder.events_file))
    assert snapshot.ended is not None
    assert peak < 8 * BLOCK
