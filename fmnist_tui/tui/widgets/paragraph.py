"""Text that is replaced while it is shown."""

from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static


class Paragraph(Static):
    """Text that is drawn again only if it differs, and causes a layout only if its size may differ."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        before = self.content
        if isinstance(content, Content) and isinstance(before, Content) and content.is_same(before):
            return
        super().update(content, layout=layout and self.styles.auto_dimensions)
