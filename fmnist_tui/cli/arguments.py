"""The arguments that several commands have."""

from typing import Annotated

from cyclopts import Group, Parameter

from fmnist_tui.cli.completers import (
    complete_checkpoints,
    complete_resumable_runs,
    complete_running_runs,
    complete_runs,
)

OPTIONS = Group("Options", sort_key=0)
"""The group of the options that have no group of their own: it comes first in the help."""

Run = Annotated[
    str,
    Parameter(
        help="A run: its name, its identifier or the start of that, or `latest`.",
        metavar="RUN",
        completer=complete_runs,
    ),
]

Runs = Annotated[
    list[str],
    Parameter(
        help="The runs: names, identifiers or their starts, or `latest`.",
        metavar="RUN",
        negative="",
        completer=complete_runs,
    ),
]

RunsOrDefault = Annotated[list[str] | None, Parameter(metavar="RUN", negative="", completer=complete_runs)]
"""Runs, or what the command's own help says if none is named."""

RunningRun = Annotated[
    Run,
    Parameter(
        help="A run: its name, its identifier or the start of that, its folder, or `latest`, the newest one that is "
        "running.",
        completer=complete_running_runs,
    ),
]

ResumableRun = Annotated[Run, Parameter(completer=complete_resumable_runs)]

Checkpoint = Annotated[
    str,
    Parameter(
        help="A run (its name, its identifier or the start of that, or `latest`), or a checkpoint's file.",
        metavar="RUN",
        completer=complete_runs,
    ),
]

Which = Annotated[
    str,
    Parameter(
        help="The checkpoint of the run: best, last, or epoch-10 if that one was saved.",
        metavar="CHECKPOINT",
        completer=complete_checkpoints,
    ),
]

Data = Annotated[
    str | None, Parameter(help="The folder with the images, if not where the run found them.", metavar="DIR")
]

FormData = Annotated[
    str | None,
    Parameter(help="The folder with the images, auto or demo, with which the form begins.", metavar="DIR"),
]

FormDataset = Annotated[
    str | None, Parameter(help="The dataset, such as kmnist, with which the form begins.", metavar="NAME")
]

Theme = Annotated[
    str | None,
    Parameter(help="The theme of this session, such as textual-light or ansi-dark.", metavar="NAME"),
]

Json = Annotated[bool, Parameter(help="Print the result as JSON, and nothing else.", negative="")]

JsonLines = Annotated[bool, Parameter(help="Print each as one line of JSON, and nothing else.", negative="")]

JsonEvents = Annotated[bool, Parameter(help="Print each event as one line of JSON, and nothing else.", negative="")]

Plain = Annotated[
    bool,
    Parameter(
        help="Report progress in whole sentences, one a line, without colors and bars: for screen readers and logs.",
        negative="",
    ),
]
