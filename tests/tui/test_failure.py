"""After any failure of the interface, the run is stopped and saved, and one line reports it."""

import asyncio
import inspect
import pkgutil
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

import a_run
import pytest
import tour
from scripted_engine import ScriptedEngine
from textual.message import Message
from textual.widget import Widget
from workbench import Bench, without_form, without_train_view

import fmnist_tui.tui
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.paths import log_file
from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.environment import check_environment
from fmnist_tui.tui.failure import CAUSE, cause_of, save_after
from fmnist_tui.tui.screens.too_small import TooSmallScreen
from fmnist_tui.tui.tour import TourPanel
from fmnist_tui.tui.widgets.dashboard import Dashboard
from fmnist_tui.tui.widgets.gallery_browser import GoToLine
from fmnist_tui.tui.widgets.report_pane import EvaluationProgress
from fmnist_tui.tui.widgets.start_offer import StartOffer

pytestmark = pytest.mark.drawn

STOPPED = [f"stop {CAUSE}"]


class Broken(Exception):
    """The error that the tests raise."""


class Fault(Message):
    """A message whose handler raises."""


def breaks(*_arguments: object, **_named: object) -> Any:
    raise Broken("as the test wants it")


# Every class


def own_classes() -> set[type[Widget]]:
    """Return every widget and screen of the program, found by walking its modules."""
    return {
        kind
        for module in pkgutil.walk_packages(fmnist_tui.tui.__path__, "fmnist_tui.tui.")
        for kind in vars(import_module(module.name)).values()
        if inspect.isclass(kind) and issubclass(kind, Widget) and kind.__module__.startswith("fmnist_tui.")
    }


MOMENTARY = {EvaluationProgress, StartOffer, GoToLine, TooSmallScreen, TourPanel}
"""Shown only at moments that the tour does not reach; the classes that they are made from are tested."""


@pytest.mark.parametrize("bench", [(160, 100)], indirect=True)  # so tall that nothing is scrolled out of sight
async def test_the_run_is_stopped_whatever_breaks_in_whichever_widget(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break the drawing, a timer and a handler of one widget of each class.

    The app does not close, which would take longer than the rest, so that it can fail repeatedly.
    """
    monkeypatch.setattr(bench.app, "_close_messages_no_wait", lambda: None)
    await tour.prepare(bench)
    app, calls = bench.app, bench.engine.handle.calls
    left = own_classes() - MOMENTARY

    async def expect_stop(what: str, widget: Widget) -> None:
        for _attempt in range(100):
            if app.failure is not None:
                break
            await asyncio.sleep(0.01)  # the pilot's pause would draw by itself
        assert app.failure is not None, f"{what} of {widget!r} never broke"
        assert isinstance(cause_of(app.failure), Broken)
        assert set(calls) == set(STOPPED), f"{what} of {widget!r} did not stop the run"
        calls.clear()
        app.failure = app._exception = None

    async def break_it(widget: Widget) -> None:
        widget.render_lines = breaks  # type: ignore[method-assign]
        widget.refresh()
        await expect_stop("drawing", widget)
        del widget.render_lines  # type: ignore[method-assign]
        widget.set_timer(0.001, breaks)
        await expect_stop("a timer", widget)
        monkeypatch.setattr(type(widget), "on_fault", breaks, raising=False)
        widget.post_message(Fault())
        await expect_stop("a handler", widget)

    # A view that is broken is not drawn again: Runs is shown once, with the line of its filter.
    *others, last = reversed([stop for name, stop in tour.STOPS.items() if name != "runs"])
    for stop in (*others, last):
        await stop(bench)
        await bench.rest()
        screen = bench.screen
        for widget in [*reversed(screen.query(Widget)), screen]:  # children first: messages bubble up through parents
            if widget is app.train_screen and stop is not last:
                continue  # it lies below the pages, which are not drawn without it
            if type(widget) in left and widget in screen._compositor.visible_widgets:
                await break_it(widget)
                left.difference_update(type(widget).__mro__)
        while len(app.screen_stack) > 1:
            app.pop_screen()
        await bench.pilot.pause()
    assert not left, f"the tour shows no widget of {sorted(kind.__name__ for kind in left)}"


# Every kind of failure, to the end of the app


async def _drawing(bench: Bench) -> None:
    bench.train.query_one(Dashboard).render_lines = breaks  # type: ignore[method-assign]
    bench.train.query_one(Dashboard).refresh()


async def _composing(bench: Bench) -> None:
    from fmnist_tui.tui.screens.keys import KeysScreen

    screen = KeysScreen({})
    screen.compose = breaks  # type: ignore[method-assign]
    bench.app.push_screen(screen)


async def _mounting(bench: Bench) -> None:
    bench.train.mount(type("Unmountable", (Widget,), {"on_mount": breaks})())


async def _a_key(bench: Bench) -> None:
    bench.app.action_keys = breaks  # type: ignore[method-assign]
    await bench.pilot.press("question_mark")


async def _a_timer(bench: Bench) -> None:
    bench.app.set_timer(0.001, breaks)


async def _a_worker(bench: Bench) -> None:
    async def job() -> None:
        breaks()

    bench.app.run_worker(job())


async def _a_watcher(bench: Bench) -> None:
    bench.train.snapshot_changed = breaks  # type: ignore[method-assign]
    bench.engine.emit(*a_run.epoch(3))


async def _a_style_sheet(bench: Bench) -> None:
    bench.app.get_css_variables = lambda: {}  # type: ignore[method-assign]
    bench.app.theme = "nord"


FAULTS: dict[str, Callable[[Bench], Awaitable[None]]] = {
    "drawing": _drawing,
    "composing": _composing,
    "mounting": _mounting,
    "a key": _a_key,
    "a timer": _a_timer,
    "a worker": _a_worker,
    "a watcher": _a_watcher,
    "a style sheet": _a_style_sheet,
}


@pytest.mark.parametrize("fault", FAULTS)
@without_form
async def test_any_failure_stops_the_run_ends_the_app_and_leaves_the_traceback_in_the_log_only(
    fault: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fmnist_tui.cli.main.logger.propagate", True)
    app = FmnistApp(engine := ScriptedEngine())
    async with app.run_test(size=(120, 40)) as pilot:
        bench = Bench(app, engine, pilot)
        engine.finish_loading()
        await bench.until(lambda: bool(bench.screen.query("LogView")))
        await bench.start(1)
        await FAULTS[fault](bench)
        await bench.until(lambda: not app.is_running)
        assert engine.handle.calls[:1] == STOPPED
        assert set(engine.handle.calls) == set(STOPPED)
        assert app.return_code == 1
        assert not app._exit_renderables  # what Textual prints on the terminal
        app._exception = None  # expected: the harness is not to raise it
    (record, *_) = (record for record in caplog.records if record.getMessage() == "the interface failed")
    assert record.exc_info
    assert record.exc_info[2] is not None


# What is reported


@without_train_view
async def test_the_line_names_the_error_the_saved_run_and_the_log(bench: Bench) -> None:
    await bench.start(1)
    bench.engine.handle.stop = lambda reason="": bench.engine.emit(a_run.ended(RunState.STOPPED, reason))  # type: ignore[method-assign]
    line = save_after(Broken("two\nlines"), bench.app.controller).line()
    assert "the interface failed: Broken: 'two�lines'" in line
    assert "was stopped and saved. Resume it with `fmnist-tui resume 20260102-030405-cnn`" in line
    assert str(log_file()) in line


@without_train_view
async def test_a_run_that_is_not_saved_in_time_is_reported(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.tui.failure.SECONDS_TO_SAVE", 0.01)
    await bench.start(1)
    assert "was not saved in time" in save_after(Broken(), bench.app.controller).line()


@without_train_view
async def test_without_a_run_only_the_error_is_reported(bench: Bench) -> None:
    line = save_after(Broken("x"), bench.app.controller).line()
    assert line == f"the interface failed: Broken: 'x'. Details: {log_file()}."


@pytest.mark.parametrize(
    ("constant", "value", "variable"),
    [
        ("COLOR_SYSTEM", "nope", "TEXTUAL_COLOR_SYSTEM"),
        ("DRIVER", "nope", "TEXTUAL_DRIVER"),
        ("DRIVER", "os:path", "TEXTUAL_DRIVER"),
        ("LOG_FILE", "/nowhere/at/all", "TEXTUAL_LOG"),
    ],
)
def test_an_environment_in_which_textual_cannot_start_is_reported(
    monkeypatch: pytest.MonkeyPatch, constant: str, value: str, variable: str
) -> None:
    monkeypatch.setattr(f"textual.constants.{constant}", value)
    with pytest.raises(UserError, match=variable):
        check_environment()
