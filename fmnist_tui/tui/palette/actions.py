"""Every action of the current screen, its focused widget and the app that can be done now."""

from collections.abc import Iterator, Sequence
from functools import partial

from textual.actions import parse
from textual.binding import Binding
from textual.dom import DOMNode

from fmnist_tui.tui.bindings import own_bindings
from fmnist_tui.tui.palette.provider import CommandProvider, PaletteCommand

ELSEWHERE = ("switch_mode", "command_palette")
"""Actions that are no commands here: those of the views have their own provider."""


class ActionProvider(CommandProvider):
    """Offers actions under the names that the page of keys has for them."""

    PLACE = 0

    async def commands(self) -> Sequence[PaletteCommand]:
        found: dict[tuple[DOMNode, str], PaletteCommand] = {}
        taken: set[str] = set()
        for node in self._nodes():
            for binding in self._bindings(node):
                if binding.key not in taken and (node, binding.action) not in found and _applies(node, binding):
                    found[node, binding.action] = PaletteCommand(
                        binding.description,
                        partial(self.app.run_action, binding.action, node),
                        binding.tooltip,
                        self.app.get_key_display(binding),
                        is_listed=node in (self.screen, self.app),
                    )
            taken |= {binding.key for binding in self._bindings(node)}
        return list(found.values())

    def _nodes(self) -> Iterator[DOMNode]:
        """Yield the focused widget, what is around it, the screen and the app, as far as a dialog lets keys through."""
        for node in (self.focused or self.screen).ancestors_with_self:
            yield node
            if node.is_modal:
                return

    def _bindings(self, node: DOMNode) -> list[Binding]:
        """Return the node's bindings without Textual's own, such as those that move a text cursor.

        Letters are among them even while a text field has the focus, where they are text. They precede ctrl+c and the
        like, as what an action's key is shown as; those in the footer precede the others.
        """
        found = [binding for _key, binding in own_bindings(node)]
        return sorted(found, key=lambda binding: (not binding.show, "+" in binding.key))


def _applies(node: DOMNode, binding: Binding) -> bool:
    _namespace, name, parameters = parse(binding.action)
    return name not in ELSEWHERE and bool(node.check_action(name, parameters))
