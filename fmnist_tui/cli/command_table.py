"""The table of commands. Their modules are named by it, not imported, so that each is loaded only when it is used."""

from collections.abc import Mapping
from keyword import iskeyword
from types import MappingProxyType
from typing import NamedTuple

PROGRAM = "fmnist-tui"


class NestedCommand(NamedTuple):
    """A command of a command.

    Attributes:
        module: The module of `cli/` with the function of that name.
        usage: What follows its name.
        summary: The line in the list of commands, with which its docstring begins.
    """

    module: str
    usage: str
    summary: str


class Command(NamedTuple):
    """A command as the list of commands and the end of its help show it.

    Attributes:
        summary: The line in the list of commands; the command's own help is its docstring, which begins with that line.
        examples: What each example does, and its arguments.
        usage: What follows the command's name, if the parser's own line doesn't name it: an optional argument.
        nested: Its own commands that have modules of their own.
    """

    summary: str
    examples: dict[str, str]
    usage: str = ""
    nested: Mapping[str, NestedCommand] = MappingProxyType({})


def function_of(command: str) -> tuple[str, str]:
    """Return the module and the name of a command's function; some names are reserved by Python."""
    name = f"{command}_" if iskeyword(command) else command
    return f"fmnist_tui.cli.{name}", name


COMMANDS = {
    "train": Command(
        "Train a model and save its checkpoints.",
        {
            "Train the CNN for ten epochs": "train --model cnn --epochs 10",
            "Train an MLP with two hidden layers on generated images": "train --model mlp --hidden-units 128 64 "
            "--data demo",
            "Train the MLP with five seeds, and print the mean of the results": "train --model mlp --repeats 5",
        },
    ),
    "resume": Command(
        "Resume a run that was stopped, interrupted or crashed.",
        {
            "Resume the newest run that can be resumed": "resume latest",
            "Train a finished run for more epochs": "resume 20261123-151243-cnn --epochs 20",
        },
    ),
    "watch": Command(
        "Watch a run that another process trains, here or on another machine.",
        {
            "Watch the newest run that is running": "watch latest",
            "Watch a run on a shared disk until it is finished, also if it is resumed": "watch /shared/runs/20261123-1"
            "51243-cnn --wait",
        },
    ),
    "pause": Command(
        "Pause a run that another process trains.",
        {"Pause the newest run that is running": "pause latest"},
    ),
    "continue": Command(
        "Continue a run that is paused.",
        {"Continue the newest run that is running": "continue latest"},
    ),
    "stop": Command(
        "Stop and save a run that another process trains.",
        {"Stop a run, and wait an hour for it at most": "stop latest --timeout 3600"},
    ),
    "queue": Command(
        "Train several runs one after another, in the background.",
        {
            "Queue a run for each of two learning rates and two batch sizes": "queue add --learning-rate 1e-3,3e-3 "
            "--batch-size 64,128",
            "Repeat a run with five other seeds": "queue add --from baseline --repeats 5",
            "Train a run next": "queue move latest first",
            "Continue after a restart of the machine": "queue continue",
        },
    ),
    "sweep": Command(
        "Search hyperparameters by many runs, on one machine or on many.",
        {
            "Search the learning rate of the CNN": 'sweep new wide --learning-rate "1e-4..1e-1 log"',
            "Train its trials; type it in more terminals for more workers": "sweep work wide",
            "Work on a sweep in a database that several machines reach": "sweep work wide --storage "
            "postgresql://alice@db/lab",
            "Show the trials and the best one": "sweep show wide",
            "Open the trials in a spreadsheet": "sweep show wide --csv > wide.csv",
            "End a trial that goes nowhere": "sweep stop wide --trial 7",
        },
        nested={
            "new": NestedCommand(
                "sweep_new", "[OPTIONS] NAME", "Make a sweep: trials of one config whose fields vary."
            ),
            "work": NestedCommand(
                "sweep_work", "[OPTIONS] SWEEP", "Train the trials of a sweep in this process until it is done."
            ),
            "show": NestedCommand(
                "sweep_show", "[OPTIONS] [SWEEP]", "Show the trials of a sweep, the best one, and which fields matter."
            ),
            "stop": NestedCommand("sweep_stop", "[OPTIONS] SWEEP", "Stop a sweep, or end one of its trials."),
        },
    ),
    "test": Command(
        "Evaluate a checkpoint on the test set, or on another split.",
        {
            "Evaluate the best checkpoint of the newest run": "test latest",
            "Write a report with images": "test latest --split validation --report report.html",
        },
    ),
    "compare": Command(
        "Compare two checkpoints on the same images.",
        {
            "Compare two runs by the starts of their names": "compare 20261123-15 20261123-16",
            "Compare two checkpoints of one run": "compare latest latest --which best --which-b last",
        },
    ),
    "classify": Command(
        "Classify your own images by a checkpoint.",
        {"Classify two photos": "classify shirt.jpg shoe.png"},
        usage="[OPTIONS] FILES...",
    ),
    "export": Command(
        "Export a run or a checkpoint for other programs.",
        {
            "Export the best checkpoint of the newest run for ONNX Runtime": "export latest --format onnx",
            "Open the curves of a run in a spreadsheet": "export 20261123-15 --format csv --output curves.csv",
        },
    ),
    "reproduce": Command(
        "Train a run again and report whether the result is the same.",
        {
            "Check that the newest run can be reproduced": "reproduce latest",
            "Print only the verdict": "reproduce 20261123-151243-cnn --json | jq -r .verdict",
        },
    ),
    "runs": Command(
        "List the runs, or show one in detail.",
        {
            "Show the newest run": "runs show latest",
            "List the finished runs of the CNN, the best first": "runs model:cnn state:finished --sort -val",
            "List those with a high learning rate or a tag": "runs 'lr>=0.01 or tag:paper' --columns name,lr,val",
            "Open all runs in a spreadsheet": "runs --csv > runs.csv",
            "Print the identifier of each run": "runs --json | jq -r .run",
            "Name the newest run, to find it by that name": "runs rename latest baseline",
            "Note what it was for": "runs note baseline 'default settings, five seeds'",
            "Tag two runs, and remove a tag": "runs tag baseline 20261123-15 +paper -draft",
            "Mark the two for a comparison": "runs mark baseline 20261123-15",
            "Compare the marked runs": "runs compare",
            "Compare two runs by their results and settings": "runs compare baseline 20261123-15",
            "Remove all marks": "runs unmark",
            "Move a run to the trash": "runs delete 20261123-15",
            "Restore the run that was deleted last": "runs restore latest",
        },
        nested={
            "show": NestedCommand("run_details", "[OPTIONS] RUN...", "Show runs in detail."),
            "rename": NestedCommand("run_labels", "RUN NAME", "Give a run a name, by which every command finds it."),
            "note": NestedCommand("run_labels", "RUN TEXT", "Replace the note of a run."),
            "tag": NestedCommand("run_labels", "RUN... +TAG... -TAG...", "Add tags to runs, or remove them."),
            "mark": NestedCommand("run_labels", "RUN...", "Mark runs, to compare them or to find them again."),
            "unmark": NestedCommand("run_labels", "[RUN...]", "Remove the marks of runs."),
            "compare": NestedCommand(
                "run_comparison", "[OPTIONS] [RUN...]", "Compare the results of runs, and the settings that differ."
            ),
            "delete": NestedCommand("run_trash", "[OPTIONS] [RUN...]", "Move runs to the trash."),
            "restore": NestedCommand("run_trash", "[RUN...]", "Restore runs from the trash, or list what is in it."),
        },
    ),
    "replay": Command(
        "Replay a run: watch it again as it was trained, faster.",
        {
            "Watch the newest run again in the interface": "replay latest",
            "Print the epochs of a run from the third on, ten times as fast": "replay 20261123-151243-cnn --table "
            "--speed 10 --from-epoch 3",
        },
    ),
    "data": Command(
        "Show where a dataset's files are and whether they verify, or download them.",
        {
            "Verify the files of a dataset": "data --dataset mnist",
            "Download a dataset": "data fetch --dataset mnist",
        },
    ),
    "models": Command(
        "List the models, their sizes and their options.",
        {"Show the layers of the CNN": "models cnn"},
        usage="[OPTIONS] [MODEL]",
    ),
    "presets": Command(
        "List the presets: the hyperparameters that each gives a model.",
        {
            "Show the presets of the CNN": "presets cnn",
            "Print all values of a preset": "config show --model cnn --preset accurate",
        },
        usage="[OPTIONS] [MODEL]",
    ),
    "keys": Command(
        "List the keys of the interface, with your own from `keymap.toml`.",
        {
            "Find the key of an action": "keys | grep resume",
            "Store what editors need to complete a keymap": "keys --schema > keymap.schema.json",
        },
    ),
    "serve": Command(
        "Open the interface in a browser.",
        {
            "Train on generated images": "serve --data demo",
            "Take any free port": "serve --port 0",
        },
    ),
    "config": Command(
        "Print, check or describe the config of a run, a JSON file for `train --config`.",
        {
            "Store a preset's config, to edit it": "config show --model mlp > mlp.json",
            "Check a config before `train --config mlp.json`": "config check mlp.json",
            "Store what editors need to complete and check it": "config schema > schema.json",
        },
    ),
    "doctor": Command(
        "Show versions, devices, threads, terminal, data and folders.",
        {"Add it to a bug report": "doctor > doctor.txt", "See how long each preset takes": "doctor --speed"},
    ),
    "completion": Command(
        "Complete commands, options and the names of runs in the shell.",
        {
            "Install it for your shell": "completion install",
            "Print the script of a shell": "completion show bash",
        },
    ),
    "man": Command(
        "Print the manual page in the format of man.",
        {"Read the page": "man | man -l -"},
    ),
}
"""All commands, in the order of the list of commands."""
