"""The name, note and tags that the form gives to the next run."""

from typing import Any

from textual.content import Content
from textual.screen import Screen

from fmnist_tui.runs.labels import NO_LABELS, RunLabels
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.config_form import ConfigForm


class NextRunLabels:
    """Holds the labels of the next run, and shows them in the title of a screen's form."""

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._labels = self._taken = NO_LABELS

    async def edit(self) -> None:
        """Ask for the labels."""
        from fmnist_tui.tui.screens.labels_dialog import LabelsDialog  # late: the text area takes a while to import

        labels = await self._screen.app.push_screen_wait(LabelsDialog("Next run", self._labels))
        if labels is not None:
            self._show(labels)

    def take(self) -> RunLabels:
        """Return the labels of the next run; only the tags are those of the run after it, too."""
        self._taken = self._labels
        self._show(RunLabels(tags=self._taken.tags))
        return self._taken

    def put_back(self, labels: RunLabels) -> None:
        """Let the next run have labels that were taken last, unless it has a name or a note by now."""
        if labels is self._taken and not (self._labels.name or self._labels.note):
            self._show(labels)

    def _show(self, labels: RunLabels) -> None:
        self._labels = labels
        words = [labels.name, *(f"#{tag}" for tag in labels.tags), "(with a note)" if labels.note else ""]
        form = self._screen.query_one(ConfigForm)
        form.border_title = Content(one_line(" ".join([ConfigForm.BORDER_TITLE, *words])))
