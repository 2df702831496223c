"""The card of a run: what one needs to reproduce it, to read and to copy."""

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import full_title_of
from fmnist_tui.runs.run_card import RunCard, read_run_card
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.cursor_keys import Scroll
from fmnist_tui.tui.widgets.labeled_lines import LabeledLines, LabeledText

LABEL_WIDTH = 23


class RunCardScreen(PageScreen):
    """Results, what the run was trained with, its checkpoints and its config."""

    HELP = (
        "What one needs to reproduce the run, or to describe it in a paper's appendix: versions, machine, digests of "
        "the data and the weights, config. `fmnist-tui reproduce` trains it again and compares the results."
    )

    BINDINGS = bindings("run_card")

    def __init__(self, folder: RunFolder) -> None:
        super().__init__("Run card", one_line(full_title_of(folder)))
        self._folder = folder
        self._card: RunCard | None = None
        self._lines = LabeledLines(LABEL_WIDTH)
        self._scroll = Scroll(self._lines, classes="panel")
        self._scroll.border_title = "Card"

    def compose_page(self) -> ComposeResult:
        yield self.note
        yield self._scroll

    def on_mount(self) -> None:
        self._scroll.focus()
        self._read()

    @work(exclusive=True)
    async def _read(self) -> None:
        self.show_note("Reading the log…")
        try:
            self._card = await asyncio.to_thread(read_run_card, self._folder)  # a log may be long
        except UserError as error:
            self.show_error(error)
            return
        self.note.display = False
        self._lines.show(card_lines(self._card, f"fmnist-tui reproduce {self._folder.run}"))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy":
            return self._card is not None or None
        return super().check_action(action, parameters)

    def action_copy(self) -> None:
        if self._card is not None:
            self.app.copy_to_clipboard(self._card.to_markdown())
            self.notify("The card is copied as Markdown.", title="Copied", markup=False)


def card_lines(card: RunCard, check: str) -> list[LabeledText]:
    """Return the card as texts with labels.

    Args:
        card: What to show.
        check: The command that trains the run again and compares the results.
    """
    if card.command:
        commands = (("Train it again", card.command), ("and compare", check))
        lines = [_labeled(label, Content.styled(one_line(command), "$text-accent")) for label, command in commands]
    else:
        lines = [_whole(Content.styled(f"{one_line(card.problem)}.", "$text-warning"))]
    for title, rows in card.sections():
        lines += [_whole(Content("")), _whole(Content.styled(title, "bold $text-primary"))]
        lines += [_labeled(one_line(name), Content(text)) for name, text in rows]
    return lines


def _labeled(label: str, text: Content) -> LabeledText:
    return LabeledText(Content.styled(label, "$foreground-muted"), text)


def _whole(text: Content) -> LabeledText:
    return LabeledText(Content(""), text)
