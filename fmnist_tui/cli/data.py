"""`fmnist-tui data`: where a dataset's files are, whether they verify, and how to download them."""

import sys
from typing import Annotated

from cyclopts import App, Parameter
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from fmnist_tui.cli.arguments import OPTIONS, Json, Plain
from fmnist_tui.cli.output import console, plain, print_json
from fmnist_tui.cli.progress_sentences import ProgressSentences
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.data.download import fetch_unless_good
from fmnist_tui.data.locate import Source
from fmnist_tui.data.status import DataStatus, check
from fmnist_tui.datasets import DATASETS, DEFAULT, DatasetSpec, dataset_named
from fmnist_tui.sanitize import printable

data = App(
    name="data",
    help="Show where a dataset's files are and whether they verify, or download them.",
    group_parameters=OPTIONS,
)

DatasetFlag = Annotated[str, Parameter(help="The dataset.", metavar="NAME", choices=tuple(DATASETS))]


@data.default
@data.command
def show(
    *,
    dataset: DatasetFlag = DEFAULT,
    data: Annotated[
        str, Parameter(help="The folder with the files; auto searches the usual folders.", metavar="DIR")
    ] = "auto",
    json: Json = False,
) -> int:
    """Show where a dataset's files are, and verify each."""
    with usage_errors():
        spec = dataset_named("demo" if data == "demo" else dataset)
    status = check(spec, data)
    if json:
        _print_json(spec, status)
        return 1 if status.problem else 0
    terminal = console()
    if status.origin:
        terminal.print(plain(f"{spec.title}: {status.origin}"), soft_wrap=True)
    for file in status.files:
        verdict = f"invalid: {file.problem}" if file.problem else "verified"
        terminal.print(plain(f"  {file.path.name:<28} {file.size:>12,} bytes  {verdict}"), soft_wrap=True)
    if status.problem:
        print_stderr(status.problem)
        return 1
    return 0


def _print_json(spec: DatasetSpec, status: DataStatus) -> None:
    print_json(
        {
            "dataset": spec.name,
            "title": spec.title,
            "origin": status.origin or None,
            "files": [
                {"path": str(file.path), "size": file.size, "problem": file.problem or None} for file in status.files
            ],
            "problem": status.problem or None,
        }
    )


@data.command
def fetch(*, dataset: DatasetFlag = DEFAULT, plain: Plain = False) -> int:
    """Download a dataset to the cache, unless verified files are already on this machine."""
    with usage_errors():
        spec = dataset_named(dataset)
    if spec.is_synthetic:
        print(printable(f"{spec.title} needs no files: its images are drawn by fmnist-tui."))
        return 0
    source = fetch_unless_good(spec, ProgressSentences(sys.stderr).fetched) if plain else _fetch_with_bars(spec)
    print(printable(f"{spec.title} is in {source.origin}."))
    return 0


def _fetch_with_bars(spec: DatasetSpec) -> Source:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console(sys.stderr), disable=not sys.stderr.isatty()) as progress:
        bars: dict[str, TaskID] = {}

        def on_download(file: str, done: int, total: int) -> None:
            if file not in bars:
                bars[file] = progress.add_task(file)
            progress.update(bars[file], completed=done, total=total or None)

        return fetch_unless_good(spec, on_download)
