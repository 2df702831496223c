"""What the interface takes from its terminal and its user: colors, characters, keys, and where to copy and save."""

import logging
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode
from textual.filter import LineFilter

from fmnist_tui.errors import UserError
from fmnist_tui.keymap.key_names import displayed
from fmnist_tui.keymap.user_keymap import read_keymap
from fmnist_tui.paths import home_folder, keymap_file
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.environment import needs_ascii
from fmnist_tui.tui.glyphs import ASCII_FILTER, ascii_text
from fmnist_tui.tui.keyboard import OrderedKeysApp
from fmnist_tui.tui.screenshot import save_picture
from fmnist_tui.tui.terminal.clipboard import copy_command, copy_with
from fmnist_tui.tui.terminal.features import terminal_features
from fmnist_tui.tui.themes import OWN_THEMES, missing_variables

logger = logging.getLogger(__name__)

SECONDS_OF_TRANSITION = 0.01
"""How long drawing waits at most for a new view or a closed palette."""


class TerminalApp(OrderedKeysApp):
    """An app with this program's themes and the user's keymap, on a terminal of any abilities.

    Attributes:
        terminal_features: What the terminal understands.
    """

    def __init__(self) -> None:
        super().__init__()
        for own_theme in OWN_THEMES:
            self.register_theme(own_theme)
        self.stylesheet.set_variables(self.get_css_variables())  # Textual has read them before, without these themes
        self._is_ascii = needs_ascii()
        self.terminal_features = terminal_features()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return missing_variables(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, ASCII_FILTER] if self._is_ascii else filters

    def delay_update(self, delay: float = SECONDS_OF_TRANSITION) -> None:
        """Wait less than Textual: of the time from a key to another view, its 50 ms were more than half."""
        super().delay_update(delay)

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:
        """Leave out what is not on a screen yet: Textual applies the style sheets to it when it is mounted.

        A fifth of the applications at the start were to widgets that their own constructors gave a class.
        """
        if node is self or node.is_attached:
            super().update_styles(node, animate)

    def write_control(self, sequence: str) -> None:
        """Write a control sequence to the terminal, if the interface is in one."""
        driver = self._driver
        if sequence and driver is not None and not driver.is_headless and not driver.is_web:
            driver.write(ascii_text(sequence) if self._is_ascii else sequence)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text by the terminal, which works over SSH, and by a program of this machine if there is one."""
        super().copy_to_clipboard(text)
        command = copy_command()
        if command is not None and self._driver is not None and not self._driver.is_headless:
            self.run_worker(partial(copy_with, command, text), thread=True, group="clipboard")

    def show_error(self, problem: str) -> None:
        """Show an error that belongs to no widget."""
        self.notify(one_line(problem), severity="error", timeout=10, markup=False)

    def deliver_screenshot(
        self, filename: str | None = None, path: str | None = None, time_format: str | None = None
    ) -> None:
        """Save the screen as SVG in the current folder, or else in the program's, and say where.

        Textual's own method saves to ~/Downloads, which most servers lack, and gives no reason when it fails.
        """
        name = time.strftime(time_format) if time_format and not filename else filename
        try:
            file = save_picture(self.export_screenshot(), name, [Path(path)] if path else [Path(), home_folder()])
        except UserError as error:
            self.show_error(error.line())
        else:
            self.notify(one_line(file), title="Screenshot saved", timeout=10, markup=False)

    def apply_keymap(self) -> None:
        """Give actions the user's keys; report the lines that can't be used."""
        keymap = read_keymap(keymap_file())
        self.set_keymap(keymap.overrides())
        for problem in keymap.problems:
            logger.warning("%s", problem.line())
            self.show_error(problem.line())

    def get_key_display(self, binding: Binding) -> str:
        return displayed(binding.key)
