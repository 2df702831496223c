"""The other views."""

from collections.abc import Sequence
from functools import partial

from fmnist_tui.tui.palette.provider import CommandProvider, PaletteCommand
from fmnist_tui.tui.views import VIEWS


class ViewProvider(CommandProvider):
    """Offers to switch to another view; over a dialog, which has to be answered first, nothing."""

    PLACE = 1

    async def commands(self) -> Sequence[PaletteCommand]:
        if self.screen.is_modal:
            return ()
        return [
            PaletteCommand(f"Switch to {view.title}", partial(self.app.switch_mode, name), view.tooltip, view.key)
            for name, view in VIEWS.items()
            if name != self.app.current_mode
        ]
