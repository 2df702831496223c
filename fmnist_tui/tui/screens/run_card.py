"""The card of a run: what one needs to reproduce it, to read and to copy."""

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.run_card import RunCard, read_run_card
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.cursor_keys import Scroll
from fmnist_tui.tui.widgets.paragraph import Paragraph

LABEL_WIDTH = 23


class RunCardScreen(PageScreen):
    """Results, what the run was trained with, its checkpoints and its config."""

    HELP = (
        "What one needs to reproduce the run, or to describe it in a paper's appendix: versions, machine, digests of "
        "the data and the weights, config. `fmnist-tui reproduce` trains it again and compares the results."
    )

    BINDINGS = bindings("run_card")

    def __init__(self, folder: RunFolder) -> None:
        super().__init__("Run card", one_line(folder.run))
        self._folder = folder
        self._card: RunCard | None = None
        self._lines = Paragraph()
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
        self._lines.update(card_text(self._card, f"fmnist-tui reproduce {self._folder.run}"))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy":
            return self._card is not None or None
        return super().check_action(action, parameters)

    def action_copy(self) -> None:
        if self._card is not None:
            self.app.copy_to_clipboard(self._card.to_markdown())
            self.notify("The card is copied as Markdown.", title="Copied", markup=False)


def card_text(card: RunCard, check: str) -> Content:
    """Return the card as lines.

    Args:
        card: What to show.
        check: The command that trains the run again and compares the results.
    """
    if card.command:
        lines = [
            Content.assemble(("Train it again    ", "$foreground-muted"), (one_line(card.command), "$text-accent")),
            Content.assemble(("and compare       ", "$foreground-muted"), (one_line(check), "$text-accent")),
        ]
    else:
        lines = [Content.styled(f"{one_line(card.problem)}.", "$text-warning")]
    for title, rows in card.sections():
        lines += [Content(""), Content.styled(title, "bold $text-primary")]
        lines += [
            Content.assemble((f"{one_line(name):<{LABEL_WIDTH}}", "$foreground-muted"), text) for name, text in rows
        ]
    return Content("\n").join(lines)
