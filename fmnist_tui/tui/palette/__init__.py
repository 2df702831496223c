"""The command palette: everything that applies now, found by typing a part of its name.

Each file has one provider. They are imported when the palette is opened, not before the first frame.
"""

from collections.abc import Callable

from textual.command import Provider


def _actions() -> type[Provider]:
    from fmnist_tui.tui.palette.actions import ActionProvider

    return ActionProvider


def _views() -> type[Provider]:
    from fmnist_tui.tui.palette.views import ViewProvider

    return ViewProvider


def _runs() -> type[Provider]:
    from fmnist_tui.tui.palette.runs import RunProvider

    return RunProvider


def _form() -> type[Provider]:
    from fmnist_tui.tui.palette.form import FormProvider

    return FormProvider


def _settings() -> type[Provider]:
    from fmnist_tui.tui.palette.settings import SettingProvider

    return SettingProvider


PROVIDERS: set[type[Provider] | Callable[[], type[Provider]]] = {_actions, _views, _runs, _form, _settings}
"""For `App.COMMANDS`, in place of Textual's own commands, which would repeat some of these."""
