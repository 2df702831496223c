"""From an evaluation that is kept with its run to the pages that take it apart."""

import asyncio
from functools import partial
from typing import Any

from textual.app import App

from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry
from fmnist_tui.tui.screens.calibration import CalibrationScreen
from fmnist_tui.tui.screens.comparison import ComparisonScreen
from fmnist_tui.tui.screens.matrix import MatrixScreen

Evaluated = tuple[CheckpointEntry, Report]
"""A checkpoint and one of the reports on it."""


async def open_matrix(app: App[Any], engine: Engine, evaluated: Evaluated) -> None:
    """Opens the confusion matrix.

    Raises:
        UserError: The answers behind the report can't be read.
    """
    checkpoint, report = evaluated
    answers = await asyncio.to_thread(checkpoint.folder.predictions, report)
    pictures = partial(engine.images, checkpoint.folder.path, checkpoint.name, report.split, answers)
    await app.push_screen(MatrixScreen(report, answers, pictures))


async def open_calibration(app: App[Any], evaluated: Evaluated) -> None:
    """Opens the reliability diagram.

    Raises:
        UserError: The report is of an older version, which knew none.
    """
    _checkpoint, report = evaluated
    if report.calibration is None:
        raise UserError("the report is of an older version, without calibration", "Evaluate the checkpoint again")
    await app.push_screen(CalibrationScreen(report))


async def open_comparison(app: App[Any], engine: Engine, a: Evaluated, b: Evaluated) -> None:
    """Opens what B is against A.

    Raises:
        UserError: The answers behind a report can't be read, or are not about the same images.
    """
    answers_a, answers_b = [
        await asyncio.to_thread(checkpoint.folder.predictions, report) for checkpoint, report in (a, b)
    ]
    pictures = partial(engine.images, a[0].folder.path, a[0].name, a[1].split, answers_a)
    await app.push_screen(ComparisonScreen((a[1], b[1]), (answers_a, answers_b), pictures))
