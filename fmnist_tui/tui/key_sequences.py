"""Keys that are typed one after the other, such as `g g`, which Textual has no bindings for."""

from typing import Any

from textual import events
from textual.app import App


class KeySequences:
    """Turns the keys of a sequence into one key, with the name that it is bound to: "g g"."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._first = ""

    def next(self, event: events.Key) -> events.Key | None:
        """Return the key to handle; None after the first key of a sequence."""
        first, self._first = self._first, ""
        if first and f"{first} {event.key}" in self._app.screen.active_bindings:
            return events.Key(f"{first} {event.key}", None)
        if self._begins_sequence(event):
            self._first = event.key
            return None
        return event

    def _begins_sequence(self, event: events.Key) -> bool:
        focused = self._app.focused
        if not event.is_printable or (focused is not None and focused.check_consume_key(event.key, event.character)):
            return False
        active = self._app.screen.active_bindings
        return event.key not in active and any(key.startswith(f"{event.key} ") for key in active)
