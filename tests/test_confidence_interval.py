from statistics import fmean

import pytest
from scipy.stats import sem, t
from statsmodels.stats.proportion import proportion_confint

from fmnist_tui.confidence_interval import mean_interval, t_quantile, wilson_interval


def test_the_interval_is_wilsons() -> None:
    # the worked example of a 95 % interval for 8 of 10, to four places
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson_interval(9_159, 10_000) == pytest.approx((0.9103, 0.9212), abs=1e-4)


@pytest.mark.parametrize(("correct", "images"), [(0, 1), (1, 1), (3, 7), (8_441, 10_000), (9_999, 10_000)])
def test_the_interval_is_statsmodels(correct: int, images: int) -> None:
    expected = proportion_confint(correct, images, alpha=0.05, method="wilson")
    assert wilson_interval(correct, images) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("images", [1, 2, 10_000])
def test_the_interval_stays_between_0_and_1(images: int) -> None:
    for correct in (0, 1, images):
        low, high = wilson_interval(correct, images)
        assert 0.0 <= low <= correct / images <= high <= 1.0


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 30, 101])
def test_the_quantile_of_t_is_scipys(degrees: int) -> None:
    assert t_quantile(degrees) == pytest.approx(t.ppf(0.975, degrees), rel=1e-9)


@pytest.mark.parametrize("values", [(0.91, 0.92), (0.9, 0.91, 0.935), (0.5,) * 4])
def test_the_interval_of_a_mean_is_scipys(values: tuple[float, ...]) -> None:
    expected = t.interval(0.95, len(values) - 1, loc=fmean(values), scale=max(sem(values), 1e-300))
    assert mean_interval(values) == pytest.approx(expected, rel=1e-9)
