"""After a crash, the first view offers to resume the run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import configs
import pytest
from on_disk import a_finished_run
from scripted_engine import ScriptedEngine
from workbench import Bench, without_form

from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.widgets.start_offer import StartOffer, find_offer

pytestmark = without_form

CONFIG = configs.CNN


@asynccontextmanager
async def session() -> AsyncIterator[Bench]:
    app = FmnistApp(engine := ScriptedEngine())
    async with app.run_test(size=(120, 40)) as pilot:
        engine.finish_loading()
        bench = Bench(app, engine, pilot)
        await bench.until(lambda: bool(app.train_screen.query("LogView")))
        await bench.rest()
        yield bench
    app.preferences.save()


async def test_r_resumes_the_crashed_run() -> None:
    folder = a_finished_run("20260103-000000-cnn", CONFIG, age=60, is_over=False)
    async with session() as bench:
        await bench.until(lambda: "20260103-000000-cnn crashed at epoch 3" in bench.text())
        await bench.press("r")
        assert [path for path, _overrides in bench.engine.resumed] == [folder.path]
        assert "crashed at epoch" not in bench.text()


async def test_an_offer_that_was_dismissed_does_not_come_again() -> None:
    a_finished_run("20260103-000000-cnn", CONFIG, age=60, is_over=False)
    async with session() as bench:
        await bench.until(lambda: "resumes it" in bench.text())
        await bench.press("escape")
        assert "resumes it" not in bench.text()
        await bench.press("r")
        assert not bench.engine.resumed
    async with session() as bench:
        await bench.pilot.pause(0.2)
        assert bench.train.query_one(StartOffer).offered is None


@pytest.mark.parametrize("newer", ["finished", "none"])
def test_only_the_newest_run_is_offered(newer: str) -> None:
    a_finished_run("20260103-000000-cnn", CONFIG, age=60, is_over=False)
    if newer == "finished":
        a_finished_run("20260104-000000-cnn", CONFIG)
    assert (find_offer() is None) is (newer == "finished")


def test_without_runs_nothing_is_offered() -> None:
    assert find_offer() is None
