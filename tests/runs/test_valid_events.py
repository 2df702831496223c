"""The events of a log without those that a resume made void."""

import random
from pathlib import Path

import pytest
from event_factories import epoch_ended, run_resumed, run_started, steps_done

from fmnist_tui.events import EpochEnded, Event, ProbeRecorded, RunResumed, StepsDone, to_line
from fmnist_tui.runs.valid_events import valid_events

STEPS = 10


def written(folder: Path, events: list[Event]) -> Path:
    file = folder / "events.jsonl"
    file.write_text("".join(to_line(event) + "\n" for event in events), encoding="utf-8")
    return file


def positions(events: object) -> list[tuple[str, int, int]]:
    return [
        (event.type, event.epoch, getattr(event, "step", STEPS))
        for event in events  # type: ignore[attr-defined]
        if isinstance(event, StepsDone | EpochEnded | ProbeRecorded)
    ]


def test_a_log_without_a_resume_is_valid(tmp_path: Path) -> None:
    events = [run_started(), steps_done(1, 5), epoch_ended(1), ProbeRecorded(epoch=1), steps_done(2, 3)]
    assert list(valid_events(written(tmp_path, events))) == events


def test_what_a_resumed_run_repeats_occurs_once(tmp_path: Path) -> None:
    repeated = [steps_done(2, 3, loss=1.0), steps_done(2, 9, loss=1.0), epoch_ended(2), ProbeRecorded(epoch=2)]
    before = [run_started(), epoch_ended(1), ProbeRecorded(epoch=1), *repeated]
    after = [run_resumed(epoch=2, step=3), steps_done(2, 7, loss=2.0), epoch_ended(2, 0.9)]
    found = list(valid_events(written(tmp_path, [*before, *after])))
    assert found == [*before[:3], before[3], *after]


def test_a_log_of_an_earlier_version_may_lack_its_resume(tmp_path: Path) -> None:
    events = [steps_done(1, 5), epoch_ended(1), steps_done(2, 5), steps_done(1, 8), epoch_ended(1, 0.7)]
    assert list(valid_events(written(tmp_path, events))) == [events[0], *events[3:]]


@pytest.mark.parametrize("seed", range(20))
def test_a_run_that_was_resumed_many_times_is_what_it_kept_each_time(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    events: list[Event] = [run_started()]
    kept: list[tuple[str, int, int]] = []
    epoch, step = 1, 0
    for _session in range(6):
        for _ in range(draw.randrange(25)):
            step += 1
            events.append(steps_done(epoch, step, loss=draw.random()))
            kept.append(("steps_done", epoch, step))
            if step == STEPS:
                events += [epoch_ended(epoch), ProbeRecorded(epoch=epoch)]
                kept += [("epoch_ended", epoch, STEPS), ("probe_recorded", epoch, STEPS)]
                epoch, step = epoch + 1, 0
        resumed_epoch = draw.randint(max(1, epoch - 2), epoch)
        resumed_step = draw.randrange(step + 1 if resumed_epoch == epoch else STEPS)
        events.append(run_resumed(epoch=resumed_epoch, step=resumed_step))
        kept = [
            (kind, e, s)
            for kind, e, s in kept
            if e < resumed_epoch or (e == resumed_epoch and kind == "steps_done" and s <= resumed_step)
        ]
        epoch, step = resumed_epoch, resumed_step
    found = list(valid_events(written(tmp_path, events)))
    assert positions(found) == kept
    assert sum(isinstance(event, RunResumed) for event in found) == 6
