"""Handle keys in the order they were typed, even if many arrive at once.

Textual forwards each key to the widget that has the focus when the key is read. Where several arrive in one read (a
slow connection, a key that repeats, a macro), the later ones are forwarded before the first has moved the focus, and so
go to the wrong widget. Here a key is forwarded only when all that the one before has brought about is done.
"""

import asyncio
import math
import sys
import time
from collections import deque
from collections.abc import Iterable

from textual import events
from textual._queue import Queue
from textual.app import App
from textual.driver import Driver
from textual.message import Message
from textual.message_pump import MessagePump

from fmnist_tui.tui.key_sequences import KeySequences

SECONDS_TO_SETTLE = 2.0
"""How long a key may delay the next ones: a widget that hangs must not block the keyboard."""

PAGE_OPENING = "opening"
"""The group of the workers that open pages: keys wait for them."""

SECONDS_BETWEEN_CHECKS = 0.005

ROUNDS = 4
"""How often the effects of a key are followed: a widget that always has something to do must not block the keyboard."""


class OrderedKeysApp(App[None]):
    """An app that handles each key and paste before it forwards the next.

    Attributes:
        input_at: When the last key was pressed or text was pasted, on the monotonic clock; None before the first.
    """

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._typing: asyncio.Task[None] | None = None
        self.input_at: float | None = None
        self._sequences = KeySequences(self)

    @property
    def seconds_since_input(self) -> float:
        """Seconds since the last key; infinite before the first."""
        return math.inf if self.input_at is None else time.monotonic() - self.input_at

    def get_driver_class(self) -> type[Driver]:
        driver = super().get_driver_class()
        if sys.platform == "win32":
            return driver
        from textual.drivers.linux_driver import LinuxDriver

        from fmnist_tui.tui.terminal_input import TerminalInputDriver

        return TerminalInputDriver if driver is LinuxDriver else driver  # TEXTUAL_DRIVER may name another

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self.input_at = time.monotonic()
        self._typed.append(event)
        if self._typing is None or self._typing.done():
            await self._forward(self._typed.popleft())
            self._typing = asyncio.create_task(self._forward_rest())

    async def _forward_rest(self) -> None:
        """Forward the waiting keys, each when the previous one was handled."""
        while True:
            try:
                await asyncio.wait_for(self._settle(), SECONDS_TO_SETTLE)
            except TimeoutError:
                self.log.warning("a key was not handled in time")
            if not self._typed:
                return
            await self._forward(self._typed.popleft())

    def takes_key(self, key: str) -> bool:
        """Called when a key's turn has come, before any widget gets it; return whether that was all it does.

        Args:
            key: The key; empty for a paste.
        """
        return False

    async def _forward(self, event: events.Key | events.Paste) -> None:
        if self.takes_key(event.key if isinstance(event, events.Key) else ""):
            return
        completed = self._sequences.next(event) if isinstance(event, events.Key) else event
        if completed is not None:
            await super().on_event(completed)

    async def _settle(self) -> None:
        """Wait until the newest key has bubbled to the app and its effects have reached every widget."""
        rising: list[MessagePump] = list((self.focused or self.screen).ancestors_with_self)
        for pump in (*rising, self):
            await _emptied([pump])
        if not self._typed:
            return  # no key waits
        await self._opened()
        for _ in range(ROUNDS):
            if not await _emptied([*self.screen.walk_children(with_self=True), self]):
                return

    async def _opened(self) -> None:
        """Wait for a page that the key opens: its data may have to be read before."""
        screen = self.screen
        while self.screen is screen and any(w.is_running and w.group == PAGE_OPENING for w in self.workers):
            await asyncio.sleep(SECONDS_BETWEEN_CHECKS)


async def _emptied(pumps: Iterable[MessagePump]) -> bool:
    """Wait until each pump has handled its current messages; return whether there were any.

    Pumps that have nothing to do are left alone: to wake all of them takes 100 ms, and more while a network trains.
    """
    waits = []
    for pump in pumps:
        done = asyncio.Event()
        if pump.is_running and not _is_idle(pump) and pump.call_later(done.set):
            waits.append(done.wait())
    await asyncio.gather(*waits)
    return bool(waits)


def _is_idle(pump: MessagePump) -> bool:
    """Return whether a pump waits for a message; it doesn't while its handler waits for something else."""
    queue: Queue[Message | None] = pump._message_queue
    return queue.empty() and bool(queue.ready_event._waiters)
