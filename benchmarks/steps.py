"""Measures the steps of a training by themselves, on any device, with and without a CUDA graph."""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from benchmarks.report import Column, Report, Table, progress

if TYPE_CHECKING:
    from fmnist_tui.config import RunConfig
    from fmnist_tui.training.trainer import Trainer

WARM_UP_SECONDS = 0.5
STEPS_AT_ONCE = 10
"""Steps between two looks at the clock, and five times as many between two waits for the device."""

COLUMNS = (
    Column("model", "model"),
    Column("computed with", "plan"),
    Column("optimizer", "optimizer"),
    Column("batch", "batch", ",d"),
    Column("images/s", "speed", ",.0f"),
    Column("ms a step", "milliseconds", ".3f"),
    Column("without graph", "without_graph", ",.0f"),
    Column("ratio", "ratio", ".2f"),
)


def steps(
    *models: Annotated[str, Parameter(help="Models; mlp, cnn and resnet if left out.")],
    device: Annotated[str, Parameter(help="The device, or auto.")] = "auto",
    precisions: Annotated[
        tuple[str, ...], Parameter(help="Precisions, or auto.", consume_multiple=True, negative="")
    ] = ("auto",),
    batch_sizes: Annotated[
        tuple[int, ...], Parameter(help="Images in a batch.", consume_multiple=True, negative="")
    ] = (128, 512),
    optimizers: Annotated[
        tuple[str, ...], Parameter(help="Optimizers; the preset's if left out.", consume_multiple=True, negative="")
    ] = (),
    threads: Annotated[int, Parameter(help="Threads on a CPU; 0 leaves them to the rule.")] = 0,
    seconds: Annotated[float, Parameter(help="Seconds of each measurement.")] = 1.0,
    data: Annotated[str, Parameter(help="The folder with the images, auto or demo.")] = "auto",
    rounds: Annotated[int, Parameter(help="How often everything is measured.")] = 3,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Measure training steps with preset `fast`, without validation, log and checkpoints.

    On CUDA, steps are replayed as a graph; they are measured without it too. Figures are medians of the rounds.
    """
    from fmnist_tui.config import RunConfig

    table = Table("Training steps", COLUMNS)
    report = Report(table)
    for model in models or ("mlp", "cnn", "resnet"):
        preset = RunConfig.from_preset("fast", model)
        for precision in precisions:
            for batch in batch_sizes:
                for optimizer in optimizers or (preset.optimizer,):
                    changes = {"precision": precision, "batch_size": batch, "optimizer": optimizer, "threads": threads}
                    progress(f"{model} {precision}, batches of {batch}, {optimizer}")
                    config = RunConfig.from_flat({**preset.to_flat(), **changes, "device": device, "data": data})
                    table.rows.append({"model": model, **_measured(config, seconds, rounds)})
    report.publish(json_file, list(table.rows))


def _measured(config: "RunConfig", seconds: float, rounds: int) -> dict[str, Any]:
    from fmnist_tui.data.dataset import load_dataset
    from fmnist_tui.training.allocator import keep_freed_memory
    from fmnist_tui.training.compute_plan import choose_plan
    from fmnist_tui.training.denormals import denormals_flushed
    from fmnist_tui.training.determinism import prepare_process
    from fmnist_tui.training.trainer import Trainer

    plan, dataset = choose_plan(config), load_dataset(config)
    keep_freed_memory()
    prepare_process(config, plan)
    trainers = [Trainer(config, dataset, plan)]
    if plan.device.type == "cuda":
        trainers.append(Trainer(config, dataset, plan))
        trainers[1].train_step.compute_without_graph()
    steps = [_steps(trainer) for trainer in trainers]
    with denormals_flushed():
        for each in steps:
            _steps_a_second(each, plan.device.type, WARM_UP_SECONDS)
        speeds = [[_steps_a_second(each, plan.device.type, seconds) for each in steps] for _ in range(rounds)]
    speed, *without = (config.batch_size * statistics.median(column) for column in zip(*speeds, strict=True))
    return {
        "plan": str(plan),
        "optimizer": config.optimizer,
        "batch": config.batch_size,
        "speed": speed,
        "milliseconds": 1e3 * config.batch_size / speed,
        "without_graph": without[0] if without else None,
        "ratio": speed / without[0] if without else None,
    }


def _steps(trainer: "Trainer") -> Iterator[None]:
    while True:
        yield from trainer.train_epoch()
        trainer.next_epoch()


def _steps_a_second(steps: Iterator[None], device: str, seconds: float) -> float:
    import torch

    def wait() -> None:
        if device == "cuda":
            torch.cuda.synchronize()

    wait()
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for _ in range(STEPS_AT_ONCE):
            next(steps)
        count += STEPS_AT_ONCE
        if count % (5 * STEPS_AT_ONCE) == 0:
            wait()  # else the processor would run ahead by more than is measured
    wait()
    return count / (time.perf_counter() - started)
