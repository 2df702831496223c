"""`fmnist-tui reproduce`, with real trainings on small data."""

import json
from pathlib import Path

import pytest
from commands import main
from sessions import CONFIG, stopped_run, train

from fmnist_tui.events import RunStarted, from_line, to_line
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import read_labels
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.resolve import resolve_run, run_folders
from fmnist_tui.training import autotune, compute_plan

pytestmark = pytest.mark.usefixtures("commands_use_small_data")


@pytest.fixture
def run() -> RunFolder:
    train(CONFIG)
    return resolve_run("latest")


def verdict(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    """Return the exit code and what `--json` prints."""
    code = main("reproduce", *arguments, "--json")
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, found


def rewrite_start(folder: RunFolder, **changes: object) -> None:
    """Change how the run was started according to its log."""
    lines = folder.events_file.read_text().splitlines()
    for number, line in enumerate(lines):
        event = from_line(line)
        if isinstance(event, RunStarted):
            lines[number] = to_line(event.model_copy(update=changes))
    folder.events_file.write_text("\n".join(lines) + "\n")


def test_bits_are_the_same_also_after_the_autotune_of_another_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compute_plan, "DEFAULT_THREADS", 2)
    monkeypatch.setattr(autotune, "SHARE_OF_RUN", 1e9)
    measure = autotune._Candidate._seconds
    steps_taken: list[str] = []

    def made_up_seconds(candidate: autotune._Candidate, steps: int) -> float:
        """Take a few real steps, in a time that does not depend on the machine's load."""
        steps_taken.append(str(candidate.plan))
        measure(candidate, min(steps, 2))
        return steps * candidate.plan.threads

    monkeypatch.setattr(autotune._Candidate, "_seconds", made_up_seconds)
    train(CONFIG.model_copy(update={"threads": 0}))
    run = resolve_run("latest")
    assert run.config().threads == 1, "the faster one"
    train(CONFIG.from_flat({**CONFIG.to_flat(), "model": "mlp", "threads": 0, "seed": 7}))
    assert set(steps_taken) == {"cpu fp32, 1 thread", "cpu fp32, 2 threads"}
    for threads in ("1", "2"):
        monkeypatch.setattr(compute_plan, "DEFAULT_THREADS", int(threads))
        code, found = verdict(capsys, run.run)
        assert (code, found["verdict"], found["epochs"]) == (0, "bit_identical", 2)
        assert found["weights"] == [
            {"names": names, "epoch": epoch, "difference": 0.0, "is_identical": True}
            for names, epoch in ((["best", "last"], 2), (["previous"], 1))
        ]
    assert len(run_folders()) == 2, "a repetition that is the same is deleted"


def test_a_kept_reproduction_is_an_ordinary_run_with_labels(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = verdict(capsys, "latest", "--keep")
    kept = resolve_run(str(found["reproduction"]))
    labels = read_labels(kept)
    assert code == 0
    assert (labels.note, labels.tags) == (f"reproduction of {run.run}", ("reproduction",))
    assert kept.config() == run.config()
    assert verdict(capsys, "latest")[1]["run"] == run.run, "latest is no reproduction"


def test_a_run_that_differs_is_kept_and_the_reasons_are_listed(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    train(CONFIG.model_copy(update={"seed": 1}))
    other = resolve_run("latest")
    for file in run.checkpoints.iterdir():
        file.unlink()
    for file in other.checkpoints.iterdir():
        file.rename(run.checkpoints / file.name)
    rewrite_start(run, torch_version="[red]2.9\x1b[0m", threads=1)
    assert main("reproduce", run.run, "--plain") == 1
    out = capsys.readouterr().out
    assert f"Different: the new run is not the same as {run.run}." in out
    assert "of epoch 2 differ by up to" in out
    assert "instead of [red]2.9�[0m." in out
    assert "\x1b" not in out
    kept = out.rsplit("the new run is ", 1)[1].rstrip(".\n")
    assert resolve_run(kept).config() == run.config()


def test_a_stopped_run_is_repeated_up_to_its_last_whole_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    run = stopped_run()
    code, found = verdict(capsys, run.run, "--keep")
    assert (code, found["verdict"], found["epochs"]) == (0, "bit_identical", 1)
    kept = resolve_run(str(found["reproduction"]))
    assert kept.config().epochs == CONFIG.epochs, "the schedule is that of all epochs"
    assert '"state":"stopped"' in kept.events_file.read_text()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"dataset_fingerprint": "1" * 64}, "was trained on other demo images than are here"),
        ({"device": "cuda"}, "device is 'cuda', but torch finds no such device here"),
    ],
)
def test_what_prevents_it_is_reported_before_the_training(
    run: RunFolder, changes: dict[str, str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = run.config().pinned(changes.get("device", "cpu"), "fp32", 1)
    run.write_config(config)
    rewrite_start(run, config=config, **changes)
    assert main("reproduce", run.run) == 1
    assert error in capsys.readouterr().err
    assert len(run_folders()) == 1


def test_a_run_that_can_not_be_compared_is_refused(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    with lock_run(run):
        assert main("reproduce", run.run) == 1
    assert "is being trained" in capsys.readouterr().err
    run.write_config(CONFIG.model_copy(update={"epochs": 9}))
    assert main("reproduce", run.run) == 1
    refusal = capsys.readouterr().err
    assert f"run '{run.run}' cannot be reproduced by one command: resumed with epochs 9 instead of 2." in refusal
    assert "fmnist-tui train --config" in refusal
    without_epochs = [line for line in run.events_file.read_text().splitlines() if "epoch_ended" not in line]
    run.events_file.write_text("\n".join(without_epochs))
    assert main("reproduce", run.run) == 1
    assert "finished no epoch" in capsys.readouterr().err
    Path(run.events_file).unlink()
    assert main("reproduce", run.run) == 1
    assert "can't read" in capsys.readouterr().err
