"""`fmnist-tui export`: write a run or a checkpoint for other programs."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.arguments import Checkpoint, Data, Json, Plain, Which
from fmnist_tui.cli.output import Output, console, plain, print_json
from fmnist_tui.cli.progress_bar import ProgressBar
from fmnist_tui.cli.progress_sentences import ProgressSentences
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.exporting.export import export as write_export
from fmnist_tui.exporting.format import NetworkFormat
from fmnist_tui.exporting.formats import export_format_named, export_formats
from fmnist_tui.exporting.result import Exported
from fmnist_tui.runs.resolve import resolve_checkpoint, resolve_run

_FORMATS = "; ".join(f"{name}: {form.summary}" for name, form in export_formats().items())


def export(
    run: Checkpoint,
    *,
    format: Annotated[  # noqa: A002 - the option's name
        str,
        Parameter(help=f"The format. {_FORMATS}.", metavar="NAME", completer=lambda _context: list(export_formats())),
    ],
    which: Which = "best",
    output: Annotated[
        Path | None,
        Parameter(
            help="The file to write, or a folder to write it in; in the run's own folder by default.", metavar="PATH"
        ),
    ] = None,
    force: Annotated[bool, Parameter(help="Replace an earlier export of the same name.", negative="")] = False,
    data: Data = None,
    json: Json = False,
    plain: Plain = False,
) -> int:
    """Export a run or a checkpoint for other programs.

    A network's file is verified before it is written: it gives the same predictions for the whole test set as the
    checkpoint does. Labels are not compared, so this is not counted as a test-set evaluation. An export is written
    whole or not at all.
    """
    mode = Output.of(json=json, plain=plain)
    with usage_errors():
        form = export_format_named(format)
    if isinstance(form, NetworkFormat):
        folder, checkpoint = resolve_checkpoint(run, which)
    else:
        folder, checkpoint = resolve_run(run), ""
    with ProgressSentences(sys.stderr) if plain else ProgressBar() as bar:
        exported = write_export(
            folder,
            checkpoint,
            form,
            output,
            overwrite=force,
            data=data,
            on_progress=bar.tested,
            on_download=bar.fetched,
        )
    if mode is Output.JSON:
        print_json(exported.as_data())
    else:
        _print(exported)
    return 0


def _print(exported: Exported) -> None:
    terminal = console()
    for line in exported.sentences():
        terminal.print(plain(line), soft_wrap=True)
