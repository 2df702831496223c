"""How often a run is drawn, on a clock that the test sets."""

import pytest

from fmnist_tui.tui import redraw_throttle
from fmnist_tui.tui.redraw_throttle import RedrawThrottle

pytestmark = pytest.mark.drawn

SHARE, MIN_SECONDS, MAX_SECONDS = redraw_throttle.SHARE, redraw_throttle.MIN_SECONDS, redraw_throttle.MAX_SECONDS


@pytest.fixture(autouse=True)
def _as_in_the_app(monkeypatch: pytest.MonkeyPatch, _calm: None) -> None:
    monkeypatch.setattr(redraw_throttle, "MIN_SECONDS", MIN_SECONDS)
    monkeypatch.setattr(redraw_throttle, "MAX_SECONDS", MAX_SECONDS)


class FakeTime:
    """A wall clock, and the processor time of a thread whose work the test sets."""

    def __init__(self) -> None:
        self.now, self.worked = 1000.0, 50.0
        self.pacer = RedrawThrottle(lambda: self.now, lambda: self.worked)

    def passes(self, seconds: float, work: float = 0.0) -> None:
        self.now += seconds
        self.worked += work

    def frames_in(self, seconds: float, cost: float, asked_every: float = 0.01) -> int:
        """Return how many frames that take `work` seconds are drawn when redraws are requested continuously."""
        frames, until = 0, self.now + seconds
        while self.now < until:
            if self.pacer.wait() <= 0:
                self.pacer.begin()
                self.passes(0.0, work=cost)
                frames += 1
            self.passes(asked_every)
        return frames


def test_the_first_frame_is_due_at_once() -> None:
    assert FakeTime().pacer.wait() == 0


def test_a_cheap_frame_is_drawn_ten_times_a_second() -> None:
    time = FakeTime()
    assert time.frames_in(10.0, cost=SHARE * MIN_SECONDS / 2) == pytest.approx(10.0 / MIN_SECONDS, rel=0.15)


def test_drawing_takes_no_more_than_its_share() -> None:
    cost = SHARE * (MIN_SECONDS + MAX_SECONDS) / 2
    frames = FakeTime().frames_in(100.0, cost)
    assert 0.8 * SHARE < frames * cost / 100.0 <= SHARE


def test_an_expensive_frame_is_drawn_twice_a_second() -> None:
    assert FakeTime().frames_in(10.0, cost=1.0) == pytest.approx(10.0 / MAX_SECONDS, abs=1)


def test_other_work_of_the_thread_counts_too() -> None:
    time = FakeTime()
    time.pacer.begin()
    time.passes(0.05, work=0.5 * SHARE * MIN_SECONDS)
    assert time.pacer.wait() == pytest.approx(MIN_SECONDS - 0.05)
    time.passes(0.05, work=2.5 * SHARE * MIN_SECONDS)  # someone pressed a key
    assert time.pacer.wait() == pytest.approx(3 * MIN_SECONDS - 0.1)


def test_a_frame_is_due_after_the_announced_wait() -> None:
    time = FakeTime()
    time.pacer.begin()
    time.passes(0.0, work=0.004)
    time.passes(time.pacer.wait())
    assert time.pacer.wait() == pytest.approx(0.0, abs=1e-9)
