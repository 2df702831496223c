"""The diagnosis of a run: its findings, their figures and their advice."""

import pytest
from event_factories import epoch_ended

from fmnist_tui.config import RunConfig
from fmnist_tui.events import EpochEnded, ProbeRecorded
from fmnist_tui.runs.diagnosis import MOSTLY_DEAD, Finding, findings

PLAIN = RunConfig.from_flat({"model": "mlp", "epochs": 20, "learning_rate": 3e-3, "schedule": "constant"})

Figures = tuple[float, float, float, float]
"""Loss and accuracy in training, then in validation."""


def epochs(*finding: Figures, predictions: tuple[int, ...] = (100,) * 10) -> list[EpochEnded]:
    return [
        epoch_ended(
            number,
            figures[3],
            train_loss=figures[0],
            train_accuracy=figures[1],
            validation_loss=figures[2],
            class_predictions=predictions,
        )
        for number, figures in enumerate(finding, start=1)
    ]


HEALTHY = [(0.6 * 0.8**n, 0.80 + 0.012 * n, 0.5 * 0.9**n, 0.80 + 0.01 * n) for n in range(10)]


def found(finding: list[Figures], config: RunConfig = PLAIN, **more: tuple[int, ...]) -> dict[str, Finding]:
    """Return the findings by the first words of their texts."""
    return {finding.text.split(":")[0]: finding for finding in findings(epochs(*finding, **more), config)}


def test_a_healthy_run_has_no_findings() -> None:
    for length in range(len(HEALTHY) + 1):
        assert not found(HEALTHY[:length])


def test_overfitting_requires_a_gap_several_epochs_and_a_rising_loss() -> None:
    overfit = [(0.3, 0.9, 0.30, 0.90), (0.2, 0.95, 0.31, 0.90), (0.1, 0.97, 0.34, 0.90), (0.05, 0.99, 0.40, 0.90)]
    finding = found(overfit)["overfitting"]
    assert "training 99.0 %, validation 90.0 %" in finding.text
    assert "validation loss 0.400, 0.300 in epoch 1" in finding.text
    assert "overfitting" not in found(overfit[:3]), "too early"
    no_gap = [(loss, 0.93, risen, 0.90) for loss, _accuracy, risen, _validation in overfit]
    assert "overfitting" not in found(no_gap)
    flat_loss = [(loss, accuracy, 0.30, 0.90) for loss, accuracy, *_validation in overfit]
    assert "overfitting" not in found(flat_loss)


def test_horizontal_flip_is_not_recommended_for_digits() -> None:
    overfit = [(0.3, 0.9, 0.30, 0.90), (0.2, 0.95, 0.31, 0.90), (0.1, 0.97, 0.34, 0.90), (0.05, 0.99, 0.40, 0.90)]
    assert found(overfit, PLAIN.with_data(dataset="mnist"))["overfitting"].change == {"dropout": 0.3}


def test_overfitting_advice_names_what_the_config_does_not_use_yet() -> None:
    overfit = [(0.3, 0.9, 0.30, 0.90), (0.2, 0.95, 0.31, 0.90), (0.1, 0.97, 0.34, 0.90), (0.05, 0.99, 0.40, 0.90)]
    config, tried = PLAIN, []
    for _run in range(4):
        finding = found(overfit, config)["overfitting"]
        tried.append(dict(finding.change))
        config = finding.applied_to(config)
    assert tried == [
        {"horizontal_flip": True},
        {"dropout": 0.3},
        {"weight_decay": 1e-4},
        {"weight_decay": pytest.approx(3e-4)},
    ]
    logistic = RunConfig.from_flat({"model": "logistic", "horizontal_flip": True})
    assert found(overfit, logistic)["overfitting"].change == {"weight_decay": 1e-4}, "it has no dropout"


def test_a_plateau_is_reported_with_its_figures_unless_the_schedule_moves_the_rate() -> None:
    stalled = [*HEALTHY[:4], *[(0.2, 0.85, 0.3, 0.8305)] * 5]
    finding = found(stalled)["plateau"]
    assert "83.05 % at best in the last 5 epochs, 83.00 % before" in finding.text
    assert finding.applied_to(PLAIN).schedule == "one-cycle"
    assert "plateau" not in found(stalled[:-1])
    assert "plateau" not in found(stalled, PLAIN.model_copy(update={"schedule": "one-cycle"}))
    patient = PLAIN.model_copy(update={"epochs": 100})
    assert "plateau" not in found(stalled, patient), "of 100 epochs 5 are few"


def test_a_rising_loss_means_too_high_a_learning_rate() -> None:
    losses = (0.5, 0.6, 0.5, 0.7, 0.6, 0.8)
    finding = found([(loss, 0.8, 0.6, 0.8) for loss in losses])["learning rate too high"]
    assert "rose in 3 of the last 5 epochs" in finding.text
    assert finding.applied_to(PLAIN).learning_rate == pytest.approx(1e-3)
    assert "learning rate too high" not in found([(loss, 0.8, 0.6, 0.8) for loss in losses[:5]])


def test_a_slowly_falling_loss_means_too_low_a_learning_rate() -> None:
    finding = found([(1.9 - 0.03 * n, 0.4, 1.9, 0.4) for n in range(4)])["learning rate too low"]
    assert "at most 1.6 % per epoch" in finding.text
    assert finding.applied_to(PLAIN).learning_rate == pytest.approx(9e-3)
    assert "learning rate too low" not in found([(1.9 - 0.03 * n, 0.9, 1.9, 0.9) for n in range(4)]), (
        "it is nearly there"
    )


@pytest.mark.parametrize(
    ("losses", "rate"), [((2.3, 2.31), 1e-3), ((2.302, 2.29), 9e-3), ((5.0, 4.0), 1e-3)], ids=["rises", "falls", "wild"]
)
def test_a_loss_no_better_than_guessing_is_reported(losses: tuple[float, ...], rate: float) -> None:
    finding = findings(epochs(*((loss, 0.1, 2.3, 0.1) for loss in losses)), PLAIN)[0]
    assert "that of guessing is 2.30" in finding.text
    assert finding.applied_to(PLAIN).learning_rate == pytest.approx(rate)


def test_a_class_that_is_never_predicted_is_named() -> None:
    finding = found(HEALTHY[:3], predictions=(100,) * 6 + (0,) + (100,) * 3)["never predicted in epoch 3"]
    assert finding.text == "never predicted in epoch 3: Shirt"
    assert not found(HEALTHY[:3], predictions=(100,) * 6 + (1,) + (100,) * 3), "it was predicted, if only wrongly"
    assert not found(HEALTHY[:2], predictions=(0,) + (100,) * 9), "it may still find its feet"
    assert not found(HEALTHY[:3], predictions=()), "a log of an earlier version has no classes"


def test_dead_units_are_reported_with_their_share_and_a_lower_rate() -> None:
    finding = findings(epochs(*HEALTHY[:1]), PLAIN, ProbeRecorded(epoch=1, dead_share=0.748))[0]
    assert finding.text == "dead units: 74.8 % of the hidden units are positive for none of the probe images"
    assert finding.applied_to(PLAIN).learning_rate == pytest.approx(1e-3)
    assert not findings(epochs(*HEALTHY[:1]), PLAIN, ProbeRecorded(epoch=1, dead_share=MOSTLY_DEAD))
    assert not findings((), PLAIN, ProbeRecorded(epoch=1, dead_share=1.0)), "no epoch has ended"


@pytest.mark.parametrize("losses", [(2.302, 2.29), (1.9, 1.88, 1.86, 1.84)], ids=["nothing learned", "crawls"])
def test_a_dead_network_is_never_advised_a_higher_rate(losses: tuple[float, ...]) -> None:
    history = epochs(*((loss, 0.4, loss, 0.4) for loss in losses))
    assert findings(history, PLAIN)[0].change["learning_rate"] > PLAIN.learning_rate
    for finding in findings(history, PLAIN, ProbeRecorded(epoch=len(losses), dead_share=0.97)):
        assert finding.change["learning_rate"] < PLAIN.learning_rate


def test_advice_outside_a_fields_constraints_changes_nothing() -> None:
    assert Finding("", "", {"learning_rate": -1.0}).applied_to(PLAIN) == PLAIN
