"""Which modules are loaded when: checked in fresh processes."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision")


def modules_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after `statement`."""
    return {name.partition(".")[0] for name in all_modules_after(statement)}


def all_modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(output.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "fmnist_tui.tui.main",
        "fmnist_tui.engine.compute_engine",
        "fmnist_tui.cli.main",
        "fmnist_tui.cli.train",
        "fmnist_tui.cli.runs",
        "fmnist_tui.cli.replay",
        "fmnist_tui.runs.catalog",
        "fmnist_tui.data.status",
    ],
)
def test_what_runs_before_the_first_frame_loads_no_torch(module: str) -> None:
    assert not modules_after(f"import {module}") & set(HEAVY)


def test_a_list_of_indexed_runs_loads_neither_pydantic_nor_numpy() -> None:
    assert not modules_after("import fmnist_tui.cli.runs") & {"pydantic", "numpy", *HEAVY}


def test_the_shell_completes_a_run_without_the_parser() -> None:
    completes = "from fmnist_tui.cli.main import run\nassert run(['__complete', 'test', ''], None) == 0"
    assert not modules_after(completes) & {"cyclopts", "pydantic", "numpy", "rich", *HEAVY}


@pytest.mark.parametrize("command", ["", "train", "test"])
def test_help_loads_no_torch(command: str) -> None:
    assert not modules_after(f"from fmnist_tui.cli.main import run\nrun([*'{command}'.split(), '--help'], None)") & set(
        HEAVY
    )


@pytest.mark.parametrize("module", ["fmnist_tui.cli.train", "fmnist_tui.training.loop", "fmnist_tui.engine.session"])
def test_a_headless_run_loads_no_textual(module: str) -> None:
    assert "textual" not in modules_after(f"import {module}")


@pytest.mark.parametrize("model", ["logistic", "cnn"])
def test_a_run_does_not_wait_for_torchs_compiler(model: str) -> None:
    begins = (
        "from fmnist_tui.config import RunConfig\n"
        "import torch, fmnist_tui.training.loop, fmnist_tui.evaluation.evaluator\n"
        "from fmnist_tui.models.summary import summarize\n"
        "from fmnist_tui.training.compute_plan import choose_plan\n"
        "from fmnist_tui.training.train_step import TrainStep\n"
        f"config = RunConfig.from_preset('fast', '{model}')\n"
        "summarize(config.model)\n"
        "train_step = TrainStep(config, choose_plan(config), 10)\n"
        "train_step.step(torch.zeros(4, 1, 28, 28), torch.zeros(4, dtype=torch.int64), 0)"
    )
    assert "torch._dynamo" not in all_modules_after(begins)
