"""fmnist-tui without its interface: a run with all that belongs to one, from its folder to its last checkpoint.

Variant "fp32" computes in fp32; the default one as the program's defaults.
"""

from benchmarks.peers.task import Outcome, Task, run_task
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.session import Session
from fmnist_tui.events import EpochEnded, Event, RunStarted, RunState

FILE_IMAGES = 60_000


def config_for(task: Task) -> RunConfig:
    """Return the task as a config; the held-out images are the validation images."""
    return RunConfig.from_flat(
        {
            "model": task.workload,
            "epochs": task.epochs,
            "batch_size": task.batch_size,
            "optimizer": "adam",
            "learning_rate": task.learning_rate,
            "weight_decay": task.weight_decay,
            "schedule": "constant",
            "validation_size": FILE_IMAGES - task.images.count,
            "precision": task.variant or "auto",
            "device": "cpu",
            "data": str(task.images.images_file.parent),
        }
    )


def train(task: Task) -> Outcome:
    """Train one run; the epochs' speed is the one in its events, without validation."""
    epochs: list[EpochEnded] = []
    how = ""

    def on_event(event: Event) -> None:
        nonlocal how
        if isinstance(event, RunStarted):
            how = f"{event.precision}, threads: {event.threads}"
        elif isinstance(event, EpochEnded):
            epochs.append(event)

    ended = Session([CallbackSink(on_event)]).train(config_for(task))
    if ended.state is not RunState.FINISHED:
        raise RuntimeError(ended.reason)
    seconds = [task.images.count / epoch.images_per_second for epoch in epochs]
    return Outcome(seconds, task.images.count, lambda: epochs[-1].validation_accuracy, how)


if __name__ == "__main__":
    run_task(train)
