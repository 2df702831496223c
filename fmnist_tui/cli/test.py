"""`fmnist-tui test`: a checkpoint measured on a split."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.progress import Progress

from fmnist_tui.cli.flags import config_from, with_model_flags
from fmnist_tui.cli.report_tables import print_report
from fmnist_tui.cli.terminal import UsageError, console, usage_errors
from fmnist_tui.config import RunConfig
from fmnist_tui.evaluation.report import Report, Split
from fmnist_tui.runs.find import find_checkpoint


@with_model_flags
def test(
    checkpoint: Annotated[str, Parameter(help="A run, the start of its name, `latest`, or a checkpoint's file.")],
    *,
    which: Annotated[Literal["best", "last"], Parameter(help="Which checkpoint of a run.")] = "best",
    split: Annotated[Split, Parameter(help="Which images to measure it on.")] = "test",
    data: Annotated[str | None, Parameter(help="Where the images are, if not where the run found them.")] = None,
    model: Annotated[
        str | None,
        Parameter(help="For a state dict of another program: the model that it holds the weights of."),
    ] = None,
    json: Annotated[bool, Parameter(help="Print the report as JSON.", negative="")] = False,
    **options: Any,
) -> int:
    """Measures a checkpoint, which knows its own model, and keeps the report with the run."""
    with Progress(console=console(sys.stderr), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("loading", total=None)

        def on_progress(done: int, total: int) -> None:
            progress.update(bar, description="testing", completed=done, total=total)

        def on_download(file: str, done: int, total: int) -> None:
            progress.update(bar, description=f"fetching {file}", completed=done, total=total or None)

        if model is not None:
            with usage_errors():
                config = config_from(model, "fast", {**options, "data": data})
            report, looks = _test_state_dict(Path(checkpoint), config, split, on_progress, on_download), None
        else:
            if given := [name for name, value in options.items() if value is not None]:
                raise UsageError(f"{given[0]} goes with --model; a checkpoint of a run knows its own options")
            folder, name = find_checkpoint(checkpoint, which)
            from fmnist_tui.runs.examine import examine

            report = examine(folder, name, split, data=data, on_progress=on_progress, on_download=on_download)
            looks = sum(kept.split == "test" for kept in folder.reports()) if split == "test" else None
    if json:
        print(report.model_dump_json())
    else:
        print_report(report, console(), looks)
    return 0


def _test_state_dict(
    file: Path,
    config: RunConfig,
    split: Split,
    on_progress: Callable[[int, int], None],
    on_download: Callable[[str, int, int], None],
) -> Report:
    from fmnist_tui.data.dataset import load_dataset
    from fmnist_tui.evaluation.measure import measure_state_dict

    dataset = load_dataset(config.data, config.validation_size, on_download, lambda: False)
    return measure_state_dict(file, config, dataset, split, on_progress=on_progress)
