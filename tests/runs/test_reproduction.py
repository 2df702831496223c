"""The verdict about a repetition, on made-up histories."""

from math import inf, nan

import pytest
from event_factories import epoch_ended, run_resumed, run_started

from fmnist_tui.events import EpochEnded, Machine, RunStarted
from fmnist_tui.runs.history import RunHistory
from fmnist_tui.runs.reproduction import ComparedWeights, Reproduction, Verdict, compare_runs

START = run_started(machine=Machine(cpu="A CPU"))
EPOCHS = [epoch_ended(1, 0.8, train_loss=0.5), epoch_ended(2, 0.9, train_loss=0.25)]
EQUAL = ComparedWeights(("last",), 2, 0.0)
CLOSE = ComparedWeights(("last",), 2, 1e-5, is_identical=False)
FAR = ComparedWeights(("last",), 2, 0.1, is_identical=False)
UNKNOWN = ComparedWeights(("last",), 2, None, is_identical=False)


def history(epochs: list[EpochEnded] = EPOCHS, *starts: RunStarted) -> RunHistory:
    found = RunHistory()
    for event in (*(starts or (START,)), *epochs):
        found.add(event)
    return found


def second_epoch(**fields: float) -> list[EpochEnded]:
    return [EPOCHS[0], EPOCHS[1].model_copy(update={"time": 5.0, "active_seconds": 9.0, **fields})]


@pytest.mark.parametrize(
    ("repeated", "weights", "verdict"),
    [
        (second_epoch(), [EQUAL], Verdict.IDENTICAL),
        (second_epoch(images_per_second=1.0), [EQUAL], Verdict.IDENTICAL),
        (second_epoch(train_loss=0.2500001), [EQUAL], Verdict.ROUNDING),
        (second_epoch(train_loss=0.2500001), [CLOSE], Verdict.ROUNDING),
        (second_epoch(), [CLOSE], Verdict.ROUNDING),
        (second_epoch(), [], Verdict.ROUNDING),
        (second_epoch(validation_accuracy=0.902), [CLOSE], Verdict.DIFFERENT),
        (second_epoch(), [EQUAL, FAR], Verdict.DIFFERENT),
        (second_epoch(), [UNKNOWN], Verdict.DIFFERENT),
        (second_epoch(train_loss=0.2500001), [], Verdict.DIFFERENT),
        (second_epoch(validation_accuracy=nan), [CLOSE], Verdict.DIFFERENT),
        (EPOCHS[:1], [EQUAL], Verdict.DIFFERENT),
        ([], [], Verdict.DIFFERENT),
    ],
)
def test_the_verdict(repeated: list[EpochEnded], weights: list[ComparedWeights], verdict: Verdict) -> None:
    assert compare_runs(history(), history(repeated), weights).verdict is verdict


def test_the_first_epoch_that_differs_is_named_with_its_size() -> None:
    found = compare_runs(history(), history(second_epoch(train_loss=0.5, validation_accuracy=0.8)), [FAR])
    assert (found.first_difference, found.loss_difference) == (2, 1.0)
    assert found.accuracy_difference == pytest.approx(0.1)
    assert found.weight_difference == 0.1


def test_losses_that_are_nan_in_both_are_equal() -> None:
    epochs = second_epoch(train_loss=nan, validation_loss=inf)
    assert compare_runs(history(epochs), history(epochs), [EQUAL]).verdict is Verdict.IDENTICAL
    assert compare_runs(history(epochs), history(), [EQUAL]).loss_difference == inf


def reasons(original: RunHistory, repeated: RunHistory) -> Reproduction:
    return compare_runs(original, repeated, [EQUAL])


def test_what_differs_besides_the_results_may_be_why() -> None:
    now = START.model_copy(update={"torch_version": "2.10.0", "machine": Machine(cpu="B CPU")})
    found = reasons(history(), history(EPOCHS, now))
    assert found.reasons == ("torch: 2.10.0 instead of 9.9.9", "CPU: B CPU instead of A CPU")
    assert not reasons(history(), history()).reasons


def test_a_resume_elsewhere_and_a_gpu_may_be_why() -> None:
    original = history([EPOCHS[0]], START.model_copy(update={"device": "cuda:0"}))
    original.add(run_resumed(START.model_copy(update={"device": "cuda:0", "torch_version": "2.9"}), epoch=2))
    original.add(EPOCHS[1])
    repeated = history(EPOCHS, START.model_copy(update={"device": "cuda:0"}))
    assert reasons(original, repeated).reasons == (
        "from epoch 2 on, torch: 2.9 instead of 9.9.9",
        "some operations on a GPU have no deterministic kernel",
    )


def test_a_log_that_does_not_state_the_machine_may_hide_why() -> None:
    assert reasons(history(EPOCHS, run_started()), history()).reasons == (
        "fmnist-tui 0 did not store what machine trained the run",
    )
