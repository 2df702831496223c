"""The keys page, generated from the bindings."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widgets import Static

from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.cursor_keys import Scroll

Row = tuple[str, str, str]
"""A binding's keys, its name and what it does."""


def key_sections(app: App[Any]) -> dict[str, list[Row]]:
    """Return the keys of the current view, of the focused widget, and of the whole app.

    A view's keys are listed even if the run's state does not allow them now.
    """
    view = app.screen
    near = [
        active.binding
        for active in view.active_bindings.values()
        if active.node not in (app, view) and active.binding.id is not None
    ]
    own = _own_bindings(view)
    own_keys = {key for binding in own for key in binding.key.split(",")}
    sections = {
        "In this view": _rows(app, own),
        "In the focused widget": _rows(app, near),
        "Everywhere": _rows(app, _own_bindings(app), without=own_keys),
    }
    return {heading: rows for heading, rows in sections.items() if rows}


def _own_bindings(node: DOMNode) -> list[Binding]:
    """Return the bindings of the node's class and of its base classes in this program."""
    kinds = [kind for kind in type(node).__mro__ if kind.__module__.startswith("fmnist_tui.")]
    return [binding for kind in kinds for binding in vars(kind).get("BINDINGS", ())]


def _rows(app: App[Any], bindings: Iterable[Binding], without: Container[str] = ()) -> list[Row]:
    """Return a row for each binding, without the keys in `without`: they do something else here."""
    rows: dict[str, Row] = {}
    for binding in bindings:
        names = [key for key in binding.key.split(",") if key not in without]
        keys = " ".join(app.get_key_display(replace(binding, key=key)) for key in names)
        earlier = rows.get(binding.id or binding.action)
        keys = f"{earlier[0]} {keys}" if earlier else keys
        rows[binding.id or binding.action] = (keys, binding.description, binding.tooltip)
    return list(rows.values())


class KeysScreen(ModalScreen[None]):
    """Lists keys until escape, q, ? or ctrl+c."""

    BINDINGS = bindings("keys")

    def __init__(self, sections: Mapping[str, list[Row]]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content.styled("Keys", "bold"), id="dialog-title")
            with Scroll():
                for heading, rows in self._sections.items():
                    yield Static(Content.styled(heading, "bold $text-primary"), classes="keys-heading")
                    for keys, name, tooltip in rows:
                        yield Static(_line(keys, name, tooltip))
            yield Static(Content("esc closes"), id="dialog-keys")


def _line(keys: str, name: str, tooltip: str) -> Content:
    return Content.assemble((f"{keys:>9}  ", "bold $text-accent"), f"{name:<15} ", (tooltip, "$foreground-muted"))
