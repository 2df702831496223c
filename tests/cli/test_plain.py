"""`--plain`: whole sentences, one a line, without colors, marks and bars."""

import io
import re

import pytest
from commands import main
from event_factories import epoch_ended, run_ended, run_resumed, run_started, steps_done

from fmnist_tui.cli.progress_sentences import ProgressSentences, in_words
from fmnist_tui.cli.sinks import RunSentences
from fmnist_tui.config import RunConfig
from fmnist_tui.events import RunState, Warned
from fmnist_tui.runs.resolve import resolve_run

SMALL = ["--model", "logistic", "--epochs", "2", "--batch-size", "100", "--data", "demo"]

SENTENCE = re.compile(r"[A-Z0-9].*\.")


def sentences(*events: object) -> list[str]:
    stream = io.StringIO()
    sink = RunSentences(stream)
    for event in events:
        sink(event)  # type: ignore[arg-type]
    return stream.getvalue().splitlines()


def assert_sentences(text: str) -> None:
    for line in text.splitlines():
        assert SENTENCE.fullmatch(line), line
        assert line.replace("−", "-").isascii(), line


def test_a_run_is_reported_in_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("train", *SMALL, "--plain") == 0
    out = capsys.readouterr().out
    run = resolve_run("latest").run
    assert_sentences(out)
    assert f"Run {run} trains model logistic with 7,850 parameters for 2 epochs." in out
    assert re.search(
        r"^Epoch 1 of 2: validation accuracy [\d.]+ %, the best so far; training accuracy [\d.]+ %; about "
        r"\d+ seconds? left\.$",
        out,
        re.MULTILINE,
    )
    assert re.search(r"^The run is finished after 1 second of training: ", out, re.MULTILINE)
    assert out.endswith(f"To test the run, type `fmnist-tui test {run}`.\n")


def test_a_resumed_run_is_reported_in_sentences_without_its_past(capsys: pytest.CaptureFixture[str]) -> None:
    main("train", *SMALL)
    capsys.readouterr()
    assert main("resume", "latest", "--epochs", "3", "--plain") == 0
    out = capsys.readouterr().out
    assert_sentences(out)
    assert "The run is resumed in epoch 3, step 0 of 6, from checkpoint last; epochs 2 to 3" in out
    assert "Epoch 3 of 3: " in out
    assert "Epoch 2 of 3: " not in out


def test_an_evaluation_is_reported_in_sentences_and_its_progress_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    main("train", *SMALL)
    capsys.readouterr()
    assert main("test", "latest", "--plain") == 0
    captured = capsys.readouterr()
    assert_sentences(captured.out + captured.err)
    assert "The accuracy on the test images is " in captured.out
    assert "1 test-set evaluation of this run, 1 of all logistic runs." in captured.out
    assert "Class Ankle boot: precision " in captured.out
    assert captured.err.endswith("Evaluated 300 of 300 images.\n")


def test_long_epochs_are_reported_after_half_a_minute_of_training() -> None:
    started = run_started(RunConfig.from_flat({"model": "mlp", "epochs": 2}), steps_per_epoch=100)
    steps = [steps_done(1, step, active_seconds=float(step)) for step in range(1, 100)]
    lines = sentences(started, *steps, epoch_ended(1, active_seconds=100.0), steps_done(2, 1, active_seconds=101.0))
    assert [line.split(":")[0] for line in lines[3:]] == [
        "Epoch 1 of 2 is 30 % done",
        "Epoch 1 of 2 is 60 % done",
        "Epoch 1 of 2 is 90 % done",
        "Epoch 1 of 2",
    ]


def test_what_a_stopped_run_needs_next_is_the_last_sentence_and_warnings_say_that_they_are_warnings() -> None:
    started = run_started(run="a-run")
    warned = Warned(text="The disk is nearly full", remedy="Free some space")
    lines = sentences(started, warned, epoch_ended(), run_ended(RunState.STOPPED, "interrupted"))
    assert lines[3].startswith("Warning: The disk is nearly full")
    assert lines[-1] == "To resume the run, type `fmnist-tui resume a-run`."


def test_a_run_without_a_checkpoint_starts_again() -> None:
    assert "The run starts again, because no checkpoint had been saved." in sentences(run_resumed(checkpoint=""))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (12.4, "12 seconds"),
        (60, "1 minute"),
        (185, "3 minutes 5 seconds"),
        (3_600, "1 hour"),
        (9_650, "2 hours 40 minutes"),
    ],
)
def test_a_time_span_is_written_as_it_is_spoken(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_a_download_is_reported_at_each_quarter_of_a_file() -> None:
    stream = io.StringIO()
    progress = ProgressSentences(stream)
    for file in ("a.gz", "b.gz"):
        for done in range(0, 101, 5):
            progress.fetched(file, done, 100)
    assert stream.getvalue().splitlines()[:6] == [
        "Downloading a.gz.",
        "Downloaded 25 % of a.gz.",
        "Downloaded 50 % of a.gz.",
        "Downloaded 75 % of a.gz.",
        "Downloaded 100 % of a.gz.",
        "Downloading b.gz.",
    ]


def test_a_download_of_unknown_size_is_reported_once() -> None:
    stream = io.StringIO()
    progress = ProgressSentences(stream)
    for done in (1, 2, 3):
        progress.fetched("a.gz", done, 0)
    assert stream.getvalue() == "Downloading a.gz.\n"


@pytest.mark.parametrize("command", [["train"], ["resume", "latest"], ["test", "latest"]])
def test_json_and_plain_exclude_each_other(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*command, "--json", "--plain") == 2
    assert "exclude each other" in capsys.readouterr().err
