"""The statistics of repeats as a table, sentences or JSON."""

from collections.abc import Iterable

from rich.table import Table

from fmnist_tui.cli.output import score_table
from fmnist_tui.runs.repeat_statistics import Statistic


def statistics_table(statistics: Iterable[Statistic]) -> Table:
    """Return a table with a line for each metric."""
    table = score_table("", "mean", "standard deviation", "95 % interval")
    for statistic in statistics:
        table.add_row(statistic.metric.label, *statistic.cells)
    return table


def statistics_sentences(statistics: Iterable[Statistic]) -> list[str]:
    """Return a sentence for each metric."""
    sentences = []
    for statistic in statistics:
        mean, deviation, interval = statistic.cells
        spread = f", standard deviation {deviation}, 95 % interval {interval}" if statistic.interval else ""
        sentences.append(f"Mean {statistic.metric.label} of {statistic.repeats}: {mean}{spread}.")
    return sentences


def statistics_data(statistics: Iterable[Statistic]) -> dict[str, dict[str, float | None]]:
    """Return what JSON has of each metric, by its name."""
    return {
        statistic.metric.name: {
            "mean": statistic.mean,
            "standard_deviation": statistic.deviation,
            "low": statistic.interval and statistic.interval[0],
            "high": statistic.interval and statistic.interval[1],
        }
        for statistic in statistics
    }
