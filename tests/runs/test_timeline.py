"""The recording of a run: the moments of its events, and its snapshot at each of them."""

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from event_factories import epoch_ended, run_ended, run_resumed, run_started, steps_done
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_tui.errors import UserError
from fmnist_tui.events import CheckpointSaved, Event, ProbeRecorded, RunEnded, RunState, StateChanged, to_line
from fmnist_tui.runs import timeline as module
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import replay
from fmnist_tui.runs.timeline import MAX_GAP_SECONDS, MAX_STEP_SECONDS, Timeline, read_timeline

NOON = 1_700_000_000.0


def timeline_of(events: Iterable[Event]) -> Timeline:
    return Timeline(to_line(event).encode() + b"\n" for event in events)


def moments(timeline: Timeline) -> list[float]:
    return [round(moment, 3) for moment, _event in timeline.events()]


def a_run(epochs: int = 3, steps: int = 4) -> list[Event]:
    """Return the events of a run with a report of steps each second."""
    events: list[Event] = [run_started(time=NOON)]
    for epoch in range(1, epochs + 1):
        for step in range(1, steps + 1):
            second = (epoch - 1) * steps + step
            events.append(steps_done(epoch, step, time=NOON + second, active_seconds=float(second)))
        now = events[-1].time + 0.5
        events.append(epoch_ended(epoch, 0.5 + epoch / 10, time=now, active_seconds=now - NOON))
        events.append(ProbeRecorded(time=now + 0.1, epoch=epoch))
        events.append(CheckpointSaved(time=now + 0.2, name="best", epoch=epoch, step=steps, path="somewhere"))
    return [*events, run_ended(time=events[-1].time, epochs=epochs)]


def test_training_takes_as_long_as_it_took_and_waiting_two_seconds() -> None:
    night = 8 * 3600
    events = [
        StateChanged(time=NOON, state=RunState.STARTING),
        run_started(time=NOON + 9),  # loading took 9 s
        steps_done(1, 1, time=NOON + 10, active_seconds=1),
        steps_done(1, 2, time=NOON + 15, active_seconds=6),  # a slow machine: a report every 5 s
        StateChanged(time=NOON + 15.5, state=RunState.PAUSED),
        StateChanged(time=NOON + night, state=RunState.TRAINING),
        steps_done(1, 3, time=NOON + night + 1, active_seconds=7),
        epoch_ended(1, time=NOON + night + 31, active_seconds=37),  # the validation took 30 s
        run_resumed(time=NOON + 2 * night, active_seconds=7),
        steps_done(1, 4, time=NOON + 2 * night + 0.5, active_seconds=7.5),
    ]
    assert moments(timeline_of(events)) == [0, 2, 3, 8, 8.5, 10.5, 11.5, 41.5, 43.5, 44]


def test_a_clock_that_jumps_or_stands_still_makes_no_gap_and_no_equal_moments() -> None:
    times = [NOON, NOON - 3600, NOON - 3600, NOON + 1e9, NOON + 1e9]
    events = [steps_done(1, step, time=time, active_seconds=time) for step, time in enumerate(times, 1)]
    timeline = timeline_of(events)
    assert all(earlier < later for earlier, later in pairwise(moment for moment, _event in timeline.events()))
    assert timeline.duration == pytest.approx(MAX_STEP_SECONDS, abs=0.1)
    assert timeline_of([run_started(time=0), steps_done(time=1e11)]).duration == MAX_GAP_SECONDS


@pytest.mark.parametrize("spacing", [1, 7, 1000])
def test_the_snapshot_at_a_moment_is_the_fold_of_the_events_up_to_it(
    spacing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SPACING", spacing)
    events = a_run()
    timeline = timeline_of(events)
    places = [*range(len(events)), 20, 3, 4, 0, len(events) - 1, 11]  # forward, back, and across stored snapshots
    for place in places:
        moment = [moment for moment, _event in timeline.events()][place]
        assert timeline.snapshot_at(moment) == replay(events[: place + 1])
    assert timeline.end == replay(events)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9), st.floats(0, 1e6)), max_size=40), st.randoms())
def test_any_log_can_be_seeked_anywhere(reports: list[tuple[int, int, float]], random: Random) -> None:
    events: list[Event] = [run_started(time=NOON)]
    events += [steps_done(epoch, step, time=time, active_seconds=time) for epoch, step, time in reports]
    timeline = timeline_of(events)
    for place in random.sample(range(len(events)), k=min(5, len(events))):
        moment = [moment for moment, _event in timeline.events()][place]
        assert timeline.snapshot_at(moment) == replay(events[: place + 1])


def test_curves_end_at_the_moment() -> None:
    timeline = timeline_of(a_run())
    curves = timeline.snapshot_at(timeline.start_of(2)).curves
    assert len(curves.validation_loss.points) == 1
    assert max(x for x, _loss in curves.train_loss.points) < 1


def test_seeking_by_epoch_stops_where_the_epoch_is_complete_and_at_both_ends() -> None:
    timeline = timeline_of(a_run())
    assert timeline.epoch_after(0.0) == pytest.approx(4.7)
    snapshot = timeline.snapshot_at(timeline.epoch_after(0.0))
    assert (snapshot.epoch, len(snapshot.epochs)) == (1, 1)
    assert snapshot.learned is not None
    assert "best" in snapshot.checkpoints
    assert timeline.epoch_after(5.0, -1) == timeline.start_of(2)
    assert timeline.epoch_after(timeline.start_of(2), -1) == 0.0
    assert timeline.epoch_after(0.0, -1) == 0.0
    assert timeline.epoch_after(timeline.duration) == timeline.duration
    assert timeline.start_of(1) == 0.0


def test_seeking_by_steps_stops_at_each_report() -> None:
    timeline = timeline_of(a_run())
    second = timeline.report_after(timeline.report_after(0.0))
    assert timeline.snapshot_at(second).step == 2
    assert timeline.snapshot_at(timeline.report_after(second, -1)).step == 1
    assert timeline_of([run_started()]).report_after(0.0) == 0.0


def test_an_epoch_that_a_resume_repeated_starts_the_second_time() -> None:
    first = a_run(3)[:-1]
    later = [event.model_copy(update={"time": event.time + 3600}) for event in a_run(2)[1:]]
    timeline = timeline_of([*first, run_resumed(time=NOON + 3600, epoch=1, step=0), *later])
    assert timeline.epochs == 3
    for epoch, validated in ((1, 0), (2, 1)):
        snapshot = timeline.snapshot_at(timeline.start_of(epoch))
        assert len(snapshot.epochs) == validated
        assert timeline.start_of(epoch) > 14  # after the crash
    assert timeline.last_start == len(first)


def test_damaged_lines_are_skipped() -> None:
    lines = [to_line(event).encode() + b"\n" for event in a_run()]
    damaged = [b"\0" * 40, lines[0], b'{"time":1,"type":"steps_done","epo\n', b"\xff\xfe\n", lines[1][:30] + lines[1]]
    future = json.dumps({"time": NOON, "type": "from_the_future"}).encode() + b"\n"
    timeline = Timeline(iter([*damaged, future, *lines[2:-1], lines[-1][:-20]]))
    assert len(timeline) == len(lines) - 1
    assert timeline.end.ended is None
    assert timeline.end.best is not None


def test_a_log_without_events_and_one_that_cannot_be_read_are_errors_of_one_line(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "[red]x\x1b")
    folder.path.mkdir()
    with pytest.raises(UserError, match="can't be read"):
        read_timeline(folder)
    folder.events_file.write_bytes(b"\0" * 100)
    with pytest.raises(UserError, match="holds no event") as caught:
        read_timeline(folder)
    assert caught.value.line().isprintable()
    folder.events_file.unlink()
    folder.events_file.mkdir()
    with pytest.raises(UserError, match="not a regular file"):
        read_timeline(folder)


def test_reading_reports_its_progress_and_ends_with_an_error_that_this_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SPACING", 5)
    folder = RunFolder(tmp_path)
    folder.events_file.write_text("".join(to_line(event) + "\n" for event in a_run()), encoding="utf-8")
    shares: list[float] = []
    timeline = read_timeline(folder, shares.append)
    assert isinstance([event for _moment, event in timeline.events()][-1], RunEnded)
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] <= 1.0

    def leave(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_timeline(folder, leave)
