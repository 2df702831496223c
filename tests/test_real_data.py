"""The real images, the real command line, the default settings."""

import json
import subprocess
import sys

import pytest


@pytest.mark.real_data
def test_the_default_logistic_regression_learns_fashion_mnist() -> None:
    """The bound is far above a broken run's accuracy; the exact figure is in the README."""

    def command(*arguments: str) -> str:
        program = [sys.executable, "-m", "fmnist_tui", *arguments]
        return subprocess.run(program, capture_output=True, text=True, check=True, timeout=100).stdout

    command("train", "--model", "logistic")
    report = json.loads(command("test", "latest", "--json"))
    assert (report["dataset"], report["split"], report["images"]) == ("fashion-mnist", "test", 10_000)
    assert [score["support"] for score in report["classes"]] == [1000] * 10
    assert report["accuracy"] > 0.84
