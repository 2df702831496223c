import pytest
import torch
from torch.nn import functional

from fmnist_tui.training.metric_accumulator import MAX_PENDING, MetricAccumulator, NonFiniteLoss


def results(count: int) -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)
    return [
        (
            torch.rand((), generator=generator),
            torch.rand(size, 10, generator=generator),
            torch.randint(0, 10, (size,), generator=generator),
        )
        for size in [7] * (count - 1) + [3]
    ]


def test_the_means_are_over_images_not_batches() -> None:
    metrics = MetricAccumulator()
    batches = results(600)
    for batch in batches:
        metrics.add(*batch)
    window = metrics.take_window()
    images = sum(len(labels) for _loss, _logits, labels in batches)
    loss = sum(float(loss) * len(labels) for loss, _logits, labels in batches) / images
    correct = sum(int((logits.argmax(1) == labels).sum()) for _loss, logits, labels in batches)
    assert window.images == metrics.epoch.images == images
    assert window.mean_loss == metrics.epoch.mean_loss == pytest.approx(loss)
    assert window.accuracy == correct / images


@pytest.mark.parametrize("smoothed", [False, True])
def test_the_epochs_metrics_do_not_depend_on_how_often_a_window_is_taken(smoothed: bool) -> None:
    often, once = MetricAccumulator(smoothed=smoothed), MetricAccumulator(smoothed=smoothed)
    for batch in results(500):
        often.add(*batch)
        often.take_window()
        once.add(*batch)
    once.take_window()
    assert often.epoch == once.epoch


def test_a_window_begins_where_the_last_one_ended() -> None:
    metrics = MetricAccumulator()
    for batch in results(2):
        metrics.add(*batch)
    assert metrics.take_window().images == 10
    assert metrics.take_window().images == 0
    assert metrics.epoch.images == 10


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_non_finite_loss_is_found_and_not_counted(value: float) -> None:
    metrics = MetricAccumulator()
    metrics.add(torch.tensor(value), torch.rand(4, 10), torch.zeros(4, dtype=torch.int64))
    metrics.add(torch.tensor(1.0), torch.rand(4, 10), torch.zeros(4, dtype=torch.int64))
    with pytest.raises(NonFiniteLoss) as caught:
        metrics.take_window()
    assert caught.value.batches_ago == 1
    assert metrics.epoch.images == 0


@pytest.mark.parametrize("position", [0, 3, MAX_PENDING - 1, MAX_PENDING, MAX_PENDING + 5])
def test_a_non_finite_loss_is_reported_with_its_place_however_many_batches_follow(position: int) -> None:
    metrics, batches = MetricAccumulator(), 3 * MAX_PENDING + 1
    for index in range(batches):
        loss = torch.tensor(float("nan") if index == position else 1.0)
        metrics.add(loss, torch.rand(4, 10), torch.zeros(4, dtype=torch.int64))  # add itself never raises
    for _ in range(2):  # a second call raises the same error
        with pytest.raises(NonFiniteLoss) as caught:
            metrics.take_window()
        assert caught.value.batches_ago == batches - 1 - position


def test_the_reported_loss_leaves_label_smoothing_out() -> None:
    metrics, batches = MetricAccumulator(smoothed=True), results(300)
    for _loss, logits, labels in batches:
        metrics.add(functional.cross_entropy(logits, labels, label_smoothing=0.5), logits, labels)
    logits, labels = (torch.cat([batch[part] for batch in batches]) for part in (1, 2))
    assert metrics.take_window().mean_loss == pytest.approx(float(functional.cross_entropy(logits, labels)), rel=1e-6)
