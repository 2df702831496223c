"""A dialog for the name, the tags and the note of a run."""

import asyncio
import re

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from fmnist_tui.errors import UserError
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.resolve import require_free_name
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings

KEYS = "enter saves, in the note it begins a line · tab next field · esc closes without a change"


class LabelsDialog(ModalScreen[RunLabels | None]):
    """Dismissed with the new labels, or with None. Stays open, with what was typed, while they are invalid.

    Args:
        title: Whose labels they are.
        labels: The labels until now.
        run: The identifier of the run, which may keep its name; empty for a run that does not exist yet.
    """

    BINDINGS = bindings("labels")

    def __init__(self, title: str, labels: RunLabels, run: str = "") -> None:
        super().__init__()
        self._title, self._labels, self._run = one_line(title), labels, run

    def compose(self) -> ComposeResult:
        name = Input(self._labels.name, id="labels-name", placeholder="by which commands and filters find it")
        tags = Input(" ".join(self._labels.tags), id="labels-tags", placeholder="words, such as paper draft")
        note = TextArea(self._labels.note, id="labels-note", tab_behavior="focus", show_line_numbers=False)
        with Vertical(id="dialog"):
            yield Static(Content.styled(self._title, "bold"))
            for title, field in (("Name", name), ("Tags", tags), ("Note", note)):
                field.border_title = title
                yield field
            yield Static(Content(KEYS), id="labels-message")

    @on(Input.Submitted)
    @work(exclusive=True)
    async def _submitted(self) -> None:
        try:
            labels = self._typed()
            await asyncio.to_thread(require_free_name, labels.name, self._run)
        except UserError as error:
            self.query_one("#labels-message", Static).update(Content.styled(f"✗ {error.line()}", "$text-error"))
        else:
            self.dismiss(labels)

    def _typed(self) -> RunLabels:
        """Return the labels with what is typed.

        Raises:
            UserError: A value is invalid.
        """
        name, tags = (self.query_one(field, Input).value for field in ("#labels-name", "#labels-tags"))
        words = (word.removeprefix("#") for word in re.split(r"[\s,]+", tags))
        note = self.query_one("#labels-note", TextArea).text
        return self._labels.changed(name=name, tags=tuple(filter(None, words)), note=note)
