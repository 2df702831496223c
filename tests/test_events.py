import math

from event_factories import steps_done
from hypothesis import given
from hypothesis import strategies as st

from fmnist_tui.events import ProbeRecorded, RunState, StateChanged, StepsDone, from_line, to_line


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.integers(0, 10**9))
def test_an_event_round_trips_through_its_line(loss: float, rate: float, step: int) -> None:
    event = steps_done(1, step, loss=loss, learning_rate=rate)
    assert from_line(to_line(event)) == event


def test_a_non_finite_loss_round_trips_through_the_log() -> None:
    read = from_line(to_line(steps_done(loss=math.nan)))
    assert isinstance(read, StepsDone)
    assert math.isnan(read.loss)


@given(st.text(max_size=60))
def test_an_event_is_one_line_whatever_text_it_holds(text: str) -> None:
    line = to_line(StateChanged(state=RunState.STARTING, detail=text.encode("utf-8", "ignore").decode()))
    assert "\n" not in line
    assert "\r" not in line
    assert from_line(line) is not None


@given(st.binary(max_size=80))
def test_a_partial_or_foreign_line_is_skipped(line: bytes) -> None:
    assert from_line(line) is None


def test_an_event_of_a_newer_version_is_skipped() -> None:
    assert from_line('{"type": "moon_landed", "time": 1}') is None


def test_a_probe_record_in_an_older_log_has_no_dead_units() -> None:
    assert from_line('{"type": "learning_recorded", "time": 1, "epoch": 3}') == ProbeRecorded(time=1, epoch=3)
    assert ProbeRecorded(epoch=3).dead_share == 0.0


def test_a_share_outside_0_to_1_is_skipped() -> None:
    for share in ("7.5", "-1", '"NaN"', '"Infinity"'):
        assert from_line(f'{{"type": "learning_recorded", "time": 1, "epoch": 3, "dead_share": {share}}}') is None
