import time
from pathlib import Path

import pytest

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded, RunEnded, RunState, StateChanged, StepsDone, to_line
from fmnist_tui.runs.event_log import EventLog, read_events
from fmnist_tui.runs.find import find_checkpoint, find_run
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.reading import TAIL_BYTES
from fmnist_tui.runs.summary import list_runs, summary_of

CONFIG = RunConfig.from_preset("fast", "mlp")


def epoch_ended(epoch: int, accuracy: float) -> EpochEnded:
    return EpochEnded(
        epoch=epoch,
        train_loss=0.4,
        train_accuracy=0.85,
        validation_loss=0.45,
        validation_accuracy=accuracy,
        learning_rate=0.01,
        images_per_second=1e4,
        active_seconds=float(epoch),
        is_best=False,
    )


def test_a_new_run_has_its_config_in_a_folder_of_its_own() -> None:
    one, two = RunFolder.create(CONFIG), RunFolder.create(CONFIG)
    assert one.path != two.path
    assert one.config() == CONFIG
    assert one.run.endswith("-mlp")


def test_a_home_that_can_not_be_made_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FMNIST_TUI_HOME", str(tmp_path / "file"))
    with pytest.raises(UserError, match="FMNIST_TUI_HOME"):
        RunFolder.create(CONFIG)


def test_runs_are_listed_newest_first_with_their_figures() -> None:
    older = RunFolder.create(CONFIG)
    with EventLog(older.events_file) as log:
        for event in (epoch_ended(1, 0.8), epoch_ended(2, 0.9), epoch_ended(3, 0.7)):
            log(event)
    time.sleep(0.01)
    newer = RunFolder.create(RunConfig.from_flat({"model": "logistic", "data": "demo"}))
    ended = RunEnded(
        state=RunState.STOPPED,
        reason="stopped",
        epochs=4,
        best_epoch=3,
        best_validation_accuracy=0.95,
        active_seconds=9,
    )
    newer.events_file.write_text(to_line(ended) + "\n")
    first, second = list_runs()
    assert (first.run, first.state, first.epochs, first.best_validation_accuracy) == (newer.run, "stopped", 4, 0.95)
    assert first.is_demo
    assert not second.is_demo
    assert (second.state, second.epochs, second.best_epoch, second.best_validation_accuracy) == (None, 3, 2, 0.9)


def test_a_long_log_is_read_from_its_end() -> None:
    folder = RunFolder.create(CONFIG)
    line = to_line(StateChanged(state=RunState.TRAINING, detail="x" * 200)) + "\n"
    folder.events_file.write_text(
        line * (3 * TAIL_BYTES // len(line)) + to_line(epoch_ended(7, 0.6)) + "\n" + line[:50]
    )
    assert summary_of(folder).epochs == 7


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b'{"model": {"name": "unheard_of"}}', b"[]"])
def test_a_damaged_config_is_a_note_in_the_list_not_an_error(content: bytes) -> None:
    folder = RunFolder.create(CONFIG)
    folder.config_file.write_bytes(content)
    (summary,) = list_runs()
    assert summary.model is None
    assert str(folder.config_file) in summary.problem
    assert summary.epochs == 0


def test_the_log_is_read_back_and_torn_lines_are_passed_over() -> None:
    folder = RunFolder.create(CONFIG)
    with EventLog(folder.events_file) as log:
        for epoch in (1, 2):
            log(epoch_ended(epoch, 0.5))
    with folder.events_file.open("ab") as file:
        file.write(b'{"type": "epoch_ended", "epo')
    assert [event.epoch for event in read_events(folder.events_file) if isinstance(event, EpochEnded)] == [1, 2]


def test_of_the_step_events_one_a_second_is_written() -> None:
    folder = RunFolder.create(CONFIG)
    with EventLog(folder.events_file) as log:
        for tenth in range(31):
            log(
                StepsDone(
                    time=1000 + tenth / 10,
                    epoch=1,
                    step=tenth,
                    loss=1,
                    accuracy=0.5,
                    learning_rate=0.1,
                    images_per_second=1,
                    active_seconds=tenth / 10,
                )
            )
    assert len(list(read_events(folder.events_file))) == 4


def test_a_run_is_found_by_name_start_folder_or_as_the_latest() -> None:
    older = RunFolder.create(RunConfig.from_flat({"model": "logistic"}))
    time.sleep(0.01)
    newer = RunFolder.create(CONFIG)
    assert find_run(older.run) == older
    assert find_run(newer.run[:-1]) == newer
    assert find_run(str(older.path)) == older
    assert find_run("latest") == newer


@pytest.mark.parametrize("word", ["", "nope", "2", "[red]", "../.."])
def test_a_word_that_means_no_run_or_several_is_refused(word: str) -> None:
    RunFolder.create(CONFIG)
    RunFolder.create(CONFIG)
    with pytest.raises(UserError) as caught:
        find_run(word)
    assert "fmnist-tui runs" in caught.value.line()


def test_a_checkpoint_is_found_by_its_file_or_its_name() -> None:
    folder = RunFolder.create(CONFIG)
    folder.checkpoints.mkdir()
    manifest = folder.checkpoints / "last.json"
    manifest.write_text("{}")
    assert find_checkpoint(str(manifest), "best") == (folder, "last")
    assert find_checkpoint(folder.run, "last") == (folder, "last")
    with pytest.raises(UserError, match="no checkpoint 'best'; it has last"):
        find_checkpoint(folder.run, "best")
    with pytest.raises(UserError, match="no checkpoint"):
        find_checkpoint(str(folder.config_file), "best")
