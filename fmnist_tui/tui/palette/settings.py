"""Settings that outlive the program."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal, get_args, get_origin

from fmnist_tui.tui.palette.provider import CommandProvider, PaletteCommand
from fmnist_tui.tui.preferences import Preferences, preferences_of


class SettingProvider(CommandProvider):
    """Offers the tour, the other values of each preference that is a choice, and the other themes."""

    PLACE = 4

    async def commands(self) -> Sequence[PaletteCommand]:
        tour = PaletteCommand("Show the tour", partial(self.app.run_action, "tour"), "Notes beside what they are about")
        return [*(() if self.screen.is_modal else (tour,)), *self._preferences(), *self._themes()]

    def _preferences(self) -> Iterator[PaletteCommand]:
        preferences = preferences_of(self.app)
        for name, field in Preferences.model_fields.items():
            now = getattr(preferences, name)
            for value in get_args(field.annotation) if get_origin(field.annotation) is Literal else ():
                if value != now:
                    change = partial(setattr, preferences, name, value)
                    yield PaletteCommand(f"Set {name}: {value}", change, field.description or "", f"now {now}")

    def _themes(self) -> Iterator[PaletteCommand]:
        for name, theme in sorted(self.app.available_themes.items()):
            if name != self.app.theme:
                change = partial(setattr, self.app, "theme", name)
                yield PaletteCommand(f"Use theme {name}", change, "Dark" if theme.dark else "Light")
