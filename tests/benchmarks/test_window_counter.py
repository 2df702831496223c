"""What a benchmark counts of trainings beside each other."""

from benchmarks.children.shared_training import WindowCounter


def test_only_the_steps_of_some_seconds_are_counted_over_the_ends_of_epochs() -> None:
    counter = WindowCounter(10.0)
    counter.add(4, 10.0)
    counter.begin(10.0)
    for step, now in ((6, 11.0), (9, 19.0)):
        counter.add(step, now)
    counter.next_epoch()
    for step, now in ((2, 19.9), (5, 20.0), (9, 25.0)):
        counter.add(step, now)
    assert counter.end == 20.0
    assert counter.steps == 2 + 3 + 2
