"""`fmnist-tui train --repeats`: train one config with several seeds, and print what the results have in common."""

import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.label_flags import given_labels
from fmnist_tui.cli.output import Output, print_json
from fmnist_tui.cli.queue_configs import labels_for
from fmnist_tui.cli.repeat_results import repeat_results
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.background import last_line
from fmnist_tui.engine.queue import NewRun, enqueue
from fmnist_tui.engine.repeats import PlannedRepeats, RepeatTrainer, plan_repeats
from fmnist_tui.events import RunState
from fmnist_tui.formatting import counted
from fmnist_tui.paths import require_home
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.queue import read_queue
from fmnist_tui.runs.repeats import MAX_REPEATS, MIN_REPEATS, first_repeats_of
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line

RepeatCount = Annotated[
    int | None,
    Parameter(
        name="--repeats",
        help=f"Train {MIN_REPEATS} to {MAX_REPEATS} runs of this config, the first with --seed and the others with the "
        "next seeds that no run of it has, several at once where that is faster; print mean, standard deviation and "
        "95 % interval of their results.",
        metavar="INT",
    ),
]


def train_repeats(
    config: RunConfig,
    repeats: int,
    output: Output,
    *,
    name: str = "",
    note: str = "",
    tags: Sequence[str] = (),
    sinks: Sequence[str] = (),
    background: bool = False,
) -> int:
    """Train the repeats, or queue them; return the exit code.

    Raises:
        UsageError: The number is out of range, a label is invalid, or the sinks exclude the queue.
        UserError: The runs can't be made, started or queued.
    """
    if not MIN_REPEATS <= repeats <= MAX_REPEATS:
        raise UsageError(f"--repeats is {repeats}, but must be {MIN_REPEATS} to {MAX_REPEATS}")
    if background and sinks:
        raise UsageError("--sink excludes --background with --repeats: the queue adds none", "Leave out one of them")
    given_labels("", note, tags)
    require_home()
    planned = plan_repeats(config, repeats)
    configs = first_repeats_of(planned.config, repeats, list_runs())
    runs = [NewRun(*one) for one in zip(configs, labels_for(repeats, name, note, tags), strict=True)]
    return _queue(runs, planned, output) if background else _train(runs, planned, output, sinks)


def _queue(runs: Sequence[NewRun], planned: PlannedRepeats, output: Output) -> int:
    folders = enqueue(runs)
    seeds = [run.config.seed for run in runs]
    if output is Output.JSON:
        print_json({"runs": [folder.run for folder in folders], "seeds": seeds, **planned.concurrency._asdict()})
        return 0
    print(f"{len(runs)} repeats with seeds {_listed(seeds)} are queued; {planned.concurrency}.")
    if read_queue().is_paused:
        print("The queue is paused; `fmnist-tui queue continue` continues it.")
    print("`fmnist-tui queue` lists the queue; `fmnist-tui runs compare RUN...` shows the mean of their results.")
    return 0


def _train(runs: Sequence[NewRun], planned: PlannedRepeats, output: Output, sinks: Sequence[str]) -> int:
    _fetch_images(planned.config)
    ended: list[RunSummary] = []
    with repeat_results(output, [run.config.seed for run in runs], planned.concurrency) as results:

        def on_end(run: RunSummary) -> None:
            ended.append(run)
            results.add(run)

        trainer = RepeatTrainer(runs, sinks=sinks, on_change=results.show, on_end=on_end)
        trainer.run(lambda: print_stderr("stopping and saving the runs; interrupt again to quit at once"))
    failed = [run for run in ended if run.status in (RunStatus.FAILED, RunStatus.CRASHED)]
    for run in failed:
        print_stderr(f"run {run.title} has {run.status}: {last_line(run.folder.output_file) or 'no reason is known'}")
    stopped = [run for run in ended if run.state == RunState.STOPPED]
    if trainer.was_interrupted:
        waiting = len(runs) - len(ended)
        print_stderr(
            f"{counted(len(stopped), 'run')} stopped and saved, {waiting} not begun; "
            "`fmnist-tui resume RUN` resumes a run"
        )
        return 130
    return 1 if failed else 0


def _fetch_images(config: RunConfig) -> None:
    """Download the images if they are missing: else each of several processes would."""
    from fmnist_tui.data.download import find_or_fetch

    spec = config.dataset_spec
    if not spec.is_synthetic:
        print_once = _DownloadNotice()
        find_or_fetch(spec, config.data, print_once, lambda: False)


class _DownloadNotice:
    """Reports once that a download has begun."""

    def __init__(self) -> None:
        self._is_printed = False

    def __call__(self, file: str, _done: int, _total: int) -> None:
        if not self._is_printed:
            print(f"downloading {one_line(file)}…", file=sys.stderr)
            self._is_printed = True


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))
