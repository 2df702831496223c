"""A run that ends while the user looks elsewhere is announced by the terminal."""

import a_run
import pytest
from textual import events
from workbench import Bench, without_train_view

pytestmark = without_train_view


@pytest.fixture
def written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(bench.app, "write_control", found.append)
    return found


async def test_nothing_rings_while_the_user_watches(bench: Bench, written: list[str]) -> None:
    await bench.start(1)
    bench.engine.emit(a_run.ended())
    await bench.rest()
    assert "\a" not in written


async def test_the_bell_rings_if_the_user_is_elsewhere(bench: Bench, written: list[str]) -> None:
    for where in ("another window", "another view", "another room"):
        await bench.start(1)
        assert "\a" not in written, where
        if where == "another window":
            bench.app.post_message(events.AppBlur())
        elif where == "another view":
            await bench.press("u")
        else:
            assert bench.app.input_at is not None
            bench.app.input_at -= 3600
        await bench.rest()
        bench.engine.emit(a_run.ended())
        await bench.until(lambda: "\a" in written)
        written.clear()
        bench.app.post_message(events.AppFocus())
        await bench.press("t")


async def test_no_bell_rings_if_the_user_wants_none(bench: Bench, written: list[str]) -> None:
    bench.app.preferences.notifications = "off"
    await bench.start(1)
    await bench.press("u")
    bench.engine.emit(a_run.ended())
    await bench.until(lambda: bench.snapshot().ended is not None)
    assert "\a" not in written
