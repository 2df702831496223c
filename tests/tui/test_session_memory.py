"""What one session of the interface leaves to the next: theme, form and view."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from scripted_engine import ScriptedEngine
from workbench import Bench

from fmnist_tui.errors import UserError
from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.last_form import first_config, texts_to_store

Session = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture
def session() -> Session:
    @asynccontextmanager
    async def opened(**options: str) -> AsyncIterator[Bench]:
        app = FmnistApp(engine := ScriptedEngine(), **options)
        async with app.run_test(size=(120, 40)) as pilot:
            engine.finish_loading()
            found = Bench(app, engine, pilot)
            await found.until(lambda: bool(app.train_screen.query("LogView")))
            await found.rest()
            yield found
        app.preferences.save()

    return opened


async def test_theme_form_and_view_are_those_of_the_last_session(session: Session) -> None:
    async with session() as bench:
        await bench.press("up")  # from cnn to mlp
        await bench.type_into("epochs", "37")
        bench.app.theme = "ansi-light"
        await bench.press("escape", "u")
    async with session() as bench:
        assert bench.app.theme == "ansi-light"
        await bench.until(lambda: bench.app.current_mode == "runs")
        await bench.press("t")
        assert bench.row("epochs").editor.value == bench.row("epochs").text
        assert bench.train.config.model_name == "mlp"
        assert bench.row("epochs").text.endswith("37")


async def test_a_model_that_was_only_chosen_is_remembered(session: Session) -> None:
    async with session() as bench:
        await bench.press("up")
    async with session() as bench:
        assert bench.train.config.model_name == "mlp"


async def test_what_the_command_line_gives_lasts_for_one_session(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "gruvbox")
    async with session(data="demo", theme="nord") as bench:
        assert bench.app.theme == "nord"
        assert bench.row("dataset").text == "demo"
        await bench.type_into("epochs", "37")
    async with session() as bench:
        assert bench.app.theme == "gruvbox"
        assert bench.row("dataset").text == "fashion-mnist"
        assert bench.row("epochs").text.endswith("37")


async def test_a_key_that_comes_before_the_view_keeps_the_first_view(session: Session) -> None:
    async with session() as bench:
        await bench.press("u")
    app = FmnistApp(ScriptedEngine())
    async with app.run_test(size=(120, 40)) as pilot:
        app.input_at = 0.0
        await Bench(app, ScriptedEngine(), pilot).until(lambda: bool(app.train_screen.query("LogView")))
        await pilot.pause(0.05)
        assert app.current_mode == "train"


@pytest.mark.parametrize("stored", ["no-such-theme", "\x1b[31m"])
def test_a_stored_theme_that_does_not_exist_gives_the_default(session: Session, stored: str) -> None:
    first = FmnistApp(ScriptedEngine())
    first.preferences.theme = stored
    first.preferences.save()
    assert FmnistApp(ScriptedEngine()).theme == first.theme


@pytest.mark.parametrize("name", ["--theme", "TEXTUAL_THEME"])
def test_a_given_theme_that_does_not_exist_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "TEXTUAL_THEME":
        monkeypatch.setenv(name, "plaid")
    with pytest.raises(UserError, match=rf"{name} is 'plaid', but must be one of ansi-dark, "):
        FmnistApp(ScriptedEngine(), theme="plaid" if name == "--theme" else None)


@pytest.mark.parametrize(
    ("stored", "options", "dataset", "data"),
    [
        ({}, InterfaceOptions(), "fashion-mnist", "auto"),
        ({"dataset": "kmnist"}, InterfaceOptions(), "kmnist", "auto"),
        ({"dataset": "kmnist"}, InterfaceOptions(data="demo"), "demo", "auto"),
        ({"dataset": "demo"}, InterfaceOptions(data="/images"), "fashion-mnist", "/images"),
        ({"dataset": "kmnist", "data": "/images"}, InterfaceOptions(dataset="mnist"), "mnist", "auto"),
        ({"dataset": "no-such", "epochs": "x"}, InterfaceOptions(), "fashion-mnist", "auto"),
        ({"model": "no-such"}, InterfaceOptions(), "fashion-mnist", "auto"),
    ],
)
def test_the_form_starts_with_what_is_stored_unless_something_else_is_given(
    stored: dict[str, str], options: InterfaceOptions, dataset: str, data: str
) -> None:
    config = first_config(stored, options)
    assert (config.dataset, config.data) == (dataset, data)


def test_a_dataset_that_is_chosen_in_the_form_is_stored_although_another_was_given() -> None:
    options = InterfaceOptions(data="demo")
    config = first_config({}, options).with_data(dataset="kmnist")
    assert texts_to_store(config, options, {})["dataset"] == "kmnist"
