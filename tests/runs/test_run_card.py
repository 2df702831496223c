"""The card of a run, on made-up logs."""

import json

import pytest
from commands import main
from event_factories import run_resumed, run_started
from sessions import CONFIG, stopped_run, train

from fmnist_tui.events import Event, Machine
from fmnist_tui.runs.event_log import EventLog
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.run_card import read_run_card
from fmnist_tui.runs.run_facts import differences, facts_of

MACHINE = Machine(cpu="A CPU", kernels="AVX2", cpu_flags=("avx2",))


def made_run(*events: Event) -> RunFolder:
    folder = RunFolder.create(CONFIG)
    with EventLog(folder.events_file) as log:
        for event in events:
            log(event)
    return folder


def test_the_card_states_what_a_repetition_needs(capsys: pytest.CaptureFixture[str]) -> None:
    train(CONFIG)
    card = read_run_card(resolve_run("latest"))
    rows = {name: text for section in card.sections() for name, text in section.rows}
    digest = {each.name: each.weights_sha256 for each in card.summary.checkpoints}["last"]
    assert digest
    assert rows["last"] == f"epoch 2, weights sha256 {digest[:16]}"
    assert rows["images"] == "demo, sha256 0000000000000000"
    assert rows["split"] == "600 training, 200 validation"
    assert rows["threads"] == "1 thread"
    assert rows["gradients"] == "manual backpropagation"
    assert rows["seed"] == "0"
    assert "--threads 1" in card.command
    assert main("runs", "latest") == 0
    out = capsys.readouterr().out
    assert all(f"{name:<23}{text}\n" in out for section in card.sections()[1:] for name, text in section.rows)
    assert json.loads(json.dumps(card.to_data()))["checkpoints"][0]["weights_sha256"]


def test_hostile_text_of_a_log_is_inert_on_a_card() -> None:
    evil = Machine(cpu="[red]| x |\n\x1b]0;title\x07", variables={"OMP_DYNAMIC": "`\n# heading"})
    start = run_started(CONFIG.pinned("cpu", "fp32", 1), threads=1, machine=evil, host="\x1b[31m", torch_version="<b>")
    card = read_run_card(made_run(start))
    text = card.to_markdown() + "".join(f"{name}{value}" for _title, rows in card.sections() for name, value in rows)
    assert "\x1b" not in text
    assert "\n# heading" not in text
    assert "\\[red\\]\\| x \\|" in text
    assert "<b>" not in card.to_markdown()


def test_the_card_lists_resumes_with_what_was_different_then() -> None:
    start = run_started(CONFIG, threads=1, host="here", machine=MACHINE)
    moved = run_started(CONFIG, threads=1, host="there", torch_version="9.9.8", machine=MACHINE)
    card = read_run_card(made_run(start, run_resumed(moved, epoch=2, step=3)))
    (((name, text),),) = [section.rows for section in card.sections() if section.title == "Resumed"]
    assert name == "epoch 2"
    assert text.endswith("; torch: 9.9.8 instead of 9.9.9")
    assert card.to_data()["resumed"] == [{"epoch": 2, "step": 3, "differences": ["torch: 9.9.8 instead of 9.9.9"]}]


def test_a_run_that_no_config_reproduces_has_the_reason_in_place_of_the_command() -> None:
    folder = stopped_run()
    folder.write_config(CONFIG.model_copy(update={"epochs": 9}))
    card = read_run_card(folder)
    assert not card.command
    assert "resumed with epochs 9 instead of 2" in card.problem
    assert card.problem in card.to_markdown()


def test_without_a_log_the_card_has_the_config() -> None:
    titles = [section.title for section in read_run_card(made_run()).sections()]
    assert titles == ["Result", "Config"]


def test_differences_come_most_likely_first_and_only_of_what_both_state() -> None:
    before = run_started(machine=MACHINE, threads=2, gradients="manual", python_version="3.12.1")
    other = Machine(cpu="B CPU", kernels="AVX512", cpu_flags=("avx2", "avx512f"), variables={"MKL_CBWR": "AVX2"})
    now = run_started(machine=other, threads=1, gradients="autograd", torch_version="9.9.10", python_version="3.13.0")
    assert list(map(str, differences(before, now))) == [
        "torch: 9.9.10 instead of 9.9.9",
        "threads: 1 thread instead of 2 threads",
        "gradients: autograd instead of manual backpropagation",
        "kernels: AVX512 instead of AVX2",
        "instruction sets: avx2 avx512f instead of avx2",
        "environment variables: MKL_CBWR=AVX2 instead of none",
        "CPU: B CPU instead of A CPU",
        "Python: 3.13.0 instead of 3.12.1",
    ]
    assert differences(now, now) == ()
    old = run_started(threads=2)
    assert "CPU" not in facts_of(old)
    assert differences(old, before) == (), "an older log does not state the machine"


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        (True, False, ["denormal numbers: kept instead of flushed to zero"]),
        (True, True, []),
        (None, True, []),  # an older log
    ],
)
def test_flushing_of_denormal_numbers_is_compared_if_both_state_it(
    before: bool | None, now: bool, found: list[str]
) -> None:
    starts = (run_started(machine=MACHINE.model_copy(update={"flushes_denormals": each})) for each in (before, now))
    assert list(map(str, differences(*starts))) == found
