"""Fixtures of the interface's tests: an idle app without cursor blinking or delays."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from blank_view import BlankScreen
from scripted_engine import ScriptedEngine
from textual._compositor import Compositor
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from workbench import Bench

from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.widgets.config_form import ConfigForm

_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


@pytest.fixture(autouse=True)
def _calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")  # the themes of this program, wherever the tests run
    monkeypatch.setattr("textual.widgets.Input.cursor_blink", False)
    monkeypatch.setenv("FMNIST_TUI_ASCII", "0")  # whatever the locale of the machine
    # the pilot considers an app idle after 20 ms without work, several times a key; 4 ms suffice
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.004)
    monkeypatch.setattr("textual._wait.SLEEP_IDLE", 0.0008)
    monkeypatch.setattr("fmnist_tui.tui.redraw_throttle.MIN_SECONDS", 0.01)
    monkeypatch.setattr("fmnist_tui.tui.redraw_throttle.MAX_SECONDS", 0.01)
    monkeypatch.setattr("fmnist_tui.tui.screens.next_run_preview.DELAY_SECONDS", 0.01)
    monkeypatch.setattr("fmnist_tui.tui.widgets.curve_plot.CURVE_INTERVAL_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def _tour_is_seen(home: Path) -> None:
    home.mkdir()
    (home / "interface.json").write_text('{"tour_seen": true}', encoding="utf-8")


@pytest.fixture(autouse=True)
def _style_sheets_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Share parsed style sheets between apps: parsing about 190 of them for each took a fifth of the tests' time."""
    parse = Stylesheet._parse_rules

    def parse_once(sheet: Stylesheet, css: str, **source: Any) -> list[RuleSet]:
        key = (css, *source.values(), frozenset(sheet._variables.items()))
        if key not in _parsed:
            _parsed[key] = parse(sheet, css, **source)
        return _parsed[key]

    monkeypatch.setattr(Stylesheet, "_parse_rules", parse_once)
    monkeypatch.setattr(RuleSet, "__hash__", object.__hash__)  # the same, and asked for 160,000 times a start


def _draw_nothing(compositor: Compositor, *_arguments: object, **_options: object) -> None:
    compositor._dirty_regions.clear()


@pytest.fixture(autouse=True)
def _nobody_watches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw only what a test looks at (`Bench.text`): the frames in between took a quarter of an app's start.

    Tests marked `drawn` are about those frames.
    """
    if request.node.get_closest_marker("drawn") is None:
        monkeypatch.setattr(Compositor, "render_update", _draw_nothing)


async def _mount_nothing(_form: ConfigForm) -> None:
    pass


@pytest.fixture(autouse=True)
def _no_more_than_is_tested(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what a test does not look at of the Train view: its 98 widgets are most of an app's start."""
    marker = request.node.get_closest_marker("train_view")
    match marker.args[0] if marker is not None else "whole":
        case "blank":
            monkeypatch.setattr("fmnist_tui.tui.app.TrainScreen", BlankScreen)
        case "formless":
            monkeypatch.setattr(ConfigForm, "mount_fields", _mount_nothing)


@pytest.fixture
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """Yield an idle app, 120×40 unless the test is parametrized with another size."""
    size = getattr(request, "param", (120, 40))
    engine = ScriptedEngine()
    app = FmnistApp(engine)
    async with app.run_test(size=size) as pilot:
        found = Bench(app, engine, pilot)
        engine.finish_loading()
        await found.until(lambda: app.engine_status.startswith("torch"))  # after the first view
        await found.rest()
        yield found
