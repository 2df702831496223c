"""Restores at the start what the user had at the end of the last session: theme, form and view."""

import os
from collections.abc import Mapping
from typing import Any

from textual.app import App

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.sanitize import quote
from fmnist_tui.tui.last_form import first_config, texts_to_store
from fmnist_tui.tui.preferences import Preferences
from fmnist_tui.tui.themes import default_theme


class SessionMemory:
    """Restores the preferences, and stores what the user changes. What the command line gives is not stored.

    Args:
        app: The interface, with all themes registered.
        preferences: What is stored.
        options: What the command line gave.
    """

    def __init__(self, app: App[Any], preferences: Preferences, options: InterfaceOptions) -> None:
        self._app, self._preferences, self._options = app, preferences, options
        self._stored_form = preferences.form

    def theme(self, environment: Mapping[str, str] = os.environ) -> str:
        """Return the theme to start with: given, named by `TEXTUAL_THEME`, stored, or the terminal's default.

        Raises:
            UserError: The given theme does not exist.
        """
        known, colors = self._app.available_themes, self._app.console.color_system
        for name, given in (("--theme", self._options.theme), ("TEXTUAL_THEME", environment.get("TEXTUAL_THEME"))):
            if given and given not in known:
                raise UserError(f"{name} is {quote(given)}, but must be one of {', '.join(sorted(known))}")
            if given:
                return given
        stored = known.get(self._preferences.theme)
        if stored is None or (colors == "standard" and not stored.ansi):  # stored on a terminal with more colors
            return default_theme(colors, environment)
        return stored.name

    def config(self) -> RunConfig:
        """Return the config for the form.

        Raises:
            UserError: What the command line gave is invalid.
        """
        return first_config(self._stored_form, self._options)

    def watch(self) -> None:
        """Store the theme and the view whenever they change from now on."""
        self._app.watch(self._app, "theme", self._store_theme, init=False)
        self._app.mode_change_signal.subscribe(self._app, self._store_view)

    def store_form(self, config: RunConfig) -> None:
        """Store the config in the form."""
        self._preferences.form = texts_to_store(config, self._options, self._stored_form)

    def _store_theme(self, theme: str) -> None:
        self._preferences.theme = theme

    def _store_view(self, mode: str) -> None:
        self._preferences.view = mode
