"""`fmnist-tui runs`: list the runs, or show one."""

from typing import Annotated

from cyclopts import App, Parameter

from fmnist_tui.cli.arguments import OPTIONS, JsonLines, Run
from fmnist_tui.cli.command_line import has_word
from fmnist_tui.cli.command_table import COMMANDS, PROGRAM
from fmnist_tui.cli.output import print_json
from fmnist_tui.cli.run_details import as_data, print_details
from fmnist_tui.cli.run_list import print_list
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.resolve import resolve_run

runs = App(
    name="runs",
    usage=f"{PROGRAM} runs [COMMAND] [OPTIONS] [RUN]",
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


@runs.default
def list_or_show(
    run: Annotated[
        Run | None, Parameter(help="A run: its name, its identifier or the start of that, or `latest`; all by default.")
    ] = None,
    *,
    json: JsonLines = False,
) -> int:
    """List the runs, or show the one that is named."""
    summaries = list_runs() if run is None else [summary_of(resolve_run(run))]
    if json:
        for summary in summaries:
            print_json(as_data(summary, with_card=run is not None))
    elif run is not None:
        print_details(summaries[0])
    elif summaries:
        print_list(summaries)
    else:
        print("no runs yet; start one with `fmnist-tui train`")
    return 0
