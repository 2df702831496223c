import numpy as np
import pytest
import scipy.stats
from made_up_predictions import make_predictions
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.weightstats import DescrStatsW

from fmnist_tui.errors import UserError
from fmnist_tui.evaluation import comparison
from fmnist_tui.evaluation.comparison import compare, mcnemar_p, paired_interval

FLIPS = [(0, 0), (1, 0), (0, 1), (5, 5), (3, 9), (120, 80), (80, 120), (700, 640), (2, 400)]


@pytest.mark.parametrize(("gained", "lost"), FLIPS)
def test_mcnemars_p_is_statsmodels(gained: int, lost: int) -> None:
    expected = mcnemar([[1000, gained], [lost, 1000]], exact=True).pvalue
    assert mcnemar_p(gained, lost) == pytest.approx(expected, rel=1e-9)
    assert mcnemar_p(gained, lost) == pytest.approx(scipy.stats.binomtest(gained, max(1, gained + lost)).pvalue) or (
        gained == lost == 0
    )


def test_the_approximate_p_value_continues_the_exact_one_smoothly(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = mcnemar_p(2100, 2000)
    monkeypatch.setattr(comparison, "EXACT_UP_TO", 0)
    assert mcnemar_p(2100, 2000) == pytest.approx(exact, rel=1e-2)
    assert mcnemar_p(2000, 2100) == mcnemar_p(2100, 2000)


@pytest.mark.parametrize(("gained", "lost"), FLIPS)
def test_the_interval_is_statsmodels_of_the_mean_difference(gained: int, lost: int) -> None:
    images = 2000
    differences = np.repeat([1.0, -1.0, 0.0], [gained, lost, images - gained - lost])
    # statsmodels divides by n - 1, for a sample's own mean; the interval of shares divides by n
    low, high = DescrStatsW(differences).zconfint_mean()
    middle, half = (low + high) / 2, (high - low) / 2 * np.sqrt((images - 1) / images)
    assert paired_interval(gained, lost, images) == pytest.approx((middle - half, middle + half), abs=1e-12)


def test_two_checkpoints_are_compared_image_by_image() -> None:
    a, b = make_predictions(seed=1, skill=1.0), make_predictions(seed=2, skill=2.0)
    result = compare(a, b)
    assert result.images == 500
    assert result.difference == pytest.approx((len(result.gained) - len(result.lost)) / 500)
    assert result.low < result.difference < result.high
    assert (b.is_correct & ~a.is_correct)[result.gained].all()
    assert (a.is_correct & ~b.is_correct)[result.lost].all()
    assert (np.diff(b.confidence[result.gained]) <= 0).all()
    assert result.p_value < 0.01
    recalls = [b.is_correct[b.labels == label].mean() - a.is_correct[a.labels == label].mean() for label in range(10)]
    assert result.recall_changes == pytest.approx(recalls)


def test_a_checkpoint_equals_itself() -> None:
    result = compare(make_predictions(), make_predictions())
    assert (result.difference, result.p_value, len(result.gained), len(result.lost)) == (0.0, 1.0, 0, 0)


def test_other_images_cannot_be_compared() -> None:
    with pytest.raises(UserError, match="not evaluated on the same images"):
        compare(make_predictions(labels_seed=1), make_predictions(labels_seed=2))
