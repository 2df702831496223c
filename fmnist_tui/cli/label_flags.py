"""The flags that label a new run."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import Group, Parameter

from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.resolve import require_free_name

LABELS = Group("Labels", sort_key=1)

Name = Annotated[
    str,
    Parameter(
        help="A name for the run, by which every command finds it; no other run may have it.",
        group=LABELS,
        metavar="NAME",
        show_default=False,
        allow_leading_hyphen=True,
    ),
]

Note = Annotated[
    str,
    Parameter(help="What the run is for.", group=LABELS, metavar="TEXT", show_default=False, allow_leading_hyphen=True),
]

Tags = Annotated[
    list[str] | None,
    Parameter(
        name="--tag",
        help="A word by which runs are filtered; give it again for more tags.",
        group=LABELS,
        metavar="WORD",
        negative="",
        allow_leading_hyphen=True,
    ),
]


def given_labels(name: str, note: str, tags: Sequence[str]) -> RunLabels:
    """Return the labels that a command line gives a new run.

    Raises:
        UsageError: One of them is invalid.
        UserError: Another run has that name.
    """
    with usage_errors():
        labels = RunLabels.of(name=name, note=note, tags=tuple(tags))
    require_free_name(labels.name)
    return labels
