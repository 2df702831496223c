import pytest

from fmnist_tui.formatting import (
    accuracy_with_interval,
    counted,
    duration,
    loss_figure,
    measured_accuracy,
    percent,
    points,
    rough_count,
)


def test_a_noun_is_plural_unless_its_number_is_1() -> None:
    assert [counted(number, "thread") for number in (0, 1, 2000)] == ["0 threads", "1 thread", "2,000 threads"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (float("inf"), "–"),
        (0.24, "0.2 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1:00"),
        (65, "1:05"),
        (7389, "2:03:09"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_shares() -> None:
    assert (percent(0.9187), percent(0.9187, 0), percent(None)) == ("91.87 %", "92 %", "–")
    assert (points(0.0052), points(-0.1)) == ("+0.52", "−10.00")


def test_accuracies_have_their_interval() -> None:
    assert accuracy_with_interval(0.9187, 0.9132, 0.9239) == "91.87 % (91.32 – 92.39)"
    assert measured_accuracy(0.9187, 10_000, label="95 % interval ") == "91.87 % (95 % interval 91.32 – 92.39)"
    assert measured_accuracy(0.9187, 10_000, unit="") == "91.87 (91.32–92.39)"
    assert measured_accuracy(0.9187, None) == "91.87 %"
    assert measured_accuracy(None, 10_000) == "–"


def test_a_diverged_loss_is_not_hidden() -> None:
    assert loss_figure(float("nan")) == "nan"


def test_large_counts_are_rough() -> None:
    assert [rough_count(number) for number in (12, 4_210, 4_210_000, 7.1e9)] == ["12", "4.21 k", "4.21 M", "7.1 G"]
