"""Open the pages that analyze a checkpoint. Raise `UserError` if something that a page needs can't be read."""

import asyncio
from functools import partial
from typing import Any

from textual.app import App

from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Report
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry
from fmnist_tui.tui.screens.calibration import CalibrationScreen
from fmnist_tui.tui.screens.classify import ClassifyScreen
from fmnist_tui.tui.screens.comparison import ComparisonScreen
from fmnist_tui.tui.screens.gallery import ImageSources
from fmnist_tui.tui.screens.matrix import MatrixScreen

Evaluated = tuple[CheckpointEntry, Report]
"""A checkpoint and one of its reports."""


async def open_matrix(app: App[Any], engine: Engine, evaluated: Evaluated) -> None:
    """Open the confusion matrix."""
    checkpoint, report = evaluated
    predictions = await asyncio.to_thread(checkpoint.folder.predictions, report)
    sources = await _sources_of(engine, evaluated, predictions)
    await app.push_screen(MatrixScreen(report, predictions, sources, checkpoint.summary.name))


async def open_calibration(app: App[Any], evaluated: Evaluated) -> None:
    """Open the reliability diagram."""
    checkpoint, report = evaluated
    if report.calibration is None:
        raise UserError("the report is of an older version, without calibration", "Evaluate the checkpoint again")
    await app.push_screen(CalibrationScreen(report, checkpoint.summary.name))


async def open_comparison(app: App[Any], engine: Engine, a: Evaluated, b: Evaluated) -> None:
    """Open the comparison of B with A."""
    predictions_a, predictions_b = [
        await asyncio.to_thread(checkpoint.folder.predictions, report) for checkpoint, report in (a, b)
    ]
    config_a, config_b = [await asyncio.to_thread(checkpoint.folder.config) for checkpoint, _report in (a, b)]
    sources = await _sources_of(engine, a, predictions_a)
    reports, names = (a[1], b[1]), (a[0].summary.name, b[0].summary.name)
    predictions, configs = (predictions_a, predictions_b), (config_a, config_b)
    await app.push_screen(ComparisonScreen(reports, predictions, configs, sources, names))


async def open_classify(app: App[Any], engine: Engine, checkpoint: CheckpointEntry) -> None:
    """Open the page that classifies images of the user's own."""
    config = await asyncio.to_thread(checkpoint.folder.config)
    await app.push_screen(ClassifyScreen(engine, checkpoint, config.dataset_spec.classes))


async def _sources_of(engine: Engine, evaluated: Evaluated, predictions: Predictions) -> ImageSources:
    checkpoint, report = evaluated
    config = await asyncio.to_thread(checkpoint.folder.config)
    return ImageSources(
        partial(engine.images, checkpoint.folder.path, checkpoint.name, report.split, predictions),
        partial(engine.image_split, config, "train"),
    )
