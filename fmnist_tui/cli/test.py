"""`fmnist-tui test`: a checkpoint measured on a split."""

import sys
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.progress import Progress

from fmnist_tui.cli.report_tables import print_report
from fmnist_tui.cli.terminal import console
from fmnist_tui.evaluation.report import Split
from fmnist_tui.runs.find import find_checkpoint


def test(
    checkpoint: Annotated[str, Parameter(help="A run, the start of its name, `latest`, or a checkpoint's file.")],
    *,
    which: Annotated[Literal["best", "last"], Parameter(help="Which checkpoint of a run.")] = "best",
    split: Annotated[Split, Parameter(help="Which images to measure it on.")] = "test",
    data: Annotated[str | None, Parameter(help="Where the images are, if not where the run found them.")] = None,
    json: Annotated[bool, Parameter(help="Print the report as JSON.", negative="")] = False,
) -> int:
    """Measures a checkpoint, which knows its own model, and keeps the report with the run."""
    folder, name = find_checkpoint(checkpoint, which)
    with Progress(console=console(sys.stderr), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("loading", total=None)
        from fmnist_tui.runs.examine import examine

        report = examine(
            folder,
            name,
            split,
            data=data,
            on_progress=lambda done, total: progress.update(bar, description="testing", completed=done, total=total),
            on_download=lambda file, done, total: progress.update(
                bar, description=f"fetching {file}", completed=done, total=total or None
            ),
        )
    if json:
        print(report.model_dump_json())
    else:
        looks = sum(kept.split == "test" for kept in folder.reports())
        print_report(report, console(), looks if split == "test" else None)
    return 0
