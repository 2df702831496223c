"""`fmnist-tui queue`: train several runs one after another, in the background."""

import sys
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from cyclopts import App, Parameter

from fmnist_tui.cli.arguments import OPTIONS, Json, Plain, Run
from fmnist_tui.cli.completers import complete_runs
from fmnist_tui.cli.exit_codes import DONE, FAILED, INTERRUPTED
from fmnist_tui.cli.flags import DEFAULT_PRESET, ConfigFile, ModelName, PresetName, with_config_flags
from fmnist_tui.cli.label_flags import Name, Note, Tags
from fmnist_tui.cli.output import Output
from fmnist_tui.cli.queue_configs import given_configs, labels_for, repeated
from fmnist_tui.cli.queue_list import print_plan, print_queue
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.engine import queue as actions
from fmnist_tui.engine.queue import NewRun, enqueue
from fmnist_tui.engine.queue_worker import QueueWorker
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import counted
from fmnist_tui.runs.labels import readable_labels
from fmnist_tui.runs.queue import read_queue
from fmnist_tui.runs.repeats import MAX_REPEATS, MIN_REPEATS, labels_to_repeat
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.sanitize import printable, quote

queue = App(
    name="queue",
    help="Train several runs one after another, in the background.",
    group_parameters=OPTIONS,
)

Lists = Annotated[
    ModelName,
    Parameter(help="The model, or several, separated by commas."),
]


@queue.default
@queue.command(name="list")
def list_queue(*, json: Json = False, plain: Plain = False) -> int:
    """List the runs in the queue, the next one first."""
    print_queue(read_queue(), Output.of(json=json, plain=plain))
    return DONE


@queue.command
@partial(with_config_flags, takes="list")
def add(
    *,
    model: Lists = None,
    preset: PresetName = DEFAULT_PRESET,
    config: ConfigFile = None,
    from_: Annotated[
        str | None,
        Parameter(
            name="--from",
            help="A run whose config is used, with what it chose automatically; options override it.",
            metavar="RUN",
            completer=complete_runs,
        ),
    ] = None,
    repeats: Annotated[
        int | None,
        Parameter(
            help=f"Queue each config {MIN_REPEATS} to {MAX_REPEATS} times, with seeds that none of its runs has. "
            "Repeats of a run have its tags, and its name with a number.",
            metavar="INT",
        ),
    ] = None,
    yes: Annotated[bool, Parameter(help="Queue several runs without a question.", negative="")] = False,
    json: Json = False,
    plain: Plain = False,
    name: Name = "",
    note: Note = "",
    tag: Tags = None,
    **flags: Any,
) -> int:
    """Add runs at the end of the queue, one for each combination of values.

    Every number and every choice may be several, separated by commas: with `--learning-rate 1e-3,3e-3 --batch-size
    64,128`, these are four runs. A background process trains them one after another, and at once those that name
    the CPU and few enough threads; it outlives the terminal and ends when the queue is empty.
    """
    output = Output.of(json=json, plain=plain)
    original = resolve_run(from_) if from_ is not None else None
    configs = given_configs(model, preset, config, flags, original)
    if repeats is not None:
        if flags.get("seed") is not None:
            raise UsageError("--repeats excludes --seed", "Leave out --seed: each repeat has another one")
        configs = repeated(configs, repeats)
        if original:
            labels_of_all = labels_to_repeat(readable_labels(original))
            name, tag = name or labels_of_all.name, tag or list(labels_of_all.tags)
    labels = labels_for(len(configs), name, note, tag or ())
    if len(configs) > 1 and not yes:
        if json or not sys.stdin.isatty():
            raise UsageError(f"these are {len(configs)} runs", "Add --yes to queue them without a question")
        print_plan(configs, output)
        if not _user_agrees(f"Queue these {len(configs)} runs?"):
            print("Nothing was queued.")
            return FAILED
    folders = enqueue([NewRun(*one) for one in zip(configs, labels, strict=True)])
    now = read_queue()
    if json:
        print_queue(now, output, {folder.run for folder in folders})
        return DONE
    for folder in folders if len(folders) == 1 else ():
        print(printable(f"Run {folder.run} is queued."))
    if len(folders) > 1:
        print(f"{len(folders)} runs are queued.")
    if now.is_paused:
        print("The queue is paused; `fmnist-tui queue continue` continues it.")
    else:
        are_trained = "It is trained" if len(folders) == 1 else "They are trained"
        print(f"{are_trained} in the background; `fmnist-tui queue` lists the queue.")
    return DONE


@queue.command
def move(
    run: Run,
    place: Annotated[str, Parameter(help="`first`, `last` or a number; 1 is the first.", metavar="PLACE")],
) -> int:
    """Move a run to another place in the queue.

    Nothing comes before the run that is being trained.
    """
    number = {"first": 1, "last": sys.maxsize}.get(place) or (int(place) if place.isdecimal() else 0)
    if number < 1:
        raise UsageError(f"the place is {quote(place)}", "Use first, last or a number from 1 on")
    actions.move(_queued([run])[0], number - 1)
    print_queue(read_queue(), Output.TABLES)
    return DONE


@queue.command
def cancel(
    *runs: Run,
    every: Annotated[bool, Parameter(name="--all", help="Cancel all runs in the queue.", negative="")] = False,
) -> int:
    """Take runs out of the queue.

    A run that is being trained is stopped and saved, and the next one begins. Those that were never trained are moved
    to the trash, from which `runs restore` brings them back.
    """
    if every == bool(runs):
        raise UsageError("no run is named" if not runs else "runs are named besides --all", "Name runs or give --all")
    cancelled = read_queue().runs if every else _queued(runs)
    actions.cancel(cancelled)
    print(f"{counted(len(cancelled), 'run')} cancelled.")
    return DONE


@queue.command
def pause() -> int:
    """Start no further run after the one that is being trained."""
    actions.pause()
    print("The queue is paused; `fmnist-tui queue continue` continues it.")
    return DONE


@queue.command(name="continue")
def continue_() -> int:
    """Continue the queue after a pause, a restart or a crash, in the background."""
    runs = actions.continue_queue().runs
    print(f"The queue continues with {counted(len(runs), 'run')}." if runs else "The queue is empty.")
    return DONE


@queue.command
def run() -> int:
    """Work on the queue in this process until it is empty.

    Ctrl-C stops and saves the run that is being trained; it stays in the queue.
    """
    worker = QueueWorker(lambda text: print(printable(f"{text[0].upper()}{text[1:]}."), flush=True))
    if not worker.run():
        print("Another process works on the queue already.")
    elif worker.was_interrupted:
        return INTERRUPTED
    return DONE


def _queued(refs: Sequence[str]) -> list[str]:
    """Return the runs that are named.

    Raises:
        UserError: There is no such run, or it is not in the queue.
    """
    queued, found = read_queue().runs, []
    for ref in refs:
        folder = resolve_run(ref, is_wanted=lambda summary: summary.is_queued)
        if folder.run not in queued:
            raise UserError(f"run {quote(folder.run)} is not in the queue", "`fmnist-tui queue` lists those that are")
        found.append(folder.run)
    return found


def _user_agrees(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, OSError):  # OSError: the terminal has been closed
        return False
