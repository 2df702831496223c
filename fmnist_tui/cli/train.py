"""`fmnist-tui train`: train a run."""

from typing import Any

from fmnist_tui.cli.arguments import JsonEvents, Plain
from fmnist_tui.cli.background import Background, checked_sinks, print_started
from fmnist_tui.cli.flags import DEFAULT_PRESET, ConfigFile, ModelName, PresetName, given_config, with_config_flags
from fmnist_tui.cli.foreground import SinkNames, run_in_foreground
from fmnist_tui.cli.label_flags import Name, Note, Tags, given_labels
from fmnist_tui.cli.output import Output
from fmnist_tui.cli.processes import Processes, require_valid_number, run_with_others
from fmnist_tui.cli.slurm import Slurm, SlurmScript, job_request, train_as_job
from fmnist_tui.cli.train_repeats import RepeatCount, train_repeats
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.engine.background import train_in_background
from fmnist_tui.runs.launches import run_of_launch
from fmnist_tui.training.launch import this_launch


@with_config_flags
def train(
    *,
    model: ModelName = None,
    preset: PresetName = DEFAULT_PRESET,
    config: ConfigFile = None,
    json: JsonEvents = False,
    plain: Plain = False,
    sink: SinkNames = None,
    background: Background = False,
    processes: Processes = 1,
    slurm: Slurm = None,
    slurm_script: SlurmScript = None,
    repeats: RepeatCount = None,
    name: Name = "",
    note: Note = "",
    tag: Tags = None,
    **flags: Any,
) -> int:
    """Train a model and save its checkpoints.

    Values that are not given come from the model's preset. The defaults below are those of the given `--model` and
    `--preset`. A * marks each epoch with the best validation accuracy so
    far; checkpoint `best` is of the last of them. The first Ctrl-C finishes the batch, saves checkpoint `last` and ends
    with exit code 130; a second one quits at once.

    With `--repeats`, several runs are trained that differ in their seeds only, each in a process of its own, and the
    statistics of their results are printed as they arrive; `--json` prints a line for each, with its metrics and the
    statistics so far. With `--background`, the queue trains them.
    """
    output, launch = Output.of(json=json, plain=plain), this_launch()
    if launch is not None and (before := run_of_launch()) is not None:  # torchrun has started the processes again
        return run_in_foreground(
            output,
            lambda session: session.resume(before, replay_history=output is Output.TABLES),
            sink_names=sink or (),
            launch=launch,
        )
    chosen = given_config(model, preset, config, flags)
    if repeats is not None:
        if processes != 1 or launch is not None or slurm is not None or slurm_script is not None:
            problem = "--repeats excludes --processes, --slurm and torchrun"
            raise UsageError(problem, "Leave out one of them: each repeat has a process of its own on this machine")
        return train_repeats(
            chosen,
            repeats,
            output,
            name=name,
            note=note,
            tags=tag or (),
            sinks=checked_sinks(sink),
            background=background,
        )
    labels = given_labels(name, note, tag or ())
    if job := job_request(slurm, slurm_script, *(["--background"] if background else [])):
        require_valid_number(processes)
        return train_as_job(job, chosen, labels, output, sinks=checked_sinks(sink), processes=processes)
    if (code := run_with_others(processes, background=background)) is not None:
        return code
    if background:
        started = train_in_background(chosen, labels, sinks=checked_sinks(sink), processes=processes)
        return print_started(started, output)
    return run_in_foreground(
        output, lambda session: session.train(chosen, labels), sink_names=sink or (), launch=launch
    )
