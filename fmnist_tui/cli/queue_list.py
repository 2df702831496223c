"""The queue, and the runs that are to be queued, as tables, sentences or JSON."""

from collections.abc import Collection, Sequence

from rich import box
from rich.table import Table

from fmnist_tui.cli.output import Output, console, plain, print_json
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.queue import folder_of
from fmnist_tui.formatting import MISSING, counted
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.queue import Queue, has_worker
from fmnist_tui.runs.run_comparison import differences, differing_settings
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import printable


def print_plan(configs: Sequence[RunConfig], output: Output) -> None:
    """Print the settings in which some configs differ."""
    settings = differing_settings(configs)
    if output is Output.SENTENCES:
        for number, config in enumerate(configs):
            values = ", ".join(f"{setting.label} {setting.texts[number]}" for setting in settings)
            print(printable(f"Run {number + 1}: {values or config.model_name}."))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("", *(setting.label for setting in settings)):
        table.add_column(plain(heading), justify="left" if heading == "model" else "right")
    for number in range(len(configs)):
        table.add_row(str(number + 1), *(plain(setting.texts[number]) for setting in settings))
    console().print(table)


def print_queue(queue: Queue, output: Output, only: Collection[str] = ()) -> None:
    """Print the runs in the queue, and whether a process works on it.

    Args:
        queue: The queue.
        output: How it is printed.
        only: The runs to print; all if there are none.
    """
    runs = {
        place: summary_of(folder_of(run)) for place, run in enumerate(queue.runs, start=1) if not only or run in only
    }
    if output is Output.JSON:
        print_json(
            {
                "is_paused": queue.is_paused,
                "has_worker": has_worker(),
                "runs": [_as_data(place, summary) for place, summary in runs.items()],
            }
        )
        return
    if not runs:
        print("The queue is empty; `fmnist-tui queue add` adds runs.")
        return
    differing = differences([summary.config() for summary in runs.values()])
    if output is Output.SENTENCES:
        for (place, summary), text in zip(runs.items(), differing, strict=True):
            print(printable(f"{place}: run {summary.title}, {summary.status_text}{', ' if text else ''}{text}."))
    else:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in ("", "run", "model", "state", "settings"):
            table.add_column(heading, justify="left" if heading else "right", no_wrap=heading in ("run", "state"))
        for (place, summary), text in zip(runs.items(), differing, strict=True):
            cells = (summary.title, summary.model or MISSING, summary.status_text, text)
            table.add_row(str(place), *map(plain, cells))
        console().print(table)
    print(_condition(queue))


def _condition(queue: Queue) -> str:
    if queue.is_paused:
        return "The queue is paused; `fmnist-tui queue continue` continues it."
    if not has_worker():
        return "No process works on the queue; `fmnist-tui queue continue` starts one."
    return f"A background process trains {counted(len(queue.runs), 'run')}."


def _as_data(place: int, summary: RunSummary) -> dict[str, object]:
    return {
        "place": place,
        "run": summary.run,
        "name": summary.name,
        "state": summary.status,
        "folder": str(summary.folder.path),
    }
