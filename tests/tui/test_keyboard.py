"""Keys that arrive together: each is handled after the effects of the one before, and no widget does needless work."""

import asyncio

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from fmnist_tui.tui.keyboard import OrderedKeysApp


class Asked(Message):
    """Asks a widget to move the focus."""


class SlowHelper(Widget):
    """Moves the focus to the second field, after a while in which no message waits for it."""

    async def on_asked(self) -> None:
        await asyncio.sleep(0.05)
        self.screen.query_one("#second").focus()


class Bystander(Widget):
    """Counts what it is asked to do."""

    messages = 0

    async def on_event(self, event: events.Event) -> None:
        self.messages += isinstance(event, events.Callback)
        await super().on_event(event)


class TwoFields(OrderedKeysApp):
    """An app whose first field passes on the focus by way of a widget that is not among its parents."""

    def compose(self) -> ComposeResult:
        yield Input(id="first")
        yield Input(id="second")
        yield SlowHelper()
        yield Bystander()

    @on(Input.Submitted)
    def _pass_on(self) -> None:
        self.query_one(SlowHelper).post_message(Asked())


def _type(app: TwoFields, *keys: str) -> None:
    for key in keys:
        app.post_message(events.Key(key, None if key == "enter" else key))


async def test_a_key_waits_for_a_handler_that_is_not_done_with_the_one_before() -> None:
    app = TwoFields()
    async with app.run_test() as pilot:
        _type(app, "a", "enter", "b", "c")
        await pilot.pause(0.2)
        fields = [app.query_one(selector, Input).value for selector in ("#first", "#second")]
    assert fields == ["a", "bc"]


async def test_widgets_without_work_are_left_alone_however_many_keys_wait() -> None:
    app = TwoFields()
    async with app.run_test() as pilot:
        await pilot.pause()
        bystander = app.query_one(Bystander)
        before = bystander.messages
        _type(app, *"0123456789")
        while app.query_one("#first", Input).value != "0123456789":
            await asyncio.sleep(0.01)  # the pilot's own pause would give each widget a message
        assert bystander.messages == before
