"""`fmnist-tui runs rename`, `note`, `tag`, `mark` and `unmark`: change the labels of runs."""

from collections.abc import Callable
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.arguments import Run, Runs, RunsOrDefault
from fmnist_tui.cli.completers import complete_marked_runs, complete_runs
from fmnist_tui.cli.usage_errors import UsageError, usage_errors
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, read_labels, write_labels
from fmnist_tui.runs.resolve import require_free_name, resolve_run
from fmnist_tui.sanitize import one_line, printable, quote

Text = Parameter(allow_leading_hyphen=True, show_default=False)


def rename(run: Run, name: Annotated[str, Text, Parameter(help='The new name; "" removes it.')]) -> int:
    """Give a run a name, by which every command finds it.

    Its folder keeps the identifier. No other run may have the name.
    """
    folder = resolve_run(run)
    labels = _changed(folder, lambda labels: labels.changed(name=name))
    require_free_name(labels.name, folder.run)
    write_labels(folder, labels)
    _report(folder, f"is named {quote(labels.name, 100)}" if labels.name else "has no name")
    return 0


def note(run: Run, text: Annotated[str, Text, Parameter(help='What is to be noted; "" removes the note.')]) -> int:
    """Replace the note of a run."""
    folder = resolve_run(run)
    labels = _changed(folder, lambda labels: labels.changed(note=text))
    write_labels(folder, labels)
    _report(folder, f"has the note {quote(labels.note, 100)}" if labels.note else "has no note")
    return 0


def tag(
    words: Annotated[
        list[str],
        Parameter(
            name="RUN",
            help="Runs, and tags to add (+paper) or to remove (-draft), in any order.",
            metavar="RUN",
            allow_leading_hyphen=True,
            negative="",
            completer=complete_runs,
        ),
    ],
    /,
) -> int:
    """Add tags to runs, or remove them."""
    changes = [word for word in words if word[:1] in ("+", "-")]
    refs = [word for word in words if word[:1] not in ("+", "-")]
    if not changes:
        raise UsageError("no tag is given", "Write +paper to add one, or -draft to remove one")
    if not refs:
        raise UsageError("no run is given", "Name the runs before the tags")
    if option := next((word for word in changes if word.startswith("--")), None):
        raise UsageError(f"there is no option {quote(option)}")
    added = [word[1:] for word in changes if word[0] == "+"]
    removed = {word[1:] for word in changes if word[0] == "-"}

    def tagged(labels: RunLabels) -> RunLabels:
        return labels.changed(tags=(*(tag for tag in labels.tags if tag not in removed), *added))

    folders = [resolve_run(ref) for ref in refs]
    labeled = [(folder, _changed(folder, tagged)) for folder in folders]
    for folder, labels in labeled:
        write_labels(folder, labels)
        _report(folder, f"has the tags {', '.join(labels.tags)}" if labels.tags else "has no tags")
    return 0


def mark(run: Runs) -> int:
    """Mark runs, to compare them or to find them again."""
    _mark([resolve_run(ref) for ref in run], is_marked=True)
    return 0


def unmark(
    run: Annotated[
        RunsOrDefault, Parameter(help="The runs; all that are marked by default.", completer=complete_marked_runs)
    ] = None,
    /,
) -> int:
    """Remove the marks of runs."""
    if run is None:
        _mark([summary.folder for summary in list_runs() if summary.is_marked], is_marked=False)
    else:
        _mark([resolve_run(ref) for ref in run], is_marked=False)
    return 0


def _mark(folders: list[RunFolder], *, is_marked: bool) -> None:
    for folder in folders:
        write_labels(folder, read_labels(folder).changed(is_marked=is_marked))
        _report(folder, "is marked" if is_marked else "is no longer marked")


def _changed(folder: RunFolder, change: Callable[[RunLabels], RunLabels]) -> RunLabels:
    """Return changed labels.

    Raises:
        UserError: Those on disk can't be read.
        UsageError: The new ones are invalid.
    """
    labels = read_labels(folder)
    with usage_errors():
        return change(labels)


def _report(folder: RunFolder, what: str) -> None:
    print(printable(one_line(f"run {folder.run} {what}")))
