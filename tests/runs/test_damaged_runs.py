"""A run with damaged files is listed and replayed, or an error reports the damage."""

import random
from pathlib import Path

import pytest
from event_factories import epoch_ended, run_ended, run_resumed, run_started, steps_done

from fmnist_tui.cli.main import run as run_command
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.session import Session
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState, StateChanged, to_line
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import is_being_written, lock_run
from fmnist_tui.runs.snapshot import replay

MUTANTS = 500


@pytest.fixture
def folder() -> RunFolder:
    """Write a run with every kind of line in its log."""
    made = RunFolder.create(RunConfig.from_preset("accurate", "mlp"))
    resumed = run_resumed(epoch=2, step=3, best=epoch_ended(1, 0.7, is_best=True))
    ended = run_ended(RunState.STOPPED, epochs=2, best_epoch=2)
    events = [
        run_started(),
        StateChanged(state=RunState.TRAINING),
        steps_done(1, 5),
        epoch_ended(1, 0.7, is_best=True),
        resumed,
        steps_done(2, 6),
        epoch_ended(2, 0.8, is_best=True),
        ended,
    ]
    made.events_file.write_text("".join(to_line(event) + "\n" for event in events))
    return made


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return the content with one kind of damage."""
    place = chance.randrange(len(content) + 1)
    other = chance.randrange(len(content) + 1)
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 20)))
    numbers = [b"-1", b"0", b"1e999", b"9" * 400, b"null", b'"x"', b"[]", b"{}", b"NaN"]
    kinds = [
        lambda: content[:place],
        lambda: content[:place] + noise + content[place:],
        lambda: content[: min(place, other)] + content[max(place, other) :],
        lambda: content[:place] + content[other:],
        lambda: content.replace(bytes([content[place - 1]]), noise[:1]),
        lambda: content[:place] + bytes([content[place - 1] ^ (1 << chance.randrange(8))]) + content[place + 1 :],
        lambda: content.replace(chance.choice([b"1", b"10", b"0.8", b"0.01"]), chance.choice(numbers)),
        lambda: b"[" * chance.randrange(1, 5000) + content,
    ]
    return chance.choice(kinds)()


def test_mutated_event_logs_are_read_or_skipped(folder: RunFolder) -> None:
    chance, good = random.Random(1), folder.events_file.read_bytes()
    for count in range(MUTANTS):
        folder.events_file.write_bytes(mutated(good, chance))
        snapshot = replay(read_events(folder.events_file))
        assert 0.0 <= snapshot.epoch_fraction <= 1.0
        assert 0.0 <= snapshot.fraction <= 1.0
        assert len(list_runs()) == 1
        assert summary_of(folder).status
        if not count % 10:
            assert run_command(["runs"], open_interface=lambda _data: 0) == 0
            assert run_command(["runs", folder.run], open_interface=lambda _data: 0) == 0


def test_mutated_configs_are_read_or_refused_in_one_line(folder: RunFolder) -> None:
    chance, good = random.Random(2), folder.config_file.read_bytes()
    for _ in range(MUTANTS):
        folder.config_file.write_bytes(mutated(good, chance))
        (summary,) = list_runs()
        assert (summary.model is None) == bool(summary.problem)
        if summary.model is None:
            assert "\n" not in summary.problem
            with pytest.raises(UserError):
                Session().resume(folder)


def test_a_damaged_run_is_listed_and_shown_by_the_commands(
    folder: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.config_file.write_bytes(b"{")
    for arguments in (["runs"], ["runs", folder.run], ["runs", "--json"]):
        assert run_command(arguments, open_interface=lambda _data: 0) == 0
    assert run_command(["resume", folder.run], open_interface=lambda _data: 0) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "config" in error


def test_only_one_process_can_write_to_a_run(folder: RunFolder) -> None:
    assert not is_being_written(folder)
    with lock_run(folder):
        assert is_being_written(folder)
        with pytest.raises(UserError, match="being trained"):
            lock_run(folder)
    assert not is_being_written(folder)


def test_a_run_whose_folder_was_deleted_is_a_one_line_error(folder: RunFolder, tmp_path: Path) -> None:
    folder.path.rename(tmp_path / "elsewhere")
    assert list_runs() == []
    with pytest.raises(UserError):
        folder.config()
