"""`fmnist-tui runs compare`: print what differs between runs, and what they have reached."""

import sys
from typing import Annotated, Any

from cyclopts import Parameter
from rich.cells import cell_len
from rich.text import Text

from fmnist_tui.cli.arguments import Json, Plain, RunsOrDefault
from fmnist_tui.cli.output import Output, console, plain, print_json, score_table
from fmnist_tui.cli.repeat_statistics import statistics_data
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import INTERVAL_LABEL, accuracy_with_interval, counted
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.comparison_rows import ASSUMED_MARK, BEST_MARK, Row, rows_of
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.run_comparison import MIN_RUNS, ComparedRun, Interval, Repeats, RunComparison, compare_runs
from fmnist_tui.sanitize import printable

PADDING = 2
"""Columns that a table adds to each of its own."""

ASSUMED = f"{ASSUMED_MARK} the default of a setting that the version which trained the run did not have"


def compare(
    run: Annotated[RunsOrDefault, Parameter(help="Two to eight runs; those that are marked by default.")] = None,
    /,
    *,
    json: Json = False,
    csv: Annotated[bool, Parameter(help="Print one line of CSV for each run, with a header.", negative="")] = False,
    plain: Plain = False,
) -> int:
    """Compare the results of runs, and the settings that differ.

    Runs that differ in their seeds only are repeats: their mean has a 95 % interval by Student's t-distribution.
    """
    output = Output.of(json=json, plain=plain)
    if csv and output is not Output.TABLES:
        raise UsageError("--csv excludes --json and --plain", "Give one of them")
    if run is None:
        marked = [summary for summary in list_runs() if summary.is_marked]
        if len(marked) < MIN_RUNS:
            raise UserError(
                f"{counted(len(marked), 'run')} {'is' if len(marked) == 1 else 'are'} marked",
                "Name two to eight runs, or mark them with `fmnist-tui runs mark RUN...`",
            )
        summaries = sorted(marked, key=lambda summary: (summary.created, summary.run))
    else:
        summaries = [summary_of(resolve_run(ref)) for ref in run]
    comparison = compare_runs(summaries)
    if csv:
        _print_csv(comparison)
    elif output is Output.JSON:
        print_json(_as_json(comparison))
    elif output is Output.SENTENCES:
        _print_sentences(comparison)
    else:
        _print_tables(comparison)
    return 0


def _print_tables(comparison: RunComparison) -> None:
    terminal, rows = console(), rows_of(comparison)
    for run in comparison.runs:
        terminal.print(_subject(run), soft_wrap=True)
    label = max(cell_len(row.label) for row in rows)
    cell = max(cell_len(cell) for row in rows for cell in row.cells) + len(f"{BEST_MARK} ")
    if not terminal.is_terminal:  # a pipe gets whole lines
        terminal.width = label + (cell + PADDING) * len(comparison.runs) + PADDING
    fitting = max(1, (terminal.width - label - PADDING) // (cell + PADDING))
    for first in range(0, len(comparison.runs), fitting):
        places = range(first, min(first + fitting, len(comparison.runs)))
        table = score_table("", *(comparison.runs[place].letter for place in places))
        for row in rows:
            table.add_row(row.label, *(_cell(row, place) for place in places))
        terminal.print(table)
    for line in _notes(comparison):
        terminal.print(line, soft_wrap=True)


def _cell(row: Row, place: int) -> Text:
    is_best = place in row.best
    return plain(f"{BEST_MARK} {row.cells[place]}" if is_best else row.cells[place], "bold" if is_best else "")


def _subject(run: ComparedRun) -> Text:
    problem = f" · {run.summary.problem}" if run.summary.problem else ""
    name = f"{run.summary.name} · " if run.summary.name else ""
    return plain(f"{run.letter}  {name}{run.summary.run}{problem}")


def _print_sentences(comparison: RunComparison) -> None:
    for run in comparison.runs:
        print(f"Run {run.letter} is {printable(run.title)}.")
    for row in rows_of(comparison):
        cells = (f"{run.letter} {cell}" for run, cell in zip(comparison.runs, row.cells, strict=True))
        print(printable(f"{row.label.strip().capitalize()}: {', '.join(cells)}."))
    for line in _notes(comparison):
        print(f"{line[:1].upper()}{line[1:]}.")


def _notes(comparison: RunComparison) -> list[str]:
    """Return what the table can't show: the repeats, and what the mark of assumed values means."""
    notes = [f"{', '.join(repeats.letters)} are repeats: {_means(repeats)}" for repeats in comparison.repeats]
    if not comparison.settings:
        notes.append("no setting differs")
    if any(any(setting.is_assumed) for setting in comparison.settings):
        notes.append(ASSUMED)
    return notes


def _means(repeats: Repeats) -> str:
    means = {"validation": repeats.validation, "test": repeats.test}
    return ", ".join(
        f"mean {split} accuracy {accuracy_with_interval(*mean, label=INTERVAL_LABEL)}"
        for split, mean in means.items()
        if mean is not None
    )


def _print_csv(comparison: RunComparison) -> None:
    """Print a line for each run; a text that a spreadsheet would compute has a quote before it."""
    import csv

    from fmnist_tui.exporting.formats.csv_file import text_cell

    rows = [_flat(comparison, run) for run in comparison.runs]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([text_cell(value) if isinstance(value, str) else value for value in row.values()])


def _flat(comparison: RunComparison, run: ComparedRun) -> dict[str, Any]:
    place = comparison.runs.index(run)
    group = next((repeats for repeats in comparison.repeats if run.letter in repeats.letters), None)
    data = {name: value for name, value in _run_data(run).items() if name not in ("validation", "test")}
    data |= _ends("validation", run.validation) | _ends("test", run.test)
    data |= {"repeats": group.letters if group else None}
    data |= _ends("mean_validation", group.validation if group else None)
    return data | {setting.name: setting.texts[place] for setting in comparison.settings}


def _ends(name: str, accuracy: Interval | None) -> dict[str, float | None]:
    names = (f"{name}_accuracy", f"{name}_low", f"{name}_high")
    return dict(zip(names, accuracy or (None, None, None), strict=True))


def _as_json(comparison: RunComparison) -> dict[str, object]:
    letters = [run.letter for run in comparison.runs]
    return {
        "runs": [_run_data(run) for run in comparison.runs],
        "settings": {
            setting.name: {
                letter: {"value": value, "assumed": is_assumed}
                for letter, value, is_assumed in zip(letters, setting.values, setting.is_assumed, strict=True)
            }
            for setting in comparison.settings
        },
        "repeats": [
            {
                "runs": list(repeats.letters),
                "validation": repeats.validation._asdict(),
                "test": repeats.test._asdict() if repeats.test else None,
                "statistics": statistics_data(repeats.statistics),
            }
            for repeats in comparison.repeats
        ],
    }


def _run_data(run: ComparedRun) -> dict[str, Any]:
    summary = run.summary
    return {
        "letter": run.letter,
        "run": summary.run,
        "name": summary.name,
        "state": summary.status,
        "epochs": summary.epochs,
        "best_epoch": summary.best_epoch,
        "validation": run.validation._asdict() if run.validation else None,
        "test": run.test._asdict() if run.test else None,
        "active_seconds": summary.active_seconds,
        "parameters": run.parameters,
        "problem": summary.problem,
    }
