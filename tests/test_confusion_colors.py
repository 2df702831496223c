import pytest

from fmnist_tui.confusion_colors import heat


@pytest.mark.parametrize("is_correct", [True, False])
def test_heat_grows_with_the_share_and_stays_between_0_and_1(is_correct: bool) -> None:
    strengths = [heat(share / 100, is_correct=is_correct) for share in range(101)]
    assert strengths == sorted(strengths)
    assert 0 < strengths[0] < strengths[-1] <= 1


def test_errors_are_visible_at_small_shares() -> None:
    assert heat(0.1, is_correct=False) > heat(0.1, is_correct=True)
    assert heat(0.25, is_correct=False) == heat(1.0, is_correct=False)
