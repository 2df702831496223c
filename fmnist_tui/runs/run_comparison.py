"""Two to eight runs side by side: what they were trained with, where that differs, and what they have reached."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, NamedTuple

from fmnist_tui.confidence_interval import wilson_interval
from fmnist_tui.config import RunConfig, model_specs, run_specs, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec
from fmnist_tui.formatting import MISSING
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.history import first_start
from fmnist_tui.runs.repeat_statistics import Statistic, metrics_of, statistics_of
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line

MIN_RUNS, MAX_RUNS = 2, 8

INCIDENTAL = frozenset({"seed", "device", "threads", "data", "checkpoint_every"})
"""Settings in which repeats of one config may differ: by them, a result changes by chance only."""


class Interval(NamedTuple):
    """An accuracy, or a mean of several, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One of the runs.

    Attributes:
        letter: What it is called in the comparison: "A" is the first.
        config: None if it can't be read.
        parameters: The number of trainable parameters; None if the log does not show it.
        validation: The accuracy of the best epoch; None if no epoch has ended.
        test: That of the newest test-set evaluation of checkpoint `best`; None if there is none.
    """

    letter: str
    summary: RunSummary
    config: RunConfig | None
    parameters: int | None
    validation: Interval | None
    test: Interval | None

    @property
    def title(self) -> str:
        """The run's name, or else its identifier, on one line."""
        return one_line(self.summary.name or self.summary.run)


class Setting(NamedTuple):
    """A setting that differs between the runs.

    Attributes:
        name: The field's name.
        label: Its label in the form.
        values: A value for each run; None if its model has no such option, if the setting has no effect beside the
            others, or if the config can't be read.
        texts: The same as texts.
        is_assumed: Whether an earlier version, which had no such setting, trained the run: the value is the default.
    """

    name: str
    label: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    is_assumed: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Repeats:
    """Finished runs that differ in their seeds only.

    Attributes:
        letters: Those of the runs, such as "ABD"; one run of each seed.
        statistics: Of each metric that all of them have; the validation accuracy is the first.
    """

    letters: str
    statistics: tuple[Statistic, ...]

    @property
    def validation(self) -> Interval:
        """The mean of their best validation accuracies."""
        return _mean(self.statistics[0])

    @property
    def test(self) -> Interval | None:
        """That of their test accuracies; None unless all have one."""
        statistic = self.of("test_accuracy")
        return _mean(statistic) if statistic else None

    def of(self, metric: str) -> Statistic | None:
        """Return the statistics of a metric by its name; None unless all runs have it."""
        return next((one for one in self.statistics if one.metric.name == metric), None)


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The runs, the settings that differ, and which runs are repeats of each other."""

    runs: tuple[ComparedRun, ...]
    settings: tuple[Setting, ...]
    repeats: tuple[Repeats, ...]


def compare_runs(summaries: Sequence[RunSummary]) -> RunComparison:
    """Return the comparison of runs; what can't be read of one is missing in it.

    Raises:
        UserError: They are fewer than two or more than eight, or one of them is named twice.
    """
    distinct = {summary.folder.path.resolve() for summary in summaries}
    if len(distinct) < len(summaries):
        raise UserError("a run can't be compared with itself", "Name each run once")
    if not MIN_RUNS <= len(summaries) <= MAX_RUNS:
        number = f"{len(summaries)} runs" if len(summaries) != 1 else "a single run"
        raise UserError(f"{number} can't be compared", f"Choose {MIN_RUNS} to {MAX_RUNS} runs")
    runs = tuple(_compared(letter, summary) for letter, summary in zip(ascii_uppercase, summaries, strict=False))
    return RunComparison(runs, tuple(differing_settings([run.config for run in runs])), tuple(_repeats(runs)))


def differing_settings(configs: Sequence[RunConfig | None]) -> list[Setting]:
    """Return the settings whose values differ in effect, in the order of the form."""
    known = [config for config in configs if config is not None]
    specs: dict[str, FieldSpec | None] = {"model": None}
    for model in dict.fromkeys(config.model_name for config in known):
        specs |= {spec.name: spec for spec in model_specs(model)}
    specs |= {spec.name: spec for spec in run_specs()}
    effective = [None if config is None else effective_settings(config) for config in configs]
    found = []
    for name, spec in specs.items():
        values = [None if settings is None else settings.get(name) for settings in effective]
        of_known = [value for value, config in zip(values, configs, strict=True) if config is not None]
        if any(value != of_known[0] for value in of_known):
            found.append(
                Setting(
                    name,
                    spec.label if spec else name,
                    tuple(values),
                    tuple(MISSING if value is None else spec.format(value) if spec else value for value in values),
                    tuple(
                        config is not None and value is not None and not _is_stored(config, name)
                        for config, value in zip(configs, values, strict=True)
                    ),
                )
            )
    return found


def differences(configs: Sequence[RunConfig | None]) -> list[str]:
    """Return for each config the settings in which it differs from others, on one line."""
    # A run that has begun has replaced each "auto" by its choice, in which it then differs from all others.
    settings = [setting for setting in differing_settings(configs) if not _is_chosen(setting)]
    return [
        " · ".join(f"{setting.label} {text}" for setting in settings if (text := setting.texts[row]) != MISSING)
        for row in range(len(configs))
    ]


def _is_chosen(setting: Setting) -> bool:
    return setting.name in ("device", "precision", "threads") and not {"auto", "0"}.isdisjoint(setting.texts)


def effective_settings(config: RunConfig) -> dict[str, Any]:
    """Return the settings that have an effect beside the others, by name, "model" first."""
    values = config.to_flat()
    effective = (spec.name for spec in specs_for(config.model_name) if not spec.ineffective(values))
    return {name: values[name] for name in ("model", *effective)}


def _is_stored(config: RunConfig, name: str) -> bool:
    """Return whether the file that a config was read from has a value for a setting."""
    return name in config.model_fields_set or name in config.model.model_fields_set


def _compared(letter: str, summary: RunSummary) -> ComparedRun:
    started = None
    with suppress(OSError):
        started = first_start(summary.folder)
    accuracy = summary.best_validation_accuracy
    images = summary.validation_size or (started.validation_images if started else None)  # the config may be damaged
    validation = None
    if accuracy is not None and images and 0.0 <= accuracy <= 1.0:  # in a damaged log, it may be any number
        validation = Interval(accuracy, *wilson_interval(round(accuracy * images), images))
    parameters = started.parameters if started else None
    return ComparedRun(letter, summary, summary.config(), parameters, validation, _test_accuracy(summary))


def _test_accuracy(summary: RunSummary) -> Interval | None:
    best = next((checkpoint for checkpoint in summary.checkpoints if checkpoint.name == "best"), None)
    report = None if best is None else summary.folder.newest_report("test", best.is_subject_of)
    return None if report is None else Interval(report.accuracy, report.low, report.high)


def _repeats(runs: Sequence[ComparedRun]) -> list[Repeats]:
    """Return the groups of finished runs with equal settings and other seeds."""
    groups: dict[tuple[Any, ...], dict[int, ComparedRun]] = {}
    for run in runs:
        if run.config is not None and run.validation is not None and run.summary.status is RunStatus.FINISHED:
            settings = effective_settings(run.config).items()
            key = tuple((name, value) for name, value in settings if name not in INCIDENTAL)
            # A second run of one seed is no independent measurement: mostly it has the same weights.
            groups.setdefault(key, {}).setdefault(run.config.seed, run)
    return [
        Repeats(
            "".join(run.letter for run in group.values()),
            tuple(statistics_of([metrics_of(run.summary) for run in group.values()])),
        )
        for group in groups.values()
        if len(group) > 1
    ]


def _mean(statistic: Statistic) -> Interval:
    low, high = statistic.interval or (statistic.mean, statistic.mean)
    return Interval(statistic.mean, low, high)
