"""The commands in this process, on small data."""

import json
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest
import torch
from commands import main

from fmnist_tui.cli.sinks import PlainLines
from fmnist_tui.config import RunConfig
from fmnist_tui.events import CheckpointSaved, EpochEnded, Event, RunEnded, RunStarted, StateChanged, from_line
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.training.compute_plan import ComputePlan

SMALL = ["--epochs", "2", "--batch-size", "100", "--validation-size", "200", "--data", "demo"]


def train(*arguments: str) -> int:
    return main("train", "--model", "logistic", *SMALL, *arguments)


def test_train_prints_a_line_an_epoch_and_how_to_test(capsys: pytest.CaptureFixture[str]) -> None:
    assert train() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("DEMO data · run ")
    assert [line.split()[0] for line in lines[2:4]] == ["1/2", "2/2"]
    assert re.search(
        r"DEMO data: best validation accuracy [\d.]+ % \(95 % interval [\d.]+ – [\d.]+\) in epoch ", lines[4]
    )
    assert lines[5] == f"test: fmnist-tui test {resolve_run('latest').run}"


@pytest.mark.parametrize("epoch", [1, 9_999])
def test_the_mark_of_the_best_epoch_fits_in_80_columns_and_is_explained(
    epoch: int, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = PlainLines(sys.stdout)
    config = RunConfig.from_flat({"model": "logistic", "epochs": 9_999})
    train()
    events = [
        event for event in read_events(resolve_run("latest").events_file) if not isinstance(event, CheckpointSaved)
    ]
    capsys.readouterr()
    for event in events:
        if isinstance(event, RunStarted):
            lines(event.model_copy(update={"config": config}))
        elif isinstance(event, EpochEnded):
            lines(event.model_copy(update={"epoch": epoch, "images_per_second": 999_999.0, "is_best": True}))
        elif isinstance(event, RunEnded):
            lines(event)
    opening, *others = capsys.readouterr().out.splitlines()
    assert opening.endswith(" · * marks each best epoch")
    rows = [line for line in others if line.endswith(" *")]
    assert len(rows) == 2
    assert max(map(len, rows)) <= 80


def test_train_json_is_one_event_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert train("--json") == 0
    events = [from_line(line) for line in capsys.readouterr().out.splitlines()]
    assert None not in events
    assert isinstance(events[-1], RunEnded)
    assert sum(isinstance(event, EpochEnded) for event in events) == 2


def test_every_flag_reaches_the_run() -> None:
    arguments = "--optimizer sgd --learning-rate 0.05 --weight-decay 1e-5 --schedule cosine --warmup-fraction 0.1"
    arguments += " --momentum 0.8 --label-smoothing 0.1 --max-grad-norm 2 --early-stopping 9 --seed 7"
    arguments += " --horizontal-flip --translate 1 --random-erasing 0.25"
    arguments += " --device cpu --precision fp32"
    assert train(*arguments.split()) == 0
    config = resolve_run("latest").config().to_flat()
    expected = {
        "optimizer": "sgd",
        "learning_rate": 0.05,
        "weight_decay": 1e-5,
        "schedule": "cosine",
        "warmup_fraction": 0.1,
    }
    expected |= {
        "momentum": 0.8,
        "label_smoothing": 0.1,
        "max_grad_norm": 2.0,
        "early_stopping": 9,
        "horizontal_flip": True,
    }
    expected |= {"translate": 1, "random_erasing": 0.25, "seed": 7, "device": "cpu", "precision": "fp32", "epochs": 2}
    assert {name: config[name] for name in expected} == expected


def test_the_baselines_spellings_work() -> None:
    arguments = ["--model", "logistic regression", "--batch_size", "50", "--learning_rate", "0.01", "--weight_decay=0"]
    assert main("train", *SMALL[:2], *SMALL[4:], *arguments) == 0
    config = resolve_run("latest").config()
    assert (config.model_name, config.batch_size, config.learning_rate) == ("logistic", 50, 0.01)
    assert main("train", *SMALL, "--model", "mlp", "--hidden_units", "30", "20") == 0
    assert resolve_run("latest").config().model.hidden_units == (30, 20)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--epochs", "0"], ["epochs", "'0'", "from 1"]),
        (["train", "--learning-rate", "-1"], ["learning rate", "'-1'", "above 0"]),
        (["train", "--epochs"], ["--epochs"]),
        (["train", "--color", "red"], ["there is no option '--color'"]),
        (["train", "--prest", "fast"], ["there is no option '--prest'. Did you mean --preset?"]),
        (["train", "--preset", "fats"], ["Did you mean fast?"]),
        (["train", "--model", "renset"], ["Did you mean resnet?"]),
        (["config", "shwo"], ["there is no command 'shwo'. Did you mean show?", "show, check, schema"]),
        (["data", "fetsh"], ["'fetsh' is one argument too many", "Did you mean fetch?"]),
        (["train", "--model", "transformer"], ["'transformer'", "cnn"]),
        (["train", "--preset", "slow"], ["'slow'", "fast"]),
        (["train", "--model", "cnn", "--hidden-units", "3"], ["--hidden-units belongs to mlp, not to cnn"]),
        (["train", "--model", "mlp", "--hidden-units", "3", "[red]"], ["hidden units", "[red]"]),
        (["trian"], ["'trian'", "Did you mean train?"]),
        (["test"], ["CHECKPOINT is missing", "`fmnist-tui test latest`", "fmnist-tui test --help"]),
        (["train", "--epochs"], ["--epochs has no value", "an integer from 1 to 100,000"]),
        (["train", "--epochs", "1,5"], ["epochs is '1,5'", "an integer from 1"]),
        (
            ["train", "--horizontal-flip=maybe"],
            ["--horizontal-flip is 'maybe'", "Write --horizontal-flip or --no-horizontal-flip"],
        ),
        (["train", "--json=x"], ["--json is 'x'", "Write --json."]),
        (["train", "--model", "mlp", "--hidden-units", "1_0"], ["hidden units is '1_0'", "Use 10"]),
        (["train", "--epochs", "1", "--epochs", "2"], ["--epochs is given twice"]),
        (["train", "extra"], ["'extra' is one argument too many"]),
        (["train", "--optimizer", "adm"], ["--optimizer is 'adm'", "one of adam, adamw", "Did you mean adam?"]),
        (["data", "--dataset", "mnits"], ["--dataset is 'mnits'", "Did you mean mnist?"]),
        (["compare", "a", "b", "--split", "x"], ["--split is 'x'", "one of train, validation, test"]),
        (["resume", "x", "--epochs", "1.5"], ["epochs is '1.5'", "an integer from 1"]),
        (["resume", "x", "--learning-rate-factor", "-1"], ["learning rate factor is '-1'", "a number above 0"]),
        (["test", "latest", "--split", "all"], ["all"]),
        (["models", "transformer"], ["'transformer'"]),
        ([], ["terminal"]),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    for word in words:
        assert word in captured.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["test", "nope"], ["no runs", "fmnist-tui train"]),
        (["runs", "nope"], ["no runs"]),
        (["data", "--data", "/nowhere"], ["'/nowhere'"]),
    ],
)
def test_a_failure_is_one_line_and_exit_code_1(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*arguments) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    for word in words:
        assert word in captured.err


def test_test_evaluates_and_counts_the_test_set_evaluations(capsys: pytest.CaptureFixture[str]) -> None:
    train()
    for count in (1, 2):
        capsys.readouterr()
        assert main("test", "latest") == 0
        out = capsys.readouterr().out
        assert "DEMO data" in out
        assert "95 % interval" in out
        assert f"{count} test-set evaluation{'s' if count > 1 else ''} of this run, {count} of all logistic runs" in out
        assert "Ankle boot" in out


@pytest.mark.parametrize(
    ("report", "code", "words"),
    [
        ("nowhere/report.html", 1, "No such file or directory"),
        ("folder.md", 1, "Is a directory"),
        ("n" * 300 + ".md", 1, "File name too long"),
        ("file/report.json", 1, "Not a directory"),
        ("report.pdf", 2, "is not a report file"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_the_test_set_is_evaluated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], report: str, code: int, words: str
) -> None:
    train()
    capsys.readouterr()
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "file").touch()
    assert main("test", "latest", "--report", str(tmp_path / report)) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert words in captured.err
    assert resolve_run("latest").reports() == []
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["file", "folder.md"]


def test_a_run_whose_config_cannot_be_read_is_evaluated_by_its_checkpoints(capsys: pytest.CaptureFixture[str]) -> None:
    train()
    resolve_run("latest").config_file.write_text("{", encoding="utf-8")
    assert main("test", "latest") == 0
    assert "1 test-set evaluation" in capsys.readouterr().out


def test_a_run_is_evaluated_if_the_other_runs_can_not_be_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train()
    folder = resolve_run("latest").path
    elsewhere = folder.rename(tmp_path / folder.name)
    folder.parent.rmdir()
    folder.parent.touch()
    assert main("test", str(elsewhere)) == 0
    assert "1 test-set evaluation of this run" in capsys.readouterr().out


def test_a_run_outside_the_home_is_counted_with_those_of_its_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train()
    main("test", "latest")
    folder = resolve_run("latest").path
    copy, elsewhere = tmp_path / folder.name, tmp_path / "elsewhere"
    for target in (copy, elsewhere):
        shutil.copytree(folder, target)
        capsys.readouterr()
        main("test", str(target))
        assert "2 test-set evaluations of this run" in capsys.readouterr().out
    main("test", str(elsewhere))
    assert "3 test-set evaluations of this run, 4 of all logistic runs" in capsys.readouterr().out
    main("test", str(copy))
    assert "3 test-set evaluations of this run, 3 of all logistic runs" in capsys.readouterr().out, (
        "its original is counted once"
    )


def test_test_json_is_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    train()
    capsys.readouterr()
    assert main("test", "latest", "--which", "last", "--split", "validation", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["checkpoint"], report["split"], report["images"], report["dataset"]) == (
        "last",
        "validation",
        200,
        "demo",
    )


def test_runs_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("runs") == 0
    assert "fmnist-tui train" in capsys.readouterr().out
    train()
    main("test", "latest")
    capsys.readouterr()
    run = resolve_run("latest").run
    assert main("runs") == 0
    output = capsys.readouterr().out
    assert run in output
    assert "DEMO" in output
    assert main("runs", run) == 0
    details = capsys.readouterr().out
    assert "fmnist-tui train --model logistic --epochs 2 --batch-size 100" in details
    assert "learning rate" in details
    assert re.search(r"DEMO [\d.]+ % \(95 % interval [\d.]+ – [\d.]+\) on validation, epoch [12]\n", details)
    assert main("runs", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["test_evaluations"] == 1


def test_a_hostile_run_name_is_sanitized(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train()
    folder = resolve_run("latest")
    folder.path.rename(folder.path.with_name("[red]\x1b[31m\u202eevil " + "x" * 100))
    capsys.readouterr()
    assert main("runs") == 0
    out = capsys.readouterr().out
    assert "[red]" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert main("runs", "latest") == 0
    assert "\x1b" not in capsys.readouterr().out


def test_the_first_interrupt_saves_and_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt_in_epoch_two(self: object, event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(PlainLines, "__call__", interrupt_in_epoch_two)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may have been started to ignore it
    assert main("train", "--model", "logistic", *SMALL[2:], "--epochs", "5000") == 130
    assert "finishing the batch and saving; interrupt again" in capsys.readouterr().err
    assert summary_of(resolve_run("latest")).state == "stopped"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_before_the_first_batch_promises_no_checkpoint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = PlainLines.__call__

    def interrupt_the_start(self: PlainLines, event: Event) -> None:
        original(self, event)
        if isinstance(event, StateChanged) and event.detail == "loading the data":
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(PlainLines, "__call__", interrupt_the_start)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may have been started to ignore it
    assert main("train", "--model", "logistic", *SMALL[2:]) == 130
    out, err = capsys.readouterr()
    assert err == "fmnist-tui: stopping; interrupt again to quit at once\n"
    assert out.splitlines()[-1] == "stopped: stopped before the first batch; 0.0 s of training"


def test_an_interrupted_run_is_resumed_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = PlainLines.__call__

    def interrupt_in_epoch_two(self: PlainLines, event: Event) -> None:
        original(self, event)
        if isinstance(event, EpochEnded) and event.epoch == 2:
            signal.raise_signal(signal.SIGTERM)

    arguments = ["train", "--model", "logistic", *SMALL[2:], "--epochs", "4"]
    with monkeypatch.context() as patch:
        patch.setattr(PlainLines, "__call__", interrupt_in_epoch_two)
        assert main(*arguments) == 130
    out = capsys.readouterr().out
    assert "interrupted by SIGTERM after epoch 2 of 4" in out
    assert f"resume: fmnist-tui resume {resolve_run('latest').run}" in out
    assert main("resume", "latest") == 0
    lines = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert [line for line in lines if "/" in line] == ["1/4", "2/4", "3/4", "4/4"]
    assert summary_of(resolve_run("latest")).state == "finished"

    assert main("resume", "latest", "--epochs", "5", "--json") == 0
    events = [from_line(line) for line in capsys.readouterr().out.splitlines()]
    assert [event.epoch for event in events if isinstance(event, EpochEnded)] == [5]
    assert resolve_run("latest").config().epochs == 5


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--epochs", "0"], 2, ["epochs", "'0'"]),
        (["--epochs", "1"], 1, ["epochs is 1", "2 epochs of the run are done"]),
        ([], 1, ["all 2 epochs", "--epochs"]),
        (["--epochs", "x"], 2, ["epochs"]),
        (["--learning-rate-factor", "0"], 2, ["learning rate", "above 0"]),
    ],
)
def test_an_impossible_resume_is_refused(
    arguments: list[str], code: int, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    train()
    capsys.readouterr()
    assert main("resume", "latest", *arguments) == code
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    for word in words:
        assert word in error
    assert summary_of(resolve_run("latest")).state == "finished"


def test_models_shows_the_size_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("models") == 0
    out = capsys.readouterr().out
    assert "7,850 parameters, 15,680 FLOPs" in out
    assert "--hidden-units" in out
    assert main("models", "cnn") == 0
    assert "64×3×3" in capsys.readouterr().out


def test_doctor_shows_versions_devices_data_and_folders(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("doctor") in (0, 1)  # 1 if the data is missing, which it reports
    out = capsys.readouterr().out
    for word in ("torch", "cpu", "terminal", "data", str(home)):
        assert word in out


def test_doctor_shows_what_the_machine_computes_and_how_long_each_preset_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from fmnist_tui.training import machine_speed, slowdowns

    plan = ComputePlan(torch.device("cpu"), "fp32", 2, channels_last=True)
    layers = [machine_speed.LayerSpeed("fully connected", {"bf16": 1234.4, "fp32": 99.6})]
    layers += [
        machine_speed.LayerSpeed(name, {"bf16": 20.0, "fp32": 80.0})
        for name in (machine_speed.EVEN_CHANNELS, machine_speed.UNEVEN_CHANNELS)
    ]
    presets = [machine_speed.PresetSpeed("resnet", "best", plan, 712.3, 2_520.0, 3_400_000)]
    monkeypatch.setattr(machine_speed, "measure_layers", lambda: layers)
    monkeypatch.setattr(machine_speed, "measure_presets", lambda: iter(presets))
    monkeypatch.setattr(slowdowns, "slowdowns", lambda: ["the machine runs on its battery"])
    main("doctor", "--speed")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "fully connected 100 1,234" in lines
    assert "resnet best 712 42:00 3.4 MB cpu fp32, 2 threads" in lines
    assert lines[-3:] == [
        "slower: the machine runs on its battery",
        f"slower: {machine_speed.EVEN_CHANNELS}: 4 times as slow in bf16 as in fp32",
        f"slower: {machine_speed.UNEVEN_CHANNELS}: 4 times as slow in bf16 as in fp32",
    ]
    main("doctor", "--speed", "--json")
    speed = json.loads(capsys.readouterr().out)["speed"]
    assert speed["layers"][0] == {"layer": "fully connected", "gflops": {"bf16": 1234.4, "fp32": 99.6}}
    assert speed["presets"][0]["seconds"] == 2_520.0
    assert speed["slowed_by"][1] == f"{machine_speed.EVEN_CHANNELS}: 4 times as slow in bf16 as in fp32"
    main("doctor", "--json")
    assert json.loads(capsys.readouterr().out)["speed"] is None


def test_started_event_reports_what_was_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    train("--json", "--precision", "fp32", "--device", "cpu")
    events = [from_line(line) for line in capsys.readouterr().out.splitlines()]
    (started,) = (event for event in events if isinstance(event, RunStarted))
    assert (started.device, started.precision, started.parameters) == ("cpu", "fp32", 7850)
    assert started.threads >= 1
