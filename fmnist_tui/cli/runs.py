"""`fmnist-tui runs`: list the runs, or show one."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

from cyclopts import App, Parameter

from fmnist_tui.cli.arguments import OPTIONS, JsonLines
from fmnist_tui.cli.command_line import has_word
from fmnist_tui.cli.command_table import COMMANDS, PROGRAM
from fmnist_tui.cli.completers import complete_runs
from fmnist_tui.cli.output import print_json
from fmnist_tui.cli.run_csv import csv_fields, print_csv
from fmnist_tui.cli.run_details import as_data, print_details
from fmnist_tui.cli.run_list import print_list
from fmnist_tui.cli.usage_errors import UsageError, suggestion, usage_errors
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import counted
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.columns import USUAL, columns_named
from fmnist_tui.runs.filter import FilterError, parse_filter
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.run_table import make_table
from fmnist_tui.runs.sorting import parse_order, sorted_runs
from fmnist_tui.sanitize import quote

runs = App(
    name="runs",
    usage=f"{PROGRAM} runs [COMMAND] [OPTIONS] [RUN|FILTER...]",
    help="List the runs, or show one in detail.",
    group_parameters=OPTIONS,
)

for position, (name, nested) in enumerate(COMMANDS["runs"].nested.items()):
    runs.command(
        f"fmnist_tui.cli.{nested.module}:{name}",
        name=name,
        usage=f"{PROGRAM} runs {name} {nested.usage}",
        help=None if has_word(name) else nested.summary,  # None: the docstring, for which it is imported
        sort_key=position,
    )


PLAIN_WORD = re.compile(r"[\w.-]+")
"""A word of a filter that may as well be a run: it is no comparison."""


@runs.default
def list_or_show(
    *words: Annotated[
        str,
        Parameter(
            name="FILTER",
            help="A run to show: its name, its identifier or the start of that, or `latest`. Or what the listed runs "
            "match: words, and comparisons such as `model:cnn 'val>0.92' tag:paper`; quote those with < and >.",
            metavar="RUN|FILTER",
            completer=complete_runs,
            allow_leading_hyphen=True,
        ),
    ],
    sort: Annotated[
        str | None,
        Parameter(
            help="Sort by these columns, such as `-val,created`; a minus puts the highest first.",
            metavar="COLUMNS",
            allow_leading_hyphen=True,
        ),
    ] = None,
    columns: Annotated[
        str | None,
        Parameter(help="Show these columns, such as `name,val,lr`: any field and hyperparameter.", metavar="COLUMNS"),
    ] = None,
    json: JsonLines = False,
    csv: Annotated[bool, Parameter(help="Print the exact values as CSV, and nothing else.", negative="")] = False,
) -> int:
    """List the runs, or show the one that is named."""
    if stray := next((word for word in words if word.startswith("--")), ""):  # a filter may begin with one hyphen
        options = ("--sort", "--columns", "--json", "--csv", "--help")
        raise UsageError(f"unknown option {quote(stray)}", f"{suggestion(stray, options)}See `{PROGRAM} runs --help`")
    if json and (csv or columns is not None):
        raise UsageError("--json prints everything", "Leave --csv and --columns out")
    named = named_run(words) if sort is columns is None and not csv else None
    if named is not None:
        summary = summary_of(named)
        if json:
            print_json(as_data(summary, with_card=True))
        else:
            print_details(summary)
        return 0
    text = " ".join(words)
    with usage_errors():
        matches, order = parse_filter(text), parse_order(sort or "")
        chosen = columns_named([name for name in (columns or "").split(",") if name.strip()])
    known = list_runs()
    listed = sorted_runs(filter(matches, known), order)
    if json:
        for summary in listed:
            print_json(as_data(summary, with_card=False))
    elif csv:
        with usage_errors():
            fields = csv_fields(listed, chosen)
        print_csv(listed, fields)
    elif listed:
        with_empty = columns is not None
        print_list(make_table(listed, chosen or columns_named(USUAL), order=order, with_empty=with_empty))
    elif known:
        print(f"none of {counted(len(known), 'run')} matches {quote(text, 200)}")
    else:
        print("no runs yet; start one with `fmnist-tui train`")
    return 0


def named_run(words: Sequence[str]) -> RunFolder | None:
    """Return the run that a single word names; None if the words are a filter.

    Raises:
        UserError: The word is neither a run nor a filter that any run matches.
    """
    if len(words) != 1:
        return None
    try:
        return resolve_run(words[0])
    except UserError as error:
        with suppress(FilterError):
            if PLAIN_WORD.fullmatch(words[0]) and not any(map(parse_filter(words[0]), list_runs())):
                raise error from None
        return None
