"""`fmnist-tui test`: evaluate a checkpoint."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from fmnist_tui.cli.arguments import Checkpoint, Data, Json, Plain, Which
from fmnist_tui.cli.flags import DEFAULT_PRESET, config_from, with_model_flags
from fmnist_tui.cli.output import Output, console
from fmnist_tui.cli.progress_bar import ProgressBar
from fmnist_tui.cli.progress_sentences import ProgressSentences
from fmnist_tui.cli.report_sentences import report_sentences
from fmnist_tui.cli.report_tables import print_report
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import UsageError, usage_errors
from fmnist_tui.config import RunConfig
from fmnist_tui.data.splits import Split
from fmnist_tui.datasets import DATASETS
from fmnist_tui.errors import UserError
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.reporting.write import require_format, require_writable, write_report
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import full_title_of
from fmnist_tui.runs.resolve import resolve_checkpoint
from fmnist_tui.sanitize import ascii_json

if TYPE_CHECKING:
    from fmnist_tui.data.image_split import ImageSplit
    from fmnist_tui.evaluation.evaluator import Evaluation
    from fmnist_tui.runs.test_set_usage import TestSetUsage


@with_model_flags
def test(
    checkpoint: Checkpoint,
    *,
    which: Which = "best",
    split: Annotated[Split, Parameter(help="The images to evaluate it on.", metavar="NAME")] = "test",
    data: Data = None,
    dataset: Annotated[
        str | None,
        Parameter(
            help="Evaluate on another dataset than the run's own; the result is not stored with the run.",
            metavar="NAME",
            choices=tuple(DATASETS),
        ),
    ] = None,
    model: Annotated[
        str | None,
        Parameter(
            help=f"For a state dict of another program: the model whose weights it holds, {', '.join(ARCHITECTURES)}.",
            metavar="NAME",
            completer=lambda _context: list(ARCHITECTURES),
        ),
    ] = None,
    report: Annotated[
        Path | None,
        Parameter(help="Also write a report to this file: .json, .md, or .html with images.", metavar="FILE"),
    ] = None,
    json: Json = False,
    plain: Plain = False,
    **options: Any,
) -> int:
    """Evaluate a checkpoint on the test set, or on another split.

    The report is saved with the run.
    """
    output, run = Output.of(json=json, plain=plain), ""
    if report is not None:
        with usage_errors():
            require_format(report)
        require_writable(report)
    from fmnist_tui.data.dataset import load_dataset
    from fmnist_tui.engine.evaluate import config_of, evaluate_checkpoint
    from fmnist_tui.evaluation.evaluator import evaluate_state_dict

    with ProgressSentences(sys.stderr) if plain else ProgressBar() as bar:
        if model is not None:
            with usage_errors():
                config = config_from(
                    RunConfig.from_preset(DEFAULT_PRESET, model), {**options, "data": data, "dataset": dataset}
                )
            folder = None
            images = load_dataset(config, bar.fetched)
            evaluation = evaluate_state_dict(Path(checkpoint), config, images, split, on_progress=bar.tested)
        else:
            if given := [name for name, value in options.items() if value is not None]:
                flag = "--" + given[0].replace("_", "-")
                raise UsageError(f"{flag} goes with --model; a checkpoint of a run contains its model's options")
            folder, name = resolve_checkpoint(checkpoint, which)
            config, run = config_of(folder, name), full_title_of(folder)
            with usage_errors():
                config = config.with_data(data, dataset)
            evaluation = evaluate_checkpoint(
                folder, name, split, data=data, dataset=dataset, on_progress=bar.tested, on_download=bar.fetched
            )
            if evaluation.is_foreign:  # neither the run's curves nor its test-set evaluations are of these images
                folder = None
        if report is not None:
            _write(report, evaluation, folder, load_dataset(config).image_split(split))
    usage = _test_set_usage(folder) if folder and split == "test" else None
    match output:
        case Output.JSON:
            print(ascii_json(evaluation.report.model_dump_json()))
        case Output.SENTENCES:
            print("\n".join(report_sentences(evaluation.report, usage, run)))
        case Output.TABLES:
            print_report(evaluation.report, console(), usage, run)
    return 0


def _test_set_usage(folder: RunFolder) -> "TestSetUsage":
    """Return how often the test set was evaluated, this evaluation included."""
    from fmnist_tui.runs.catalog import list_runs, summary_of
    from fmnist_tui.runs.test_set_usage import test_evaluations_by_model, test_set_usage

    run = summary_of(folder)
    # The run may be anywhere; a copy counts instead of the run that it was made from.
    with suppress(UserError):  # the usage by this run is shown in any case
        others = [other for other in list_runs() if other.run != run.run]
        return test_set_usage(run, test_evaluations_by_model([run, *others]))
    return test_set_usage(run, test_evaluations_by_model([run]))


def _write(file: Path, evaluation: "Evaluation", folder: RunFolder | None, images: "ImageSplit") -> None:
    from fmnist_tui.reporting.context import ReportContext, report_context

    found = evaluation.report, evaluation.predictions, images.images_of(evaluation.predictions.labels)
    write_report(file, report_context(folder, *found) if folder else ReportContext(*found))
    print_stderr(f"report written to {file}")
