"""`fmnist-tui compare`: compare two checkpoints on the same images."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from fmnist_tui.cli.arguments import Checkpoint, Data, Json, Which
from fmnist_tui.cli.output import console, plain, print_json, score_table
from fmnist_tui.cli.progress_bar import ProgressBar
from fmnist_tui.data.splits import Split
from fmnist_tui.datasets import mark_of
from fmnist_tui.evaluation import comparison as paired
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import accuracy_with_interval, count, counted, percent, points
from fmnist_tui.runs.labels import full_title_of
from fmnist_tui.runs.resolve import resolve_checkpoint


def compare(
    a: Checkpoint,
    b: Annotated[Checkpoint, Parameter(help="The run or checkpoint to compare it with.")],
    *,
    which: Annotated[
        Which, Parameter(help="The checkpoint of A: best, last, or epoch-10 if that one was saved.")
    ] = "best",
    which_b: Annotated[Which | None, Parameter(help="The checkpoint of B, if another than that of A.")] = None,
    split: Annotated[Split, Parameter(help="The images to compare them on.", metavar="NAME")] = "validation",
    data: Data = None,
    json: Json = False,
) -> int:
    """Compare two checkpoints on the same images.

    Saved evaluations are used; missing ones are made.
    """
    from fmnist_tui.engine.evaluate import evaluate_checkpoint, load_evaluation

    evaluations, titles = [], []
    with ProgressBar() as bar:
        for word, name in ((a, which), (b, which_b or which)):
            folder, checkpoint = resolve_checkpoint(word, name)
            titles.append(full_title_of(folder))
            evaluations.append(
                load_evaluation(folder, checkpoint, split)
                or evaluate_checkpoint(
                    folder, checkpoint, split, data=data, on_progress=bar.tested, on_download=bar.fetched
                )
            )
    first, second = evaluations
    comparison = paired.compare(first.predictions, second.predictions)
    if json:
        print_json(_as_json(first.report, second.report, comparison))
    else:
        _print((first.report, second.report), titles, comparison)
    return 0


def _print(reports: Sequence[Report], titles: Sequence[str], comparison: paired.Comparison) -> None:
    terminal, a = console(), reports[0]
    mark = f"{label} data · " if (label := mark_of(a.dataset)) else ""
    verdict = f"{comparison.winner} is better" if comparison.winner else "no significant difference"
    interval = f"95 % interval {points(comparison.low)} to {points(comparison.high)}"
    terminal.print(plain(f"{mark}{a.split} set, {count(comparison.images)} images"), soft_wrap=True)
    for letter, report, title in zip("AB", reports, titles, strict=True):
        subject = f"{title} · {report.model} · checkpoint {report.checkpoint} of epoch {report.epoch}"
        accuracy = accuracy_with_interval(report.accuracy, report.low, report.high)
        terminal.print(plain(f"{letter}  {accuracy}  {subject}"), soft_wrap=True)
    gained, lost = (counted(len(places), "image") for places in (comparison.gained, comparison.lost))
    for line in (
        Text.assemble((f"{verdict}: ", "bold"), f"B − A is {points(comparison.difference)} points"),
        f"{interval}, McNemar's p {comparison.p_value:.3g}",
        f"only B correct: {gained} · only A correct: {lost}",
    ):
        terminal.print(line, soft_wrap=True)
    terminal.print(_class_table(a, comparison))


def _class_table(report: Report, comparison: paired.Comparison) -> Table:
    table = score_table("class", "recall of A", "of B", "B − A")
    for score, change in zip(report.classes, comparison.recall_changes.tolist(), strict=True):
        recalls = (percent(recall, 1) for recall in (score.recall, score.recall + change))
        style = "green" if change > 0 else "red" if change < 0 else "dim"
        table.add_row(plain(score.name), *recalls, Text(points(change), style=style))
    return table


def _as_json(a: Report, b: Report, comparison: paired.Comparison) -> dict[str, object]:
    changes = zip(a.classes, comparison.recall_changes.tolist(), strict=True)
    return {
        "a": {"run": a.run, "checkpoint": a.checkpoint, "epoch": a.epoch, "accuracy": comparison.accuracy_a},
        "b": {"run": b.run, "checkpoint": b.checkpoint, "epoch": b.epoch, "accuracy": comparison.accuracy_b},
        "split": a.split,
        "images": comparison.images,
        "difference": comparison.difference,
        "low": comparison.low,
        "high": comparison.high,
        "p_value": comparison.p_value,
        "gained": comparison.gained.tolist(),
        "lost": comparison.lost.tolist(),
        "recall_changes": {score.name: change for score, change in changes},
    }
