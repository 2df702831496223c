"""What a sweep does: the config, the space, the sampler, the pruner and the number of trials. Stored with its study."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fmnist_tui.config import RunConfig, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote
from fmnist_tui.sweeps.space import Interval, Space, Value, grid_points, param_of, parse_space, with_params

Sampler = Literal["tpe", "random", "grid"]
SAMPLERS: dict[Sampler, str] = {
    "tpe": "tree-structured Parzen estimator: tries values near the best ones",
    "random": "draws each trial independently",
    "grid": "tries each combination once",
}

Pruner = Literal["median", "hyperband", "none"]
PRUNERS: dict[Pruner, str] = {
    "median": "ends a trial that is worse than the median of the others after the same epoch",
    "hyperband": "ends most trials early and trains the best ones longer",
    "none": "trains each trial to its end",
}

MAX_TRIALS = 1_000

USUAL_TRIALS = 20
"""Trials of a sweep that names no number and is no grid."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
"""The name of a sweep is part of a file's name, of the names of its runs and of their tag."""


class SweepSettings(BaseModel):
    """The settings of a sweep, which never change.

    Attributes:
        name: The name of the sweep and of its study.
        config: The values of all fields that don't vary.
        space: What was typed for each field that varies, such as "1e-4..1e-1 log".
        trials: The number of trials that are to be trained to their end or pruned.
        sampler: How the values of a trial are chosen.
        pruner: Which trials are ended early.
        takeover_seconds: A worker that was silent for this long is considered dead, and its trial is taken over.
        seed: Decides the values that are drawn, together with the number of the trial.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: Literal[1] = 1
    name: Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
    config: RunConfig
    space: dict[str, str]
    trials: Annotated[int, Field(ge=1, le=MAX_TRIALS)]
    sampler: Sampler = "tpe"
    pruner: Pruner = "median"
    takeover_seconds: Annotated[int, Field(ge=2, le=86_400)] = 60
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0

    @classmethod
    def of(
        cls,
        name: str,
        config: RunConfig,
        space: dict[str, str],
        *,
        trials: int | None = None,
        sampler: str = "tpe",
        pruner: str = "median",
        takeover_seconds: int = 60,
    ) -> Self:
        """Return the settings with these values.

        Args:
            name: The name of the sweep.
            config: The values of all fields that don't vary.
            space: What was typed for each field that varies.
            trials: The number of trials; None for `USUAL_TRIALS`, or for all points of a grid.
            sampler: How the values of a trial are chosen.
            pruner: Which trials are ended early.
            takeover_seconds: When a silent worker is considered dead.

        Raises:
            UserError: A value is invalid; it names the value and the valid ones.
        """
        if not NAME.fullmatch(name):
            raise UserError(
                f"a sweep can't be called {quote(name)}",
                "Use up to 32 letters, digits, dots, hyphens and underscores; begin with a letter or digit",
            )
        if sampler not in get_args(Sampler):
            raise UserError(f"sampler is {quote(sampler)}", f"It must be one of {', '.join(SAMPLERS)}")
        if pruner not in get_args(Pruner):
            raise UserError(f"pruner is {quote(pruner)}", f"It must be one of {', '.join(PRUNERS)}")
        dimensions = parse_space(config.model_name, space)
        if not dimensions:
            fix = "Give a field several values, such as --learning-rate '1e-4..1e-1 log' or --batch-size '32|64|128'"
            raise UserError("nothing varies in this sweep", fix)
        if trials is None:
            trials = len(list(grid_points(dimensions))) if sampler == "grid" else USUAL_TRIALS
        if not 1 <= trials <= MAX_TRIALS:
            raise UserError(f"{trials:,} trials are not possible", f"Use 1 to {MAX_TRIALS:,}")
        if not 2 <= takeover_seconds <= 86_400:
            raise UserError(f"takeover is {takeover_seconds} s", "Use 2 to 86400 seconds")
        texts = {dimension.field: dimension.text for dimension in dimensions}
        settings = cls.model_validate(
            {
                "name": name,
                "config": config,
                "space": texts,
                "trials": trials,
                "sampler": sampler,
                "pruner": pruner,
                "takeover_seconds": takeover_seconds,
                "seed": config.seed,
            }
        )
        if sampler == "grid" and (points := len(settings.grid())) < trials:
            raise UserError(f"the grid has {points} points, not {trials}", f"Use --trials {points} or leave it out")
        return settings

    @classmethod
    def from_json(cls, text: object) -> Self:
        """Return the settings that are stored with a study.

        Raises:
            UserError: They are damaged, or of a later version.
        """
        try:
            settings = cls.model_validate_json(text if isinstance(text, str) else "")
            settings.dimensions()
        except (ValidationError, UserError) as error:
            raise UserError(
                "the study holds no sweep that this version can read",
                "It was written by another version or another program, or is damaged",
            ) from error
        return settings

    def dimensions(self) -> Space:
        """Return the fields that vary."""
        return parse_space(self.config.model_name, self.space)

    def max_epochs(self) -> int:
        """Return the number of epochs of the longest trial."""
        varied = next((one for one in self.dimensions() if one.field == "epochs"), None)
        if varied is None:
            return self.config.epochs
        return int(varied.high if isinstance(varied, Interval) else max(map(int, varied.values)))

    def grid(self) -> list[dict[str, Value]]:
        """Return the points of the grid, in a random order if only some of them are tried."""
        import random

        points = list(grid_points(self.dimensions()))
        if self.trials < len(points):
            random.Random(self.seed).shuffle(points)
        return points

    def first_params(self, slot: int) -> dict[str, Value] | None:
        """Return the values of a slot's first trial if they are known: a point of the grid, or those of the config."""
        if self.sampler == "grid":
            return self.grid()[slot]
        flat = self.config.to_flat()
        specs = {spec.name: spec for spec in specs_for(self.config.model_name)}
        own = {name: param_of(specs[name], flat[name]) for name in self.space}
        fits = all(dimension.contains(own[dimension.field]) for dimension in self.dimensions())
        return own if slot == 0 and self.sampler == "tpe" and fits else None

    def config_of(self, params: dict[str, Value]) -> RunConfig:
        """Return the config of a trial.

        Raises:
            UserError: The values don't fit together.
        """
        return RunConfig.from_flat(with_params(self.config.to_flat(), params, self.config.model_name))
