"""The page of keys: what each does now, and when the others apply. Typing after / filters it."""

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.key_list import KeyRow
from fmnist_tui.tui.widgets.cursor_keys import Scroll
from fmnist_tui.tui.widgets.log_view import wrapped
from fmnist_tui.tui.widgets.paragraph import Paragraph

KEYS_WIDTH, LABEL_WIDTH, MIN_HELP_WIDTH = 14, 17, 24


class KeysScreen(ModalScreen[None]):
    """Lists keys until escape, q or ?; escape in the filter removes the filter first."""

    BINDINGS = bindings("keys")

    def __init__(self, sections: Mapping[str, Sequence[KeyRow]]) -> None:
        super().__init__()
        self._sections = sections
        self._filter = Input(id="keys-filter", compact=True, placeholder="type to filter, such as resume or ctrl+s")
        self._lines = Paragraph()

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "/ filter · esc close"
            yield self._filter
            with Scroll(id="keys-list"):
                yield self._lines

    def on_mount(self) -> None:
        self._filter.display = False
        self.query_one("#keys-list").focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)  # the room for the lines is known after the layout

    @on(Input.Changed)
    def _show(self) -> None:
        words = self._filter.value.lower().split()
        width = self._lines.size.width - KEYS_WIDTH
        has_labels = width - LABEL_WIDTH >= MIN_HELP_WIDTH
        lines: list[Content] = []
        for heading, rows in self._sections.items():
            found = [row for row in rows if row.matches(words)]
            if found:
                lines += [Content("")] * bool(lines) + [Content.styled(heading, "bold $text-accent")]
                lines += [line for row in found for line in _row_lines(row, width, LABEL_WIDTH if has_labels else 0)]
        if not lines:
            lines = [Content.styled(f"No key does {one_line(self._filter.value)!r}.", "$foreground-muted")]
        self._lines.update(Content("\n").join(lines))

    def action_search(self) -> None:
        self._filter.display = True
        self._filter.focus()

    @on(Input.Submitted)
    def action_browse(self) -> None:
        self.query_one("#keys-list").focus()

    def action_close(self) -> None:
        """Remove the filter, or close the page if there is none."""
        if not self._filter.display:
            self.dismiss(None)
            return
        self._filter.value = ""
        self._filter.display = False
        self.action_browse()


def _row_lines(row: KeyRow, width: int, label_width: int) -> list[Content]:
    """Return the lines of a row: its explanation is wrapped beside its keys and its name."""
    keys = wrapped(", ".join(row.keys), KEYS_WIDTH - 1)
    text = f"{row.help} ({row.when})" if row.when else row.help
    explained = wrapped(one_line(text), max(1, width - label_width))
    count = max(len(keys), len(explained))
    keys += [""] * (count - len(keys))
    explained += [""] * (count - len(explained))
    lines = []
    for place, (key, part) in enumerate(zip(keys, explained, strict=True)):
        label = one_line(row.label) if place == 0 and label_width else ""
        key_style, style = (
            ("bold $text-accent", "") if row.applies else ("$foreground-disabled", "$foreground-disabled")
        )
        lines.append(
            Content.assemble(
                (f"{key:<{KEYS_WIDTH}}", key_style),
                (f"{label:<{label_width}}", style),
                (part, "$foreground-muted" if row.applies else style),
            )
        )
    return lines
