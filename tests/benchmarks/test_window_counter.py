"""What a benchmark counts of trainings beside each other."""

from benchmarks.children.shared_training import WindowCounter


def test_only_the_steps_between_two_times_are_counted_over_the_ends_of_epochs() -> None:
    counter = WindowCounter(10.0, 20.0)
    for step, now in ((4, 9.0), (6, 11.0), (9, 19.0)):
        counter.add(step, now)
    counter.next_epoch()
    for step, now in ((2, 19.9), (5, 20.0), (9, 25.0)):
        counter.add(step, now)
    assert counter.steps == 2 + 3 + 2
