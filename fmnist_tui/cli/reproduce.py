"""`fmnist-tui reproduce`: train a run again, and report whether the same comes out."""

import sys
from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fmnist_tui.cli.arguments import Data, Json, Plain, Run
from fmnist_tui.cli.exit_codes import DONE, FAILED, INTERRUPTED
from fmnist_tui.cli.foreground import run_in_foreground
from fmnist_tui.cli.output import Output, console, plain, print_json
from fmnist_tui.cli.progress_bar import ProgressBar
from fmnist_tui.cli.progress_sentences import ProgressSentences
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.reproduce import TAG, plan_repetition
from fmnist_tui.events import Event, RunStarted
from fmnist_tui.formatting import counted
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.reproduction import ACCURACY_TOLERANCE, WEIGHT_TOLERANCE, ComparedWeights, Reproduction, Verdict
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.trash import delete_permanently
from fmnist_tui.sanitize import printable

if TYPE_CHECKING:
    from fmnist_tui.engine.reproduce import Repetition


def reproduce(
    run: Run,
    *,
    keep: Annotated[
        bool, Parameter(help="Keep the new run also if it is bit-identical; others are kept.", negative="")
    ] = False,
    data: Data = None,
    json: Json = False,
    plain: Plain = False,
) -> int:
    """Train a run again and report whether the result is the same.

    The new run has the same config, with device, precision and threads as the first one chose them. It is compared by
    the figures of every finished epoch and by the weights: bit-identical, equal within rounding (each accuracy within
    0.1 points, each weight within 0.001 of its tensor's largest), or different, and why. A run that was stopped is
    trained as far as its last finished epoch. The exit code is 0 if it is bit-identical or equal within rounding, and 1
    if it is different.
    """
    output = Output.of(json=json, plain=plain)
    folder = resolve_run(run, is_wanted=lambda each: each.epochs > 0 and not each.is_running and TAG not in each.tags)
    with ProgressSentences(sys.stderr) if plain else ProgressBar() as bar:
        repetition = plan_repetition(folder, data, bar.fetched)
    started: list[RunStarted] = []

    def note_start(event: Event) -> None:
        if isinstance(event, RunStarted):
            started.append(event)

    code = run_in_foreground(
        None if json else output,
        lambda session: session.train(repetition.config, repetition.labels, last_epoch=repetition.epochs),
        sinks=[CallbackSink(note_start)],
        dataset=repetition.dataset,
    )
    if code != DONE or not started:
        return code or INTERRUPTED
    repeated = RunFolder(runs_folder() / started[0].run)
    found = repetition.compare(repeated)
    if found.missing_epochs and found.first_difference is None:
        print_stderr(f"stopped before its last epoch; `fmnist-tui runs show {repeated.run}` shows the new run")
        return INTERRUPTED
    is_kept = keep or found.verdict is not Verdict.IDENTICAL
    if not is_kept:
        delete_permanently(repeated)
    _print(output, repetition, found, repeated if is_kept else None)
    return FAILED if found.verdict is Verdict.DIFFERENT else DONE


def _print(output: Output, repetition: "Repetition", found: Reproduction, kept: RunFolder | None) -> None:
    original = printable(repetition.original.run)
    if output is Output.JSON:
        print_json(_as_data(original, found, kept))
        return
    last = f"kept: the new run is {kept.run}" if kept else "the new run is deleted; --keep would have kept it"
    lines = [*_findings(found, original), last]
    if output is Output.SENTENCES:
        for line in lines:
            print(f"{line[0].upper()}{printable(line[1:])}.")
        return
    terminal = console()
    terminal.print()
    for line in lines:
        style = "bold" if line is lines[0] else ""
        terminal.print(plain(line, style), soft_wrap=True)


def _findings(found: Reproduction, original: str) -> Iterator[str]:
    """Yield the verdict, and what it is based on."""
    match found.verdict:
        case Verdict.IDENTICAL:
            yield f"bit-identical: the new run is the same as {original} to the last bit"
        case Verdict.ROUNDING:
            yield f"equal within rounding: the new run differs from {original} by no more than rounding"
        case Verdict.DIFFERENT:
            yield f"different: the new run is not the same as {original}"
    if found.first_difference is None:
        yield f"figures: equal in {found.epochs} of {counted(found.epochs, 'epoch')}"
    else:
        size = f", there the training loss by {found.loss_difference:.1g} of it" if found.loss_difference else ""
        yield f"figures: they differ from epoch {found.first_difference} of {found.epochs} on{size}"
        points = f"{100 * found.accuracy_difference:.2f} points"
        yield f"accuracy: the largest difference on validation is {points} (rounding: {100 * ACCURACY_TOLERANCE:g})"
    if found.missing_epochs:
        yield f"epochs: the new run ended {counted(found.missing_epochs, 'epoch')} earlier"
    for weights in found.weights:
        yield f"weights: {_described(weights)}"
    if not found.weights:
        yield "weights: not compared, because the first run has no checkpoint at the end of one of these epochs"
    if found.verdict is not Verdict.IDENTICAL:
        for reason in found.reasons:
            yield f"may be why: {reason}"
        if not found.reasons:
            yield "why: unknown; versions, machine, images and settings are the same. Please report it"


def _described(weights: ComparedWeights) -> str:
    what = f"{' and '.join(weights.names)} of epoch {weights.epoch}"
    if weights.is_identical:
        return f"{what} have the same digest"
    if weights.difference is None:
        return f"{what} can't be read"
    if weights.difference == inf:
        return f"{what} have other tensors, or numbers that are not finite"
    return f"{what} differ by up to {weights.difference:.1g} of a tensor's largest (rounding: {WEIGHT_TOLERANCE:g})"


def _as_data(original: str, found: Reproduction, kept: RunFolder | None) -> dict[str, object]:
    return {
        "run": original,
        "verdict": found.verdict.replace("-", "_").replace(" ", "_"),
        "reproduction": kept.run if kept else None,
        "epochs": found.epochs,
        "missing_epochs": found.missing_epochs,
        "first_difference": found.first_difference,
        "accuracy_difference": _finite(found.accuracy_difference),
        "weights": [{**each._asdict(), "difference": _finite(each.difference)} for each in found.weights],
        "tolerances": {"accuracy": ACCURACY_TOLERANCE, "weights": WEIGHT_TOLERANCE},
        "reasons": found.reasons,
    }


def _finite(number: float | None) -> float | None:
    """Return the number; None if it is inf, which JSON does not have."""
    return None if number == inf else number
