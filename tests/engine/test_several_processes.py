"""Trainings of several real processes: their curves, and what happens if one of them dies, hangs or starts again."""

import signal
import sys
import time
from collections.abc import Sequence

import pytest
from commands import main
from several_processes import (
    CNN,
    MLP,
    PATIENCE_SECONDS,
    awaited,
    curve,
    curve_of_one_process,
    logged,
    newest_run,
    process_of,
    send,
    started,
)

from fmnist_tui.events import EpochEnded, RunEnded, RunResumed, RunStarted, RunState, StepsDone

LOST_SECONDS = 10
"""How long a training may take to end after one of its processes is lost."""

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX"),
    pytest.mark.usefixtures("demo_is_cached"),
    pytest.mark.timeout(PATIENCE_SECONDS + 60),
]


def assert_same_curve(found: Sequence[EpochEnded], expected: Sequence[EpochEnded]) -> None:
    assert [epoch.epoch for epoch in found] == [epoch.epoch for epoch in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.validation_loss == pytest.approx(other.validation_loss, rel=2e-3)
        assert one.train_loss == pytest.approx(other.train_loss, rel=2e-3)
        assert one.validation_accuracy == pytest.approx(other.validation_accuracy, abs=2e-3)


def test_torchrun_starts_a_killed_process_again_and_the_curve_is_that_of_one_process() -> None:
    arguments = [*CNN, "--epochs=1", "--name=same"]
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    with started(*torchrun, "--max-restarts=1", "-m", "fmnist_tui", "train", *arguments) as launcher:
        awaited(lambda: logged(StepsDone))
        send(process_of(1, launcher.pid), signal.SIGKILL)
        assert launcher.wait(240) == 0
    assert logged(RunEnded)[0].state is RunState.FAILED
    assert "process 1 " in logged(RunEnded)[0].reason
    resumed, *others = logged(RunResumed)
    assert not others
    assert (resumed.note, resumed.checkpoint, resumed.started.processes) == ("", "last", 2)
    assert logged(RunEnded)[-1].state is RunState.FINISHED
    together = curve()
    assert_same_curve(together, curve_of_one_process([*CNN, "--epochs=1"]))


def test_a_process_that_hangs_ends_the_run_and_one_process_resumes_it(capsys: pytest.CaptureFixture[str]) -> None:
    schedule = [*MLP, "--epochs=1000", "--schedule=constant"]
    with started(sys.executable, "-m", "fmnist_tui", "train", "--processes=2", *schedule) as launcher:
        awaited(lambda: logged(StepsDone))
        hanging = process_of(1, launcher.pid)
        since = send(hanging, signal.SIGSTOP)
        assert awaited(lambda: launcher.poll() is not None)
        awaited(lambda: logged(RunEnded))
        seconds = time.monotonic() - since
        assert not hanging.is_running()
    ended = logged(RunEnded)[0]
    assert ended.state is RunState.FAILED
    assert f"process 1 (pid {hanging.pid} on " in ended.reason
    assert "no sign of life" in ended.reason
    assert seconds < LOST_SECONDS * 3  # a busy machine may need longer than the guaranteed time
    assert [started.processes for started in logged(RunStarted)] == [2]
    epochs = ended.epochs + 1
    assert main("resume", "latest", f"--epochs={epochs}") == 0
    note = logged(RunResumed)[0].note
    assert "continues with 1 process instead of 2: equal within rounding, not bit for bit" in note
    assert "continues with 1 process" in capsys.readouterr().out
    together = curve()
    assert_same_curve(together, curve_of_one_process([*MLP, f"--epochs={epochs}", "--schedule=constant"]))


@pytest.mark.exhaustive  # torchrun's restart covers the checkpoint, and `Liveness` the others
def test_the_end_of_the_leader_ends_the_others_and_leaves_a_valid_checkpoint() -> None:
    with started(sys.executable, "-m", "fmnist_tui", "train", "--processes=2", *MLP, "--epochs=1000") as launcher:
        awaited(lambda: logged(EpochEnded))
        other = process_of(1, launcher.pid)
        send(process_of(0, launcher.pid), signal.SIGKILL)
        assert awaited(lambda: launcher.poll() is not None)
        assert not other.is_running()
    assert launcher.returncode == 1
    assert not logged(RunEnded), "so it is listed as crashed"
    run = newest_run()
    assert run is not None
    assert main("resume", run.run, f"--epochs={len(curve()) + 1}") == 0
    assert logged(RunEnded)[-1].state is RunState.FINISHED
