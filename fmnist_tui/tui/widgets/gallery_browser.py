"""A gallery whose images can be enlarged, and a line below it to go to an image by its number."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.preferences import preferences_of
from fmnist_tui.tui.widgets.gallery import SIZES, Gallery


class GoToLine(Input):
    """Asks for the number of an image; hidden until it is needed."""

    BINDINGS = bindings("go_to")

    def __init__(self, gallery: Gallery) -> None:
        super().__init__(placeholder="go to image #", compact=True, select_on_focus=True)
        self._gallery = gallery
        self.display = False

    def open(self) -> None:
        """Ask."""
        self.display = True
        self.value = ""
        self.focus()

    def action_close(self) -> None:
        self.display = False
        self._gallery.focus()

    def on_blur(self) -> None:
        self.display = False

    @on(Input.Submitted)
    def _go(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip().removeprefix("#").replace(",", "")
        if text.isdecimal() and len(text) < 10 and self._gallery.find(int(text)):
            self.action_close()
        elif text:
            self.notify(f"no image #{one_line(text)} among these", severity="warning", markup=False)
        else:
            self.action_close()


class GalleryBrowser(Vertical):
    """A gallery with its line. The size of the images is remembered.

    Args:
        gallery: The gallery.
    """

    BINDINGS = bindings("browser")

    def __init__(self, gallery: Gallery) -> None:
        super().__init__()
        self._gallery = gallery
        self._line = GoToLine(gallery)

    def compose(self) -> ComposeResult:
        yield self._gallery
        yield self._line

    def on_mount(self) -> None:
        self.restore()

    def restore(self) -> None:
        """Draw the images in the size that was chosen last, in this gallery or another."""
        remembered = preferences_of(self.app).image_size
        if remembered:  # 0 stands for the default
            self._gallery.size_index = remembered - 1

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self._line.display and action in ("resize", "go_to"):
            return False  # their keys are typed into the line
        if action == "resize":
            wanted = self._gallery.size_index + (1 if parameters[0] == 1 else -1)
            return 0 <= wanted < len(SIZES) or None
        return True

    def action_resize(self, steps: int) -> None:
        self._gallery.size_index += steps
        preferences_of(self.app).image_size = self._gallery.size_index + 1
        self.refresh_bindings()

    def action_go_to(self) -> None:
        self._line.open()
